// A server under TLS: what it takes and refuses, and that nothing which goes wrong before a request
// costs others anything.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/ssl/context.hpp>
#include <chrono>
#include <string>
#include <vector>

#include "tests/unit/api/server_fixture.hpp"
#include "tests/unit/api/tls_client.hpp"

namespace genisys::api {
namespace {

using namespace std::chrono_literals;
using test::CertificateAuthority;
using test::Certified;
using testing::EndsWith;
using testing::HasSubstr;
using testing::IsEmpty;

std::string get(std::string_view target) {
  return "GET " + std::string(target) + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

std::shared_ptr<boost::asio::ssl::context> context_of(const Certified& certified,
                                                      std::string client_ca = {}) {
  std::string why;
  auto context = make_tls_context({.certificate = certified.certificate,
                                   .key = certified.key,
                                   .client_ca = std::move(client_ca)},
                                  why);
  if (!context) throw std::runtime_error(why);
  return context;
}

class ServerTls : public testing::Test {
 protected:
  ServerOptions options(std::string client_ca = {}) const {
    return {.tls = context_of(authority_.issue({.name = "first"}), std::move(client_ca))};
  }
  TlsClient connect(const RunningServer& server) const {
    return TlsClient(server.port(), {.ca = authority_.certificate()});
  }
  // What a request over TLS gets.
  int status(const RunningServer& server) const {
    return status_of(connect(server).send(kGood).read_answer());
  }
  static void wait_for_connections(RunningServer& server, std::size_t count) {
    while (server.connections() != count) {
    }
  }

  CertificateAuthority authority_;
};

TEST_F(ServerTls, AnswersOneRequestAfterTheOther) {
  RunningServer server(options());
  TlsClient client = connect(server);
  EXPECT_STREQ(client.version(), "TLSv1.3");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(status_of(client.send(kGood).read_answer()), 200);
  const std::string post =
      "POST /service HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Content-Length: 4\r\n\r\nbody";
  EXPECT_EQ(body_of(client.send(post).read_answer()), "{\"body\":\"body\"}");
}

TEST_F(ServerTls, SpeaksTls12AndNothingOlder) {
  RunningServer server(options());
  TlsClient older(server.port(),
                  {.ca = authority_.certificate(), .newest_version = TLS1_2_VERSION});
  EXPECT_STREQ(older.version(), "TLSv1.2");
  EXPECT_EQ(status_of(older.send(kGood).read_answer()), 200);
  EXPECT_THROW(
      TlsClient(server.port(), {.ca = authority_.certificate(), .newest_version = TLS1_1_VERSION}),
      std::runtime_error);
}

TEST_F(ServerTls, SendsLongAnswersWhole) {
  RunningServer server(options());
  EXPECT_EQ(body_of(connect(server).send(get("/much")).read_answer()).size(), std::size_t{4} << 20);
}

TEST_F(ServerTls, SaysGoodbyeWhenItClosesAfterAnAnswer) {
  RunningServer server(options());
  TlsClient client = connect(server);
  const std::string answer =
      client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_TRUE(client.was_told_goodbye()) << client.failure();
}

TEST_F(ServerTls, ChecksHostAndOriginAsOverPlain) {
  RunningServer server(options());
  EXPECT_EQ(status_of(connect(server)
                          .send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                                "Origin: https://localhost:7051\r\n\r\n")
                          .read_answer()),
            200);
  EXPECT_EQ(status_of(connect(server)
                          .send("GET / HTTP/1.1\r\nHost: localhost\r\n"
                                "Origin: https://evil.example\r\n\r\n")
                          .read_answer()),
            403);
  EXPECT_EQ(
      status_of(connect(server).send("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n").read_answer()),
      403);
}

TEST_F(ServerTls, TellsWhoSpeaksPlainHttpWhatToDo) {
  RunningServer server(options());
  const std::string answer = server.connect().send(kGood).read_all();
  EXPECT_EQ(status_of(answer), 400);
  EXPECT_THAT(answer, HasSubstr("use https://"));
  EXPECT_EQ(handled, 0);
  EXPECT_EQ(status(server), 200);
}

TEST_F(ServerTls, ClosesOnGarbage) {
  RunningServer server(options());
  EXPECT_THAT(server.connect().send(std::string(4096, '\0')).read_all(), Not(HasSubstr("HTTP")));
  // The record of a hello, and then no hello.
  EXPECT_THAT(
      server.connect().send("\x16\x03\x01\x40\x00garbage" + std::string(20000, 'x')).read_all(),
      Not(HasSubstr("HTTP")));
  EXPECT_EQ(status(server), 200);
}

TEST_F(ServerTls, EndsAHandshakeThatTakesTooLong) {
  ServerOptions brief = options();
  brief.read_timeout = 100ms;
  RunningServer server(brief);
  EXPECT_THAT(server.connect().read_all(), IsEmpty());
  // A part of a hello counts as nothing.
  EXPECT_THAT(server.connect().send("\x16\x03\x01\x02\x00\x01").read_all(), IsEmpty());
  wait_for_connections(server, 0);
  EXPECT_EQ(status(server), 200);
}

TEST_F(ServerTls, CountsHandshakesAgainstTheLimitAndGivesThePlacesBack) {
  ServerOptions few = options();
  few.max_connections = 3;
  few.read_timeout = 300ms;
  RunningServer server(few);
  std::vector<RawClient> silent;
  for (int i = 0; i < 3; ++i) silent.push_back(server.connect());
  wait_for_connections(server, 3);
  // Beyond the limit nobody is accepted, until the time of those is over.
  EXPECT_EQ(status(server), 200);
}

TEST_F(ServerTls, LosesNoPlaceToPeersThatResetInTheHandshake) {
  ServerOptions few = options();
  few.max_connections = 10;
  RunningServer server(few);
  for (int i = 0; i < 200; ++i) {
    RawClient client = server.connect();
    if (i % 2 == 0) client.send("\x16\x03\x01\x02\x00\x01");
    client.reset();
  }
  // The same with the server asleep, so that they are reset before they are accepted.
  server.on_thread([&server] {
    for (int i = 0; i < 20; ++i) server.connect().reset();
  });
  wait_for_connections(server, 0);
  std::vector<TlsClient> clients;
  for (int i = 0; i < 10; ++i) {
    clients.push_back(connect(server));
    EXPECT_EQ(status_of(clients.back().send(kGood).read_answer()), 200);
  }
}

TEST_F(ServerTls, RefusesRenegotiation) {
  RunningServer server(options());
  TlsClient client(server.port(),
                   {.ca = authority_.certificate(), .newest_version = TLS1_2_VERSION});
  EXPECT_EQ(status_of(client.send(kGood).read_answer()), 200);
  EXPECT_THAT(client.renegotiate(), HasSubstr("no renegotiation"));
  EXPECT_EQ(status(server), 200);
}

TEST_F(ServerTls, TakesANewCertificateForNewConnections) {
  RunningServer server(options());
  TlsClient kept = connect(server);
  EXPECT_EQ(kept.server_name(), "first");
  server.use_tls(context_of(authority_.issue({.name = "second"})));
  EXPECT_EQ(connect(server).server_name(), "second");
  EXPECT_EQ(status_of(kept.send(kGood).read_answer()), 200);
}

TEST_F(ServerTls, LetsInClientsWithACertificateOfTheAuthorityOnly) {
  const CertificateAuthority clients("clients");
  const CertificateAuthority others("clients");
  RunningServer server(options(clients.certificate()));
  const auto answer = [&](std::optional<Certified> own) {
    TlsClient client(server.port(), {.ca = authority_.certificate(), .own = std::move(own)});
    return client.send(kGood).read_answer();
  };
  EXPECT_EQ(status_of(answer(clients.issue())), 200);
  EXPECT_EQ(answer(std::nullopt), "");
  EXPECT_EQ(answer(others.issue()), "");
  EXPECT_EQ(answer(authority_.issue()), "");
  EXPECT_EQ(answer(clients.issue({.ends = -1h + 1s})), "");
  EXPECT_EQ(answer(clients.issue({.for_client = false})), "");
  EXPECT_EQ(handled, 1);
  EXPECT_EQ(status_of(answer(clients.issue())), 200);
}

TEST_F(ServerTls, StreamsAndNoticesAReaderThatLeaves) {
  RunningServer server(options());
  {
    TlsClient ticks = connect(server);
    ticks.send(get("/ticks"));
    for (int i = 0; i < 3; ++i) EXPECT_THAT(ticks.read_until("tick\n"), EndsWith("tick\n"));
    TlsClient closes = connect(server);
    closes.send(get("/silent")).read_until("begin\n");
    TlsClient resets = connect(server);
    resets.send(get("/silent")).read_until("begin\n");
    resets.reset();
    TlsClient says_goodbye = connect(server);
    says_goodbye.send(get("/silent")).read_until("begin\n");
    says_goodbye.say_goodbye();
    EXPECT_THAT(says_goodbye.read_all(), EndsWith("\r\n0\r\n\r\n"));
  }
  while (server.open_replies() != 0) {
  }
  wait_for_connections(server, 0);
  EXPECT_EQ(living_sources, 0);
}

TEST_F(ServerTls, DropsAReaderThatTakesNothing) {
  ServerOptions brief = options();
  brief.read_timeout = 100ms;
  brief.write_timeout = 200ms;
  RunningServer server(brief);
  TlsClient stuck = connect(server);
  stuck.send(get("/flood"));
  while (server.open_replies() != 1) {
  }
  while (server.open_replies() != 0) {
  }
  wait_for_connections(server, 0);
}

TEST_F(ServerTls, AnswersWaitsAndEndsStreamsWhenItCloses) {
  RunningServer server(options());
  TlsClient waits_for = connect(server);
  waits_for.send(get("/wait"));
  TlsClient streams = connect(server);
  streams.send(get("/silent")).read_until("begin\n");
  TlsClient idle = connect(server);
  EXPECT_EQ(status_of(idle.send(kGood).read_answer()), 200);
  RawClient in_handshake = server.connect();
  while (server.open_replies() != 2) {
  }
  server.close();
  server.release();
  const std::string answer = waits_for.read_all();
  EXPECT_EQ(status_of(answer), 200);
  EXPECT_EQ(body_of(answer), "waited");
  EXPECT_THAT(streams.read_all(), EndsWith("\r\n0\r\n\r\n"));
  EXPECT_THAT(idle.read_all(), IsEmpty());
  EXPECT_THAT(in_handshake.read_all(), IsEmpty());
}

TEST_F(ServerTls, GoesWithConnectionsOfEveryKindOpen) {
  RunningServer server(options());
  TlsClient waits_for = connect(server);
  waits_for.send(get("/wait"));
  TlsClient streams = connect(server);
  streams.send(get("/ticks")).read_until("tick\n");
  TlsClient idle = connect(server);
  RawClient in_handshake = server.connect();
  wait_for_connections(server, 4);
  server.abandon();
}

TEST(TlsContext, RefusesWhatDoesNotFit) {
  const CertificateAuthority authority;
  const Certified one = authority.issue();
  const Certified other = authority.issue();
  std::string why;
  EXPECT_EQ(make_tls_context({.certificate = one.certificate, .key = other.key}, why), nullptr);
  EXPECT_THAT(why, HasSubstr("key: "));
  EXPECT_EQ(make_tls_context({.certificate = "nothing", .key = one.key}, why), nullptr);
  EXPECT_THAT(why, HasSubstr("certificate: "));
  EXPECT_EQ(make_tls_context(
                {.certificate = one.certificate, .key = one.key, .client_ca = "nothing"}, why),
            nullptr);
  EXPECT_THAT(why, HasSubstr("client_ca: "));
}

}  // namespace
}  // namespace genisys::api
