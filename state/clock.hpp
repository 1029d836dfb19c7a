// The seam through which time enters. Decisions get `now` as an argument; only the loop, the
// executor and the transport sleep.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <chrono>

namespace genisys::state {

// Monotonic: back-off, deadlines and everything that must not care about a changed wall clock.
using TimePoint = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;
// Wall clock, UTC: only for what people and files are told.
using WallTime = std::chrono::sys_time<std::chrono::milliseconds>;

// One per program; outlives everything that sleeps on it. Used on the logic thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual TimePoint now() const = 0;
  virtual WallTime wall() const = 0;
  // Resumes at or after `when`. Cancellation (terminal) ends it with operation_aborted, thrown.
  virtual boost::asio::awaitable<void> sleep_until(TimePoint when) = 0;
};

}  // namespace genisys::state
