#include "controller/healing.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "controller/backoff.hpp"

namespace genisys::controller {
namespace {

using state::Reason;

std::uint32_t failures_of(const ServiceHistory& history, Slot slot) {
  const auto past = history.slots.find(slot);
  return past == history.slots.end() ? 0 : most_failures(past->second);
}

}  // namespace

ReplacementStep next_healing(const ServiceView& service, const std::set<Slot>& kept,
                             const ServiceHistory& history, state::Duration monitor) {
  ReplacementStep step;
  std::vector<Slot> ill;  // that wait for their turn
  std::size_t failing = 0;
  std::size_t ready = 0;
  for (const Slot slot : kept) {
    const auto found = service.slots.find(slot);
    if (found == service.slots.end()) continue;
    const SlotView& view = found->second;
    const Member* serving = view.best(Role::serving);
    if (serving != nullptr && is_ready(*serving->seen)) ++ready;
    // Beside an old container it is a successor that failed: the update's business.
    if (view.best(Role::failing) == nullptr || view.best(Role::outdated) != nullptr) continue;
    ++failing;
    if (view.finished() != nullptr) {
      step.superseded.insert(slot);
    } else if (serving != nullptr && view.busy == nullptr && is_proven(*serving->seen, monitor)) {
      step.superseded.insert(slot);
    } else if (serving != nullptr || view.busy != nullptr ||
               view.best(Role::startable) != nullptr) {
      step.replacing.insert(slot);
      const auto proven = serving != nullptr ? proven_at(*serving->seen, monitor) : std::nullopt;
      if (proven) step.look_at.emplace(serving->seen->container.id, *proven);
    } else {
      ill.push_back(slot);
    }
  }
  if (ill.empty()) return step;
  // The one that was tried before is tried again, when its ladder says so.
  const auto first = std::min_element(ill.begin(), ill.end(), [&](Slot a, Slot b) {
    const std::uint32_t more = failures_of(history, a);
    const std::uint32_t less = failures_of(history, b);
    return more != less ? more > less : a < b;
  });
  const bool is_free = step.replacing.empty() && step.superseded.empty();
  if (is_free) step.replacing.insert(*first);
  const Slot tried = *(step.replacing.empty() ? step.superseded : step.replacing).begin();
  const bool correlated = ready == 0 && failing > 1;
  for (const Slot slot : ill) {
    if (step.replacing.contains(slot)) continue;
    step.held[slot] = {
        state::SlotState::running, correlated ? Reason::correlated_failure : Reason::unhealthy,
        correlated
            ? fmt::format("all {} replicas are unhealthy, so the cause may be something they "
                          "share; slot {} is tried first",
                          failing, tried)
            : fmt::format("its health check fails; slot {} is replaced first", tried),
        std::nullopt};
  }
  return step;
}

}  // namespace genisys::controller
