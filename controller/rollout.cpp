#include "controller/rollout.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace genisys::controller {
namespace {

using state::FailureAction;
using state::Reason;
using state::RolloutState;

bool has_failed(const ServiceHistory& history, Slot slot) {
  const auto past = history.slots.find(slot);
  return past != history.slots.end() && most_failures(past->second) > 0;
}

// A slot without any outdated container, which is about to be filled or not ready, holds the others
// up: they would lessen what serves. One that failed does not where failures are to be passed over.
bool is_settled(const SlotView& view, bool passed_over) {
  const Member* serving = view.best(Role::serving);
  return passed_over || view.finished() != nullptr ||
         (serving != nullptr && is_ready(*serving->seen));
}

std::uint64_t number_of(std::optional<state::Revision> revision) {
  return revision ? state::number(*revision) : 0;
}

}  // namespace

ReplacementStep next_update(const ServiceView& service, const std::set<Slot>& kept,
                            const Declared& declared, const ServiceHistory& history,
                            const UpdateRules& rules, state::TimePoint now) {
  ReplacementStep step;
  const bool stands_still = history.rollout.state == RolloutState::paused;
  const bool guarded = is_guarded(declared, history);
  bool unsettled = false;
  std::size_t under_way = 0;
  std::vector<Slot> waiting;
  for (const Slot slot : kept) {
    const auto found = service.slots.find(slot);
    if (found == service.slots.end()) {
      unsettled = true;  // an empty slot is filled first, with the current revision
      continue;
    }
    const SlotView& view = found->second;
    const Member* outdated = view.best(Role::outdated);
    if (outdated == nullptr) {
      if (!is_settled(view, guarded && has_failed(history, slot))) unsettled = true;
      continue;
    }
    if (const Member* finished = view.finished(); finished != nullptr && view.busy == nullptr) {
      // One that failed stops the update before it gets here, where failures are not tolerated.
      if (succeeded(*finished) || !stands_still) step.superseded.insert(slot);
      continue;
    }
    const Member* serving = view.best(Role::serving);
    const bool coming = view.busy != nullptr || view.best(Role::startable) != nullptr;
    if (coming || view.current() != nullptr) {
      ++under_way;
      if (serving != nullptr && view.busy == nullptr && is_proven(*serving->seen, rules.monitor)) {
        step.superseded.insert(slot);
        continue;
      }
      if (!stands_still) step.replacing.insert(slot);
      if (serving == nullptr) continue;
      if (const auto proven = proven_at(*serving->seen, rules.monitor))
        step.look_at.emplace(serving->seen->container.id, *proven);
    } else if (stands_still) {
      continue;
    } else if (!is_ready(*outdated->seen)) {
      ++under_way;
      step.replacing.insert(slot);  // it serves nobody: nothing to wait for
    } else {
      waiting.push_back(slot);
    }
  }
  if (stands_still || waiting.empty() || unsettled || under_way >= rules.parallelism) return step;
  if (const auto& stepped = history.rollout.stepped; stepped && now < *stepped + rules.delay) {
    const state::TimePoint until = *stepped + rules.delay;
    step.look_again = std::min(step.look_again.value_or(until), until);
    for (const Slot slot : waiting) {
      step.held[slot] = {state::SlotState::running, Reason::update_delayed,
                         "of an older revision; waits out update_config.delay", until};
    }
    return step;
  }
  // Where failures are tolerated, others go on and the failed ones come last; else a failed attempt
  // at one slot keeps the others as they are, and its ladder decides when to try again.
  std::stable_sort(waiting.begin(), waiting.end(), [&](Slot a, Slot b) {
    const bool a_failed = has_failed(history, a);
    const bool b_failed = has_failed(history, b);
    return guarded ? a_failed < b_failed : a_failed > b_failed;
  });
  const std::size_t room = std::min(waiting.size(), rules.parallelism - under_way);
  step.replacing.insert(waiting.begin(), waiting.begin() + static_cast<std::ptrdiff_t>(room));
  return step;
}

bool is_guarded(const Declared& declared, const ServiceHistory& history) {
  const state::Service& service = *declared.service;
  return service.stable && declared.stable_spec && *declared.stable_spec != declared.spec &&
         history.rollout.revision == service.revision && !history.rollout.gave_up;
}

std::optional<state::Revision> wants_roll_back(const Declared& declared,
                                               const ServiceHistory& history,
                                               const UpdateRules& rules) {
  if (rules.failure_action != FailureAction::rollback || !is_guarded(declared, history) ||
      history.rollout.state != RolloutState::paused) {
    return std::nullopt;
  }
  return declared.service->stable;
}

void note_update_failure(ServiceHistory& history, Slot slot, Reason reason,
                         const std::string& message) {
  Rollout& rollout = history.rollout;
  if (rollout.complete || rollout.state != RolloutState::rolling) return;
  rollout.failed.insert(slot);
  rollout.reason = reason;
  rollout.message = fmt::format("slot {}: {}", slot, message);
}

std::optional<state::TimePoint> rollout_deadline(const Declared& declared,
                                                 const ServiceHistory& history,
                                                 const UpdateRules& rules) {
  const Rollout& rollout = history.rollout;
  if (rollout.complete || rollout.state != RolloutState::rolling || !is_guarded(declared, history))
    return std::nullopt;
  if (!rollout.progressed) return std::nullopt;
  return *rollout.progressed + rules.progress_deadline;
}

std::optional<RolloutTurn> track_rollout(ServiceHistory& history, const Declared& declared,
                                         const RolloutFacts& facts, const UpdateRules& rules,
                                         state::TimePoint now, state::WallTime wall) {
  const state::Service& service = *declared.service;
  Rollout& rollout = history.rollout;
  if (rollout.revision != service.revision) {
    rollout = {.revision = service.revision, .began = wall};
    if (is_guarded(declared, history)) {
      return RolloutTurn{"rollout", Reason::updating,
                         fmt::format("revision {} replaces revision {}",
                                     state::number(service.revision), number_of(service.stable))};
    }
    return std::nullopt;
  }
  if (rollout.complete || rollout.state == RolloutState::paused) return std::nullopt;
  // Time that nobody could use for the update does not count: that of the pull, above all.
  if (facts.hands_off || facts.needed == 0 || !facts.image_ready) {
    rollout.progressed.reset();
  } else if (!rollout.progressed) {
    rollout.progressed = now;
  }
  if (facts.proven > rollout.proven) {
    rollout.proven = facts.proven;
    if (rollout.progressed) rollout.progressed = now;
    rollout.stepped = now;
  }
  if (facts.needed > 0 && facts.proven >= facts.needed && facts.outdated == 0) {
    rollout.complete = true;
    if (rollout.state == RolloutState::rolling) rollout.state = RolloutState::completed;
    return std::nullopt;
  }
  if (rollout.state != RolloutState::rolling || !is_guarded(declared, history)) return std::nullopt;

  const double ratio =
      static_cast<double>(rollout.failed.size()) / static_cast<double>(std::max(facts.needed, 1U));
  const bool too_many = !rollout.failed.empty() && ratio > rules.max_failure_ratio &&
                        rules.failure_action != FailureAction::proceed;
  const bool too_late = rollout.progressed && now >= *rollout.progressed + rules.progress_deadline;
  if (!too_many && !too_late) return std::nullopt;
  if (!too_many) {
    const std::string last =
        rollout.message.empty() ? "" : "; the last failure: " + rollout.message;
    rollout.reason = Reason::deadline_exceeded;
    rollout.message = fmt::format(
        "no replica more was proven for {} s{}",
        std::chrono::duration_cast<std::chrono::seconds>(rules.progress_deadline).count(), last);
    if (rules.failure_action == FailureAction::proceed) {
      rollout.progressed = now;
      return RolloutTurn{"rollout", rollout.reason, rollout.message};
    }
  }
  rollout.state = RolloutState::paused;
  const bool back = rules.failure_action == FailureAction::rollback;
  return RolloutTurn{
      "rollout", rollout.reason,
      fmt::format("revision {} failed, {}: {}", state::number(service.revision),
                  back ? fmt::format("going back to revision {}", number_of(service.stable))
                       : std::string("the update is paused"),
                  rollout.message)};
}

}  // namespace genisys::controller
