#include "controller/history.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "controller/classify.hpp"
#include "controller/obstacles.hpp"
#include "controller/resource_gate.hpp"
#include "controller/restarting.hpp"
#include "controller/rollout.hpp"

namespace genisys::controller {
namespace {

using state::EntryKind;
using state::JournalEntry;
using state::Reason;

std::optional<state::Duration> run_time(const Seen& seen) {
  if (!seen.started_at || !seen.finished_at || *seen.finished_at < *seen.started_at)
    return std::nullopt;
  return std::chrono::duration_cast<state::Duration>(*seen.finished_at - *seen.started_at);
}

std::optional<int> signal_in(const Seen& seen) {
  const int code = seen.container.exit_code.value_or(0);
  if (code > 128 && code < 165) return code - 128;
  return std::nullopt;
}

// Learns about one service.
class Student {
 public:
  Student(History& history, ServiceHistory& past, const PlanInput& input, const Declared& declared,
          const ServiceView& view, const Jitter& jitter, std::vector<JournalEntry>& notes)
      : history_(history),
        past_(past),
        input_(input),
        declared_(declared),
        service_(*declared.service),
        view_(view),
        jitter_(jitter),
        notes_(notes),
        rules_(update_rules(service_, service_.desired.value_or(0), input.policy)),
        backoff_(backoff_of(state::restart_rules(service_.definition), input.policy.backoff)) {}

  void learn() {
    begin_anew();
    for (const auto& [slot, view] : view_.slots) learn_of(slot, view);
    clear_what_went();
    follow_rollout();
  }

 private:
  void begin_anew() {
    if (past_.spec != declared_.spec) {
      past_.spec = declared_.spec;
      clear_ladders();
    }
    if (past_.backoff_resets != service_.backoff_resets) {
      past_.backoff_resets = service_.backoff_resets;
      clear_ladders();
      if (const auto image = history_.images.find(service_.definition.image.str());
          image != history_.images.end()) {
        image->second.ladder = {};
      }
      for (auto& [key, resource] : history_.resources) {
        if (is_named_by(service_.definition, key)) resource.ladder = {};
      }
      Rollout& rollout = past_.rollout;
      if (rollout.state == state::RolloutState::paused) {
        rollout.state = state::RolloutState::rolling;
        rollout.failed.clear();
        rollout.reason = Reason::none;
        rollout.message.clear();
        rollout.progressed.reset();
      }
    }
  }

  void clear_ladders() {
    for (auto& [slot, past] : past_.slots) past.ladders.clear();
    past_.failures_in_a_row = 0;
  }

  void learn_of(Slot slot, const SlotView& view) {
    const Member* ended = nullptr;  // the newest, of the current spec
    for (const Member& member : view.members) {
      const bool is_current = member.identity.spec == declared_.spec;
      if (member.role == Role::finished || (member.role == Role::ended && is_current)) {
        ended = &member;
        break;
      }
    }
    const Member* current = view.current();
    if (ended != nullptr) learn_end(slot, *ended, current != nullptr);
    for (const Member& member : view.members) {
      if (member.role == Role::failing) learn_illness(slot, *member.seen);
    }
    if (current != nullptr) learn_run(slot, *current->seen);
  }

  void learn_end(Slot slot, const Member& member, bool dealt_with) {
    const Seen& seen = *member.seen;
    SlotHistory& past = past_.slots[slot];
    if (past.counted == seen.container.id) return;
    past.counted = seen.container.id;
    const auto ran = run_time(seen);
    if ((ran && is_proven(past, *ran, backoff_)) || succeeded(member)) prove(past);
    // A successor that runs says that this end was dealt with before; an end by somebody's hand, or
    // with the engine, is no failure of the program.
    if (dealt_with || seen.hand != Hand::none) return;
    if (member.role == Role::finished) {
      // Nothing is tried again, so nobody has to wait; yet its revision did not prove itself.
      if (!succeeded(member))
        note_update_failure(past_, slot, Reason::completed, describe_end(seen));
      return;
    }
    const bool again = past.ladders.contains(Reason::crash_loop);
    fail(slot, again ? Reason::crash_loop : Reason::exited, describe_end(seen));
  }

  void learn_illness(Slot slot, const Seen& seen) {
    SlotHistory& past = past_.slots[slot];
    if (!past.found_ill.insert(seen.container.id).second) return;
    const bool paused = seen.container.state == docker::ContainerState::paused;
    const std::string message = paused ? "paused by hand" : "its health check fails";
    fail(slot, Reason::unhealthy, message);
    note(EntryKind::seen, paused ? "paused" : "unhealthy", slot, Reason::unhealthy, message)
        .container = seen.container.id.str();
  }

  void learn_run(Slot slot, const Seen& seen) {
    const auto found = past_.slots.find(slot);
    if (found == past_.slots.end()) {
      // A proven replica speaks for the whole service, whatever its own slot has been through.
      if (past_.failures_in_a_row > 0 && is_ready(seen) &&
          input_.now - seen.running_since >= backoff_.proven_after) {
        past_.failures_in_a_row = 0;
      }
      return;
    }
    SlotHistory& past = found->second;
    if (is_running(seen)) {
      // It started: whatever kept it from that is over.
      std::erase_if(past.ladders, [](const auto& entry) {
        return entry.first != Reason::crash_loop && entry.first != Reason::unhealthy;
      });
    }
    if (!is_ready(seen)) return;
    past.found_ill.erase(seen.container.id);  // it recovered
    if (is_proven(past, input_.now - seen.running_since, backoff_)) prove(past);
  }

  void prove(SlotHistory& past) {
    past.ladders.clear();
    past_.failures_in_a_row = 0;
  }

  void fail(Slot slot, Reason cause, std::string message) {
    note_slot_failure(past_, slot, cause, std::move(message), backoff_, input_.now, input_.wall,
                      jitter_);
  }

  // Ports and names that somebody else had and has no more; words of containers that are gone.
  void clear_what_went() {
    for (auto& [slot, past] : past_.slots) {
      const auto is_gone = [&](const docker::ContainerId& id) {
        return !input_.world.containers.contains(id);
      };
      std::erase_if(past.examined, is_gone);
      std::erase_if(past.found_ill, is_gone);
      for (auto ladder = past.ladders.begin(); ladder != past.ladders.end();) {
        const auto holder = holder_of(ladder->first, slot, past);
        const bool is_over = ladder->second.holder && ladder->second.holder != holder;
        if (holder) ladder->second.holder = holder;
        ladder = is_over && !holder ? past.ladders.erase(ladder) : std::next(ladder);
      }
    }
  }

  std::optional<docker::ContainerId> holder_of(Reason cause, Slot slot,
                                               const SlotHistory& past) const {
    const Seen* holder = nullptr;
    if (cause == Reason::port_taken) holder = port_holder(input_, service_, slot);
    if (cause == Reason::name_taken)
      holder = name_holder(input_, service_, slot, past.burnt_incarnation);
    if (holder == nullptr) return std::nullopt;
    return holder->container.id;
  }

  void follow_rollout() {
    const auto image = history_.images.find(service_.definition.image.str());
    const auto adopted = static_cast<std::uint32_t>(view_.adopted.size());
    const std::uint32_t target = service_.desired.value_or(0);
    RolloutFacts facts{.needed = target > adopted && !service_.removing ? target - adopted : 0,
                       .image_ready = image == history_.images.end() ||
                                      (image->second.state != ImageState::missing &&
                                       image->second.state != ImageState::failed),
                       .hands_off = service_.paused};
    for (const auto& [slot, view] : view_.slots) {
      facts.outdated += static_cast<std::uint32_t>(view.count(Role::outdated));
      const Member* serving = view.best(Role::serving);
      const Member* finished = view.finished();
      const bool is_done = finished != nullptr && succeeded(*finished);
      if (is_done || (serving != nullptr && is_proven(*serving->seen, rules_.monitor)))
        ++facts.proven;
    }
    const auto turn = track_rollout(past_, declared_, facts, rules_, input_.now, input_.wall);
    if (turn) note(EntryKind::decided, turn->action, 0, turn->reason, turn->message);
  }

  JournalEntry& note(EntryKind kind, std::string action, Slot slot, Reason reason,
                     std::string message) {
    return notes_.emplace_back(JournalEntry{.at = input_.wall,
                                            .service = service_.name(),
                                            .kind = kind,
                                            .action = std::move(action),
                                            .slot = slot,
                                            .reason = reason,
                                            .message = std::move(message)});
  }

  History& history_;
  ServiceHistory& past_;
  const PlanInput& input_;
  const Declared& declared_;
  const state::Service& service_;
  const ServiceView& view_;
  const Jitter& jitter_;
  std::vector<JournalEntry>& notes_;
  UpdateRules rules_;
  BackoffPolicy backoff_;
};

// Those that no service uses any more are of no interest.
void forget_unused_images(History& history, const Wanted& wanted) {
  std::set<std::string> used;
  for (const auto& [name, declared] : wanted) used.insert(declared.service->definition.image.str());
  std::erase_if(history.images, [&](const auto& entry) { return !used.contains(entry.first); });
}

void forget_unused_resources(History& history, const Wanted& wanted) {
  std::erase_if(history.resources, [&](const auto& entry) {
    return std::none_of(wanted.begin(), wanted.end(), [&](const auto& service) {
      return is_named_by(service.second.service->definition, entry.first);
    });
  });
}

void learn_images(History& history, const World& world) {
  for (const auto& [reference, is_here] : world.images) {
    const auto found = history.images.find(reference);
    if (found == history.images.end() || !is_here) continue;
    if (found->second.state == ImageState::missing || found->second.state == ImageState::failed)
      found->second = {.state = ImageState::present};
  }
}

// Only of those whose restart rules make a difference of it: hashes of older definitions cost time.
state::Revision since_when(const state::Service& service, const std::string& spec) {
  const auto condition = state::restart_rules(service.definition).condition;
  if (condition.value_or(state::RestartCondition::any) == state::RestartCondition::any ||
      service.revisions == nullptr) {
    return state::Revision{0};
  }
  state::Revision since = service.revision;
  const auto& revisions = *service.revisions;
  for (auto record = revisions.rbegin(); record != revisions.rend(); ++record) {
    if (state::spec_hash(*record->definition) != spec) break;
    since = record->revision;
  }
  return since;
}

}  // namespace

Wanted declare(const state::Snapshot& snapshot, const Wanted& previous) {
  Wanted wanted;
  for (const auto& [name, service] : snapshot.services) {
    const auto known = previous.find(name);
    if (known != previous.end() && known->second.service == service) {
      wanted.emplace_hint(wanted.end(), name, known->second);
      continue;
    }
    Declared declared{.service = service, .spec = state::spec_hash(service->definition)};
    if (service->stable && service->revisions) {
      for (const state::RevisionRecord& record : *service->revisions) {
        if (record.revision == *service->stable)
          declared.stable_spec = state::spec_hash(*record.definition);
      }
    }
    declared.spec_since = since_when(*service, declared.spec);
    wanted.emplace_hint(wanted.end(), name, std::move(declared));
  }
  return wanted;
}

std::string describe_end(const Seen& seen) {
  std::string after;
  if (const auto ran = run_time(seen)) {
    after = fmt::format(" after {:.3g} s", std::chrono::duration<double>(*ran).count());
  }
  const int code = seen.container.exit_code.value_or(0);
  if (seen.oom_killed) return "out of memory" + after;
  if (code == 255) return "lost by the engine" + after;
  if (const auto signal = signal_in(seen))
    return fmt::format("killed by signal {}{}", *signal, after);
  return fmt::format("exited with code {}{}", code, after);
}

state::ContainerEnd end_of(const Seen& seen, std::string log) {
  state::ContainerEnd end{.exit_code = seen.container.exit_code.value_or(0),
                          .signal = signal_in(seen),
                          .oom_killed = seen.oom_killed,
                          .log = std::move(log)};
  if (const auto ran = run_time(seen))
    end.ran = std::chrono::duration_cast<std::chrono::milliseconds>(*ran);
  return end;
}

void note_slot_failure(ServiceHistory& service, Slot slot, Reason cause, std::string message,
                       const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
                       const Jitter& jitter) {
  SlotHistory& past = service.slots[slot];
  Ladder& ladder = past.ladders[ladder_key(cause)];
  note_failure(ladder, cause, std::move(message), policy, now, wall, jitter());
  ++service.failures_in_a_row;
  // What may pass by itself is no verdict on a revision the first time.
  const bool may_pass = cause == Reason::port_taken || cause == Reason::name_taken ||
                        cause == Reason::engine_error || cause == Reason::wreck;
  if (!may_pass || ladder.failures > 1) note_update_failure(service, slot, cause, ladder.message);
}

std::vector<state::JournalEntry> absorb(History& history, const PlanInput& input,
                                        const Jitter& jitter) {
  std::vector<state::JournalEntry> notes;
  std::erase_if(history.services,
                [&](const auto& entry) { return !input.wanted.contains(entry.first); });
  forget_unused_images(history, input.wanted);
  forget_unused_resources(history, input.wanted);
  learn_images(history, input.world);
  const auto views = classify_world(input);
  for (const auto& [name, declared] : input.wanted) {
    Student(history, history.services[name], input, declared, views.at(name), jitter, notes)
        .learn();
  }
  return notes;
}

}  // namespace genisys::controller
