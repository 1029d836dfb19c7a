// Networks: which there are, who takes part, and what is left of it when they go.
#include "tests/contract/engine_contract.hpp"

namespace genisys::contract {

using docker::ContainerState;
using docker::Engine;
using docker::ErrorKind;
using std::chrono_literals::operator""s;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::string NetworkContract::network(std::string_view stem) {
  const std::string name = unique_name(stem);
  run(engine().create_network({.name = name})).value();
  return name;
}

docker::Network NetworkContract::found(const std::string& name) {
  const auto named = run(engine().networks(name)).value();
  EXPECT_EQ(named.size(), 1U) << name;
  return named.empty() ? docker::Network{} : named.front();
}

docker::ContainerSpec NetworkContract::on(const std::string& network) {
  auto joined = spec();
  joined.endpoints = {{.network = network}};
  return joined;
}

TEST_P(NetworkContract, HasThoseThatEveryEngineHas) {
  for (const char* name : {"bridge", "host", "none"}) {
    EXPECT_EQ(found(name).name, name);
    EXPECT_NE(found(name).id, "");
  }
}

TEST_P(NetworkContract, CreatesANetwork) {
  const std::string name = unique_name("front");
  const std::map<std::string, std::string> labels = {{"a", "b"}, {"odd", "\"c\" \\ ü"}};

  EXPECT_THAT(run(engine().create_network({.name = name, .labels = labels})), Succeeds());
  EXPECT_EQ(found(name).name, name);
  EXPECT_EQ(found(name).driver, "bridge");
  EXPECT_EQ(found(name).labels, labels);
}

TEST_P(NetworkContract, KnowsThemByTheirWholeName) {
  const std::string name = network();
  const std::string id = found(name).id;

  for (const std::string& other :
       {unique_name("never-there"), id, id.substr(0, 12), name.substr(0, name.size() - 1),
        name.substr(1), std::string(name.size(), '.'), std::string(".*"), std::string("a\\\"b[")}) {
    EXPECT_THAT(run(engine().networks(other)).value(), IsEmpty()) << other;
  }
  EXPECT_EQ(found(name).id, id);
}

TEST_P(NetworkContract, TwoOfOneNameThatAreAskedForAtOnceMayBothBeMade) {
  const std::string name = unique_name("twin");
  auto one = begin(engine().create_network({.name = name}));
  auto other = begin(engine().create_network({.name = name}));
  const auto first = wait_for(one);
  const auto second = wait_for(other);

  const auto twins = run(engine().networks(name)).value();
  if (twins.size() == 1) {  // not by this engine
    EXPECT_TRUE(first.has_value() != second.has_value());
    return;
  }
  ASSERT_EQ(twins.size(), 2U);
  EXPECT_LT(twins[0].id, twins[1].id);
  const auto stranger = running(spec());
  EXPECT_THAT(run(engine().connect(name, stranger, {})), FailsWith(ErrorKind::network));
  const auto id = created(on(name));
  EXPECT_THAT(run(engine().start(id)), FailsWith(ErrorKind::network));
  EXPECT_THAT(inspected(id).error, HasSubstr("ambiguous"));

  EXPECT_THAT(run(engine().remove_network(twins[0])), Succeeds());
  EXPECT_EQ(found(name), twins[1]);
  EXPECT_THAT(run(engine().start(id)), Succeeds());
}

TEST_P(NetworkContract, RefusesANameThatIsTaken) {
  const std::string name = network();
  const auto first = found(name);

  EXPECT_THAT(run(engine().create_network({.name = name})), FailsWith(ErrorKind::conflict));
  EXPECT_EQ(found(name), first);
}

TEST_P(NetworkContract, RefusesADriverThatIsMissing) {
  EXPECT_THAT(run(engine().create_network({.name = unique_name("odd"), .driver = "no-such"})),
              FailsWith(ErrorKind::rejected));
}

TEST_P(NetworkContract, LeavesTheEnginesOwnAlone) {
  EXPECT_THAT(run(engine().create_network({.name = "host"})), FailsWith(ErrorKind::rejected));
  EXPECT_THAT(run(engine().remove_network(found("bridge"))), FailsWith(ErrorKind::rejected));
}

TEST_P(NetworkContract, RemovesOneThatIsGone) {
  const docker::Network one = found(network());

  EXPECT_THAT(run(engine().remove_network(one)), Succeeds());
  EXPECT_THAT(run(engine().networks(one.name)).value(), IsEmpty());
  EXPECT_THAT(run(engine().remove_network(one)), Succeeds());
}

TEST_P(NetworkContract, IsHeldByContainersThatRun) {
  const std::string name = network();
  const auto id = created(on(name));
  run(engine().start(id)).value();

  EXPECT_THAT(run(engine().remove_network(found(name))), FailsWith(ErrorKind::conflict));
  run(engine().stop(id, 0s)).value();
  EXPECT_THAT(run(engine().remove_network(found(name))), Succeeds());
}

TEST_P(NetworkContract, IsNotHeldByAContainerThatNeverRan) {
  const std::string name = network();
  created(on(name));

  EXPECT_THAT(run(engine().remove_network(found(name))), Succeeds());
}

TEST_P(NetworkContract, AStartWithoutItLeavesItCreated) {
  const std::string name = unique_name("missing");
  const auto made = run(engine().create(unique_name("one"), on(name)));
  if (!made) {
    EXPECT_THAT(made, FailsWith(ErrorKind::network));
    return;
  }

  EXPECT_THAT(run(engine().start(*made)), FailsWith(ErrorKind::network));
  EXPECT_EQ(state(*made), ContainerState::created);
  EXPECT_EQ(inspected(*made).exit_code, 128);
  EXPECT_THAT(inspected(*made).error, HasSubstr(name));

  run(engine().create_network({.name = name})).value();
  EXPECT_THAT(run(engine().start(*made)), Succeeds());
}

TEST_P(NetworkContract, OneThatIsMadeAnewServesWhoNeverRan) {
  const std::string name = network();
  const auto id = created(on(name));
  run(engine().remove_network(found(name))).value();
  run(engine().create_network({.name = name})).value();

  EXPECT_THAT(run(engine().start(id)), Succeeds());
}

TEST_P(NetworkContract, OneThatIsMadeAnewIsAnotherToWhoRan) {
  const std::string name = network();
  const auto id = running(on(name));
  run(engine().stop(id, 0s)).value();
  run(engine().remove_network(found(name))).value();
  run(engine().create_network({.name = name})).value();

  EXPECT_THAT(run(engine().start(id)), FailsWith(ErrorKind::network));
  EXPECT_EQ(state(id), ContainerState::exited);
  EXPECT_THAT(run(engine().connect(name, id, {})), Succeeds());
  EXPECT_THAT(run(engine().start(id)), Succeeds());
}

TEST_P(NetworkContract, AContainerTakesPartInTwo) {
  const std::string front = network("front");
  const std::string back = network("back");
  const auto id = created(on(front));

  EXPECT_THAT(run(engine().connect(back, id, {.aliases = {"www"}})), Succeeds());
  run(engine().start(id)).value();
  EXPECT_THAT(run(engine().remove_network(found(front))), FailsWith(ErrorKind::conflict));
  EXPECT_THAT(run(engine().remove_network(found(back))), FailsWith(ErrorKind::conflict));
}

TEST_P(NetworkContract, ConnectsOneThatRuns) {
  const auto id = running(spec());
  const std::string name = network();

  EXPECT_THAT(run(engine().connect(name, id, {})), Succeeds());
  EXPECT_THAT(run(engine().remove_network(found(name))), FailsWith(ErrorKind::conflict));
}

TEST_P(NetworkContract, ConnectsOnce) {
  const std::string name = network();
  const auto id = created(on(name));

  EXPECT_THAT(run(engine().connect(name, id, {})), Succeeds());
  EXPECT_THAT(run(engine().connect(name, id, {})), Succeeds());
  run(engine().start(id)).value();
  EXPECT_THAT(run(engine().connect(name, id, {})), Succeeds());
  EXPECT_EQ(state(id), ContainerState::running);
}

TEST_P(NetworkContract, ConnectSaysWhatIsMissing) {
  const std::string name = network();
  const std::string missing = unique_name("missing");
  const auto id = created(spec());

  EXPECT_THAT(run(engine().connect(missing, id, {})), FailsWith(ErrorKind::network));
  EXPECT_THAT(run(engine().start(id)), Succeeds()) << "nothing of it is left on the container";
  EXPECT_THAT(run(engine().connect(missing, id, {})), FailsWith(ErrorKind::network));

  run(engine().remove(id, Engine::Force::yes)).value();
  EXPECT_THAT(run(engine().connect(name, id, {})), FailsWith(ErrorKind::not_found));
  EXPECT_THAT(run(engine().connect(missing, id, {})), FailsWith(ErrorKind::network));
}

TEST_P(NetworkContract, NobodyIsConnectedToTheHost) {
  const auto id = created(spec());

  EXPECT_THAT(run(engine().connect("host", id, {})), FailsWith(ErrorKind::rejected));
}

}  // namespace genisys::contract
