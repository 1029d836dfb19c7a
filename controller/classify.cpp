#include "controller/classify.hpp"

#include <algorithm>
#include <csignal>
#include <optional>
#include <set>
#include <tuple>

#include "controller/restarting.hpp"
#include "state/stop_signal.hpp"

namespace genisys::controller {
namespace {

using docker::ContainerState;

bool has_act(const docker::ContainerId& id, const std::vector<InFlight>& in_flight) {
  return std::any_of(in_flight.begin(), in_flight.end(), [&](const InFlight& act) {
    const bool ends_it = act.kind == ActKind::stop || act.kind == ActKind::remove;
    return ends_it && act.container == id;
  });
}

// Which service may adopt containers of an image: the only one that uses it.
std::map<std::string, state::ServiceName> adopters(const Wanted& wanted) {
  std::map<std::string, state::ServiceName> owner;
  std::set<std::string> shared;
  for (const auto& [name, declared] : wanted) {
    const std::string& image = declared.service->definition.image.normalised();
    if (!owner.emplace(image, name).second) shared.insert(image);
  }
  for (const std::string& image : shared) owner.erase(image);
  return owner;
}

// SIGKILL only ever ends a container, but where it is the service's stop signal: then it is what
// `docker restart` sends, too.
bool may_be_a_restart(Hand hand, const state::Definition& definition) {
  if (hand == Hand::stopped) return true;
  const auto& signal = definition.stop_signal;
  return hand == Hand::killed && signal && state::parse_signal(*signal) == SIGKILL;
}

auto preference(const Member& member) {
  const Seen& seen = *member.seen;
  return std::tuple(!is_ready(seen), !is_running(seen), seen.container.created, seen.container.id);
}

}  // namespace

bool is_running(const Seen& seen) {
  return seen.container.state == ContainerState::running && !seen.wreck;
}

bool is_ready(const Seen& seen) {
  const auto health = seen.container.health;
  return is_running(seen) && (health == docker::Health::none || health == docker::Health::healthy);
}

bool is_ill(const Seen& seen) {
  if (seen.wreck) return false;
  return seen.container.state == ContainerState::paused ||
         (seen.container.state == ContainerState::running &&
          seen.container.health == docker::Health::unhealthy);
}

std::optional<state::TimePoint> proven_at(const Seen& seen, state::Duration at_least) {
  if (!is_ready(seen)) return std::nullopt;
  return seen.running_since + at_least;
}

bool is_proven(const Seen& seen, state::Duration at_least) {
  const auto proven = proven_at(seen, at_least);
  return proven && *proven <= seen.seen_at;
}

Role classify(const Seen& seen, const Identity& identity, const Declared& declared,
              const std::vector<InFlight>& in_flight, const Policy& policy, state::TimePoint now) {
  const ContainerState state = seen.container.state;
  if (state == ContainerState::removing || has_act(seen.container.id, in_flight))
    return Role::busy_stopping;
  if (seen.wreck || state == ContainerState::dead) return Role::wreck;
  const bool current = identity.spec == declared.spec;
  const state::Definition& definition = declared.service->definition;
  if (state == ContainerState::exited) {
    const bool may_return =
        may_be_a_restart(seen.hand, definition) && now < seen.ended_at + policy.restart_by_hand;
    if (may_return) return Role::returning;
    const bool has_a_say = current && identity.revision >= declared.spec_since;
    return has_a_say && is_over(seen, state::restart_rules(definition)) ? Role::finished
                                                                        : Role::ended;
  }
  if (state == ContainerState::created) return current ? Role::startable : Role::unusable;
  if (!current) return Role::outdated;
  return is_ill(seen) ? Role::failing : Role::serving;
}

bool succeeded(const Member& member) {
  return member.role == Role::finished && member.seen->container.exit_code == 0;
}

const Member* SlotView::best(Role role) const {
  const Member* best = nullptr;
  for (const Member& member : members) {
    if (member.role != role) continue;
    if (best == nullptr || preference(member) < preference(*best)) best = &member;
  }
  return best;
}

std::size_t SlotView::count(Role role) const {
  return static_cast<std::size_t>(std::count_if(members.begin(), members.end(),
                                                [&](const Member& m) { return m.role == role; }));
}

const Member* SlotView::current() const {
  const Member* serving = best(Role::serving);
  return serving != nullptr ? serving : best(Role::failing);
}

const Member* SlotView::finished() const {
  for (const Member& member : members) {
    if (member.role == Role::startable || member.role == Role::unusable) continue;
    return member.role == Role::finished ? &member : nullptr;
  }
  return nullptr;
}

bool SlotView::is_taken() const {
  return busy != nullptr || std::any_of(members.begin(), members.end(), [](const Member& member) {
           return member.role == Role::serving || member.role == Role::failing ||
                  member.role == Role::startable || member.role == Role::outdated ||
                  member.role == Role::returning;
         });
}

ServiceViews classify_world(const PlanInput& input) {
  ServiceViews views;
  for (const auto& [name, declared] : input.wanted) views.try_emplace(name);

  const auto adopter =
      input.policy.adopt ? adopters(input.wanted) : std::map<std::string, state::ServiceName>{};
  for (const auto& [id, seen] : input.world.containers) {
    if (auto identity = identify(seen.container, input.instance, input.released)) {
      const auto view = views.find(identity->service);
      // Labelled ours, of a service that is not recorded (any more): nobody asked to touch it.
      if (view == views.end()) continue;
      const Declared& declared = input.wanted.at(identity->service);
      const Role role =
          classify(seen, *identity, declared, input.in_flight, input.policy, input.now);
      SlotView& slot = view->second.slots[identity->slot];
      slot.members.push_back({.seen = &seen, .identity = std::move(*identity), .role = role});
      continue;
    }
    if (adopter.empty() || !is_adoptable(seen.container, input.released)) continue;
    const auto found = adopter.find(state::normalise_image(seen.container.image));
    if (found == adopter.end()) continue;
    ServiceView& view = views.at(found->second);
    if (has_act(id, input.in_flight)) {
      ++view.adopted_stopping;
    } else {
      view.adopted.push_back(&seen);
    }
  }

  for (const InFlight& act : input.in_flight) {
    const auto view = views.find(act.service);
    if (view == views.end()) continue;
    if (act.kind == ActKind::run || act.kind == ActKind::start)
      view->second.slots[act.slot].busy = &act;
    if (act.kind == ActKind::forget) view->second.forgetting = &act;
    if (act.kind == ActKind::examine && act.container)
      view->second.examining.insert(*act.container);
    if (act.kind == ActKind::roll_back || act.kind == ActKind::mark_stable)
      view->second.concluding = true;
  }

  for (auto& [name, view] : views) {
    for (auto& [slot, slot_view] : view.slots) {
      std::sort(slot_view.members.begin(), slot_view.members.end(),
                [](const Member& a, const Member& b) {
                  return std::tuple(b.identity.incarnation, b.seen->container.created,
                                    b.seen->container.id) < std::tuple(a.identity.incarnation,
                                                                       a.seen->container.created,
                                                                       a.seen->container.id);
                });
    }
    std::sort(view.adopted.begin(), view.adopted.end(), [](const Seen* a, const Seen* b) {
      return std::tuple(b->container.created, b->container.id) <
             std::tuple(a->container.created, a->container.id);
    });
  }
  return views;
}

}  // namespace genisys::controller
