#include "tests/fakes/manual_clock.hpp"

#include <boost/asio/this_coro.hpp>

namespace genisys::fakes {

// A sleeper's place in the map, for as long as its frame lives.
struct ManualClock::Bed {
  Bed(std::shared_ptr<Sleepers> all, Key place, std::shared_ptr<state::OneShot> sleeper)
      : sleepers(std::move(all)), key(place) {
    sleepers->emplace(key, std::move(sleeper));
  }
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;
  ~Bed() { sleepers->erase(key); }

  std::shared_ptr<Sleepers> sleepers;
  Key key;
};

// Both begin away from zero, so that a default-constructed time is noticed.
ManualClock::ManualClock()
    : now_(std::chrono::hours(1)),
      wall_(std::chrono::sys_days(std::chrono::year(2030) / std::chrono::January / 1)) {}

boost::asio::awaitable<void> ManualClock::sleep_until(state::TimePoint when) {
  const auto due = std::make_shared<state::OneShot>(co_await boost::asio::this_coro::executor);
  if (when <= now_) {
    // Through the executor all the same: a loop over a time that is past must let others run.
    co_await due->wait_until(state::TimePoint::min());
    co_return;
  }
  const Bed bed(sleepers_, {when, next_sleeper_++}, due);
  co_await due->wait_until();
}

void ManualClock::advance(state::Duration step) {
  now_ += step;
  wall_remainder_ += step;
  const auto whole = std::chrono::floor<std::chrono::milliseconds>(wall_remainder_);
  wall_ += whole;
  wall_remainder_ -= whole;

  while (!sleepers_->empty() && sleepers_->begin()->first.first <= now_) {
    sleepers_->begin()->second->fire();
    sleepers_->erase(sleepers_->begin());
  }
}

std::optional<state::TimePoint> ManualClock::next_wake() const {
  if (sleepers_->empty()) return std::nullopt;
  return sleepers_->begin()->first.first;
}

}  // namespace genisys::fakes
