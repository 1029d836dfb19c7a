// A service that keeps crashing: what it said outlives its containers, its ladder outlives the
// connector, and the operator may cut the wait short.

#include <algorithm>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class CrashLoop : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    connector().start();
    connector().define("bad", image(),
                       R"("command": ["sh", "-c", "echo line one; echo out of luck >&2; exit 3"])");
    connector().scale("bad", 1);
    ASSERT_TRUE(eventually([&] { return attempts() >= 3; })) << connector().status("bad").dump();
  }

  std::int64_t attempts() {
    const Json status = connector().status("bad");
    if (status["slots"].size() == 0) return 0;
    const Json slot = status["slots"][0];
    return slot.has("attempts") ? slot["attempts"].number() : 0;
  }

  std::vector<Json> deaths() {
    std::vector<Json> found;
    for (const Json& event : connector().get("/service/bad/events")["events"].items()) {
      if (event["action"].text() == "died") found.push_back(event);
    }
    return found;
  }
};

TEST_F(CrashLoop, IsToldByItsLastWordsAfterTheContainerIsGone) {
  ASSERT_TRUE(eventually([&] { return deaths().size() >= 3; }));
  const Json first = deaths().front();
  EXPECT_TRUE(eventually([&] { return !engine().exists(first["container"].text()); }))
      << "only the last dead of a slot is kept";
  EXPECT_EQ(first["end"]["exit_code"].number(), 3);
  EXPECT_EQ(first["end"]["log"].size(), 2U) << first.dump();
  EXPECT_NE(first.dump().find("out of luck"), std::string::npos);
  const Json why = connector().get("/service/bad/why");
  const Json slot = why["slots"][0];
  EXPECT_EQ(slot["last_end"]["exit_code"].number(), 3) << why.dump();
  EXPECT_NE(slot["last_end"]["log"].dump().find("out of luck"), std::string::npos);
  EXPECT_NE(why["message"].text().find("exited with code 3"), std::string::npos) << why.dump();
}

TEST_F(CrashLoop, GoesOnWhereItWasAfterARestartOfTheConnector) {
  const std::int64_t before = attempts();
  connector().process().kill();
  connector().start();
  ASSERT_TRUE(eventually([&] { return attempts() >= before; })) << connector().status("bad").dump();
  // Every end is counted once, also by a connector that did not see it.
  std::vector<std::string> containers;
  for (const Json& death : deaths()) containers.push_back(death["container"].text());
  std::sort(containers.begin(), containers.end());
  EXPECT_EQ(std::adjacent_find(containers.begin(), containers.end()), containers.end());
}

TEST_F(CrashLoop, IsTriedAgainAtOnceWhenTheOperatorSaysSo) {
  ASSERT_TRUE(eventually([&] { return attempts() >= 5; }));
  const std::size_t before = deaths().size();
  EXPECT_EQ(connector().call("DELETE", "/service/bad/backoff").status, 200);
  EXPECT_TRUE(eventually([&] { return deaths().size() > before; }, std::chrono::seconds(5)))
      << "the ladder would have made it wait for 8 s or more";
}

}  // namespace
}  // namespace genisys::test
