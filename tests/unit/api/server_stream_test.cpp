#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/support/scratch_directory.hpp"
#include "tests/unit/api/server_fixture.hpp"

namespace genisys::api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

class ServerStream : public testing::Test {
 protected:
  ~ServerStream() override { EXPECT_EQ(living_sources, 0); }

  // Until so many streams are open; the time limit of the test is the limit.
  static void wait_for_open(RunningServer& server, std::size_t count) {
    while (server.open_replies() != count) {
    }
  }
};

TEST_F(ServerStream, SendsEachPieceAsAChunkAndCloses) {
  RunningServer server;
  const std::string answer = server.connect().send(get("/brief")).read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nTransfer-Encoding: chunked\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_THAT(answer, Not(HasSubstr("Content-Length")));
  EXPECT_EQ(body_of(answer), "1\r\na\r\n1\r\nb\r\n0\r\n\r\n");
  EXPECT_EQ(server.open_replies(), 0u);
}

TEST_F(ServerStream, SendsAPieceBeforeThereIsANextOne) {
  RunningServer server;
  RawClient client = server.connect();
  client.send(get("/silent"));
  EXPECT_THAT(client.read_until("begin\n"), HasSubstr("200 OK"));
}

TEST_F(ServerStream, OutlivesTheLimitsForReadingAndHandlingARequest) {
  RunningServer server({.read_timeout = 100ms, .handle_timeout = 200ms});
  RawClient client = server.connect();
  client.send(get("/ticks"));
  for (int i = 0; i < 14; ++i) EXPECT_THAT(client.read_until("tick\n"), EndsWith("tick\n"));
}

TEST_F(ServerStream, IsCutWhenItsSourceIsSilentForLongerThanARequestMayTake) {
  RunningServer server({.read_timeout = 100ms, .handle_timeout = 200ms});
  EXPECT_THAT(server.connect().send(get("/silent")).read_all(), EndsWith("begin\n\r\n"));
}

TEST_F(ServerStream, AnswersHeadWithoutStartingIt) {
  RunningServer server;
  RawClient client = server.connect();
  client.send("HEAD /silent HTTP/1.1\r\nHost: localhost\r\n\r\n");
  const std::string answer = client.read_answer_to_head();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: text/event-stream\r\n"));
  EXPECT_EQ(pieces_taken, 0);
  EXPECT_EQ(status_of(client.send(kGood).read_answer()), 200);
}

TEST_F(ServerStream, RefusesHttp10) {
  RunningServer server;
  const std::string answer = server.connect().send("GET /ticks HTTP/1.0\r\n\r\n").read_all();
  EXPECT_EQ(status_of(answer), 505);
  EXPECT_EQ(pieces_taken, 0);
}

TEST_F(ServerStream, RefusesOneBeyondTheLimitUntilAnotherEnds) {
  RunningServer server({.max_streams = 2});
  RawClient first = server.connect();
  first.send(get("/silent")).read_until("begin\n");
  {
    RawClient second = server.connect();
    second.send(get("/silent")).read_until("begin\n");
    RawClient third = server.connect();
    const std::string refused = third.send(get("/silent")).read_answer();
    EXPECT_EQ(status_of(refused), 503);
    EXPECT_THAT(refused, HasSubstr("2 streams are open"));
    EXPECT_EQ(status_of(third.send(kGood).read_answer()), 200);
  }
  wait_for_open(server, 1);
  EXPECT_THAT(server.connect().send(get("/silent")).read_until("begin\n"), HasSubstr("200 OK"));
}

TEST_F(ServerStream, ServesManyAtOnceBesideOtherRequests) {
  RunningServer server;
  {
    std::vector<RawClient> clients;
    for (int i = 0; i < 64; ++i) {
      clients.push_back(server.connect());
      clients.back().send(get("/ticks"));
    }
    for (RawClient& client : clients) client.read_until("tick\n");
    EXPECT_EQ(server.open_replies(), 64u);
    EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
    EXPECT_EQ(status_of(server.connect().send(get("/ticks")).read_answer()), 503);
  }
  wait_for_open(server, 0);
}

TEST_F(ServerStream, NoticesAReaderThatClosesWhileNothingIsSent) {
  RunningServer server;
  server.connect().send(get("/silent")).read_until("begin\n");
  wait_for_open(server, 0);
}

TEST_F(ServerStream, NoticesAReaderThatResetsWhileNothingIsSent) {
  RunningServer server;
  RawClient client = server.connect();
  client.send(get("/silent")).read_until("begin\n");
  client.reset();
  wait_for_open(server, 0);
}

TEST_F(ServerStream, IgnoresARequestThatComesMeanwhile) {
  RunningServer server;
  RawClient client = server.connect();
  client.send(get("/ticks")).read_until("tick\n");
  client.send(kGood);
  for (int i = 0; i < 3; ++i) client.read_until("tick\n");
  EXPECT_EQ(server.open_replies(), 1u);
  server.close();
  EXPECT_THAT(client.read_all(), Not(HasSubstr("HTTP/1.1")));
  EXPECT_EQ(handled, 0);
}

TEST_F(ServerStream, DropsAReaderThatTakesNothing) {
  RunningServer server({.read_timeout = 200ms, .write_timeout = 200ms});
  RawClient client = server.connect();
  client.send(get("/flood"));
  client.read_until("xxx");
  wait_for_open(server, 0);
  // What the kernel holds, and a piece: the program itself holds nothing more.
  EXPECT_LT(pieces_taken, 400);
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
}

TEST_F(ServerStream, EndsWhenItsSourceFails) {
  RunningServer server;
  EXPECT_EQ(body_of(server.connect().send(get("/broken")).read_all()), "6\r\nbegin\n\r\n0\r\n\r\n");
}

TEST_F(ServerStream, EndsInOrderWhenTheServerCloses) {
  RunningServer server;
  RawClient silent = server.connect();
  silent.send(get("/silent")).read_until("begin\n");
  RawClient ticking = server.connect();
  ticking.send(get("/ticks")).read_until("tick\n");
  server.close();
  EXPECT_THAT(silent.read_all(), EndsWith("\r\n0\r\n\r\n"));
  EXPECT_THAT(ticking.read_all(), EndsWith("\r\n0\r\n\r\n"));
  wait_for_open(server, 0);
}

TEST_F(ServerStream, MayBeOpenWhenTheProgramGivesUp) {
  RunningServer server;
  RawClient silent = server.connect();
  silent.send(get("/silent")).read_until("begin\n");
  RawClient flooded = server.connect();
  flooded.send(get("/flood")).read_until("xxx");
  server.abandon();
}

TEST_F(ServerStream, ComesOverAUnixSocketToo) {
  const test::ScratchDirectory folder;
  const std::string path = folder.file("api.sock");
  RunningServer server({.bind = "unix://" + path});
  {
    RawClient client(path);
    client.send(get("/silent"));
    EXPECT_THAT(client.read_until("begin\n"), HasSubstr("200 OK"));
    RawClient staying(path);
    staying.send(get("/silent")).read_until("begin\n");
    server.close();
    EXPECT_THAT(staying.read_all(), EndsWith("\r\n0\r\n\r\n"));
  }
  wait_for_open(server, 0);
}

TEST_F(ServerStream, NoticesAReaderThatClosesItsUnixSocket) {
  const test::ScratchDirectory folder;
  const std::string path = folder.file("api.sock");
  RunningServer server({.bind = "unix://" + path});
  {
    RawClient client(path);
    client.send(get("/silent")).read_until("begin\n");
  }
  wait_for_open(server, 0);
}

}  // namespace
}  // namespace genisys::api
