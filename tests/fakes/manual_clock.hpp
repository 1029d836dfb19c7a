// A Clock whose time moves only when a test says so.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <utility>

#include "state/clock.hpp"
#include "state/one_shot.hpp"

namespace genisys::fakes {

// Logic thread only. Sleepers resume through their executor: after advance(), run the io_context.
// Those who still sleep when it ends sleep for ever.
class ManualClock final : public state::Clock {
 public:
  ManualClock();

  state::TimePoint now() const override { return now_; }
  state::WallTime wall() const override { return wall_; }
  boost::asio::awaitable<void> sleep_until(state::TimePoint when) override;

  // Moves both clocks on and wakes those who are due: the earliest first, then in the order in
  // which they fell asleep.
  void advance(state::Duration step);
  // Moves only the wall clock, either way, as an operator or NTP does.
  void set_wall(state::WallTime wall) { wall_ = wall; }

  // When the first sleeper is due; nothing when nobody sleeps.
  std::optional<state::TimePoint> next_wake() const;
  std::size_t sleepers() const { return sleepers_->size(); }

 private:
  using Key = std::pair<state::TimePoint, std::uint64_t>;
  using Sleepers = std::map<Key, std::shared_ptr<state::OneShot>>;
  struct Bed;

  state::TimePoint now_;
  state::WallTime wall_;
  state::Duration wall_remainder_{};  // below the wall clock's resolution
  std::uint64_t next_sleeper_ = 0;
  // Shared with the frames of the sleepers: an io_context often lives longer than the clock.
  std::shared_ptr<Sleepers> sleepers_ = std::make_shared<Sleepers>();
};

}  // namespace genisys::fakes
