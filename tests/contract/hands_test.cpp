// What operators and the kernel do to containers behind the connector's back, as the engine shows
// and tells it.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::ContainerState;
using docker::Engine;
using ::testing::ElementsAre;

TEST_P(EngineContract, ARenamedContainerStaysWhoItIs) {
  const std::string name = unique_name("before");
  const std::string other = unique_name("after");
  const auto id = run(engine().create(name, spec())).value();
  by_hand("rename", id, other);

  EXPECT_EQ(listed(id)->name, other);
  EXPECT_EQ(listed(id)->labels, spec().labels);
  EXPECT_EQ(inspected(id).container.name, other);
  EXPECT_THAT(run(engine().create(name, spec())), Succeeds()) << "the old name is free";
}

TEST_P(EngineContract, APausedContainerIsNeitherRunningNorEnded) {
  const auto id = running(spec());
  by_hand("pause", id);
  EXPECT_EQ(state(id), ContainerState::paused);
  EXPECT_EQ(inspected(id).container.state, ContainerState::paused);
  by_hand("unpause", id);
  EXPECT_EQ(state(id), ContainerState::running);
}

TEST_P(EngineContract, ARestartedContainerBeganLater) {
  const auto id = running(spec());
  const auto before = inspected(id).started_at;
  by_hand("restart", id);

  EXPECT_EQ(state(id), ContainerState::running);
  EXPECT_GT(inspected(id).started_at, before);
}

// A busy engine can miss why a program ended: what would tell is gone with the program. So more
// than one is tried.
constexpr int kMostGreedy = 5;

docker::ContainerSpec greedy(docker::ContainerSpec spec) {
  spec.memory = 8 * 1024 * 1024;
  spec.memory_swap = spec.memory;
  return spec;
}

TEST_P(EngineContract, ShowsThatAProgramRanOutOfMemory) {
  bool is_shown = false;
  for (int i = 0; i < kMostGreedy && !is_shown; ++i) {
    const auto id = running(greedy(spec(command::kTakesAllMemory)));
    ASSERT_TRUE(eventually_exits(id));
    is_shown = inspected(id).oom_killed;
    EXPECT_EQ(inspected(id).exit_code, 137);
  }
  EXPECT_TRUE(is_shown);
}

TEST_P(EventContract, TellOfAProgramThatRanOutOfMemory) {
  const std::vector<std::string> all = {"create", "start", "oom", "die", "destroy"};
  std::vector<std::string> told;
  for (int i = 0; i < kMostGreedy && told != all; ++i) {
    const auto id = running(greedy(spec(command::kTakesAllMemory)));
    ASSERT_TRUE(eventually_exits(id));
    run(engine().remove(id, Engine::Force::no)).value();
    told = told_until_destroyed(id);
  }
  EXPECT_EQ(told, all);
}

TEST_P(EventContract, TellOfAKillByHand) {
  const auto id = running(spec());
  by_hand("kill", id);
  ASSERT_TRUE(eventually_exits(id));
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "start", "kill 9", "die", "destroy"));
}

TEST_P(EventContract, TellOfARenameAndAPause) {
  const auto id = running(spec());
  by_hand("rename", id, unique_name("renamed"));
  by_hand("pause", id);
  by_hand("unpause", id);
  run(engine().remove(id, Engine::Force::yes)).value();

  EXPECT_THAT(told_until_destroyed(id), ElementsAre("create", "start", "rename", "pause", "unpause",
                                                    "kill 9", "die", "destroy"));
}

// The end comes before the new beginning, and only then it is said that this was a restart.
TEST_P(EventContract, TellOfARestartInItsOrder) {
  const auto id = running(spec());
  by_hand("restart", id);
  run(engine().remove(id, Engine::Force::yes)).value();

  EXPECT_THAT(told_until_destroyed(id),
              ElementsAre("create", "start", "kill 15", "kill 9", "die", "stop", "start", "other",
                          "kill 9", "die", "destroy"));
}

}  // namespace genisys::contract
