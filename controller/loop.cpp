#include "controller/loop.hpp"

#include <algorithm>
#include <utility>

namespace genisys::controller {

namespace asio = boost::asio;

Loop::Loop(asio::any_io_executor executor, state::Clock& clock, LoopOptions options)
    : clock_(clock), options_(options), wakeup_(std::move(executor)) {}

void Loop::wake(Urgency urgency) {
  if (urgency == Urgency::now) {
    soon_at_ = state::TimePoint::min();
    wakeup_.notify();
    return;
  }
  // The first of several starts the gathering; the waiter learns of it by the notification.
  if (soon_at_ != state::TimePoint::max()) return;
  soon_at_ = clock_.now() + options_.soon;
  wakeup_.notify();
}

asio::awaitable<void> Loop::run(Reconciler& reconciler,
                                std::function<void(const PassReport&)> passed) {
  state::TimePoint next_whole = clock_.now();
  while (true) {
    if (clock_.now() >= next_whole) {
      reconciler.observer().mark_all();
      next_whole = clock_.now() + options_.interval;
    }
    soon_at_ = state::TimePoint::max();
    const PassReport report = co_await reconciler.pass();
    passed(report);
    state::TimePoint until = next_whole;
    if (report.wake_at) until = std::min(until, *report.wake_at);
    if (!report.engine_reached) until = std::min(until, clock_.now() + options_.retry);
    while (clock_.now() < std::min(until, soon_at_)) {
      co_await wakeup_.wait_until(clock_, std::min(until, soon_at_));
    }
  }
}

}  // namespace genisys::controller
