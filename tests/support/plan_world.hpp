// A little world for tests of plan(): services, containers and history from as few words as
// possible, in the domain's verbs.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "controller/container_spec.hpp"
#include "controller/plan.hpp"
#include "tests/support/builders.hpp"

namespace genisys::test {

inline constexpr std::string_view kInstance = "0f0e0d0c-1111-4222-8333-444455556666";

class PlanWorld {
 public:
  PlanWorld() {
    world.reachable = true;
    world.listed = true;
  }

  // ---- what is wanted
  // ------------------------------------------------------------------------------

  state::Service& declare(std::string_view service, std::optional<std::uint32_t> desired,
                          std::string_view of = "app:1") {
    auto record =
        std::make_shared<state::Service>(state::Service{.definition = definition(service, of)});
    record->desired = desired;
    return put(std::move(record));
  }

  state::Service& record(std::string_view service) { return *records_.at(name(service)); }

  void desire(std::string_view service, std::uint32_t target) {
    record(service).desired = target;
    record(service).generation = state::next(record(service).generation);
  }

  // A changed definition: every container there is becomes outdated.
  void redefine(std::string_view service, state::Definition definition) {
    state::Service& changed = record(service);
    changed.definition = std::move(definition);
    changed.revision = state::next(changed.revision);
    changed.generation = state::next(changed.generation);
    controller::Declared& declared = wanted.at(name(service));
    const std::string spec = state::spec_hash(changed.definition);
    if (spec != declared.spec) declared.spec_since = changed.revision;
    declared.spec = spec;
  }

  // The present definition is the stable one: what comes after it is an update that may fail.
  void call_stable(std::string_view service) {
    record(service).stable = record(service).revision;
    wanted.at(name(service)).stable_spec = wanted.at(name(service)).spec;
    learn();
    history.services.at(name(service)).rollout.complete = true;
  }

  // ---- what is seen
  // --------------------------------------------------------------------------------

  controller::Seen& add(docker::Container container) {
    const docker::ContainerId id = container.id;
    controller::Seen seen{.container = std::move(container)};
    seen.running_since = now;
    seen.ended_at = now;
    seen.seen_at = now;
    return world.containers.insert_or_assign(id, std::move(seen)).first->second;
  }

  // A container of ours, as the current definition makes it.
  controller::Seen& own(std::string_view service, controller::Slot slot,
                        docker::ContainerState state = docker::ContainerState::running,
                        std::uint32_t incarnation = 1) {
    const controller::Declared& declared = wanted.at(name(service));
    const auto spec = controller::container_spec(*declared.service, declared.spec, slot, instance);
    return add({.id = next_id(),
                .name = controller::container_name(name(service), slot, instance, incarnation),
                .image = spec.image,
                .state = state,
                .labels = spec.labels,
                .created = created_++});
  }

  // The container of the highest incarnation in a slot; there must be one.
  controller::Seen& newest(controller::Slot slot) {
    controller::Seen* found = nullptr;
    std::uint32_t incarnation = 0;
    for (auto& [id, seen] : world.containers) {
      const auto identity = controller::identify(seen.container, instance);
      if (identity && identity->slot == slot && identity->incarnation >= incarnation) {
        found = &seen;
        incarnation = identity->incarnation;
      }
    }
    return *found;
  }

  void own_many(std::string_view service, std::uint32_t count) {
    for (controller::Slot slot = 1; slot <= count; ++slot) own(service, slot);
  }

  controller::Seen& foreign(std::string_view of, std::map<std::string, std::string> labels = {}) {
    return add({.id = next_id(),
                .name = "foreign-" + std::to_string(created_),
                .image = std::string(of),
                .state = docker::ContainerState::running,
                .labels = std::move(labels),
                .created = created_++});
  }

  // A successful run of an action, as the world shows it afterwards.
  void carry_out(const controller::Action& action) {
    if (const auto* run = std::get_if<controller::RunContainer>(&action.what)) {
      add({.id = next_id(),
           .name = run->name,
           .image = run->spec.image,
           .state = docker::ContainerState::running,
           .labels = run->spec.labels,
           .created = created_++});
      history.images[run->spec.image].state = controller::ImageState::present;
    } else if (const auto* start = std::get_if<controller::StartContainer>(&action.what)) {
      controller::Seen& seen = world.containers.at(start->id);
      seen.container.state = docker::ContainerState::running;
      seen.running_since = now;
    } else if (const auto* stop = std::get_if<controller::StopContainer>(&action.what)) {
      if (stop->after == controller::AfterStop::remove) {
        world.containers.erase(stop->id);
      } else {
        world.containers.at(stop->id).container.state = docker::ContainerState::exited;
      }
    } else if (const auto* remove = std::get_if<controller::RemoveContainer>(&action.what)) {
      world.containers.erase(remove->id);
    } else if (const auto* examine = std::get_if<controller::ExamineContainer>(&action.what)) {
      history.services.at(action.service).slots[examine->slot].examined.insert(examine->id);
    } else if (const auto* pull = std::get_if<controller::PullImage>(&action.what)) {
      history.images[pull->image] = {.state = controller::ImageState::present};
      history.services[action.service].pulled = wanted.at(action.service).service->revision;
    } else if (const auto* prepared = std::get_if<controller::PrepareResource>(&action.what)) {
      history.resources[prepared->key()] = {.seen_at = now};
    } else if (const auto* stable = std::get_if<controller::MarkStable>(&action.what)) {
      records_.at(action.service)->stable = stable->revision;
      wanted.at(action.service).stable_spec = wanted.at(action.service).spec;
    } else if (std::holds_alternative<controller::ForgetService>(action.what)) {
      wanted.erase(action.service);
    }
  }

  // ---- what is decided
  // -----------------------------------------------------------------------------

  controller::PlanInput input() const {
    return {.wanted = wanted,
            .shared = shared,
            .released = released,
            .instance = instance,
            .world = world,
            .history = history,
            .in_flight = in_flight,
            .policy = policy,
            .now = now,
            .wall = wall};
  }

  controller::Plan plan() const { return controller::plan(input()); }

  // Plans and carries out until there is nothing left to do or `rounds` are over, letting `step`
  // pass between rounds. Returns the last plan.
  controller::Plan settle(int rounds = 100, state::Duration step = std::chrono::seconds(6)) {
    controller::Plan last = plan();
    for (int round = 0; round < rounds && (!last.actions.empty() || last.wake_at); ++round) {
      for (const controller::Action& action : last.actions) carry_out(action);
      advance(step);
      learn();
      last = plan();
    }
    return last;
  }

  // Returns what the journal would get.
  std::vector<state::JournalEntry> learn() {
    return controller::absorb(history, input(), [] { return 0.0; });
  }

  // The journal has the last words of everybody who ended.
  void examine_the_dead() {
    learn();
    for (const auto& [id, seen] : world.containers) {
      const auto identity = controller::identify(seen.container, instance);
      if (identity && seen.container.state == docker::ContainerState::exited) {
        history.services.at(identity->service).slots[identity->slot].examined.insert(id);
      }
    }
  }

  // The engine is asked again afterwards.
  void advance(state::Duration step) {
    now += step;
    for (auto& [id, seen] : world.containers) seen.seen_at = now;
    wall += std::chrono::duration_cast<std::chrono::milliseconds>(step);
  }

  docker::ContainerId next_id() {
    const std::string digits = std::to_string(++ids_);
    return *docker::ContainerId::parse(std::string(64 - digits.size(), '0') + digits);
  }

  std::string instance{kInstance};
  std::set<std::string> released;
  state::SharedResources shared;
  controller::Wanted wanted;
  controller::World world;
  controller::History history;
  std::vector<controller::InFlight> in_flight;
  controller::Policy policy;
  state::TimePoint now = state::TimePoint(std::chrono::hours(1000));
  state::WallTime wall = state::WallTime(std::chrono::hours(500000));

 private:
  state::Service& put(std::shared_ptr<state::Service> record) {
    const state::ServiceName name = record->name();
    records_.insert_or_assign(name, record);
    wanted.insert_or_assign(
        name,
        controller::Declared{.service = record, .spec = state::spec_hash(record->definition)});
    return *record;
  }

  std::map<state::ServiceName, std::shared_ptr<state::Service>> records_;
  std::uint64_t ids_ = 0;
  std::int64_t created_ = 1000;
};

// The actions of one kind, in the order of the plan.
template <class What>
std::vector<What> actions_of(const controller::Plan& plan) {
  std::vector<What> found;
  for (const controller::Action& action : plan.actions) {
    if (const auto* what = std::get_if<What>(&action.what)) found.push_back(*what);
  }
  return found;
}

inline const state::ServiceStatus& status_of(const controller::Plan& plan,
                                             std::string_view service) {
  return *std::find_if(
      plan.statuses.begin(), plan.statuses.end(),
      [&](const state::ServiceStatus& status) { return status.name == name(service); });
}

inline const state::Condition& condition_of(const state::ServiceStatus& status,
                                            state::ConditionType type) {
  return *std::find_if(status.conditions.begin(), status.conditions.end(),
                       [&](const state::Condition& condition) { return condition.type == type; });
}

}  // namespace genisys::test
