#include "controller/policy_config.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <ostream>
#include <stdexcept>
#include <string>

#include "controller/config.hpp"

namespace genisys::controller {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

ConfigResult parse(const std::string& lines) {
  return parse_config("policy:\n  " + lines + "\n", {.name = "c.yml", .folder = "/etc/genisys"});
}

state::HostPolicy accepted(const std::string& lines) {
  ConfigResult result = parse(lines);
  EXPECT_THAT(result.errors, IsEmpty());
  if (!result.config) throw std::runtime_error("refused: " + lines);
  return result.config->policy;
}

TEST(PolicyConfig, ReadsEveryKey) {
  const state::HostPolicy policy = accepted(R"(privileged: true
  host_namespaces: [network, pid]
  binds: [/srv/data, "/etc/ssl:ro", /]
  devices: [/dev/ttyUSB0]
  capabilities: [NET_ADMIN, cap_sys_time]
  security_options: ["seccomp:unconfined", apparmor]
  runtimes: [runsc]
  cgroup_parents: [/batch]
  oom_protection: true
  network_drivers: [macvlan]
  volume_drivers: [sshfs]
  volume_types: [ext4]
  registries: [docker.io, "registry:5000/team"])");
  EXPECT_EQ(policy, (state::HostPolicy{.privileged = true,
                                       .host_namespaces = {"network", "pid"},
                                       .binds = {"/srv/data", "/etc/ssl:ro", "/"},
                                       .devices = {"/dev/ttyUSB0"},
                                       .capabilities = {"NET_ADMIN", "SYS_TIME"},
                                       .security_options = {"seccomp=unconfined", "apparmor"},
                                       .runtimes = {"runsc"},
                                       .cgroup_parents = {"/batch"},
                                       .oom_protection = true,
                                       .network_drivers = {"macvlan"},
                                       .volume_drivers = {"sshfs"},
                                       .volume_types = {"ext4"},
                                       .registries = {{"docker.io", "registry:5000/team"}}}));
}

TEST(PolicyConfig, TellsNoRegistryFromAll) {
  EXPECT_EQ(accepted("privileged: false").registries, std::nullopt);
  EXPECT_EQ(accepted("registries: []").registries, std::vector<std::string>{});
}

struct Refused {
  std::string name;
  std::string line;
  std::string error;  // how the only message begins

  friend void PrintTo(const Refused& row, std::ostream* out) { *out << row.line; }
};

class PolicyConfigRefuses : public testing::TestWithParam<Refused> {};

TEST_P(PolicyConfigRefuses, WithThePlaceAndTheReason) {
  const ConfigResult result = parse(GetParam().line);
  EXPECT_EQ(result.config, std::nullopt);
  EXPECT_THAT(result.errors, ElementsAre(StartsWith("c.yml:2:" + GetParam().error)));
}

INSTANTIATE_TEST_SUITE_P(
    Keys, PolicyConfigRefuses,
    testing::Values(
        Refused{"AnUnknownKey", "bind: [/srv]",
                "3: policy.bind: unknown key (did you mean binds?)"},
        Refused{"AWordForABoolean", "privileged: yes",
                "15: policy.privileged: true or false is needed here"},
        Refused{"BindsThatAreNoList", "binds: /srv",
                "10: policy.binds: a list is needed here, not the string '/srv'"},
        Refused{"ARelativeBind", "binds: [srv]", "11: policy.binds.0: 'srv' is no clean absolute"},
        Refused{"ABindThatGoesUp", "binds: [/srv/../etc]",
                "11: policy.binds.0: '/srv/../etc' is no clean absolute path"},
        Refused{"ABindWithASlashAtItsEnd", "binds: [\"/srv/:ro\"]",
                "11: policy.binds.0: '/srv/' is no clean absolute path"},
        Refused{"AMountForABind", "binds: [\"/srv:/data\"]",
                "11: policy.binds.0: '/srv:/data' is no path that may be mounted"},
        Refused{"ARelativeDevice", "devices: [ttyUSB0]",
                "13: policy.devices.0: 'ttyUSB0' is no clean absolute path"},
        Refused{"AnUnknownNamespace", "host_namespaces: [pids]",
                "21: policy.host_namespaces.0: 'pids' is no namespace (did you mean pid?)"},
        Refused{"ACapabilityThatIsNone", "capabilities: [\"*\"]",
                "18: policy.capabilities.0: '*' is no capability (NET_ADMIN, or ALL)"},
        Refused{"AnUnknownSecurityOption", "security_options: [\"secomp:unconfined\"]",
                "22: policy.security_options.0: 'secomp' is no security option (did you mean "
                "seccomp?)"},
        Refused{"AnEmptyRuntime", "runtimes: ['']", "14: policy.runtimes.0: is empty"},
        Refused{"ARegistryWithAScheme", "registries: [\"https://docker.io\"]",
                "16: policy.registries.0: 'https://docker.io' is no registry"},
        Refused{"ARegistryWithoutAHost", "registries: [library]",
                "16: policy.registries.0: 'library' is no registry (a host with its port, and a "
                "path if wanted: docker.io, docker.io/library, registry:5000/team)"},
        Refused{"ARegistryWithATag", "registries: [\"docker.io/library/nginx:1\"]",
                "16: policy.registries.0: 'docker.io/library/nginx:1' is no registry"}),
    [](const auto& row) { return row.param.name; });

TEST(PolicyConfig, IsToldInOneLine) {
  EXPECT_EQ(to_string(state::HostPolicy{}), "closed");
  EXPECT_EQ(
      to_string(state::HostPolicy{
          .privileged = true, .host_namespaces = {"pid", "network"}, .binds = {"/srv", "/etc:ro"}}),
      "privileged; host_namespaces network, pid; binds /srv, /etc:ro");
  EXPECT_EQ(to_string(state::HostPolicy{.registries = {{"docker.io"}}}),
            "closed; registries docker.io");
  EXPECT_EQ(to_string(state::HostPolicy{.registries = {std::vector<std::string>{}}}),
            "closed; no registry");
}

}  // namespace
}  // namespace genisys::controller
