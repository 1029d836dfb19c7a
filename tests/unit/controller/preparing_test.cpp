// Networks and volumes: there before the first container, gone with the last service.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "controller/resource_gate.hpp"
#include "tests/support/plan_world.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;
using state::Reason;
using state::SlotState;
using test::actions_of;
using test::PlanWorld;
using test::status_of;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const ResourceKey kBack{ResourceKind::network, "back"};
const ResourceKey kData{ResourceKind::volume, "data"};

state::Definition web_with(std::vector<std::string> networks, std::vector<std::string> volumes) {
  auto definition = test::definition("web");
  if (!networks.empty()) definition.networks.emplace();
  for (std::string& network : networks) definition.networks->push_back({.name = network});
  if (!volumes.empty()) definition.volumes.emplace();
  for (std::string& volume : volumes) {
    definition.volumes->push_back(
        {.text = volume + ":/" + volume, .source = volume, .target = "/" + volume});
  }
  return definition;
}

void declare_web(PlanWorld& world, std::vector<std::string> networks,
                 std::vector<std::string> volumes = {}, std::uint32_t target = 1) {
  world.declare("web", target);
  world.redefine("web", web_with(std::move(networks), std::move(volumes)));
  world.learn();
}

TEST(Preparing, ComesBeforeTheFirstContainer) {
  PlanWorld world;
  declare_web(world, {"back"}, {}, 2);
  const Plan first = world.plan();
  const auto made = actions_of<PrepareResource>(first);
  ASSERT_THAT(made, SizeIs(1)) << "once, for both slots";
  EXPECT_THAT(first.actions, SizeIs(1));
  EXPECT_EQ(made[0].key(), kBack);
  EXPECT_EQ(first.actions[0].cause.reason, Reason::preparing);
  const auto& slot = status_of(first, "web").slots.at(0);
  EXPECT_EQ(slot.state, SlotState::waiting);
  EXPECT_EQ(slot.cause, Reason::preparing);
  EXPECT_EQ(slot.message, "making sure that network back is there");
  world.carry_out(first.actions[0]);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(2));
}

TEST(Preparing, IsUnderWayOnceForAllServices) {
  PlanWorld world;
  declare_web(world, {"back"});
  world.declare("api", 1, "api:1");
  auto api = test::definition("api", "api:1");
  api.networks = {{.name = "back"}};
  world.redefine("api", api);
  world.learn();
  EXPECT_THAT(actions_of<PrepareResource>(world.plan()), SizeIs(1));
  world.in_flight.push_back(
      {.kind = ActKind::prepare, .service = test::name("api"), .resource = kBack});
  const Plan plan = world.plan();
  EXPECT_THAT(plan.actions, IsEmpty());
  EXPECT_EQ(status_of(plan, "web").slots.at(0).cause, Reason::preparing);
}

TEST(Preparing, SaysWhatIsDeclaredAndWhoseItIs) {
  PlanWorld world;
  world.shared.networks["back"] = {.name = "back",
                                   .driver = "overlay",
                                   .driver_opts = {{"o", "1"}},
                                   .labels = {{"team", "red"}},
                                   .internal = true,
                                   .attachable = true,
                                   .enable_ipv6 = true,
                                   .ipam_driver = "default",
                                   .ipam_options = {{"i", "2"}},
                                   .subnets = {{.subnet = "10.1.0.0/16",
                                                .gateway = "10.1.0.1",
                                                .ip_range = "10.1.1.0/24",
                                                .aux_addresses = {{"h", "10.1.0.9"}}}}};
  world.shared.volumes["data"] = {
      .name = "data", .driver = "local", .driver_opts = {{"type", "nfs"}}, .labels = {{"a", "b"}}};
  declare_web(world, {"back"}, {"data", "undeclared"});
  const auto made = actions_of<PrepareResource>(world.plan());
  ASSERT_THAT(made, SizeIs(2)) << "what is not declared is left to the engine";
  const std::string label(kInstanceLabel);
  EXPECT_EQ(std::get<docker::NetworkConfig>(made[0].resource),
            (docker::NetworkConfig{.name = "back",
                                   .driver = "overlay",
                                   .options = {{"o", "1"}},
                                   .labels = {{"team", "red"}, {label, world.instance}},
                                   .internal = true,
                                   .attachable = true,
                                   .enable_ipv6 = true,
                                   .ipam_driver = "default",
                                   .ipam_options = {{"i", "2"}},
                                   .subnets = {{.subnet = "10.1.0.0/16",
                                                .gateway = "10.1.0.1",
                                                .ip_range = "10.1.1.0/24",
                                                .aux_addresses = {{"h", "10.1.0.9"}}}}}));
  EXPECT_EQ(std::get<docker::Volume>(made[1].resource),
            (docker::Volume{.name = "data",
                            .driver = "local",
                            .options = {{"type", "nfs"}},
                            .labels = {{"a", "b"}, {label, world.instance}}}));
  EXPECT_EQ(made[0].when_absent, WhenAbsent::make);
}

TEST(Preparing, OnlyLooksForWhatIsExternal) {
  PlanWorld world;
  world.shared.volumes["data"] = {.name = "data", .external = true};
  declare_web(world, {}, {"data"});
  const auto looks = actions_of<PrepareResource>(world.plan());
  ASSERT_THAT(looks, SizeIs(1));
  EXPECT_EQ(looks[0].when_absent, WhenAbsent::fail);
}

TEST(Preparing, TellsWhyItFailedUntilItDoesNot) {
  PlanWorld world;
  declare_web(world, {"a-net", "back"});
  world.history.resources[kBack].ladder = {.failures = 3,
                                           .next_attempt = world.now + 4s,
                                           .cause = Reason::network_missing,
                                           .message = "create it"};
  world.history.resources[{ResourceKind::network, "a-net"}].seen_at = world.now;
  const Plan waiting = world.plan();
  EXPECT_THAT(waiting.actions, IsEmpty());
  EXPECT_EQ(waiting.wake_at, world.now + 4s);
  const auto slot = status_of(waiting, "web").slots.at(0);
  EXPECT_EQ(slot.state, SlotState::backoff);
  EXPECT_EQ(slot.cause, Reason::network_missing);
  EXPECT_EQ(slot.message, "network back: create it");
  EXPECT_EQ(test::condition_of(status_of(waiting, "web"), state::ConditionType::converged).reason,
            Reason::network_missing);
  world.advance(4s);
  const Plan again = world.plan();
  EXPECT_THAT(actions_of<PrepareResource>(again), SizeIs(1));
  EXPECT_EQ(status_of(again, "web").slots.at(0).cause, Reason::network_missing);
}

TEST(Preparing, IsTriedAgainAtOnceWhenSomebodyAsksForIt) {
  PlanWorld world;
  declare_web(world, {"back"});
  world.history.resources[kBack].ladder = {.failures = 9, .next_attempt = world.now + 300s};
  ++world.record("web").backoff_resets;
  world.learn();
  EXPECT_THAT(actions_of<PrepareResource>(world.plan()), SizeIs(1));
}

TEST(Preparing, BelievesWhatNobodyUsesForAWhileOnly) {
  PlanWorld world;
  declare_web(world, {"back"});
  world.history.resources[kBack].seen_at = world.now;
  world.advance(9s);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
  world.advance(1s);
  EXPECT_THAT(actions_of<PrepareResource>(world.plan()), SizeIs(1));
  world.own("web", 1);
  world.desire("web", 2);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1)) << "a container uses it";
}

TEST(Preparing, IsForgottenWithTheServicesThatNameIt) {
  PlanWorld world;
  declare_web(world, {"back"}, {"data"});
  world.history.resources[kBack].seen_at = world.now;
  world.history.resources[kData].seen_at = world.now;
  world.redefine("web", web_with({}, {"data"}));
  world.learn();
  EXPECT_THAT(world.history.resources, SizeIs(1));
  EXPECT_TRUE(world.history.resources.contains(kData));
}

TEST(Preparing, DoesNotConcernWhatHasANetworkMode) {
  PlanWorld world;
  auto definition = web_with({"back"}, {});
  definition.network_mode = "none";
  world.declare("web", 1);
  world.redefine("web", definition);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

// ---- several networks, and those that went

TEST(Networks, AreJoinedAlsoByAContainerOfAnEarlierTry) {
  PlanWorld world;
  declare_web(world, {"back", "front"});
  world.own("web", 1, ContainerState::created);
  for (const char* network : {"back", "front"})
    world.history.resources[{ResourceKind::network, network}].seen_at = world.now;
  const auto starts = actions_of<StartContainer>(world.plan());
  ASSERT_THAT(starts, SizeIs(1));
  ASSERT_THAT(starts[0].joins, SizeIs(1));
  EXPECT_EQ(starts[0].joins[0].network, "front");
}

TEST(Networks, ThatWereMissingAreNoPlaceForTheContainerMadeOnThem) {
  PlanWorld world;
  declare_web(world, {"back"});
  const auto id = world.own("web", 1, ContainerState::created).container.id;
  note_slot_failure(world.history.services.at(test::name("web")), 1, Reason::network_missing,
                    "gone", world.policy.backoff, world.now, world.wall, [] { return 0.0; });
  EXPECT_THAT(actions_of<PrepareResource>(world.plan()), SizeIs(1));
  world.history.resources[kBack].seen_at = world.now;
  const Plan plan = world.plan();
  ASSERT_THAT(plan.actions, SizeIs(1));
  EXPECT_EQ(std::get<RemoveContainer>(plan.actions[0].what).id, id);
  world.carry_out(plan.actions[0]);
  EXPECT_THAT(actions_of<RunContainer>(world.plan()), SizeIs(1));
}

// ---- deletion

const ForgetService* forgetting(const Plan& plan) {
  for (const Action& action : plan.actions) {
    if (const auto* forget = std::get_if<ForgetService>(&action.what)) return forget;
  }
  return nullptr;
}

TEST(Removal, TakesTheNetworksThatNobodyElseNames) {
  PlanWorld world;
  declare_web(world, {"back", "front"}, {"data"});
  world.declare("api", 1, "api:1");
  auto api = test::definition("api", "api:1");
  api.networks = {{.name = "back"}};
  world.redefine("api", api);
  world.record("web").removing = true;
  const Plan plan = world.plan();
  const ForgetService* forget = forgetting(plan);
  ASSERT_NE(forget, nullptr);
  EXPECT_THAT(forget->unused.networks, ElementsAre("front"));
  EXPECT_THAT(forget->unused.volumes, IsEmpty()) << "nobody asked for that";
}

TEST(Removal, TakesVolumesWhenAskedTo) {
  PlanWorld world;
  declare_web(world, {}, {"data", "logs"});
  world.declare("api", 1, "api:1");
  auto api = test::definition("api", "api:1");
  api.volumes = {{.text = "logs:/logs", .source = "logs", .target = "/logs"}};
  world.redefine("api", api);
  world.record("web").removing = true;
  world.record("web").remove_volumes = true;
  const Plan plan = world.plan();
  const ForgetService* forget = forgetting(plan);
  ASSERT_NE(forget, nullptr);
  EXPECT_THAT(forget->unused.volumes, ElementsAre("data"));
}

TEST(Removal, OfAllAtOnceLeavesNothing) {
  PlanWorld world;
  declare_web(world, {"back"}, {"data"});
  world.declare("api", 1, "api:1");
  auto api = test::definition("api", "api:1");
  api.networks = {{.name = "back"}};
  api.volumes = {{.text = "data:/data", .source = "data", .target = "/data"}};
  world.redefine("api", api);
  for (const char* service : {"web", "api"}) world.record(service).removing = true;
  world.record("web").remove_volumes = true;
  for (const ForgetService& forget : actions_of<ForgetService>(world.plan())) {
    EXPECT_THAT(forget.unused.networks, ElementsAre("back"));
    EXPECT_THAT(forget.unused.volumes, IsEmpty()) << "one of them was to keep it";
  }
}

TEST(Removal, WaitsForTheLastContainer) {
  PlanWorld world;
  declare_web(world, {"back"});
  world.own("web", 1);
  world.record("web").removing = true;
  EXPECT_EQ(forgetting(world.plan()), nullptr);
}

}  // namespace
}  // namespace genisys::controller
