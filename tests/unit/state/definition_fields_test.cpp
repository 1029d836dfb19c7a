// What each field of a definition accepts, and how it reads back. The fields with more to them have
// tests of their own beside this one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

// A definition reads back as `written`, what stands behind the five first fields.
struct Accepted {
  const char* name;
  std::string fields;
  std::string written;
};

class FieldsAccept : public testing::TestWithParam<Accepted> {};

TEST_P(FieldsAccept, AndReadBack) {
  const Definition definition = with(GetParam().fields);
  const std::string begin =
      R"({"name":"web","image":"nginx:1","command":null,"environment":null,"ports":null)";
  const std::string& written = GetParam().written;
  EXPECT_EQ(encode_definition(definition), begin + (written.empty() ? "" : "," + written) + "}");
  EXPECT_EQ(decode(encode_definition(definition)), definition);
  EXPECT_EQ(spec_hash(decode(encode_definition(definition))), spec_hash(definition));
}

INSTANTIATE_TEST_SUITE_P(
    Process, FieldsAccept,
    testing::Values(
        Accepted{"entrypoint", R"("entrypoint": "sh -c 'a b'")", R"("entrypoint":"sh -c 'a b'")"},
        Accepted{"entrypoint_list", R"("entrypoint": ["a", "b c"])", R"("entrypoint":["a","b c"])"},
        Accepted{"entrypoint_none", R"("entrypoint": [])", R"("entrypoint":[])"},
        Accepted{"user_name", R"("user": "app")", R"("user":"app")"},
        Accepted{"user_and_group", R"("user": "1000:www-data")", R"("user":"1000:www-data")"},
        Accepted{"user_number", R"("user": 1000)", R"("user":"1000")"},
        Accepted{"user_largest", R"("user": "2147483647:0")", R"("user":"2147483647:0")"},
        Accepted{"working_dir", R"("working_dir": "/srv/app/")", R"("working_dir":"/srv/app/")"},
        Accepted{"hostname", R"("hostname": "a-1.example")", R"("hostname":"a-1.example")"},
        Accepted{"domainname", R"("domainname": "example.org")", R"("domainname":"example.org")"},
        Accepted{"flags", R"("init": true, "tty": "true", "stdin_open": false, "read_only": true)",
                 R"("init":true,"tty":true,"stdin_open":false,"read_only":true)"},
        Accepted{"logging", R"("logging": {"driver": "json-file", "options": {"max-file": 3}})",
                 R"("logging":{"driver":"json-file","options":{"max-file":"3"}})"},
        Accepted{"logging_of_nothing", R"("logging": {})", R"("logging":{})"},
        Accepted{"group_add", R"("group_add": ["audio", 44])", R"("group_add":["audio","44"])"},
        // What a Compose file has where a variable is not set.
        Accepted{"empty_texts",
                 R"("user": "", "working_dir": "", "hostname": "", "domainname": "", "pid": "",
                    "ipc": "", "uts": "", "userns_mode": "", "cgroup_parent": "", "runtime": "",
                    "cpuset": "", "network_mode": "", "restart": "", "dns": "", "tmpfs": "")",
                 ""}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Files, FieldsAccept,
    testing::Values(
        Accepted{"tmpfs", R"("tmpfs": "/run")", R"("tmpfs":["/run"])"},
        Accepted{"tmpfs_list", R"("tmpfs": ["/run:size=64m,mode=1777,noexec", "/tmp"])",
                 R"("tmpfs":["/run:size=64m,mode=1777,noexec","/tmp"])"},
        Accepted{"shm_size", R"("shm_size": "64M")", R"("shm_size":"64m")"},
        Accepted{"devices", R"("devices": ["/dev/a", "/dev/b:/dev/c", "/dev/d:/dev/e:r"])",
                 R"("devices":["/dev/a:/dev/a:rwm","/dev/b:/dev/c:rwm","/dev/d:/dev/e:r"])"},
        Accepted{"devices_long",
                 R"("devices": [{"source": "/dev/a", "target": "/dev/b", "permissions": "rw"}])",
                 R"("devices":["/dev/a:/dev/b:rw"])"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Networks, FieldsAccept,
    testing::Values(
        Accepted{"list", R"("networks": ["b", "a_1"])", R"("networks":["a_1","b"])"},
        Accepted{"none", R"("networks": [])", R"("networks":[])"},
        Accepted{"map_of_nothing", R"("networks": {"b": null, "a": {}})",
                 R"("networks":["a","b"])"},
        Accepted{
            "map",
            R"("networks": {"a": null, "b": {"aliases": ["db", "x.y"], "priority": 10,
                    "ipv4_address": "10.0.0.9", "ipv6_address": "fd00:0::9",
                    "link_local_ips": ["169.254.1.1"]}})",
            R"("networks":{"b":{"aliases":["db","x.y"],"ipv4_address":"10.0.0.9",)"
            R"("ipv6_address":"fd00::9","link_local_ips":["169.254.1.1"],"priority":10},"a":{}})"},
        Accepted{"mode_host", R"("network_mode": "host")", R"("network_mode":"host")"},
        Accepted{"mode_none", R"("network_mode": "none")", R"("network_mode":"none")"},
        Accepted{"mode_bridge", R"("network_mode": "bridge", "networks": [])",
                 R"("networks":[],"network_mode":"bridge")"},
        Accepted{"expose", R"("expose": ["3000", 3001, "8000-8010/udp", "80/tcp"])",
                 R"("expose":["3000","3001","8000-8010/udp","80"])"},
        Accepted{
            "extra_hosts",
            R"("extra_hosts": ["a:10.0.0.1", "b=10.0.0.2", "c:::1", "d=[fd00:0::1]",
                                    "e:host-gateway"])",
            R"("extra_hosts":["a:10.0.0.1","b:10.0.0.2","c:::1","d:fd00::1","e:host-gateway"])"},
        Accepted{"extra_hosts_map", R"("extra_hosts": {"a": "10.0.0.1", "b": ["10.0.0.2", "::1"]})",
                 R"("extra_hosts":["a:10.0.0.1","b:10.0.0.2","b:::1"])"},
        Accepted{"dns", R"("dns": "9.9.9.9", "dns_search": "example.org", "dns_opt": ["ndots:2"])",
                 R"("dns":["9.9.9.9"],"dns_search":["example.org"],"dns_opt":["ndots:2"])"},
        Accepted{"dns_list", R"("dns": ["9.9.9.9", "0:0::1"], "dns_search": [".", "a.b"])",
                 R"("dns":["9.9.9.9","::1"],"dns_search":[".","a.b"])"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Security, FieldsAccept,
    testing::Values(
        Accepted{"capabilities", R"("cap_add": ["CAP_NET_ADMIN", "sys_time"], "cap_drop": ["ALL"])",
                 R"("cap_add":["NET_ADMIN","SYS_TIME"],"cap_drop":["ALL"])"},
        Accepted{"security_opt",
                 R"("security_opt": ["no-new-privileges:true", "label=disable",
                                     "seccomp:unconfined", "apparmor=unconfined"])",
                 R"("security_opt":["no-new-privileges:true","label=disable",)"
                 R"("seccomp:unconfined","apparmor=unconfined"])"},
        Accepted{"namespaces",
                 R"("privileged": true, "pid": "host", "ipc": "shareable", "uts": "host",
                    "userns_mode": "host", "cgroup_parent": "m-executor", "runtime": "runc")",
                 R"("privileged":true,"pid":"host","ipc":"shareable","uts":"host",)"
                 R"("userns_mode":"host","cgroup_parent":"m-executor","runtime":"runc")"},
        Accepted{"sysctls", R"("sysctls": ["net.core.somaxconn=1024"])",
                 R"("sysctls":{"net.core.somaxconn":"1024"})"},
        Accepted{"sysctls_map", R"("sysctls": {"net.ipv4.tcp_syncookies": 0})",
                 R"("sysctls":{"net.ipv4.tcp_syncookies":"0"})"},
        Accepted{"ulimits",
                 R"("ulimits": {"nproc": 65535, "nofile": {"soft": 20000, "hard": "40000"},
                                "core": -1, "memlock": {"soft": -1, "hard": -1}})",
                 R"("ulimits":{"core":-1,"memlock":-1,"nofile":{"soft":20000,"hard":40000},)"
                 R"("nproc":65535})"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Limits, FieldsAccept,
    testing::Values(
        Accepted{"memory",
                 R"("mem_limit": "1.5G", "mem_reservation": 1000000, "memswap_limit": "2048MB",
                    "mem_swappiness": "0")",
                 R"("mem_limit":"1536m","mem_reservation":"1000000b","memswap_limit":"2g",)"
                 R"("mem_swappiness":0)"},
        Accepted{"memory_without_a_limit", R"("mem_limit": 0, "memswap_limit": -1)",
                 R"("mem_limit":"0","memswap_limit":-1)"},
        Accepted{"cpus", R"("cpus": 0.50, "cpu_shares": 512, "cpuset": "0-1,3")",
                 R"("cpus":0.5,"cpu_shares":512,"cpuset":"0-1,3")"},
        Accepted{"cpus_as_text", R"("cpus": "1.000000001", "cpuset": 0)",
                 R"("cpus":1.000000001,"cpuset":"0")"},
        Accepted{"whole_cpus", R"("cpus": "2.0")", R"("cpus":2)"},
        Accepted{"others",
                 R"("pids_limit": -1, "oom_score_adj": "-1000", "oom_kill_disable": "false")",
                 R"("pids_limit":-1,"oom_score_adj":-1000,"oom_kill_disable":false)"},
        Accepted{
            "resources",
            R"("deploy": {"resources": {"limits": {"cpus": "0.25", "memory": "50M", "pids": 10},
                    "reservations": {"memory": "20M"}}})",
            R"("deploy":{"resources":{"limits":{"cpus":0.25,"memory":"50m","pids":10},)"
            R"("reservations":{"memory":"20m"}}})"},
        Accepted{"resources_that_say_the_same",
                 R"("mem_limit": "50m", "deploy": {"resources": {"limits": {"memory": 52428800}}})",
                 R"("mem_limit":"50m","deploy":{"resources":{"limits":{"memory":"50m"}}})"},
        Accepted{"resources_of_nothing", R"("deploy": {"resources": {}})",
                 R"("deploy":{"resources":{}})"}),
    [](const auto& test) { return test.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Restart, FieldsAccept,
    testing::Values(
        Accepted{"no", R"("restart": "no")", R"("restart":"no")"},
        Accepted{"false", R"("restart": false)", R"("restart":"no")"},
        Accepted{"always", R"("restart": "always")", R"("restart":"always")"},
        Accepted{"unless_stopped", R"("restart": "unless-stopped")",
                 R"("restart":"unless-stopped")"},
        Accepted{"on_failure", R"("restart": "on-failure")", R"("restart":"on-failure")"},
        Accepted{"on_failure_times", R"("restart": "on-failure:3")", R"("restart":"on-failure:3")"},
        Accepted{"policy",
                 R"("deploy": {"restart_policy": {"condition": "on-failure", "delay": 5,
                    "max_attempts": "3", "window": "2m"}})",
                 R"("deploy":{"restart_policy":{"condition":"on-failure","delay":"5s",)"
                 R"("max_attempts":3,"window":"2m"}})"},
        Accepted{"depends_on", R"("depends_on": ["db", "cache"])",
                 R"("depends_on":["cache","db"])"},
        Accepted{"depends_on_nothing", R"("depends_on": {})", R"("depends_on":[])"},
        Accepted{"depends_on_plain",
                 R"("depends_on": {"db": {"condition": "service_started", "restart": false}})",
                 R"("depends_on":["db"])"},
        Accepted{"depends_on_conditions",
                 R"("depends_on": {"db": {"condition": "service_healthy"}, "init": {"condition":
                    "service_completed_successfully", "required": false}})",
                 R"("depends_on":{"db":{"condition":"service_healthy"},)"
                 R"("init":{"condition":"service_completed_successfully","required":false}})"}),
    [](const auto& test) { return test.param.name; });

struct Ports {
  const char* name;
  std::string json;
  std::vector<std::string> texts;
};

class PortsAccept : public testing::TestWithParam<Ports> {};

TEST_P(PortsAccept, AndReadBackInTheShortSyntax) {
  const Definition definition = with("\"ports\": " + GetParam().json);
  std::vector<std::string> texts;
  for (const Port& port : *definition.ports) texts.push_back(port.text);
  EXPECT_EQ(texts, GetParam().texts);
  EXPECT_EQ(decode(encode_definition(definition)), definition);
}

INSTANTIATE_TEST_SUITE_P(
    Ports, PortsAccept,
    testing::Values(
        Ports{"range", R"(["3000-3002"])", {"3000", "3001", "3002"}},
        Ports{"ranges",
              R"(["9090-9091:8080-8081", "9000-9009:80"])",
              {"9090:8080", "9091:8081", "9000-9009:80"}},
        Ports{"long_target", R"([{"target": 80}])", {"80"}},
        Ports{"long_published",
              R"([{"target": "80", "published": 8080, "protocol": "tcp"}])",
              {"8080:80"}},
        Ports{"long_range",
              R"([{"target": 80, "published": "8080-8089", "mode": "ingress"}])",
              {"8080-8089:80"}},
        Ports{"long_address",
              R"([{"target": 53, "published": "53", "host_ip": "127.0.0.1", "protocol": "udp",
                   "mode": "host", "name": "dns", "app_protocol": "dns"}])",
              {"127.0.0.1:53:53/udp"}},
        Ports{"long_address_of_six", R"([{"target": 80, "host_ip": "::1"}])", {"[::1]::80"}},
        Ports{"long_nulls", R"([{"target": 80, "published": null, "host_ip": ""}])", {"80"}}),
    [](const auto& test) { return test.param.name; });

struct Rules {
  const char* name;
  std::string fields;
  RestartPolicy means;
};

class RestartRules : public testing::TestWithParam<Rules> {};

TEST_P(RestartRules, AreThePolicysThenThoseOfRestart) {
  EXPECT_EQ(restart_rules(with(GetParam().fields)), GetParam().means);
}

std::string policy(const std::string& members) {
  return R"("deploy": {"restart_policy": {)" + members + "}}";
}

INSTANTIATE_TEST_SUITE_P(
    Definition, RestartRules,
    testing::Values(
        Rules{"unset", "", {.condition = RestartCondition::any}},
        Rules{"no", R"("restart": "no")", {.condition = RestartCondition::none}},
        Rules{"always", R"("restart": "always")", {.condition = RestartCondition::any}},
        Rules{"unless_stopped",
              R"("restart": "unless-stopped")",
              {.condition = RestartCondition::any}},
        Rules{"on_failure",
              R"("restart": "on-failure")",
              {.condition = RestartCondition::on_failure}},
        Rules{"on_failure_times",
              R"("restart": "on-failure:3")",
              {.condition = RestartCondition::on_failure, .max_attempts = 3}},
        Rules{"on_failure_for_ever",
              R"("restart": "on-failure:0")",
              {.condition = RestartCondition::on_failure}},
        Rules{"policy", policy(R"("condition": "none")"), {.condition = RestartCondition::none}},
        Rules{"policy_first",
              R"("restart": "always", )" + policy(R"("condition": "on-failure")"),
              {.condition = RestartCondition::on_failure}},
        Rules{"policy_first_in_attempts",
              R"("restart": "on-failure:3", )" + policy(R"("condition": "on-failure")"),
              {.condition = RestartCondition::on_failure}},
        Rules{"restart_where_the_policy_is_silent",
              R"("restart": "on-failure:3", )" + policy(R"("delay": 5)"),
              {.condition = RestartCondition::on_failure,
               .delay = std::chrono::seconds(5),
               .max_attempts = 3}},
        Rules{"attempts_of_the_policy",
              R"("restart": "on-failure:3", )" + policy(R"("max_attempts": 7)"),
              {.condition = RestartCondition::on_failure, .max_attempts = 7}},
        Rules{"empty_policy", policy(""), {.condition = RestartCondition::any}}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace genisys::state
