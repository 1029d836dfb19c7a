#include "api/codec.hpp"

#include <gtest/gtest.h>

#include <chrono>

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
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
                          .since = kTime + 1s,
                          .attempts = 3,
                          .next_attempt = kTime + 4s});
  status.rollout = {.state = state::RolloutState::paused,
                    .revision = state::Revision{3},
                    .reason = state::Reason::update_paused,
                    .message = "slot 4 failed",
                    .began = kTime,
                    .deadline = kTime + 600s,
                    .failures = 1};
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
      R"("message":"exited with code 1 after 0.3 s","since":"2024-05-01T10:20:31.456Z","attempts":3,)"
      R"("next_attempt":"2024-05-01T10:20:34.456Z"}],)"
      R"("rollout":{"state":"paused","revision":3,"reason":"UpdatePaused",)"
      R"("message":"slot 4 failed","began":"2024-05-01T10:20:30.456Z",)"
      R"("deadline":"2024-05-01T10:30:30.456Z","failures":1}})");
}

TEST(Codec, LeavesOutADeadlineThatDoesNotRun) {
  EXPECT_EQ(encode_rollout({.state = state::RolloutState::rolled_back,
                            .revision = state::Revision{3},
                            .reason = state::Reason::rolled_back}),
            R"({"state":"rolled_back","revision":3,"reason":"RolledBack","message":"",)"
            R"("began":null,"failures":0})");
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

}  // namespace
}  // namespace genisys::api
