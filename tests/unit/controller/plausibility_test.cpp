#include "controller/plausibility.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using state::Reason;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::IsEmpty;
using ::testing::SizeIs;

docker::ContainerId id(int number) {
  const std::string digits = std::to_string(number);
  return *docker::ContainerId::parse(std::string(64 - digits.size(), '0') + digits);
}

OwnContainers many(int from, int to, bool run = true) {
  OwnContainers own;
  for (int number = from; number <= to; ++number) own.emplace(id(number), run);
  return own;
}

struct LookCase {
  const char* name;
  OwnContainers before;
  OwnContainers now;
  std::set<docker::ContainerId> explained = {};
  bool reconnected = false;
  bool doubted = false;
};

class Look : public ::testing::TestWithParam<LookCase> {};

TEST_P(Look, IsDoubtedWhereItIsStrange) {
  const LookCase& look = GetParam();
  EXPECT_EQ(doubt_in(look.before, look.now, look.explained, look.reconnected).has_value(),
            look.doubted);
}

INSTANTIATE_TEST_SUITE_P(
    Pictures, Look,
    ::testing::Values(
        LookCase{.name = "TheSame", .before = many(1, 3), .now = many(1, 3)},
        LookCase{.name = "SuddenlyEmpty", .before = many(1, 3), .now = {}, .doubted = true},
        LookCase{.name = "TheOnlyOneIsGone", .before = many(1, 1), .now = {}, .doubted = true},
        LookCase{
            .name = "EmptyAndExplained", .before = many(1, 1), .now = {}, .explained = {id(1)}},
        LookCase{.name = "MostVanished", .before = many(1, 4), .now = many(4, 4), .doubted = true},
        LookCase{.name = "OneOfManyVanished", .before = many(1, 4), .now = many(2, 4)},
        LookCase{.name = "NothingWasKnown", .before = {}, .now = many(1, 3)},
        LookCase{.name = "ManyMore", .before = many(1, 1), .now = many(1, 9)},
        LookCase{.name = "ReconnectedToTheSame",
                 .before = many(1, 3),
                 .now = many(1, 3),
                 .reconnected = true},
        LookCase{.name = "ReconnectedAndNothingRuns",
                 .before = many(1, 3),
                 .now = many(1, 3, false),
                 .reconnected = true,
                 .doubted = true},
        LookCase{.name = "ReconnectedWhenNothingWasKnown",
                 .before = {},
                 .now = many(1, 3),
                 .reconnected = true}),
    [](const auto& info) { return std::string(info.param.name); });

// ---- ends that nobody asked for

class Unasked : public ::testing::Test {
 protected:
  // Converged on its target; then containers of ours appear that nobody made.
  void SetUp() override {
    world.declare("web", 2);
    world.own_many("web", 2);
    world.learn();
    settle();
    for (Slot slot = 3; slot <= 6; ++slot) world.own("web", slot);
    world.learn();
  }

  ServiceHistory& past() { return world.history.services.at(test::name("web")); }
  void settle() { past().settled = world.record("web").generation; }

  // What the reconciler remembers of a plan.
  void remember(const Plan& plan) {
    const auto doubted = plan.doubted.find(test::name("web"));
    if (doubted == plan.doubted.end()) {
      past().doubted = {};
    } else if (!std::includes(past().doubted.containers.begin(), past().doubted.containers.end(),
                              doubted->second.begin(), doubted->second.end())) {
      past().doubted = {.containers = doubted->second, .since = world.now};
    }
  }

  PlanWorld world;
};

TEST_F(Unasked, EndsOfMostOfAServiceWaitForASecondLook) {
  const Plan first = world.plan();
  EXPECT_THAT(first.actions, IsEmpty());
  EXPECT_FALSE(status_of(first, "web").converged);
  EXPECT_EQ(test::condition_of(status_of(first, "web"), state::ConditionType::converged).reason,
            Reason::implausible);
  remember(first);
  EXPECT_EQ(first.wake_at, world.now + world.policy.second_look);
  world.advance(world.policy.second_look);
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(4));
}

TEST_F(Unasked, AnotherSecondLookBeginsTheWaitAnew) {
  remember(world.plan());
  world.advance(world.policy.second_look);
  world.own("web", 7);
  const Plan second = world.plan();
  EXPECT_THAT(second.actions, IsEmpty());
  remember(second);
  world.advance(world.policy.second_look);
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(5));
}

TEST_F(Unasked, WhatIsLeftOfConfirmedEndsNeedsNoLookOfItsOwn) {
  remember(world.plan());
  world.advance(world.policy.second_look);
  const Plan confirmed = world.plan();
  remember(confirmed);
  world.carry_out(confirmed.actions.at(0));
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(3));
}

TEST_F(Unasked, EndsThatComeOneByOneAddUp) {
  PlanWorld other;
  other.declare("web", 1);
  other.own("web", 1);
  const auto twin = other.own("web", 2).container.id;
  other.learn();
  other.history.services.at(test::name("web")).settled = other.record("web").generation;
  EXPECT_THAT(actions_of<StopContainer>(other.plan()), SizeIs(1));
  other.in_flight.push_back(
      {.kind = ActKind::stop, .service = test::name("web"), .slot = 2, .container = twin});
  other.own("web", 3);
  EXPECT_THAT(actions_of<StopContainer>(other.plan()), IsEmpty());
}

TEST_F(Unasked, ContainersOfOthersDoNotCount) {
  for (Slot slot = 10; slot <= 30; ++slot)
    world.own("web", slot).container.labels[std::string(kInstanceLabel)] = "another";
  EXPECT_THAT(world.plan().actions, IsEmpty());
}

TEST_F(Unasked, AScaleIsAskedFor) {
  world.desire("web", 1);
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(5));
}

TEST_F(Unasked, OneAtATimeIsNoMatter) {
  PlanWorld other;
  other.declare("web", 2);
  other.own_many("web", 3);
  other.learn();
  other.history.services.at(test::name("web")).settled = other.record("web").generation;
  EXPECT_THAT(actions_of<StopContainer>(other.plan()), SizeIs(1));
}

TEST_F(Unasked, LooksThatAreDoubtedLeadToNothing) {
  world.desire("web", 0);
  world.world.doubt = Doubt{.message = "the engine suddenly shows none of 6 containers",
                            .look_again = world.now + 1s};
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(plan.wake_at, world.now + 1s);
  EXPECT_EQ(status_of(plan, "web").running, 6U) << "what was seen before stands";
}

}  // namespace
}  // namespace genisys::controller
