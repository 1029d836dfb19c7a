// What was wanted is told, and remembered over a restart of the connector.

#include <fmt/format.h>
#include <signal.h>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class Journal : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (!IsSkipped()) connector().start();
  }
};

TEST_F(Journal, RemembersWhatWasWantedOverARestart) {
  connector().define("web", image(), R"("command": "sleep 1000")");
  connector().scale("web", 1);
  const std::string before = connector().call("GET", "/service/web/events?limit=1000").body;
  EXPECT_NE(before.find(R"("kind":"wanted","action":"scale")"), std::string::npos) << before;
  EXPECT_NE(before.find(R"("by":"api")"), std::string::npos) << before;

  connector().process().terminate();
  connector().start();
  const std::string after = connector().call("GET", "/service/web/events?limit=1000").body;
  EXPECT_TRUE(after.starts_with(before.substr(0, before.size() - 2))) << after;
}

TEST_F(Journal, GoesBackToAnEarlierDefinition) {
  connector().define("web", image(), R"("command": "sleep 1000")");
  connector().replace("web", image(), R"("command": "sleep 2000")");
  const Json before = connector().get("/service/web/revisions");
  EXPECT_EQ(before["current"].number(), 2);
  const HttpAnswer answer = connector().call("POST", "/service/web/rollback");
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(connector().get("/service/web")["command"].text(), "sleep 1000");
  EXPECT_EQ(connector().get("/service/web/revisions")["current"].number(), 3);
}

}  // namespace
}  // namespace genisys::test
