#include "tests/simulation/attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "controller/backoff.hpp"
#include "tests/simulation/figures.hpp"

namespace genisys::simulation {

std::optional<std::string> Attempts::started(std::string_view slot, state::TimePoint now) {
  Figures::all().count("checked: crash loops slow down");
  Slot& past = slots_[std::string(slot)];
  std::optional<std::string> problem;
  if (past.count > 0 && !past.excused) {
    const state::Duration least = controller::delay_after(past.count, {}, 0.0);
    if (now - past.last < least)
      problem = fmt::format("{}: attempt {} came after {:.3f} s, and {:.0f} s were due", slot,
                            past.count + 1, std::chrono::duration<double>(now - past.last).count(),
                            std::chrono::duration<double>(least).count());
  }
  if (!std::exchange(past.excused, now < excused_until_)) ++past.count;
  past.last = now;
  return problem;
}

void Attempts::excuse(state::TimePoint now) {
  excused_until_ = now + std::chrono::seconds(30);
  for (auto& [slot, past] : slots_) past.excused = true;
}

void Attempts::forget_last() {
  for (auto& [slot, past] : slots_) {
    past.count -= std::min<std::uint32_t>(past.count, 2);
    past.excused = true;
  }
}

}  // namespace genisys::simulation
