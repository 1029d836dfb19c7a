#include "tests/fakes/timeline.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <exception>
#include <utility>

namespace genisys::fakes {

namespace asio = boost::asio;

struct Timeline::Handle::Act {
  std::function<void()> what;
  bool cancelled = false;
  asio::cancellation_signal sleep;

  // Taken out before it runs: an act may cancel its own handle.
  void happen() {
    if (auto now = std::exchange(what, nullptr)) now();
  }

  void cancel() {
    cancelled = true;
    what = nullptr;
    sleep.emit(asio::cancellation_type::terminal);
  }
};

void Timeline::Handle::cancel() {
  if (auto act = act_.lock()) act->cancel();
  act_.reset();
}

Timeline::Timeline(asio::any_io_executor executor, state::Clock& clock)
    : executor_(std::move(executor)), clock_(clock) {}

Timeline::~Timeline() {
  for (const auto& due : due_) {
    if (auto act = due.lock()) act->cancel();
  }
}

Timeline::Handle Timeline::at(state::TimePoint when, std::function<void()> what) {
  auto act = std::make_shared<Handle::Act>();
  act->what = std::move(what);

  if (due_.size() >= prune_at_) {
    std::erase_if(due_, [](const auto& due) { return due.expired(); });
    prune_at_ = 2 * due_.size() + 16;
  }
  due_.push_back(act);
  Handle handle;
  handle.act_ = act;

  if (when <= clock_.now()) {
    asio::post(executor_, [act] { act->happen(); });
    return handle;
  }
  // The completion handler keeps the act, and with it the signal whose slot the sleep is bound to.
  asio::co_spawn(executor_, run(act, clock_, when),
                 asio::bind_cancellation_slot(act->sleep.slot(), [act](std::exception_ptr failure) {
                   if (failure && !act->cancelled) std::rethrow_exception(failure);
                 }));
  return handle;
}

Timeline::Handle Timeline::after(state::Duration delay, std::function<void()> act) {
  return at(clock_.now() + delay, std::move(act));
}

asio::awaitable<void> Timeline::run(std::shared_ptr<Handle::Act> act, state::Clock& clock,
                                    state::TimePoint when) {
  co_await clock.sleep_until(when);
  act->happen();
}

asio::awaitable<void> Notifier::wait() {
  co_await never_.async_wait(asio::as_tuple(asio::use_awaitable));
}

asio::awaitable<void> yield() {
  co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
}

}  // namespace genisys::fakes
