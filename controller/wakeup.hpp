// "Look": a notification without facts. Many notifications before a wait count as one; one that
// comes during a pass is not lost, the next wait returns at once.
//
// Logic thread only; one waiter.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <utility>

#include "state/clock.hpp"

namespace genisys::controller {

class Wakeup {
 public:
  explicit Wakeup(boost::asio::any_io_executor executor)
      : signal_(std::move(executor), boost::asio::steady_timer::time_point::max()) {}

  void notify() {
    pending_ = true;
    signal_.cancel();
  }

  // Resumes at `until` or at a notification, whichever comes first, and forgets the notification.
  boost::asio::awaitable<void> wait_until(state::Clock& clock, state::TimePoint until) {
    using namespace boost::asio::experimental::awaitable_operators;
    if (!pending_ && clock.now() < until) co_await (notified() || clock.sleep_until(until));
    pending_ = false;
  }

 private:
  boost::asio::awaitable<void> notified() {
    boost::system::error_code ignored;
    co_await signal_.async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
  }

  boost::asio::steady_timer signal_;
  bool pending_ = false;
};

}  // namespace genisys::controller
