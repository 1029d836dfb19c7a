#include "docker/http_engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/system/system_error.hpp>

#include "tests/unit/docker/http_engine_fixture.hpp"

namespace genisys::docker {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace genisys::docker::testing;

TEST_F(HttpEngineTest, ReusesOneConnectionForCallsInARow) {
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(wait(engine_.list({})));
  EXPECT_EQ(server_.connections(), 1);
  EXPECT_EQ(server_.requests().size(), 6u);
  EXPECT_THAT(server_.requests().front(), StartsWith("GET /_ping HTTP/1.1\r\nHost: docker\r\n"));
}

TEST_F(HttpEngineTest, SaysWhoAnswers) {
  server_.reply("GET /v1.41/info", answer(200, R"({"ID":"x","Driver":"d","NCPU":3})"));
  const auto info = wait(engine_.info());
  ASSERT_TRUE(info);
  EXPECT_EQ(*info, (EngineInfo{"x", "d", "", "1.41", 3}));
}

TEST_F(HttpEngineTest, SpeaksTheNewestVersionThatBothKnow) {
  server_.reply("GET /_ping", answer(200, "OK", "1.55"));
  server_.reply("GET /v1.51/info", answer(200, "{}", "1.55"));
  EXPECT_EQ(wait(engine_.info())->api_version, "1.51");
}

TEST_F(HttpEngineTest, RefusesAnEngineThatIsTooOld) {
  server_.reply("GET /_ping", answer(200, "OK", "1.40"));
  EXPECT_EQ(list_error(engine_), ErrorKind::unsupported);
}

TEST_F(HttpEngineTest, NegotiatesAnewWhenAnotherEngineAnswers) {
  server_.reply("GET /v1.41/containers/json", answer(200, "[]", "1.41"));
  ASSERT_TRUE(wait(engine_.list({})));
  server_.reply("GET /_ping", answer(200, "OK", "1.44"));
  server_.reply("GET /v1.41/containers/json",
                answer(400, R"({"message":"client version 1.41 is too old."})", "1.44"));
  server_.reply("GET /v1.44/containers/json", answer(200, "[]", "1.44"));
  EXPECT_EQ(list_error(engine_), ErrorKind::unsupported);
  EXPECT_TRUE(wait(engine_.list({})));
  EXPECT_THAT(server_.calls().back(), StartsWith("GET /v1.44/"));
}

TEST_F(HttpEngineTest, NegotiatesAnewAfterAnOutage) {
  server_.expect(after_ping({request()}));
  server_.expect({request()});
  EXPECT_EQ(list_error(engine_), ErrorKind::unreachable);
  server_.reply("GET /_ping", answer(200, "OK", "1.43"));
  server_.reply("GET /v1.43/containers/json", answer(200, "[]", "1.43"));
  EXPECT_TRUE(wait(engine_.list({})));
}

TEST_F(HttpEngineTest, SendsWhatACallIsMadeOf) {
  server_.reply("POST /v1.41/containers/create",
                answer(201, R"({"Id":")" + kId.str() + R"(","Warnings":[]})"));
  server_.reply("POST " + kPath + "/start", answer(304, ""));
  server_.reply("POST " + kPath + "/stop", answer(404, R"({"message":"No such container: x"})"));
  server_.reply("DELETE " + kPath, answer(204, ""));
  ContainerSpec spec{.image = "demo:1"};
  EXPECT_EQ(*wait(engine_.create("web-1", spec)), kId);
  EXPECT_TRUE(wait(engine_.start(kId)));
  EXPECT_TRUE(wait(engine_.stop(kId, 3s)));
  EXPECT_TRUE(wait(engine_.remove(kId, Engine::Force::yes)));
  EXPECT_THAT(server_.calls(),
              ElementsAre("POST /v1.41/containers/create?name=web-1", "POST " + kPath + "/start",
                          "POST " + kPath + "/stop?t=3", "DELETE " + kPath + "?v=1&force=1"));
  EXPECT_THAT(server_.requests()[1],
              HasSubstr("Content-Type: application/json\r\nContent-Length: "));
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpEngineTest, TellsFailuresApartByTheirText) {
  server_.reply("POST " + kPath + "/start",
                answer(500, R"({"message":"port is already allocated"})"));
  const auto started = wait(engine_.start(kId));
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error().kind, ErrorKind::port_taken);
  EXPECT_EQ(started.error().http_status, 500);
}

TEST_F(HttpEngineTest, SiftsALongListOfIdsItself) {
  server_.reply(
      "GET /v1.41/containers/json?all=1 ",
      answer(200, R"([{"Id":")" + kId.str() + R"("},{"Id":")" + std::string(64, 'b') + R"("}])"));
  std::vector<ContainerId> ids(200, kId);
  const auto list = wait(engine_.list({.ids = ids}));
  ASSERT_TRUE(list);
  ASSERT_EQ(list->size(), 1u);
  EXPECT_EQ(list->front().id, kId);
}

// ---- an engine that is away, or not one
// ------------------------------------------------------------

TEST_F(HttpEngineTest, IsUnreachableWithoutASocket) {
  HttpEngine engine(io_.get_executor(), UnixAddress{"/nonexistent/engine.sock"});
  const auto list = wait(engine.list({}));
  ASSERT_FALSE(list);
  EXPECT_EQ(list.error().kind, ErrorKind::unreachable);
  EXPECT_THAT(list.error().message, HasSubstr("unix:///nonexistent/engine.sock"));
}

TEST_F(HttpEngineTest, ReachesAnEngineOverTcpByItsName) {
  using asio::ip::tcp;
  tcp::acceptor silent(io_, tcp::endpoint(asio::ip::address_v4::loopback(), 0));
  const TcpAddress address{"localhost", silent.local_endpoint().port()};
  HttpEngine engine(io_.get_executor(), address, impatient());
  EXPECT_EQ(list_error(engine), ErrorKind::timeout);
  silent.close();
  EXPECT_EQ(list_error(engine), ErrorKind::unreachable);
  HttpEngine numeric(io_.get_executor(), TcpAddress{"127.0.0.1", address.port}, impatient());
  EXPECT_EQ(list_error(numeric), ErrorKind::unreachable);
}

TEST_F(HttpEngineTest, TimesOutWhenTheEngineStaysSilent) {
  server_.expect({hang()});
  EXPECT_EQ(list_error(impatient_), ErrorKind::timeout);
}

TEST_F(HttpEngineTest, TimesOutWhenAnAnswerDripsBeyondTheDeadline) {
  server_.expect(after_ping({request(), drip(answer(200, std::string(5000, ' ') + "[]"))}));
  EXPECT_EQ(list_error(impatient_), ErrorKind::timeout);
}

struct Reply {
  const char* name;
  std::string text;
  ErrorKind kind;
};
void PrintTo(const Reply& row, std::ostream* out) { *out << row.name; }

class BrokenAnswer : public HttpEngineTest, public ::testing::WithParamInterface<Reply> {};

TEST_P(BrokenAnswer, FailsTheListAndNotTheNextOne) {
  server_.expect(after_ping({request(), send(GetParam().text)}));
  if (GetParam().text.empty()) server_.expect({request()});
  EXPECT_EQ(to_string(list_error(engine_)), to_string(GetParam().kind));
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  EXPECT_TRUE(wait(engine_.list({})));
}

INSTANTIATE_TEST_SUITE_P(
    HttpEngine, BrokenAnswer,
    ::testing::Values(Reply{"Nothing", "", ErrorKind::unreachable},
                      Reply{"Garbage", "\x16\x03\x01garbage\r\n\r\n", ErrorKind::protocol},
                      Reply{"CutHead", "HTTP/1.1 200 OK\r\nApi-Ver", ErrorKind::unreachable},
                      Reply{"CutBody", answer(200, "[]").substr(0, answer(200, "[]").size() - 1),
                            ErrorKind::unreachable},
                      Reply{"CutChunk", chunked_head() + "ff\r\n[", ErrorKind::unreachable},
                      Reply{"NoLastChunk", chunked_head() + chunk("[]"), ErrorKind::unreachable},
                      Reply{"BadChunk", chunked_head() + "xyz\r\n[]", ErrorKind::protocol},
                      Reply{"EndlessHead", "HTTP/1.1 200 OK\r\nA: " + std::string(100'000, 'a'),
                            ErrorKind::protocol},
                      Reply{"CutUnframedBody", "HTTP/1.1 200 OK\r\n\r\n[{", ErrorKind::protocol},
                      Reply{"Html", answer(200, "<html>"), ErrorKind::protocol},
                      Reply{"Redirect", answer(301, ""), ErrorKind::protocol},
                      Reply{"ServerError", answer(500, R"({"message":"boom"})"),
                            ErrorKind::engine}),
    [](const auto& row) { return row.param.name; });

TEST_F(HttpEngineTest, RefusesAnAnswerBeyondTheLimitInsteadOfCuttingIt) {
  HttpEngine engine(io_.get_executor(), server_.address(), {.max_body = 1000});
  for (const std::string& text :
       {answer(200, std::string(1001, ' ')), chunked_head() + chunk(std::string(600, ' ')) +
                                                 chunk(std::string(600, ' ')) + kLastChunk}) {
    server_.reply("GET /v1.41/containers/json", text);
    EXPECT_EQ(list_error(engine), ErrorKind::protocol);
  }
  server_.reply("GET /v1.41/containers/json", answer(200, "[]" + std::string(998, ' ')));
  EXPECT_TRUE(wait(engine.list({})));
}

TEST_F(HttpEngineTest, ReadsALargeListThatDripsInSmallChunks) {
  std::string body = chunked_head() + chunk("[");
  for (int i = 0; i < 300; ++i) {
    body += chunk((i == 0 ? "" : ",") + (R"({"Id":")" + kId.str()) + R"("})");
  }
  server_.reply("GET /v1.41/containers/json", body + chunk("]") + kLastChunk);
  EXPECT_EQ(wait(engine_.list({}))->size(), 300u);
  EXPECT_EQ(server_.connections(), 1);
}

TEST_F(HttpEngineTest, ReadsAnEmptyAnswerWhoseEndDrips) {
  const std::string all = chunked_head() + kLastChunk;
  server_.expect(after_ping({request(), drip(all)}));
  EXPECT_EQ(list_error(engine_), ErrorKind::protocol) << "no list at all";
  for (std::size_t cut = chunked_head().size(); cut < all.size(); ++cut) {
    server_.expect({request(), send(all.substr(0, cut)), gate(), send(all.substr(cut))});
    auto stream = wait(engine_.subscribe());
    ASSERT_TRUE(stream);
    server_.open_gate();
    EXPECT_EQ(wait((*stream)->next()).error().kind, ErrorKind::unreachable) << cut;
  }
}

// Wherever the connection ends, what came before is no list, and no shorter one.
TEST_F(HttpEngineTest, TakesNoListThatEndsAtAnyByte) {
  const std::string body = R"([{"Id":")" + kId.str() + R"(","Names":["/a"]},{"Id":")" + kId.str() +
                           R"(","Labels":{"k":"v"}}])";
  const std::string chunked =
      chunked_head() + chunk(body.substr(0, 60)) + chunk(body.substr(60)) + kLastChunk;
  for (const std::string& whole : {answer(200, body), chunked}) {
    for (std::size_t end = 0; end < whole.size(); ++end) {
      HttpEngine engine(io_.get_executor(), server_.address());
      server_.expect(after_ping({request(), send(whole.substr(0, end))}));
      if (end == 0) server_.expect({request()});
      const auto list = wait(engine.list({}));
      ASSERT_FALSE(list) << end;
      EXPECT_TRUE(list.error().outcome_unknown()) << end;
    }
  }
  for (std::size_t length = 0; length < body.size(); ++length) {
    HttpEngine engine(io_.get_executor(), server_.address());
    server_.expect(after_ping({request(), send(answer(200, body.substr(0, length)))}));
    ASSERT_FALSE(wait(engine.list({}))) << length;
  }
  server_.expect(after_ping({request(), send(chunked)}));
  EXPECT_EQ(wait(HttpEngine(io_.get_executor(), server_.address()).list({}))->size(), 2U);
}

// ---- reused connections
// ----------------------------------------------------------------------------

TEST_F(HttpEngineTest, RepeatsAReadThatMeetsTheEndOfAReusedConnection) {
  server_.expect(after_ping({request()}));
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  EXPECT_TRUE(wait(engine_.list({})));
  EXPECT_EQ(server_.calls().size(), 2u);
}

TEST_F(HttpEngineTest, RepeatsStopAndRemoveButNeitherCreateNorStart) {
  server_.reply("", answer(204, ""));
  const auto fresh = [&] { return HttpEngine(io_.get_executor(), server_.address()); };
  {
    auto engine = fresh();
    server_.expect(after_ping({request()}));
    EXPECT_TRUE(wait(engine.stop(kId, 0s)));
  }
  {
    auto engine = fresh();
    server_.expect(after_ping({request()}));
    EXPECT_TRUE(wait(engine.remove(kId, Engine::Force::no)));
  }
  {
    auto engine = fresh();
    server_.expect(after_ping({request()}));
    const auto started = wait(engine.start(kId));
    ASSERT_FALSE(started);
    EXPECT_EQ(started.error().kind, ErrorKind::unreachable);
  }
  {
    auto engine = fresh();
    server_.expect(after_ping({request()}));
    ContainerSpec spec{.image = "demo:1"};
    EXPECT_EQ(wait(engine.create("web", spec)).error().kind, ErrorKind::unreachable);
  }
}

TEST_F(HttpEngineTest, RepeatsNothingAfterTheFirstByteOfAnAnswer) {
  server_.expect(after_ping({request(), send("H")}));
  EXPECT_EQ(list_error(engine_), ErrorKind::unreachable);
  EXPECT_EQ(server_.calls().size(), 1u);
}

TEST_F(HttpEngineTest, DoesNotUseAConnectionThatTheEngineHasClosed) {
  server_.expect(after_ping({request(), send(answer(200, "[]"))}));
  server_.reply("POST " + kPath + "/start", answer(204, ""));
  ASSERT_TRUE(wait(engine_.list({})));
  while (server_.open_connections() > 0) io_.run_one();
  EXPECT_TRUE(wait(engine_.start(kId)));
  EXPECT_EQ(server_.connections(), 2);
}

TEST_F(HttpEngineTest, DropsAConnectionThatSaysMoreThanItsAnswer) {
  server_.expect(after_ping({request(), send(answer(200, "[]") + answer(200, "[]")), hang()}));
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  EXPECT_TRUE(wait(engine_.list({})));
  EXPECT_TRUE(wait(engine_.list({})));
  EXPECT_EQ(server_.connections(), 2);
}

// ---- many at once
// ----------------------------------------------------------------------------------

struct Parallel {
  int finished = 0;
  int failed = 0;
};

template <class T>
void launch(asio::io_context& io, asio::awaitable<Result<T>> call, Parallel& parallel) {
  asio::co_spawn(io, std::move(call),
                 [&parallel](std::exception_ptr error, const Result<T>& result) {
                   ++parallel.finished;
                   if (error || !result) ++parallel.failed;
                 });
}

TEST_F(HttpEngineTest, OpensNoMoreConnectionsThanAllowedAndServesAllWhoWait) {
  HttpEngine engine(io_.get_executor(), server_.address(), {.max_connections = 3});
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  ASSERT_TRUE(wait(engine.list({})));
  Parallel parallel;
  for (int i = 0; i < 20; ++i) launch(io_, engine.list({}), parallel);
  while (parallel.finished < 20) io_.run_one();
  EXPECT_EQ(parallel.failed, 0);
  EXPECT_EQ(server_.connections(), 3);
}

TEST_F(HttpEngineTest, StopsThatTakeTheirTimeHoldUpNoOtherCall) {
  HttpEngine engine(io_.get_executor(), server_.address(), {.max_connections = 2});
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  server_.reply("POST " + kPath + "/stop", answer(204, ""));
  server_.hold("POST " + kPath + "/stop");
  ASSERT_TRUE(wait(engine.list({})));
  Parallel stops;
  for (int i = 0; i < 6; ++i) launch(io_, engine.stop(kId, 10s), stops);
  while (server_.calls().size() < 3) io_.run_one();
  EXPECT_TRUE(wait(engine.list({})));
  EXPECT_EQ(stops.finished, 0);
  EXPECT_EQ(server_.open_connections(), 3);
  server_.open_gate();
  while (stops.finished < 6) io_.run_one();
  EXPECT_EQ(stops.failed, 0);
}

TEST_F(HttpEngineTest, CountsTheWaitForAConnectionIntoTheDeadline) {
  auto options = impatient();
  options.max_connections = 1;
  HttpEngine engine(io_.get_executor(), server_.address(), options);
  ASSERT_EQ(to_string(wait(engine.image_id("x")).error().kind), "protocol");
  server_.expect({hang()});
  server_.reply("GET /_ping", "");
  Parallel parallel;
  for (int i = 0; i < 3; ++i) launch(io_, engine.list({}), parallel);
  while (parallel.finished < 3) io_.run_one();
  EXPECT_EQ(parallel.failed, 3);
}

TEST_F(HttpEngineTest, CancellingEndsACallAndFreesItsPlace) {
  HttpEngine engine(io_.get_executor(), server_.address(), {.max_connections = 1});
  server_.expect({hang()});
  server_.reply("GET /v1.41/containers/json", answer(200, "[]"));
  asio::cancellation_signal cancel_first;
  asio::cancellation_signal cancel_queued;
  std::vector<boost::system::error_code> errors;
  for (auto* signal : {&cancel_first, &cancel_queued}) {
    asio::co_spawn(io_, engine.list({}),
                   asio::bind_cancellation_slot(
                       signal->slot(), [&errors](std::exception_ptr error, const auto&) {
                         try {
                           if (error) std::rethrow_exception(error);
                         } catch (const boost::system::system_error& failure) {
                           errors.push_back(failure.code());
                         }
                       }));
  }
  while (server_.requests().empty()) io_.run_one();
  cancel_queued.emit(asio::cancellation_type::terminal);
  while (errors.empty()) io_.run_one();
  cancel_first.emit(asio::cancellation_type::terminal);
  while (errors.size() < 2) io_.run_one();
  EXPECT_THAT(errors, ElementsAre(asio::error::operation_aborted, asio::error::operation_aborted));
  EXPECT_TRUE(wait(engine.list({})));
}

}  // namespace
}  // namespace genisys::docker
