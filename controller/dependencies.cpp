#include "controller/dependencies.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>
#include <vector>

#include "controller/restarting.hpp"
#include "controller/slot_choice.hpp"

namespace genisys::controller {
namespace {

using state::DependencyCondition;

// Every running container of a service, whoever started it.
std::vector<const Seen*> running_of(const ServiceView& view) {
  std::vector<const Seen*> running;
  for (const auto& [slot, in] : view.slots) {
    for (const Member& member : in.members) {
      if (member.role != Role::busy_stopping && is_running(*member.seen))
        running.push_back(member.seen);
    }
  }
  running.insert(running.end(), view.adopted.begin(), view.adopted.end());
  return running;
}

// What is missing until `service` has started, in words; empty when it has.
std::string until_started(const std::string& name, const ServiceView& view) {
  return running_of(view).empty() ? fmt::format("waits for service {} to be started", name) : "";
}

std::string until_healthy(const std::string& name, const ServiceView& view) {
  const auto running = running_of(view);
  const auto has = [&running](docker::Health health) {
    return std::any_of(running.begin(), running.end(),
                       [health](const Seen* seen) { return seen->container.health == health; });
  };
  if (has(docker::Health::healthy)) return "";
  if (has(docker::Health::none)) {
    return fmt::format(
        "waits for service {} to be healthy, which it never will be without a health check: give "
        "it a healthcheck, or depend on service_started",
        name);
  }
  return fmt::format("waits for service {} to be healthy", name);
}

std::string until_completed(const std::string& name, const state::Service& service,
                            const ServiceView& view) {
  const auto kept = choose_slots(view, service, service.desired.value_or(0)).kept;
  std::string waits = fmt::format("waits for service {} to complete", name);
  for (const Slot slot : kept) {
    const auto found = view.slots.find(slot);
    const Member* finished = found == view.slots.end() ? nullptr : found->second.finished();
    if (finished == nullptr) {
      const auto condition = state::restart_rules(service.definition).condition;
      if (condition.value_or(state::RestartCondition::any) != state::RestartCondition::any)
        return waits;
      return waits +
             ", which it never will while its restart policy starts it again after every end: "
             "give it restart: on-failure";
    }
    if (!succeeded(*finished))
      return fmt::format("{}: its slot {} {}", waits, slot, describe_end(*finished->seen));
  }
  return kept.empty() ? waits : "";
}

// What is missing, in words; empty when nothing is.
std::string missing(const std::string& name, const state::Dependency& dependency,
                    const Wanted& wanted, const ServiceViews& views) {
  const auto parsed = state::ServiceName::parse(name);
  const auto declared = parsed ? wanted.find(*parsed) : wanted.end();
  if (declared == wanted.end() || declared->second.service->removing) {
    if (!dependency.required) return "";
    return declared == wanted.end() ? fmt::format("service {} is not declared", name)
                                    : fmt::format("service {} is being removed", name);
  }
  const state::Service& service = *declared->second.service;
  const ServiceView& view = views.at(*parsed);
  std::string until;
  switch (dependency.condition) {
    case DependencyCondition::started:
      until = until_started(name, view);
      break;
    case DependencyCondition::healthy:
      until = until_healthy(name, view);
      break;
    case DependencyCondition::completed:
      until = until_completed(name, service, view);
      break;
  }
  // What still runs of a service that shall not is about to go.
  if (service.desired == 0U || (!until.empty() && !service.desired)) {
    return fmt::format("waits for service {}, which has {}: POST /service/{}/scale", name,
                       service.desired ? "the target 0" : "no target yet", name);
  }
  return until;
}

}  // namespace

std::optional<Obstacle> dependency_gate(const state::Service& service, const Wanted& wanted,
                                        const ServiceViews& views) {
  if (!service.definition.depends_on) return std::nullopt;
  std::vector<std::string> reasons;
  for (const auto& [name, dependency] : *service.definition.depends_on) {
    std::string reason = missing(name, dependency, wanted, views);
    if (!reason.empty()) reasons.push_back(std::move(reason));
  }
  if (reasons.empty()) return std::nullopt;
  return Obstacle{.state = state::SlotState::waiting,
                  .cause = state::Reason::waiting_for_dependency,
                  .message = fmt::format("{}", fmt::join(reasons, "; "))};
}

}  // namespace genisys::controller
