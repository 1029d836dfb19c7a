// Faults on command: what fails, when, and with which effect.
#include "tests/unit/fakes/fake_engine_fixture.hpp"

namespace genisys::fakes {

using FakeEngineFaults = FakeEngineTest;

TEST_F(FakeEngineFaults, BeforeTheEffectNothingHappened) {
  engine.fail_next(Operation::create, ErrorKind::unreachable);

  EXPECT_EQ(kind_of(run(engine.create("web", spec()))), ErrorKind::unreachable);
  EXPECT_TRUE(engine.containers().empty());
  EXPECT_TRUE(run(engine.create("web", spec())).has_value());
}

TEST_F(FakeEngineFaults, AfterTheEffectOnlyTheAnswerIsLost) {
  engine.fail_next(Operation::create, ErrorKind::unreachable, Effect::after);

  EXPECT_EQ(kind_of(run(engine.create("web", spec()))), ErrorKind::unreachable);
  EXPECT_NE(engine.find_named("web"), nullptr);
  EXPECT_EQ(kind_of(run(engine.create("web", spec()))), ErrorKind::conflict);
}

TEST_F(FakeEngineFaults, QueueUpPerOperation) {
  engine.fail_next(Operation::list, ErrorKind::engine);
  engine.fail_next(Operation::list, ErrorKind::protocol);

  EXPECT_TRUE(run(engine.info()).has_value());
  EXPECT_EQ(kind_of(run(engine.list({}))), ErrorKind::engine);
  EXPECT_EQ(kind_of(run(engine.list({}))), ErrorKind::protocol);
  EXPECT_TRUE(run(engine.list({})).has_value());
}

TEST_F(FakeEngineFaults, ATimeoutIsToldAtTheDeadline) {
  engine.fail_next(Operation::create, ErrorKind::timeout, Effect::after);
  auto create = begin(engine.create("web", spec()));

  advance(59s);
  EXPECT_FALSE(create.done());
  EXPECT_NE(engine.find_named("web"), nullptr);
  advance(1s);
  ASSERT_TRUE(create.done());
  EXPECT_EQ(kind_of(create.get()), ErrorKind::timeout);
}

TEST_F(FakeEngineFaults, ALostStartTookPlace) {
  const auto id = created("web");
  engine.fail_next(Operation::start, ErrorKind::unreachable, Effect::after);

  EXPECT_EQ(kind_of(run(engine.start(id))), ErrorKind::unreachable);
  EXPECT_EQ(state(id), ContainerState::running);
}

TEST_F(FakeEngineFaults, TheHookSeesEveryCallWithItsNumber) {
  std::vector<std::pair<Operation, std::uint64_t>> seen;
  engine.set_fault_hook([&](Operation operation, std::uint64_t number) {
    seen.emplace_back(operation, number);
    return number == 2 ? Fault{.kind = ErrorKind::engine} : Fault{};
  });

  EXPECT_TRUE(run(engine.list({})).has_value());
  EXPECT_FALSE(run(engine.list({})).has_value());
  EXPECT_TRUE(run(engine.info()).has_value());
  EXPECT_THAT(seen,
              ::testing::ElementsAre(std::pair(Operation::list, 1u), std::pair(Operation::list, 2u),
                                     std::pair(Operation::info, 1u)));
  EXPECT_EQ(engine.calls(Operation::list), 2u);
}

TEST_F(FakeEngineFaults, ALatencyKeepsAStartVisiblyUnderWay) {
  engine.set_latency(Operation::start, 200ms);
  const auto id = created("web");
  auto start = begin(engine.start(id));
  auto inspect = begin(engine.inspect("web"));

  advance(199ms);
  EXPECT_EQ(run(engine.list({})).value().at(0).state, ContainerState::created);
  EXPECT_FALSE(start.done());
  EXPECT_FALSE(inspect.done()) << "the engine holds the container's lock";
  EXPECT_EQ(engine.in_flight(), 2);
  advance(1ms);
  EXPECT_TRUE(start.get().has_value());
  EXPECT_EQ(inspect.get().value().container.state, ContainerState::running);
  EXPECT_EQ(engine.in_flight(), 0);
  EXPECT_EQ(engine.peak_in_flight(), 3);
}

TEST_F(FakeEngineFaults, ARemovalUnderWayIsBusyAndKeepsTheName) {
  engine.set_latency(Operation::remove, 50ms);
  const auto id = running("web");
  auto removal = begin(engine.remove(id, Force::yes));

  EXPECT_EQ(state(id), ContainerState::removing);
  EXPECT_EQ(kind_of(begin(engine.remove(id, Force::yes)).get()), ErrorKind::busy);
  EXPECT_EQ(kind_of(run(engine.create("web", spec()))), ErrorKind::conflict);
  EXPECT_EQ(kind_of(run(engine.start(id))), ErrorKind::conflict);
  advance(50ms);
  EXPECT_TRUE(removal.get().has_value());
  EXPECT_TRUE(run(engine.create("web", spec())).has_value());
}

TEST_F(FakeEngineFaults, ACallSlowerThanItsDeadlineTimesOutAndStillTakesEffect) {
  const auto id = created("web");
  engine.set_fault_hook([](Operation, std::uint64_t) { return Fault{.delay = 121s}; });
  auto start = begin(engine.start(id));

  advance(120s);
  EXPECT_EQ(kind_of(start.get()), ErrorKind::timeout);
  EXPECT_EQ(state(id), ContainerState::created);
  advance(1s);
  EXPECT_EQ(state(id), ContainerState::running);
}

TEST_F(FakeEngineFaults, PullsFailAsTold) {
  engine.set_pull_failure("private/*",
                          docker::Error{ErrorKind::rejected, 404, "pull access denied"});

  EXPECT_EQ(kind_of(run(engine.pull("private/app:1", "", nullptr))), ErrorKind::rejected);
  EXPECT_FALSE(engine.has_image("private/app:1"));
  engine.set_pull_failure("private/*", std::nullopt);
  EXPECT_TRUE(run(engine.pull("private/app:1", "", nullptr)).has_value());
  EXPECT_TRUE(engine.has_image("private/app:1"));
}

TEST_F(FakeEngineFaults, AListMayBeImplausible) {
  running("web");
  engine.set_list_hook([](std::vector<docker::Container>& listed) { listed.clear(); });
  EXPECT_TRUE(run(engine.list({})).value().empty());

  engine.set_list_hook(nullptr);
  EXPECT_EQ(run(engine.list({})).value().size(), 1u);
}

TEST_F(FakeEngineFaults, EventsMayBeLostOrDoubled) {
  auto stream = run(engine.subscribe()).value();
  engine.events().set_delivery([](const docker::Event& event) {
    if (event.action == EventAction::create) return EventFeed::Delivery::dropped;
    return EventFeed::Delivery::twice;
  });
  running("web");

  EXPECT_EQ(run(stream->next()).value().action, EventAction::start);
  EXPECT_EQ(run(stream->next()).value().action, EventAction::start);
  EXPECT_FALSE(begin(stream->next()).done());
}

TEST_F(FakeEngineFaults, StreamsEndAfterWhatWasNotReadYet) {
  auto stream = run(engine.subscribe()).value();
  created("web");
  engine.events().break_streams();

  EXPECT_EQ(run(stream->next()).value().action, EventAction::create);
  EXPECT_EQ(kind_of(run(stream->next())), ErrorKind::unreachable);
}

}  // namespace genisys::fakes
