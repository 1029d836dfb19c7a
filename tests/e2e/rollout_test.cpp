// Updates that go well under load, and updates that go wrong.

#include <fmt/format.h>

#include <algorithm>

#include "tests/e2e/connector_test.hpp"
#include "tests/e2e/load.hpp"
#include "tests/e2e/running_watch.hpp"

namespace genisys::test {
namespace {

// An update that takes no longer than it must.
constexpr const char* kQuick = R"("deploy": {"update_config": {"monitor": "500ms"}})";

class Rollout : public ConnectorTest {
 protected:
  // Three replicas whose first revision is proven, so that an update has something to go back to.
  void set_up_stable(const std::string& fields = "") {
    connector().start();
    connector().define("web", image(), fields + (fields.empty() ? "" : ", ") + kQuick);
    connector().scale_and_converge("web", 3);
    ASSERT_TRUE(eventually([&] { return !stable().is_null(); }));
  }

  Json stable() { return connector().get("/service/web/revisions")["stable"]; }

  Json why() { return connector().get("/service/web/why"); }

  std::string reason() {
    return condition(connector().status("web"), "Converged")["reason"].text();
  }
};

// It goes on serving for a while after the stop signal, as a program should that others have been
// told about: longer than a machine may stand still that does too much at once.
constexpr const char* kServer = R"("command": ["sh", "-c",
  "trap 'sleep 4; kill $!; exit 0' TERM; echo VERSION > /www/index.html; httpd -f -p 8080 -h /www & wait"],
  "ports": ["8080"], "stop_signal": "SIGTERM", "stop_grace_period": "20s",
  "healthcheck": {"test": ["CMD", "wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/"],
                  "interval": "300ms", "retries": 20})";

TEST_F(Rollout, UnderLoadLosesNoRequest) {
  set_up_stable(kServer);
  RunningWatch watch(connector(), "web");
  watch.allow_at_most(4);
  Load load(connector(), "web");
  std::string changed = kServer;
  changed.replace(changed.find("VERSION"), 7, "ANOTHER");
  connector().replace("web", image(), changed + ", " + kQuick);
  const Json status = connector().converge("web");
  load.stop();
  watch.stop();
  EXPECT_EQ(load.lost(), "");
  EXPECT_GT(load.answered(), 100U);
  EXPECT_EQ(watch.violation(), "");
  EXPECT_EQ(status["updated"].number(), 3);
  RecordProperty("requests_answered", std::to_string(load.answered()));
}

TEST_F(Rollout, ToABrokenImageRollsBackByItself) {
  set_up_stable();
  const std::vector<std::string> old = connector().running("web");
  connector().replace("web", image(), R"("command": ["sh", "-c", "echo out of luck; exit 7"],
    "deploy": {"update_config": {"failure_action": "rollback"}})");
  ASSERT_TRUE(eventually([&] { return reason() == "RolledBack"; }))
      << connector().status("web").dump();
  EXPECT_EQ(connector().settled("web", 3), old) << "an old replica was touched";
  const Json status = connector().converge("web");
  EXPECT_EQ(status["rollout"]["state"].text(), "rolled_back");
  EXPECT_EQ(status["rollout"]["revision"].number(), 2);
  EXPECT_NE(why()["message"].text().find("exited with code 7"), std::string::npos) << why().dump();
  EXPECT_EQ(connector().get("/service/web")["command"].is_null(), true) << "the definition is back";
  EXPECT_EQ(connector().get("/service/web/revisions")["current"].number(), 3);
}

TEST_F(Rollout, ThatFailedIsPausedAndStaysSoOverARestart) {
  set_up_stable();
  const std::vector<std::string> old = connector().running("web");
  connector().replace("web", image(), R"("command": "false")");
  ASSERT_TRUE(eventually([&] { return reason() == "UpdatePaused"; }))
      << connector().status("web").dump();
  connector().process().kill();
  connector().start();
  ASSERT_TRUE(eventually([&] { return reason() == "UpdatePaused"; }))
      << connector().status("web").dump();
  EXPECT_EQ(connector().settled("web", 3), old);
  EXPECT_EQ(connector().call("POST", "/service/web/rollback").status, 200);
  connector().converge("web");
  EXPECT_EQ(connector().settled("web", 3), old) << "what is back need not be made anew";
}

TEST_F(Rollout, ToAnImageThatCannotBeHadLeavesTheOldOnes) {
  set_up_stable();
  const std::vector<std::string> old = connector().running("web");
  connector().replace("web", "127.0.0.1:1/nobody/home:1");
  ASSERT_TRUE(eventually([&] { return reason() == "ImageUnavailable"; }))
      << connector().status("web").dump();
  EXPECT_EQ(connector().settled("web", 3), old);
  EXPECT_NE(why()["message"].text().find("127.0.0.1:1/nobody/home:1"), std::string::npos);
  connector().replace("web", image(), std::string(R"("labels": {"a": "b"}, )") + kQuick);
  EXPECT_EQ(connector().converge("web")["updated"].number(), 3);
}

TEST_F(Rollout, GoesBackToARevisionByName) {
  set_up_stable();
  connector().replace("web", image(), std::string(R"("labels": {"version": "2"}, )") + kQuick);
  connector().converge("web");
  EXPECT_EQ(connector().call("POST", "/service/web/rollback", R"({"revision": 1})").status, 200);
  connector().converge("web");
  for (const std::string& id : connector().running("web"))
    EXPECT_FALSE(engine().inspect(id)["Config"]["Labels"].has("version"));
  EXPECT_EQ(connector().call("POST", "/service/web/rollback", R"({"revision": 77})").status, 400);
}

}  // namespace
}  // namespace genisys::test
