#include "controller/slot_choice.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace genisys::controller {
namespace {

// Lower is kept rather: not vacated, running, current, healthy, then the lowest slot.
std::tuple<bool, bool, bool, bool, Slot> keep_rank(const ServiceView& view,
                                                   const state::Service& service, Slot slot) {
  const SlotView& in = view.slots.at(slot);
  const Member* current = in.current();
  const Member* member = current != nullptr ? current : in.best(Role::outdated);
  const bool runs = member != nullptr && may_run(*member);
  const bool ready = member != nullptr && is_ready(*member->seen);
  return {service.vacated.contains(slot), !runs, current == nullptr, !ready, slot};
}

}  // namespace

SlotChoice choose_slots(const ServiceView& view, const state::Service& service,
                        std::uint32_t target) {
  const auto adopted = static_cast<std::uint32_t>(view.adopted.size());
  const std::uint32_t needed = target > adopted ? target - adopted : 0;
  std::vector<Slot> taken;
  for (const auto& [slot, in] : view.slots) {
    if (in.is_taken()) taken.push_back(slot);
  }
  std::sort(taken.begin(), taken.end(), [&](Slot a, Slot b) {
    return keep_rank(view, service, a) < keep_rank(view, service, b);
  });
  SlotChoice choice;
  for (const Slot slot : taken) {
    const bool keep = choice.kept.size() < needed && !service.vacated.contains(slot);
    (keep ? choice.kept : choice.surplus).insert(slot);
  }
  const std::size_t last = needed + taken.size() + service.vacated.size();
  const auto keep_free = [&](Slot slot) {
    if (choice.kept.size() < needed && !service.vacated.contains(slot) &&
        has_host_ports(service.definition, slot)) {
      choice.kept.insert(slot);
    }
  };
  for (const auto& [slot, in] : view.slots) {
    if (in.finished() != nullptr) keep_free(slot);
  }
  for (Slot slot = 1; choice.kept.size() < needed && slot <= last; ++slot) keep_free(slot);
  return choice;
}

bool has_host_ports(const state::Definition& definition, Slot slot) {
  if (!definition.ports) return true;
  return std::all_of(definition.ports->begin(), definition.ports->end(),
                     [slot](const state::Port& port) { return port.host_port(slot).has_value(); });
}

bool may_run(const Member& member) {
  using docker::ContainerState;
  if (member.role == Role::returning) return true;
  switch (member.seen->container.state) {
    case ContainerState::running:
    case ContainerState::paused:
    case ContainerState::restarting:
      return true;
    default:
      return false;
  }
}

}  // namespace genisys::controller
