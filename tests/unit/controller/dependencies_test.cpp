#include "controller/dependencies.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using docker::Health;
using state::ConditionType;
using state::Dependency;
using state::DependencyCondition;
using state::Reason;
using state::RestartCondition;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

state::Definition waiting(DependencyCondition condition, bool required = true) {
  auto definition = test::definition("web", "app:1");
  definition.depends_on = {{"db", Dependency{condition, required}}};
  return definition;
}

void declare_web(PlanWorld& world, DependencyCondition condition, bool required = true,
                 std::uint32_t target = 1) {
  world.declare("web", target);
  world.redefine("web", waiting(condition, required));
}

void restart(PlanWorld& world, std::string_view service, RestartCondition condition) {
  auto definition = world.record(service).definition;
  definition.restart_policy = state::RestartPolicy{.condition = condition};
  world.redefine(service, definition);
}

std::size_t runs_of(const Plan& plan, std::string_view service) {
  return static_cast<std::size_t>(
      std::count_if(plan.actions.begin(), plan.actions.end(), [&](const Action& action) {
        return action.service == test::name(service) && kind_of(action) == ActKind::run;
      }));
}

// ---- when the first container may start

struct Row {
  const char* name;
  DependencyCondition condition;
  void (*arrange)(PlanWorld&);
  const char* message;  // empty: it starts
};

class FirstContainer : public testing::TestWithParam<Row> {};

TEST_P(FirstContainer, WaitsUntilItsDependencyIsThere) {
  PlanWorld world;
  GetParam().arrange(world);
  declare_web(world, GetParam().condition);
  const Plan plan = world.plan();
  const std::string message = GetParam().message;
  if (message.empty()) {
    EXPECT_EQ(runs_of(plan, "web"), 1U);
    return;
  }
  EXPECT_EQ(runs_of(plan, "web"), 0U);
  const auto& slot = status_of(plan, "web").slots.at(0);
  EXPECT_EQ(slot.state, state::SlotState::waiting);
  EXPECT_EQ(slot.cause, Reason::waiting_for_dependency);
  EXPECT_EQ(slot.message, message);
  const auto& converged = test::condition_of(status_of(plan, "web"), ConditionType::converged);
  EXPECT_EQ(converged.reason, Reason::waiting_for_dependency);
  EXPECT_EQ(converged.message, "slot 1: " + message);
}

void with_db(PlanWorld& world, Health health) {
  world.declare("db", 1, "db:1");
  world.own("db", 1).container.health = health;
}

void with_job(PlanWorld& world, RestartCondition condition, std::optional<int> code,
              std::uint32_t target = 1) {
  world.declare("db", target, "db:1");
  restart(world, "db", condition);
  auto& seen = world.own("db", 1, code ? ContainerState::exited : ContainerState::running);
  seen.container.exit_code = code;
}

INSTANTIATE_TEST_SUITE_P(
    Cases, FirstContainer,
    testing::Values(
        Row{"nothing_runs", DependencyCondition::started,
            [](PlanWorld& w) { w.declare("db", 1, "db:1"); }, "waits for service db to be started"},
        Row{"one_runs", DependencyCondition::started,
            [](PlanWorld& w) { with_db(w, Health::starting); }, ""},
        Row{"an_adopted_one_runs", DependencyCondition::started,
            [](PlanWorld& w) {
              w.declare("db", 1, "db:1");
              w.foreign("db:1");
            },
            ""},
        Row{"it_is_created_only", DependencyCondition::started,
            [](PlanWorld& w) {
              w.declare("db", 1, "db:1");
              w.own("db", 1, ContainerState::created);
            },
            "waits for service db to be started"},
        Row{"not_healthy_yet", DependencyCondition::healthy,
            [](PlanWorld& w) { with_db(w, Health::starting); },
            "waits for service db to be healthy"},
        Row{"unhealthy", DependencyCondition::healthy,
            [](PlanWorld& w) { with_db(w, Health::unhealthy); },
            "waits for service db to be healthy"},
        Row{"healthy", DependencyCondition::healthy,
            [](PlanWorld& w) { with_db(w, Health::healthy); }, ""},
        Row{"no_health_check", DependencyCondition::healthy,
            [](PlanWorld& w) { with_db(w, Health::none); },
            "waits for service db to be healthy, which it never will be without a health check: "
            "give it a healthcheck, or depend on service_started"},
        Row{"job_runs", DependencyCondition::completed,
            [](PlanWorld& w) { with_job(w, RestartCondition::on_failure, std::nullopt); },
            "waits for service db to complete"},
        Row{"job_is_done", DependencyCondition::completed,
            [](PlanWorld& w) { with_job(w, RestartCondition::on_failure, 0); }, ""},
        Row{"job_failed_for_good", DependencyCondition::completed,
            [](PlanWorld& w) { with_job(w, RestartCondition::none, 3); },
            "waits for service db to complete: its slot 1 exited with code 3"},
        Row{"job_is_tried_again", DependencyCondition::completed,
            [](PlanWorld& w) { with_job(w, RestartCondition::on_failure, 3); },
            "waits for service db to complete"},
        Row{"one_of_two_jobs_is_done", DependencyCondition::completed,
            [](PlanWorld& w) { with_job(w, RestartCondition::none, 0, 2); },
            "waits for service db to complete"},
        Row{"no_job_at_all", DependencyCondition::completed,
            [](PlanWorld& w) { with_job(w, RestartCondition::any, 0); },
            "waits for service db to complete, which it never will while its restart policy starts "
            "it again after every end: give it restart: on-failure"},
        Row{"no_target", DependencyCondition::started,
            [](PlanWorld& w) { w.declare("db", std::nullopt, "db:1"); },
            "waits for service db, which has no target yet: POST /service/db/scale"},
        Row{"target_of_zero", DependencyCondition::started,
            [](PlanWorld& w) {
              w.declare("db", 0, "db:1");
              w.own("db", 1);
            },
            "waits for service db, which has the target 0: POST /service/db/scale"},
        Row{"not_declared", DependencyCondition::started, [](PlanWorld&) {},
            "service db is not declared"},
        Row{"being_removed", DependencyCondition::started,
            [](PlanWorld& w) {
              w.declare("db", 1, "db:1").removing = true;
              w.own("db", 1);
            },
            "service db is being removed"}),
    [](const auto& row) { return row.param.name; });

TEST(DependsOn, DoesWithoutWhatIsNotRequired) {
  PlanWorld world;
  declare_web(world, DependencyCondition::healthy, false);
  EXPECT_EQ(runs_of(world.plan(), "web"), 1U);
  world.declare("db", 1, "db:1");
  EXPECT_EQ(runs_of(world.plan(), "web"), 0U) << "there is such a service";
}

TEST(DependsOn, NamesEverythingThatIsMissing) {
  PlanWorld world;
  world.declare("web", 1);
  auto definition = waiting(DependencyCondition::started);
  definition.depends_on->emplace("cache", Dependency{});
  world.redefine("web", definition);
  EXPECT_EQ(status_of(world.plan(), "web").slots.at(0).message,
            "service cache is not declared; service db is not declared");
}

// ---- and when nothing waits any more

TEST(DependsOn, DelaysNeitherScalingNorHealing) {
  PlanWorld world;
  world.declare("db", 1, "db:1");
  declare_web(world, DependencyCondition::started, true, 3);
  world.own("web", 1);
  world.own("web", 2, ContainerState::exited);
  EXPECT_EQ(runs_of(world.plan(), "web"), 2U);
}

TEST(DependsOn, IsKeptAgainWhenNothingOfTheServiceRuns) {
  PlanWorld world;
  world.declare("db", 1, "db:1");
  declare_web(world, DependencyCondition::started);
  world.own("db", 1, ContainerState::exited).hand = Hand::engine;
  world.own("web", 1, ContainerState::exited).hand = Hand::engine;
  world.learn();
  const Plan first = world.plan();
  EXPECT_EQ(runs_of(first, "db"), 1U);
  EXPECT_EQ(runs_of(first, "web"), 0U);
  for (const Action& action : first.actions) world.carry_out(action);
  EXPECT_EQ(runs_of(world.plan(), "web"), 1U);
}

TEST(DependsOn, HoldsAStartOfWhatWasCreatedBefore) {
  PlanWorld world;
  world.declare("db", 1, "db:1");
  declare_web(world, DependencyCondition::started);
  world.own("web", 1, ContainerState::created);
  EXPECT_THAT(actions_of<StartContainer>(world.plan()), IsEmpty());
}

TEST(DependsOn, StopsNothingForASuccessorThatWouldWait) {
  PlanWorld world;
  world.declare("web", 1);
  world.own("web", 1);
  auto definition = waiting(DependencyCondition::started);
  definition.environment = state::Pairs{{"NEW", "1"}};
  definition.update_config = state::UpdateConfig{.order = state::UpdateOrder::stop_first};
  world.redefine("web", definition);
  world.history.images["app:1"].state = ImageState::present;
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(status_of(plan, "web").slots.at(0).cause, Reason::waiting_for_dependency);
  world.declare("db", 1, "db:1");
  world.own("db", 1);
  EXPECT_THAT(actions_of<StopContainer>(world.plan()), SizeIs(1));
}

}  // namespace
}  // namespace genisys::controller
