#include <gtest/gtest.h>

#include <functional>

#include "docker/codec.hpp"

namespace genisys::docker {
namespace {

using namespace std::chrono_literals;

// What a spec says that says nothing.
const std::string kBare = R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{},)"
                          R"("HostConfig":{"PortBindings":{},"RestartPolicy":{"Name":"no"}}})";

TEST(EncodeCreate, SaysNothingOfWhatIsNotSet) {
  EXPECT_EQ(encode_create({.image = "demo:1"}), kBare);
}

enum class Place { config, host_config };

// One field alone, and the member that it adds.
struct Field {
  const char* name;
  Place place;
  std::string member;
  std::function<void(ContainerSpec&)> set;
};
void PrintTo(const Field& row, std::ostream* out) { *out << row.name; }

class FieldAlone : public ::testing::TestWithParam<Field> {};

TEST_P(FieldAlone, AddsItsMemberAndNothingElse) {
  ContainerSpec spec{.image = "demo:1"};
  GetParam().set(spec);
  std::string body = encode_create(spec);

  const auto at = body.find(',' + GetParam().member);
  ASSERT_NE(at, std::string::npos) << body;
  EXPECT_EQ(at > body.find("\"HostConfig\""), GetParam().place == Place::host_config) << body;
  EXPECT_EQ(body.erase(at, GetParam().member.size() + 1), kBare);
}

constexpr auto name_of = [](const auto& row) { return row.param.name; };

INSTANTIATE_TEST_SUITE_P(
    Config, FieldAlone,
    ::testing::Values(
        Field{"Command", Place::config, R"("Cmd":["sh","-c","echo \"$A\""])",
              [](auto& spec) {
                spec.command = {"sh", "-c", "echo \"$A\""};
              }},
        Field{"Entrypoint", Place::config, R"("Entrypoint":["/run","it"])",
              [](auto& spec) {
                spec.entrypoint = {"/run", "it"};
              }},
        Field{"NoEntrypoint", Place::config, R"("Entrypoint":[])",
              [](auto& spec) { spec.entrypoint.emplace(); }},
        Field{"User", Place::config, R"("User":"1000:1000")",
              [](auto& spec) { spec.user = "1000:1000"; }},
        Field{"WorkingDir", Place::config, R"("WorkingDir":"/srv")",
              [](auto& spec) { spec.working_dir = "/srv"; }},
        Field{"Hostname", Place::config, R"("Hostname":"h")",
              [](auto& spec) { spec.hostname = "h"; }},
        Field{"Domainname", Place::config, R"("Domainname":"d.example")",
              [](auto& spec) { spec.domainname = "d.example"; }},
        Field{"Tty", Place::config, R"("Tty":true)", [](auto& spec) { spec.tty = true; }},
        Field{"OpenStdin", Place::config, R"("OpenStdin":true)",
              [](auto& spec) { spec.open_stdin = true; }},
        Field{"StopSignal", Place::config, R"("StopSignal":"SIGINT")",
              [](auto& spec) { spec.stop_signal = "SIGINT"; }},
        Field{"StopTimeout", Place::config, R"("StopTimeout":0)",
              [](auto& spec) { spec.stop_timeout = 0s; }},
        Field{"HealthcheckInNanoseconds", Place::config,
              R"("Healthcheck":{"Test":["CMD","check","a \"b\""],"Interval":1500000000,)"
              R"("Timeout":86400000000000,"StartPeriod":1000000,"Retries":3})",
              [](auto& spec) {
                spec.healthcheck = HealthProbe{.test = {"CMD", "check", "a \"b\""},
                                               .interval = 1500ms,
                                               .timeout = 24h,
                                               .start_period = 1ms,
                                               .retries = 3};
              }},
        Field{"HealthcheckOfTheImage", Place::config, R"("Healthcheck":{})",
              [](auto& spec) { spec.healthcheck.emplace(); }},
        Field{"HealthcheckOff", Place::config, R"("Healthcheck":{"Test":["NONE"]})",
              [](auto& spec) { spec.healthcheck = HealthProbe{.test = {"NONE"}}; }},
        Field{"HealthcheckWithATimeoutOnly", Place::config,
              R"("Healthcheck":{"Timeout":2000000000})",
              [](auto& spec) { spec.healthcheck = HealthProbe{.timeout = 2s}; }},
        Field{"AnonymousVolumes", Place::config, R"("Volumes":{"/a":{},"/b":{}})",
              [](auto& spec) {
                spec.anonymous_volumes = {"/b", "/a"};
              }}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Storage, FieldAlone,
    ::testing::Values(
        Field{"Volume", Place::host_config,
              R"("Mounts":[{"Type":"volume","Source":"data","Target":"/c \"d\""}])",
              [](auto& spec) { spec.mounts = {{.source = "data", .target = "/c \"d\""}}; }},
        Field{"VolumeReadOnlyAndEmpty", Place::host_config,
              R"("Mounts":[{"Type":"volume","Source":"data","Target":"/d","ReadOnly":true,)"
              R"("VolumeOptions":{"NoCopy":true}}])",
              [](auto& spec) {
                spec.mounts = {
                    {.source = "data", .target = "/d", .read_only = true, .no_copy = true}};
              }},
        Field{"AnonymousVolumeInTheLongForm", Place::host_config,
              R"("Mounts":[{"Type":"volume","Target":"/d"}])",
              [](auto& spec) { spec.mounts = {{.target = "/d"}}; }},
        Field{"BindMount", Place::host_config,
              R"("Mounts":[{"Type":"bind","Source":"/srv","Target":"/d",)"
              R"("BindOptions":{"Propagation":"rslave"}},)"
              R"({"Type":"bind","Source":"/etc","Target":"/e"}])",
              [](auto& spec) {
                spec.mounts = {{.type = MountType::bind,
                                .source = "/srv",
                                .target = "/d",
                                .propagation = "rslave"},
                               {.type = MountType::bind, .source = "/etc", .target = "/e"}};
              }},
        Field{"TmpfsMount", Place::host_config,
              R"("Mounts":[{"Type":"tmpfs","Target":"/t",)"
              R"("TmpfsOptions":{"SizeBytes":1000,"Mode":511}},{"Type":"tmpfs","Target":"/u"}])",
              [](auto& spec) {
                spec.mounts = {{.type = MountType::tmpfs,
                                .target = "/t",
                                .tmpfs_size = 1000,
                                .tmpfs_mode = 0777},
                               {.type = MountType::tmpfs, .target = "/u"}};
              }},
        Field{"Tmpfs", Place::host_config, R"("Tmpfs":{"/run":"","/t":"size=1m"})",
              [](auto& spec) {
                spec.tmpfs = {{"/run", ""}, {"/t", "size=1m"}};
              }},
        Field{"ReadOnlyRoot", Place::host_config, R"("ReadonlyRootfs":true)",
              [](auto& spec) { spec.read_only_root = true; }},
        Field{"ShmSize", Place::host_config, R"("ShmSize":67108864)",
              [](auto& spec) { spec.shm_size = 67108864; }},
        Field{"Devices", Place::host_config,
              R"("Devices":[{"PathOnHost":"/dev/a","PathInContainer":"/dev/b",)"
              R"("CgroupPermissions":"r"}])",
              [](auto& spec) {
                spec.devices = {{"/dev/a", "/dev/b", "r"}};
              }}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Networking, FieldAlone,
    ::testing::Values(Field{"NetworkMode", Place::host_config, R"("NetworkMode":"host")",
                            [](auto& spec) { spec.network_mode = "host"; }},
                      Field{"ExtraHosts", Place::host_config, R"("ExtraHosts":["a:10.0.0.1"])",
                            [](auto& spec) { spec.extra_hosts = {"a:10.0.0.1"}; }},
                      Field{"Dns", Place::host_config, R"("Dns":["10.0.0.2"])",
                            [](auto& spec) { spec.dns = {"10.0.0.2"}; }},
                      Field{"DnsSearch", Place::host_config, R"("DnsSearch":["x.example"])",
                            [](auto& spec) { spec.dns_search = {"x.example"}; }},
                      Field{"DnsOptions", Place::host_config, R"("DnsOptions":["use-vc"])",
                            [](auto& spec) { spec.dns_options = {"use-vc"}; }}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Isolation, FieldAlone,
    ::testing::Values(
        Field{"CapAdd", Place::host_config, R"("CapAdd":["NET_ADMIN"])",
              [](auto& spec) { spec.cap_add = {"NET_ADMIN"}; }},
        Field{"CapDrop", Place::host_config, R"("CapDrop":["ALL"])",
              [](auto& spec) { spec.cap_drop = {"ALL"}; }},
        Field{"SecurityOptions", Place::host_config, R"("SecurityOpt":["no-new-privileges:true"])",
              [](auto& spec) { spec.security_options = {"no-new-privileges:true"}; }},
        Field{"Groups", Place::host_config, R"("GroupAdd":["mail","12"])",
              [](auto& spec) {
                spec.groups = {"mail", "12"};
              }},
        Field{"Privileged", Place::host_config, R"("Privileged":true)",
              [](auto& spec) { spec.privileged = true; }},
        Field{"PidMode", Place::host_config, R"("PidMode":"host")",
              [](auto& spec) { spec.pid_mode = "host"; }},
        Field{"IpcMode", Place::host_config, R"("IpcMode":"shareable")",
              [](auto& spec) { spec.ipc_mode = "shareable"; }},
        Field{"UtsMode", Place::host_config, R"("UTSMode":"host")",
              [](auto& spec) { spec.uts_mode = "host"; }},
        Field{"UsernsMode", Place::host_config, R"("UsernsMode":"host")",
              [](auto& spec) { spec.userns_mode = "host"; }},
        Field{"CgroupParent", Place::host_config, R"("CgroupParent":"/ours")",
              [](auto& spec) { spec.cgroup_parent = "/ours"; }},
        Field{"Runtime", Place::host_config, R"("Runtime":"runc")",
              [](auto& spec) { spec.runtime = "runc"; }},
        Field{"Sysctls", Place::host_config, R"("Sysctls":{"net.core.somaxconn":"100"})",
              [](auto& spec) {
                spec.sysctls = {{"net.core.somaxconn", "100"}};
              }},
        Field{"Init", Place::host_config, R"("Init":true)", [](auto& spec) { spec.init = true; }},
        Field{"NoInit", Place::host_config, R"("Init":false)",
              [](auto& spec) { spec.init = false; }}),
    name_of);

INSTANTIATE_TEST_SUITE_P(
    Limits, FieldAlone,
    ::testing::Values(Field{"Ulimits", Place::host_config,
                            R"("Ulimits":[{"Name":"nofile","Soft":-1,"Hard":1000}])",
                            [](auto& spec) {
                              spec.ulimits = {{"nofile", -1, 1000}};
                            }},
                      Field{"Memory", Place::host_config, R"("Memory":8589934592)",
                            [](auto& spec) { spec.memory = std::int64_t{8} << 30; }},
                      Field{"MemoryReservation", Place::host_config, R"("MemoryReservation":1000)",
                            [](auto& spec) { spec.memory_reservation = 1000; }},
                      Field{"MemorySwap", Place::host_config, R"("MemorySwap":-1)",
                            [](auto& spec) { spec.memory_swap = -1; }},
                      Field{"MemorySwappiness", Place::host_config, R"("MemorySwappiness":0)",
                            [](auto& spec) { spec.memory_swappiness = 0; }},
                      Field{"NanoCpus", Place::host_config, R"("NanoCpus":500000000)",
                            [](auto& spec) { spec.nano_cpus = 500000000; }},
                      Field{"CpuShares", Place::host_config, R"("CpuShares":512)",
                            [](auto& spec) { spec.cpu_shares = 512; }},
                      Field{"Cpuset", Place::host_config, R"("CpusetCpus":"0-1,3")",
                            [](auto& spec) { spec.cpuset = "0-1,3"; }},
                      Field{"PidsLimit", Place::host_config, R"("PidsLimit":-1)",
                            [](auto& spec) { spec.pids_limit = -1; }},
                      Field{"OomScoreAdj", Place::host_config, R"("OomScoreAdj":-500)",
                            [](auto& spec) { spec.oom_score_adj = -500; }},
                      Field{"OomKillDisable", Place::host_config, R"("OomKillDisable":true)",
                            [](auto& spec) { spec.oom_kill_disable = true; }},
                      Field{"Logging", Place::host_config,
                            R"("LogConfig":{"Type":"json-file","Config":{"max-size":"1m"}})",
                            [](auto& spec) {
                              spec.logging = LogConfig{"json-file", {{"max-size", "1m"}}};
                            }},
                      Field{"LoggingOfTheEngine", Place::host_config,
                            R"("LogConfig":{"Type":"","Config":{"max-size":"1m"}})",
                            [](auto& spec) {
                              spec.logging = LogConfig{{}, {{"max-size", "1m"}}};
                            }}),
    name_of);

TEST(EncodeCreate, WritesEnvironmentAndLabels) {
  const ContainerSpec spec{.image = "demo:1",
                           .environment = {{"A", "b=c"}, {"E", ""}},
                           .labels = {{"k", "v"}, {"\"", ""}}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":["A=b=c","E="],"Labels":{"\"":"","k":"v"},)"
            R"("ExposedPorts":{},"HostConfig":{"PortBindings":{},"RestartPolicy":{"Name":"no"}}})");
}

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

TEST(EncodeCreate, ExposesPortsWithoutPublishingThem) {
  const ContainerSpec spec{
      .image = "demo:1", .ports = {{.container_port = 80}}, .exposed = {"3000/tcp", "80/tcp"}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{"3000/tcp":{},"80/tcp":{}},)"
            R"("HostConfig":{"PortBindings":{"80/tcp":[{"HostIp":"","HostPort":""}]},)"
            R"("RestartPolicy":{"Name":"no"}}})");
}

TEST(EncodeCreate, WritesTheTargetsOfBindsAsVolumesToo) {
  const ContainerSpec spec{.image = "demo:1",
                           .binds = {"data:/data:rw", "/srv:/srv:ro,z", "conf:/etc/conf"},
                           .anonymous_volumes = {"/cache"}};
  EXPECT_EQ(encode_create(spec), R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{},)"
                                 R"("Volumes":{"/cache":{},"/data":{},"/etc/conf":{},"/srv":{}},)"
                                 R"("HostConfig":{"PortBindings":{},)"
                                 R"("Binds":["data:/data:rw","/srv:/srv:ro,z","conf:/etc/conf"],)"
                                 R"("RestartPolicy":{"Name":"no"}}})");
}

TEST(EncodeCreate, JoinsTheFirstNetworkAndNoOther) {
  const ContainerSpec spec{
      .image = "demo:1",
      .endpoints = {{.network = "front \"x\"", .aliases = {"web", "www"}}, {.network = "back"}}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{},)"
            R"("HostConfig":{"PortBindings":{},"NetworkMode":"front \"x\"",)"
            R"("RestartPolicy":{"Name":"no"}},)"
            R"("NetworkingConfig":{"EndpointsConfig":{"front \"x\"":{"Aliases":["web","www"]}}}})");
}

TEST(EncodeCreate, WritesTheAddressesOfAnEndpoint) {
  const ContainerSpec spec{.image = "demo:1",
                           .network_mode = "bridge",
                           .endpoints = {{.network = "front",
                                          .ipv4_address = "10.1.0.5",
                                          .ipv6_address = "fd00::5",
                                          .link_local_ips = {"169.254.1.1"}}}};
  EXPECT_EQ(encode_create(spec),
            R"({"Image":"demo:1","Env":[],"Labels":{},"ExposedPorts":{},)"
            R"("HostConfig":{"PortBindings":{},"NetworkMode":"bridge",)"
            R"("RestartPolicy":{"Name":"no"}},"NetworkingConfig":{"EndpointsConfig":{"front":{)"
            R"("IPAMConfig":{"IPv4Address":"10.1.0.5","IPv6Address":"fd00::5",)"
            R"("LinkLocalIPs":["169.254.1.1"]}}}}})");
}

}  // namespace
}  // namespace genisys::docker
