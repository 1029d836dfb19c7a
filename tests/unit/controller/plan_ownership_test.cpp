// Whose a container is: our own, one that is adopted, or foreign.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/plan.hpp"
#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using ::testing::IsEmpty;
using ::testing::SizeIs;

struct ForeignCase {
  const char* name;
  std::string label;
};

class Foreign : public ::testing::TestWithParam<ForeignCase> {};

TEST_P(Foreign, IsNeverAdoptedNorTouched) {
  PlanWorld world;
  world.declare("web", 0, "app:1");
  world.foreign("app:1", {{GetParam().label, "x"}});
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(status_of(plan, "web").adopted, 0U);
}

INSTANTIATE_TEST_SUITE_P(Labels, Foreign,
                         ::testing::Values(ForeignCase{"Compose", "com.docker.compose.project"},
                                           ForeignCase{"Swarm", "com.docker.swarm.task.id"},
                                           ForeignCase{"Kubernetes", "io.kubernetes.pod.name"},
                                           ForeignCase{"OtherInstance", "io.genisys.instance"},
                                           ForeignCase{"Ignored", "io.genisys.ignore"}),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Plan, OwnsWhatItMadeWhateverTheLabelsOfItsImageSay) {
  for (const char* label : {"com.docker.compose.project", "io.genisys.ignore"}) {
    SCOPED_TRACE(label);
    PlanWorld world;
    world.declare("web", 1, "app:1");
    world.own("web", 1).container.labels[label] = "x";
    const Plan plan = world.plan();
    EXPECT_THAT(plan.actions, IsEmpty());
    EXPECT_EQ(status_of(plan, "web").running, 1U);
  }
}

TEST(Plan, AdoptsRunningContainersOfTheImage) {
  PlanWorld world;
  world.declare("web", 3, "app:1");
  world.foreign("docker.io/library/app:1");
  const Plan plan = world.plan();
  EXPECT_THAT(actions_of<RunContainer>(plan), SizeIs(2));
  EXPECT_EQ(status_of(plan, "web").adopted, 1U);
  EXPECT_EQ(status_of(plan, "web").running, 1U);
}

TEST(Plan, StopsAdoptedContainersAfterItsOwnAndNeverRemovesThem) {
  PlanWorld world;
  world.declare("web", 0, "app:1");
  const auto adopted = world.foreign("app:1").container.id;
  world.own("web", 1);
  const auto first = actions_of<StopContainer>(world.plan());
  ASSERT_THAT(first, SizeIs(1));
  EXPECT_EQ(first[0].after, AfterStop::remove);
  const Plan last = world.settle();
  EXPECT_TRUE(status_of(last, "web").converged);
  EXPECT_EQ(world.world.containers.at(adopted).container.state, ContainerState::exited);
}

TEST(Plan, AdoptsNothingOfAnImageThatTwoServicesShare) {
  PlanWorld world;
  world.declare("one", 0, "app:1");
  world.declare("two", 0, "app:1");
  world.foreign("app:1");
  EXPECT_THAT(world.plan().actions, IsEmpty());
}

TEST(Plan, AdoptsNothingWhenToldNotTo) {
  PlanWorld world;
  world.policy.adopt = false;
  world.declare("web", 0, "app:1");
  world.foreign("app:1");
  EXPECT_THAT(world.plan().actions, IsEmpty());
}

TEST(Plan, DoesNotMixTwoServicesOfOneImage) {
  PlanWorld world;
  world.declare("one", 2, "app:1");
  world.declare("two", 1, "app:1");
  world.own_many("one", 2);
  world.own("two", 1);
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_TRUE(status_of(plan, "one").converged);
  EXPECT_TRUE(status_of(plan, "two").converged);
}

TEST(Plan, LeavesContainersOfAServiceThatIsNotRecorded) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1);
  world.wanted.clear();
  EXPECT_THAT(world.plan().actions, IsEmpty());
}

}  // namespace
}  // namespace genisys::controller
