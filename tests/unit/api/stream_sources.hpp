// Sources of streams that behave as a test needs it, and the routes that lead to them.
#pragma once

#include <atomic>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>

#include "api/router.hpp"

namespace genisys::api {

inline std::atomic<int> living_sources = 0;
inline std::atomic<int> pieces_taken = 0;

class TestSource : public PieceSource {
 public:
  TestSource() { ++living_sources; }
  ~TestSource() override { --living_sources; }

  boost::asio::awaitable<std::optional<std::string>> next() final {
    const int number = number_++;
    ++pieces_taken;
    co_return co_await piece(number);
  }

 private:
  virtual boost::asio::awaitable<std::optional<std::string>> piece(int number) = 0;

  int number_ = 0;
};

// "a", "b", and the end.
class BriefSource final : public TestSource {
  boost::asio::awaitable<std::optional<std::string>> piece(int number) override {
    if (number > 1) co_return std::nullopt;
    co_return number == 0 ? "a" : "b";
  }
};

// "begin", then nothing more.
class SilentSource final : public TestSource {
  boost::asio::awaitable<std::optional<std::string>> piece(int number) override {
    if (number > 0) {
      boost::asio::steady_timer never(co_await boost::asio::this_coro::executor,
                                      std::chrono::steady_clock::time_point::max());
      co_await never.async_wait(boost::asio::use_awaitable);
    }
    co_return "begin\n";
  }
};

// "tick" every 50 ms.
class TickingSource final : public TestSource {
  boost::asio::awaitable<std::optional<std::string>> piece(int) override {
    boost::asio::steady_timer tick(co_await boost::asio::this_coro::executor,
                                   std::chrono::milliseconds(50));
    co_await tick.async_wait(boost::asio::use_awaitable);
    co_return "tick\n";
  }
};

// As much as anybody takes.
class FloodingSource final : public TestSource {
  boost::asio::awaitable<std::optional<std::string>> piece(int) override {
    co_return std::string(std::size_t{64} * 1024, 'x');
  }
};

class BrokenSource final : public TestSource {
  boost::asio::awaitable<std::optional<std::string>> piece(int number) override {
    if (number > 0) throw std::runtime_error("the source is broken");
    co_return "begin\n";
  }
};

template <class Source>
Reply answer_with_stream(const Context&, Request, PathValues) {
  return Stream{.content_type = "text/event-stream", .source = std::make_unique<Source>()};
}

}  // namespace genisys::api
