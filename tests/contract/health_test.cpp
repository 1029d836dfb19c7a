// Health checks that a spec brings with it.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::Engine;
using docker::EventAction;
using docker::Health;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

namespace {

// The timeout is one that no engine under load exceeds.
docker::ContainerSpec checked(docker::ContainerSpec spec) {
  spec.healthcheck = docker::HealthProbe{
      .test = kProbe, .interval = 200ms, .timeout = 20s, .start_period = 0ms, .retries = 2};
  return spec;
}

}  // namespace

TEST_P(EngineContract, AContainerThatPassesItsHealthcheckBecomesHealthy) {
  const auto id = running(checked(spec(command::kIsWell)));

  ASSERT_TRUE(eventually([&] { return listed(id)->health == Health::healthy; }));
  EXPECT_EQ(inspected(id).container.health, Health::healthy);
}

TEST_P(EngineContract, AContainerThatFailsItsHealthcheckBecomesUnhealthyAndRunsOn) {
  const auto id = running(checked(spec(command::kRunsForEver)));

  ASSERT_TRUE(eventually([&] { return listed(id)->health == Health::unhealthy; }));
  EXPECT_EQ(inspected(id).container.health, Health::unhealthy);
  EXPECT_EQ(state(id), docker::ContainerState::running);
}

TEST_P(EngineContract, AContainerIsStartingUntilItIsTested) {
  auto tested_late = checked(spec(command::kIsWell));
  tested_late.healthcheck->interval = 60s;
  const auto id = running(tested_late);

  EXPECT_EQ(listed(id)->health, Health::starting);
  EXPECT_EQ(inspected(id).container.health, Health::starting);
}

TEST_P(EngineContract, AContainerWithoutAHealthcheckHasNoHealth) {
  auto off = spec(command::kIsWell);
  off.healthcheck = docker::HealthProbe{.test = {"NONE"}};
  EXPECT_EQ(listed(running(off))->health, Health::none);

  // Times alone are for the test of the image, which has none.
  auto untested = spec(command::kIsWell);
  untested.healthcheck = docker::HealthProbe{.interval = 200ms};
  EXPECT_EQ(listed(running(untested))->health, Health::none);
}

TEST_P(EngineContract, AChangeOfHealthIsTold) {
  auto events = run(engine().subscribe()).value();
  const auto id = running(checked(spec(command::kIsWell)));

  std::optional<docker::Event> event;
  do {
    event = run(events->next()).value();
  } while (event->id != id || event->action != EventAction::health);
  EXPECT_EQ(listed(id)->health, Health::healthy);
}

}  // namespace genisys::contract
