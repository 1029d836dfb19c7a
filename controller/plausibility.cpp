#include "controller/plausibility.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "controller/classify.hpp"

namespace genisys::controller {

std::optional<std::string> doubt_in(const OwnContainers& before, const OwnContainers& now,
                                    const std::set<docker::ContainerId>& explained,
                                    bool reconnected) {
  std::size_t vanished = 0;
  for (const auto& [id, runs] : before) {
    if (!now.contains(id) && !explained.contains(id)) ++vanished;
  }
  if (vanished > 0 && now.empty()) {
    return fmt::format("the engine suddenly shows none of {} containers", before.size());
  }
  if (vanished > 1 && vanished * 2 > before.size()) {
    return fmt::format("{} of {} containers vanished at once", vanished, before.size());
  }
  if (reconnected && !before.empty() && before != now) {
    return "the engine, or the way to it, was interrupted, and it shows another picture than "
           "before";
  }
  return std::nullopt;
}

std::set<docker::ContainerId> unasked_ends(std::span<const Action> actions,
                                           const state::Service& service,
                                           const ServiceHistory& history, const PlanInput& input) {
  if (service.removing || history.settled != service.generation) return {};
  const auto& containers = input.world.containers;
  const auto runs = [&](const docker::ContainerId& id) {
    const auto seen = containers.find(id);
    return seen != containers.end() && is_running(seen->second);
  };
  const auto is_end = [](ActKind kind) { return kind == ActKind::stop || kind == ActKind::remove; };
  std::set<docker::ContainerId> ends;
  for (const Action& action : actions) {
    if (is_end(kind_of(action)) && runs(*container_of(action))) ends.insert(*container_of(action));
  }
  if (ends.empty()) return {};
  // One look may show one of them, and the next look another.
  std::set<docker::ContainerId> all = ends;
  for (const InFlight& act : input.in_flight) {
    if (is_end(act.kind) && act.service == service.name() && act.container && runs(*act.container))
      all.insert(*act.container);
  }
  if (all.size() <= 1) return {};
  const auto is_of_service = [&](const Seen& seen) {
    const auto identity = identify(seen.container, input.instance, input.released);
    return identity && identity->service == service.name();
  };
  const auto running = std::count_if(containers.begin(), containers.end(), [&](const auto& entry) {
    return is_running(entry.second) && is_of_service(entry.second);
  });
  if (all.size() * 2 <= static_cast<std::size_t>(running)) return {};
  return ends;
}

}  // namespace genisys::controller
