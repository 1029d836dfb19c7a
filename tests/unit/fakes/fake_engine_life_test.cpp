// The engine goes away, hangs and comes back; and what the operator's hands do meanwhile.
#include "tests/unit/fakes/fake_engine_fixture.hpp"

namespace genisys::fakes {

using ::testing::ElementsAre;
using FakeEngineLife = FakeEngineTest;
using FakeHostHands = FakeEngineTest;

TEST_F(FakeEngineLife, StoppingEndsContainersAndStreams) {
  const auto id = running("web");
  auto stream = run(engine.subscribe()).value();
  auto list = test::start(context, engine.list({}));
  engine.stop_engine();

  EXPECT_EQ(kind_of(list.get()), ErrorKind::unreachable);
  EXPECT_EQ(kind_of(run(engine.create("db", spec()))), ErrorKind::unreachable);
  EXPECT_EQ(run(stream->next()).value().action, EventAction::kill);
  EXPECT_EQ(run(stream->next()).value().action, EventAction::die);
  EXPECT_EQ(kind_of(run(stream->next())), ErrorKind::unreachable);

  engine.start_engine();
  EXPECT_EQ(run(engine.list({})).value().at(0).exit_code, 137);
  EXPECT_EQ(state(id), ContainerState::exited);
}

TEST_F(FakeEngineLife, WithLiveRestoreContainersGoOn) {
  const auto id = running("web");
  engine.stop_engine(LiveRestore::yes);
  engine.start_engine();

  EXPECT_EQ(run(engine.list({})).value().at(0).state, ContainerState::running);
  EXPECT_EQ(state(id), ContainerState::running);
}

TEST_F(FakeEngineLife, AfterACrashSurvivorsEndAtTheNextStart) {
  const auto id = running("web");
  engine.crash_engine();
  EXPECT_EQ(state(id), ContainerState::running);

  engine.start_engine(8s);
  auto list = begin(engine.list({}));
  advance(7s);
  EXPECT_FALSE(list.done()) << "a booting engine accepts and stays silent";
  advance(1s);
  EXPECT_EQ(list.get().value().at(0).exit_code, 137);
}

TEST_F(FakeEngineLife, AProgramThatEndsWhileTheEngineIsAwayKeepsItsCode) {
  engine.set_command_behaviour("job", Program::exits(3, 5s));
  const auto id = running("job");
  engine.crash_engine();
  advance(5s);
  engine.start_engine();

  EXPECT_EQ(run(engine.inspect("job")).value().exit_code, 3);
  EXPECT_EQ(state(id), ContainerState::exited);
}

TEST_F(FakeEngineLife, ACrashInAStartLeavesAWreckThatOnlyForceRemoves) {
  engine.set_latency(Operation::start, 100ms);
  const auto id = created("web");
  auto start = begin(engine.start(id));
  engine.crash_engine(Wreck::created);
  EXPECT_EQ(kind_of(start.get()), ErrorKind::unreachable);
  engine.start_engine();
  test::run_ready(context);

  auto again = begin(engine.start(id));
  advance(100ms);
  EXPECT_EQ(kind_of(again.get()), ErrorKind::wreck);
  EXPECT_EQ(state(id), ContainerState::created);
  EXPECT_TRUE(run(engine.remove(id, Force::yes)).has_value());
}

TEST_F(FakeEngineLife, AWreckMayRunWithoutEverHavingStarted) {
  engine.set_latency(Operation::start, 100ms);
  const auto id = created("web");
  auto start = begin(engine.start(id));
  engine.crash_engine(Wreck::running, LiveRestore::yes);
  engine.start_engine();

  const auto detail = run(engine.inspect("web")).value();
  EXPECT_EQ(detail.container.state, ContainerState::running);
  EXPECT_FALSE(detail.started_at);
}

TEST_F(FakeEngineLife, ACrashInARemovalLeavesADeadContainer) {
  engine.set_latency(Operation::remove, 100ms);
  const auto id = created("web");
  auto removal = begin(engine.remove(id, Force::no));
  engine.crash_engine();
  EXPECT_EQ(kind_of(removal.get()), ErrorKind::unreachable);
  engine.start_engine();

  EXPECT_EQ(run(engine.list({})).value().at(0).state, ContainerState::dead);
  EXPECT_EQ(kind_of(run(engine.start(id))), ErrorKind::conflict);
  auto again = begin(engine.remove(id, Force::yes));
  advance(100ms);
  EXPECT_TRUE(again.get().has_value());
}

TEST_F(FakeEngineLife, AHangEndsCallsAtTheirDeadline) {
  engine.hang();
  auto list = begin(engine.list({}));
  auto create = begin(engine.create("web", spec()));
  advance(30s);
  EXPECT_EQ(kind_of(list.get()), ErrorKind::timeout);
  EXPECT_FALSE(create.done());

  engine.resume();
  EXPECT_TRUE(create.get().has_value());
}

TEST_F(FakeEngineLife, AHangHoldsEventsBack) {
  const auto id = running("web");
  auto stream = run(engine.subscribe()).value();
  engine.hang();
  engine.exit(id, 1);
  auto next = begin(stream->next());
  EXPECT_FALSE(next.done());

  engine.resume();
  EXPECT_EQ(next.get().value().action, EventAction::die);
}

TEST_F(FakeHostHands, KillEndsWith137) {
  const auto id = running("web");
  engine.kill(id);

  EXPECT_EQ(engine.find(id)->exit_code, 137);
  EXPECT_THAT(actions(id), ElementsAre(EventAction::create, EventAction::start, EventAction::kill,
                                       EventAction::die));
}

TEST_F(FakeHostHands, OomIsSeenByInspect) {
  const auto id = running("web");
  engine.oom(id);

  const auto detail = run(engine.inspect("web")).value();
  EXPECT_TRUE(detail.oom_killed);
  EXPECT_EQ(detail.exit_code, 137);
}

TEST_F(FakeHostHands, DockerRestartExitsForAWhileAndRunsAgain) {
  const auto id = running("web");
  engine.docker_restart(id, 10s, 200ms);

  test::run_ready(context);
  EXPECT_EQ(state(id), ContainerState::exited);
  advance(199ms);
  EXPECT_EQ(state(id), ContainerState::exited);
  advance(1ms);
  EXPECT_EQ(state(id), ContainerState::running);
  EXPECT_THAT(actions(id), ElementsAre(EventAction::create, EventAction::start, EventAction::kill,
                                       EventAction::die, EventAction::stop, EventAction::start,
                                       EventAction::other));
}

TEST_F(FakeHostHands, DockerStopKillsWhatIgnoresItAfterTheGrace) {
  engine.set_command_behaviour("app:*", Program::ignores_stop());
  const auto id = running("web");
  engine.docker_stop(id, 10s);
  advance(9s);
  EXPECT_EQ(state(id), ContainerState::running);
  advance(1s);

  EXPECT_EQ(state(id), ContainerState::exited);
  EXPECT_EQ(engine.find(id)->exit_code, 137);
}

TEST_F(FakeHostHands, RmForceAndRenameAndPauseLeaveTheirTraces) {
  const auto id = running("web");
  engine.pause(id);
  EXPECT_EQ(run(engine.list({.all = false})).value().at(0).state, ContainerState::paused);
  engine.unpause(id);
  engine.rename(id, "web-old");
  EXPECT_TRUE(run(engine.create("web", spec())).has_value());
  engine.rm_force(id);

  EXPECT_EQ(engine.find(id), nullptr);
  EXPECT_THAT(actions(id), ElementsAre(EventAction::create, EventAction::start, EventAction::pause,
                                       EventAction::unpause, EventAction::rename, EventAction::kill,
                                       EventAction::die, EventAction::destroy));
}

TEST_F(FakeHostHands, APausedProgramDoesNotEnd) {
  engine.set_command_behaviour("job", Program::exits(0, 10s));
  const auto id = running("job");
  advance(4s);
  engine.pause(id);
  advance(1h);
  engine.unpause(id);
  advance(5s);
  EXPECT_EQ(state(id), ContainerState::running);
  advance(1s);

  EXPECT_EQ(state(id), ContainerState::exited);
}

TEST_F(FakeHostHands, ATagThatMovedIsListedAsTheOldImagesId) {
  running("web");
  const auto old = run(engine.image_id("app:1")).value();
  engine.move_tag("app:1");

  EXPECT_EQ(run(engine.list({})).value().at(0).image, old);
  EXPECT_NE(run(engine.image_id("app:1")).value(), old);
}

TEST_F(FakeHostHands, HealthTurnsByItselfOrByHand) {
  engine.set_command_behaviour("web", {.has_health_check = true, .healthy_after = 2s});
  const auto id = running("web");
  EXPECT_EQ(engine.find(id)->health, docker::Health::starting);
  advance(2s);
  EXPECT_EQ(run(engine.list({})).value().at(0).health, docker::Health::healthy);
  engine.set_health(id, docker::Health::unhealthy);
  EXPECT_EQ(run(engine.list({})).value().at(0).health, docker::Health::unhealthy);
}

TEST_F(FakeHostHands, APortOfAProcessIsTaken) {
  engine.occupy_port(8080);
  auto fixed = spec();
  fixed.ports = {{.container_port = 80, .host_port = 8080}};
  const auto id = run(engine.create("web", fixed)).value();
  EXPECT_EQ(kind_of(run(engine.start(id))), ErrorKind::port_taken);

  engine.release_port(8080);
  EXPECT_TRUE(run(engine.start(id)).has_value());
}

TEST_F(FakeEngineTest, CountsWhatRunsPerLabel) {
  const auto first = running("web-1", {{"service", "web"}});
  running("web-2", {{"service", "web"}});
  running("db-1", {{"service", "db"}});
  engine.kill(first);

  EXPECT_EQ(engine.running("service", "web"), 1);
  EXPECT_EQ(engine.peak_running("service", "web"), 2);
  EXPECT_EQ(engine.peak_running("service", "db"), 1);
  EXPECT_EQ(engine.peak_running("service", "none"), 0);
}

TEST_F(FakeEngineTest, LogsDestructiveCallsAndNotTheOperatorsHands) {
  const auto foreign = engine.run_foreign("theirs", "other:1", {{"owner", "them"}});
  const auto id = running("web");
  engine.kill(foreign);
  run(engine.stop(id, 1s)).value();
  run(engine.remove(foreign, Force::yes)).value();

  const auto& calls = engine.destructive_calls();
  ASSERT_EQ(calls.size(), 2u);
  EXPECT_EQ(calls[0].operation, Operation::stop);
  EXPECT_EQ(calls[0].state, ContainerState::running);
  EXPECT_EQ(calls[1].operation, Operation::remove);
  EXPECT_EQ(calls[1].labels.at("owner"), "them");
}

TEST_F(FakeEngineTest, TellsTheObserverOfEveryChange) {
  std::vector<ContainerState> seen;
  engine.on_change([&](const FakeContainer& container) { seen.push_back(container.state); });
  const auto id = running("web");
  run(engine.stop(id, 1s)).value();
  run(engine.remove(id, Force::no)).value();

  EXPECT_THAT(seen,
              ElementsAre(ContainerState::created, ContainerState::running, ContainerState::exited,
                          ContainerState::removing, ContainerState::removing));
}

TEST_F(FakeEngineTest, ACancelledStopGoesOn) {
  engine.set_command_behaviour("web", Program::ignores_stop());
  const auto id = running("web");
  boost::asio::cancellation_signal cancel;
  bool ended = false;
  boost::asio::co_spawn(
      context, engine.stop(id, 10s),
      boost::asio::bind_cancellation_slot(
          cancel.slot(), [&](std::exception_ptr, docker::Result<void>) { ended = true; }));
  test::run_ready(context);
  cancel.emit(boost::asio::cancellation_type::terminal);
  test::run_ready(context);
  EXPECT_TRUE(ended);

  advance(10s);
  EXPECT_EQ(state(id), ContainerState::exited);
}

TEST_F(FakeEngineTest, MayBeDestroyedWhileThingsAreDue) {
  {
    FakeEngine brief(context.get_executor(), clock);
    brief.add_image("app:1");
    brief.set_command_behaviour("*", Program::exits(0, 5s));
    brief.run_foreign("job", "app:1");
    test::run_ready(context);
  }
  advance(10s);
}

}  // namespace genisys::fakes
