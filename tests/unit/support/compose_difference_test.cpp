// The judge can fail: each of these is a container that is not the one that docker-compose makes.

#include "tests/support/compose_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace genisys::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) throw std::invalid_argument("there is no " + what);
  return text.replace(at, what.size(), by);
}

const std::string kTheirId(64, 'a');
const std::string kOurId(64, 'b');

const std::string kTheirs = R"({
  "Id": "ID", "Name": "/shop_web_1", "Created": "2026-01-01T00:00:00Z",
  "State": {"Status": "running", "Pid": 7},
  "Image": "sha256:1111111111111111111111111111111111111111111111111111111111111111",
  "HostnamePath": "/var/lib/docker/containers/ID/hostname",
  "Config": {
    "Hostname": "SHORT", "Env": ["A=1", "B=2", "PATH=/bin"], "Cmd": ["sleep", "1000"],
    "Labels": {"team": "a", "com.docker.compose.service": "web"}},
  "HostConfig": {
    "Binds": ["shop_data:/data:rw"], "Memory": 0, "Mounts": null,
    "RestartPolicy": {"Name": "always", "MaximumRetryCount": 0},
    "PortBindings": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}},
  "NetworkSettings": {
    "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}]},
    "Networks": {"shop_default": {
      "Aliases": ["web", "SHORT"], "IPAMConfig": null, "IPAddress": "172.20.0.2",
      "Gateway": "172.20.0.1", "NetworkID": "ID"}}}
})";

Json inspected(std::string text, const std::string& id) {
  for (const auto& [word, by] : {std::pair{std::string("SHORT"), id.substr(0, 12)}, {"ID", id}}) {
    for (std::size_t at = text.find("\"" + word); at != std::string::npos;
         at = text.find("\"" + word, at)) {
      text.replace(at + 1, word.size(), by);
    }
  }
  return without_chance(replaced(text, "/ID/", "/" + id + "/"), id);
}

std::vector<Difference> compare(const std::string& ours) {
  return differences(inspected(kTheirs, kTheirId), inspected(ours, kOurId),
                     allowed_for_containers());
}

TEST(ComposeDifference, IsNoneForWhatNobodyChooses) {
  std::string ours = kTheirs;
  for (const auto& [what, by] : {std::pair{"/shop_web_1", "/web-1-x"},
                                 {"2026-01-01", "2026-02-02"},
                                 {"\"Pid\": 7", "\"Pid\": 8"},
                                 {"\"always\"", "\"no\""},
                                 {"com.docker.compose.service", "io.genisys.service"},
                                 {R"("A=1", "B=2")", R"("B=2", "A=1")"},
                                 {R"("web", "SHORT")", R"("SHORT", "web")"},
                                 {"172.20.0.2", "172.29.0.7"},
                                 {"172.20.0.1", "192.168.16.1"},
                                 {"\"Mounts\": null", "\"Mounts\": []"}}) {
    ours = replaced(ours, what, by);
  }
  EXPECT_THAT(compare(ours), IsEmpty());
}

struct Change {
  const char* name;
  const char* what;
  const char* by;
  const char* path;
};

void PrintTo(const Change& change, std::ostream* out) { *out << change.name; }

class ComposeDifferenceOf : public ::testing::TestWithParam<Change> {};

TEST_P(ComposeDifferenceOf, IsReported) {
  const auto found = compare(replaced(kTheirs, GetParam().what, GetParam().by));
  ASSERT_FALSE(found.empty());
  EXPECT_EQ(found.front().path, GetParam().path);
}

INSTANTIATE_TEST_SUITE_P(
    , ComposeDifferenceOf,
    ::testing::Values(
        Change{"Variable", "A=1", "A=2", "Config.Env[0]"},
        Change{"VariableMissing", "\"A=1\", ", "", "Config.Env[0]"},
        Change{"Word", "1000", "1001", "Config.Cmd[1]"},
        Change{"OrderOfWords", R"("sleep", "1000")", R"("1000", "sleep")", "Config.Cmd[0]"},
        Change{"Label", "\"team\": \"a\"", "\"team\": \"b\"", "Config.Labels.team"},
        Change{"Hostname", "\"Hostname\": \"SHORT\"", "\"Hostname\": \"h\"", "Config.Hostname"},
        Change{"Image", "sha256:1", "sha256:2", "Image"},
        Change{"Mode", "/data:rw", "/data:ro", "HostConfig.Binds[0]"},
        Change{"Volume", "shop_data", "data", "HostConfig.Binds[0]"},
        Change{"Memory", "\"Memory\": 0", "\"Memory\": 1", "HostConfig.Memory"},
        Change{"PortAskedFor", R"("HostIp": "", "HostPort": "8080")",
               R"("HostIp": "", "HostPort": "")", "HostConfig.PortBindings.80/tcp[0].HostPort"},
        Change{"AddressOfPort", "0.0.0.0", "127.0.0.1", "NetworkSettings.Ports.80/tcp[0].HostIp"},
        Change{"Network", "shop_default", "bridge", "NetworkSettings.Networks.bridge.Aliases[0]"},
        Change{"Alias", "[\"web\"", "[\"web-1\"",
               "NetworkSettings.Networks.shop_default.Aliases[1]"},
        Change{"AddressAskedFor", "\"IPAMConfig\": null",
               R"("IPAMConfig": {"IPv4Address": "172.20.0.2"})",
               "NetworkSettings.Networks.shop_default.IPAMConfig"}),
    [](const auto& row) { return std::string(row.param.name); });

TEST(ComposeDifference, OfASubnetThatWasAskedForIsReported) {
  const auto network = [](const char* subnet) {
    return without_chance(std::string(R"({"IPAM": {"Config": [{"Subnet": ")") + subnet +
                          R"("}]}})");
  };
  EXPECT_THAT(
      differences(network("10.1.0.0/16"), network("10.2.0.0/16"), allowed_for_networks()),
      ElementsAre(Difference{"IPAM.Config[0].Subnet", "\"10.1.0.0/16\"", "\"10.2.0.0/16\""}));
  EXPECT_THAT(
      differences(network("172.18.0.0/16"), network("192.168.0.0/20"), allowed_for_networks()),
      IsEmpty());
}

}  // namespace
}  // namespace genisys::test
