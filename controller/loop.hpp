// The heartbeat: pass, then wait for the interval, for the time the plan named, or for a wake-up.
//
// Logic thread only.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <functional>

#include "controller/observer.hpp"
#include "controller/reconciler.hpp"
#include "controller/wakeup.hpp"
#include "state/clock.hpp"

namespace genisys::controller {

struct LoopOptions {
  state::Duration interval = std::chrono::seconds(5);      // a whole list at least this often
  state::Duration soon = std::chrono::milliseconds(100);   // what is not urgent is gathered so long
  state::Duration retry = std::chrono::milliseconds(500);  // while the engine does not answer
};

class Loop {
 public:
  Loop(boost::asio::any_io_executor executor, state::Clock& clock, LoopOptions options);

  // From anywhere on the logic thread, at any time.
  void wake(Urgency urgency);

  // Ends by cancellation only. `passed` hears of every pass.
  boost::asio::awaitable<void> run(Reconciler& reconciler,
                                   std::function<void(const PassReport&)> passed);

 private:
  state::Clock& clock_;
  LoopOptions options_;
  Wakeup wakeup_;
  state::TimePoint soon_at_ = state::TimePoint::max();
};

}  // namespace genisys::controller
