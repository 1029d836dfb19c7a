// What the fields of a definition refuse, each and together, and what a person is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/unsupported_keys.hpp"
#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

struct Refused {
  const char* name;
  std::string fields;
  std::string reason;
};

class FieldsRefuse : public testing::TestWithParam<Refused> {};

TEST_P(FieldsRefuse, WithPointerAndReason) {
  Problems problems;
  EXPECT_FALSE(decode(json_with(GetParam().fields), problems));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
  for (const Problem& problem : problems) EXPECT_GT(problem.at.line, 0U) << problem.message;
}

INSTANTIATE_TEST_SUITE_P(
    Process, FieldsRefuse,
    testing::Values(
        Refused{"entrypoint", R"("entrypoint": 5)", "/entrypoint: must be a string or a list"},
        Refused{"user", R"("user": "a b")",
                "/user: 'a b' is not a user: write a name or a number, and a group behind a ':'"},
        Refused{"user_without_group", R"("user": "app:")", "'app:' is not a user"},
        Refused{"user_too_large", R"("user": 2147483648)", "'2147483648' is not a user"},
        Refused{"user_negative", R"("user": -1)", "'-1' is not a user"},
        Refused{"user_list", R"("user": [])", "/user: must be a string such as \"1000:1000\""},
        Refused{"working_dir", R"("working_dir": "app")",
                "/working_dir: 'app' is not a folder in the container: write an absolute path"},
        Refused{"working_dir_number", R"("working_dir": 5)", "must be a string, not a number"},
        Refused{"hostname", R"("hostname": "a_b")", "/hostname: 'a_b' is not a host's name"},
        Refused{"hostname_dots", R"("hostname": "a..b")", "is not a host's name"},
        Refused{"hostname_dash", R"("hostname": "a-.b")", "is not a host's name"},
        Refused{"hostname_long", R"("hostname": ")" + std::string(64, 'a') + "\"",
                "is not a host's name"},
        Refused{"domainname", R"("domainname": "-x")", "/domainname: '-x' is not a domain's name"},
        Refused{"init", R"("init": "yes")", "/init: must be true or false, not 'yes'"},
        Refused{"tty_number", R"("tty": 1)", "/tty: must be true or false, not '1'"},
        Refused{"logging", R"("logging": "syslog")",
                "/logging: must be a map such as {\"driver\":"},
        Refused{"logging_key", R"("logging": {"driv": "x"})", "did you mean 'driver'?"},
        Refused{"logging_option", R"("logging": {"options": {"a": []}})",
                "/logging/options/a: must be a string, a number or a boolean"},
        Refused{"group", R"("group_add": ["a b"])", "/group_add/0: 'a b' is not a group"},
        Refused{"group_twice", R"("group_add": ["a", "a"])",
                "/group_add/1: the group 'a' is given"},
        Refused{"text_too_long", R"("cgroup_parent": ")" + std::string(4097, 'a') + "\"",
                "must have at most 4096 bytes"},
        Refused{"text_with_a_control_character", R"("cgroup_parent": "a\nb")",
                "no control characters"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Files, FieldsRefuse,
    testing::Values(
        Refused{"tmpfs", R"("tmpfs": "run")", "/tmpfs: 'run' is not a place in the container"},
        Refused{"tmpfs_in_a_list", R"("tmpfs": ["/a", "run"])", "/tmpfs/1: 'run' is not a place"},
        Refused{"tmpfs_option", R"("tmpfs": "/run:sise=64m")",
                "/tmpfs: the option 'sise' is not known: did you mean 'size'?"},
        Refused{"tmpfs_option_without_value", R"("tmpfs": "/run:size")", "size needs a value"},
        Refused{"tmpfs_option_with_value", R"("tmpfs": "/run:ro=1")", "ro takes no value"},
        Refused{"tmpfs_option_empty", R"("tmpfs": "/run:")", "the option '' is not known"},
        Refused{"tmpfs_twice", R"("tmpfs": ["/run", "/run/:size=1m"])",
                "/tmpfs: something else is mounted at '/run' already: remove one"},
        Refused{"tmpfs_over_a_volume", R"("tmpfs": "/a/", "volumes": ["data:/a"])",
                "/tmpfs: something else is mounted at '/a' already"},
        Refused{"shm_size", R"("shm_size": "64x")",
                "/shm_size: '64x' is not a number of bytes: write it like 64m"},
        Refused{"device", R"("devices": ["ttyUSB0"])",
                "/devices/0: 'ttyUSB0' is not a device: write an absolute path"},
        Refused{"device_permissions", R"("devices": ["/dev/a:/dev/a:rx"])",
                "/devices/0: 'rx' are no permissions"},
        Refused{"device_permissions_in_the_second_place", R"("devices": ["/dev/a:rwm"])",
                "'rwm' is not a device"},
        Refused{"device_with_more", R"("devices": ["/dev/a:/dev/a:r:w"])", "are no permissions"},
        Refused{"device_empty", R"("devices": [""])", "/devices/0: names no device"},
        Refused{"device_number", R"("devices": [5])", "/devices/0: must be a string such as"},
        Refused{"device_twice", R"("devices": ["/dev/a", "/dev/b:/dev/a"])",
                "/devices/1: '/dev/a' is given to the container twice"},
        Refused{"device_key", R"("devices": [{"source": "/dev/a", "mode": "r"}])",
                "/devices/0/mode: unknown key 'mode'"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Networks, FieldsRefuse,
    testing::Values(
        Refused{"text", R"("networks": "a")", "/networks: must be a list such as [\"backend\"]"},
        Refused{"host", R"("networks": ["host"])",
                "/networks/0: 'host' is not a network to join: write network_mode: host"},
        Refused{"default", R"("networks": {"default": null})",
                "/networks/default: 'default' is a network of a Compose file"},
        Refused{"name", R"("networks": ["a/b"])", "/networks/0: 'a/b' is not a network's name"},
        Refused{"twice", R"("networks": ["a", "a"])", "/networks/1: 'a' is given twice"},
        Refused{"list_within", R"("networks": {"a": []})",
                "/networks/a: must be a map such as {\"aliases\": …}"},
        Refused{"alias", R"("networks": {"a": {"aliases": ["x y"]}})",
                "/networks/a/aliases/0: 'x y' is not a name for a host"},
        Refused{"ipv4", R"("networks": {"a": {"ipv4_address": "10.0.0"}})",
                "/networks/a/ipv4_address: '10.0.0' is not an IPv4 address"},
        Refused{"ipv6", R"("networks": {"a": {"ipv6_address": "10.0.0.1"}})",
                "'10.0.0.1' is not an IPv6 address"},
        Refused{"link_local", R"("networks": {"a": {"link_local_ips": ["x"]}})",
                "/networks/a/link_local_ips/0: 'x' is not an IPv4 or IPv6 address"},
        Refused{"priority", R"("networks": {"a": {"priority": 1.5}})", "must be an integer from"},
        Refused{"key_not_acted_on", R"("networks": {"a": {"mac_address": "02:42::"}})",
                "/networks/a/mac_address: mac_address is not acted on"},
        Refused{"mode_of_a_service", R"("network_mode": "service:db")",
                "/network_mode: 'service:db' would tie a replica to one container of another"},
        Refused{"mode_of_a_container", R"("network_mode": "container:x")", "would tie a replica"},
        Refused{"mode_of_a_network", R"("network_mode": "backend")",
                "must be one of bridge, host, none, not 'backend': a network is joined with"},
        Refused{"mode_and_networks", R"("network_mode": "host", "networks": ["a"])",
                "/network_mode: networks and network_mode exclude each other: remove one"},
        Refused{"mode_host_and_ports", R"("network_mode": "host", "ports": [80])",
                "/network_mode: the host's ports are the container's then"},
        Refused{"expose", R"("expose": ["80:80"])", "/expose/0: '80:80' is not a port"},
        Refused{"expose_boolean", R"("expose": [true])",
                "/expose/0: must be a string or an integer"},
        Refused{"host_line", R"("extra_hosts": ["db"])",
                "/extra_hosts/0: 'db' is not a host: write \"name=address\""},
        Refused{"host_address", R"("extra_hosts": ["db:x"])", "'x' is not an address"},
        Refused{"host_name", R"("extra_hosts": {"a b": "::1"})",
                "/extra_hosts/a b: 'a b' is not a host's name"},
        Refused{"host_twice", R"("extra_hosts": ["a:::1", "a=[0::1]"])",
                "/extra_hosts/1: 'a:::1' is given twice"},
        Refused{"host_number", R"("extra_hosts": {"a": [5]})",
                "/extra_hosts/a/0: must be an address such as"},
        Refused{"dns", R"("dns": "one.one")", "/dns: 'one.one' is not an IPv4 or IPv6 address"},
        Refused{"dns_in_a_list", R"("dns": ["9.9.9.9", "x"])", "/dns/1: 'x' is not an IPv4"},
        Refused{"dns_search_empty", R"("dns_search": [""])", "/dns_search/0: is empty: remove it"},
        Refused{"dns_opt_number", R"("dns_opt": [5])", "/dns_opt/0: must be a string"},
        Refused{"port_key", R"("ports": [{"target": 80, "publish": 1}])",
                "/ports/0/publish: unknown key 'publish': did you mean 'published'?"},
        Refused{"port_without_target", R"("ports": [{"published": 80}])",
                "/ports/0: lacks target: write the container's port"},
        Refused{"port_mode", R"("ports": [{"target": 80, "mode": "x"}])",
                "/ports/0/mode: must be one of host, ingress, not 'x'"},
        Refused{"port_protocol", R"("ports": [{"target": 80, "protocol": "icmp"}])",
                "/ports/0: '80/icmp' is not a port: the protocol 'icmp' must be"},
        Refused{"port_target", R"("ports": [{"target": []}])",
                "/ports/0/target: must be a string or an integer, not a list"},
        Refused{"port_ranges", R"("ports": ["8000-8001:80-85"])", "make the ranges equally long"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Security, FieldsRefuse,
    testing::Values(
        Refused{"capability", R"("cap_add": ["NET_ADMN"])",
                "/cap_add/0: 'NET_ADMN' is not a capability: did you mean 'NET_ADMIN'?"},
        Refused{"capability_far", R"("cap_drop": ["everything"])",
                "/cap_drop/0: 'everything' is not a capability: write a name such as"},
        Refused{"capability_twice", R"("cap_add": ["CAP_CHOWN", "chown"])",
                "/cap_add/1: 'CHOWN' is given twice"},
        Refused{"capability_text", R"("cap_add": "CHOWN")", "/cap_add: must be a list"},
        Refused{"option", R"("security_opt": ["no-new-privilege"])",
                "/security_opt/0: the option 'no-new-privilege' is not known: did you mean"},
        Refused{"option_file", R"("security_opt": ["seccomp=./profile.json"])",
                "names a file, which nobody reads"},
        Refused{"option_paths", R"("security_opt": ["systempaths=unconfined"])",
                "is not taken by the engine's API"},
        Refused{"option_value", R"("security_opt": ["label"])", "'label' needs a value"},
        Refused{"pid", R"("pid": "private")", "/pid: must be one of host, not 'private'"},
        Refused{"pid_of_a_container", R"("pid": "container:x")", "/pid: 'container:x' would tie"},
        Refused{"ipc", R"("ipc": "service:db")", "/ipc: 'service:db' would tie"},
        Refused{"uts", R"("uts": "host", "hostname": "a")",
                "/uts: the host's name is the container's then"},
        Refused{"runtime", R"("runtime": "a b")", "/runtime: 'a b' is not a runtime"},
        Refused{"sysctl", R"("sysctls": {"a": null})", "/sysctls/a: has no value: write the value"},
        Refused{"ulimit", R"("ulimits": {"nofiles": 5})", "did you mean 'nofile'?"},
        Refused{"ulimit_text", R"("ulimits": {"nofile": "many"})",
                "/ulimits/nofile: must be an integer from -1 to"},
        Refused{"ulimit_half", R"("ulimits": {"nofile": {"soft": 5}})",
                "/ulimits/nofile: lacks hard: write both bounds"},
        Refused{"ulimit_above", R"("ulimits": {"nofile": {"soft": 6, "hard": 5}})",
                "the soft bound 6 is above the hard one, 5"},
        Refused{"ulimit_unlimited", R"("ulimits": {"nofile": {"soft": -1, "hard": 5}})",
                "the soft bound -1 is above"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Limits, FieldsRefuse,
    testing::Values(
        Refused{"memory", R"("mem_limit": "-1")", "/mem_limit: '-1' is not a number of bytes"},
        Refused{"memory_number", R"("mem_limit": -5)", "'-5' is not a number of bytes"},
        Refused{"memory_boolean", R"("mem_limit": true)", "a boolean is not a number of bytes"},
        Refused{"memory_overflow", R"("mem_limit": "9999999999g")", "is not a number of bytes"},
        Refused{"swap", R"("memswap_limit": "-2")", "/memswap_limit: '-2' is not a number"},
        Refused{"swap_alone", R"("memswap_limit": "1g")",
                "/memswap_limit: is memory and swap together, and needs a mem_limit"},
        Refused{"swap_below", R"("memswap_limit": "1g", "mem_limit": "2g")",
                "1g is memory and swap together, and below the mem_limit, 2g"},
        Refused{"reservation_above", R"("mem_reservation": "2g", "mem_limit": "1g")",
                "/mem_reservation: the reservation of 2g is above the limit of 1g"},
        Refused{"swappiness", R"("mem_swappiness": 101)",
                "/mem_swappiness: must be an integer from 0 to 100, not '101'"},
        Refused{"cpus", R"("cpus": "half")", "/cpus: 'half' is not a number of processors"},
        Refused{"cpus_negative", R"("cpus": -0.5)", "'-0.5' is not a number of processors"},
        Refused{"cpus_decimals", R"("cpus": 0.1234567891)", "with at most 9 decimals"},
        Refused{"cpus_exponent", R"("cpus": 1e2)", "'1e2' is not a number of processors"},
        Refused{"cpu_shares", R"("cpu_shares": -1)", "/cpu_shares: must be an integer from 0"},
        Refused{"cpuset", R"("cpuset": "1-0")", "/cpuset: '1-0' is not a set of processors"},
        Refused{"cpuset_comma", R"("cpuset": "0,")", "'0,' is not a set of processors"},
        Refused{"cpuset_huge", R"("cpuset": "99999999999")", "is not a set of processors"},
        Refused{"pids", R"("pids_limit": -2)", "/pids_limit: must be an integer from -1"},
        Refused{"oom_score", R"("oom_score_adj": 1001)", "/oom_score_adj: must be an integer from"},
        Refused{"memory_twice",
                R"("mem_limit": "1g", "deploy": {"resources": {"limits": {"memory": "2g"}}})",
                "/mem_limit: differs from deploy.resources.limits.memory: remove one"},
        Refused{"cpus_twice", R"("cpus": 1, "deploy": {"resources": {"limits": {"cpus": 2}}})",
                "/cpus: differs from deploy.resources.limits.cpus"},
        Refused{"pids_twice",
                R"("pids_limit": 1, "deploy": {"resources": {"limits": {"pids": 2}}})",
                "/pids_limit: differs from deploy.resources.limits.pids"},
        Refused{"reservation_twice",
                R"("mem_reservation": 1,
                   "deploy": {"resources": {"reservations": {"memory": 2}}})",
                "/mem_reservation: differs from deploy.resources.reservations.memory"},
        Refused{"resources_key", R"("deploy": {"resources": {"limit": {}}})",
                "/deploy/resources/limit: unknown key 'limit': did you mean 'limits'?"},
        Refused{"reserved_cpus", R"("deploy": {"resources": {"reservations": {"cpus": 1}}})",
                "/deploy/resources/reservations/cpus: cpus is not acted on: an engine reserves no"},
        Refused{"reserved_devices", R"("deploy": {"resources": {"reservations": {"devices": []}}})",
                "devices is not acted on: devices are not reserved"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Restart, FieldsRefuse,
    testing::Values(
        Refused{"word", R"("restart": "never")",
                "/restart: must be no, always, unless-stopped, on-failure or on-failure:N, not"},
        Refused{"true", R"("restart": true)", "not a boolean"},
        Refused{"times", R"("restart": "on-failure:x")", "not 'on-failure:x'"},
        Refused{"times_empty", R"("restart": "on-failure:")", "not 'on-failure:'"},
        Refused{"times_negative", R"("restart": "on-failure:-1")", "not 'on-failure:-1'"},
        Refused{"times_of_always", R"("restart": "always:3")", "not 'always:3'"},
        Refused{"policy_condition", R"("deploy": {"restart_policy": {"condition": "always"}})",
                "/deploy/restart_policy/condition: must be one of any, on-failure, none, not"},
        Refused{"policy_delay", R"("deploy": {"restart_policy": {"delay": "25h"}})",
                "/deploy/restart_policy/delay: 25h is longer than the 24h allowed"},
        Refused{"policy_key", R"("deploy": {"restart_policy": {"attempts": 3}})",
                "/deploy/restart_policy/attempts: unknown key 'attempts'"},
        Refused{"itself", R"("depends_on": ["web"])",
                "/depends_on: 'web' cannot depend on itself: remove it"},
        Refused{"dependency_name", R"("depends_on": ["a b"])",
                "/depends_on/0: 'a b' is not a service's name"},
        Refused{"dependency_twice", R"("depends_on": ["db", "db"])", "'db' is given twice"},
        Refused{"dependency_without_condition", R"("depends_on": {"db": {"required": true}})",
                "/depends_on/db: lacks condition: write service_started"},
        Refused{"dependency_null", R"("depends_on": {"db": null})",
                "/depends_on/db: must be a map such as {\"condition\": …}, not null"},
        Refused{"dependency_condition", R"("depends_on": {"db": {"condition": "started"}})",
                "/depends_on/db/condition: must be one of service_started, service_healthy, "
                "service_completed_successfully, not 'started'"},
        Refused{"dependency_restart",
                R"("depends_on": {"db": {"condition": "service_started", "restart": true}})",
                "/depends_on/db/restart: restart is not acted on: a service is not restarted"}),
    [](const auto& test) { return test.param.name; });

TEST(UnsupportedKeys, AreEachRefusedWithItsReason) {
  for (const UnsupportedKey& row : unsupported_service_keys()) {
    EXPECT_THAT(problems_with(fmt::format("\"{}\": null", row.key)),
                HasSubstr(fmt::format("/{0}: {0} is not acted on: {1}", row.key, row.reason)));
  }
  for (const UnsupportedKey& row : unsupported_deploy_keys()) {
    EXPECT_THAT(
        problems_with(fmt::format("\"deploy\": {{\"{}\": 1}}", row.key)),
        HasSubstr(fmt::format("/deploy/{0}: {0} is not acted on: {1}", row.key, row.reason)));
  }
}

}  // namespace
}  // namespace genisys::state
