// SIGKILL at any moment loses no acknowledged write and makes no container too many.

#include <fmt/format.h>

#include <algorithm>
#include <random>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/running_watch.hpp"

namespace genisys::test {
namespace {

using KilledConnector = ConnectorTest;

constexpr int kRounds = 50;
constexpr std::uint32_t kMostReplicas = 5;

TEST_F(KilledConnector, KeepsWhatItAcknowledgedAndNeverOvershoots) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::mt19937 random(seed);
  const auto any = [&random](std::uint32_t from, std::uint32_t to) {
    return std::uniform_int_distribution<std::uint32_t>(from, to)(random);
  };

  start_bystanders();
  connector().start();
  connector().define("web", image());
  // Those that run although they are to be stopped, and those whose start the engine may have in
  // hand still, from a connector that is dead by now.
  const auto may_run = [this] {
    const std::vector<SeenContainer> all = connector().containers("web");
    return static_cast<std::size_t>(std::count_if(
        all.begin(), all.end(), [](const SeenContainer& seen) { return seen.state != "exited"; }));
  };
  RunningWatch watch(connector(), "web");
  std::uint32_t target = 0;
  std::int64_t last_index = 0;
  for (int round = 0; round < kRounds; ++round) {
    SCOPED_TRACE(fmt::format("round {}", round));
    const std::uint32_t former = std::exchange(target, any(0, kMostReplicas));
    watch.allow_at_most(std::max<std::size_t>({may_run(), former, target}));
    connector().scale("web", target);
    std::this_thread::sleep_for(std::chrono::milliseconds(any(0, 400)));
    connector().process().kill();
    connector().start();

    const Json status = connector().status("web");
    ASSERT_EQ(status["desired"].number(), target) << status.dump();
    ASSERT_GT(status["index"].number(), last_index) << status.dump();
    last_index = status["index"].number();
  }
  const Json status = connector().converge("web");
  EXPECT_EQ(status["running_resources"].number(), target);
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  EXPECT_GT(watch.samples(), static_cast<std::size_t>(kRounds));

  connector().settled("web", target);
  connector().scale_and_converge("web", 0);
  EXPECT_TRUE(eventually([&] { return connector().containers("web").empty(); }))
      << "it left containers behind";
}

TEST_F(KilledConnector, StopsNoContainerAndKnowsThemAgain) {
  start_bystanders();
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 3);
  const std::vector<std::string> before = connector().running("web");
  connector().process().kill();
  EXPECT_EQ(connector().running("web"), before);
  connector().start();
  EXPECT_EQ(connector().converge("web")["ready"].number(), 3);
  EXPECT_EQ(connector().running("web"), before);
}

}  // namespace
}  // namespace genisys::test
