#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <set>

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
        Same{"pull_policy", R"("pull_policy": "always")", ""},
        Same{"update_config",
             R"("deploy": {"update_config": {"parallelism": 3, "order": "stop-first"}})", ""}),
    [](const auto& test) { return test.param.name; });

TEST(SpecHash, DiffersWhereContainersDo) {
  std::set<std::string> hashes;
  const std::initializer_list<const char*> different = {"",
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
                                                        R"("volumes": ["v1:/a", "v1:/b"])"};
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
