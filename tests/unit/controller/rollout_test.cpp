// Updates that are guarded by a stable revision: how they step, when they fail, what follows.
#include "controller/rollout.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using state::FailureAction;
using state::Reason;
using state::RolloutState;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Rolling : public ::testing::Test {
 protected:
  // `replicas` of app:1, stable; then app:2 with this update_config.
  void update(std::uint32_t replicas, state::UpdateConfig config = {}) {
    world.declare("web", replicas);
    world.own_many("web", replicas);
    world.call_stable("web");
    auto changed = test::definition("web", "app:2");
    changed.update_config = config;
    world.redefine("web", changed);
    world.history.images["app:2"].state = ImageState::present;
    world.learn();
  }

  std::vector<Slot> slots_begun() {
    std::vector<Slot> slots;
    for (const auto& run : actions_of<RunContainer>(world.plan())) slots.push_back(run.slot);
    return slots;
  }

  void carry_out_all() {
    for (const Action& action : world.plan().actions) world.carry_out(action);
  }

  // The newest container of app:2 in a slot ends by itself.
  void crash_new(Slot slot) {
    Seen& seen = newest(slot);
    seen.container.state = ContainerState::exited;
    seen.container.exit_code = 1;
    world.learn();
  }

  Seen& newest(Slot slot) { return world.newest(slot); }

  // A step: what is planned is done and proves itself.
  void prove() {
    carry_out_all();
    world.advance(world.policy.monitor);
    world.learn();
  }

  const Rollout& rollout() { return world.history.services.at(test::name("web")).rollout; }
  state::ServiceStatus status() { return status_of(world.plan(), "web"); }

  PlanWorld world;
};

TEST_F(Rolling, ReplacesAsManyAtATimeAsParallelismSays) {
  update(5, {.parallelism = 2});
  EXPECT_EQ(slots_begun(), (std::vector<Slot>{1, 2}));
  carry_out_all();
  EXPECT_THAT(slots_begun(), IsEmpty());
  world.advance(5s);
  world.learn();
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(2));
}

TEST_F(Rolling, ReplacesAllAtOnceWithParallelismZero) {
  update(4, {.parallelism = 0});
  EXPECT_THAT(slots_begun(), SizeIs(4));
}

TEST_F(Rolling, WaitsOutTheDelayBetweenSteps) {
  update(2, {.delay = 30s});
  prove();
  carry_out_all();  // the old one of slot 1 goes
  world.learn();
  const Plan waiting = world.plan();
  EXPECT_THAT(waiting.actions, IsEmpty());
  EXPECT_EQ(status_of(waiting, "web").slots.at(1).cause, Reason::update_delayed);
  ASSERT_TRUE(waiting.wake_at);
  world.advance(*waiting.wake_at - world.now);
  world.learn();
  EXPECT_EQ(slots_begun(), std::vector<Slot>{2});
}

TEST_F(Rolling, StopsTheOldOneFirstWhenAskedTo) {
  update(2, {.order = state::UpdateOrder::stop_first});
  const Plan plan = world.plan();
  ASSERT_THAT(plan.actions, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<StopContainer>(plan.actions[0].what));
}

TEST_F(Rolling, MonitorsASuccessorForAsLongAsItIsTold) {
  update(1, {.monitor = 60s});
  carry_out_all();
  world.advance(59s);
  world.learn();
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), IsEmpty());
  world.advance(1s);
  world.learn();
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(1));
}

// Its end may have gone unheard since.
TEST_F(Rolling, AsksTheEngineAboutASuccessorBeforeItBelievesInIt) {
  update(1);
  carry_out_all();
  const auto successor = newest(1).container.id;
  EXPECT_EQ(world.plan().look_at.at(successor), world.now + world.policy.monitor);
  const state::TimePoint asked = world.now;
  world.advance(world.policy.monitor);
  newest(1).seen_at = asked;
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), IsEmpty());
  newest(1).seen_at = world.now;
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(1));
}

TEST_F(Rolling, PausesWhenASuccessorFailsAndKeepsTheOldOnes) {
  update(3);
  carry_out_all();
  crash_new(1);
  EXPECT_EQ(rollout().state, RolloutState::paused);
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(plan), IsEmpty()) << "a person decides";
  EXPECT_THAT(actions_of<StopContainer>(plan), IsEmpty());
  EXPECT_EQ(status_of(plan, "web").ready, 3U);
  ASSERT_TRUE(status_of(plan, "web").rollout);
  EXPECT_THAT(status_of(plan, "web").rollout->message, HasSubstr("exited with code 1"));
  EXPECT_EQ(test::condition_of(status_of(plan, "web"), state::ConditionType::converged).reason,
            Reason::update_paused);
}

TEST_F(Rolling, TriesAgainWhenTheBackoffIsReset) {
  update(3);
  carry_out_all();
  crash_new(1);
  world.record("web").backoff_resets = 1;
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{1});
}

TEST_F(Rolling, GoesBackToTheStableRevision) {
  update(3, {.failure_action = FailureAction::rollback});
  carry_out_all();
  crash_new(1);
  const auto backs = actions_of<RollBack>(world.plan());
  ASSERT_THAT(backs, SizeIs(1));
  EXPECT_EQ(backs[0].to, state::Revision{1});
  EXPECT_THAT(slots_begun(), IsEmpty());
  EXPECT_EQ(status().ready, 3U);
}

TEST_F(Rolling, AsksOnceForTheWayBack) {
  update(1, {.failure_action = FailureAction::rollback});
  carry_out_all();
  crash_new(1);
  world.in_flight.push_back({.kind = ActKind::roll_back, .service = test::name("web")});
  EXPECT_THAT(actions_of<RollBack>(world.plan()), IsEmpty());
}

TEST_F(Rolling, WaitsBeforeItAsksAStoreThatFailedAgain) {
  update(1, {.failure_action = FailureAction::rollback});
  carry_out_all();
  crash_new(1);
  world.history.services.at(test::name("web")).record_after = world.now + 5s;
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RollBack>(plan), IsEmpty());
  EXPECT_EQ(plan.wake_at, world.now + 5s);
}

TEST_F(Rolling, GoesOnWhenFailuresAreToBePassedOver) {
  update(3, {.failure_action = FailureAction::proceed});
  carry_out_all();
  crash_new(1);
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{2});
}

TEST_F(Rolling, ToleratesFailuresUpToTheRatio) {
  update(4, {.max_failure_ratio = 0.25});
  carry_out_all();
  crash_new(1);
  EXPECT_EQ(rollout().state, RolloutState::rolling) << "one of four";
  carry_out_all();
  crash_new(2);
  EXPECT_EQ(rollout().state, RolloutState::paused) << "two of four";
}

TEST_F(Rolling, FailsByTheDeadlineCountedFromTheLastProgress) {
  update(2, {.progress_deadline = 60s});
  carry_out_all();
  newest(1).container.health = docker::Health::starting;
  world.learn();
  world.advance(59s);
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  world.advance(1s);
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::paused);
  EXPECT_EQ(rollout().reason, Reason::deadline_exceeded);
}

TEST_F(Rolling, CountsNoTimeThatAPullTakes) {
  update(1, {.progress_deadline = 60s});
  world.history.images["app:2"].state = ImageState::missing;
  world.learn();
  world.advance(10min);
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  world.history.images["app:2"].state = ImageState::present;
  world.learn();
  world.advance(59s);
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  world.advance(1s);
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::paused);
}

TEST_F(Rolling, TakesAnUnhealthySuccessorForAFailure) {
  update(2);
  carry_out_all();
  newest(1).container.health = docker::Health::unhealthy;
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::paused);
  const auto stops = actions_of<StopContainer>(world.plan());
  ASSERT_THAT(stops, SizeIs(1)) << "the failed successor goes, the old one stays";
  EXPECT_EQ(stops[0].id, newest(1).container.id);
}

TEST_F(Rolling, DoesNotJudgeByAFailureThatMayPass) {
  update(2);
  ServiceHistory& past = world.history.services.at(test::name("web"));
  const auto fail = [&] {
    note_slot_failure(past, 1, Reason::port_taken, "port is already allocated",
                      world.policy.backoff, world.now, world.wall, [] { return 0.0; });
    world.learn();
  };
  fail();
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  fail();
  EXPECT_EQ(rollout().state, RolloutState::paused);
}

TEST_F(Rolling, IsSupersededByANewChange) {
  update(3);
  carry_out_all();
  crash_new(1);
  world.redefine("web", test::definition("web", "app:3"));
  world.learn();
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  EXPECT_EQ(rollout().revision, state::Revision{3});
  const auto runs = actions_of<RunContainer>(world.plan());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].spec.image, "app:3");
}

TEST_F(Rolling, KeepsOldReplicasThatAreAgainWhatIsWanted) {
  update(3);
  carry_out_all();
  crash_new(1);
  // Back to what is stable, as a roll-back does.
  world.redefine("web", test::definition("web", "app:1"));
  world.learn();
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(plan), IsEmpty());
  EXPECT_THAT(actions_of<StopContainer>(plan), IsEmpty());
  EXPECT_EQ(status_of(plan, "web").updated, 3U);
}

TEST_F(Rolling, MarksWhatIsWhollyProvenStable) {
  update(2);
  for (int step = 0; step < 4; ++step) prove();
  EXPECT_TRUE(rollout().complete);
  const auto marks = actions_of<MarkStable>(world.plan());
  ASSERT_THAT(marks, SizeIs(1));
  EXPECT_EQ(marks[0].revision, state::Revision{2});
  EXPECT_FALSE(status().rollout);
}

TEST_F(Rolling, JudgesNoReplicaThatFailsAfterItsCompletion) {
  update(2);
  for (int step = 0; step < 4; ++step) prove();
  crash_new(1);
  EXPECT_NE(rollout().state, RolloutState::paused);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{1});
}

TEST_F(Rolling, SaysWhatWasRolledBackUntilTheNextChange) {
  world.declare("web", 1);
  world.own("web", 1);
  world.call_stable("web");
  Rollout& past = world.history.services.at(test::name("web")).rollout;
  past.state = RolloutState::rolled_back;
  past.gave_up = state::Revision{7};
  past.message = "slot 1: exited with code 1";
  const auto shown = status();
  EXPECT_TRUE(shown.converged);
  ASSERT_TRUE(shown.rollout);
  EXPECT_EQ(shown.rollout->revision, state::Revision{7});
  const auto condition = test::condition_of(shown, state::ConditionType::converged);
  EXPECT_EQ(condition.reason, Reason::rolled_back);
  EXPECT_THAT(condition.message, HasSubstr("revision 7 failed"));
  world.redefine("web", test::definition("web", "app:2"));
  world.learn();
  EXPECT_EQ(world.history.services.at(test::name("web")).rollout.state, RolloutState::rolling);
}

TEST_F(Rolling, HoldsNothingOnToBeforeThereIsAStableRevision) {
  world.declare("web", 1);
  world.redefine("web", test::definition("web", "app:2"));
  world.learn();
  carry_out_all();
  crash_new(1);
  EXPECT_EQ(rollout().state, RolloutState::rolling);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{1})
      << "there is nothing to go back to: it is tried again";
}

TEST_F(Rolling, TellsTheJournalWhatItDecides) {
  update(2);
  carry_out_all();
  newest(1).container.state = ContainerState::exited;
  const auto notes = world.learn();
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_EQ(notes[0].kind, state::EntryKind::decided);
  EXPECT_EQ(notes[0].action, "rollout");
  EXPECT_THAT(notes[0].message, HasSubstr("revision 2 failed, the update is paused"));
}

}  // namespace
}  // namespace genisys::controller
