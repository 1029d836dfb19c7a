#include "api/server.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/api/server_fixture.hpp"

namespace genisys::api {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using namespace std::chrono_literals;

std::string get(std::string_view target, std::string_view more = "") {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n" + std::string(more) +
         "\r\n";
}

std::string post(std::string_view body) {
  return "POST /service HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
         "Content-Length: " +
         std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

TEST(Server, AnswersWithTheFieldsThatEveryAnswerHas) {
  RunningServer server;
  const std::string answer = server.connect().send(kGood).read_answer();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_THAT(answer, HasSubstr("\r\nContent-Type: application/json\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nX-Content-Type-Options: nosniff\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nCache-Control: no-store\r\n"));
  EXPECT_THAT(answer, HasSubstr("\r\nDate: "));
  EXPECT_THAT(answer, EndsWith("{\"body\":\"\"}"));
}

TEST(Server, KeepsTheConnectionForTheNextRequest) {
  RunningServer server;
  RawClient client = server.connect();
  EXPECT_EQ(body_of(client.send(post("1")).read_answer()), "{\"body\":\"1\"}");
  EXPECT_EQ(body_of(client.send(post("2")).read_answer()), "{\"body\":\"2\"}");
}

TEST(Server, AnswersPipelinedRequestsOneByOne) {
  RunningServer server;
  RawClient client = server.connect();
  client.send(post("1") + post("2") + post("3"));
  EXPECT_EQ(body_of(client.read_answer()), "{\"body\":\"1\"}");
  EXPECT_EQ(body_of(client.read_answer()), "{\"body\":\"2\"}");
  EXPECT_EQ(body_of(client.read_answer()), "{\"body\":\"3\"}");
  EXPECT_EQ(handled, 3);
}

TEST(Server, ClosesAfterAnHttp10RequestAndOnDemand) {
  RunningServer server;
  EXPECT_EQ(status_of(server.connect().send("GET / HTTP/1.0\r\n\r\n").read_all()), 200);
  EXPECT_EQ(status_of(server.connect().send(get("/", "Connection: close\r\n")).read_all()), 200);
}

TEST(Server, AnswersHeadWithTheLengthAndNoBody) {
  RunningServer server;
  RawClient client = server.connect();
  client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(client.read_answer_to_head(), HasSubstr("\r\nContent-Length: 11\r\n"));
  EXPECT_EQ(body_of(client.send(kGood).read_answer()), "{\"body\":\"\"}");
}

TEST(Server, AnswersLaterWhileOthersAreServed) {
  RunningServer server;
  RawClient waiting = server.connect();
  waiting.send(get("/wait"));
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
  while (server.open_replies() == 0) {
  }
  server.release();
  EXPECT_EQ(body_of(waiting.read_answer()), "waited");
  EXPECT_EQ(server.open_replies(), 0u);
}

TEST(Server, LetsHalfOfItsConnectionsWaitAndAnswersTheOthers) {
  RunningServer server({.max_connections = 4});
  std::vector<RawClient> waiting;
  for (int i = 0; i < 2; ++i) {
    waiting.push_back(server.connect());
    waiting.back().send(get("/wait?wait=60s"));
  }
  while (server.open_replies() != 2) {
  }
  RawClient client = server.connect();
  const std::string refused = client.send(get("/wait?wait=60s")).read_answer();
  EXPECT_EQ(status_of(refused), 503);
  EXPECT_THAT(refused, HasSubstr("2 requests wait already"));
  EXPECT_THAT(refused, HasSubstr("\r\nRetry-After: 1\r\n"));
  EXPECT_EQ(status_of(client.send(kGood).read_answer()), 200);
  server.release();
  EXPECT_EQ(body_of(waiting.front().read_answer()), "waited");
  EXPECT_EQ(body_of(waiting.back().read_answer()), "waited");
  client.send(get("/wait?wait=60s"));
  while (server.open_replies() == 0) {
  }
  server.release();
  EXPECT_EQ(body_of(client.read_answer()), "waited");
}

TEST(Server, OutlivesAClientThatGoesAwayWhileItWaits) {
  RunningServer server;
  {
    RawClient gone = server.connect();
    gone.send(get("/wait"));
    while (server.open_replies() == 0) {
    }
    gone.reset();
  }
  server.release();
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
}

TEST(Server, ClosesARequestThatNobodyAnswersInTime) {
  RunningServer server({.read_timeout = 200ms, .handle_timeout = 100ms});
  EXPECT_EQ(server.connect().send(get("/wait")).read_all(), "");
  server.release();
  EXPECT_EQ(status_of(server.connect().send(kGood).read_answer()), 200);
}

TEST(Server, TurnsEveryExceptionInto500) {
  RunningServer server;
  EXPECT_EQ(status_of(server.connect().send(get("/throw")).read_answer()), 500);
  EXPECT_EQ(status_of(server.connect().send(get("/throw/later")).read_answer()), 500);
}

TEST(Server, SendsNoLineBreakInAField) {
  RunningServer server;
  const std::string answer = server.connect().send(get("/split")).read_answer();
  EXPECT_EQ(status_of(answer), 500);
  EXPECT_THAT(answer, Not(HasSubstr("Set-Cookie")));
}

TEST(Server, SendsALargeAnswerWhole) {
  RunningServer server;
  EXPECT_EQ(body_of(server.connect().send(get("/much")).read_answer()).size(),
            std::size_t{4} << 20);
}

TEST(Server, EndsIdleConnectionsAtCloseAndAnswersOpenWaits) {
  RunningServer server;
  RawClient idle = server.connect();
  idle.send(kGood).read_answer();
  RawClient waiting = server.connect();
  waiting.send(get("/wait"));
  while (server.open_replies() == 0) {
  }
  server.close();
  EXPECT_EQ(idle.read_all(), "");
  EXPECT_THROW(server.connect(), std::runtime_error);
  server.release();
  const std::string answer = waiting.read_all();
  EXPECT_EQ(body_of(answer), "waited");
  EXPECT_THAT(answer, HasSubstr("\r\nConnection: close\r\n"));
  server.close();
}

TEST(Server, ListensAnewAtTheSameAddressAsOftenAsItIsAskedTo) {
  RunningServer server;
  const std::uint16_t port = server.port();
  RawClient idle = server.connect();
  idle.send(kGood).read_answer();
  for (int round = 0; round < 3; ++round) {
    server.reopen();
    EXPECT_EQ(server.port(), port);
    EXPECT_THAT(server.connect().send(kGood).read_answer(), HasSubstr("200 OK"));
  }
  EXPECT_EQ(idle.read_all(), "");
}

TEST(Server, MayGoWhileRepliesAreOpen) {
  RunningServer server;
  RawClient waiting = server.connect();
  waiting.send(get("/wait"));
  while (server.open_replies() == 0) {
  }
  server.abandon();
}

TEST(Server, SaysWhyItCannotListen) {
  RunningServer first;
  boost::asio::io_context io;
  UnusedContext unused;
  Server second(io, unused.context(), {.port = first.port()}, kTestTable);
  try {
    second.open();
    FAIL() << "listens on a port that is taken";
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(
        std::string(error.what()),
        "cannot listen on 127.0.0.1:" + std::to_string(first.port()) + ": Address already in use");
  }
}

TEST(Server, RefusesABindThatIsNoAddress) {
  boost::asio::io_context io;
  UnusedContext unused;
  Server server(io, unused.context(), {.bind = "nowhere", .port = 0}, kTestTable);
  EXPECT_THROW(server.open(), std::runtime_error);
  EXPECT_THROW(Server(io, unused.context(), {.bind = "unix://relative"}, kTestTable),
               std::runtime_error);
}

// ---- hostile bytes
// -----------------------------------------------------------------------------------

struct Hostile {
  std::string name;
  std::string bytes;
  std::vector<int> outcomes;  // 0: closed without an answer
};

class HostileBytes : public testing::TestWithParam<Hostile> {
 protected:
  // Only what never ends waits for the time limit.
  static void SetUpTestSuite() {
    server = std::make_unique<RunningServer>(ServerOptions{.read_timeout = 200ms});
  }
  static void TearDownTestSuite() { server.reset(); }

  static inline std::unique_ptr<RunningServer> server;
};

TEST_P(HostileBytes, AreAnsweredOrCutOffAndTheNextIsServed) {
  const std::string answer = server->connect().send(GetParam().bytes).read_all();
  EXPECT_THAT(GetParam().outcomes, testing::Contains(status_of(answer))) << answer;
  EXPECT_EQ(status_of(server->connect().send(kGood).read_answer()), 200);
}

std::string with_fields(std::string_view fields, std::string_view body = "") {
  return "POST /service HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n" +
         std::string(fields) + "\r\n" + std::string(body);
}

std::string many_fields(int count) {
  std::string fields;
  for (int i = 0; i < count; ++i) fields += "X-" + std::to_string(i) + ": a\r\n";
  return fields;
}

const std::string kChunk = "3\r\nabc\r\n0\r\n\r\n";

INSTANTIATE_TEST_SUITE_P(
    Framing, HostileBytes,
    testing::Values(
        Hostile{"LengthAndChunked",
                with_fields("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", kChunk),
                {0, 400, 411}},
        Hostile{"ChunkedAndLength",
                with_fields("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n", kChunk),
                {0, 400, 411}},
        Hostile{"TwoLengths",
                with_fields("Content-Length: 3\r\nContent-Length: 3\r\n", "abc"),
                {0, 400}},
        Hostile{"LengthList", with_fields("Content-Length: 3, 3\r\n", "abc"), {0, 400}},
        Hostile{"LengthPlus", with_fields("Content-Length: +3\r\n", "abc"), {0, 400}},
        Hostile{"LengthMinus", with_fields("Content-Length: -1\r\n", "abc"), {0, 400}},
        Hostile{"LengthHex", with_fields("Content-Length: 0x3\r\n", "abc"), {0, 400}},
        Hostile{"LengthTwoNumbers", with_fields("Content-Length: 3 4\r\n", "abc"), {0, 400}},
        Hostile{"LengthEmpty", with_fields("Content-Length: \r\n", "abc"), {0, 400}},
        Hostile{"LengthFolded", with_fields("Content-Length: 1\r\n 1\r\n", "abc"), {0, 400}},
        Hostile{
            "LengthOverflow", with_fields("Content-Length: 18446744073709551616\r\n"), {0, 400}},
        Hostile{"Length100G", with_fields("Content-Length: 107374182400\r\n"), {0}},
        Hostile{"LengthHalfOfAll", with_fields("Content-Length: 9223372036854775808\r\n"), {0}},
        Hostile{"SpaceBeforeColon", with_fields("Content-Length : 3\r\n", "abc"), {400}},
        Hostile{"ChunkedSpaceBeforeColon",
                with_fields("Transfer-Encoding : chunked\r\nContent-Length: 3\r\n", kChunk),
                {0, 400}},
        Hostile{"XChunked", with_fields("Transfer-Encoding: xchunked\r\n", kChunk), {0, 400, 411}},
        Hostile{"ChunkedIdentity",
                with_fields("Transfer-Encoding: chunked, identity\r\n", kChunk),
                {0, 400, 411}},
        Hostile{
            "IdentityThenChunked",
            with_fields("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", kChunk),
            {400, 411}},
        Hostile{
            "GzipChunked", with_fields("Transfer-Encoding: gzip, chunked\r\n", kChunk), {400, 411}},
        Hostile{
            "FoldedChunked", with_fields("Transfer-Encoding:\r\n chunked\r\n", kChunk), {400, 411}},
        Hostile{"Chunked", with_fields("Transfer-Encoding: chunked\r\n", kChunk), {411}},
        Hostile{"ChunkedHttp10",
                "POST /service HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n" + kChunk,
                {400, 411}},
        Hostile{"ChunkSizeHex", with_fields("Transfer-Encoding: chunked\r\n", "0x1\r\na\r\n"), {0}},
        Hostile{"ChunkWithoutEnd",
                with_fields("Transfer-Encoding: chunked\r\n", "1\r\naXX0\r\n\r\n"),
                {0, 400, 411}},
        Hostile{"Trailers",
                with_fields("Transfer-Encoding: chunked\r\n",
                            "1\r\na\r\n0\r\nContent-Length: 5\r\n\r\n"),
                {0, 400, 411}},
        Hostile{"BodyOnGet", get("/", "Content-Length: 2\r\n") + "{}", {400}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    Lines, HostileBytes,
    testing::Values(
        Hostile{"NoHost", "GET / HTTP/1.1\r\n\r\n", {400}},
        Hostile{"TwoHosts", get("/", "Host: localhost\r\n"), {400}},
        Hostile{"Http09", "GET / HTTP/0.9\r\nHost: localhost\r\n\r\n", {0, 505}},
        Hostile{"Http20", "GET / HTTP/2.0\r\nHost: localhost\r\n\r\n", {505}},
        Hostile{"Http19", "GET / HTTP/1.9\r\nHost: localhost\r\n\r\n", {505}},
        Hostile{"SimpleRequest", "GET /\r\n\r\n", {0, 400, 505}},
        Hostile{"AbsoluteForm", get("http://localhost/"), {400}},
        Hostile{"Connect", "CONNECT a:80 HTTP/1.1\r\nHost: localhost\r\n\r\n", {405}},
        Hostile{"Trace", "TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", {405}},
        Hostile{"OptionsAll", "OPTIONS * HTTP/1.1\r\nHost: localhost\r\n\r\n", {405}},
        Hostile{"UnknownMethod", "FROB / HTTP/1.1\r\nHost: localhost\r\n\r\n", {0}},
        Hostile{"LowerMethod", "get / HTTP/1.1\r\nHost: localhost\r\n\r\n", {0}},
        Hostile{"TlsHello", std::string("\x16\x03\x01\x00\x05hello", 10), {0}},
        Hostile{"Http2Preface", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", {0}},
        Hostile{"NulInTarget", get(std::string_view("/a\0b", 4)), {0, 400}},
        Hostile{"TabInTarget", get("/a\tb"), {0, 400}}, Hostile{"EightBit", get("/\xfc"), {400}},
        Hostile{"LeadingLines",
                "\r\n\r\nGET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
                {200}},
        Hostile{"FoldedValue", get("/", "X-A: b\r\n c\r\nConnection: close\r\n"), {200, 400}},
        Hostile{"BareCr", get("/", "X-A: b\rc\r\n"), {0, 400}},
        Hostile{"NulInValue", get("/", std::string_view("X-A: b\0c\r\n", 10)), {0, 400}},
        Hostile{"EmptyFieldName", get("/", ": b\r\n"), {0, 400}},
        Hostile{"Upgrade", get("/", "Connection: Upgrade\r\nUpgrade: h2c\r\n"), {400}},
        Hostile{"UpgradeWithBody",
                with_fields("Connection: Upgrade\r\nUpgrade: h2c\r\nContent-Length: 2\r\n", "{}"),
                {400}},
        Hostile{"Expect", get("/", "Expect: tea\r\n"), {417}},
        Hostile{"ForeignHost", "GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", {403}},
        Hostile{"ForeignOrigin", get("/", "Origin: http://evil.example\r\n"), {403}},
        Hostile{"BadEscape", get("/service/%zz"), {400}},
        Hostile{"NulEscape", get("/service/%00"), {400}},
        Hostile{"EncodedSlash", get("/service/a%2Fb"), {400}}),
    [](const auto& info) { return info.param.name; });

INSTANTIATE_TEST_SUITE_P(
    SizesAndTimes, HostileBytes,
    testing::Values(
        Hostile{"TargetBeyondSoft", get("/" + std::string(1500, 'a')), {414}},
        Hostile{"TargetBeyondHard", get("/" + std::string(3000, 'a')), {0}},
        // A segment of this length overflows the stack of a router made of regular expressions.
        Hostile{"Target66000", get("/service/" + std::string(66000, 'a')), {0}},
        Hostile{"ValueBeyondSoft", get("/", "X-A: " + std::string(5000, 'a') + "\r\n"), {431}},
        Hostile{"ValueBeyondHard", get("/", "X-A: " + std::string(70000, 'a') + "\r\n"), {0}},
        Hostile{"NameBeyondHard", get("/", std::string(300, 'a') + ": b\r\n"), {0}},
        Hostile{"FieldsBeyondSoft", get("/", many_fields(80)), {431}},
        Hostile{"FieldsBeyondHard", get("/", many_fields(10000)), {0}},
        Hostile{"BodyBeyondSoft", post(std::string(300'000, ' ')), {413}},
        Hostile{"BodyBeyondHard", post(std::string(3'000'000, ' ')), {0}},
        Hostile{"Nothing", "", {0}}, Hostile{"CutHeader", "GET / HTTP/1.1\r\nHost: loc", {0}},
        Hostile{"CutBody", with_fields("Content-Length: 10\r\n", "{"), {0}}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace genisys::api
