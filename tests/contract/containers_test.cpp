// The life of a container, call by call.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::ContainerState;
using docker::Engine;
using docker::ErrorKind;
using std::chrono_literals::operator""s;

TEST_P(EngineContract, CreatesAContainerThatDoesNotRun) {
  const auto id = created(spec());

  EXPECT_EQ(state(id), ContainerState::created);
  const auto detail = inspected(id);
  EXPECT_FALSE(detail.started_at);
  EXPECT_FALSE(detail.finished_at);
  EXPECT_EQ(detail.error, "");
  EXPECT_EQ(detail.exit_code, 0);
}

TEST_P(EngineContract, RefusesANameThatIsTaken) {
  const std::string name = unique_name("taken");
  const auto first = run(engine().create(name, spec())).value();

  EXPECT_THAT(run(engine().create(name, spec())), FailsWith(ErrorKind::conflict));
  EXPECT_EQ(inspected(first).container.name, name);
}

TEST_P(EngineContract, OfTwoCreatesWithOneNameOneSucceeds) {
  const std::string name = unique_name("raced");
  auto first = begin(engine().create(name, spec()));
  auto second = begin(engine().create(name, spec()));
  const auto one = wait_for(first);
  const auto other = wait_for(second);

  EXPECT_NE(one.has_value(), other.has_value());
  EXPECT_THAT(one ? other : one, FailsWith(ErrorKind::conflict));
}

TEST_P(EngineContract, RefusesANameThatIsNone) {
  EXPECT_THAT(run(engine().create("not a name", spec())), FailsWith(ErrorKind::rejected));
}

TEST_P(EngineContract, CreateSaysThatTheImageIsMissing) {
  auto missing = spec();
  missing.image = "genisys-no-such-image:1";

  EXPECT_THAT(run(engine().create(unique_name("missing"), missing)),
              FailsWith(ErrorKind::image_missing));
}

TEST_P(EngineContract, StartsAContainer) {
  const auto id = created(spec());

  EXPECT_THAT(run(engine().start(id)), Succeeds());
  EXPECT_EQ(state(id), ContainerState::running);
  EXPECT_TRUE(inspected(id).started_at);
  EXPECT_FALSE(inspected(id).finished_at);
}

TEST_P(EngineContract, StartOfARunningOneChangesNothing) {
  const auto id = running(spec());
  const auto before = inspected(id).started_at;

  EXPECT_THAT(run(engine().start(id)), Succeeds());
  EXPECT_EQ(inspected(id).started_at, before);
}

TEST_P(EngineContract, StartOfOneThatIsGoneFails) {
  const auto id = created(spec());
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(run(engine().start(id)), FailsWith(ErrorKind::not_found));
}

TEST_P(EngineContract, StartsAnExitedOneAgain) {
  const auto id = running(spec());
  run(engine().stop(id, 0s)).value();
  const auto first_end = inspected(id).finished_at;

  EXPECT_THAT(run(engine().start(id)), Succeeds());
  EXPECT_EQ(state(id), ContainerState::running);
  EXPECT_EQ(inspected(id).exit_code, 0);
  EXPECT_EQ(inspected(id).finished_at, first_end);
}

TEST_P(EngineContract, AStartWhileAStopWaitsIsLost) {
  auto events = run(engine().subscribe()).value();
  const auto id = running(spec());
  auto stop = begin(engine().stop(id, 2s));
  while (run(events->next()).value().action != docker::EventAction::kill) {
  }

  EXPECT_THAT(run(engine().start(id)), Succeeds());
  EXPECT_THAT(wait_for(stop), Succeeds());
  EXPECT_EQ(state(id), ContainerState::exited);
}

TEST_P(EngineContract, AStartThatFindsNoCommandLeavesItCreated) {
  const auto id = created(spec(command::kNotFound));

  EXPECT_THAT(run(engine().start(id)), FailsWith(ErrorKind::command));
  EXPECT_EQ(state(id), ContainerState::created);
  const auto detail = inspected(id);
  EXPECT_EQ(detail.exit_code, 127);
  EXPECT_NE(detail.error, "");
  EXPECT_FALSE(detail.started_at);
}

TEST_P(EngineContract, AStartWhosePortIsTakenLeavesItCreated) {
  auto first = spec();
  first.ports = {{.container_port = 8080}};
  const auto holder = running(first);
  auto second = spec();
  second.ports = {{.container_port = 8080, .host_port = listed(holder)->ports.at(0).host_port}};
  const auto waiting = created(second);

  EXPECT_THAT(run(engine().start(waiting)), FailsWith(ErrorKind::port_taken));
  EXPECT_EQ(state(waiting), ContainerState::created);
  EXPECT_EQ(inspected(waiting).exit_code, 128);
  EXPECT_NE(inspected(waiting).error, "");

  run(engine().remove(holder, Engine::Force::yes)).value();
  EXPECT_THAT(run(engine().start(waiting)), Succeeds());
  EXPECT_EQ(inspected(waiting).error, "");
}

TEST_P(EngineContract, StopKillsAfterTheGrace) {
  const auto id = running(spec(command::kRunsForEver));

  EXPECT_THAT(run(engine().stop(id, 1s)), Succeeds());
  EXPECT_EQ(state(id), ContainerState::exited);
  EXPECT_EQ(listed(id)->exit_code, 137);
  EXPECT_TRUE(inspected(id).finished_at);
}

TEST_P(EngineContract, StopLetsAProgramEndByItself) {
  const auto id = running_and_ready(spec(command::kObeysTerm));

  EXPECT_THAT(run(engine().stop(id, 60s)), Succeeds());
  EXPECT_EQ(listed(id)->exit_code, 7);
}

TEST_P(EngineContract, StopSendsTheStopSignalOfTheSpec) {
  auto interrupted = spec(command::kObeysInt);
  interrupted.stop_signal = "SIGINT";
  const auto id = running_and_ready(interrupted);

  EXPECT_THAT(run(engine().stop(id, 60s)), Succeeds());
  EXPECT_EQ(listed(id)->exit_code, 9);
}

TEST_P(EngineContract, StopOfOneThatDoesNotRunSucceeds) {
  const auto id = created(spec());
  EXPECT_THAT(run(engine().stop(id, 1s)), Succeeds());
  EXPECT_EQ(state(id), ContainerState::created);

  run(engine().start(id)).value();
  run(engine().stop(id, 0s)).value();
  EXPECT_THAT(run(engine().stop(id, 1s)), Succeeds());

  run(engine().remove(id, Engine::Force::no)).value();
  EXPECT_THAT(run(engine().stop(id, 1s)), Succeeds());
}

TEST_P(EngineContract, TwoStopsAtOnceBothSucceed) {
  const auto id = running(spec());
  auto first = begin(engine().stop(id, 1s));
  auto second = begin(engine().stop(id, 1s));

  EXPECT_THAT(wait_for(first), Succeeds());
  EXPECT_THAT(wait_for(second), Succeeds());
}

TEST_P(EngineContract, RemovesAndFreesTheName) {
  const std::string name = unique_name("again");
  const auto first = run(engine().create(name, spec())).value();

  EXPECT_THAT(run(engine().remove(first, Engine::Force::no)), Succeeds());
  EXPECT_FALSE(listed(first));
  EXPECT_THAT(run(engine().create(name, spec())), Succeeds());
}

TEST_P(EngineContract, RemoveOfOneThatIsGoneSucceeds) {
  const auto id = created(spec());
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(run(engine().remove(id, Engine::Force::no)), Succeeds());
  EXPECT_THAT(run(engine().remove(id, Engine::Force::yes)), Succeeds());
}

TEST_P(EngineContract, RemoveOfARunningOneNeedsForce) {
  const auto id = running(spec());

  EXPECT_THAT(run(engine().remove(id, Engine::Force::no)), FailsWith(ErrorKind::conflict));
  EXPECT_EQ(state(id), ContainerState::running);
  EXPECT_THAT(run(engine().remove(id, Engine::Force::yes)), Succeeds());
  EXPECT_FALSE(listed(id));
}

TEST_P(EngineContract, ShowsHowAProgramEnded) {
  const auto id = running(spec(command::kExitsWith3));

  ASSERT_TRUE(eventually_exits(id));
  EXPECT_EQ(listed(id)->exit_code, 3);
  const auto detail = inspected(id);
  EXPECT_EQ(detail.exit_code, 3);
  EXPECT_FALSE(detail.oom_killed);
  // Not which of them is the earlier: of a program that ends at once, dockerd may note the end
  // first.
  EXPECT_TRUE(detail.started_at);
  EXPECT_TRUE(detail.finished_at);
}

}  // namespace genisys::contract
