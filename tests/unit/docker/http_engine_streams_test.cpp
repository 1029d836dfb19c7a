// What an engine tells bit by bit: events, pulls, logs.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/unit/docker/http_engine_fixture.hpp"

namespace genisys::docker {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using namespace genisys::docker::testing;

std::string event_text(const std::string& action) {
  return R"({"Type":"container","Action":")" + action + R"(","Actor":{"ID":")" + kId.str() +
         R"("},"timeNano":7})" + "\n";
}

TEST_F(HttpEngineTest, ReadsEventsWhereverTheChunksAreCut) {
  const std::string events = event_text("create") + event_text("exec_start: x") + event_text("die");
  for (std::size_t cut = 1; cut < events.size(); ++cut) {
    server_.reply("GET /v1.41/events", chunked_head() + chunk(events.substr(0, cut)) +
                                           chunk(events.substr(cut)) + kLastChunk);
    auto stream = wait(engine_.subscribe());
    ASSERT_TRUE(stream);
    ASSERT_EQ(wait((*stream)->next())->action, EventAction::create) << cut;
    ASSERT_EQ(wait((*stream)->next())->action, EventAction::die) << cut;
    ASSERT_EQ(wait((*stream)->next()).error().kind, ErrorKind::unreachable) << cut;
  }
}

TEST_F(HttpEngineTest, HandsOutAnEventAsSoonAsItsChunkIsThere) {
  server_.expect(after_ping({hang()}));
  server_.expect({request(), send(chunked_head()), gate(), send(chunk(event_text("die"))), hang()});
  auto stream = wait(impatient_.subscribe());
  ASSERT_TRUE(stream);
  server_.open_gate();
  EXPECT_EQ(wait((*stream)->next())->action, EventAction::die);
}

TEST_F(HttpEngineTest, EndsTheEventsWithTheConnection) {
  server_.expect(after_ping({hang()}));
  server_.expect({request(), send(chunked_head() + chunk(event_text("die")))});
  auto stream = wait(engine_.subscribe());
  ASSERT_TRUE(stream);
  EXPECT_TRUE(wait((*stream)->next()));
  EXPECT_EQ(wait((*stream)->next()).error().kind, ErrorKind::unreachable);
}

TEST_F(HttpEngineTest, RefusesEventsThatAreNone) {
  server_.reply("GET /v1.41/events", answer(200, "<html>"));
  auto stream = wait(engine_.subscribe());
  ASSERT_TRUE(stream);
  EXPECT_EQ(wait((*stream)->next()).error().kind, ErrorKind::protocol);
  server_.reply("GET /v1.41/events", answer(500, R"({"message":"boom"})"));
  EXPECT_EQ(wait(engine_.subscribe()).error().message, "boom");
}

TEST_F(HttpEngineTest, PullsAndReportsProgress) {
  server_.reply("POST /v1.41/images/create?fromImage=app&tag=1",
                chunked_head() + chunk("{\"status\":\"Pulling\",\"id\":\"1\"}\r\n{\"sta") +
                    chunk("tus\":\"Done\"}\r\n") + kLastChunk);
  std::vector<std::string> statuses;
  const auto pulled = wait(engine_.pull("app:1", "e30=", [&statuses](const PullProgress& progress) {
    statuses.push_back(progress.status + '/' + progress.layer);
  }));
  EXPECT_TRUE(pulled);
  EXPECT_THAT(statuses, ElementsAre("Pulling/1", "Done/"));
  EXPECT_THAT(server_.requests().back(), HasSubstr("\r\nX-Registry-Auth: e30=\r\n"));
}

TEST_F(HttpEngineTest, TakesAnErrorInsideAPullForItsFailure) {
  const std::string target = "POST /v1.41/images/create";
  const auto error_of = [&](const std::string& text) {
    server_.reply(target, text);
    return wait(engine_.pull("app:1", "", nullptr)).error().kind;
  };
  EXPECT_EQ(error_of(chunked_head() + chunk(R"({"status":"x"})") +
                     chunk(R"({"errorDetail":{"message":"manifest unknown"}})") + kLastChunk),
            ErrorKind::rejected);
  EXPECT_EQ(error_of(answer(404, R"({"message":"manifest unknown"})")), ErrorKind::rejected);
  EXPECT_EQ(error_of(chunked_head() + chunk(R"({"status":)") + kLastChunk), ErrorKind::protocol);
  server_.expect({request(), send(chunked_head() + chunk(R"({"status":"x"})"))});
  EXPECT_EQ(wait(engine_.pull("app:1", "", nullptr)).error().kind, ErrorKind::unreachable);
}

TEST_F(HttpEngineTest, GivesUpAPullThatFallsSilent) {
  server_.expect(after_ping({hang()}));
  server_.expect({request(), send(chunked_head() + chunk(R"({"status":"x"})")), hang()});
  EXPECT_EQ(wait(impatient_.pull("app:1", "", nullptr)).error().kind, ErrorKind::timeout);
}

TEST_F(HttpEngineTest, LetsNoLineBreakIntoAHeader) {
  server_.reply("POST /v1.41/images/create", answer(200, ""));
  EXPECT_TRUE(wait(engine_.pull("app:1", "x\r\nEvil: 1", nullptr)));
  EXPECT_THAT(server_.requests().back(), ::testing::Not(HasSubstr("Evil")));
}

TEST_F(HttpEngineTest, ReadsLogsInFramesOrOfATerminal) {
  const std::string frames("\1\0\0\0\0\0\0\4out\n\2\0\0\0\0\0\0\4err\n", 24);
  server_.reply("GET " + kPath + "/json", answer(200, R"({"Id":")" + kId.str() + R"("})"));
  server_.reply("GET " + kPath + "/logs", chunked_head() + chunk(frames) + kLastChunk);
  EXPECT_EQ(*wait(engine_.logs(kId, 10)), "out\nerr");
  EXPECT_EQ(*wait(engine_.logs(kId, 1)), "err");

  server_.reply("GET " + kPath + "/json",
                answer(200, R"({"Id":")" + kId.str() + R"(","Config":{"Tty":true}})"));
  server_.reply("GET " + kPath + "/logs", chunked_head() + chunk("a\r\nb\r\n") + kLastChunk);
  EXPECT_EQ(*wait(engine_.logs(kId, 10)), "a\nb");
}

}  // namespace
}  // namespace genisys::docker
