#include "controller/removal.hpp"

#include "controller/slot_choice.hpp"

namespace genisys::controller {
namespace {

// Named by this service and by no other that stays. Of several that go at once each tries: as long
// as one of them has a container, the engine does not give away what that uses.
state::ResourceNames only_of(const state::Service& service, const Wanted& wanted) {
  state::ResourceNames names = state::named_by(service);
  if (!service.remove_volumes) names.volumes.clear();
  if (names == state::ResourceNames{}) return names;
  for (const auto& [name, declared] : wanted) {
    if (name == service.name()) continue;
    const state::Service& other = *declared.service;
    const state::ResourceNames others = state::named_by(other);
    if (!other.removing)
      for (const std::string& network : others.networks) names.networks.erase(network);
    if (!other.removing || !other.remove_volumes)
      for (const std::string& volume : others.volumes) names.volumes.erase(volume);
  }
  return names;
}

}  // namespace

RemovalStep next_removal(const state::Service& service, const ServiceView& view,
                         const Wanted& wanted) {
  RemovalStep step;
  bool empty = view.forgetting == nullptr;
  ForgetService forget;
  for (const auto& [slot, in] : view.slots) {
    if (in.busy != nullptr) {
      empty = false;  // what an act under way is about is looked at again when it has ended
      continue;
    }
    for (const Member& member : in.members) {
      const bool let_go = service.keep_containers && may_run(member) &&
                          member.role != Role::wreck && member.role != Role::busy_stopping;
      if (let_go) {
        forget.released.insert(member.seen->container.id);
      } else {
        empty = false;
        step.retiring.emplace_back(slot, &member);
      }
    }
  }
  if (!empty) return step;
  forget.unused = only_of(service, wanted);
  step.forget = std::move(forget);
  return step;
}

}  // namespace genisys::controller
