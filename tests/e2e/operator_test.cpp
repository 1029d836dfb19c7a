// What an operator does beside scaling: hands off, these slots, let them run.

#include <algorithm>
#include <set>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

class Operator : public ConnectorTest {
 protected:
  void SetUp() override {
    ConnectorTest::SetUp();
    if (IsSkipped()) return;
    connector().start();
    connector().define("web", image());
    connector().scale_and_converge("web", 3);
  }

  int post(const std::string& path, const std::string& body = "") {
    return connector().call("POST", path, body).status;
  }

  std::set<std::string> slots() {
    std::set<std::string> slots;
    for (const SeenContainer& container : connector().containers("web")) {
      if (container.is_running()) slots.insert(container.slot);
    }
    return slots;
  }
};

TEST_F(Operator, PausesAServiceAndItIsLeftAlone) {
  ASSERT_EQ(post("/service/web/pause"), 200);
  const std::vector<std::string> before = connector().running("web");
  engine().kill(before.front());
  EXPECT_TRUE(eventually([&] { return connector().status("web")["ready"].number() == 2; }));
  EXPECT_EQ(condition(connector().status("web"), "Paused")["status"].text(), "True");
  connector().process().terminate();
  connector().start();
  EXPECT_EQ(condition(connector().status("web"), "Converged")["reason"].text() == "AsDesired",
            false);
  connector().settled("web", 2);  // it stays paused over a restart
  ASSERT_EQ(post("/service/web/resume"), 200);
  connector().converge("web");
  EXPECT_EQ(connector().running("web").size(), 3U);
}

TEST_F(Operator, SaysWhichReplicasGo) {
  ASSERT_EQ(post("/service/web/scale", R"({"number": 1, "remove": [1, 3]})"), 200);
  connector().converge("web");
  EXPECT_EQ(slots(), std::set<std::string>{"2"});
  ASSERT_EQ(post("/service/web/scale", R"({"number": 2})"), 200);
  connector().converge("web");
  EXPECT_EQ(slots(), (std::set<std::string>{"1", "2"}));
}

TEST_F(Operator, DeletesAServiceAndItsContainersRunOn) {
  const std::vector<std::string> before = connector().running("web");
  ASSERT_EQ(connector().call("DELETE", "/service/web?keep=containers").status, 202);
  EXPECT_TRUE(eventually([&] { return connector().call("GET", "/service/web").status == 404; }));
  EXPECT_EQ(connector().running("web"), before);
  // They are nobody's: a service of the same name and another image does not know them.
  connector().define("web", "127.0.0.1:1/other/image:1");
  connector().scale("web", 0);
  EXPECT_TRUE(eventually([&] { return connector().status("web")["converged"].boolean(); }))
      << connector().status("web").dump();
  EXPECT_EQ(connector().running("web"), before);
}

}  // namespace
}  // namespace genisys::test
