#include "docker/lane.hpp"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>
#include <cassert>

namespace genisys::docker {
namespace asio = boost::asio;

// Lives in the frame of enter(). A place that was granted and not taken over, because the coroutine
// was cancelled in the same moment, goes to the next one.
struct Lane::Waiter {
  explicit Waiter(Lane& the_lane)
      : lane(the_lane),
        wake(lane.executor_),
        position(lane.waiters_.insert(lane.waiters_.end(), this)) {}
  ~Waiter() {
    if (state == State::queued) lane.waiters_.erase(position);
    if (state == State::granted) lane.leave();
  }
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  enum class State { queued, granted, taken };

  Lane& lane;
  asio::steady_timer wake;
  std::list<Waiter*>::iterator position;
  State state = State::queued;
};

Lane::~Lane() { assert(waiters_.empty()); }

asio::awaitable<Lane::Place> Lane::enter(std::chrono::steady_clock::time_point deadline) {
  if (free_ > 0 && waiters_.empty()) {
    --free_;
    co_return Place(this);
  }
  Waiter waiter(*this);
  waiter.wake.expires_at(deadline);
  co_await waiter.wake.async_wait(asio::as_tuple(asio::use_awaitable));
  const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
  if (cancelled != asio::cancellation_type::none) {
    throw boost::system::system_error(asio::error::operation_aborted);
  }
  if (waiter.state != Waiter::State::granted) co_return Place();
  waiter.state = Waiter::State::taken;
  co_return Place(this);
}

void Lane::leave() {
  if (waiters_.empty()) {
    ++free_;
    return;
  }
  Waiter* const next = waiters_.front();
  waiters_.pop_front();
  next->state = Waiter::State::granted;
  next->wake.cancel();
}

}  // namespace genisys::docker
