#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

TEST(EncodeDefinition, WritesTheSeedsFieldsAndNullForUnsetOnes) {
  EXPECT_EQ(encode_definition(with("")),
            R"({"name":"web","image":"nginx:1","command":null,"environment":null,"ports":null})");
}

TEST(EncodeDefinition, WritesEveryFieldInItsPlace) {
  EXPECT_EQ(
      encode_definition(with(
          R"("stop_grace_period": 90, "stop_signal": 15, "labels": ["b=2", "a=1"],
                   "ports": [8080, "53/udp"], "environment": {"B": true, "A": 1}, "command": "a 'b c'")")),
      R"({"name":"web","image":"nginx:1","command":"a 'b c'","environment":{"A":"1","B":"true"},)"
      R"("ports":["8080","53/udp"],"labels":{"a":"1","b":"2"},"stop_signal":"15",)"
      R"("stop_grace_period":"1m30s"})");
  EXPECT_EQ(
      encode_definition(with(R"("command": ["a", "b c"], "environment": {}, "ports": [])")),
      R"({"name":"web","image":"nginx:1","command":["a","b c"],"environment":{},"ports":[]})");
}

TEST(EncodeDefinition, WritesHealthVolumesAndRolloutsWhenSet) {
  const std::string begin =
      R"({"name":"web","image":"nginx:1","command":null,"environment":null,"ports":null,)";
  EXPECT_EQ(encode_definition(with(
                R"("healthcheck": {"test": "curl x", "interval": 90, "timeout": "500ms",
                             "start_period": "0s", "retries": "3"},
             "volumes": ["data:/data:rw", "conf:/conf"], "pull_policy": "if_not_present",
             "deploy": {"update_config": {"parallelism": 2, "delay": "10s", "order": "stop-first",
               "monitor": 5, "max_failure_ratio": "0.10", "failure_action": "continue",
               "progress_deadline": "1h"}})")),
            begin +
                R"("healthcheck":{"test":["CMD-SHELL","curl x"],"interval":"1m30s",)"
                R"("timeout":"500ms","start_period":"0s","retries":3},)"
                R"("volumes":["data:/data:rw","conf:/conf"],"pull_policy":"missing",)"
                R"("deploy":{"update_config":{"parallelism":2,"delay":"10s","order":"stop-first",)"
                R"("monitor":"5s","max_failure_ratio":0.1,"failure_action":"continue",)"
                R"("progress_deadline":"1h"}}})");
  EXPECT_EQ(
      encode_definition(with(
          R"("healthcheck": {"test": ["NONE"]}, "volumes": [], "deploy": {"update_config": {}})")),
      begin + R"("healthcheck":{"disable":true},"volumes":[],"deploy":{"update_config":{}}})");
  EXPECT_EQ(encode_definition(with(R"("healthcheck": {}, "deploy": {})")),
            begin + R"("healthcheck":{}})");
}

TEST(EncodeDefinition, KeepsOddText) {
  const Definition odd =
      with(R"("environment": {"A": "\"\\\n\u0001é😀\u2028"}, "command": ["\t"])");
  EXPECT_EQ(decode(encode_definition(odd)), odd);
  EXPECT_EQ(odd.environment->at("A"), "\"\\\n\x01é😀\xE2\x80\xA8");
}

// One way or two to write each of the fields that follow no rule of their own below; they fit to
// each other.
constexpr const char* kOtherFields[] = {
    R"("entrypoint": ["a", ""])",
    R"("user": 0)",
    R"("working_dir": "/a b")",
    R"("hostname": "a.b")",
    R"("domainname": "x")",
    R"("init": false)",
    R"("tty": "true")",
    R"("stdin_open": true)",
    R"("logging": {"driver": "x/y:1", "options": {"a": null, "b": 1.50}})",
    R"("tmpfs": "/run:size=50%,ro")",
    R"("read_only": true)",
    R"("shm_size": "1.25k")",
    R"("devices": ["/dev/a", {"source": "/dev/b"}])",
    R"("networks": {"a": {"priority": -1}, "b": {"aliases": ["x"], "ipv6_address": "::1"}})",
    R"("expose": ["1-65535/sctp", 80])",
    R"("extra_hosts": {"a": ["::1", "host-gateway"]})",
    R"("dns": ["::ffff:1.2.3.4"])",
    R"("dns_search": ".")",
    R"("dns_opt": "ndots:2")",
    R"("cap_add": ["all"])",
    R"("cap_drop": ["cap_bpf"])",
    R"("security_opt": ["label:disable"])",
    R"("group_add": [0, "a"])",
    R"("privileged": "false")",
    R"("pid": "host")",
    R"("ipc": "private")",
    R"("userns_mode": "host")",
    R"("cgroup_parent": "/a")",
    R"("runtime": "io.containerd.runc.v2")",
    R"("sysctls": {"a": true})",
    R"("ulimits": {"core": {"soft": 0, "hard": -1}, "stack": 9223372036854775807})",
    R"("mem_limit": "8t", "memswap_limit": "9223372036854775807")",
    R"("mem_reservation": "1.5")",
    R"("mem_swappiness": 60)",
    R"("cpus": "0.000000001")",
    R"("cpu_shares": 1024)",
    R"("cpuset": "0-3,7")",
    R"("pids_limit": 0)",
    R"("oom_score_adj": -1)",
    R"("oom_kill_disable": true)",
    R"("restart": "on-failure:7")",
    R"("depends_on": {"a": {"condition": "service_healthy", "required": false},
                      "b": {"condition": "service_started"}})"};

class Random {
 public:
  explicit Random(unsigned seed) : engine_(seed) {}

  bool coin() { return below(2) == 0; }
  std::size_t below(std::size_t bound) { return engine_() % bound; }
  template <class T>
  T pick(std::initializer_list<T> items) {
    return *(items.begin() + below(items.size()));
  }
  std::string text() {
    std::string text;
    for (std::size_t i = below(6); i > 0; --i) {
      text += pick<const char*>(
          {"a", "B", "0", " ", "=", "'", "\\\"", "\\\\", "\\n", "é", "😀", "/", "$"});
    }
    return text;
  }

  std::string definition() {
    std::string json =
        R"({"name": "web", "image": ")" +
        pick<std::string>({"nginx:1", "r:5000/a/b:2", "a@sha256:" + std::string(64, 'b')}) + '"';
    if (coin())
      json += R"(, "command": ["x", ")" + text() + R"(", ")" + text() + "\"]";
    else if (coin())
      json += R"(, "command": ")" + pick<std::string>({"", "a b", "sh -c 'x y'"}) + '"';
    if (coin()) json += R"(, "environment": )" + pairs();
    if (coin()) json += R"(, "labels": )" + pairs();
    if (coin()) {
      json += R"(, "ports": [)";
      for (std::size_t i = 0, count = below(4); i < count; ++i) {
        json += (i == 0 ? "" : ", ") +
                fmt::format(fmt::runtime(pick<const char*>(
                                {"{0}", "\"{0}\"", "\"{0}/udp\"", "\"{0}:80\"",
                                 "\"127.0.0.1:{0}:81\"", "\"{0}-{1}:80/sctp\"", "\"[::1]::{0}\""})),
                            8000 + i * 10, 8005 + i * 10);
      }
      json += "]";
    }
    if (coin())
      json += R"(, "stop_signal": )" + pick<std::string>({"9", "\"SIGINT\"", "\"rtmin+2\""});
    if (coin()) json += fmt::format(", \"stop_grace_period\": \"{}ms\"", below(10'000'000));
    if (coin()) json += R"(, "healthcheck": )" + healthcheck();
    if (coin()) {
      json += R"(, "volumes": [)";
      for (std::size_t i = 0, count = below(4); i < count; ++i) {
        json += fmt::format("{}\"v{}:/a/{}{}\"", i == 0 ? "" : ", ", below(2) + 10, i,
                            pick<const char*>({"", ":ro", ":rw"}));
      }
      json += "]";
    }
    if (coin()) {
      json += R"(, "pull_policy": )" +
              pick<std::string>({"\"missing\"", "\"if_not_present\"", "\"always\"", "\"never\""});
    }
    if (coin()) json += R"(, "deploy": )" + deploy();
    for (const char* field : kOtherFields) {
      if (below(5) == 0) json += std::string(", ") + field;
    }
    return json + "}";
  }

 private:
  std::string duration() { return fmt::format("\"{}ms\"", below(86'400'000) + 1); }

  // A map of some of these.
  std::string some_of(std::initializer_list<std::pair<const char*, std::string>> members) {
    std::string json;
    for (const auto& [key, value] : members) {
      if (coin()) json += fmt::format("{}\"{}\": {}", json.empty() ? "" : ", ", key, value);
    }
    return "{" + json + "}";
  }

  std::string healthcheck() {
    if (below(4) == 0) return some_of({{"disable", "true"}, {"interval", duration()}});
    return some_of(
        {{"test", pick<std::string>({"\"curl x\"", R"(["CMD", "a", ""])",
                                     R"(["CMD-SHELL", ")" + text() + "x\"]", R"(["NONE"])"})},
         {"interval", duration()},
         {"timeout", duration()},
         {"start_period", duration()},
         {"retries", std::to_string(below(100))},
         {"disable", "false"}});
  }

  std::string deploy() {
    const std::string ratio = fmt::format("{}", static_cast<double>(below(1'000'001)) / 1e6);
    return some_of({{"update_config",
                     some_of({{"parallelism", std::to_string(below(1001))},
                              {"delay", duration()},
                              {"order", pick<std::string>({"\"start-first\"", "\"stop-first\""})},
                              {"monitor", duration()},
                              {"max_failure_ratio", coin() ? ratio : '"' + ratio + '"'},
                              {"failure_action",
                               pick<std::string>({"\"pause\"", "\"rollback\"", "\"continue\""})},
                              {"progress_deadline", duration()}})}});
  }

  std::string pairs() {
    std::string json = "{";
    for (std::size_t i = 0, count = below(4); i < count; ++i) {
      json += fmt::format("{}\"K{}\": {}", i == 0 ? "" : ", ", i,
                          pick<std::string>({"true", "17", "1.0", '"' + text() + '"'}));
    }
    return json + "}";
  }

  std::mt19937 engine_;
};

TEST(EncodeDefinition, IsReadBackAsTheSameDefinition) {
  for (unsigned seed = 1; seed <= 3000; ++seed) {
    const std::string json = Random(seed).definition();
    const Definition definition = decode(json);
    const std::string encoded = encode_definition(definition);
    const Definition again = decode(encoded);
    EXPECT_EQ(again, definition) << "seed " << seed << ": " << json;
    EXPECT_EQ(encode_definition(again), encoded) << "seed " << seed;
    EXPECT_EQ(spec_hash(again), spec_hash(definition)) << "seed " << seed;
  }
}

}  // namespace
}  // namespace genisys::state
