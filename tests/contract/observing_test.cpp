// Info, list, inspect, logs and images.
#include <algorithm>
#include <tuple>

#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::ContainerState;
using docker::Engine;
using docker::ErrorKind;
using std::chrono_literals::operator""s;
using ::testing::IsEmpty;
using ::testing::StartsWith;

TEST_P(EngineContract, SaysWhoAnswers) {
  const auto info = run(engine().info()).value();

  EXPECT_NE(info.id, "");
  EXPECT_NE(info.driver, "");
  EXPECT_NE(info.server_version, "");
  EXPECT_NE(info.api_version, "");
  EXPECT_GT(info.cpus, 0);
  EXPECT_EQ(run(engine().info()).value(), info);
}

TEST_P(EngineContract, ListsWhatWasCreatedFromWhat) {
  const std::string name = unique_name("web");
  auto wanted = spec();
  wanted.labels["empty"] = "";
  wanted.labels["odd"] = "a=b, \"c\" \\ {d} ü\n";
  const auto id = run(engine().create(name, wanted)).value();

  const auto container = listed(id);
  ASSERT_TRUE(container);
  EXPECT_EQ(container->id, id);
  EXPECT_EQ(container->name, name);
  EXPECT_EQ(container->image, wanted.image);
  EXPECT_EQ(container->labels, wanted.labels);
  EXPECT_EQ(container->health, docker::Health::none);
  EXPECT_EQ(container->exit_code, std::nullopt);
  EXPECT_THAT(container->ports, IsEmpty());
  EXPECT_GT(container->created, 0);
}

TEST_P(EngineContract, InspectAgreesWithTheList) {
  auto published = spec();
  published.ports = {{.container_port = 8080}};
  const auto id = running(published);

  EXPECT_EQ(inspected(id).container, listed(id));
}

TEST_P(EngineContract, ListsOnlyRunningOnesWhenAsked) {
  const auto idle = created(spec());
  const auto up = running(spec());
  const auto down = running(spec());
  run(engine().stop(down, 0s)).value();

  std::vector<docker::ContainerId> seen;
  for (const auto& container :
       run(engine().list({.all = false, .ids = {idle, up, down}})).value()) {
    seen.push_back(container.id);
  }
  EXPECT_THAT(seen, ::testing::ElementsAre(up));
}

TEST_P(EngineContract, ListsTheContainersAskedFor) {
  const auto first = created(spec());
  const auto second = created(spec());
  const auto third = created(spec());
  const auto has = [](const auto& containers, const docker::ContainerId& id) {
    return std::any_of(containers.begin(), containers.end(),
                       [&](const auto& one) { return one.id == id; });
  };

  const auto two = run(engine().list({.ids = {first, third}})).value();
  EXPECT_EQ(two.size(), 2u);
  EXPECT_TRUE(has(two, first) && has(two, third));
  const auto all = run(engine().list({})).value();
  EXPECT_TRUE(has(all, first) && has(all, second) && has(all, third));
}

TEST_P(EngineContract, ListsNothingForAnIdThatIsGone) {
  const auto id = created(spec());
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(run(engine().list({.ids = {id}})).value(), IsEmpty());
}

TEST_P(EngineContract, ShowsPublishedPortsWhileItRuns) {
  auto published = spec();
  published.ports = {{.container_port = 8080},
                     {.container_port = 53, .protocol = "udp", .host_ip = "127.0.0.1"}};
  const auto id = created(published);
  EXPECT_THAT(listed(id)->ports, IsEmpty());

  run(engine().start(id)).value();
  const auto ports = listed(id)->ports;
  EXPECT_TRUE(std::ranges::is_sorted(ports, {}, [](const docker::PublishedPort& port) {
    return std::tuple(port.container_port, port.protocol,
                      port.host_ip.find(':') != std::string::npos);
  })) << "by container port, IPv4 before IPv6";
  const auto tcp = std::find_if(ports.begin(), ports.end(),
                                [](const auto& port) { return port.protocol == "tcp"; });
  ASSERT_NE(tcp, ports.end());
  EXPECT_EQ(tcp->host_ip, "0.0.0.0");
  EXPECT_EQ(tcp->container_port, 8080);
  EXPECT_NE(tcp->host_port, 0);
  const auto udp = std::find_if(ports.begin(), ports.end(),
                                [](const auto& port) { return port.protocol == "udp"; });
  ASSERT_NE(udp, ports.end());
  EXPECT_EQ(udp->host_ip, "127.0.0.1");
  EXPECT_EQ(udp->container_port, 53);
  EXPECT_NE(udp->host_port, 0);

  run(engine().stop(id, 0s)).value();
  EXPECT_THAT(listed(id)->ports, IsEmpty());
}

TEST_P(EngineContract, InspectsByIdAndByName) {
  const std::string name = unique_name("named");
  const auto id = run(engine().create(name, spec())).value();

  EXPECT_EQ(run(engine().inspect(id.str())).value().container.id, id);
  EXPECT_EQ(run(engine().inspect(name)).value().container.id, id);
}

TEST_P(EngineContract, InspectOfOneThatIsGoneFails) {
  const auto id = created(spec());
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(run(engine().inspect(id.str())), FailsWith(ErrorKind::not_found));
  EXPECT_THAT(run(engine().inspect(unique_name("never-there"))), FailsWith(ErrorKind::not_found));
}

TEST_P(EngineContract, LogsEndWithTheLastLines) {
  const auto id = running(spec(command::kPrints));
  ASSERT_TRUE(eventually_exits(id));

  EXPECT_EQ(run(engine().logs(id, 2)).value(), "two\nthree");
  EXPECT_EQ(run(engine().logs(id, 100)).value(), "one\ntwo\nthree");
}

TEST_P(EngineContract, LogsHaveWhatWentToTheErrorStream) {
  const auto id = running(spec(command::kComplains));
  ASSERT_TRUE(eventually_exits(id));

  EXPECT_EQ(run(engine().logs(id, 10)).value(), "trouble");
}

TEST_P(EngineContract, LogsOfOneThatNeverRanAreEmpty) {
  EXPECT_EQ(run(engine().logs(created(spec()), 10)).value(), "");
}

TEST_P(EngineContract, LogsOfOneThatIsGoneFail) {
  const auto id = created(spec());
  run(engine().remove(id, Engine::Force::no)).value();

  EXPECT_THAT(run(engine().logs(id, 10)), FailsWith(ErrorKind::not_found));
}

TEST_P(EngineContract, NamesTheIdOfAnImage) {
  const auto id = run(engine().image_id(spec().image)).value();

  EXPECT_THAT(id, StartsWith("sha256:"));
  EXPECT_EQ(run(engine().image_id(id)).value(), id);
  EXPECT_THAT(run(engine().image_id("genisys-no-such-image:1")), FailsWith(ErrorKind::not_found));
}

TEST_P(EngineContract, APullFromARegistryThatIsNotThereFails) {
  // Port 1 of the loopback: nothing listens there.
  const std::string reference = "127.0.0.1:1/nothing:1";

  const auto pulled = run(engine().pull(reference, "", nullptr));
  ASSERT_FALSE(pulled.has_value());
  EXPECT_NE(pulled.error().message, "");
  EXPECT_THAT(run(engine().image_id(reference)), FailsWith(ErrorKind::not_found));
}

}  // namespace genisys::contract
