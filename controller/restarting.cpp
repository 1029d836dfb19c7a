#include "controller/restarting.hpp"

#include <fmt/format.h>

namespace genisys::controller {

using state::RestartCondition;

bool is_over(const Seen& seen, const state::RestartPolicy& rules) {
  switch (rules.condition.value_or(RestartCondition::any)) {
    case RestartCondition::any:
      return false;
    case RestartCondition::on_failure:
      return seen.container.exit_code == 0;
    case RestartCondition::none:
      return true;
  }
  return false;
}

// The first failure is that of the first attempt, which is no restart. Zero is no limit, as in
// Compose.
std::optional<Obstacle> attempts_exhausted(const state::Service& service, const SlotHistory& slot,
                                           const state::RestartPolicy& rules) {
  const std::uint32_t most = rules.max_attempts.value_or(0);
  const auto ladder = slot.ladders.find(state::Reason::crash_loop);
  if (most == 0 || ladder == slot.ladders.end() || ladder->second.failures <= most)
    return std::nullopt;
  return Obstacle{
      .state = state::SlotState::exited,
      .cause = state::Reason::attempts_exhausted,
      .message = fmt::format("{}; {} restarts in a row failed, which is all that max_attempts "
                             "allows: DELETE /service/{}/backoff tries again",
                             ladder->second.message, most, service.name().str()),
      .since = ladder->second.since};
}

BackoffPolicy backoff_of(const state::RestartPolicy& rules, const BackoffPolicy& policy) {
  using std::chrono::milliseconds;
  BackoffPolicy result = policy;
  if (rules.delay) result.least_delay = *rules.delay;
  if (const auto window = rules.window.value_or(milliseconds(0)); window > milliseconds(0))
    result.proven_after = window;
  return result;
}

}  // namespace genisys::controller
