// When to try again: the first retry at once, then 1 s doubling to 300 s, with up to 25 % of jitter
// on top, per slot and per image. Never gives up.
//
// Pure: `now` and `jitter` (0…1) are inputs.
#pragma once

#include "controller/world.hpp"

namespace genisys::controller {

struct BackoffPolicy {
  state::Duration first = std::chrono::seconds(1);
  state::Duration longest = std::chrono::seconds(300);
  double jitter = 0.25;
  // A replica that ran this long, and at least as long as it was made to wait, is a success.
  state::Duration proven_after = std::chrono::seconds(10);
  // From so many failures in a row on, with no proven replica, only one slot of the service tries.
  std::uint32_t suspect_after = 3;
  // Before a restart, at least; for the ends of a program only.
  state::Duration least_delay{0};
};

// The delay before the attempt that follows `failures` failures in a row: 0 for the first.
state::Duration delay_after(std::uint32_t failures, const BackoffPolicy& policy, double jitter);

// On which of a slot's ladders a failure counts: ends of every kind share one, everything else has
// its own.
state::Reason ladder_key(state::Reason cause);

// Counts one more failure and sets the next attempt.
void note_failure(Ladder& ladder, state::Reason cause, std::string message,
                  const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
                  double jitter);

// The ladder that makes the slot wait longest; null when none makes it wait at `now`.
const Ladder* blocking(const SlotHistory& slot, state::TimePoint now);

// The most failures in a row of any kind.
std::uint32_t most_failures(const SlotHistory& slot);

// The run that just ended (or still goes on) lasted `ran`: long enough to be a success?
bool is_proven(const SlotHistory& slot, state::Duration ran, const BackoffPolicy& policy);

}  // namespace genisys::controller
