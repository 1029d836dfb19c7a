// An event that happens once: coroutines wait, anybody on the logic thread fires.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "state/clock.hpp"

namespace genisys::state {

// Logic thread only. Outlives its waits. Several may wait as long as none names a deadline.
class OneShot {
 public:
  explicit OneShot(const boost::asio::any_io_executor& executor)
      : timer_(executor, TimePoint::max()) {}

  bool fired() const { return fired_; }

  // The waiter resumes through its executor, after those whose event was fired earlier.
  void fire() {
    fired_ = true;
    timer_.cancel();
  }

  // Resumes when it is fired (at once if it was), or at `deadline`; true in the first case.
  // Cancellation ends it with operation_aborted, thrown, unless it was fired in the same moment.
  boost::asio::awaitable<bool> wait_until(TimePoint deadline = TimePoint::max()) {
    if (fired_) co_return true;
    // Setting it again would end the waits of others.
    if (deadline != timer_.expiry()) timer_.expires_at(deadline);
    const auto [error] =
        co_await timer_.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
    if (!fired_ && error) throw boost::system::system_error(error);
    co_return fired_;
  }

 private:
  boost::asio::steady_timer timer_;
  bool fired_ = false;
};

}  // namespace genisys::state
