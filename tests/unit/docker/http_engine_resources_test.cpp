// The calls about networks and volumes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/http_engine.hpp"
#include "docker/target.hpp"
#include "tests/unit/docker/scripted_engine.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using namespace genisys::docker::testing;

const ContainerId kId = *ContainerId::parse(std::string(64, 'a'));
const std::string kAsked = "GET /v1.41" + target::networks("front");
const std::string kFront = R"({"Name":"front","Id":"f00d","Driver":"bridge","Labels":{"a":"b"}})";
const std::string kOnly = "[" + kFront + "]";
const std::string kNoNetwork = R"({"message":"network front not found"})";

class HttpEngineResources : public ::testing::Test {
 protected:
  template <class T>
  T wait(asio::awaitable<T> call) {
    return run(io_, std::move(call));
  }

  asio::io_context io_{1};
  ScriptedEngine server_{io_};
  HttpEngine engine_{io_.get_executor(), server_.address()};
};

TEST_F(HttpEngineResources, FindsANetworkByItsName) {
  server_.reply(kAsked, answer(200, kOnly));
  EXPECT_THAT(wait(engine_.networks("front")).value(),
              ElementsAre(Network{"f00d", "front", "bridge", {{"a", "b"}}}));
}

// Whatever the engine takes the expression for.
TEST_F(HttpEngineResources, FindsThoseOfTheVeryNameInTheOrderOfTheirIds) {
  server_.reply(kAsked, answer(200, R"([{"Name":"front","Id":"b"},{"Name":"front-2","Id":"c"},)"
                                    R"({"Name":"front","Id":"a"}])"));
  EXPECT_THAT(wait(engine_.networks("front")).value(),
              ElementsAre(Network{"a", "front", ""}, Network{"b", "front", ""}));
  const Error error = wait(engine_.connect("front", kId, {})).error();
  EXPECT_EQ(error.kind, ErrorKind::network);
  EXPECT_EQ(error.message, "network front is ambiguous (2 have that name)");
}

TEST_F(HttpEngineResources, CreatesANetwork) {
  server_.reply("POST /v1.41/networks/create", answer(201, R"({"Id":"f00d","Warning":""})"));
  EXPECT_TRUE(wait(engine_.create_network({.name = "front"})));
  EXPECT_THAT(server_.requests().back(), EndsWith(R"({"Name":"front","CheckDuplicate":true})"));

  server_.reply("POST /v1.41/networks/create",
                answer(409, R"({"message":"network with name front already exists"})"));
  EXPECT_EQ(wait(engine_.create_network({.name = "front"})).error().kind, ErrorKind::conflict);
}

TEST_F(HttpEngineResources, RemovesANetworkByItsId) {
  const Network front{"f00d", "front", "bridge"};
  server_.reply("DELETE /v1.41/networks/f00d", answer(204, ""));
  EXPECT_TRUE(wait(engine_.remove_network(front)));
  EXPECT_THAT(server_.calls(), ElementsAre("DELETE /v1.41/networks/f00d"));

  server_.reply("DELETE /v1.41/networks/f00d", answer(404, kNoNetwork));
  EXPECT_TRUE(wait(engine_.remove_network(front)));
  server_.reply("DELETE /v1.41/networks/f00d",
                answer(403, R"({"message":"network front id f00d has active endpoints"})"));
  EXPECT_EQ(wait(engine_.remove_network(front)).error().kind, ErrorKind::conflict);
}

TEST_F(HttpEngineResources, ConnectsNothingWhenItCannotLook) {
  server_.reply(kAsked, answer(500, R"({"message":"boom"})"));
  EXPECT_EQ(wait(engine_.connect("front", kId, {})).error().kind, ErrorKind::engine);
  server_.reply(kAsked, answer(200, "[]"));
  EXPECT_EQ(wait(engine_.connect("front", kId, {})).error().kind, ErrorKind::network);
}

TEST_F(HttpEngineResources, ConnectsToANetworkByItsId) {
  server_.reply(kAsked, answer(200, kOnly));
  server_.reply("POST /v1.41/networks/f00d/connect", answer(200, ""));
  EXPECT_TRUE(wait(engine_.connect("front", kId, {.network = "front", .aliases = {"www"}})));
  EXPECT_THAT(server_.requests().back(), EndsWith(R"({"Container":")" + kId.str() +
                                                  R"(","EndpointConfig":{"Aliases":["www"]}})"));

  server_.reply(
      "POST /v1.41/networks/f00d/connect",
      answer(403, R"({"message":"endpoint with name web already exists in network front"})"));
  EXPECT_TRUE(wait(engine_.connect("front", kId, {})));
  server_.reply("POST /v1.41/networks/f00d/connect",
                answer(404, R"({"message":"No such container: x"})"));
  EXPECT_EQ(wait(engine_.connect("front", kId, {})).error().kind, ErrorKind::not_found);
  server_.reply("POST /v1.41/networks/f00d/connect", answer(404, kNoNetwork));
  EXPECT_EQ(wait(engine_.connect("front", kId, {})).error().kind, ErrorKind::network);
}

TEST_F(HttpEngineResources, FindsCreatesAndRemovesVolumes) {
  server_.reply("GET /v1.41/volumes/data",
                answer(200, R"({"Name":"data","Driver":"local","Labels":null,"Options":null})"));
  server_.reply("POST /v1.41/volumes/create", answer(201, R"({"Name":"data"})"));
  server_.reply("DELETE /v1.41/volumes/data",
                answer(409, R"({"message":"remove data: volume is in use - [abc]"})"));
  EXPECT_EQ(wait(engine_.volume("data")).value(), (Volume{"data", "local", {}, {}}));
  EXPECT_TRUE(wait(engine_.create_volume({.name = "data", .labels = {{"a", "b"}}})));
  EXPECT_THAT(server_.requests().back(), EndsWith(R"({"Name":"data","Labels":{"a":"b"}})"));
  EXPECT_EQ(wait(engine_.remove_volume("data")).error().kind, ErrorKind::conflict);

  const std::string gone = answer(404, R"({"message":"get data: no such volume"})");
  server_.reply("GET /v1.41/volumes/data", gone);
  server_.reply("DELETE /v1.41/volumes/data", gone);
  EXPECT_EQ(wait(engine_.volume("data")).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(wait(engine_.remove_volume("data")));
}

}  // namespace
}  // namespace genisys::docker
