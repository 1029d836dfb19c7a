#include <gtest/gtest.h>

#include "docker/codec.hpp"

namespace genisys::docker {
namespace {

using namespace std::chrono_literals;

TEST(EncodeCreate, WritesBothHalvesOfAPublishedPort) {
  const ContainerSpec spec{.image = "demo:1",
                           .ports = {{.container_port = 80, .host_port = 8080},
                                     {.container_port = 80, .host_ip = "::1"},
                                     {.container_port = 53, .protocol = "udp"}}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{"53/udp":{},"80/tcp":{}},)"
            R"("HostConfig":{"PortBindings":{"53/udp":[{"HostIp":"","HostPort":""}],)"
            R"("80/tcp":[{"HostIp":"","HostPort":"8080"},{"HostIp":"::1","HostPort":""}]},)"
            R"("RestartPolicy":{"Name":"no"}}})");
}

TEST(EncodeCreate, WritesEveryFieldThatIsSet) {
  const ContainerSpec spec{.image = "demo:1",
                           .command = {"sh", "-c", "echo \"$A\""},
                           .environment = {{"A", "b=c"}, {"E", ""}},
                           .labels = {{"k", "v"}},
                           .stop_signal = "SIGINT",
                           .stop_timeout = std::chrono::seconds(0)};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Cmd":["sh","-c","echo \"$A\""],"Env":["A=b=c","E="],)"
            R"("Labels":{"k":"v"},"StopSignal":"SIGINT","StopTimeout":0,"ExposedPorts":{},)"
            R"("HostConfig":{"PortBindings":{},"RestartPolicy":{"Name":"no"}}})");
}

TEST(EncodeCreate, WritesAHealthcheckInNanoseconds) {
  const ContainerSpec spec{.image = "demo:1",
                           .healthcheck = HealthProbe{.test = {"CMD", "check", "a \"b\""},
                                                      .interval = 1500ms,
                                                      .timeout = 24h,
                                                      .start_period = 1ms,
                                                      .retries = 3}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":[],"Labels":{},"Healthcheck":{)"
            R"("Test":["CMD","check","a \"b\""],"Interval":1500000000,"Timeout":86400000000000,)"
            R"("StartPeriod":1000000,"Retries":3},"ExposedPorts":{},)"
            R"("HostConfig":{"PortBindings":{},"RestartPolicy":{"Name":"no"}}})");
}

TEST(EncodeCreate, LeavesToTheImageWhatAHealthcheckDoesNotSay) {
  const auto healthcheck_of = [](const HealthProbe& probe) {
    const std::string body = encode_create({.image = "demo:1", .healthcheck = probe});
    const auto begin = body.find("\"Healthcheck\"");
    return body.substr(begin, body.find(",\"ExposedPorts\"") - begin);
  };
  EXPECT_EQ(healthcheck_of({}), R"("Healthcheck":{})");
  EXPECT_EQ(healthcheck_of({.test = {"NONE"}}), R"("Healthcheck":{"Test":["NONE"]})");
  EXPECT_EQ(healthcheck_of({.timeout = 2s}), R"("Healthcheck":{"Timeout":2000000000})");
}

TEST(EncodeCreate, WritesVolumesAsMounts) {
  const ContainerSpec spec{
      .image = "demo:1",
      .mounts = {{.source = "data", .target = "/data"},
                  {.source = "conf", .target = "/c \"d\"", .read_only = true}}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{},)"
            R"("HostConfig":{"PortBindings":{},"Mounts":[)"
            R"({"Type":"volume","Source":"data","Target":"/data","ReadOnly":false},)"
            R"({"Type":"volume","Source":"conf","Target":"/c \"d\"","ReadOnly":true}],)"
            R"("RestartPolicy":{"Name":"no"}}})");
}

}  // namespace
}  // namespace genisys::docker
