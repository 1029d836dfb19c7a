// What is done to networks and volumes on the engine.
#include "controller/resource_calls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/fakes/fake_engine.hpp"
#include "tests/fakes/manual_clock.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::controller {
namespace {

using docker::ErrorKind;
using ::testing::HasSubstr;
using ::testing::SizeIs;

class ResourceCalls : public ::testing::Test {
 protected:
  ResourceCalls() { engine_.add_image("app:1"); }

  template <class T>
  T run(boost::asio::awaitable<T> call) {
    return test::start(context_, std::move(call)).get();
  }
  docker::Result<void> prepare(WhenAbsent when_absent = WhenAbsent::make) {
    return run(prepare_resource(
        engine_, {.resource = docker::NetworkConfig{.name = "back"}, .when_absent = when_absent},
        kInstance));
  }
  void make(const std::string& owner) {
    docker::NetworkConfig config{.name = "back"};
    if (!owner.empty()) config.labels[std::string(kInstanceLabel)] = owner;
    engine_.make_network_by_hand(std::move(config));
  }
  void make_twins(const std::string& owner) {
    make(owner);
    engine_.make_twin_network("back");
  }
  std::vector<docker::Network> networks() { return engine_.networks_named("back"); }
  // One that runs on the first of that name.
  void use_the_network() {
    const auto id = run(engine_.create(
        "one", {.image = "app:1", .network_mode = "back", .endpoints = {{.network = "back"}}}));
    run(engine_.start(id.value())).value();
  }

  static constexpr const char* kInstance = "ours";
  boost::asio::io_context context_{1};
  fakes::ManualClock clock_;
  fakes::FakeEngine engine_{context_.get_executor(), clock_};
};

TEST_F(ResourceCalls, MakeANetworkOnce) {
  EXPECT_TRUE(prepare());
  EXPECT_TRUE(prepare());
  EXPECT_THAT(networks(), SizeIs(1));
}

TEST_F(ResourceCalls, MakeNoExternalNetwork) {
  EXPECT_EQ(prepare(WhenAbsent::fail).error().kind, ErrorKind::not_found);
  EXPECT_THAT(networks(), SizeIs(0));
}

TEST_F(ResourceCalls, LeaveOneOfTwinNetworks) {
  make_twins(kInstance);
  EXPECT_TRUE(prepare());
  EXPECT_THAT(networks(), SizeIs(1));
}

TEST_F(ResourceCalls, LeaveTheTwinThatIsUsed) {
  make(kInstance);
  use_the_network();
  const std::string used = networks().at(0).id;
  engine_.make_twin_network("back");
  EXPECT_TRUE(prepare());
  ASSERT_THAT(networks(), SizeIs(1));
  EXPECT_EQ(networks()[0].id, used);
}

TEST_F(ResourceCalls, LeaveTheTwinsOfOthersAndSaySo) {
  for (const char* owner : {"", "somebody else"}) {
    make_twins(owner);
    const auto prepared = prepare();
    ASSERT_FALSE(prepared);
    EXPECT_EQ(prepared.error().kind, ErrorKind::conflict);
    EXPECT_THAT(prepared.error().message, HasSubstr("2 networks are named back"));
    EXPECT_THAT(networks(), SizeIs(2));
    engine_.rm_network("back");
    engine_.rm_network("back");
  }
}

TEST_F(ResourceCalls, RemoveEveryUnusedNetworkOfOurs) {
  make_twins(kInstance);
  EXPECT_TRUE(run(remove_unused(engine_, {.networks = {"back", "never there"}}, kInstance)));
  EXPECT_THAT(networks(), SizeIs(0));
  make_twins("somebody else");
  EXPECT_TRUE(run(remove_unused(engine_, {.networks = {"back"}}, kInstance)));
  EXPECT_THAT(networks(), SizeIs(2));
}

}  // namespace
}  // namespace genisys::controller
