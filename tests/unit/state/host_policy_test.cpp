#include "state/host_policy.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "tests/support/builders.hpp"

namespace genisys::state {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Definition with(const std::function<void(Definition&)>& change) {
  Definition definition = test::definition("web", "nginx:1.25");
  change(definition);
  return definition;
}

VolumeMount bind(std::string source, bool read_only = false) {
  std::string text = source + ":/data" + (read_only ? ":ro" : "");
  return {.text = std::move(text),
          .kind = MountKind::bind,
          .source = std::move(source),
          .target = "/data",
          .read_only = read_only};
}

// A definition, where it is refused, and by which words; and a policy that allows it.
struct Case {
  std::string name;
  std::function<void(Definition&)> ask;
  std::string pointer;
  std::string message;
  std::function<void(HostPolicy&)> allow;
};
void PrintTo(const Case& row, std::ostream* out) { *out << row.name; }

class Forbidden : public testing::TestWithParam<Case> {};

TEST_P(Forbidden, ByDefaultAndAllowedByTheLineThatTheMessageNames) {
  const Definition definition = with(GetParam().ask);
  HostPolicy policy;
  Problems problems;
  check_policy(definition, policy, "/web", problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].pointer, "/web" + GetParam().pointer);
  EXPECT_THAT(problems[0].message, HasSubstr("which the policy does not allow"));
  EXPECT_THAT(problems[0].message, HasSubstr(GetParam().message));
  EXPECT_THAT(problems[0].message, EndsWith(" in genisys-connector.yml"));

  problems.clear();
  GetParam().allow(policy);
  check_policy(definition, policy, "", problems);
  EXPECT_THAT(problems, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    HostPolicy, Forbidden,
    testing::Values(
        Case{"privileged", [](Definition& d) { d.privileged = true; }, "/privileged",
             "say `privileged: true` below `policy`", [](HostPolicy& p) { p.privileged = true; }},
        Case{"network_of_the_host", [](Definition& d) { d.network_mode = "host"; }, "/network_mode",
             R"(add "network" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"network"}; }},
        Case{"network_of_another", [](Definition& d) { d.network_mode = "container:ab"; },
             "/network_mode", R"(add "network" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"network"}; }},
        Case{"network_named_host",
             [](Definition& d) {
               d.networks = {{{.name = "inside"}, {.name = "host"}}};
             },
             "/networks/1", R"(add "network" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"network"}; }},
        Case{"pid", [](Definition& d) { d.pid = "host"; }, "/pid",
             R"(add "pid" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"pid"}; }},
        Case{"ipc", [](Definition& d) { d.ipc = "host"; }, "/ipc",
             R"(add "ipc" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"ipc"}; }},
        Case{"uts", [](Definition& d) { d.uts = "host"; }, "/uts",
             R"(add "uts" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"uts"}; }},
        Case{"user_namespace", [](Definition& d) { d.userns_mode = "host"; }, "/userns_mode",
             R"(add "user" to policy.host_namespaces)",
             [](HostPolicy& p) { p.host_namespaces = {"user"}; }},
        Case{"bind", [](Definition& d) { d.volumes = {{bind("/srv/data")}}; }, "/volumes/0",
             R"('/srv/data:/data' mounts a path of the host, which the policy does not allow: )"
             R"(add "/srv/data" to policy.binds)",
             [](HostPolicy& p) { p.binds = {"/srv/data"}; }},
        Case{"bind_for_reading", [](Definition& d) { d.volumes = {{bind("/srv", true)}}; },
             "/volumes/0", R"(add "/srv:ro" to policy.binds)",
             [](HostPolicy& p) { p.binds = {"/srv:ro"}; }},
        Case{"bind_in_the_long_syntax",
             [](Definition& d) {
               d.volumes = {{{.kind = MountKind::bind, .source = "/srv/", .target = "/data"}}};
             },
             "/volumes/0", R"(add "/srv" to policy.binds)",
             [](HostPolicy& p) { p.binds = {"/srv"}; }},
        Case{"bind_of_everything", [](Definition& d) { d.volumes = {{bind("//")}}; }, "/volumes/0",
             R"(add "/" to policy.binds)", [](HostPolicy& p) { p.binds = {"/"}; }},
        Case{"device",
             [](Definition& d) {
               d.devices = {{{"/dev/ttyUSB0", "/dev/tty0"}}};
             },
             "/devices/0", R"(add "/dev/ttyUSB0" to policy.devices)",
             [](HostPolicy& p) { p.devices = {"/dev/ttyUSB0"}; }},
        Case{"device_of_a_folder",
             [](Definition& d) {
               d.devices = {{{"/dev/dri/card0", "/x"}}};
             },
             "/devices/0", R"(add "/dev/dri/card0" to policy.devices)",
             [](HostPolicy& p) { p.devices = {"/dev/dri"}; }},
        Case{"capability",
             [](Definition& d) {
               d.cap_add = {{"KILL", "cap_net_admin"}};
             },
             "/cap_add/1", R"(add "NET_ADMIN" to policy.capabilities)",
             [](HostPolicy& p) { p.capabilities = {"NET_ADMIN"}; }},
        Case{"capability_by_all", [](Definition& d) { d.cap_add = {{"SYS_ADMIN"}}; }, "/cap_add/0",
             R"(add "SYS_ADMIN" to policy.capabilities)",
             [](HostPolicy& p) { p.capabilities = {"ALL"}; }},
        Case{"all_capabilities", [](Definition& d) { d.cap_add = {{"all"}}; }, "/cap_add/0",
             R"(add "ALL" to policy.capabilities)",
             [](HostPolicy& p) { p.capabilities = {"ALL"}; }},
        Case{"seccomp", [](Definition& d) { d.security_opt = {{"seccomp:unconfined"}}; },
             "/security_opt/0", R"(add "seccomp=unconfined" to policy.security_options)",
             [](HostPolicy& p) { p.security_options = {"seccomp=unconfined"}; }},
        Case{"seccomp_profile",
             [](Definition& d) { d.security_opt = {{R"(seccomp={"defaultAction": "allow"})"}}; },
             "/security_opt/0", R"(add "seccomp" to policy.security_options)",
             [](HostPolicy& p) { p.security_options = {"seccomp"}; }},
        Case{"apparmor", [](Definition& d) { d.security_opt = {{"apparmor=other"}}; },
             "/security_opt/0", R"(add "apparmor=other" to policy.security_options)",
             [](HostPolicy& p) { p.security_options = {"apparmor=other"}; }},
        Case{"label", [](Definition& d) { d.security_opt = {{"label:disable"}}; },
             "/security_opt/0", R"(add "label=disable" to policy.security_options)",
             [](HostPolicy& p) { p.security_options = {"label=disable"}; }},
        Case{"system_paths", [](Definition& d) { d.security_opt = {{"systempaths=unconfined"}}; },
             "/security_opt/0", R"(add "systempaths=unconfined" to policy.security_options)",
             [](HostPolicy& p) { p.security_options = {"systempaths=unconfined"}; }},
        Case{"new_privileges",
             [](Definition& d) { d.security_opt = {{"no-new-privileges:false"}}; },
             "/security_opt/0", R"(add "no-new-privileges=false" to policy.security_options)",
             [](HostPolicy& p) { p.security_options = {"no-new-privileges=false"}; }},
        Case{"runtime", [](Definition& d) { d.runtime = "runc"; }, "/runtime",
             R"(add "runc" to policy.runtimes)", [](HostPolicy& p) { p.runtimes = {"runc"}; }},
        Case{"cgroup_parent", [](Definition& d) { d.cgroup_parent = "/important"; },
             "/cgroup_parent", R"(add "/important" to policy.cgroup_parents)",
             [](HostPolicy& p) { p.cgroup_parents = {"/important"}; }},
        Case{"oom_score", [](Definition& d) { d.oom_score_adj = -1; }, "/oom_score_adj",
             "say `oom_protection: true` below `policy`",
             [](HostPolicy& p) { p.oom_protection = true; }},
        Case{"oom_kill", [](Definition& d) { d.oom_kill_disable = true; }, "/oom_kill_disable",
             "say `oom_protection: true` below `policy`",
             [](HostPolicy& p) { p.oom_protection = true; }}),
    [](const auto& row) { return row.param.name; });

struct Ask {
  std::string name;
  std::function<void(Definition&)> ask;
};
void PrintTo(const Ask& row, std::ostream* out) { *out << row.name; }

class Harmless : public testing::TestWithParam<Ask> {};

TEST_P(Harmless, NeedsNoLine) {
  Problems problems;
  check_policy(with(GetParam().ask), {}, "", problems);
  EXPECT_THAT(problems, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    HostPolicy, Harmless,
    testing::Values(Ask{"nothing", [](Definition&) {}},
                    Ask{"switches_off",
                        [](Definition& d) {
                          d.privileged = false;
                          d.oom_kill_disable = false;
                        }},
                    Ask{"own_namespaces",
                        [](Definition& d) {
                          d.network_mode = "none";
                          d.ipc = "shareable";
                        }},
                    Ask{"volumes",
                        [](Definition& d) {
                          d.volumes = {{{.text = "data:/data", .source = "data", .target = "/data"},
                                        {.kind = MountKind::tmpfs, .target = "/tmp"}}};
                        }},
                    Ask{"default_capabilities",
                        [](Definition& d) {
                          d.cap_add = {{"NET_RAW", "cap_chown"}};
                        }},
                    Ask{"dropped_capabilities", [](Definition& d) { d.cap_drop = {{"ALL"}}; }},
                    Ask{"tightening",
                        [](Definition& d) {
                          d.security_opt = {{"no-new-privileges", "no-new-privileges:true",
                                             "no-new-privileges=true", "seccomp=builtin"}};
                        }},
                    Ask{"networks", [](Definition& d) { d.networks = {{{.name = "hosts"}}}; }},
                    Ask{"first_to_be_killed", [](Definition& d) { d.oom_score_adj = 500; }}),
    [](const auto& row) { return row.param.name; });

// ---- binds: at component boundaries, for reading or for both

struct BindCase {
  std::string name;
  std::vector<std::string> binds;
  std::string source;
  bool read_only;
  std::string refused;  // empty: allowed
};
void PrintTo(const BindCase& row, std::ostream* out) { *out << row.name; }

class Binds : public testing::TestWithParam<BindCase> {};

TEST_P(Binds, AreAllowedByPath) {
  const BindCase& row = GetParam();
  HostPolicy policy;
  policy.binds = row.binds;
  Problems problems;
  check_policy(with([&](Definition& d) { d.volumes = {{bind(row.source, row.read_only)}}; }),
               policy, "", problems);
  if (row.refused.empty()) {
    EXPECT_THAT(problems, IsEmpty());
  } else {
    EXPECT_THAT(problems, ElementsAre(testing::Field(&Problem::message, HasSubstr(row.refused))));
  }
}

INSTANTIATE_TEST_SUITE_P(
    HostPolicy, Binds,
    testing::Values(
        BindCase{"the_path", {"/srv"}, "/srv", false, ""},
        BindCase{"below_it", {"/srv"}, "/srv/a/b", false, ""},
        BindCase{"not_beside_it", {"/srv"}, "/srvx", false, "add \"/srvx\""},
        BindCase{"not_above_it", {"/srv/a"}, "/srv", false, "add \"/srv\""},
        BindCase{"below_the_root", {"/"}, "/etc/passwd", false, ""},
        BindCase{"by_any_line", {"/a", "/srv"}, "/srv/x", false, ""},
        BindCase{"slashes_do_not_count", {"/srv"}, "//srv///x/", false, ""},
        BindCase{"no_way_out", {"/srv"}, "/srv/../etc", false, "write the path without"},
        BindCase{"no_way_round", {"/srv"}, "/srv/x/../y", false, "write the path without"},
        BindCase{"not_relative", {"/srv"}, "srv", false, "mounts a path of the host"},
        BindCase{"reading_by_both", {"/srv"}, "/srv/x", true, ""},
        BindCase{"reading", {"/srv:ro"}, "/srv/x", true, ""},
        BindCase{"not_writing",
                 {"/srv:ro"},
                 "/srv/x",
                 false,
                 R"(for writing, which the policy allows for reading only: mount it read-only, or )"
                 R"(add "/srv/x" to policy.binds)"},
        BindCase{"writing_by_another_line", {"/srv:ro", "/srv/x"}, "/srv/x", false, ""}),
    [](const auto& row) { return row.param.name; });

// ---- registries

struct RegistryCase {
  std::string name;
  std::vector<std::string> registries;
  std::string image;
  bool allowed;
};
void PrintTo(const RegistryCase& row, std::ostream* out) { *out << row.name; }

class Registries : public testing::TestWithParam<RegistryCase> {};

TEST_P(Registries, AreAllowedByHostAndPath) {
  HostPolicy policy;
  policy.registries = GetParam().registries;
  Problems problems;
  check_policy(test::definition("web", GetParam().image), policy, "", problems);
  EXPECT_EQ(problems.empty(), GetParam().allowed);
}

INSTANTIATE_TEST_SUITE_P(
    HostPolicy, Registries,
    testing::Values(
        RegistryCase{"the_hub", {"docker.io"}, "nginx:1", true},
        RegistryCase{"the_hub_by_its_other_name", {"docker.io"}, "index.docker.io/a/b:1", true},
        RegistryCase{"a_part_of_the_hub", {"docker.io/library"}, "nginx:1", true},
        RegistryCase{"not_another_part", {"docker.io/library"}, "team/nginx:1", false},
        RegistryCase{"a_port", {"registry:5000"}, "registry:5000/app:1", true},
        RegistryCase{"not_another_port", {"registry:5000"}, "registry:50001/app:1", false},
        RegistryCase{"a_path", {"r.example/team"}, "r.example/team/app:1", true},
        RegistryCase{"one_image", {"r.example/team/app"}, "r.example/team/app:1", true},
        RegistryCase{"one_image_by_digest",
                     {"r.example/team/app"},
                     "r.example/team/app@sha256:"
                     "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
                     true},
        RegistryCase{"not_beside_it", {"r.example/team"}, "r.example/teams/app:1", false},
        RegistryCase{"none", {}, "nginx:1", false}),
    [](const auto& row) { return row.param.name; });

TEST(HostPolicy, NamesTheHostOfAnImageThatItDoesNotAllow) {
  HostPolicy policy;
  policy.registries = {{"docker.io"}};
  Problems problems;
  check_policy(test::definition("web", "registry:5000/team/app:1"), policy, "", problems);
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].pointer, "/image");
  EXPECT_EQ(problems[0].message,
            "'registry:5000/team/app:1' comes from registry:5000, which the policy does not allow: "
            "add \"registry:5000\" to policy.registries in genisys-connector.yml");
}

TEST(HostPolicy, NamesEverythingAtOnce) {
  Problems problems;
  check_policy(with([](Definition& d) {
                 d.privileged = true;
                 d.pid = "host";
                 d.cap_add = {{"SYS_ADMIN", "NET_ADMIN"}};
               }),
               {}, "", problems);
  EXPECT_EQ(problems.size(), 4u);
}

// ---- what services share

struct SharedCase {
  std::string name;
  SharedResources shared;
  std::string pointer;  // empty: allowed by default
  std::string message = {};
  std::function<void(HostPolicy&)> allow = {};
};
void PrintTo(const SharedCase& row, std::ostream* out) { *out << row.name; }

SharedResources network(std::string driver, Pairs options = {}, bool external = false) {
  return {.networks = {{"lan",
                        {.name = "lan",
                         .external = external,
                         .driver = std::move(driver),
                         .driver_opts = std::move(options)}}}};
}

SharedResources volume(Pairs options, std::string driver = "") {
  return {.volumes = {
              {"data",
               {.name = "data", .driver = std::move(driver), .driver_opts = std::move(options)}}}};
}

class Shared : public testing::TestWithParam<SharedCase> {};

TEST_P(Shared, IsAllowedByTheLineThatTheMessageNames) {
  const SharedCase& row = GetParam();
  HostPolicy policy;
  Problems problems;
  check_policy(row.shared, policy, problems);
  if (row.pointer.empty()) {
    EXPECT_THAT(problems, IsEmpty());
    return;
  }
  ASSERT_EQ(problems.size(), 1u);
  EXPECT_EQ(problems[0].pointer, row.pointer);
  EXPECT_THAT(problems[0].message,
              AllOf(HasSubstr("which the policy does not allow"), HasSubstr(row.message)));
  problems.clear();
  row.allow(policy);
  check_policy(row.shared, policy, problems);
  EXPECT_THAT(problems, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    HostPolicy, Shared,
    testing::Values(
        SharedCase{"network", network(""), ""}, SharedCase{"overlay", network("overlay"), ""},
        SharedCase{"external_network", network("", {}, true), ""},
        SharedCase{"macvlan", network("macvlan"), "/networks/lan/driver",
                   R"(add "macvlan" to policy.network_drivers)",
                   [](HostPolicy& p) { p.network_drivers = {"macvlan"}; }},
        SharedCase{"host_network", network("host"), "/networks/lan/driver",
                   R"(add "host" to policy.network_drivers)",
                   [](HostPolicy& p) { p.network_drivers = {"host"}; }},
        SharedCase{"interface", network("", {{"com.docker.network.bridge.name", "eth0"}}),
                   "/networks/lan/driver_opts/com.docker.network.bridge.name",
                   R"(add "bridge" to policy.network_drivers)",
                   [](HostPolicy& p) { p.network_drivers = {"bridge"}; }},
        SharedCase{"volume", volume({}), ""}, SharedCase{"local", volume({}, "local"), ""},
        SharedCase{"tmpfs", volume({{"type", "tmpfs"}, {"device", "tmpfs"}, {"o", "size=1m"}}), ""},
        SharedCase{"nfs", volume({{"type", "nfs"}, {"device", ":/x"}, {"o", "addr=10.0.0.1"}}), ""},
        SharedCase{"cifs", volume({{"type", "cifs"}, {"device", "//server/x"}}), ""},
        SharedCase{"bind", volume({{"type", "none"}, {"device", "/etc"}, {"o", "bind"}}),
                   "/volumes/data/driver_opts/device", R"(add "/etc" to policy.binds)",
                   [](HostPolicy& p) { p.binds = {"/etc"}; }},
        SharedCase{"bind_for_reading", volume({{"device", "/etc"}, {"o", "ro,rbind"}}),
                   "/volumes/data/driver_opts/device", R"(add "/etc:ro" to policy.binds)",
                   [](HostPolicy& p) { p.binds = {"/etc:ro"}; }},
        SharedCase{"bind_by_a_harmless_type",
                   volume({{"type", "nfs"}, {"device", "/etc"}, {"o", "addr=1,bind"}}),
                   "/volumes/data/driver_opts/device", R"(add "/etc" to policy.binds)",
                   [](HostPolicy& p) { p.binds = {"/"}; }},
        SharedCase{"overlay_of_folders", volume({{"type", "overlay"}, {"o", "lowerdir=/etc:/x"}}),
                   "/volumes/data/driver_opts/type", R"(add "overlay" to policy.volume_types)",
                   [](HostPolicy& p) { p.volume_types = {"overlay"}; }},
        SharedCase{"proc", volume({{"type", "proc"}, {"device", "proc"}}),
                   "/volumes/data/driver_opts/type", R"(add "proc" to policy.volume_types)",
                   [](HostPolicy& p) { p.volume_types = {"proc"}; }},
        SharedCase{"device", volume({{"device", "/dev/sda1"}}), "/volumes/data/driver_opts/device",
                   R"(add "/dev/sda1" to policy.devices)",
                   [](HostPolicy& p) { p.devices = {"/dev"}; }},
        SharedCase{"plugin", volume({{"mountpoint", "/etc"}}, "local-persist"),
                   "/volumes/data/driver", R"(add "local-persist" to policy.volume_drivers)",
                   [](HostPolicy& p) { p.volume_drivers = {"local-persist"}; }}),
    [](const auto& row) { return row.param.name; });

TEST(HostPolicy, WantsTheTypeAndTheDeviceOfADiskThatIsMounted) {
  HostPolicy policy;
  policy.volume_types = {"ext4"};
  const SharedResources disk = volume({{"type", "ext4"}, {"device", "/dev/sda1"}});
  Problems problems;
  check_policy(disk, policy, problems);
  EXPECT_EQ(problems.size(), 1u);
  policy.devices = {"/dev/sda1"};
  problems.clear();
  check_policy(disk, policy, problems);
  EXPECT_THAT(problems, IsEmpty());
}

TEST(HostPolicy, TellsCleanPaths) {
  for (const char* path : {"/", "/srv", "/srv/a.b/..c"}) EXPECT_TRUE(is_clean_path(path)) << path;
  for (const char* path :
       {"", "srv", "./srv", "/srv/", "//srv", "/a//b", "/a/./b", "/a/..", "/.."}) {
    EXPECT_FALSE(is_clean_path(path)) << path;
  }
}

}  // namespace
}  // namespace genisys::state
