#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/state/definition_texts.hpp"

namespace genisys::state {
namespace {

using namespace std::chrono_literals;
using testing::HasSubstr;
using Words = std::vector<std::string>;

struct Accepted {
  const char* name;
  std::string json;
  Healthcheck means;
};

class HealthcheckAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(HealthcheckAccepts, WhatComposeDoes) {
  EXPECT_EQ(with("\"healthcheck\": " + GetParam().json).healthcheck, GetParam().means);
}

INSTANTIATE_TEST_SUITE_P(
    Healthcheck, HealthcheckAccepts,
    testing::Values(
        Accepted{"nothing", "{}", {}},
        Accepted{
            "nulls", R"({"test": null, "interval": null, "retries": null, "disable": null})", {}},
        Accepted{"line",
                 R"({"test": "curl -f x || exit 1"})",
                 {.test = {"CMD-SHELL", "curl -f x || exit 1"}}},
        Accepted{
            "shell", R"({"test": ["CMD-SHELL", "curl x"]})", {.test = {"CMD-SHELL", "curl x"}}},
        Accepted{"words", R"({"test": ["CMD", "curl", ""]})", {.test = {"CMD", "curl", ""}}},
        Accepted{"none", R"({"test": ["NONE"]})", {.disabled = true}},
        Accepted{"disabled", R"({"disable": true})", {.disabled = true}},
        Accepted{"disabled_twice", R"({"test": ["NONE"], "disable": true})", {.disabled = true}},
        Accepted{"disabled_with_the_rest",
                 R"({"disable": true, "interval": "1s"})",
                 {.disabled = true, .interval = 1s}},
        Accepted{
            "none_and_not_disabled", R"({"test": ["NONE"], "disable": false})", {.disabled = true}},
        Accepted{
            "not_disabled", R"({"test": ["CMD", "x"], "disable": false})", {.test = {"CMD", "x"}}},
        Accepted{"times_alone",
                 R"({"interval": "1m30s", "timeout": 5, "start_period": "1ms"})",
                 {.interval = 90s, .timeout = 5s, .start_period = 1ms}},
        Accepted{"zeros",
                 R"({"interval": "0s", "timeout": 0, "start_period": "0ms", "retries": 0})",
                 {.interval = 0ms, .timeout = 0ms, .start_period = 0ms, .retries = 0}},
        Accepted{"retries", R"({"retries": 5})", {.retries = 5}},
        Accepted{"retries_as_text", R"({"retries": "5"})", {.retries = 5}},
        Accepted{"most_retries", R"({"retries": 2147483647})", {.retries = 2147483647}}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string json;
  std::string reason;
};

class HealthcheckRefuses : public testing::TestWithParam<Refused> {};

TEST_P(HealthcheckRefuses, WithPointerAndReason) {
  EXPECT_THAT(problems_with("\"healthcheck\": " + GetParam().json), HasSubstr(GetParam().reason));
}

std::string words(int count) {
  std::string text = "\"CMD\"";
  for (int i = 1; i < count; ++i) text += ", \"x\"";
  return text;
}

INSTANTIATE_TEST_SUITE_P(
    Healthcheck, HealthcheckRefuses,
    testing::Values(
        Refused{"text", "\"curl x\"", "/healthcheck: must be a map such as {\"test\":"},
        Refused{"list", R"(["CMD", "x"])", "/healthcheck: must be a map"},
        Refused{"boolean", "false", "not a boolean"},
        Refused{"test_empty", R"({"test": ""})", "/healthcheck/test: is empty: write the command"},
        Refused{"test_empty_list", R"({"test": []})", "must begin with \"NONE\""},
        Refused{"test_number", R"({"test": 5})", "/healthcheck/test: must be a string"},
        Refused{"test_map", R"({"test": {}})", "not a map"},
        Refused{"test_words_alone", R"({"test": ["curl", "x"]})",
                "/healthcheck/test: must begin with \"NONE\", \"CMD\""},
        Refused{"test_of_another_case", R"({"test": ["cmd", "x"]})", "must begin with"},
        Refused{"test_number_within", R"({"test": ["CMD", "sleep", 1]})",
                "/healthcheck/test/2: must be a string, not a number"},
        Refused{"cmd_alone", R"({"test": ["CMD"]})", "a program must follow CMD"},
        Refused{"cmd_without_a_program", R"({"test": ["CMD", ""]})", "a program must follow CMD"},
        Refused{"shell_alone", R"({"test": ["CMD-SHELL"]})", "one string must follow CMD-SHELL"},
        Refused{"shell_of_nothing", R"({"test": ["CMD-SHELL", ""]})", "one string must follow"},
        Refused{"shell_of_words", R"({"test": ["CMD-SHELL", "curl", "x"]})",
                "one string must follow"},
        Refused{"none_and_more", R"({"test": ["NONE", "x"]})", "nothing follows NONE"},
        Refused{"test_too_many_words", R"({"test": [)" + words(257) + "]}", "257 words are more"},
        Refused{"test_too_long", R"({"test": ["CMD", ")" + std::string(129 * 1024, 'x') + "\"]}",
                "allowed"},
        Refused{"line_too_long", R"({"test": ")" + std::string(129 * 1024, 'x') + "\"}",
                "/healthcheck/test: 132096 bytes are more"},
        Refused{"disabled_and_tested", R"({"test": "x", "disable": true})",
                "/healthcheck/disable: test and disable exclude each other"},
        Refused{"disable_as_a_word", R"({"disable": "yes"})",
                "/healthcheck/disable: must be true or false, not 'yes'"},
        Refused{"interval_word", R"({"interval": "often"})",
                "/healthcheck/interval: 'often' is not a duration"},
        Refused{"interval_below_a_millisecond", R"({"interval": "0.5ms"})",
                "down to whole milliseconds"},
        Refused{"interval_in_microseconds", R"({"interval": "500us"})", "is not a duration"},
        Refused{"timeout_negative", R"({"timeout": -1})", "/healthcheck/timeout: '-1'"},
        Refused{"start_period_boolean", R"({"start_period": true})",
                "/healthcheck/start_period: must be a duration"},
        Refused{"retries_negative", R"({"retries": -1})",
                "/healthcheck/retries: must be an integer from 0 to 2147483647, not '-1'"},
        Refused{"retries_fraction", R"({"retries": 1.0})", "not '1.0'"},
        Refused{"retries_exponent", R"({"retries": 1e1})", "not '1e1'"},
        Refused{"retries_huge", R"({"retries": 2147483648})", "/healthcheck/retries"},
        Refused{"retries_beyond_all", R"({"retries": 99999999999999999999})", "retries"},
        Refused{"retries_empty", R"({"retries": ""})", "not ''"},
        Refused{"retries_padded", R"({"retries": " 3"})", "not ' 3'"},
        Refused{"retries_list", R"({"retries": []})", "not a list"},
        Refused{"start_interval", R"({"start_interval": "1s"})",
                "/healthcheck/start_interval: start_interval is not acted on: the version"},
        Refused{"unknown_near", R"({"intervall": "1s"})",
                "/healthcheck/intervall: unknown key 'intervall': did you mean 'interval'?"},
        Refused{"unknown_far", R"({"shell": "/bin/sh"})",
                "the keys are test, disable, interval, timeout, start_period, retries"}),
    [](const auto& test) { return test.param.name; });

TEST(Healthcheck, TellsEveryProblemAtOnce) {
  const std::string all = problems_with(
      R"("healthcheck": {"test": [], "interval": "x", "timeout": "x", "start_period": "x",
                         "retries": "x", "disable": "x", "start_interval": 1, "zzz": 1})");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 8) << all;
}

}  // namespace
}  // namespace genisys::state
