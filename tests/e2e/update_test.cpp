// A new definition rolls: the old containers serve until the new ones are proven.

#include <algorithm>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/running_watch.hpp"

namespace genisys::test {
namespace {

using Update = ConnectorTest;

TEST_F(Update, RollsWithoutAGap) {
  start_bystanders();
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  const std::vector<std::string> old = connector().running("web");

  RunningWatch watch(connector(), "web");
  watch.allow_at_most(3);
  connector().replace("web", image(), R"("command": "sleep 2000000")");
  const Json at_once = connector().status("web");
  EXPECT_FALSE(at_once["converged"].boolean()) << at_once.dump();

  const Json status = connector().converge("web");
  watch.stop();
  EXPECT_EQ(watch.violation(), "");
  EXPECT_GE(watch.fewest(), 2U) << "an old one was stopped before its successor ran";
  EXPECT_EQ(status["updated"].number(), 2);
  for (const Json& slot : status["slots"].items()) EXPECT_EQ(slot["revision"].number(), 2);
  for (const std::string& id : connector().settled("web", 2)) {
    EXPECT_FALSE(std::binary_search(old.begin(), old.end(), id));
    EXPECT_EQ(engine().inspect(id)["Config"]["Cmd"][1].text(), "2000000");
  }
}

TEST_F(Update, ToWhatDoesNotStartKeepsTheOldRunning) {
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  const std::vector<std::string> old = connector().running("web");
  connector().replace("web", image(), R"("command": "no-such-program")");
  EXPECT_TRUE(eventually([&] {
    return condition(connector().status("web"), "Converged")["reason"].text() == "CommandInvalid";
  })) << connector().status("web").dump();
  EXPECT_EQ(connector().running("web"), old);
  // And back.
  connector().replace("web", image());
  connector().converge("web");
  EXPECT_EQ(connector().running("web"), old);
}

TEST_F(Update, ToTheIdenticalDefinitionTouchesNothing) {
  connector().start();
  connector().define("web", image());
  const Json before = connector().scale_and_converge("web", 2);
  const std::vector<std::string> running = connector().running("web");
  connector().replace("web", image());
  const Json after = connector().converge("web");
  EXPECT_EQ(after["generation"], before["generation"]);
  EXPECT_EQ(connector().running("web"), running);
}

}  // namespace
}  // namespace genisys::test
