#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

struct Same {
  const char* name;
  std::string one;
  std::string other;
};

class SpecHashIgnores : public testing::TestWithParam<Same> {};

TEST_P(SpecHashIgnores, HowItIsWritten) {
  EXPECT_EQ(spec_hash(with(GetParam().one)), spec_hash(with(GetParam().other)));
}

INSTANTIATE_TEST_SUITE_P(
    SpecHash, SpecHashIgnores,
    testing::Values(
        Same{"integer_port", R"("ports": [8080])", R"("ports": ["8080"])"},
        Same{"default_protocol", R"("ports": ["80"])", R"("ports": ["80/tcp"])"},
        Same{"range_of_one", R"("ports": ["81:80"])", R"("ports": ["81-81:80"])"},
        Same{"order_of_ports", R"("ports": [80, 81])", R"("ports": [81, 80])"},
        Same{"no_ports", R"("ports": [])", ""},
        Same{"command_as_list", R"("command": "a 'b c'")", R"("command": ["a", "b c"])"},
        Same{"command_quoting", R"("command": "a  b")", R"("command": "'a' b")"},
        Same{"empty_command", R"("command": "")", R"("command": null)"},
        Same{"order_of_environment", R"("environment": {"A": "1", "B": "2"})",
             R"("environment": {"B": "2", "A": "1"})"},
        Same{"form_of_environment", R"("environment": {"A": 1, "B": true})",
             R"("environment": ["B=true", "A=1"])"},
        Same{"empty_environment", R"("environment": {})", ""},
        Same{"form_of_labels", R"("labels": {"a": ""})", R"("labels": ["a"])"},
        Same{"signal_by_number", R"("stop_signal": 15)", R"("stop_signal": "SIGTERM")"},
        Same{"signal_without_sig", R"("stop_signal": "TERM")", R"("stop_signal": "SIGTERM")"},
        Same{"grace_period", R"("stop_grace_period": 90)", R"("stop_grace_period": "1m30s")"},
        Same{"form_of_the_test", R"("healthcheck": {"test": "x y"})",
             R"("healthcheck": {"test": ["CMD-SHELL", "x y"]})"},
        Same{"form_of_the_interval", R"("healthcheck": {"interval": 90})",
             R"("healthcheck": {"interval": "1m30s"})"},
        Same{"none_and_disabled", R"("healthcheck": {"test": ["NONE"]})",
             R"("healthcheck": {"disable": true, "interval": "5s"})"},
        Same{"empty_healthcheck", R"("healthcheck": {})", ""},
        Same{"healthcheck_of_zeros", R"("healthcheck": {"interval": "0s", "retries": 0})", ""},
        Same{"order_of_volumes", R"("volumes": ["v1:/a", "v2:/b:ro"])",
             R"("volumes": ["v2:/b:ro", "v1:/a:rw"])"},
        Same{"no_volumes", R"("volumes": [])", ""},
        Same{"restart", R"("restart": "no", "depends_on": ["db"])", ""},
        Same{"when_it_is_started_again",
             R"("deploy": {"rollback_config": {"delay": 1}, "restart_policy": {"delay": 1}})", ""},
        Same{"flags_that_are_the_default",
             R"("tty": false, "stdin_open": false, "read_only": false, "privileged": false,
                "oom_kill_disable": false)",
             ""},
        Same{"nothing_of_each",
             R"("logging": {}, "tmpfs": [], "devices": [], "networks": [], "expose": [],
                "extra_hosts": [], "dns": [], "dns_search": [], "dns_opt": [], "cap_add": [],
                "cap_drop": [], "security_opt": [], "group_add": [], "sysctls": {}, "ulimits": {},
                "deploy": {"resources": {"limits": {}}})",
             ""},
        Same{"no_limits",
             R"("mem_limit": 0, "mem_reservation": 0, "memswap_limit": 0, "shm_size": 0, "cpus": 0,
                "cpu_shares": 0, "oom_score_adj": 0)",
             ""},
        Same{"no_limit_of_processes", R"("pids_limit": 0)", R"("pids_limit": -1)"},
        Same{"form_of_entrypoint", R"("entrypoint": "a b")", R"("entrypoint": ["a", "b"])"},
        Same{"form_of_user", R"("user": 1000)", R"("user": "1000")"},
        Same{"form_of_flags", R"("init": "true")", R"("init": true)"},
        Same{"form_of_tmpfs", R"("tmpfs": "/run")", R"("tmpfs": ["/run"])"},
        Same{"order_of_tmpfs", R"("tmpfs": ["/a", "/b"])", R"("tmpfs": ["/b", "/a"])"},
        Same{"form_of_devices", R"("devices": ["/dev/a"])",
             R"("devices": [{"source": "/dev/a", "target": "/dev/a", "permissions": "mrw"}])"},
        Same{"form_of_networks", R"("networks": ["a", "b"])",
             R"("networks": {"b": {}, "a": null})"},
        Same{"order_of_aliases", R"("networks": {"a": {"aliases": ["x", "y"]}})",
             R"("networks": {"a": {"aliases": ["y", "x"]}})"},
        Same{"priority_that_changes_no_order", R"("networks": {"a": {"priority": 5}, "b": {}})",
             R"("networks": ["a", "b"])"},
        Same{"form_of_expose", R"("expose": ["3000-3002", "3001"])",
             R"("expose": [3002, "3000/tcp", 3001])"},
        Same{"form_of_extra_hosts", R"("extra_hosts": ["b=::1", "a:10.0.0.1"])",
             R"("extra_hosts": {"a": "10.0.0.1", "b": ["0::1"]})"},
        Same{"form_of_dns", R"("dns": "9.9.9.9")", R"("dns": ["9.9.9.9"])"},
        Same{"form_of_capabilities", R"("cap_add": ["CAP_CHOWN", "kill"])",
             R"("cap_add": ["KILL", "CHOWN"])"},
        Same{"form_of_security_options",
             R"("security_opt": ["no-new-privileges", "label:disable"])",
             R"("security_opt": ["label=disable", "no-new-privileges:true"])"},
        Same{"form_of_sysctls", R"("sysctls": ["a=1"])", R"("sysctls": {"a": 1})"},
        Same{"form_of_ulimits", R"("ulimits": {"nofile": 5})",
             R"("ulimits": {"nofile": {"soft": 5, "hard": 5}})"},
        Same{"form_of_bytes", R"("mem_limit": "1g")", R"("mem_limit": 1073741824)"},
        Same{"place_of_the_limits",
             R"("mem_limit": "1g", "cpus": 0.5, "pids_limit": 9, "mem_reservation": "1m")",
             R"("deploy": {"resources": {"limits": {"memory": "1g", "cpus": "0.50", "pids": 9},
                "reservations": {"memory": "1024k"}}})"},
        Same{"form_of_ports", R"("ports": ["9090-9091:80-81", "[::1]:53:53/udp"])",
             R"("ports": [{"target": 53, "published": 53, "host_ip": "::1", "protocol": "udp"},
                          "9091:81", {"target": 80, "published": "9090"}])"},
        Same{"form_of_volumes",
             R"("volumes": ["data:/data:nocopy,ro", "/srv:/srv:z,cached", "/c"])",
             R"("volumes": [{"type": "bind", "source": "/srv/", "target": "/srv",
                             "bind": {"create_host_path": true, "selinux": "z"}},
                            {"type": "volume", "target": "/c/"},
                            {"type": "volume", "source": "data", "target": "/data",
                             "read_only": true, "volume": {"nocopy": true}}])"},
        Same{"default_propagation", R"("volumes": ["/srv:/srv:rprivate"])",
             R"("volumes": ["/srv:/srv"])"},
        Same{"pull_policy", R"("pull_policy": "always")", ""},
        Same{"update_config",
             R"("deploy": {"update_config": {"parallelism": 3, "order": "stop-first"}})", ""}),
    [](const auto& test) { return test.param.name; });

TEST(SpecHash, DiffersWhereContainersDo) {
  std::set<std::string> hashes;
  const std::initializer_list<const char*> different = {
      "",
      R"("command": "a")",
      R"("command": "a b")",
      R"("command": ["a b"])",
      R"("command": ["a", ""])",
      R"("ports": ["80"])",
      R"("ports": ["80/udp"])",
      R"("ports": ["80:80"])",
      R"("ports": ["80-81:80"])",
      R"("ports": ["127.0.0.1:80:80"])",
      R"("ports": ["127.0.0.1::80"])",
      R"("ports": ["80", "81"])",
      R"("environment": {"A": "1"})",
      R"("environment": {"A": "2"})",
      R"("environment": {"A": ""})",
      R"("environment": {"A": "1", "B": "2"})",
      R"("environment": {"A": "1B=2"})",
      R"("labels": {"A": "1"})",
      R"("stop_signal": "SIGINT")",
      R"("stop_signal": "SIGTERM")",
      R"("stop_grace_period": "10s")",
      R"("stop_grace_period": "0s")",
      R"("healthcheck": {"disable": true})",
      R"("healthcheck": {"test": "x"})",
      R"("healthcheck": {"test": ["CMD", "x"]})",
      R"("healthcheck": {"interval": "1s"})",
      R"("healthcheck": {"timeout": "1s"})",
      R"("healthcheck": {"start_period": "1s"})",
      R"("healthcheck": {"retries": 1000})",
      R"("volumes": ["v1:/a"])",
      R"("volumes": ["v2:/a"])",
      R"("volumes": ["v1:/b"])",
      R"("volumes": ["v1:/a:ro"])",
      R"("volumes": ["v1:/a", "v1:/b"])",
      R"("volumes": ["/v1:/a"])",
      R"("volumes": ["/a"])",
      R"("volumes": ["v1:/a:nocopy"])",
      R"("volumes": ["v1:/a:z"])",
      R"("volumes": ["v1:/a:Z"])",
      R"("volumes": ["/v1:/a:rshared"])",
      R"("volumes": [{"type": "tmpfs", "target": "/a"}])",
      R"("volumes": [{"type": "tmpfs", "target": "/a", "tmpfs": {"size": 1}}])",
      R"("volumes": [{"type": "tmpfs", "target": "/a", "tmpfs": {"mode": 1}}])",
      R"("entrypoint": "a")",
      R"("entrypoint": [])",
      R"("user": "a")",
      R"("working_dir": "/a")",
      R"("hostname": "a")",
      R"("domainname": "a")",
      R"("init": true)",
      R"("init": false)",
      R"("tty": true)",
      R"("stdin_open": true)",
      R"("read_only": true)",
      R"("privileged": true)",
      R"("logging": {"driver": "a"})",
      R"("logging": {"options": {"a": "b"}})",
      R"("logging": {"driver": "a", "options": {"a": "b"}})",
      R"("tmpfs": "/a")",
      R"("tmpfs": "/a:ro")",
      R"("tmpfs": ["/a", "/b"])",
      R"("shm_size": 1)",
      R"("devices": ["/dev/a"])",
      R"("devices": ["/dev/a:/dev/b"])",
      R"("devices": ["/dev/a:/dev/a:r"])",
      R"("networks": ["a"])",
      R"("networks": ["a", "b"])",
      R"("networks": {"a": {}, "b": {"priority": 1}})",
      R"("networks": {"a": {"aliases": ["b"]}})",
      R"("networks": {"a": {"aliases": ["b"]}, "c": {}})",
      R"("networks": {"a": {}, "c": {"aliases": ["b"]}})",
      R"("networks": {"a": {"ipv4_address": "10.0.0.1"}})",
      R"("networks": {"a": {"ipv6_address": "::1"}})",
      R"("networks": {"a": {"link_local_ips": ["::1"]}})",
      R"("network_mode": "host")",
      R"("network_mode": "none")",
      R"("expose": [80])",
      R"("expose": ["80/udp"])",
      R"("expose": ["80-81"])",
      R"("extra_hosts": ["a:::1"])",
      R"("dns": "::1")",
      R"("dns": ["::1", "::2"])",
      R"("dns": ["::2", "::1"])",
      R"("dns_search": "a")",
      R"("dns_opt": "a")",
      R"("cap_add": ["ALL"])",
      R"("cap_drop": ["ALL"])",
      R"("security_opt": ["no-new-privileges"])",
      R"("group_add": ["a"])",
      R"("pid": "host")",
      R"("ipc": "host")",
      R"("ipc": "none")",
      R"("uts": "host")",
      R"("userns_mode": "host")",
      R"("cgroup_parent": "a")",
      R"("runtime": "a")",
      R"("sysctls": ["a=1"])",
      R"("ulimits": {"nofile": 5})",
      R"("ulimits": {"nofile": {"soft": 4, "hard": 5}})",
      R"("mem_limit": 1)",
      R"("mem_limit": 2)",
      R"("mem_reservation": 1)",
      R"("memswap_limit": -1)",
      R"("mem_swappiness": 0)",
      R"("cpus": 1)",
      R"("cpu_shares": 1)",
      R"("cpuset": "0")",
      R"("pids_limit": 0)",
      R"("pids_limit": 5)",
      R"("oom_score_adj": 1)",
      R"("oom_kill_disable": true)"};
  for (const char* fields : different) hashes.insert(spec_hash(with(fields)));
  hashes.insert(spec_hash(decode(R"({"name": "web", "image": "nginx:2"})")));
  EXPECT_EQ(hashes.size(), different.size() + 1);
}

TEST(SpecHash, IsOfTheSpecAndNotOfTheName) {
  const std::string hash = spec_hash(decode(R"({"name": "a", "image": "nginx:1"})"));
  EXPECT_EQ(hash, spec_hash(decode(R"({"name": "b", "image": "docker.io/library/nginx:1"})")));
  EXPECT_THAT(hash, testing::MatchesRegex(
                        "[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

// Containers that run carry these: a change would replace them all.
TEST(SpecHash, StaysTheSameOverVersions) {
  EXPECT_EQ(spec_hash(with("")), "314f4051-20d6-5cfe-bc74-31ca864da32a");
  EXPECT_EQ(spec_hash(with(R"("command": "a b", "environment": {"A": "1"}, "ports": ["81:80"],
                              "labels": {"l": "x"}, "stop_signal": "INT", "stop_grace_period": "10s")")),
            "5cd4dc58-d478-5c9f-90eb-048494a68238");
  EXPECT_EQ(spec_hash(with(R"("volumes": ["data:/data", "conf:/conf:ro"],
                              "healthcheck": {"test": ["CMD", "x"], "interval": "1s"})")),
            "be0373e5-2362-57ee-bbf2-68c8d2e03ab5");
}

}  // namespace
}  // namespace genisys::state
