#include "api/codec.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
using state::Problems;
using state::ServiceName;

ServiceName name(std::string_view text) { return *ServiceName::parse(text); }

// 2024-05-01T10:20:30.456Z
constexpr state::WallTime kTime{1'714'558'830'456ms};

TEST(Codec, FormatsTimesAsRfc3339InUtcWithMilliseconds) {
  EXPECT_EQ(format_time(kTime), "2024-05-01T10:20:30.456Z");
  EXPECT_EQ(format_time(state::WallTime{}), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(format_time(state::WallTime{951'782'400'007ms}), "2000-02-29T00:00:00.007Z");
}

TEST(Codec, EncodesAStatusThatNobodyHasSeenYet) {
  const state::ServiceStatus status{.name = name("web"), .generation = state::Generation{1}};
  EXPECT_EQ(encode_status(status, state::Index{4}),
            R"({"running_resources":0,"name":"web","desired":null,"ready":0,"updated":0,)"
            R"("terminating":0,"adopted":0,"converged":false,"generation":1,)"
            R"("observed_generation":0,"index":4,"observed_at":null,"conditions":[],"slots":[]})");
}

TEST(Codec, EncodesAStatusWithEverything) {
  state::ServiceStatus status{.name = name("web"),
                              .desired = 5,
                              .running = 3,
                              .ready = 2,
                              .updated = 1,
                              .terminating = 4,
                              .adopted = 6,
                              .converged = true,
                              .generation = state::Generation{7},
                              .observed_generation = state::Generation{6},
                              .observed_at = kTime};
  status.conditions.push_back({state::ConditionType::converged, state::Truth::no,
                               state::Reason::crash_loop, "slot 4 says \"no\"", kTime});
  status.conditions.push_back(
      {.type = state::ConditionType::engine_reachable, .status = state::Truth::unknown});
  status.slots.push_back({.slot = 1,
                          .state = state::SlotState::running,
                          .container = "ab12",
                          .name = "web-1",
                          .health = "healthy",
                          .revision = state::Revision{2},
                          .started_at = kTime,
                          .ports = {{"8080/tcp", "0.0.0.0:32768"}}});
  status.slots.push_back({.slot = 4,
                          .state = state::SlotState::backoff,
                          .cause = state::Reason::crash_loop,
                          .message = "exited with code 1 after 0.3 s",
                          .attempts = 3,
                          .next_attempt = kTime + 4s});
  EXPECT_EQ(
      encode_status(status, state::Index{1042}),
      R"({"running_resources":3,"name":"web","desired":5,"ready":2,"updated":1,"terminating":4,)"
      R"("adopted":6,"converged":true,"generation":7,"observed_generation":6,"index":1042,)"
      R"("observed_at":"2024-05-01T10:20:30.456Z","conditions":[)"
      R"({"type":"Converged","status":"False","reason":"CrashLoop",)"
      R"("message":"slot 4 says \"no\"","since":"2024-05-01T10:20:30.456Z"},)"
      R"({"type":"EngineReachable","status":"Unknown","reason":"None","message":"","since":null}],)"
      R"("slots":[{"slot":1,"state":"running","container":"ab12","name":"web-1",)"
      R"("health":"healthy","revision":2,"started_at":"2024-05-01T10:20:30.456Z",)"
      R"("ports":[{"container":"8080/tcp","host":"0.0.0.0:32768"}]},)"
      R"({"slot":4,"state":"backoff","cause":"CrashLoop",)"
      R"("message":"exited with code 1 after 0.3 s","attempts":3,)"
      R"("next_attempt":"2024-05-01T10:20:34.456Z"}]})");
}

TEST(Codec, KeysWhatIsEncodedByName) {
  EXPECT_EQ(ObjectByName().finish(), "{}");
  ObjectByName object;
  object.add(name("db"), "1");
  object.add(name("web"), "{}");
  EXPECT_EQ(std::move(object).finish(), R"({"db":1,"web":{}})");
}

TEST(Codec, EncodesTheAnswerOfADryRun) {
  EXPECT_EQ(encode_preview(state::Effect::unchanged, {}),
            R"({"dry_run":true,"effect":"unchanged","actions":[]})");
  const std::vector<state::PlannedAction> actions = {
      {.action = "run",
       .service = name("web"),
       .slot = 2,
       .cause = state::Reason::scaling_up,
       .message = "2 of 3 run"},
      {.action = "stop", .service = name("web"), .container = "ab12"}};
  EXPECT_EQ(encode_preview(state::Effect::changed, actions),
            R"({"dry_run":true,"effect":"changed","actions":[)"
            R"({"action":"run","service":"web","slot":2,"container":null,)"
            R"("cause":"ScalingUp","message":"2 of 3 run"},)"
            R"({"action":"stop","service":"web","slot":null,"container":"ab12",)"
            R"("cause":"None","message":""}]})");
  EXPECT_TRUE(encode_preview(state::Effect::created, {}).find(R"("effect":"created")") !=
              std::string::npos);
}

// ---- targets ----

struct GoodTarget {
  std::string name;
  std::string body;
  std::uint32_t target;
};
void PrintTo(const GoodTarget& row, std::ostream* out) { *out << row.body; }

class GoodTargets : public testing::TestWithParam<GoodTarget> {};

TEST_P(GoodTargets, AreRead) {
  Problems problems;
  EXPECT_EQ(decode_target_body(GetParam().body, 1000, problems), GetParam().target);
  EXPECT_TRUE(problems.empty());
}

INSTANTIATE_TEST_SUITE_P(Codec, GoodTargets,
                         testing::ValuesIn(std::vector<GoodTarget>{
                             {"Integer", R"({"number": 3})", 3},
                             {"Zero", R"({"number": 0})", 0},
                             {"String", R"({"number": "3"})", 3},
                             {"StringZero", R"({"number": "0"})", 0},
                             {"StringWithLeadingZeros", R"({"number": "003"})", 3},
                             {"TheLimit", R"({"number": 1000})", 1000},
                             {"TheLimitAsString", R"({"number": "1000"})", 1000},
                         }),
                         [](const auto& info) { return info.param.name; });

struct BadTarget {
  std::string name;
  std::string body;
  std::vector<std::string> pointers;
  std::string says;
};
void PrintTo(const BadTarget& row, std::ostream* out) { *out << row.body; }

class BadTargets : public testing::TestWithParam<BadTarget> {};

TEST_P(BadTargets, AreRefusedWithThePlaceAndTheCause) {
  Problems problems;
  EXPECT_EQ(decode_target_body(GetParam().body, 1000, problems), std::nullopt);
  std::vector<std::string> pointers;
  std::string messages;
  for (const state::Problem& problem : problems) {
    pointers.push_back(problem.pointer);
    messages += problem.message + "\n";
  }
  EXPECT_EQ(pointers, GetParam().pointers);
  EXPECT_NE(messages.find(GetParam().says), std::string::npos) << messages;
}

INSTANTIATE_TEST_SUITE_P(
    Codec, BadTargets,
    testing::ValuesIn(std::vector<BadTarget>{
        {"Negative", R"({"number": -1})", {"/number"}, "'-1' is negative"},
        {"NegativeZero", R"({"number": -0})", {"/number"}, "negative"},
        {"NegativeString", R"({"number": "-1"})", {"/number"}, "negative"},
        {"Fraction", R"({"number": 1.5})", {"/number"}, "'1.5' is not a whole number"},
        {"FractionOfNothing", R"({"number": 3.0})", {"/number"}, "whole number"},
        {"Exponent", R"({"number": 1e2})", {"/number"}, "whole number"},
        {"FractionString", R"({"number": "1.5"})", {"/number"}, "whole number"},
        {"TooMany", R"({"number": 1001})", {"/number"}, "limits.replicas allows (1000)"},
        {"TooManyAsString", R"({"number": "1001"})", {"/number"}, "limits.replicas"},
        {"Huge", R"({"number": 99999999999999999999})", {"/number"}, "limits.replicas"},
        {"Wraps", R"({"number": 4294967297})", {"/number"}, "limits.replicas"},
        {"OutOfRangeExponent", R"({"number": 0.00000000001e-2147483639})", {"/number"}, "whole"},
        {"Empty", R"({"number": ""})", {"/number"}, "is empty"},
        {"Blank", R"({"number": " 3"})", {"/number"}, "whole number"},
        {"Plus", R"({"number": "+3"})", {"/number"}, "whole number"},
        {"Hexadecimal", R"({"number": "0x3"})", {"/number"}, "whole number"},
        {"Word", R"({"number": "three"})", {"/number"}, "'three'"},
        {"ArabicDigits", R"({"number": "٣"})", {"/number"}, "whole number"},
        {"Boolean", R"({"number": true})", {"/number"}, "is a boolean"},
        {"Null", R"({"number": null})", {"/number"}, "is null"},
        {"List", R"({"number": [3]})", {"/number"}, "is a list"},
        {"Map", R"({"number": {}})", {"/number"}, "is a map"},
        {"Missing", R"({})", {"/number"}, "is missing"},
        {"UnknownKey", R"({"number": 3, "numbr": 3})", {"/numbr"}, "'numbr'"},
        {"AllAtOnce", R"({"a/b": 1, "number": -1})", {"/a~1b", "/number"}, "negative"},
        {"MissingAndUnknown", R"({"count": 3})", {"/count", "/number"}, "is missing"},
        {"NoBody", "", {""}, "body is empty"},
        {"NoObject", "3", {""}, "is a number"},
        {"NoJson", "number=3", {""}, "JSON"},
        {"Twice", R"({"number": 1, "number": 2})", {"/number"}, "number"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Codec, ReadsManyTargets) {
  Problems problems;
  const std::map<ServiceName, std::uint32_t> expected = {{name("db"), 1}, {name("web"), 3}};
  EXPECT_EQ(decode_targets_body(R"({"web": 3, "db": "1"})", 1000, problems), expected);
  EXPECT_EQ(decode_targets_body("{}", 1000, problems)->size(), 0U);
  EXPECT_TRUE(problems.empty());
}

TEST(Codec, NamesEveryBadTargetAtOnce) {
  Problems problems;
  EXPECT_FALSE(
      decode_targets_body(R"({"web": -1, "no name": 1, "db": 2, "a~b": true})", 1000, problems));
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(problems[0].pointer, "/web");
  EXPECT_EQ(problems[1].pointer, "/no name");
  EXPECT_EQ(problems[2].pointer, "/a~0b");
  EXPECT_EQ(problems[3].pointer, "/a~0b");
}

}  // namespace
}  // namespace genisys::api
