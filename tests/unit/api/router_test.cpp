#include "api/router.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>

#include "tests/unit/api/test_context.hpp"

namespace genisys::api {
namespace {

namespace asio = boost::asio;
using testing::HasSubstr;

Reply echo(const Context&, Request request, PathValues values) {
  std::string body{to_string(request.method)};
  for (const std::string& value : values) body += " " + value;
  return Response{.body = body};
}

Reply echo_other(const Context&, Request, PathValues) { return Response{.body = "other"}; }

Reply fail_full(const Context&, Request, PathValues) {
  throw state::StoreError(state::StoreFault::full, "disk full");
}

asio::awaitable<Response> fail_on_resume() {
  co_await asio::this_coro::executor;
  throw state::StoreError(state::StoreFault::unavailable, "I/O error");
}

Reply fail_later(const Context&, Request, PathValues) { return fail_on_resume(); }

Reply fail_closed(const Context&, Request, PathValues) {
  throw state::StoreError(state::StoreFault::closed, "closed");
}

Reply throw_runtime_error(const Context&, Request, PathValues) {
  throw std::runtime_error("secret of the inside");
}

Reply throw_number(const Context&, Request, PathValues) { throw 42; }

constexpr Route kTable[] = {
    {Method::get, "/", echo},
    {Method::get, "/service", echo},
    {Method::post, "/service", echo},
    {Method::get, "/service/{name}", echo},
    {Method::put, "/service/{name}", echo},
    {Method::del, "/service/{name}", echo},
    {Method::post, "/service/{name}/scale", echo},
    {Method::get, "/service/{name}/revisions/{revision}", echo},
    {Method::get, "/events", echo_other},
    {Method::post, "/fail/full", fail_full},
    {Method::post, "/fail/later", fail_later},
    {Method::post, "/fail/closed", fail_closed},
    {Method::get, "/fail/runtime", throw_runtime_error},
    {Method::get, "/fail/number", throw_number},
};

class Router : public testing::Test {
 protected:
  Response request(Method method, std::vector<std::string> segments) {
    Reply reply =
        dispatch(kTable, context_, Request{.method = method, .segments = std::move(segments)});
    if (auto* response = std::get_if<Response>(&reply)) return *response;

    asio::io_context io;
    std::optional<Response> result;
    asio::co_spawn(io, std::get<asio::awaitable<Response>>(std::move(reply)),
                   [&result](const std::exception_ptr& error, Response response) {
                     if (!error) result = std::move(response);
                   });
    io.run();
    return result.value();
  }

  UnusedContext unused_;
  Context context_ = unused_.context();
};

TEST_F(Router, FindsLiteralsAndNames) {
  EXPECT_EQ(request(Method::get, {}).body, "GET");
  EXPECT_EQ(request(Method::get, {"service"}).body, "GET");
  EXPECT_EQ(request(Method::put, {"service", "web"}).body, "PUT web");
  EXPECT_EQ(request(Method::post, {"service", "web", "scale"}).body, "POST web");
  EXPECT_EQ(request(Method::get, {"service", "a", "revisions", "3"}).body, "GET a 3");
  EXPECT_EQ(request(Method::get, {"events"}).body, "other");
}

TEST_F(Router, AnswersHeadAsGet) {
  EXPECT_EQ(request(Method::head, {"service", "web"}).body, "GET web");
}

TEST_F(Router, KnowsNoOtherPath) {
  for (const std::vector<std::string>& path : {std::vector<std::string>{"Service"},
                                               {"service", ""},
                                               {"service", "", "scale"},
                                               {"service", "web", "scale", "x"},
                                               {"service", "web", "SCALE"},
                                               {"nothing"},
                                               {""}}) {
    const Response response = request(Method::get, path);
    EXPECT_EQ(response.status, 404) << testing::PrintToString(path);
    EXPECT_EQ(response.content_type, "application/problem+json");
  }
}

TEST_F(Router, SaysWhichMethodsAPathHas) {
  const Response response = request(Method::post, {"service", "web"});
  EXPECT_EQ(response.status, 405);
  EXPECT_THAT(response.headers,
              testing::ElementsAre(testing::Pair("Allow", "GET, HEAD, PUT, DELETE")));
  EXPECT_EQ(request(Method::get, {"service", "web", "scale"}).headers.at(0).second, "POST");
}

TEST_F(Router, TurnsFaultsOfTheStoreInto507And503) {
  EXPECT_EQ(request(Method::post, {"fail", "full"}).status, 507);
  EXPECT_EQ(request(Method::post, {"fail", "later"}).status, 503);
  EXPECT_EQ(request(Method::post, {"fail", "closed"}).status, 503);
}

TEST_F(Router, TurnsEveryOtherExceptionInto500WithoutItsText) {
  const Response response = request(Method::get, {"fail", "runtime"});
  EXPECT_EQ(response.status, 500);
  EXPECT_THAT(response.body, testing::Not(HasSubstr("secret")));
  EXPECT_EQ(request(Method::get, {"fail", "number"}).status, 500);
}

}  // namespace
}  // namespace genisys::api
