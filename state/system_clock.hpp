// The Clock of the running program.
#pragma once

#include "state/clock.hpp"

namespace genisys::state {

// Over std::chrono and an Asio timer per sleep, on the executor of the coroutine that sleeps.
class SystemClock final : public Clock {
 public:
  TimePoint now() const override;
  WallTime wall() const override;
  boost::asio::awaitable<void> sleep_until(TimePoint when) override;
};

}  // namespace genisys::state
