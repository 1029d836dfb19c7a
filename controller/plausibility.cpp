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
                                           const ServiceHistory& history,
                                           const std::map<docker::ContainerId, Seen>& containers) {
  std::set<docker::ContainerId> ends;
  if (service.removing || history.settled != service.generation) return ends;
  for (const Action& action : actions) {
    const ActKind kind = kind_of(action);
    if (kind != ActKind::stop && kind != ActKind::remove) continue;
    const auto seen = containers.find(*container_of(action));
    if (seen != containers.end() && is_running(seen->second)) ends.insert(seen->first);
  }
  if (ends.size() <= 1) return {};
  const auto is_of_service = [&](const Seen& seen) {
    const auto label = seen.container.labels.find(std::string(kServiceLabel));
    return label != seen.container.labels.end() && label->second == service.name().str();
  };
  const auto running = std::count_if(containers.begin(), containers.end(), [&](const auto& entry) {
    return is_running(entry.second) && is_of_service(entry.second);
  });
  if (ends.size() * 2 <= static_cast<std::size_t>(running)) return {};
  return ends;
}

}  // namespace genisys::controller
