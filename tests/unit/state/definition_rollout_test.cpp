#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;

TEST(PullPolicy, HasTheNamesOfCompose) {
  EXPECT_EQ(with("").pull_policy, std::nullopt);
  EXPECT_EQ(with(R"("pull_policy": "missing")").pull_policy, PullPolicy::missing);
  EXPECT_EQ(with(R"("pull_policy": "if_not_present")").pull_policy, PullPolicy::missing);
  EXPECT_EQ(with(R"("pull_policy": "always")").pull_policy, PullPolicy::always);
  EXPECT_EQ(with(R"("pull_policy": "never")").pull_policy, PullPolicy::never);
  EXPECT_EQ(to_string(PullPolicy::missing), "missing");
  EXPECT_EQ(to_string(PullPolicy::always), "always");
  EXPECT_EQ(to_string(PullPolicy::never), "never");
}

TEST(UpdateConfig, NamesItsChoicesAsCompose) {
  EXPECT_EQ(to_string(UpdateOrder::start_first), "start-first");
  EXPECT_EQ(to_string(UpdateOrder::stop_first), "stop-first");
  EXPECT_EQ(to_string(FailureAction::pause), "pause");
  EXPECT_EQ(to_string(FailureAction::rollback), "rollback");
  EXPECT_EQ(to_string(FailureAction::proceed), "continue");
}

struct Accepted {
  const char* name;
  std::string json;
  std::optional<UpdateConfig> means;
};

class DeployAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(DeployAccepts, WhatComposeDoes) {
  EXPECT_EQ(with("\"deploy\": " + GetParam().json).update_config, GetParam().means);
}

std::string update(const std::string& fields) { return R"({"update_config": {)" + fields + "}}"; }

INSTANTIATE_TEST_SUITE_P(
    Deploy, DeployAccepts,
    testing::Values(
        Accepted{"nothing", "{}", std::nullopt},
        Accepted{"null", R"({"update_config": null})", std::nullopt},
        Accepted{"an_empty_one", update(""), UpdateConfig{}},
        Accepted{"nulls", update(R"("order": null, "delay": null, "max_failure_ratio": null)"),
                 UpdateConfig{}},
        Accepted{"everything",
                 update(R"("parallelism": 2, "delay": "10s", "order": "stop-first", "monitor": "1m",
                           "max_failure_ratio": 0.25, "failure_action": "rollback",
                           "progress_deadline": "5m")"),
                 UpdateConfig{.parallelism = 2,
                              .delay = 10s,
                              .order = UpdateOrder::stop_first,
                              .monitor = 60s,
                              .max_failure_ratio = 0.25,
                              .failure_action = FailureAction::rollback,
                              .progress_deadline = 300s}},
        Accepted{"all_at_once", update(R"("parallelism": 0)"), UpdateConfig{.parallelism = 0}},
        Accepted{"parallelism_as_text", update(R"("parallelism": "1000")"),
                 UpdateConfig{.parallelism = 1000}},
        Accepted{"start_first", update(R"("order": "start-first")"),
                 UpdateConfig{.order = UpdateOrder::start_first}},
        Accepted{"pause", update(R"("failure_action": "pause")"),
                 UpdateConfig{.failure_action = FailureAction::pause}},
        Accepted{"continue", update(R"("failure_action": "continue")"),
                 UpdateConfig{.failure_action = FailureAction::proceed}},
        Accepted{"no_time", update(R"("delay": 0, "monitor": "0s")"),
                 UpdateConfig{.delay = 0ms, .monitor = 0ms}},
        Accepted{"a_day", update(R"("delay": "24h", "monitor": 86400, "progress_deadline": "24h")"),
                 UpdateConfig{.delay = 24h, .monitor = 24h, .progress_deadline = 24h}},
        Accepted{"shortest_deadline", update(R"("progress_deadline": "1ms")"),
                 UpdateConfig{.progress_deadline = 1ms}},
        Accepted{"ratio_integer", update(R"("max_failure_ratio": 1)"),
                 UpdateConfig{.max_failure_ratio = 1}},
        Accepted{"ratio_zero", update(R"("max_failure_ratio": 0.0)"),
                 UpdateConfig{.max_failure_ratio = 0}},
        Accepted{"ratio_as_text", update(R"("max_failure_ratio": "0.1")"),
                 UpdateConfig{.max_failure_ratio = 0.1}},
        Accepted{"ratio_with_exponent", update(R"("max_failure_ratio": 25e-2)"),
                 UpdateConfig{.max_failure_ratio = 0.25}},
        Accepted{"ratio_with_many_digits",
                 update(R"("max_failure_ratio": 0.25)" + std::string(5000, '0')),
                 UpdateConfig{.max_failure_ratio = 0.25}}),
    [](const auto& test) { return test.param.name; });

TEST(Deploy, ReadsARollBackAsAnUpdate) {
  const Definition definition = with(
      R"("deploy": {"mode": "replicated", "rollback_config": {"parallelism": 0, "delay": 5}})");
  EXPECT_EQ(definition.rollback_config, (UpdateConfig{.parallelism = 0, .delay = 5s}));
  EXPECT_EQ(definition.update_config, std::nullopt);
  EXPECT_EQ(encode_definition(definition),
            R"({"name":"web","image":"nginx:1","command":null,"environment":null,"ports":null,)"
            R"("deploy":{"rollback_config":{"parallelism":0,"delay":"5s"}}})");
}

TEST(UpdateConfig, HasNoNegativeZero) {
  const auto config = *with("\"deploy\": " + update(R"("max_failure_ratio": -0.0)")).update_config;
  EXPECT_FALSE(std::signbit(*config.max_failure_ratio));
}

struct Refused {
  const char* name;
  std::string field;
  std::string reason;
};

class RolloutRefuses : public testing::TestWithParam<Refused> {};

TEST_P(RolloutRefuses, WithPointerAndReason) {
  EXPECT_THAT(problems_with(GetParam().field), HasSubstr(GetParam().reason));
}

std::string deploy(const std::string& json) { return "\"deploy\": " + json; }
std::string deploy_update(const std::string& fields) { return deploy(update(fields)); }
std::string ratio(const std::string& json) {
  return deploy_update("\"max_failure_ratio\": " + json);
}

constexpr const char* kRatio =
    "/deploy/update_config/max_failure_ratio: must be a number from 0 to 1, such as 0.25, not ";

INSTANTIATE_TEST_SUITE_P(
    Rollout, RolloutRefuses,
    testing::Values(
        Refused{"pull_build", R"("pull_policy": "build")",
                "/pull_policy: must be one of missing, if_not_present, always, never, not 'build'"},
        Refused{"pull_daily", R"("pull_policy": "daily")", "not 'daily'"},
        Refused{"pull_case", R"("pull_policy": "Always")", "not 'Always'"},
        Refused{"pull_boolean", R"("pull_policy": true)", "not a boolean"},
        Refused{"deploy_list", deploy("[]"), "/deploy: must be a map such as {\"replicas\":"},
        Refused{"deploy_text", deploy("\"x\""), "not a string"},
        Refused{"replicas", deploy(R"({"replicas": 2})"),
                "/deploy/replicas: belongs into a service file: here, set the target with POST "
                "/service/{name}/scale"},
        Refused{"deploy_near", deploy(R"({"updateconfig": {}})"),
                "/deploy/updateconfig: unknown key 'updateconfig': did you mean 'update_config'?"},
        Refused{"deploy_far", deploy(R"({"swarm": 1})"),
                "/deploy/swarm: unknown key 'swarm': the keys are replicas, mode, update_config"},
        Refused{"deploy_mode", deploy(R"({"mode": "global"})"),
                "/deploy/mode: must be replicated, not 'global'"},
        Refused{"deploy_placement", deploy(R"({"placement": {}})"),
                "/deploy/placement: placement is not acted on: there is one engine"},
        Refused{"rollback_delay", deploy(R"({"rollback_config": {"delay": "x"}})"),
                "/deploy/rollback_config/delay: 'x' is not a duration"},
        Refused{"update_list", deploy(R"({"update_config": []})"),
                "/deploy/update_config: must be a map such as {\"parallelism\": …}, not a list"},
        Refused{"update_near", deploy_update(R"("paralelism": 1)"), "did you mean 'parallelism'?"},
        Refused{"update_far", deploy_update(R"("speed": 1)"),
                "/deploy/update_config/speed: unknown key 'speed': the keys are parallelism"},
        Refused{"parallelism_above", deploy_update(R"("parallelism": 1001)"),
                "/deploy/update_config/parallelism: must be an integer from 0 to 1000, not '1001'"},
        Refused{"parallelism_negative", deploy_update(R"("parallelism": -1)"), "not '-1'"},
        Refused{"parallelism_fraction", deploy_update(R"("parallelism": 1.5)"), "not '1.5'"},
        Refused{"parallelism_boolean", deploy_update(R"("parallelism": true)"), "not a boolean"},
        Refused{"delay_word", deploy_update(R"("delay": "soon")"),
                "/deploy/update_config/delay: 'soon' is not a duration"},
        Refused{"delay_negative", deploy_update(R"("delay": "-1s")"), "is not a duration"},
        Refused{"delay_above", deploy_update(R"("delay": "24h1ms")"),
                "/deploy/update_config/delay: 24h1ms is longer than the 24h allowed"},
        Refused{"monitor_above", deploy_update(R"("monitor": 86401)"),
                "/deploy/update_config/monitor: 24h1s is longer"},
        Refused{"deadline_above", deploy_update(R"("progress_deadline": "25h")"),
                "/deploy/update_config/progress_deadline: 25h is longer"},
        Refused{"deadline_zero", deploy_update(R"("progress_deadline": 0)"),
                "/deploy/update_config/progress_deadline: must be longer than 0s"},
        Refused{"order_unknown", deploy_update(R"("order": "start_first")"),
                "/deploy/update_config/order: must be one of start-first, stop-first, not "
                "'start_first'"},
        Refused{"action_unknown", deploy_update(R"("failure_action": "proceed")"),
                "/deploy/update_config/failure_action: must be one of pause, rollback, continue, "
                "not 'proceed'"},
        Refused{"action_list", deploy_update(R"("failure_action": [])"), "not a list"},
        Refused{"ratio_above", ratio("1.01"), std::string(kRatio) + "'1.01'"},
        Refused{"ratio_barely_above", ratio("1.0000001"), kRatio},
        Refused{"ratio_negative", ratio("-0.1"), kRatio},
        Refused{"ratio_percent", ratio("\"25%\""), std::string(kRatio) + "'25%'"},
        Refused{"ratio_nan", ratio("\"nan\""), kRatio},
        Refused{"ratio_infinite", ratio("\"inf\""), kRatio},
        Refused{"ratio_hexadecimal", ratio("\"0x1\""), kRatio},
        Refused{"ratio_comma", ratio("\"0,5\""), kRatio},
        Refused{"ratio_plus", ratio("\"+0.5\""), kRatio},
        Refused{"ratio_padded", ratio("\" 0.5\""), kRatio},
        Refused{"ratio_empty", ratio("\"\""), kRatio},
        Refused{"ratio_huge", ratio("\"1e999999999\""), kRatio},
        Refused{"ratio_tiny", ratio("1e-999999999"), kRatio},
        Refused{"ratio_boolean", ratio("true"), std::string(kRatio) + "a boolean"}),
    [](const auto& test) { return test.param.name; });

TEST(UpdateConfig, TellsEveryProblemAtOnce) {
  const std::string all = problems_with(
      deploy(R"({"replicas": 1, "mode": "x", "update_config": {"parallelism": "x", "delay": "x",
                "order": "x", "monitor": "x", "max_failure_ratio": "x", "failure_action": "x",
                "progress_deadline": "x", "zzz": "x"}})"));
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 10) << all;
}

}  // namespace
}  // namespace genisys::state
