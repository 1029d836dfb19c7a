// What can be said of an Action without knowing why it was planned.
#include <algorithm>

#include "controller/plan.hpp"

namespace genisys::controller {
namespace {

struct Facts {
  ActKind kind;
  Slot slot = 0;
  const docker::ContainerId* container = nullptr;
};

struct FactsOf {
  Facts operator()(const RunContainer& run) const { return {ActKind::run, run.slot}; }
  Facts operator()(const StartContainer& start) const {
    return {ActKind::start, start.slot, &start.id};
  }
  Facts operator()(const StopContainer& stop) const { return {ActKind::stop, stop.slot, &stop.id}; }
  Facts operator()(const RemoveContainer& remove) const {
    return {ActKind::remove, remove.slot, &remove.id};
  }
  Facts operator()(const ExamineContainer& examine) const {
    return {ActKind::examine, examine.slot, &examine.id};
  }
  Facts operator()(const PullImage&) const { return {ActKind::pull}; }
  Facts operator()(const PrepareResource&) const { return {ActKind::prepare}; }
  Facts operator()(const RollBack&) const { return {ActKind::roll_back}; }
  Facts operator()(const MarkStable&) const { return {ActKind::mark_stable}; }
  Facts operator()(const ForgetService&) const { return {ActKind::forget}; }
};

}  // namespace

std::string_view to_string(ActKind kind) {
  switch (kind) {
    case ActKind::run:
      return "run";
    case ActKind::start:
      return "start";
    case ActKind::stop:
      return "stop";
    case ActKind::remove:
      return "remove";
    case ActKind::examine:
      return "examine";
    case ActKind::pull:
      return "pull";
    case ActKind::prepare:
      return "prepare";
    case ActKind::roll_back:
      return "rollback";
    case ActKind::mark_stable:
      return "mark_stable";
    case ActKind::forget:
      return "forget";
  }
  return "unknown";
}

std::string to_string(const ResourceKey& key) {
  return (key.kind == ResourceKind::network ? "network " : "volume ") + key.name;
}

ResourceKey PrepareResource::key() const {
  if (const auto* network = std::get_if<docker::NetworkConfig>(&resource))
    return {ResourceKind::network, network->name};
  return {ResourceKind::volume, std::get<docker::Volume>(resource).name};
}

ActKind kind_of(const Action& action) { return std::visit(FactsOf{}, action.what).kind; }

Slot slot_of(const Action& action) { return std::visit(FactsOf{}, action.what).slot; }

const docker::ContainerId* container_of(const Action& action) {
  return std::visit(FactsOf{}, action.what).container;
}

state::PlannedAction describe(const Action& action) {
  state::PlannedAction planned{.action = std::string(to_string(kind_of(action))),
                               .service = action.service,
                               .slot = slot_of(action),
                               .cause = action.cause.reason,
                               .message = action.cause.message};
  if (const auto* id = container_of(action)) planned.container = id->str();
  if (const auto* run = std::get_if<RunContainer>(&action.what)) planned.container = run->name;
  return planned;
}

// A slot that is in the state it was in, for the same cause, has been so since then. Both lists are
// in the order of their slots.
void carry_over_slots(std::vector<state::SlotStatus>& slots,
                      const std::vector<state::SlotStatus>& previous) {
  auto old = previous.begin();
  for (state::SlotStatus& slot : slots) {
    while (old != previous.end() && old->slot < slot.slot) ++old;
    if (old == previous.end()) return;
    if (old->slot == slot.slot && old->state == slot.state && old->cause == slot.cause &&
        old->container == slot.container) {
      slot.since = std::min(slot.since, old->since);
    }
  }
}

void carry_over(std::vector<state::ServiceStatus>& statuses,
                const std::map<state::ServiceName, state::ServiceStatus>& previous) {
  for (state::ServiceStatus& status : statuses) {
    const auto before = previous.find(status.name);
    if (before == previous.end()) continue;
    carry_over_slots(status.slots, before->second.slots);
    for (state::Condition& condition : status.conditions) {
      const auto& old = before->second.conditions;
      const auto same = std::find_if(old.begin(), old.end(), [&](const state::Condition& c) {
        return c.type == condition.type;
      });
      if (same != old.end() && same->status == condition.status &&
          same->reason == condition.reason) {
        condition.since = same->since;
      }
    }
  }
}

}  // namespace genisys::controller
