// Removing a service, and asking first what a write would do.

#include <fmt/format.h>

#include <algorithm>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

using Removal = ConnectorTest;
using DryRun = ConnectorTest;

TEST_F(Removal, StopsTheContainersThenForgetsTheService) {
  start_bystanders();
  connector().start();
  // Ends a while after its signal, so that the service is being removed for as long.
  connector().define(
      "web", image(),
      R"j("command": ["sh", "-c", "trap 'sleep 2; exit 0' TERM; sleep 1000000 & wait"],
                         "stop_grace_period": "20s")j");
  connector().scale_and_converge("web", 2);
  const HttpAnswer accepted = connector().call("DELETE", "/service/web");
  EXPECT_EQ(accepted.status, 202) << accepted.body;
  EXPECT_FALSE(Json::parse(accepted.body)["converged"].boolean());
  EXPECT_EQ(condition(Json::parse(accepted.body), "Converged")["reason"].text(), "Removing");
  EXPECT_EQ(connector().call("DELETE", "/service/web").status, 202);
  EXPECT_EQ(connector().call("POST", "/service/web/scale", R"({"number": 1})").status, 409);

  EXPECT_TRUE(eventually([&] { return connector().call("GET", "/service/web").status == 404; }));
  EXPECT_TRUE(connector().containers("web").empty());
  EXPECT_EQ(connector().call("GET", "/service/web/status").status, 404);
  EXPECT_EQ(connector().get("/service").size(), 0U);

  connector().define("web", image());
  EXPECT_TRUE(connector().status("web")["desired"].is_null()) << "the former target came back";
}

TEST_F(DryRun, OfEveryWriteNamesTheActsAndChangesNothing) {
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  const std::vector<std::string> running = connector().running("web");
  const Json services = connector().get("/service");
  const Json before = connector().status("web");

  struct Rehearsal {
    const char* method;
    const char* path;
    std::string body;
    const char* effect;
    std::vector<std::string> actions;  // what must be among them
    const char* cause;
  };
  const std::string other =
      fmt::format(R"({{"image": "{}", "command": "sleep 5", "stop_signal": "SIGKILL"}})", image());
  const std::string fresh = fmt::format(R"({{"name": "db", "image": "{}"}})", image());
  for (const Rehearsal& each : std::vector<Rehearsal>{
           {"POST", "/service", fresh, "created", {}, ""},
           {"PUT", "/service/web", other, "changed", {"run"}, "Updating"},
           {"POST",
            "/service/web/scale",
            R"({"number": 4})",
            "changed",
            {"run", "run"},
            "ScalingUp"},
           {"POST", "/service/web/scale", R"({"number": 1})", "changed", {"stop"}, "ScalingDown"},
           {"POST", "/service/web/scale", R"({"number": 2})", "unchanged", {}, ""},
           {"POST", "/scale", R"({"web": 0})", "changed", {"stop", "stop"}, "ScalingDown"},
           {"DELETE", "/service/web", "", "changed", {"stop", "stop"}, "Removing"},
       }) {
    SCOPED_TRACE(fmt::format("{} {} {}", each.method, each.path, each.body));
    const HttpAnswer answer =
        connector().call(each.method, std::string(each.path) + "?dry_run=true", each.body);
    EXPECT_EQ(answer.status, 200) << answer.body;
    const Json preview = Json::parse(answer.body);
    EXPECT_TRUE(preview["dry_run"].boolean());
    EXPECT_EQ(preview["effect"].text(), each.effect);
    std::vector<std::string> actions;
    for (const Json& action : preview["actions"].items()) {
      actions.push_back(action["action"].text());
      EXPECT_EQ(action["cause"].text(), each.cause) << preview.dump();
      EXPECT_FALSE(action["message"].text().empty()) << preview.dump();
    }
    EXPECT_EQ(actions, each.actions) << preview.dump();
  }

  EXPECT_EQ(connector().get("/service"), services);
  EXPECT_EQ(connector().status("web")["generation"], before["generation"]);
  EXPECT_EQ(connector().status("web")["desired"].number(), 2);
  EXPECT_EQ(connector().running("web"), running);
}

TEST_F(DryRun, RefusesWhatTheWriteWouldRefuse) {
  connector().start();
  connector().define("web", image());
  EXPECT_EQ(connector().call("POST", "/service/web/scale?dry_run=true", R"({"number": -1})").status,
            400);
  EXPECT_EQ(connector().call("POST", "/service?dry_run=true", R"({"name": "a"})").status, 400);
  EXPECT_EQ(connector().call("DELETE", "/service/nobody?dry_run=true").status, 404);
}

}  // namespace
}  // namespace genisys::test
