// Replicas whose health check fails: replaced one at a time, held when all fall ill together.

#include <fmt/format.h>

#include <algorithm>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/running_watch.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::test {
namespace {

class Health : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (!IsSkipped()) connector().start();
  }

  std::string reason() {
    return condition(connector().status("web"), "Converged")["reason"].text();
  }

  std::size_t unhealthy() {
    const Json status = connector().status("web");
    const std::vector<Json> slots = status["slots"].items();
    return static_cast<std::size_t>(std::count_if(slots.begin(), slots.end(), [](const Json& slot) {
      return slot.has("health") && slot["health"].text() == "unhealthy";
    }));
  }
};

TEST_F(Health, OfOneReplicaFailsAndItIsReplaced) {
  // SIGUSR1 makes it ill.
  connector().define("web", image(), R"("command": ["sh", "-c",
    "touch /tmp/well; trap 'rm -f /tmp/well' USR1; while :; do sleep 0.1; done"],
    "healthcheck": {"test": "test -e /tmp/well", "interval": "200ms", "retries": 1})");
  connector().scale_and_converge("web", 3);
  const std::vector<std::string> before = connector().running("web");
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(4);
  engine().kill(before.front(), "USR1");
  EXPECT_TRUE(eventually([&] { return !engine().exists(before.front()); }))
      << connector().status("web").dump();
  connector().converge("web");
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  EXPECT_GE(watch.fewest(), 3U) << "the successor comes before the sick one goes";
  const std::vector<std::string> after = connector().settled("web", 3);
  for (const std::string& id : {before[1], before[2]})
    EXPECT_TRUE(std::binary_search(after.begin(), after.end(), id)) << "a healthy one was touched";
}

TEST_F(Health, OfAllFailsTogetherAndTheyAreHeld) {
  // What they share is a file of a volume; SIGUSR1 to one of them makes all ill, SIGUSR2 well
  // again.
  connector().define("web", image(),
                     fmt::format(R"("command": ["sh", "-c",
    "trap 'touch /shared/ill' USR1; trap 'rm /shared/ill' USR2; while :; do sleep 0.1; done"],
    "volumes": ["{}:/shared"],
    "healthcheck": {{"test": "test ! -e /shared/ill", "interval": "300ms", "retries": 1}})",
                                 TestEngine::shared().unique_name("shared")));
  connector().scale_and_converge("web", 3);
  const std::vector<std::string> before = connector().running("web");
  engine().kill(before.front(), "USR1");
  ASSERT_TRUE(eventually([&] { return reason() == "CorrelatedFailure"; }))
      << connector().status("web").dump();
  EXPECT_GE(unhealthy(), 2U);
  const std::vector<std::string> held = connector().running("web");
  for (const std::string& id : before)
    EXPECT_TRUE(std::binary_search(held.begin(), held.end(), id)) << "one was stopped: " << id;
  engine().kill(before.front(), "USR2");
  connector().converge("web");
  connector().settled("web", 3);
}

}  // namespace
}  // namespace genisys::test
