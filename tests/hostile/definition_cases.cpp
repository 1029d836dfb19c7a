#include "tests/hostile/cases.hpp"

namespace genisys::test {

namespace {

using namespace std::string_literals;

HttpCase refused(std::string name, const std::string& body, std::string says) {
  return {std::move(name), post("/service", body), {400}, std::move(says)};
}

// A definition that is valid but for these members.
HttpCase with(std::string name, const std::string& members, std::string says) {
  return refused(std::move(name), R"({"name": "new", "image": "busybox:1", )" + members + "}",
                 std::move(says));
}

HttpCases names() {
  const auto row = [](std::string name, const std::string& value) {
    return refused("name: " + std::move(name), R"({"image": "a:1", "name": )" + value + "}",
                   "/name");
  };
  return {
      row("empty", R"("")"),
      row("blank", R"(" ")"),
      row("dot", R"(".")"),
      row("dots", R"("..")"),
      row("of a path", R"("../web")"),
      row("with slash", R"("a/b")"),
      row("with backslash", R"("a\\b")"),
      row("of an option", R"("-rf")"),
      row("with percent", R"("%2e")"),
      row("with line break", R"("a\nb")"),
      row("with escape", R"("a\u001b[2Jb")"),
      row("of another script", "\"\xd0\xb0\""),
      row("of a picture", "\"\xf0\x9f\x90\xb3\""),
      row("with a mark that turns the direction", "\"a\xe2\x80\xae\""),
      row("of 64 letters", "\"" + times(64, "a") + "\""),
      row("of 100,000 letters", "\"" + times(100'000, "a") + "\""),
      row("with a quote", R"("a'b")"),
      row("with a colon", R"("a:b")"),
      row("number", "1"),
      row("null", "null"),
      row("list", R"(["a"])"),
  };
}

HttpCases images() {
  const auto row = [](std::string name, const std::string& value) {
    return refused("image: " + std::move(name), R"({"name": "new", "image": )" + value + "}",
                   "/image");
  };
  const std::string digest = times(64, "a");
  return {
      row("empty", R"("")"),
      row("without tag", R"("busybox")"),
      row("of a registry without tag", R"("registry:5000/team/app")"),
      row("with empty tag", R"("busybox:")"),
      row("of a tag alone", R"(":1")"),
      row("in capitals", R"("Busybox:1")"),
      row("with two slashes", R"("a//b:1")"),
      row("with slash at the end", R"("a/b/:1")"),
      row("of an option", R"("-v:1")"),
      row("of a URL", R"("https://a/b:1")"),
      row("with a port too high", R"("host:99999/a:1")"),
      row("with a path up", R"("../a:1")"),
      row("with three underscores", R"("a___b:1")"),
      row("with two dots", R"("a..b:1")"),
      row("with line break", R"("a:1\nb:2")"),
      row("with blank", R"("a :1")"),
      row("with a tag of 129 letters", "\"a:" + times(129, "t") + "\""),
      row("with a tag that begins with a dot", R"("a:.1")"),
      row("of 300 letters", "\"" + times(300, "a") + ":1\""),
      row("of 240,000 letters", "\"" + times(120'000, "a/") + ":1\""),
      row("with a digest of nothing", R"("a@sha256:")"),
      row("with a digest of no hexadecimal", "\"a@sha256:" + times(64, "x") + "\""),
      row("with a digest in capitals", "\"a@sha256:" + times(64, "A") + "\""),
      row("with a digest cut short", "\"a@sha256:" + times(63, "a") + "\""),
      row("with an id alone", "\"" + digest + "\""),
      row("with two digests", "\"a@sha256:" + digest + "@sha256:" + digest + "\""),
      row("number", "1"),
      row("object", R"({"name": "a:1"})"),
  };
}

HttpCases ports() {
  const auto row = [](std::string name, const std::string& value) {
    return with("ports: " + std::move(name), R"("ports": [)" + value + "]", "/ports");
  };
  return {
      row("nothing", R"("")"),
      row("zero", "0"),
      row("below nothing", "-80"),
      row("65536", "65536"),
      row("2^32 and 80", "4294967376"),
      row("fraction", "80.5"),
      row("exponent", "8e1"),
      row("plus", R"("+80")"),
      row("hexadecimal", R"("0x50")"),
      row("blank", R"("80 ")"),
      row("other digits", "\"\xEF\xBC\x98\xEF\xBC\x90\""),
      row("other protocol", R"("80/icmp")"),
      row("protocol alone", R"("/tcp")"),
      row("range backwards", R"("90-80:80")"),
      row("range without end", R"("80-:80")"),
      row("colons", R"(":::")"),
      row("address that is none", R"("300.0.0.1:80:80")"),
      row("list", "[80]"),
      row("truth", "true"),
      row("null", "null"),
      row("twice", R"("80", "80")"),
      with("ports: no list", R"("ports": 80)", "/ports"),
      with("ports: 50,000", R"("ports": [)" + times(50'000, "80,") + "80]", "/ports"),
      // One range of all, for each of a thousand replicas.
      with("ports: all of them onto all", R"("ports": ["1-65535:1-65535"])", "/ports"),
  };
}

HttpCases environments() {
  const auto row = [](std::string name, const std::string& value) {
    return with("environment: " + std::move(name), R"("environment": )" + value, "/environment");
  };
  return {
      row("string", R"("A=1")"),
      row("number", "1"),
      row("empty key", R"({"": "a"})"),
      row("key with equals", R"({"A=B": "a"})"),
      row("key with NUL", R"({"A\u0000": "a"})"),
      row("value with NUL", R"({"A": "a\u0000"})"),
      row("list in it", R"({"A": ["a"]})"),
      row("object in it", R"({"A": {}})"),
      row("entry without key", R"(["=a"])"),
      row("number in a list", "[1]"),
      row("key twice in a list", R"(["A=1", "A=2"])"),
      row("value of 40 kB", R"({"A": ")" + times(40'000, "a") + "\"}"),
      row("200 kB in all", R"({"A": ")" + times(30'000, "a") + R"(", "B": ")" + times(30'000, "a") +
                               R"(", "C": ")" + times(30'000, "a") + R"(", "D": ")" +
                               times(30'000, "a") + R"(", "E": ")" + times(30'000, "a") + "\"}"),
      row("1,000 entries",
          [] {
            std::string text = "{";
            for (int i = 0; i < 1000; ++i) text += "\"K" + std::to_string(i) + "\":\"a\",";
            return text + "\"Z\":\"a\"}";
          }()),
  };
}

HttpCases commands() {
  return {
      with("command: number", R"("command": 1)", "/command"),
      with("command: open quote", R"("command": "echo 'a")", "/command"),
      with("command: backslash at the end", R"("command": "echo \\")", "/command"),
      with("command: number in a list", R"("command": ["a", 1])", "/command"),
      with("command: list in a list", R"("command": [["a"]])", "/command"),
      with("command: NUL", R"("command": ["a\u0000b"])", "/command"),
      with("command: 1,000 words", R"("command": [)" + times(1000, R"("a",)") + R"("a"])",
           "/command"),
      with("command: 200 kB", R"("command": ")" + times(100'000, "a ") + "\"", "/command"),
      with("entrypoint: truth", R"("entrypoint": true)", "/entrypoint"),
      with("working_dir: relative", R"("working_dir": "../a")", "/working_dir"),
      with("user: of blanks", R"("user": "a b")", "/user"),
      with("hostname: with line break", R"("hostname": "a\nb")", "/hostname"),
      with("stop_signal: unknown", R"("stop_signal": "SIGFOO")", "/stop_signal"),
      with("stop_signal: 65", R"("stop_signal": 65)", "/stop_signal"),
      with("stop_grace_period: below nothing", R"("stop_grace_period": "-1s")",
           "/stop_grace_period"),
      with("stop_grace_period: for ever", R"("stop_grace_period": "999999999h")",
           "/stop_grace_period"),
      with("stop_grace_period: of words", R"("stop_grace_period": "soon")", "/stop_grace_period"),
  };
}

// What would make a container master of the host, or of the connector.
HttpCases powers() {
  return {
      with("privileged", R"("privileged": true)", "/privileged"),
      with("pid of the host", R"("pid": "host")", "/pid"),
      with("ipc of the host", R"("ipc": "host")", "/ipc"),
      with("uts of the host", R"("uts": "host")", "/uts"),
      with("user namespace of the host", R"("userns_mode": "host")", "/userns_mode"),
      with("network of the host", R"("network_mode": "host")", "/network_mode"),
      with("network of another container", R"("network_mode": "container:x")", "/network_mode"),
      with("root of the host", R"("volumes": ["/:/host"])", "/volumes"),
      with("socket of the engine", R"("volumes": ["/var/run/docker.sock:/var/run/docker.sock"])",
           "/volumes"),
      with("path with dots", R"("volumes": ["/data/../etc:/etc"])", "/volumes"),
      with("relative path", R"("volumes": ["../../etc:/etc"])", "/volumes"),
      with("path in a map", R"("volumes": [{"type": "bind", "source": "/", "target": "/host"}])",
           "/volumes"),
      with("volume over the root", R"("volumes": ["data:/"])", "/volumes"),
      with("volume of a bad name", R"("volumes": ["a/b:/c"])", "/volumes"),
      with(
          "65 volumes",
          [] {
            std::string text = R"("volumes": [)";
            for (int i = 0; i < 64; ++i) {
              text += "\"v" + std::to_string(i) + ":/v" + std::to_string(i) + "\",";
            }
            return text + R"("v:/v"])";
          }(),
          "/volumes"),
      with("device", R"("devices": ["/dev/sda"])", "/devices"),
      with("all capabilities", R"("cap_add": ["ALL"])", "/cap_add"),
      with("a capability", R"("cap_add": ["SYS_ADMIN"])", "/cap_add"),
      with("a capability in other letters", R"("cap_add": ["cap_sys_admin"])", "/cap_add"),
      with("capability that is none", R"("cap_drop": ["FOO"])", "/cap_drop"),
      with("no seccomp", R"("security_opt": ["seccomp=unconfined"])", "/security_opt"),
      with("no seccomp by colon", R"("security_opt": ["seccomp:unconfined"])", "/security_opt"),
      with("no AppArmor", R"("security_opt": ["apparmor=unconfined"])", "/security_opt"),
      with("another runtime", R"("runtime": "runc-debug")", "/runtime"),
      with("another control group", R"("cgroup_parent": "/")", "/cgroup_parent"),
      with("never killed for memory", R"("oom_score_adj": -1000)", "/oom_score_adj"),
      with("never killed at all", R"("oom_kill_disable": true)", "/oom_kill_disable"),
      with("label of ours", R"("labels": {"io.genisys.instance": "x"})", "/labels"),
      with("label of ours in a list", R"("labels": ["io.genisys.service=x"])", "/labels"),
      with("extra host of a bad address", R"("extra_hosts": ["a:b:c:d:e"])", "/extra_hosts"),
      with("name server that is none", R"("dns": ["1.1.1"])", "/dns"),
      with("file of the connector", R"("env_file": "/etc/passwd")", "env_file"),
      with("build", R"("build": ".")", "build"),
      with("secrets", R"("secrets": ["a"])", "secrets"),
      with("container name", R"("container_name": "web")", "container_name"),
      with("name in a log option", R"("logging": {"options": {"a": []}})", "/logging"),
  };
}

HttpCases amounts() {
  return {
      with("memory below nothing", R"("mem_limit": -1)", "/mem_limit"),
      with("memory of 2^64", R"("mem_limit": "18446744073709551616")", "/mem_limit"),
      with("memory that overflows", R"("mem_limit": "9999999999999g")", "/mem_limit"),
      with("memory with exponent", R"("mem_limit": 1e9)", "/mem_limit"),
      with("memory of another unit", R"("mem_limit": "1x")", "/mem_limit"),
      with("processors below nothing", R"("cpus": "-1")", "/cpus"),
      with("processors that are no number", R"("cpus": "NaN")", "/cpus"),
      with("processors with exponent", R"("cpus": 1e400)", "too big"),
      with("processes below nothing", R"("pids_limit": -2)", "/pids_limit"),
      with("limit without end", R"("ulimits": {"nofile": -2})", "/ulimits"),
      with("limit that is unknown", R"("ulimits": {"fish": 1})", "/ulimits"),
      with("health at an interval below nothing", R"("healthcheck": {"interval": "-1s"})",
           "/healthcheck"),
      with("health of infinite retries", R"("healthcheck": {"test": "a", "retries": 1e9})",
           "/healthcheck"),
      with("replicas below nothing", R"("deploy": {"replicas": -1})", "/deploy"),
      with("replicas of 2^32", R"("deploy": {"replicas": 4294967296})", "/deploy"),
      with("unknown within deploy", R"("deploy": {"replica": 1})", "replica"),
      with("parallelism of words", R"("deploy": {"update_config": {"parallelism": "many"}})",
           "/deploy"),
      with("policy of pulling", R"("pull_policy": "sometimes")", "/pull_policy"),
      with("restart never", R"("restart": "perhaps")", "/restart"),
  };
}

HttpCases documents() {
  return {
      refused("nothing in it", "{}", "/image"),
      refused("everything wrong at once",
              R"({"name": "-", "image": "a", "comand": "x", "ports": ["x"], "environment": 1})",
              "/comand"),
      refused("a map of definitions", R"({"a": {"image": "a:1"}})", "/a"),
      refused("a Compose file", R"({"services": {"a": {"image": "a:1"}}})", "/services"),
      refused(
          "1,000 unknown keys",
          [] {
            std::string text = "{";
            for (int i = 0; i < 1000; ++i) text += "\"k" + std::to_string(i) + "\":1,";
            return text + R"("name":"new","image":"a:1"})";
          }(),
          "k0"),
      refused("key of 100,000 letters",
              R"({"name": "new", "image": "a:1", ")" + times(100'000, "k") + R"(": 1})", ""),
      refused("key with escape", R"({"name": "new", "image": "a:1", "\u001b[2J": 1})", ""),
      {"another definition of this name",
       post("/service", R"({"name": "web", "image": "another:1"})"),
       {409}},
      {"name unlike the path",
       "PUT /service/web HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
       "Content-Type: application/json\r\nContent-Length: 30\r\n\r\n"
       R"({"name": "db", "image": "a:1"})",
       {400},
       "/name"},
  };
}

}  // namespace

HttpCases definition_cases() {
  return names() + images() + ports() + environments() + commands() + powers() + amounts() +
         documents();
}

}  // namespace genisys::test
