// An engine under TLS: who is trusted, what is said when nobody is, and that deadlines, cancelling
// and the pool are as they are without.
#include "docker/tls.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <memory>
#include <string>

#include "docker/http_engine.hpp"
#include "tests/unit/docker/scripted_engine.hpp"
#include "tests/unit/docker/tls_front.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using namespace genisys::docker::testing;
using test::CertificateAuthority;
using test::CertificateWish;
using test::Certified;
using ::testing::AllOf;
using ::testing::Each;
using ::testing::HasSubstr;

class EngineUnderTls : public ::testing::Test {
 protected:
  EngineUnderTls() {
    server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
    trust_.ca = authority_.certificate();
  }

  TlsSource source(TlsMaterial material) const {
    std::string why;
    auto client = make_tls_client(material, TlsCheck::host, why);
    if (!client) throw std::runtime_error(why);
    return [client = std::move(client)] { return client; };
  }
  TlsMaterial with(const Certified& own) const {
    return {.ca = trust_.ca, .certificate = own.certificate, .key = own.key};
  }
  Result<std::vector<Container>> list(HttpEngine& engine) { return run(io_, engine.list({})); }
  // What a listing over `front` fails with.
  std::string failure(const TlsFront& front, const TlsMaterial& material,
                      std::string host = "127.0.0.1") {
    HttpEngine engine(io_.get_executor(), front.address(std::move(host)), {}, source(material));
    const auto listed = list(engine);
    if (listed) return "";
    EXPECT_EQ(to_string(listed.error().kind), to_string(ErrorKind::unreachable));
    return listed.error().message;
  }
  std::string failure_of(const CertificateWish& wish, std::string host = "127.0.0.1") {
    TlsFront front(io_, server_.address(), authority_.issue(wish));
    return failure(front, trust_, std::move(host));
  }

  asio::io_context io_{1};
  ScriptedEngine server_{io_};
  CertificateAuthority authority_;
  TlsMaterial trust_;
};

TEST_F(EngineUnderTls, IsAskedOnOneConnectionForCallsInARow) {
  TlsFront front(io_, server_.address(), authority_.issue());
  HttpEngine engine(io_.get_executor(), front.address(), {}, source(trust_));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(list(engine));
  EXPECT_EQ(front.handshakes(), 1);
  EXPECT_THAT(front.asked_names(), Each(""));  // an address is no server name
}

TEST_F(EngineUnderTls, IsToldTheNameThatItIsWantedUnder) {
  TlsFront front(io_, server_.address(), authority_.issue());
  EXPECT_EQ(failure(front, trust_, "localhost"), "");
  EXPECT_THAT(front.asked_names(), Each("localhost"));
}

TEST_F(EngineUnderTls, MayHaveANameOrAnAddressInItsCertificate) {
  EXPECT_EQ(failure_of({.names = {"DNS:localhost"}}, "localhost"), "");
  EXPECT_EQ(failure_of({.names = {"IP:127.0.0.1"}}), "");
  // The common name is no such name, whatever it says.
  EXPECT_THAT(failure_of({.name = "localhost", .names = {}}, "localhost"),
              HasSubstr("is not for localhost but for no name at all"));
  EXPECT_THAT(failure_of({.names = {"DNS:127.0.0.1"}}), HasSubstr("is not for 127.0.0.1"));
}

TEST_F(EngineUnderTls, IsRefusedUnderAnotherName) {
  EXPECT_THAT(failure_of({.names = {"DNS:engine.example", "IP:10.0.0.5"}}),
              AllOf(HasSubstr("is not for 127.0.0.1 but for engine.example, 10.0.0.5"),
                    HasSubstr("subjectAltName")));
}

TEST_F(EngineUnderTls, IsRefusedBeforeAndAfterItsTime) {
  EXPECT_THAT(failure_of({.ends = -1s}), AllOf(HasSubstr("has expired"), HasSubstr("renew it")));
  EXPECT_THAT(failure_of({.begins = 1h, .ends = 2h}), HasSubstr("is not valid yet"));
}

TEST_F(EngineUnderTls, IsRefusedWithACertificateForClientsAlone) {
  EXPECT_THAT(failure_of({.for_server = false}), HasSubstr("is refused: "));
}

TEST_F(EngineUnderTls, IsRefusedWhenAnotherAuthoritySignedIt) {
  const CertificateAuthority other("test authority");  // the same name, another key
  TlsFront front(io_, server_.address(), other.issue());
  EXPECT_THAT(failure(front, trust_),
              AllOf(HasSubstr("is not signed by the CA"), HasSubstr("docker.tls.ca")));
  const CertificateAuthority stranger("stranger");
  TlsFront unknown(io_, server_.address(), stranger.issue());
  EXPECT_THAT(failure(unknown, trust_), HasSubstr("is not signed by the CA"));
}

TEST_F(EngineUnderTls, TellsWhichCertificateItWantsOfUs) {
  TlsFront front(io_, server_.address(), authority_.issue(), authority_.certificate());
  EXPECT_EQ(failure(front, with(authority_.issue())), "");
  EXPECT_THAT(failure(front, trust_), AllOf(HasSubstr("wants a certificate of its clients"),
                                            HasSubstr("docker.tls.cert and docker.tls.key")));
  const CertificateAuthority other("other");
  EXPECT_THAT(failure(front, with(other.issue())),
              AllOf(HasSubstr("refuses this client's certificate"), HasSubstr("--tlscacert")));
  EXPECT_THAT(failure(front, with(authority_.issue({.ends = -1s}))), HasSubstr("has expired"));
}

TEST_F(EngineUnderTls, IsRefusedWithAnOldVersion) {
  TlsFront front(io_, server_.address(), authority_.issue());
  SSL_CTX_set_security_level(front.context().native_handle(), 0);
  SSL_CTX_set_max_proto_version(front.context().native_handle(), TLS1_1_VERSION);
  EXPECT_THAT(failure(front, trust_), HasSubstr("TLS"));
  EXPECT_EQ(front.handshakes(), 0);
}

TEST_F(EngineUnderTls, IsNotTakenForOneThatSpeaksPlainHttp) {
  ScriptedEngine plain(io_);
  asio::ip::tcp::acceptor acceptor(io_, {asio::ip::address_v4::loopback(), 0});
  acceptor.async_accept([&](boost::system::error_code, asio::ip::tcp::socket socket) {
    const std::string text = "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n";
    asio::write(socket, asio::buffer(text));
  });
  HttpEngine engine(io_.get_executor(),
                    TcpAddress{.host = "127.0.0.1", .port = acceptor.local_endpoint().port()}, {},
                    source(trust_));
  const auto listed = list(engine);
  ASSERT_FALSE(listed);
  EXPECT_THAT(listed.error().message, HasSubstr("does not speak TLS"));
}

TEST_F(EngineUnderTls, IsGivenUpWhenTheHandshakeTakesTooLong) {
  TlsFront front(io_, server_.address(), authority_.issue());
  front.be_mute();
  HttpEngine engine(io_.get_executor(), front.address(), {.connect = 50ms}, source(trust_));
  const auto listed = list(engine);
  ASSERT_FALSE(listed);
  EXPECT_EQ(to_string(listed.error().kind), to_string(ErrorKind::timeout));
}

TEST_F(EngineUnderTls, IsGivenUpWhenTheAnswerTakesTooLong) {
  TlsFront front(io_, server_.address(), authority_.issue());
  server_.hold("GET /v1.41/containers/json");
  HttpEngine engine(io_.get_executor(), front.address(), {.list = 100ms}, source(trust_));
  const auto listed = list(engine);
  ASSERT_FALSE(listed);
  EXPECT_EQ(to_string(listed.error().kind), to_string(ErrorKind::timeout));
}

// Cancels a listing once `is_time`; what it throws.
template <class Predicate>
boost::system::error_code cancelled(asio::io_context& io, HttpEngine& engine, Predicate is_time) {
  asio::cancellation_signal cancel;
  boost::system::error_code thrown;
  bool ended = false;
  asio::co_spawn(
      io, engine.list({}),
      asio::bind_cancellation_slot(
          cancel.slot(), [&](std::exception_ptr error, const Result<std::vector<Container>>&) {
            ended = true;
            try {
              if (error) std::rethrow_exception(error);
            } catch (const boost::system::system_error& failure) {
              thrown = failure.code();
            }
          }));
  while (!is_time()) io.run_one();
  cancel.emit(asio::cancellation_type::terminal);
  while (!ended) io.run_one();
  return thrown;
}

TEST_F(EngineUnderTls, LetsGoOfACallThatIsCancelled) {
  TlsFront front(io_, server_.address(), authority_.issue());
  server_.hold("GET /v1.41/containers/json");
  HttpEngine engine(io_.get_executor(), front.address(), {}, source(trust_));
  EXPECT_EQ(cancelled(io_, engine, [&] { return server_.requests().size() == 2; }),
            asio::error::operation_aborted);
  server_.open_gate();
  while (server_.open_connections() != 0) io_.run_one();
}

TEST_F(EngineUnderTls, LetsGoOfAHandshakeThatIsCancelled) {
  TlsFront front(io_, server_.address(), authority_.issue());
  front.be_mute();
  HttpEngine engine(io_.get_executor(), front.address(), {}, source(trust_));
  int turns = 0;
  EXPECT_EQ(cancelled(io_, engine, [&] { return ++turns > 4; }), asio::error::operation_aborted);
}

TEST_F(EngineUnderTls, EndsABodyWithoutLengthByItsGoodbyeOnly) {
  const std::string until_closed =
      "HTTP/1.1 200 OK\r\nApi-Version: 1.41\r\nContent-Type: application/json\r\n\r\n[]";
  for (const Goodbye goodbye : {Goodbye::said, Goodbye::omitted}) {
    TlsFront front(io_, server_.address(), authority_.issue());
    front.say(goodbye);
    server_.expect({request(), send(answer(200, "OK")), request(), send(until_closed)});
    HttpEngine engine(io_.get_executor(), front.address(), {}, source(trust_));
    const auto listed = list(engine);
    if (goodbye == Goodbye::said) {
      EXPECT_TRUE(listed) << listed.error().message;
    } else {
      ASSERT_FALSE(listed) << "a cut passes for the end";
      EXPECT_EQ(to_string(listed.error().kind), to_string(ErrorKind::unreachable));
      EXPECT_THAT(listed.error().message, HasSubstr("before its answer was complete"));
    }
  }
}

TEST_F(EngineUnderTls, IsConnectedAnewWhenItHasClosedAnIdleConnection) {
  TlsFront front(io_, server_.address(), authority_.issue());
  for (const Goodbye goodbye : {Goodbye::said, Goodbye::omitted}) {
    front.say(goodbye);
    server_.expect({request(), send(answer(200, "OK")), request(), send(answer(200, "[]"))});
    HttpEngine engine(io_.get_executor(), front.address(), {}, source(trust_));
    ASSERT_TRUE(list(engine));
    while (server_.open_connections() != 0) io_.run_one();
    EXPECT_TRUE(list(engine));
  }
}

TEST_F(EngineUnderTls, SendsEventsAsTheyCome) {
  TlsFront front(io_, server_.address(), authority_.issue());
  const std::string event = R"({"Type":"container","Action":"start","Actor":{"ID":")" +
                            std::string(64, 'a') + R"(","Attributes":{}},"time":1,"timeNano":1})";
  server_.reply("GET /v1.41/events", chunked_head() + chunk(event + "\n"));
  HttpEngine engine(io_.get_executor(), front.address(), {}, source(trust_));
  auto stream = run(io_, engine.subscribe());
  ASSERT_TRUE(stream) << stream.error().message;
  const auto seen = run(io_, (*stream)->next());
  ASSERT_TRUE(seen) << seen.error().message;
}

TEST_F(EngineUnderTls, IsMetWithWhatTheSourceHasAtEachConnection) {
  TlsFront front(io_, server_.address(), authority_.issue());
  const CertificateAuthority other("other");
  std::string why;
  auto current = make_tls_client({.ca = other.certificate()}, TlsCheck::host, why);
  HttpEngine engine(io_.get_executor(), front.address(), {}, [&current] { return current; });
  EXPECT_FALSE(list(engine));
  current = make_tls_client(trust_, TlsCheck::host, why);
  EXPECT_TRUE(list(engine));
}

TEST_F(EngineUnderTls, MayBeKnownByItsVeryCertificate) {
  const Certified known = authority_.issue({.names = {"DNS:elsewhere"}});
  std::string why;
  const auto client = make_tls_client({.ca = known.certificate}, TlsCheck::certificate, why);
  ASSERT_TRUE(client) << why;
  TlsFront front(io_, server_.address(), known);
  HttpEngine engine(io_.get_executor(), front.address(), {}, [client] { return client; });
  EXPECT_TRUE(list(engine));
  TlsFront twin(io_, server_.address(), authority_.issue({.names = {"DNS:elsewhere"}}));
  HttpEngine refused(io_.get_executor(), twin.address(), {}, [client] { return client; });
  EXPECT_FALSE(list(refused));
}

TEST(TlsClient, RefusesWhatDoesNotFit) {
  const CertificateAuthority authority;
  const Certified one = authority.issue();
  const Certified other = authority.issue();
  std::string why;
  EXPECT_EQ(make_tls_client({.ca = "nothing"}, TlsCheck::host, why), nullptr);
  EXPECT_THAT(why, HasSubstr("ca: "));
  EXPECT_EQ(make_tls_client(
                {.ca = authority.certificate(), .certificate = one.certificate, .key = other.key},
                TlsCheck::host, why),
            nullptr);
  EXPECT_THAT(why, HasSubstr("key: "));
}

}  // namespace
}  // namespace genisys::docker
