#include "controller/backoff.hpp"

#include <algorithm>
#include <utility>

namespace genisys::controller {

state::Duration delay_after(std::uint32_t failures, const BackoffPolicy& policy, double jitter) {
  if (failures <= 1) return state::Duration::zero();
  state::Duration delay = policy.first;
  for (std::uint32_t step = 2; step < failures && delay < policy.longest; ++step) delay *= 2;
  delay = std::min(delay, policy.longest);
  const double extra = policy.jitter * std::clamp(jitter, 0.0, 1.0);
  return delay + std::chrono::duration_cast<state::Duration>(delay * extra);
}

state::Reason ladder_key(state::Reason cause) {
  return cause == state::Reason::exited ? state::Reason::crash_loop : cause;
}

void note_failure(Ladder& ladder, state::Reason cause, std::string message,
                  const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
                  double jitter) {
  if (ladder.failures == 0 || ladder.cause != cause) ladder.since = wall;
  ++ladder.failures;
  ladder.cause = cause;
  ladder.message = std::move(message);
  ladder.waited = delay_after(ladder.failures, policy, jitter);
  if (ladder_key(cause) == state::Reason::crash_loop)
    ladder.waited = std::max(ladder.waited, policy.least_delay);
  ladder.next_attempt = now + ladder.waited;
}

const Ladder* blocking(const SlotHistory& slot, state::TimePoint now) {
  const Ladder* longest = nullptr;
  for (const auto& [key, ladder] : slot.ladders) {
    if (ladder.next_attempt <= now) continue;
    if (longest == nullptr || ladder.next_attempt > longest->next_attempt) longest = &ladder;
  }
  return longest;
}

std::uint32_t most_failures(const SlotHistory& slot) {
  std::uint32_t most = 0;
  for (const auto& [key, ladder] : slot.ladders) most = std::max(most, ladder.failures);
  return most;
}

bool is_proven(const SlotHistory& slot, state::Duration ran, const BackoffPolicy& policy) {
  state::Duration needed = policy.proven_after;
  for (const auto& [key, ladder] : slot.ladders) needed = std::max(needed, ladder.waited);
  return ran >= needed;
}

}  // namespace genisys::controller
