// Networks that are not as they should be: there twice, by an engine that was asked for two at
// once.

#include <fmt/format.h>

#include "tests/e2e/connector_test.hpp"
#include "tests/support/test_engine.hpp"

namespace genisys::test {
namespace {

class TwinNetworks : public ConnectorTest {
 protected:
  // The connector, which knows them no more when it is gone, removes its own.
  void TearDown() override {
    remove_connector();
    for (const Json& network : engine_view_.networks(name_))
      engine_view_.remove_network(network["Id"].text());
    ConnectorTest::TearDown();
  }

  // The first replica runs on the network, and another of its name appears.
  void set_up_twins(const std::vector<std::pair<std::string, std::string>>& labels) {
    connector().start();
    connector().define("web", image(), fmt::format(R"("networks": ["{}"])", name_));
    connector().scale_and_converge("web", 1);
    ASSERT_EQ(engine_view_.networks(name_).size(), 1U);
    if (!engine_view_.make_network(name_, labels)) GTEST_SKIP() << "this engine makes no twins";
    ASSERT_EQ(engine_view_.networks(name_).size(), 2U);
  }
  std::pair<std::string, std::string> our_label() {
    return {kInstanceLabel, connector().instance()};
  }

  const EngineView engine_view_{TestEngine::shared().url()};
  const std::string name_ = TestEngine::shared().unique_name("twin");
};

TEST_F(TwinNetworks, LoseTheOneThatNobodyUses) {
  set_up_twins({our_label()});
  const std::string used = connector().running("web").at(0);
  const std::string network =
      engine().inspect(used)["NetworkSettings"]["Networks"][name_.c_str()]["NetworkID"].text();
  connector().scale_and_converge("web", 2);
  const std::vector<Json> left = engine_view_.networks(name_);
  ASSERT_EQ(left.size(), 1U);
  EXPECT_EQ(left[0]["Id"].text(), network);
  EXPECT_TRUE(engine().exists(used)) << "a replica that ran was touched";

  connector().call("DELETE", "/service/web");
  EXPECT_TRUE(eventually([&] { return engine_view_.networks(name_).empty(); }));
}

TEST_F(TwinNetworks, OfSomebodyElseAreLeftAndTheStatusSaysWhatToDo) {
  set_up_twins({});
  const auto message = [&] { return connector().get("/service/web/why")["message"].text(); };
  EXPECT_EQ(connector().call("POST", "/service/web/scale", R"({"number": 2})").status, 200);
  EXPECT_TRUE(eventually([&] {
    return message().find("2 networks are named " + name_) != std::string::npos;
  })) << message();
  std::string foreign;
  for (const Json& network : engine_view_.networks(name_)) {
    if (network["Labels"].size() == 0) foreign = network["Id"].text();
  }
  ASSERT_NE(foreign, "") << "it was removed";
  engine_view_.remove_network(foreign);
  connector().call("DELETE", "/service/web/backoff");
  connector().converge("web");
}

}  // namespace
}  // namespace genisys::test
