// What the fake has of networks and volumes beyond the contract: the operator's hands, faults, and
// what tests look at.
#include "tests/unit/fakes/fake_engine_fixture.hpp"

namespace genisys::fakes {
namespace {

class FakeEngineResources : public FakeEngineTest {
 protected:
  docker::ContainerId created_on(std::string name, std::vector<docker::Endpoint> endpoints) {
    auto on = spec();
    on.endpoints = std::move(endpoints);
    return run(engine.create(std::move(name), std::move(on))).value();
  }
};

TEST_F(FakeEngineResources, ACreateJoinsTheFirstNetworkOnly) {
  engine.make_network_by_hand({.name = "front"});
  engine.make_network_by_hand({.name = "back"});
  const auto id =
      created_on("web-1", {{.network = "front", .aliases = {"www"}}, {.network = "back"}});

  ASSERT_EQ(engine.find(id)->joins.size(), 1u);
  EXPECT_EQ(engine.find(id)->joins[0].network, "front");
  EXPECT_EQ(engine.find(id)->joins[0].endpoint.aliases, std::vector<std::string>{"www"});

  EXPECT_TRUE(run(engine.connect("back", id, {.network = "back"})));
  ASSERT_EQ(engine.find(id)->joins.size(), 2u);
  EXPECT_EQ(engine.find(id)->joins[1].network, "back");
}

TEST_F(FakeEngineResources, ConnectReplacesTheEndpointOfOneThatDoesNotRun) {
  engine.make_network_by_hand({.name = "front"});
  const auto id = created_on("web-1", {{.network = "front"}});

  EXPECT_TRUE(run(engine.connect("front", id, {.aliases = {"www"}})));
  EXPECT_EQ(engine.find(id)->joins[0].endpoint.aliases, std::vector<std::string>{"www"});
  run(engine.start(id)).value();
  EXPECT_TRUE(run(engine.connect("front", id, {.aliases = {"other"}})));
  EXPECT_EQ(engine.find(id)->joins[0].endpoint.aliases, std::vector<std::string>{"www"});
}

TEST_F(FakeEngineResources, TheOperatorTakesAwayOnlyWhatIsNotUsed) {
  engine.make_network_by_hand({.name = "front"});
  engine.make_volume_by_hand({.name = "data"});
  auto used = spec();
  used.endpoints = {{.network = "front"}};
  used.binds = {"data:/data", "/srv:/srv"};
  const auto id = run(engine.create("web-1", used)).value();
  run(engine.start(id)).value();

  EXPECT_THROW(engine.rm_network("front"), std::invalid_argument);
  EXPECT_THROW(engine.rm_volume("data"), std::invalid_argument);
  engine.rm_force(id);
  engine.rm_network("front");
  engine.rm_volume("data");
  EXPECT_EQ(engine.find_network("front"), nullptr);
  EXPECT_EQ(engine.find_volume("data"), nullptr);
  EXPECT_THROW(engine.rm_network("front"), std::invalid_argument);
  EXPECT_THROW(engine.rm_volume("data"), std::invalid_argument);
}

TEST_F(FakeEngineResources, MakesVolumesOfNamesAndNotOfPaths) {
  auto mounted = spec();
  mounted.binds = {"data:/data:ro", "/srv:/srv"};
  mounted.mounts = {{.source = "kept", .target = "/kept"},
                    {.target = "/anonymous"},
                    {.type = docker::MountType::bind, .source = "/etc", .target = "/etc"},
                    {.type = docker::MountType::tmpfs, .target = "/t"}};
  run(engine.create("web-1", mounted)).value();

  EXPECT_NE(engine.find_volume("data"), nullptr);
  EXPECT_NE(engine.find_volume("kept"), nullptr);
  EXPECT_EQ(engine.find_volume("/srv"), nullptr);
  EXPECT_EQ(engine.find_volume("/etc"), nullptr);
  EXPECT_EQ(engine.find_volume(""), nullptr);
}

TEST_F(FakeEngineResources, RefusesAddressesThatAreGivenAlready) {
  engine.make_network_by_hand({.name = "front", .subnets = {{.subnet = "10.1.0.0/16"}}});

  EXPECT_EQ(
      kind_of(run(engine.create_network({.name = "back", .subnets = {{.subnet = "10.1.0.0/16"}}}))),
      ErrorKind::rejected);
}

TEST_F(FakeEngineResources, FailsOnCommand) {
  engine.fail_next(Operation::create_network, ErrorKind::engine);
  engine.fail_next(Operation::create_volume, ErrorKind::unreachable, Effect::after);

  EXPECT_EQ(kind_of(run(engine.create_network({.name = "front"}))), ErrorKind::engine);
  EXPECT_EQ(engine.find_network("front"), nullptr);
  EXPECT_EQ(kind_of(run(engine.create_volume({.name = "data"}))), ErrorKind::unreachable);
  EXPECT_NE(engine.find_volume("data"), nullptr);
  EXPECT_EQ(engine.calls(Operation::create_network), 1u);
}

TEST_F(FakeEngineResources, TakesItsTime) {
  engine.set_latency(Operation::create_network, 50ms);
  auto made = begin(engine.create_network({.name = "front"}));
  EXPECT_EQ(engine.find_network("front"), nullptr);

  advance(50ms);
  EXPECT_TRUE(made.done());
  EXPECT_NE(engine.find_network("front"), nullptr);
}

TEST_F(FakeEngineResources, OutliveTheEngine) {
  engine.make_network_by_hand({.name = "front"});
  engine.make_volume_by_hand({.name = "data"});
  engine.crash_engine();
  engine.start_engine();
  advance(1ms);

  EXPECT_EQ(run(engine.networks("front"))->size(), 1U);
  EXPECT_TRUE(run(engine.volume("data")));
}

}  // namespace
}  // namespace genisys::fakes
