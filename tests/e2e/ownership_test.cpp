// Whose a container is: its own service's, adopted, or nobody's business.

#include <fmt/format.h>
#include <signal.h>

#include <algorithm>

#include "tests/e2e/connector_test.hpp"

namespace genisys::test {
namespace {

using Ownership = ConnectorTest;

TEST_F(Ownership, LeavesContainersOfOthersAloneWhateverHappens) {
  start_bystanders();
  connector().start();
  connector().define("web", image());
  EXPECT_EQ(connector().scale_and_converge("web", 2)["running_resources"].number(), 2);
  connector().replace("web", image(), R"("environment": {"A": "b"})");
  connector().scale_and_converge("web", 1);
  connector().scale_and_converge("web", 0);
  EXPECT_EQ(connector().call("DELETE", "/service/web").status, 202);
  EXPECT_TRUE(eventually([&] { return connector().call("GET", "/service/web").status == 404; }));
}

TEST_F(Ownership, DoesNotMixServicesThatShareAnImage) {
  const std::string by_hand = run_by_hand();
  connector().start();
  connector().define("web", image());
  connector().define("api", image());
  connector().scale("web", 3);
  connector().scale_and_converge("api", 2);
  connector().converge("web");
  const std::vector<std::string> api = connector().running("api");
  const std::vector<std::string> web = connector().running("web");
  EXPECT_EQ(api.size(), 2U);
  EXPECT_EQ(web.size(), 3U);
  EXPECT_EQ(connector().status("web")["adopted"].number(), 0) << "whose would it be?";

  connector().scale_and_converge("web", 1);
  EXPECT_EQ(connector().running("api"), api);
  const std::vector<std::string> rest = connector().settled("web", 1);
  EXPECT_TRUE(std::includes(web.begin(), web.end(), rest.begin(), rest.end()));

  connector().scale_and_converge("web", 0);
  EXPECT_EQ(connector().running("api"), api);
  EXPECT_EQ(engine().fingerprint(by_hand).state, "running");
}

TEST_F(Ownership, IsNotSharedByConnectorsOnOneEngine) {
  Connector other({.engine_url = engine_url()});
  connector().start();
  other.start();
  for (Connector* each : {&connector(), &other}) {
    each->define("web", image());
    each->scale("web", 2);
  }
  EXPECT_EQ(connector().converge("web")["running_resources"].number(), 2);
  EXPECT_EQ(other.converge("web")["running_resources"].number(), 2);
  const std::vector<std::string> others = other.running("web");
  connector().scale_and_converge("web", 0);
  EXPECT_EQ(other.running("web"), others);
}

TEST_F(Ownership, CountsAndStopsAdoptedContainersAndNeverRemovesThem) {
  start_bystanders();
  const std::vector<std::string> by_hand{run_by_hand(), run_by_hand()};
  connector().start();
  connector().define("web", image());
  Json status = connector().scale_and_converge("web", 3);
  EXPECT_EQ(status["running_resources"].number(), 3);
  EXPECT_EQ(status["adopted"].number(), 2);
  EXPECT_EQ(connector().running("web").size(), 1U);
  for (const std::string& id : by_hand) EXPECT_EQ(engine().fingerprint(id).state, "running");

  connector().scale("web", 0);
  EXPECT_TRUE(eventually([&] { return connector().running("web").empty(); }));
  status = connector().converge("web");
  EXPECT_EQ(status["running_resources"].number(), 0);
  for (const std::string& id : by_hand) {
    EXPECT_TRUE(eventually([&] { return engine().fingerprint(id).state == "exited"; }));
  }
}

TEST_F(Ownership, StopsItsOwnBeforeAdoptedOnes) {
  const std::string by_hand = run_by_hand();
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  connector().scale_and_converge("web", 1);
  connector().settled("web", 0);
  EXPECT_EQ(engine().fingerprint(by_hand).state, "running");
}

TEST_F(Ownership, AdoptsNothingWhenToldNotTo) {
  set_up_connector({.engine_url = engine_url(), .adopt = false});
  const Fingerprint by_hand = engine().fingerprint(run_by_hand());
  connector().start();
  connector().define("web", image());
  const Json status = connector().scale_and_converge("web", 1);
  EXPECT_EQ(status["adopted"].number(), 0);
  EXPECT_EQ(status["running_resources"].number(), 1);
  EXPECT_EQ(connector().running("web").size(), 1U);
  connector().scale_and_converge("web", 0);
  EXPECT_EQ(engine().fingerprint(by_hand.id), by_hand);
}

// Containers inherit the labels of their image.
TEST_F(Ownership, IsNotLostByALabelOfTheImage) {
  change_image({{"io.genisys.ignore", "true"}, {"com.docker.compose.project", "shop"}}, "true");
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 2);
  EXPECT_EQ(connector().containers("web").size(), 2U);
  connector().scale_and_converge("web", 0);
  connector().settled("web", 0);
}

// Most of what runs would be stopped, and nobody asked for that: it is looked at twice.
TEST_F(Ownership, LooksTwiceAtTwinsThatSomebodyMade) {
  connector().start();
  connector().define("web", image());
  connector().scale_and_converge("web", 1);
  const std::string own = connector().running("web").front();
  const Json own_labels = engine().inspect(own)["Config"]["Labels"];
  // All of them between two of its looks.
  connector().process().signal(SIGSTOP);
  for (const char* slot : {"2", "3", "4"}) {
    std::vector<std::pair<std::string, std::string>> labels;
    for (const std::string& key : own_labels.keys())
      labels.emplace_back(key, key == "io.genisys.slot" ? slot : own_labels[key].text());
    run_by_hand(std::move(labels));
  }
  connector().process().signal(SIGCONT);
  EXPECT_TRUE(eventually([&] {
    return condition(connector().status("web"), "Converged")["reason"].text() ==
           "ImplausibleObservation";
  })) << connector().status("web").dump();
  connector().converge("web");
  EXPECT_EQ(connector().running("web"), std::vector<std::string>{own});
}

}  // namespace
}  // namespace genisys::test
