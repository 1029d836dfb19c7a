#include "controller/rollout.hpp"

#include <algorithm>
#include <vector>

namespace genisys::controller {
namespace {

bool has_failed(const ServiceHistory& history, Slot slot) {
  const auto past = history.slots.find(slot);
  return past != history.slots.end() && past->second.ladder.failures > 0;
}

}  // namespace

RolloutStep next_step(const ServiceView& service, const std::set<Slot>& kept,
                      const ServiceHistory& history, const Policy& policy, state::TimePoint now) {
  RolloutStep step;
  bool in_progress = false;
  std::vector<Slot> waiting;
  for (const Slot slot : kept) {
    const auto found = service.slots.find(slot);
    if (found == service.slots.end()) {
      in_progress = true;  // an empty slot is filled first, with the current revision
      continue;
    }
    const SlotView& view = found->second;
    const Member* outdated = view.best(Role::outdated);
    const Member* serving = view.best(Role::serving);
    if (outdated == nullptr) {
      if (serving == nullptr || !is_ready(*serving->seen)) in_progress = true;
      continue;
    }
    const bool coming = view.busy != nullptr || view.best(Role::startable) != nullptr;
    if (serving != nullptr || coming) {
      in_progress = true;
      const auto proven =
          serving != nullptr ? proven_at(*serving->seen, policy.monitor) : std::nullopt;
      if (proven && *proven <= now && view.busy == nullptr) {
        step.superseded.insert(slot);
        continue;
      }
      step.replacing.insert(slot);
      if (proven && *proven > now)
        step.look_again = std::min(step.look_again.value_or(*proven), *proven);
    } else if (!is_ready(*outdated->seen)) {
      step.replacing.insert(slot);  // it serves nobody: nothing to wait for
    } else {
      waiting.push_back(slot);
    }
  }
  if (in_progress || waiting.empty() || !step.replacing.empty()) return step;
  // A failed attempt at one slot keeps the others as they are: its ladder decides when to try
  // again.
  const auto failed = std::find_if(waiting.begin(), waiting.end(),
                                   [&history](Slot slot) { return has_failed(history, slot); });
  step.replacing.insert(failed != waiting.end() ? *failed : waiting.front());
  return step;
}

}  // namespace genisys::controller
