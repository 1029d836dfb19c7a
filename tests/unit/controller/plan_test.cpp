#include "controller/plan.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using state::ConditionType;
using state::Reason;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

std::vector<Slot> slots_run(const Plan& plan) {
  std::vector<Slot> slots;
  for (const auto& run : actions_of<RunContainer>(plan)) slots.push_back(run.slot);
  return slots;
}

Reason converged_reason(const Plan& plan, std::string_view service) {
  return test::condition_of(status_of(plan, service), ConditionType::converged).reason;
}

// ---- targets
// -----------------------------------------------------------------------------------------

TEST(Plan, DoesNothingUntilSomebodyScales) {
  PlanWorld world;
  world.declare("web", std::nullopt);
  world.own("web", 1);
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(status_of(plan, "web").running, 1U);
  EXPECT_FALSE(status_of(plan, "web").converged);
  EXPECT_EQ(converged_reason(plan, "web"), Reason::no_target);
}

TEST(Plan, FillsTheLowestFreeSlots) {
  PlanWorld world;
  world.declare("web", 4);
  world.own("web", 2);
  EXPECT_EQ(slots_run(world.plan()), (std::vector<Slot>{1, 3, 4}));
}

TEST(Plan, NamesAContainerAfterServiceSlotInstanceAndIncarnation) {
  PlanWorld world;
  world.declare("web", 1);
  const auto runs = actions_of<RunContainer>(world.plan());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].name, "web-1-0f0e0d0c-1");
  EXPECT_EQ(runs[0].spec.labels.at(std::string(kInstanceLabel)), test::kInstance);
  EXPECT_EQ(runs[0].spec.labels.at(std::string(kSlotLabel)), "1");
}

TEST(Plan, IsConvergedWithTheExactNumber) {
  PlanWorld world;
  world.declare("web", 3);
  world.own_many("web", 3);
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(status_of(plan, "web").converged);
  EXPECT_EQ(status_of(plan, "web").running, 3U);
  EXPECT_EQ(converged_reason(plan, "web"), Reason::as_desired);
}

TEST(Plan, ScalesDownFromTheHighestSlot) {
  PlanWorld world;
  world.declare("web", 1);
  world.own_many("web", 3);
  const Plan plan = world.plan();
  const auto stops = actions_of<StopContainer>(plan);
  ASSERT_THAT(stops, SizeIs(2));
  EXPECT_EQ(stops[0].slot, 3U);
  EXPECT_EQ(stops[1].slot, 2U);
  EXPECT_EQ(stops[0].grace, 10s);
  EXPECT_FALSE(status_of(plan, "web").converged);
}

TEST(Plan, ScalesDownWhatDoesNotServeFirst) {
  PlanWorld world;
  world.declare("web", 2);
  world.own("web", 1).container.health = docker::Health::unhealthy;
  world.own("web", 2);
  world.own("web", 3);
  const auto stops = actions_of<StopContainer>(world.plan());
  ASSERT_THAT(stops, SizeIs(1));
  EXPECT_EQ(stops[0].slot, 1U);
}

TEST(Plan, ScalingToNothingRemovesTheDeadAsWell) {
  PlanWorld world;
  world.declare("web", 0);
  world.own("web", 1, ContainerState::exited);
  world.own("web", 1, ContainerState::running, 2);
  world.examine_the_dead();
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<StopContainer>(plan), SizeIs(1));
  EXPECT_THAT(actions_of<RemoveContainer>(plan), SizeIs(1));
  EXPECT_TRUE(status_of(world.settle(), "web").converged);
}

TEST(Plan, StopsWithTheDefinitionsGracePeriod) {
  PlanWorld world;
  world.declare("web", 0).definition.stop_grace_period = 2500ms;
  world.own("web", 1);
  EXPECT_EQ(actions_of<StopContainer>(world.plan()).at(0).grace, 3s);
}

// ---- healing
// -------------------------------------------------------------------------------------------

TEST(Plan, ReplacesAKilledContainerAtOnceUnderTheNextName) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1, ContainerState::exited);
  world.learn();
  const auto runs = actions_of<RunContainer>(world.plan());
  ASSERT_THAT(runs, SizeIs(1));
  EXPECT_EQ(runs[0].incarnation, 2U);
}

TEST(Plan, StartsWhatIsCreatedRatherThanCreatingAnother) {
  PlanWorld world;
  world.declare("web", 1);
  const auto id = world.own("web", 1, ContainerState::created).container.id;
  const Plan plan = world.plan();
  ASSERT_THAT(plan.actions, SizeIs(1));
  EXPECT_EQ(std::get<StartContainer>(plan.actions[0].what).id, id);
}

TEST(Plan, KeepsTheLastDeadOfASlotAndRemovesTheRest) {
  PlanWorld world;
  world.declare("web", 1);
  const auto first = world.own("web", 1, ContainerState::exited, 1).container.id;
  world.own("web", 1, ContainerState::exited, 2);
  world.own("web", 1, ContainerState::running, 3);
  EXPECT_THAT(actions_of<RemoveContainer>(world.plan()), IsEmpty())
      << "nobody is buried before the journal has his last words";
  world.examine_the_dead();
  const Plan plan = world.plan();
  const auto removals = actions_of<RemoveContainer>(plan);
  ASSERT_THAT(removals, SizeIs(1));
  EXPECT_EQ(removals[0].id, first);
  EXPECT_EQ(removals[0].removal, Removal::plain);
}

TEST(Plan, ForceRemovesWrecksAndFillsTheirSlotAfterwards) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1).wreck = true;
  const Plan plan = world.plan();
  ASSERT_THAT(plan.actions, SizeIs(1));
  EXPECT_EQ(std::get<RemoveContainer>(plan.actions[0].what).removal, Removal::forced);
  EXPECT_EQ(status_of(plan, "web").running, 0U);
  EXPECT_TRUE(status_of(world.settle(), "web").converged);
}

TEST(Plan, WaitsForAContainerThatWasStoppedByHand) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1, ContainerState::exited).hand = Hand::stopped;
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.wake_at, world.now + world.policy.restart_by_hand);
  EXPECT_EQ(status_of(plan, "web").slots.at(0).cause, Reason::restarted_by_hand);
  world.advance(world.policy.restart_by_hand);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(Plan, TakesAKillForARestartWhereItIsTheStopSignal) {
  PlanWorld world;
  world.declare("web", 1).definition.stop_signal = "SIGKILL";
  world.own("web", 1, ContainerState::exited).hand = Hand::killed;
  EXPECT_THAT(world.plan().actions, IsEmpty());
  world.record("web").definition.stop_signal = "SIGTERM";
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(Plan, StopsTheLesserOfTwoThatFillOneSlot) {
  PlanWorld world;
  world.declare("web", 1);
  const auto older = world.own("web", 1, ContainerState::running, 1).container.id;
  const auto younger = world.own("web", 1, ContainerState::running, 2).container.id;
  const auto stops = actions_of<StopContainer>(world.plan());
  ASSERT_THAT(stops, SizeIs(1));
  EXPECT_EQ(stops[0].id, younger);
  EXPECT_NE(stops[0].id, older);
}

// ---- what is unknown or busy
// -----------------------------------------------------------------

TEST(Plan, DoesNothingWhileTheEngineIsAway) {
  PlanWorld world;
  world.declare("web", 3);
  world.own("web", 7);
  world.world.reachable = false;
  world.world.problem = "connection refused";
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_FALSE(status_of(plan, "web").converged);
  EXPECT_EQ(status_of(plan, "web").running, 1U);
  EXPECT_EQ(converged_reason(plan, "web"), Reason::engine_unreachable);
}

TEST(Plan, DoesNothingBeforeTheFirstWholeList) {
  PlanWorld world;
  world.declare("web", 3);
  world.world.listed = false;
  EXPECT_THAT(world.plan().actions, IsEmpty());
}

TEST(Plan, LeavesASlotWithAnActUnderWay) {
  PlanWorld world;
  world.declare("web", 2);
  world.in_flight.push_back({.kind = ActKind::run, .service = test::name("web"), .slot = 1});
  const Plan plan = world.plan();
  EXPECT_EQ(slots_run(plan), std::vector<Slot>{2});
  EXPECT_EQ(status_of(plan, "web").slots.at(0).state, state::SlotState::creating);
}

TEST(Plan, CountsWhatIsStillStoppingBeforeItStartsMore) {
  PlanWorld world;
  world.declare("web", 2);
  const auto id = world.own("web", 1).container.id;
  world.own("web", 2);
  world.in_flight.push_back(
      {.kind = ActKind::stop, .service = test::name("web"), .slot = 1, .container = id});
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(status_of(plan, "web").terminating, 1U);
}

TEST(Plan, CountsAStartUnderWayNextToTheReplicaItWasToReplace) {
  PlanWorld world;
  world.declare("web", 2);
  world.own_many("web", 2);
  // An update of slot 2 was taken back while its successor was being started.
  world.in_flight.push_back({.kind = ActKind::run, .service = test::name("web"), .slot = 2});
  world.own("web", 1).container.labels[std::string(kSpecLabel)] = "an older spec";
  world.world.containers.erase(world.world.containers.begin());
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), IsEmpty());
}

TEST(Plan, IsNotConvergedBeforeWhatItStoppedIsRemoved) {
  PlanWorld world;
  world.declare("web", 0);
  const auto id = world.own("web", 1, ContainerState::exited).container.id;
  world.in_flight.push_back(
      {.kind = ActKind::stop, .service = test::name("web"), .slot = 1, .container = id});
  EXPECT_EQ(status_of(world.plan(), "web").terminating, 1U);
  EXPECT_FALSE(status_of(world.plan(), "web").converged);
  world.in_flight.front().kind = ActKind::remove;
  EXPECT_TRUE(status_of(world.plan(), "web").converged);
}

// ---- deletion
// ------------------------------------------------------------------------------------------

TEST(Plan, DeletesByStoppingOwnContainersThenForgetting) {
  PlanWorld world;
  world.declare("web", 2).removing = true;
  world.own_many("web", 2);
  world.foreign("app:1");
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(2));
  world.settle();
  EXPECT_TRUE(world.wanted.empty());
  EXPECT_THAT(world.world.containers, SizeIs(1));
}

TEST(Plan, ForgetsADeletedServiceOnlyWhenNothingIsLeft) {
  PlanWorld world;
  world.declare("web", 1).removing = true;
  world.in_flight.push_back({.kind = ActKind::run, .service = test::name("web"), .slot = 1});
  EXPECT_THAT(world.plan().actions, IsEmpty());
}

// ---- updates
// -------------------------------------------------------------------------------------------

TEST(Plan, UpdatesOneSlotAfterTheOtherStartingTheSuccessorFirst) {
  PlanWorld world;
  world.declare("web", 3);
  world.own_many("web", 3);
  world.redefine("web", test::definition("web", "app:2"));
  const Plan begin = world.plan();
  ASSERT_THAT(begin.actions, SizeIs(1));
  const auto& run = std::get<RunContainer>(begin.actions[0].what);
  EXPECT_EQ(run.slot, 1U);
  EXPECT_EQ(run.incarnation, 2U);
  EXPECT_EQ(run.spec.image, "app:2");
  EXPECT_EQ(converged_reason(begin, "web"), Reason::updating);

  world.carry_out(begin.actions[0]);
  const Plan watching = world.plan();
  EXPECT_THAT(watching.actions, IsEmpty()) << "a successor is proven before the old one stops";
  EXPECT_EQ(watching.wake_at, world.now + world.policy.monitor);

  world.advance(world.policy.monitor);
  const Plan proven = world.plan();
  ASSERT_THAT(proven.actions, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<StopContainer>(proven.actions[0].what));

  const Plan last = world.settle();
  EXPECT_TRUE(status_of(last, "web").converged);
  EXPECT_EQ(status_of(last, "web").updated, 3U);
}

TEST(Plan, KeepsTheOldReplicasWhenTheNewRevisionFails) {
  PlanWorld world;
  world.declare("web", 2);
  world.own_many("web", 2);
  world.redefine("web", test::definition("web", "app:2"));
  world.learn();
  for (int round = 0; round < 40; ++round) {
    const Plan plan = world.plan();
    for (const Action& action : plan.actions) world.carry_out(action);
    for (auto& [id, seen] : world.world.containers) {
      if (seen.container.image == "app:2") seen.container.state = ContainerState::exited;
    }
    world.learn();
    world.advance(1s);
    ASSERT_EQ(status_of(world.plan(), "web").ready, 2U);
  }
  const Plan plan = world.plan();
  EXPECT_FALSE(status_of(plan, "web").converged);
  EXPECT_EQ(converged_reason(plan, "web"), Reason::crash_loop);
  EXPECT_LE(world.history.services.at(test::name("web")).failures_in_a_row, 8U);
}

TEST(Plan, UpdatesStopFirstWhereAHostPortIsFixed) {
  PlanWorld world;
  const auto ports = test::host_ports(8081, 8081, "8081:80");
  world.declare("web", 1).definition = test::definition_with_ports("web", ports);
  world.redefine("web", test::definition_with_ports("web", ports));
  world.own("web", 1);
  auto changed = test::definition_with_ports("web", ports);
  changed.image = test::image("app:2");
  world.redefine("web", changed);
  const Plan first = world.plan();
  ASSERT_THAT(first.actions, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<PullImage>(first.actions[0].what))
      << "the image comes before the stop";
  world.carry_out(first.actions[0]);
  const Plan second = world.plan();
  ASSERT_THAT(second.actions, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<StopContainer>(second.actions[0].what));
  EXPECT_TRUE(status_of(world.settle(), "web").converged);
}

TEST(Plan, GivesEachSlotItsPortOfARange) {
  PlanWorld world;
  world.declare("web", 3);
  world.redefine("web",
                 test::definition_with_ports("web", test::host_ports(9000, 9009, "9000-9009:80")));
  std::vector<std::uint16_t> ports;
  for (const auto& run : actions_of<RunContainer>(world.plan()))
    ports.push_back(run.spec.ports.at(0).host_port);
  EXPECT_EQ(ports, (std::vector<std::uint16_t>{9000, 9001, 9002}));
}

// ---- failing
// -------------------------------------------------------------------------------------------

TEST(Plan, WaitsForTheLadderOfACrashingSlot) {
  PlanWorld world;
  world.declare("web", 1);
  for (std::uint32_t incarnation = 1; incarnation <= 2; ++incarnation) {
    world.own("web", 1, ContainerState::exited, incarnation).container.exit_code = 1;
    world.learn();
  }
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(plan), IsEmpty());
  EXPECT_EQ(plan.wake_at, world.now + 1s);
  const auto& slot = status_of(plan, "web").slots.at(0);
  EXPECT_EQ(slot.state, state::SlotState::backoff);
  EXPECT_EQ(slot.cause, Reason::crash_loop);
  EXPECT_EQ(slot.attempts, 2U);
  EXPECT_EQ(slot.next_attempt, world.wall + 1s);
}

TEST(Plan, LetsOneSlotTryForAServiceThatOnlyFails) {
  PlanWorld world;
  world.declare("web", 10);
  for (Slot slot = 1; slot <= 3; ++slot)
    world.own("web", slot, ContainerState::exited).container.exit_code = 1;
  world.learn();
  const Plan plan = world.plan();
  EXPECT_EQ(slots_run(plan), std::vector<Slot>{1});
  EXPECT_EQ(status_of(plan, "web").slots.at(9).cause, Reason::held_back);
}

TEST(Plan, LetsEverybodyTryOnceOneReplicaIsProven) {
  PlanWorld world;
  world.declare("web", 10);
  for (Slot slot = 1; slot <= 3; ++slot)
    world.own("web", slot, ContainerState::exited).container.exit_code = 1;
  world.learn();
  for (const Action& action : world.plan().actions) world.carry_out(action);
  EXPECT_THAT(slots_run(world.plan()), IsEmpty());
  world.advance(world.policy.backoff.proven_after);
  world.learn();
  EXPECT_THAT(slots_run(world.plan()), SizeIs(9));
}

TEST(Plan, PullsAMissingImageOnceForAllWhoWaitForIt) {
  PlanWorld world;
  world.declare("one", 2, "app:1");
  world.declare("two", 1, "app:1");
  world.history.images["app:1"].state = ImageState::missing;
  const Plan plan = world.plan();
  ASSERT_THAT(plan.actions, SizeIs(1));
  EXPECT_EQ(std::get<PullImage>(plan.actions[0].what).image, "app:1");
  EXPECT_EQ(status_of(plan, "two").slots.at(0).state, state::SlotState::pulling);
  EXPECT_TRUE(status_of(world.settle(), "two").converged);
}

TEST(Plan, WaitsForTheLadderOfAFailedPull) {
  PlanWorld world;
  world.declare("web", 1);
  ImageHistory& image = world.history.images["app:1"];
  image.state = ImageState::failed;
  image.ladder.message = "manifest unknown";
  image.ladder.next_attempt = world.now + 4s;
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.wake_at, world.now + 4s);
  EXPECT_EQ(converged_reason(plan, "web"), Reason::image_unavailable);
}

// ---- form
// ----------------------------------------------------------------------------------------------

TEST(Plan, KeepsTheTimeSinceWhenAConditionHolds) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1);
  Plan first = world.plan();
  const std::map<state::ServiceName, state::ServiceStatus> before = {
      {test::name("web"), first.statuses.at(0)}};
  world.advance(10s);
  Plan second = world.plan();
  carry_over(second.statuses, before);
  EXPECT_EQ(second.statuses.at(0).conditions, first.statuses.at(0).conditions);
}

TEST(Plan, KeepsTheTimeSinceWhenASlotIsInItsState) {
  PlanWorld world;
  world.declare("web", 3);
  world.own_many("web", 3);
  Plan first = world.plan();
  const std::map<state::ServiceName, state::ServiceStatus> before = {
      {test::name("web"), first.statuses.at(0)}};
  world.advance(10s);
  world.world.containers.begin()->second.container.health = docker::Health::unhealthy;
  Plan second = world.plan();
  carry_over(second.statuses, before);
  const auto& slots = second.statuses.at(0).slots;
  ASSERT_THAT(slots, SizeIs(3));
  EXPECT_EQ(slots[0].since, world.wall) << "its cause has changed";
  EXPECT_EQ(slots[1].since, world.wall - 10s);
  EXPECT_EQ(slots[2].since, world.wall - 10s);
}

TEST(Plan, DescribesAnActionForTheDryRun) {
  PlanWorld world;
  world.declare("web", 1);
  const auto planned = describe(world.plan().actions.at(0));
  EXPECT_EQ(planned.action, "run");
  EXPECT_EQ(planned.slot, 1U);
  EXPECT_EQ(planned.container, "web-1-0f0e0d0c-1");
  EXPECT_EQ(planned.cause, Reason::scaling_up);
}

}  // namespace
}  // namespace genisys::controller
