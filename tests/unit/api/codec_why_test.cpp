#include "api/codec_why.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "state/status_board.hpp"
#include "tests/support/builders.hpp"

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
using state::ConditionType;
using state::EntryKind;
using state::JournalEntry;
using state::Reason;
using state::Truth;
using testing::HasSubstr;
using testing::Not;

// 2024-05-01T10:20:30.456Z
constexpr state::WallTime kTime{1'714'558'830'456ms};

class WhyCodec : public testing::Test {
 protected:
  WhyCodec() {
    status_ = {.name = service_.name(),
               .desired = 3,
               .ready = 3,
               .converged = true,
               .generation = state::Generation{7},
               .observed_generation = state::Generation{7},
               .observed_at = kTime};
    say(ConditionType::converged, Truth::yes, Reason::as_desired, "");
    say(ConditionType::image_ready, Truth::yes, Reason::none, "");
  }

  void say(ConditionType type, Truth truth, Reason reason, std::string message) {
    std::erase_if(status_.conditions,
                  [type](const state::Condition& condition) { return condition.type == type; });
    status_.conditions.push_back({type, truth, reason, std::move(message), kTime});
  }

  JournalEntry& note(EntryKind kind, std::string action, std::uint32_t slot = 0) {
    const std::uint64_t id = entries_.size() + 1;
    entries_.push_back({.id = id,
                        .at = kTime + std::chrono::seconds(id),
                        .service = service_.name(),
                        .kind = kind,
                        .action = std::move(action),
                        .slot = slot,
                        .message = "entry " + std::to_string(id)});
    return entries_.back();
  }

  std::string why() const { return encode_why(service_, status_, entries_); }

  state::Service service_{.definition = test::definition("web", "nginx:1.25"),
                          .generation = state::Generation{7},
                          .desired = 3};
  state::ServiceStatus status_{.name = service_.name()};
  std::vector<JournalEntry> entries_;
};

TEST_F(WhyCodec, SaysInASentenceThatNothingIsLeftToDo) {
  EXPECT_EQ(why(),
            R"({"name":"web","converged":true,"generation":7,"desired":3,"ready":3,)"
            R"("reason":"AsDesired","message":"3 of 3 replicas are ready; nothing is left to do",)"
            R"("since":"2024-05-01T10:20:30.456Z",)"
            R"("image":{"reference":"nginx:1.25","ready":"True","reason":"None","message":""},)"
            R"("rollout":null,"slots":[],"recent":[]})");
  status_.desired = status_.ready = 1;
  EXPECT_THAT(why(), HasSubstr("1 of 1 replica is ready; nothing is left to do"));
  status_.desired = status_.ready = 0;
  EXPECT_THAT(why(), HasSubstr("no replica is wanted and none runs; nothing is left to do"));
}

TEST_F(WhyCodec, RepeatsWhatTheStatusSays) {
  status_.converged = false;
  say(ConditionType::converged, Truth::no, Reason::port_taken,
      "slot 1: port 8081 is taken by container nginx (foreign)");
  say(ConditionType::image_ready, Truth::no, Reason::image_unavailable,
      "image nginx:1.25: unauthorized");
  status_.rollout = {.state = state::RolloutState::rolling, .revision = state::Revision{2}};
  EXPECT_THAT(why(), HasSubstr(R"("converged":false,)"));
  EXPECT_THAT(
      why(), HasSubstr(R"("reason":"PortTaken",)"
                       R"j("message":"slot 1: port 8081 is taken by container nginx (foreign)")j"));
  EXPECT_THAT(why(), HasSubstr(R"("image":{"reference":"nginx:1.25","ready":"False",)"
                               R"("reason":"ImageUnavailable",)"
                               R"("message":"image nginx:1.25: unauthorized"})"));
  EXPECT_THAT(why(), HasSubstr(R"("rollout":{"state":"rolling","revision":2,)"));
}

TEST_F(WhyCodec, NeverHasNothingToSay) {
  status_.converged = false;
  say(ConditionType::converged, Truth::no, Reason::scaling_up, "");
  EXPECT_THAT(why(), HasSubstr(R"("message":"not converged: ScalingUp")"));
  status_ = current_status(service_, nullptr);
  EXPECT_THAT(why(), HasSubstr(R"("reason":"NotObserved","message":"generation 7 is recorded; )"));
  EXPECT_THAT(why(), HasSubstr(R"("since":null,)"));
  EXPECT_THAT(why(), HasSubstr(R"("ready":"Unknown","reason":"NotObserved")"));
}

TEST_F(WhyCodec, TellsOfEachSlotWhatTheStatusSaysOfIt) {
  status_.slots.push_back(
      {.slot = 1, .state = state::SlotState::running, .container = "ab12", .since = kTime});
  status_.slots.push_back({.slot = 4,
                           .state = state::SlotState::backoff,
                           .cause = Reason::crash_loop,
                           .message = "exited with code 1 after 0.3 s",
                           .since = kTime,
                           .attempts = 3,
                           .next_attempt = kTime + 4s});
  EXPECT_THAT(why(), HasSubstr(R"("slots":[{"slot":1,"state":"running",)"
                               R"("since":"2024-05-01T10:20:30.456Z","container":"ab12",)"
                               R"("tried":[]},{"slot":4,"state":"backoff","cause":"CrashLoop",)"
                               R"("message":"exited with code 1 after 0.3 s",)"
                               R"("since":"2024-05-01T10:20:30.456Z","attempts":3,)"
                               R"("next_attempt":"2024-05-01T10:20:34.456Z","tried":[]}],)"));
}

TEST_F(WhyCodec, TellsWhatWasTriedInASlotNewestFirst) {
  status_.slots.push_back({.slot = 4});
  note(EntryKind::done, "too old", 4);
  for (int i = 0; i < 4; ++i) note(EntryKind::done, "run", 4);
  note(EntryKind::failed, "start", 4);
  note(EntryKind::done, "of another slot", 3);
  note(EntryKind::seen, "no act", 4);
  const std::string text = why();
  EXPECT_THAT(text, HasSubstr(R"("tried":[{"at":"2024-05-01T10:20:36.456Z","action":"start",)"
                              R"("kind":"failed","message":"entry 6"},)"
                              R"({"at":"2024-05-01T10:20:35.456Z","action":"run",)"));
  for (const char* action : {"too old", "of another slot", "no act"}) {
    EXPECT_THAT(text, Not(HasSubstr(action)));
  }
}

TEST_F(WhyCodec, TellsHowTheLastContainerOfASlotEnded) {
  status_.slots.push_back({.slot = 4});
  note(EntryKind::seen, "died", 4).end = state::ContainerEnd{.exit_code = 3};
  JournalEntry& last = note(EntryKind::seen, "died", 4);
  last.container = "cd34";
  last.end = state::ContainerEnd{.exit_code = 1, .ran = 300ms, .log = "no such file\n"};
  note(EntryKind::seen, "died", 5).end = state::ContainerEnd{.exit_code = 5};
  EXPECT_THAT(why(), HasSubstr(R"("last_end":{"at":"2024-05-01T10:20:32.456Z",)"
                               R"("container":"cd34","exit_code":1,"oom_killed":false,)"
                               R"("ran_seconds":0.3,"log":["no such file"]}})"));
}

TEST_F(WhyCodec, TellsWhatWasWantedAndDecidedLast) {
  note(EntryKind::wanted, "too old");
  for (int i = 0; i < 9; ++i) note(EntryKind::wanted, "scale");
  note(EntryKind::decided, "rollback");
  note(EntryKind::done, "an act", 1);
  const std::string text = why();
  EXPECT_THAT(text, HasSubstr(R"("recent":[{"id":11,"at":"2024-05-01T10:20:41.456Z",)"
                              R"("service":"web","kind":"decided","action":"rollback",)"));
  EXPECT_THAT(text, HasSubstr(R"({"id":2,)"));
  EXPECT_THAT(text, Not(HasSubstr("too old")));
  EXPECT_THAT(text, Not(HasSubstr("an act")));
}

}  // namespace
}  // namespace genisys::api
