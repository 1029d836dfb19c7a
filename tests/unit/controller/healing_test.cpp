// Unhealthy replicas: replaced one at a time, held when all fall ill together.
#include "controller/healing.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using docker::Health;
using state::Reason;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class Healing : public ::testing::Test {
 protected:
  void web(std::uint32_t replicas) {
    world.declare("web", replicas);
    for (Slot slot = 1; slot <= replicas; ++slot)
      world.own("web", slot).container.health = Health::healthy;
    world.advance(60s);
    world.learn();
  }

  Seen& newest(Slot slot) { return world.newest(slot); }

  void fall_ill(Slot slot) {
    newest(slot).container.health = Health::unhealthy;
    world.learn();
  }

  std::vector<Slot> slots_begun() {
    std::vector<Slot> slots;
    for (const auto& run : actions_of<RunContainer>(world.plan())) slots.push_back(run.slot);
    return slots;
  }

  void carry_out_all(Health health_of_new = Health::healthy) {
    for (const Action& action : world.plan().actions) {
      world.carry_out(action);
      if (const auto* run = std::get_if<RunContainer>(&action.what))
        newest(run->slot).container.health = health_of_new;
    }
    world.learn();
  }

  PlanWorld world;
};

TEST_F(Healing, StartsTheSuccessorThenStopsTheSickOne) {
  web(3);
  const auto sick = newest(2).container.id;
  fall_ill(2);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{2});
  carry_out_all();
  EXPECT_THAT(world.plan().actions, IsEmpty()) << "until the successor is proven";
  world.advance(world.policy.monitor);
  world.learn();
  const auto stops = actions_of<StopContainer>(world.plan());
  ASSERT_THAT(stops, SizeIs(1));
  EXPECT_EQ(stops[0].id, sick);
  EXPECT_TRUE(status_of(world.settle(), "web").converged);
}

TEST_F(Healing, ReplacesOneAfterTheOther) {
  web(3);
  fall_ill(2);
  fall_ill(3);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{2});
  EXPECT_EQ(status_of(world.plan(), "web").slots.at(2).cause, Reason::unhealthy);
  carry_out_all();
  EXPECT_THAT(slots_begun(), IsEmpty());
  EXPECT_TRUE(status_of(world.settle(), "web").converged);
}

TEST_F(Healing, TriesOneWhenAllFellIllTogether) {
  web(4);
  for (Slot slot = 1; slot <= 4; ++slot) fall_ill(slot);
  EXPECT_EQ(slots_begun(), std::vector<Slot>{1});
  const Plan plan = world.plan();
  const auto& status = status_of(plan, "web");
  EXPECT_EQ(test::condition_of(status, state::ConditionType::converged).reason,
            Reason::correlated_failure);
  EXPECT_EQ(status.slots.at(3).cause, Reason::correlated_failure);
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), IsEmpty());
}

TEST_F(Healing, GoesOnTryingTheSameOneEverMoreSlowly) {
  web(3);
  for (Slot slot = 1; slot <= 3; ++slot) fall_ill(slot);
  std::vector<Slot> tried;
  int attempts = 0;
  for (int second = 0; second < 120; ++second) {
    for (const Slot slot : slots_begun()) {
      tried.push_back(slot);
      ++attempts;
    }
    carry_out_all(Health::unhealthy);
    world.advance(1s);
    world.learn();
  }
  EXPECT_THAT(tried, ::testing::Each(Slot{1}));
  EXPECT_GE(attempts, 5);
  EXPECT_LE(attempts, 9);
}

TEST_F(Healing, LetsARecoveredOneServeAndDropsItsSuccessor) {
  web(2);
  const auto sick = newest(1).container.id;
  fall_ill(1);
  carry_out_all();
  world.world.containers.at(sick).container.health = Health::healthy;
  world.learn();
  const auto stops = actions_of<StopContainer>(world.plan());
  ASSERT_THAT(stops, SizeIs(1));
  EXPECT_NE(stops[0].id, sick);
}

TEST_F(Healing, TakesOneThatWasPausedByHandForIll) {
  web(2);
  newest(1).container.state = ContainerState::paused;
  const auto notes = world.learn();
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_EQ(notes[0].action, "paused");
  EXPECT_EQ(slots_begun(), std::vector<Slot>{1});
}

TEST_F(Healing, MakesRoomFirstWhereTheHostPortIsFixed) {
  const auto ports = test::host_ports(8081, 8081, "8081:80");
  world.declare("web", 1);
  world.redefine("web", test::definition_with_ports("web", ports));
  world.own("web", 1);
  world.history.images["app:1"].state = ImageState::present;
  fall_ill(1);
  const Plan plan = world.plan();
  ASSERT_THAT(plan.actions, SizeIs(1));
  EXPECT_TRUE(std::holds_alternative<StopContainer>(plan.actions[0].what));
}

TEST_F(Healing, NeverRunsMoreThanOneAboveTheTarget) {
  web(3);
  for (Slot slot = 1; slot <= 3; ++slot) fall_ill(slot);
  for (int round = 0; round < 60; ++round) {
    carry_out_all(Health::unhealthy);
    EXPECT_LE(status_of(world.plan(), "web").running, 4U);
    world.advance(1s);
    world.learn();
  }
}

TEST_F(Healing, TellsOfAnIllnessOnce) {
  web(1);
  newest(1).container.health = Health::unhealthy;
  const auto notes = world.learn();
  ASSERT_THAT(notes, SizeIs(1));
  EXPECT_EQ(notes[0].action, "unhealthy");
  EXPECT_THAT(world.learn(), IsEmpty());
}

}  // namespace
}  // namespace genisys::controller
