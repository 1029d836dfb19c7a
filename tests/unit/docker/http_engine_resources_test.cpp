// The calls about networks and volumes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "docker/http_engine.hpp"
#include "tests/unit/docker/scripted_engine.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using namespace genisys::docker::testing;

const ContainerId kId = *ContainerId::parse(std::string(64, 'a'));
const std::string kFront = R"({"Name":"front","Id":"f00d","Driver":"bridge","Labels":{"a":"b"}})";
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
  server_.reply("GET /v1.41/networks/front", answer(200, kFront));
  EXPECT_EQ(wait(engine_.network("front")).value(),
            (Network{"f00d", "front", "bridge", {{"a", "b"}}}));
}

TEST_F(HttpEngineResources, TakesNoBeginningOfAnIdForAName) {
  server_.reply("GET /v1.41/networks/f0", answer(200, kFront));
  EXPECT_EQ(wait(engine_.network("f0")).error().kind, ErrorKind::not_found);
  EXPECT_TRUE(wait(engine_.remove_network("f0")));
  EXPECT_EQ(wait(engine_.connect("f0", kId, {})).error().kind, ErrorKind::network);
  EXPECT_THAT(server_.calls(), ElementsAre("GET /v1.41/networks/f0", "GET /v1.41/networks/f0",
                                           "GET /v1.41/networks/f0"));
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
  server_.reply("GET /v1.41/networks/front", answer(200, kFront));
  server_.reply("DELETE /v1.41/networks/f00d", answer(204, ""));
  EXPECT_TRUE(wait(engine_.remove_network("front")));
  EXPECT_THAT(server_.calls(),
              ElementsAre("GET /v1.41/networks/front", "DELETE /v1.41/networks/f00d"));

  server_.reply("DELETE /v1.41/networks/f00d", answer(404, kNoNetwork));
  EXPECT_TRUE(wait(engine_.remove_network("front")));
  server_.reply("DELETE /v1.41/networks/f00d",
                answer(403, R"({"message":"network front id f00d has active endpoints"})"));
  EXPECT_EQ(wait(engine_.remove_network("front")).error().kind, ErrorKind::conflict);
}

TEST_F(HttpEngineResources, RemovesNothingWhenItCannotLook) {
  server_.reply("GET /v1.41/networks/front", answer(500, R"({"message":"boom"})"));
  EXPECT_EQ(wait(engine_.remove_network("front")).error().kind, ErrorKind::engine);
  EXPECT_EQ(wait(engine_.connect("front", kId, {})).error().kind, ErrorKind::engine);
}

TEST_F(HttpEngineResources, ConnectsToANetworkByItsId) {
  server_.reply("GET /v1.41/networks/front", answer(200, kFront));
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
