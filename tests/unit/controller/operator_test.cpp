// What an operator asks for beside a target: hands off, try again now, these slots, let them run.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/obstacles.hpp"
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
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

TEST(Operator, PausesAService) {
  PlanWorld world;
  world.declare("web", 3).paused = true;
  world.own("web", 1);
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  const auto& status = status_of(plan, "web");
  EXPECT_EQ(test::condition_of(status, ConditionType::paused).status, state::Truth::yes);
  EXPECT_EQ(test::condition_of(status, ConditionType::converged).reason, Reason::paused);
  EXPECT_EQ(status.running, 1U);
  world.record("web").paused = false;
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(2));
}

TEST(Operator, DeletesAlsoWhatIsPaused) {
  PlanWorld world;
  auto& web = world.declare("web", 1);
  web.paused = true;
  web.removing = true;
  world.own("web", 1);
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(1));
}

TEST(Operator, TriesAgainNow) {
  PlanWorld world;
  world.declare("web", 1);
  for (std::uint32_t incarnation = 1; incarnation <= 3; ++incarnation) {
    world.own("web", 1, ContainerState::exited, incarnation).container.exit_code = 1;
    world.learn();
  }
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), IsEmpty());
  world.record("web").backoff_resets = 1;
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
  EXPECT_EQ(status_of(world.plan(), "web").slots.at(0).attempts, 0U);
}

TEST(Operator, SaysWhichSlotsGo) {
  PlanWorld world;
  auto& web = world.declare("web", 2);
  world.own_many("web", 4);
  web.vacated = {1, 3};
  std::set<Slot> stopped;
  for (const auto& stop : actions_of<StopContainer>(world.plan())) stopped.insert(stop.slot);
  EXPECT_EQ(stopped, (std::set<Slot>{1, 3}));
  EXPECT_TRUE(status_of(world.settle(), "web").converged);
}

TEST(Operator, MovesAReplicaOutOfAVacatedSlot) {
  PlanWorld world;
  world.declare("web", 3).vacated = {2};
  world.own_many("web", 3);
  const Plan last = world.settle();
  EXPECT_TRUE(status_of(last, "web").converged);
  std::set<Slot> slots;
  for (const auto& slot : status_of(last, "web").slots) slots.insert(slot.slot);
  EXPECT_EQ(slots, (std::set<Slot>{1, 3, 4}));
}

TEST(Operator, DeletesAServiceAndLetsItsContainersRun) {
  PlanWorld world;
  auto& web = world.declare("web", 2);
  web.removing = true;
  web.keep_containers = true;
  const auto running = world.own("web", 1).container.id;
  const auto dead = world.own("web", 2, ContainerState::exited).container.id;
  const Plan first = world.plan();
  ASSERT_THAT(first.actions, SizeIs(1)) << "what does not run is removed";
  EXPECT_EQ(std::get<RemoveContainer>(first.actions[0].what).id, dead);
  world.carry_out(first.actions[0]);
  const Plan second = world.plan();
  ASSERT_THAT(second.actions, SizeIs(1));
  EXPECT_EQ(std::get<ForgetService>(second.actions[0].what).released,
            std::set<docker::ContainerId>{running});
}

TEST(Operator, OwnsNoContainerThatWasLetGo) {
  PlanWorld world;
  world.declare("web", 1, "app:2");
  world.released.insert(world.own("web", 1).container.id.str());
  EXPECT_THAT(world.plan().actions, IsEmpty());
  EXPECT_EQ(status_of(world.plan(), "web").running, 1U) << "its image is the service's: adopted";
  EXPECT_EQ(status_of(world.plan(), "web").adopted, 1U);
}

// ---- what is in the way

TEST(Obstacles, NamesTheForeignContainerThatHasThePort) {
  PlanWorld world;
  const auto ports = test::host_ports(8081, 8081, "8081:80");
  world.declare("web", 1);
  world.redefine("web", test::definition_with_ports("web", ports));
  world.learn();
  note_slot_failure(world.history.services.at(test::name("web")), 1, Reason::port_taken,
                    "driver failed programming external connectivity: port is already allocated",
                    world.policy.backoff, world.now, world.wall, [] { return 0.0; });
  note_slot_failure(world.history.services.at(test::name("web")), 1, Reason::port_taken,
                    "port is already allocated", world.policy.backoff, world.now, world.wall,
                    [] { return 0.0; });
  EXPECT_EQ(status_of(world.plan(), "web").slots.at(0).message, "port is already allocated")
      << "nobody is seen to have it";
  auto& nginx = world.foreign("nginx:1");
  nginx.container.name = "nginx";
  nginx.container.ports = {
      {.host_ip = "0.0.0.0", .host_port = 8081, .container_port = 80, .protocol = "tcp"}};
  const auto holder = nginx.container.id;
  world.learn();
  EXPECT_EQ(status_of(world.plan(), "web").slots.at(0).message,
            "port 8081 is taken by container nginx (foreign)");
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), IsEmpty());

  world.world.containers.erase(holder);
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1)) << "the cause is gone";
}

TEST(Obstacles, KeepLaddersApart) {
  PlanWorld world;
  world.declare("web", 1);
  world.learn();
  ServiceHistory& past = world.history.services.at(test::name("web"));
  const auto fail = [&](Reason reason) {
    note_slot_failure(past, 1, reason, "x", world.policy.backoff, world.now, world.wall,
                      [] { return 0.0; });
  };
  for (int times = 0; times < 4; ++times) fail(Reason::port_taken);
  fail(Reason::exited);
  EXPECT_EQ(past.slots.at(1).ladders.at(Reason::port_taken).failures, 4U);
  EXPECT_EQ(past.slots.at(1).ladders.at(Reason::crash_loop).failures, 1U);
  world.own("web", 1);
  world.learn();
  EXPECT_FALSE(past.slots.at(1).ladders.contains(Reason::port_taken)) << "it started";
  EXPECT_TRUE(past.slots.at(1).ladders.contains(Reason::crash_loop)) << "it may crash again";
}

TEST(Obstacles, CountsNoEndThatCameWithTheEngine) {
  PlanWorld world;
  world.declare("web", 5);
  for (Slot slot = 1; slot <= 5; ++slot)
    world.own("web", slot, ContainerState::exited).hand = Hand::engine;
  world.learn();
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(5)) << "all at once";
}

TEST(Obstacles, ExaminesEachDeadOnceBeforeItIsBuried) {
  PlanWorld world;
  world.declare("web", 1);
  auto& dead = world.own("web", 1, ContainerState::exited);
  dead.detailed = true;
  world.own("web", 1, ContainerState::running, 2);
  world.learn();
  const auto examinations = actions_of<ExamineContainer>(world.plan());
  ASSERT_THAT(examinations, SizeIs(1));
  EXPECT_EQ(examinations[0].id, dead.container.id);
  for (const Action& action : world.plan().actions) world.carry_out(action);
  EXPECT_THAT(world.plan().actions, IsEmpty()) << "the last of a slot stays";
}

}  // namespace
}  // namespace genisys::controller
