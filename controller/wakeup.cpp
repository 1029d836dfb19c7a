#include "controller/wakeup.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <memory>
#include <utility>

namespace genisys::controller {
namespace {

namespace asio = boost::asio;

// One sleep on behalf of one wait. Shared with its completion handler, which comes after the wait
// when a notification was first.
struct Alarm {
  asio::cancellation_signal cancel;
  bool rang = false;
  bool wanted = true;
};

}  // namespace

Wakeup::Wakeup(asio::any_io_executor executor)
    : executor_(std::move(executor)), signal_(executor_, asio::steady_timer::time_point::max()) {}

void Wakeup::notify() {
  pending_ = true;
  signal_.cancel();
}

asio::awaitable<void> Wakeup::wait() {
  if (!pending_) {
    co_await signal_.async_wait(asio::as_tuple(asio::use_awaitable));
    if (!pending_) throw boost::system::system_error(asio::error::operation_aborted);
  }
  pending_ = false;
}

asio::awaitable<void> Wakeup::wait_until(state::Clock& clock, state::TimePoint until) {
  if (!std::exchange(pending_, false) && clock.now() < until) {
    const auto alarm = std::make_shared<Alarm>();
    const auto rings = [this, alarm](std::exception_ptr) {
      alarm->rang = true;
      if (alarm->wanted) signal_.cancel();
    };
    asio::co_spawn(executor_, clock.sleep_until(until),
                   asio::bind_cancellation_slot(alarm->cancel.slot(), rings));
    co_await signal_.async_wait(asio::as_tuple(asio::use_awaitable));
    const bool cancelled = !pending_ && !alarm->rang;
    alarm->wanted = false;
    if (!alarm->rang) alarm->cancel.emit(asio::cancellation_type::terminal);
    if (cancelled) throw boost::system::system_error(asio::error::operation_aborted);
  }
  pending_ = false;
}

}  // namespace genisys::controller
