// The events: what happens to a container is told in the order in which it happened.
#include <algorithm>

#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::Engine;
using docker::EventAction;
using std::chrono_literals::operator""s;
using ::testing::ElementsAre;

std::string EventContract::text(const docker::Event& event) {
  switch (event.action) {
    case EventAction::create:
      return "create";
    case EventAction::start:
      return "start";
    case EventAction::die:
      return "die";
    case EventAction::kill:
      return "kill " + event.signal;
    case EventAction::stop:
      return "stop";
    case EventAction::destroy:
      return "destroy";
    case EventAction::rename:
      return "rename";
    case EventAction::pause:
      return "pause";
    case EventAction::unpause:
      return "unpause";
    case EventAction::oom:
      return "oom";
    case EventAction::health:
      return "health";
    case EventAction::other:
      return "other";
  }
  return "unknown";
}

void EventContract::SetUp() {
  EngineContract::SetUp();
  if (!IsSkipped()) events_ = run(engine().subscribe()).value();
}

std::vector<std::string> EventContract::told_until_destroyed(docker::EventStream& events,
                                                             const docker::ContainerId& id) {
  std::vector<std::string> told;
  docker::EngineTime last{};
  while (told.empty() || told.back() != "destroy") {
    const auto event = run(events.next()).value();
    if (event.id != id) continue;
    EXPECT_LE(last, event.time);
    last = event.time;
    told.push_back(text(event));
  }
  return told;
}

TEST_P(EventContract, TellOfAForcedRemoval) {
  const auto id = running(spec());
  run(engine().remove(id, Engine::Force::yes)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "start", "kill 9", "die", "destroy"));
}

TEST_P(EventContract, TellOfAStopThatIsObeyed) {
  const auto id = running_and_ready(spec(command::kObeysTerm));
  run(engine().stop(id, 60s)).value();
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(told_until_destroyed(id),
              ElementsAre("create", "start", "kill 15", "die", "stop", "destroy"));
}

TEST_P(EventContract, TellOfAStopThatEndsInAKill) {
  const auto id = running(spec(command::kRunsForEver));
  run(engine().stop(id, 1s)).value();
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(told_until_destroyed(id),
              ElementsAre("create", "start", "kill 15", "kill 9", "die", "stop", "destroy"));
}

TEST_P(EventContract, TellOfAProgramThatEnds) {
  const auto id = running(spec(command::kExitsWith3));
  ASSERT_TRUE(eventually_exits(id));
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "start", "die", "destroy"));
}

TEST_P(EventContract, AreSilentAboutAStartThatFailed) {
  const auto id = created(spec(command::kNotFound));
  EXPECT_FALSE(run(engine().start(id)).has_value());
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "destroy"));
}

TEST_P(EventContract, AreSilentAboutWhatChangesNothing) {
  const auto id = running(spec());
  run(engine().start(id)).value();
  EXPECT_FALSE(run(engine().remove(id, Engine::Force::no)).has_value());
  run(engine().stop(id, 0s)).value();
  run(engine().stop(id, 0s)).value();
  run(engine().remove(id, Engine::Force::no)).value();

  const auto told = told_until_destroyed(id);
  EXPECT_EQ(std::count(told.begin(), told.end(), "start"), 1);
  EXPECT_EQ(std::count(told.begin(), told.end(), "stop"), 1);
  EXPECT_EQ(std::count(told.begin(), told.end(), "die"), 1);
}

TEST_P(EventContract, ReachEverySubscriberFromItsSubscriptionOn) {
  const auto id = created(spec());
  auto late = run(engine().subscribe()).value();
  run(engine().start(id)).value();
  run(engine().remove(id, Engine::Force::yes)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "start", "kill 9", "die", "destroy"));
  EXPECT_THAT(told_until_destroyed(*late, id), ElementsAre("start", "kill 9", "die", "destroy"));
}

TEST_P(EventContract, AndAListMissNothing) {
  // The create falls between the subscription and the list: both tell of it.
  const auto id = created(spec());
  EXPECT_TRUE(listed(id));
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "destroy"));
}

}  // namespace genisys::contract
