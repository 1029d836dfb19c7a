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

void note_failure(Ladder& ladder, state::Reason cause, std::string message,
                  const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
                  double jitter) {
  if (ladder.failures == 0 || ladder.cause != cause) ladder.since = wall;
  ++ladder.failures;
  ladder.cause = cause;
  ladder.message = std::move(message);
  ladder.waited = delay_after(ladder.failures, policy, jitter);
  ladder.next_attempt = now + ladder.waited;
}

bool is_proven(const Ladder& ladder, state::Duration ran, const BackoffPolicy& policy) {
  return ran >= std::max(policy.proven_after, ladder.waited);
}

}  // namespace genisys::controller
