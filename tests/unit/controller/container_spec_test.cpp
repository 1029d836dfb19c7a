#include "controller/container_spec.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/builders.hpp"

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;
using docker::HealthProbe;
using docker::Mount;
using state::Healthcheck;

docker::ContainerSpec spec_of(state::Definition definition) {
  const state::Service service{.definition = std::move(definition)};
  return container_spec(service, "hash", 1, "instance");
}

struct Row {
  const char* name;
  std::optional<Healthcheck> check;
  std::optional<HealthProbe> probe;
};

class ContainerSpecHealth : public testing::TestWithParam<Row> {};

TEST_P(ContainerSpecHealth, SaysToTheEngineWhatTheDefinitionSays) {
  auto definition = test::definition("web");
  definition.healthcheck = GetParam().check;
  EXPECT_EQ(spec_of(definition).healthcheck, GetParam().probe);
}

INSTANTIATE_TEST_SUITE_P(Cases, ContainerSpecHealth,
                         testing::Values(Row{"unset", std::nullopt, std::nullopt},
                                         Row{"disabled",
                                             Healthcheck{.disabled = true, .interval = 5s},
                                             HealthProbe{.test = {"NONE"}}},
                                         Row{"times_alone", Healthcheck{.interval = 1500ms},
                                             HealthProbe{.interval = 1500ms}},
                                         Row{"everything",
                                             Healthcheck{.test = {"CMD", "x"},
                                                         .interval = 1s,
                                                         .timeout = 2s,
                                                         .start_period = 3s,
                                                         .retries = 4},
                                             HealthProbe{.test = {"CMD", "x"},
                                                         .interval = 1s,
                                                         .timeout = 2s,
                                                         .start_period = 3s,
                                                         .retries = 4}}),
                         [](const auto& row) { return row.param.name; });

// ---- what a field becomes

struct FieldRow {
  const char* name;
  std::function<void(state::Definition&)> define;
  std::function<void(docker::ContainerSpec&)> expect;  // beside a definition without the field
};

class ContainerSpecField : public testing::TestWithParam<FieldRow> {};

TEST_P(ContainerSpecField, SaysToTheEngineWhatTheDefinitionSays) {
  auto definition = test::definition("web");
  docker::ContainerSpec expected = spec_of(definition);
  GetParam().expect(expected);
  GetParam().define(definition);
  EXPECT_EQ(spec_of(definition), expected);
}

using docker::ContainerSpec;
using state::Definition;

state::Command words(std::vector<std::string> list) { return {.given = list, .words = list}; }

INSTANTIATE_TEST_SUITE_P(
    Program, ContainerSpecField,
    testing::Values(
        FieldRow{"command",
                 [](Definition& d) {
                   d.command = words({"a", "b"});
                 },
                 [](ContainerSpec& s) {
                   s.command = {"a", "b"};
                 }},
        FieldRow{"entrypoint",
                 [](Definition& d) {
                   d.entrypoint = words({"sh", "-c"});
                 },
                 [](ContainerSpec& s) {
                   s.entrypoint = {"sh", "-c"};
                 }},
        FieldRow{"no_entrypoint", [](Definition& d) { d.entrypoint = words({}); },
                 [](ContainerSpec& s) { s.entrypoint.emplace(); }},
        FieldRow{"environment",
                 [](Definition& d) {
                   d.environment = state::Pairs{{"K", "v"}};
                 },
                 [](ContainerSpec& s) { s.environment.emplace_back("K", "v"); }},
        FieldRow{"user_and_place",
                 [](Definition& d) {
                   d.user = "1000:1000";
                   d.working_dir = "/srv";
                   d.hostname = "h";
                   d.domainname = "d.example";
                 },
                 [](ContainerSpec& s) {
                   s.user = "1000:1000";
                   s.working_dir = "/srv";
                   s.hostname = "h";
                   s.domainname = "d.example";
                 }},
        FieldRow{"terminal",
                 [](Definition& d) {
                   d.init = true;
                   d.tty = true;
                   d.stdin_open = true;
                 },
                 [](ContainerSpec& s) {
                   s.init = true;
                   s.tty = true;
                   s.open_stdin = true;
                 }},
        FieldRow{"stop",
                 [](Definition& d) {
                   d.stop_signal = "SIGINT";
                   d.stop_grace_period = 1500ms;
                 },
                 [](ContainerSpec& s) {
                   s.stop_signal = "SIGINT";
                   s.stop_timeout = 2s;
                 }},
        FieldRow{
            "logging",
            [](Definition& d) {
              d.logging = state::Logging{.driver = "json-file", .options = {{"max-size", "1m"}}};
            },
            [](ContainerSpec& s) {
              s.logging = docker::LogConfig{.driver = "json-file", .options = {{"max-size", "1m"}}};
            }},
        FieldRow{"restart_is_ours",
                 [](Definition& d) {
                   d.restart = "always";
                   d.restart_policy = state::RestartPolicy{.max_attempts = 3};
                 },
                 [](ContainerSpec&) {}}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Network, ContainerSpecField,
    testing::Values(
        FieldRow{"exposed",
                 [](Definition& d) {
                   d.expose = {{.first = 3000, .last = 3000},
                               {.first = 65534, .last = 65535, .protocol = state::Protocol::udp}};
                 },
                 [](ContainerSpec& s) {
                   s.exposed = {"3000/tcp", "65534/udp", "65535/udp"};
                 }},
        FieldRow{"names",
                 [](Definition& d) {
                   d.extra_hosts = {"db:10.0.0.1"};
                   d.dns = {"10.0.0.2"};
                   d.dns_search = {"example"};
                   d.dns_opt = {"ndots:1"};
                 },
                 [](ContainerSpec& s) {
                   s.extra_hosts = {"db:10.0.0.1"};
                   s.dns = {"10.0.0.2"};
                   s.dns_search = {"example"};
                   s.dns_options = {"ndots:1"};
                 }},
        FieldRow{"mode", [](Definition& d) { d.network_mode = "host"; },
                 [](ContainerSpec& s) { s.network_mode = "host"; }},
        FieldRow{"by_priority_then_name",
                 [](Definition& d) {
                   d.networks = {{.name = "b"},
                                 {.name = "a", .ipv4_address = "10.1.0.9"},
                                 {.name = "z", .aliases = {"www", "web"}, .priority = 10}};
                 },
                 [](ContainerSpec& s) {
                   s.endpoints = {{.network = "z", .aliases = {"www", "web"}},
                                  {.network = "a", .aliases = {"web"}, .ipv4_address = "10.1.0.9"},
                                  {.network = "b", .aliases = {"web"}}};
                 }},
        FieldRow{"engines_own_takes_no_alias",
                 [](Definition& d) { d.networks = {{.name = "bridge"}}; },
                 [](ContainerSpec& s) { s.endpoints = {{.network = "bridge"}}; }}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Files, ContainerSpecField,
    testing::Values(
        FieldRow{
            "short_volumes",
            [](Definition& d) {
              d.volumes = {
                  {.text = "data:/data", .source = "data", .target = "/data"},
                  {.text = "conf:/conf:ro,z,nocopy",
                   .source = "conf",
                   .target = "/conf",
                   .read_only = true,
                   .modes = {"z", "nocopy"}},
                  {.text = "logs:/logs:Z", .source = "logs", .target = "/logs", .modes = {"Z"}},
                  {.text = "/srv:/srv",
                   .kind = state::MountKind::bind,
                   .source = "/srv",
                   .target = "/srv"},
                  {.text = "/cache", .target = "/cache"}};
            },
            [](ContainerSpec& s) {
              s.binds = {"data:/data:rw", "conf:/conf:ro,z,nocopy", "logs:/logs:Z", "/srv:/srv:rw"};
              s.anonymous_volumes = {"/cache"};
            }},
        FieldRow{"long_volumes",
                 [](Definition& d) {
                   d.volumes = {{.source = "data", .target = "/data", .no_copy = true},
                                {.target = "/anonymous"},
                                {.kind = state::MountKind::bind,
                                 .source = "/srv",
                                 .target = "/srv",
                                 .read_only = true,
                                 .propagation = "rslave"},
                                {.kind = state::MountKind::tmpfs,
                                 .target = "/tmp",
                                 .tmpfs_size = 1024,
                                 .tmpfs_mode = 0755}};
                 },
                 [](ContainerSpec& s) {
                   s.mounts = {Mount{.source = "data", .target = "/data", .no_copy = true},
                               Mount{.target = "/anonymous"},
                               Mount{.type = docker::MountType::bind,
                                     .source = "/srv",
                                     .target = "/srv",
                                     .read_only = true,
                                     .propagation = "rslave"},
                               Mount{.type = docker::MountType::tmpfs,
                                     .target = "/tmp",
                                     .tmpfs_size = 1024,
                                     .tmpfs_mode = 0755}};
                 }},
        FieldRow{"bind_that_makes_its_path",
                 [](Definition& d) {
                   d.volumes = {{.kind = state::MountKind::bind,
                                 .source = "/srv",
                                 .target = "/srv",
                                 .propagation = "rslave",
                                 .create_host_path = true}};
                 },
                 [](ContainerSpec& s) { s.binds = {"/srv:/srv:rw,rslave"}; }},
        FieldRow{"tmpfs",
                 [](Definition& d) {
                   d.tmpfs = {"/run", "/tmp:size=64m,mode=1777"};
                 },
                 [](ContainerSpec& s) {
                   s.tmpfs = {{"/run", ""}, {"/tmp", "size=64m,mode=1777"}};
                 }},
        FieldRow{"root_and_devices",
                 [](Definition& d) {
                   d.read_only = true;
                   d.shm_size = 64 << 20;
                   d.devices = {{"/dev/a", "/dev/b", "rw"}};
                 },
                 [](ContainerSpec& s) {
                   s.read_only_root = true;
                   s.shm_size = 64 << 20;
                   s.devices = {{"/dev/a", "/dev/b", "rw"}};
                 }}),
    [](const auto& row) { return row.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Rights, ContainerSpecField,
    testing::Values(FieldRow{"capabilities",
                             [](Definition& d) {
                               d.cap_add = {"NET_ADMIN"};
                               d.cap_drop = {"ALL"};
                               d.security_opt = {"no-new-privileges:true"};
                               d.group_add = {"audio"};
                               d.privileged = true;
                             },
                             [](ContainerSpec& s) {
                               s.cap_add = {"NET_ADMIN"};
                               s.cap_drop = {"ALL"};
                               s.security_options = {"no-new-privileges:true"};
                               s.groups = {"audio"};
                               s.privileged = true;
                             }},
                    FieldRow{"namespaces",
                             [](Definition& d) {
                               d.pid = "host";
                               d.ipc = "shareable";
                               d.uts = "host";
                               d.userns_mode = "host";
                               d.cgroup_parent = "m";
                               d.runtime = "runsc";
                             },
                             [](ContainerSpec& s) {
                               s.pid_mode = "host";
                               s.ipc_mode = "shareable";
                               s.uts_mode = "host";
                               s.userns_mode = "host";
                               s.cgroup_parent = "m";
                               s.runtime = "runsc";
                             }},
                    FieldRow{"limits_of_the_kernel",
                             [](Definition& d) {
                               d.sysctls = state::Pairs{{"net.core.somaxconn", "1024"}};
                               d.ulimits = {{"nofile", {.soft = 1, .hard = 2}}};
                               d.oom_score_adj = 100;
                               d.oom_kill_disable = false;
                             },
                             [](ContainerSpec& s) {
                               s.sysctls = state::Pairs{{"net.core.somaxconn", "1024"}};
                               s.ulimits = {{"nofile", 1, 2}};
                               s.oom_score_adj = 100;
                               s.oom_kill_disable = false;
                             }},
                    FieldRow{"direct_resources_before_deployed_ones",
                             [](Definition& d) {
                               d.mem_limit = 1;
                               d.mem_reservation = 2;
                               d.memswap_limit = -1;
                               d.mem_swappiness = 0;
                               d.cpus = 500'000'000;
                               d.cpu_shares = 512;
                               d.cpuset = "0-1";
                               d.pids_limit = 100;
                               d.resources = state::Resources{.limit_nano_cpus = 9,
                                                              .limit_memory = 9,
                                                              .limit_pids = 9,
                                                              .reserved_memory = 9};
                             },
                             [](ContainerSpec& s) {
                               s.memory = 1;
                               s.memory_reservation = 2;
                               s.memory_swap = -1;
                               s.memory_swappiness = 0;
                               s.nano_cpus = 500'000'000;
                               s.cpu_shares = 512;
                               s.cpuset = "0-1";
                               s.pids_limit = 100;
                             }},
                    FieldRow{"deployed_resources",
                             [](Definition& d) {
                               d.resources = state::Resources{.limit_nano_cpus = 1,
                                                              .limit_memory = 2,
                                                              .limit_pids = 3,
                                                              .reserved_memory = 4};
                             },
                             [](ContainerSpec& s) {
                               s.nano_cpus = 1;
                               s.memory = 2;
                               s.pids_limit = 3;
                               s.memory_reservation = 4;
                             }}),
    [](const auto& row) { return row.param.name; });

TEST(ContainerSpec, KeepsItsLabelsFromTheDefinitions) {
  auto definition = test::definition("web");
  definition.labels = state::Pairs{{"team", "red"}, {std::string(kSlotLabel), "7"}};
  const auto labels = spec_of(definition).labels;
  EXPECT_EQ(labels.at("team"), "red");
  EXPECT_EQ(labels.at(std::string(kSlotLabel)), "1");
}

TEST(ContainerSpec, JoinsAllNetworksButTheFirstLater) {
  EXPECT_THAT(later_joins({}), testing::IsEmpty());
  EXPECT_THAT(later_joins({.endpoints = {{.network = "a"}}}), testing::IsEmpty());
  EXPECT_THAT(later_joins({.endpoints = {{.network = "a"}, {.network = "b"}}}),
              testing::ElementsAre(docker::Endpoint{.network = "b"}));
}

}  // namespace
}  // namespace genisys::controller
