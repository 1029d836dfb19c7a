// A server on a free loopback port, its io_context on a thread of its own, and a route table that
// shows what a server does with replies of every kind.
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "api/server.hpp"
#include "tests/unit/api/http_client.hpp"
#include "tests/unit/api/stream_sources.hpp"
#include "tests/unit/api/test_context.hpp"

namespace genisys::api {

// What a reply to GET /wait waits for; set by the fixture, used on the server's thread.
inline boost::asio::steady_timer* waits = nullptr;
inline std::atomic<int> handled = 0;

inline Reply answer_ok(const Context&, Request request, PathValues) {
  ++handled;
  return Response{.body = "{\"body\":\"" + request.body + "\"}"};
}

inline boost::asio::awaitable<Response> wait_for_release() {
  co_await waits->async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  co_return Response{.body = "waited"};
}
inline Reply answer_later(const Context&, Request, PathValues) {
  ++handled;
  return wait_for_release();
}

inline Reply throw_number(const Context&, Request, PathValues) { throw 42; }
inline boost::asio::awaitable<Response> fail_later() {
  co_await boost::asio::this_coro::executor;
  throw std::runtime_error("late");
}
inline Reply throw_later(const Context&, Request, PathValues) { return fail_later(); }
inline Reply split_answer(const Context&, Request, PathValues) {
  return Response{.headers = {{"Location", "/a\r\nSet-Cookie: a=b"}}};
}
inline Reply answer_much(const Context&, Request, PathValues) {
  return Response{.body = std::string(std::size_t{4} << 20, 'x')};
}

inline constexpr Route kTestTable[] = {
    {Method::get, "/", answer_ok},
    {Method::post, "/service", answer_ok},
    {Method::get, "/wait", answer_later},
    {Method::get, "/throw", throw_number},
    {Method::get, "/throw/later", throw_later},
    {Method::get, "/split", split_answer},
    {Method::get, "/much", answer_much},
    {Method::get, "/brief", answer_with_stream<BriefSource>},
    {Method::get, "/silent", answer_with_stream<SilentSource>},
    {Method::get, "/ticks", answer_with_stream<TickingSource>},
    {Method::get, "/flood", answer_with_stream<FloodingSource>},
    {Method::get, "/broken", answer_with_stream<BrokenSource>},
    {Method::get, "/service/{name}", answer_ok},
};

inline constexpr std::string_view kGood = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

class RunningServer {
 public:
  explicit RunningServer(ServerOptions options = {}) : wait_timer_(io_) {
    if (!options.bind.starts_with("unix:")) options.port = 0;
    wait_timer_.expires_at(boost::asio::steady_timer::time_point::max());
    waits = &wait_timer_;
    handled = 0;
    pieces_taken = 0;
    server_.emplace(io_, unused_.context(), options, kTestTable);
    server_->open();
    thread_ = std::thread([this] { io_.run(); });
  }
  ~RunningServer() { shut_down(); }

  // Runs on the server's thread and returns its result.
  template <class Function>
  auto on_thread(Function function) {
    std::packaged_task<decltype(function())()> task(std::move(function));
    auto result = task.get_future();
    boost::asio::post(io_, std::move(task));
    return result.get();
  }

  // Lets all waits go on.
  void release() {
    on_thread([this] { wait_timer_.cancel(); });
  }
  void close() {
    on_thread([this] { server_->close(); });
  }
  void reopen() {
    on_thread([this] { server_->reopen(); });
  }
  void use_tokens(Tokens tokens) {
    on_thread([this, &tokens] { server_->use_tokens(std::move(tokens)); });
  }
  void use_tls(std::shared_ptr<boost::asio::ssl::context> tls) {
    on_thread([this, &tls] { server_->use_tls(std::move(tls)); });
  }
  std::size_t connections() {
    return on_thread([this] { return server_->connections(); });
  }
  std::size_t open_replies() {
    return on_thread([this] { return server_->open_replies(); });
  }
  // In order: waits end, the server goes, then what is left on the io_context.
  void shut_down() {
    if (!thread_.joinable()) return;
    on_thread([this] {
      server_->close();
      wait_timer_.cancel();
      work_.reset();
    });
    thread_.join();
    server_.reset();
  }
  // Ends with replies still open, as a program that gives up waiting for them does.
  void abandon() {
    close();
    io_.stop();
    thread_.join();
    server_.reset();
  }

  std::uint16_t port() const { return server_->port(); }
  RawClient connect() const { return RawClient(port()); }

 private:
  UnusedContext unused_;
  boost::asio::io_context io_{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_{
      io_.get_executor()};
  boost::asio::steady_timer wait_timer_;
  std::optional<Server> server_;
  std::thread thread_;
};

}  // namespace genisys::api
