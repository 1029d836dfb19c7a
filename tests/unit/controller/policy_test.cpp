// What the host's policy does not allow is not started.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using state::Reason;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void declare_master(PlanWorld& world) {
  world.declare("web", 2);
  auto definition = test::definition("web");
  definition.privileged = true;
  world.redefine("web", definition);
}

TEST(HostPolicy, HoldsWhatItDoesNotAllowAndNamesTheLine) {
  PlanWorld world;
  declare_master(world);
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  ASSERT_THAT(status_of(plan, "web").slots, SizeIs(2));
  const auto& slot = status_of(plan, "web").slots[0];
  EXPECT_EQ(slot.state, state::SlotState::waiting);
  EXPECT_EQ(slot.cause, Reason::forbidden);
  EXPECT_THAT(slot.message, HasSubstr("privileged: true"));
  EXPECT_EQ(test::condition_of(status_of(plan, "web"), state::ConditionType::converged).reason,
            Reason::forbidden);
}

TEST(HostPolicy, StartsWhatItAllows) {
  PlanWorld world;
  declare_master(world);
  world.policy.host.privileged = true;
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(2));
}

TEST(HostPolicy, LeavesWhatRunsAndWhatAnUpdateWouldReplace) {
  PlanWorld world;
  declare_master(world);
  world.own("web", 1);
  world.own("web", 2).container.labels[std::string(kSpecLabel)] = "an older spec";
  world.record("web").definition.update_config =
      state::UpdateConfig{.order = state::UpdateOrder::stop_first};
  EXPECT_THAT(world.plan().actions, IsEmpty());
  EXPECT_EQ(status_of(world.plan(), "web").slots.at(1).cause, Reason::forbidden);
}

}  // namespace
}  // namespace genisys::controller
