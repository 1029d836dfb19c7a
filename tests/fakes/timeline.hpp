// How the fakes let things happen later: acts at points of a Clock's time, and a condition to
// await.
//
// One thread, that of the executor. No wall clock: with a ManualClock nothing happens until it is
// advanced, and acts of one instant happen in the order in which they were scheduled.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include "state/clock.hpp"

namespace genisys::fakes {

// Acts that are due at some time. An act whose time has come is never run inline but posted, so
// that whoever scheduled it sees it happen after his own step. The clock outlives the timeline;
// acts that are still due when the timeline is destroyed never happen.
class Timeline {
 public:
  // One scheduled act. A default-constructed one, and one whose act has happened, cancel to
  // nothing.
  class Handle {
   public:
    void cancel();

   private:
    friend class Timeline;
    struct Act;
    std::weak_ptr<Act> act_;
  };

  Timeline(boost::asio::any_io_executor executor, state::Clock& clock);
  Timeline(const Timeline&) = delete;
  Timeline& operator=(const Timeline&) = delete;
  ~Timeline();

  Handle at(state::TimePoint when, std::function<void()> act);
  Handle after(state::Duration delay, std::function<void()> act);

  state::Clock& clock() const { return clock_; }
  const boost::asio::any_io_executor& executor() const { return executor_; }

 private:
  static boost::asio::awaitable<void> run(std::shared_ptr<Handle::Act> act, state::Clock& clock,
                                          state::TimePoint when);

  boost::asio::any_io_executor executor_;
  state::Clock& clock_;
  std::vector<std::weak_ptr<Handle::Act>> due_;
  std::size_t prune_at_ = 16;
};

// Something changed: look again. Waiters re-check their condition, since a wake-up carries no
// facts. Destroy it after its waiters ended.
class Notifier {
 public:
  explicit Notifier(const boost::asio::any_io_executor& executor)
      : never_(executor, boost::asio::steady_timer::time_point::max()) {}

  // Returns after the next notify_all().
  boost::asio::awaitable<void> wait();
  void notify_all() { never_.cancel(); }

 private:
  boost::asio::steady_timer never_;
};

// Lets everything that is ready run first.
boost::asio::awaitable<void> yield();

}  // namespace genisys::fakes
