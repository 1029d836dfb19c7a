#include "controller/image_gate.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using state::PullPolicy;
using state::Reason;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

state::Service& web(PlanWorld& world, PullPolicy policy, std::uint32_t target = 1) {
  world.declare("web", target);
  auto definition = test::definition("web", "app:1");
  definition.pull_policy = policy;
  world.redefine("web", definition);
  world.learn();
  return world.record("web");
}

TEST(PullPolicyNever, SaysThatTheImageIsMissingAndPullsNothing) {
  PlanWorld world;
  web(world, PullPolicy::never);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1)) << "nobody knows yet";
  world.history.images["app:1"].state = ImageState::missing;
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  const auto& slot = status_of(plan, "web").slots.at(0);
  EXPECT_EQ(slot.cause, Reason::image_unavailable);
  EXPECT_THAT(slot.message, HasSubstr("pull_policy is never"));
}

TEST(PullPolicyNever, StartsAsSoonAsTheImageIsSeen) {
  PlanWorld world;
  web(world, PullPolicy::never);
  world.history.images["app:1"].state = ImageState::missing;
  world.world.images["app:1"] = true;
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(PullPolicyAlways, PullsOncePerRevisionAndNotForARestart) {
  PlanWorld world;
  web(world, PullPolicy::always, 2);
  world.history.images["app:1"].state = ImageState::present;
  const Plan first = world.plan();
  ASSERT_THAT(first.actions, SizeIs(1));
  EXPECT_EQ(std::get<PullImage>(first.actions[0].what).when, PullWhen::always);
  world.carry_out(first.actions[0]);
  const Plan second = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(second), SizeIs(2));
  for (const Action& action : second.actions) world.carry_out(action);
  for (auto& [id, seen] : world.world.containers)
    seen.container.state = docker::ContainerState::exited;
  world.learn();
  EXPECT_THAT(actions_of<PullImage>(world.plan()), IsEmpty());
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(2));
}

TEST(PullPolicyAlways, TakesAStableRevisionForPulled) {
  PlanWorld world;
  web(world, PullPolicy::always);
  world.call_stable("web");
  EXPECT_THAT(actions_of<PullImage>(world.plan()), IsEmpty());
}

TEST(PullPolicyMissing, GivesUpItsWaitWhenSomebodyLoadsTheImage) {
  PlanWorld world;
  world.declare("web", 1);
  ImageHistory& image = world.history.images["app:1"];
  image.state = ImageState::failed;
  image.ladder = {.failures = 5, .next_attempt = world.now + 300s, .message = "unauthorized"};
  const Plan waiting = world.plan();
  EXPECT_THAT(waiting.actions, IsEmpty());
  EXPECT_EQ(status_of(waiting, "web").slots.at(0).message, "image app:1: unauthorized");
  world.world.images["app:1"] = true;
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

TEST(PullPolicyMissing, KeepsWarningOfANewerImageThatCouldNotBeHad) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1);
  world.history.images["app:1"] = {.state = ImageState::present, .warning = "no route to host"};
  const auto ready =
      test::condition_of(status_of(world.plan(), "web"), state::ConditionType::image_ready);
  EXPECT_EQ(ready.status, state::Truth::yes);
  EXPECT_EQ(ready.reason, Reason::pull_failed);
}

}  // namespace
}  // namespace genisys::controller
