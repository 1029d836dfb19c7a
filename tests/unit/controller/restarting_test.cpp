#include "controller/restarting.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using state::ConditionType;
using state::Reason;
using state::RestartCondition;
using state::RestartPolicy;
using state::SlotState;
using state::Truth;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void declare_job(PlanWorld& world, RestartPolicy rules, std::uint32_t target = 1) {
  world.declare("job", target);
  auto definition = test::definition("job");
  definition.restart_policy = rules;
  world.redefine("job", definition);
}

Seen& ended(PlanWorld& world, int code, Slot slot = 1, std::uint32_t incarnation = 1) {
  Seen& seen = world.own("job", slot, ContainerState::exited, incarnation);
  seen.container.exit_code = code;
  return seen;
}

const Ladder* ends_of(const PlanWorld& world, Slot slot = 1) {
  const auto& slots = world.history.services.at(test::name("job")).slots;
  const auto past = slots.find(slot);
  if (past == slots.end()) return nullptr;
  const auto ladder = past->second.ladders.find(Reason::crash_loop);
  return ladder == past->second.ladders.end() ? nullptr : &ladder->second;
}

// ---- what is started again

struct Row {
  const char* name;
  RestartCondition condition;
  int code;
  Hand hand;
  bool again;
};

class AnEnd : public testing::TestWithParam<Row> {};

TEST_P(AnEnd, IsFollowedByARestartOrNot) {
  const Row& row = GetParam();
  PlanWorld world;
  declare_job(world, {.condition = row.condition});
  ended(world, row.code).hand = row.hand;
  world.advance(3s);  // nobody brings it back
  world.examine_the_dead();
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(plan), SizeIs(row.again ? 1 : 0));
  if (row.again) return;
  EXPECT_THAT(plan.actions, IsEmpty()) << "the dead one stays";
  const auto& status = status_of(plan, "job");
  const auto& slot = status.slots.at(0);
  EXPECT_EQ(slot.state, SlotState::exited);
  EXPECT_EQ(slot.cause, Reason::completed);
  EXPECT_THAT(slot.message, HasSubstr("not start it again"));
  EXPECT_FALSE(status.converged) << "it is not ready";
  const auto& converged = test::condition_of(status, ConditionType::converged);
  EXPECT_EQ(converged.status, Truth::no);
  EXPECT_EQ(converged.reason, Reason::completed);
  EXPECT_EQ(test::condition_of(status, ConditionType::progressing).status, Truth::no);
  EXPECT_EQ(ends_of(world), nullptr) << "it is no failure";
  EXPECT_EQ(world.history.services.at(test::name("job")).failures_in_a_row, 0U);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, AnEnd,
    testing::Values(
        Row{"any_zero", RestartCondition::any, 0, Hand::none, true},
        Row{"any_one", RestartCondition::any, 1, Hand::none, true},
        Row{"on_failure_zero", RestartCondition::on_failure, 0, Hand::none, false},
        Row{"on_failure_one", RestartCondition::on_failure, 1, Hand::none, true},
        Row{"on_failure_by_hand", RestartCondition::on_failure, 143, Hand::stopped, true},
        Row{"on_failure_with_the_engine", RestartCondition::on_failure, 137, Hand::engine, true},
        Row{"none_zero", RestartCondition::none, 0, Hand::none, false},
        Row{"none_one", RestartCondition::none, 1, Hand::none, false},
        Row{"none_by_hand", RestartCondition::none, 143, Hand::stopped, false},
        Row{"none_with_the_engine", RestartCondition::none, 137, Hand::engine, false},
        Row{"none_lost", RestartCondition::none, 255, Hand::engine, false}),
    [](const auto& row) { return row.param.name; });

TEST(RestartCondition, GivesARestartByHandItsTime) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::none});
  ended(world, 143).hand = Hand::stopped;
  world.learn();
  EXPECT_EQ(status_of(world.plan(), "job").slots.at(0).cause, Reason::restarted_by_hand);
}

TEST(RestartCondition, RunsAnotherSpecAnew) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::none});
  ended(world, 0);
  auto next = world.record("job").definition;
  next.environment = state::Pairs{{"K", "2"}};
  world.redefine("job", next);
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(RestartCondition, RunsAnewWhenASpecComesBack) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::none});
  const auto first = world.record("job").definition;
  ended(world, 0);
  auto next = first;
  next.environment = state::Pairs{{"K", "2"}};
  world.redefine("job", next);
  world.redefine("job", first);
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(RestartCondition, DoesNotRunAgainForARevisionOfTheSameSpec) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::none});
  ended(world, 0);
  auto same = world.record("job").definition;
  same.pull_policy = state::PullPolicy::always;
  const std::string spec = world.wanted.at(test::name("job")).spec;
  world.redefine("job", same);
  ASSERT_EQ(world.wanted.at(test::name("job")).spec, spec);
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), IsEmpty());
}

TEST(RestartCondition, RunsWhatIsScaledUpAndNothingElse) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::on_failure}, 3);
  ended(world, 0, 2);
  ended(world, 0, 4);
  world.examine_the_dead();
  const auto runs = actions_of<RunContainer>(world.plan());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].slot, 1U);
}

TEST(RestartCondition, BuriesWhatIsDoneWithItsSlot) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::on_failure}, 1);
  ended(world, 0, 1);
  ended(world, 0, 2);
  world.examine_the_dead();
  const auto removed = actions_of<RemoveContainer>(world.plan());
  ASSERT_THAT(removed, SizeIs(1));
  EXPECT_EQ(removed[0].slot, 2U);
}

TEST(RestartCondition, TakesASuccessForTheEndOfAllFailures) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::on_failure});
  ended(world, 1, 1, 1);
  world.learn();
  ended(world, 1, 1, 2);
  world.learn();
  ASSERT_NE(ends_of(world), nullptr);
  EXPECT_EQ(ends_of(world)->failures, 2U);
  ended(world, 0, 1, 3);
  world.learn();
  EXPECT_EQ(ends_of(world), nullptr);
  EXPECT_EQ(status_of(world.plan(), "job").slots.at(0).attempts, 0U);
}

// ---- rollouts

TEST(RestartCondition, ProvesItsRevisionBySuccess) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::on_failure}, 2);
  world.learn();
  ended(world, 0, 1);
  ended(world, 0, 2);
  world.examine_the_dead();
  const auto stable = actions_of<MarkStable>(world.plan());
  EXPECT_THAT(stable, SizeIs(1));
}

TEST(RestartCondition, DoesNotProveItsRevisionByFailureForGood) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::none});
  world.own("job", 1);
  world.call_stable("job");
  auto next = world.record("job").definition;
  next.environment = state::Pairs{{"K", "2"}};
  world.redefine("job", next);
  world.learn();
  ended(world, 1, 1, 2);
  world.learn();
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<StopContainer>(plan), IsEmpty()) << "the old one serves on";
  EXPECT_EQ(status_of(plan, "job").rollout->state, state::RolloutState::paused);
}

TEST(RestartCondition, LetsASuccessorThatIsDoneTakeOver) {
  PlanWorld world;
  declare_job(world, {.condition = RestartCondition::none});
  world.own("job", 1);
  auto next = world.record("job").definition;
  next.environment = state::Pairs{{"K", "2"}};
  world.redefine("job", next);
  ended(world, 0, 1, 2);
  world.examine_the_dead();
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<StopContainer>(plan), SizeIs(1));
  EXPECT_THAT(actions_of<RunContainer>(plan), IsEmpty());
}

// ---- attempts, delay, window

TEST(MaxAttempts, GivesUpAfterSoManyRestartsAndSaysHowToGoOn) {
  PlanWorld world;
  declare_job(world, {.max_attempts = 2}, 2);
  world.own("job", 2);
  for (std::uint32_t incarnation = 1; incarnation <= 3; ++incarnation) {
    ended(world, 7, 1, incarnation);
    world.examine_the_dead();
    world.advance(5s);
    EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(incarnation < 3 ? 1 : 0))
        << incarnation;
  }
  const auto slot = status_of(world.plan(), "job").slots.at(0);
  EXPECT_EQ(slot.state, SlotState::exited);
  EXPECT_EQ(slot.cause, Reason::attempts_exhausted);
  EXPECT_THAT(slot.message, HasSubstr("exited with code 7"));
  EXPECT_THAT(slot.message, HasSubstr("DELETE /service/job/backoff"));
  EXPECT_EQ(slot.next_attempt, std::nullopt);
  ++world.record("job").backoff_resets;
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(MaxAttempts, HoldsBackNoOtherSlot) {
  PlanWorld world;
  declare_job(world, {.max_attempts = 2}, 2);
  for (std::uint32_t incarnation = 1; incarnation <= 3; ++incarnation) {
    ended(world, 7, 1, incarnation);
    world.examine_the_dead();
  }
  world.advance(5s);
  const auto runs = actions_of<RunContainer>(world.plan());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].slot, 2U);
}

TEST(MaxAttempts, OfZeroIsNoLimit) {
  SlotHistory slot;
  slot.ladders[Reason::crash_loop].failures = 100;
  const state::Service service{.definition = test::definition("job")};
  EXPECT_FALSE(attempts_exhausted(service, slot, {.max_attempts = 0}));
  EXPECT_FALSE(attempts_exhausted(service, slot, {}));
  EXPECT_TRUE(attempts_exhausted(service, slot, {.max_attempts = 99}));
}

TEST(RestartDelay, IsTheLeastThereIsBeforeARestart) {
  PlanWorld world;
  declare_job(world, {.delay = 5s});
  ended(world, 1);
  world.examine_the_dead();
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(plan), IsEmpty());
  EXPECT_EQ(plan.wake_at, world.now + 5s);
  world.advance(5s);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(RestartDelay, IsNoneBeforeAStartThatWasRefused) {
  Ladder ladder;
  note_failure(ladder, Reason::port_taken, "taken", {.least_delay = 5s}, {}, {}, 0);
  EXPECT_EQ(ladder.waited, 0s);
}

TEST(RestartWindow, IsHowLongASuccessRuns) {
  PlanWorld world;
  declare_job(world, {.window = 60s});
  ended(world, 1);
  world.learn();
  ASSERT_NE(ends_of(world), nullptr);
  world.own("job", 1, ContainerState::running, 2);
  world.advance(59s);
  world.learn();
  EXPECT_NE(ends_of(world), nullptr);
  world.advance(1s);
  world.learn();
  EXPECT_EQ(ends_of(world), nullptr);
}

// ---- the record

TEST(Declare, KnowsSinceWhenAJobIsOfItsSpec) {
  auto job = test::definition("job");
  job.restart_policy = RestartPolicy{.condition = RestartCondition::none};
  auto other = job;
  other.environment = state::Pairs{{"K", "2"}};
  auto patient = job;
  patient.update_config = state::UpdateConfig{.delay = 1s};
  state::Service service{.definition = patient, .revision = state::Revision{4}};
  auto history = std::make_shared<state::RevisionHistory>();
  for (const auto& [revision, definition] :
       {std::pair{1U, &job}, std::pair{2U, &other}, std::pair{3U, &job}, std::pair{4U, &patient}}) {
    history->push_back({.revision = state::Revision{revision},
                        .definition = std::make_shared<const state::Definition>(*definition)});
  }
  service.revisions = history;
  state::Snapshot snapshot;
  snapshot.services.emplace(test::name("job"), std::make_shared<const state::Service>(service));
  EXPECT_EQ(declare(snapshot, {}).at(test::name("job")).spec_since, state::Revision{3});
}

}  // namespace
}  // namespace genisys::controller
