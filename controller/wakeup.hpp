// "Look": a notification without facts. Many notifications before a wait count as one; one that
// comes while nobody waits is not lost, the next wait returns at once.
//
// Logic thread only; one waiter. The clock outlives the io_context's last handler.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "state/clock.hpp"

namespace genisys::controller {

class Wakeup {
 public:
  explicit Wakeup(boost::asio::any_io_executor executor);

  void notify();

  // Resumes at a notification, and forgets it. Cancellation as below.
  boost::asio::awaitable<void> wait();

  // Resumes at `until` or at a notification, whichever comes first, and forgets the notification.
  // Cancellation (terminal) ends it with operation_aborted, thrown.
  boost::asio::awaitable<void> wait_until(state::Clock& clock, state::TimePoint until);

 private:
  boost::asio::any_io_executor executor_;
  boost::asio::steady_timer signal_;  // never expires; cancelled to resume the waiter
  bool pending_ = false;
};

}  // namespace genisys::controller
