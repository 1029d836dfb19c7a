#include "controller/service_planner.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "controller/container_spec.hpp"
#include "controller/healing.hpp"
#include "controller/obstacles.hpp"
#include "controller/removal.hpp"
#include "controller/restarting.hpp"
#include "controller/rollout.hpp"
#include "controller/slot_choice.hpp"
#include "controller/start_gate.hpp"

namespace genisys::controller {
namespace {

using state::Reason;
using state::SlotState;

bool is_live(Role role) {
  return role == Role::serving || role == Role::failing || role == Role::startable ||
         role == Role::outdated || role == Role::returning;
}

class ServicePlanner {
 public:
  ServicePlanner(Pass& pass, const Declared& declared, const ServiceView& view)
      : pass_(pass),
        input_(pass.input),
        declared_(declared),
        service_(*declared.service),
        view_(view),
        history_(find_history()),
        gate_(pass, declared, view, history_),
        restarts_(state::restart_rules(service_.definition)),
        backoff_(backoff_of(restarts_, input_.policy.backoff)) {}

  Verdict run() {
    if (service_.removing) {
      retire_everything();
    } else if (service_.desired && !service_.paused) {
      target_ = *service_.desired;
      rules_ = update_rules(service_, target_, input_.policy);
      clear_debris();
      settle_extras();
      SlotChoice choice = choose_slots(view_, service_, target_);
      kept_ = std::move(choice.kept);
      surplus_ = std::move(choice.surplus);
      retire_surplus();
      replace_outdated();
      replace_failing();
      fill_slots();
      bury_the_dead();
      conclude_rollout();
    }
    verdict_.actions = planned_;
    return std::move(verdict_);
  }

 private:
  const ServiceHistory& find_history() const {
    static const ServiceHistory kNone;
    const auto found = input_.history.services.find(service_.name());
    return found == input_.history.services.end() || found->second.spec != declared_.spec
               ? kNone
               : found->second;
  }

  const SlotHistory& history_of(Slot slot) const {
    static const SlotHistory kNone;
    const auto found = history_.slots.find(slot);
    return found == history_.slots.end() ? kNone : found->second;
  }

  void act(Reason reason, std::string message, decltype(Action::what) what) {
    pass_.plan.actions.push_back({.service = service_.name(),
                                  .generation = service_.generation,
                                  .cause = {reason, std::move(message)},
                                  .what = std::move(what)});
    ++planned_;
  }

  std::chrono::seconds grace() const {
    const auto& period = service_.definition.stop_grace_period;
    return period ? std::chrono::ceil<std::chrono::seconds>(*period) : input_.policy.default_grace;
  }

  // Ends one of ours, gracefully when it runs, and removes it. A member that is already ending is
  // left.
  void retire(Slot slot, const Member& member, Reason reason, std::string message) {
    const docker::ContainerId& id = member.seen->container.id;
    if (member.role == Role::busy_stopping || !retired_.insert(id).second) return;
    if (member.role == Role::wreck) {
      act(reason, std::move(message),
          RemoveContainer{.slot = slot, .id = id, .removal = Removal::forced});
    } else if (may_run(member)) {
      act(reason, std::move(message), StopContainer{.slot = slot, .id = id, .grace = grace()});
    } else {
      act(reason, std::move(message), RemoveContainer{.slot = slot, .id = id});
    }
  }

  void retire_everything() {
    RemovalStep step = next_removal(service_, view_, input_.wanted);
    for (const auto& [slot, member] : step.retiring)
      retire(slot, *member, Reason::removing, "the service is deleted");
    if (!step.forget || !may_record()) return;
    const std::string message =
        step.forget->released.empty()
            ? std::string("nothing of the deleted service is left")
            : fmt::format("{} containers run on as nobody's", step.forget->released.size());
    act(Reason::removing, message, *std::move(step.forget));
  }

  // The store did not fail a moment ago.
  bool may_record() {
    pass_.wake_at(history_.record_after);
    return history_.record_after <= input_.now;
  }

  // Wrecks, and containers that never ran and never will.
  void clear_debris() {
    for (const auto& [slot, view] : view_.slots) {
      if (view.busy != nullptr) continue;
      for (const Member& member : view.members) {
        if (member.role == Role::wreck) {
          retire(slot, member, Reason::wreck, "left over from an engine crash");
        } else if (member.role == Role::unusable) {
          retire(slot, member, Reason::outdated, "never started, of an older revision");
        }
      }
    }
  }

  // One container of a role per slot: what is more came from outside or from an earlier process, or
  // is a successor that failed.
  void settle_extras() {
    for (const auto& [slot, view] : view_.slots) {
      if (view.busy != nullptr) continue;
      const Member* serving = view.best(Role::serving);
      const Member* failing = view.best(Role::failing);
      const Member* outdated = view.best(Role::outdated);
      const Member* startable = view.best(Role::startable);
      for (const Member& member : view.members) {
        const bool extra =
            (member.role == Role::serving && &member != serving) ||
            (member.role == Role::failing && (&member != failing || outdated != nullptr)) ||
            (member.role == Role::outdated && &member != outdated) ||
            (member.role == Role::startable && (serving != nullptr || &member != startable));
        if (!extra) continue;
        const bool ill = member.role == Role::failing;
        retire(slot, member, ill ? Reason::unhealthy : Reason::surplus,
               ill ? "a successor that is unhealthy as well" : "another container fills the slot");
      }
    }
  }

  void retire_surplus() {
    for (auto slot = surplus_.rbegin(); slot != surplus_.rend(); ++slot) {
      const SlotView& view = view_.slots.at(*slot);
      ++verdict_.surplus;
      if (view.busy != nullptr) continue;
      for (const Member& member : view.members) {
        if (is_live(member.role)) {
          retire(*slot, member, Reason::scaling_down, fmt::format("the target is {}", target_));
        }
      }
    }
    const std::size_t owned_above = surplus_.size();
    if (view_.adopted.size() <= target_) return;
    const std::size_t above = view_.adopted.size() - target_;
    verdict_.surplus += above;
    if (owned_above > 0 || counts_as_running() > view_.adopted.size() + view_.adopted_stopping)
      return;
    for (std::size_t i = 0; i < above; ++i) {
      act(Reason::scaling_down, fmt::format("the target is {}", target_),
          StopContainer{
              .id = view_.adopted[i]->container.id, .grace = grace(), .after = AfterStop::keep});
    }
  }

  // The container of the act under way was seen running before the act ended.
  static bool runs_already(const SlotView& view) {
    return std::any_of(view.members.begin(), view.members.end(), [&view](const Member& member) {
      return may_run(member) && member.seen->container.id == view.busy->container;
    });
  }

  // Containers that run or are about to by our doing, the ending ones and the adopted ones
  // included.
  std::size_t counts_as_running() const {
    std::size_t count = view_.adopted.size() + view_.adopted_stopping + begun_;
    for (const auto& [slot, view] : view_.slots) {
      const auto running = static_cast<std::size_t>(
          std::count_if(view.members.begin(), view.members.end(), may_run));
      const bool coming = view.busy != nullptr && !runs_already(view);
      count += running + (coming ? 1 : 0);
    }
    return count;
  }

  // Containers that run, and go on when another one is started.
  std::size_t running_besides(const Member* makes_room) const {
    std::size_t count = view_.adopted.size();
    for (const auto& [slot, view] : view_.slots) {
      for (const Member& member : view.members) {
        if (&member == makes_room || member.role == Role::busy_stopping) continue;
        if (is_running(*member.seen)) ++count;
      }
    }
    return count;
  }

  // Old containers whose successor is proven go; then the next slots' update may begin.
  void replace_outdated() {
    follow(next_update(view_, kept_, declared_, history_, rules_, input_.now), Role::outdated,
           Reason::outdated);
    if (const auto deadline = rollout_deadline(declared_, history_, rules_))
      pass_.wake_at(*deadline);
  }

  // The same for unhealthy ones, where no update is replacing them anyway.
  void replace_failing() {
    follow(next_healing(view_, kept_, history_, input_.policy.monitor), Role::failing,
           Reason::unhealthy);
  }

  void follow(ReplacementStep step, Role role, Reason reason) {
    for (const Slot slot : step.superseded) {
      const SlotView& view = view_.slots.at(slot);
      retire(slot, *view.best(role), reason,
             view.finished() != nullptr ? "its successor has done its work"
                                        : "its successor is ready");
    }
    if (step.look_again) pass_.wake_at(*step.look_again);
    for (const auto& [id, when] : step.look_at) pass_.wake_at(when);
    pass_.plan.look_at.merge(step.look_at);
    replacing_.merge(step.replacing);
    for (auto& [slot, obstacle] : step.held) hold(slot, std::move(obstacle));
  }

  void conclude_rollout() {
    if (view_.concluding || !may_record()) return;
    if (const auto to = wants_roll_back(declared_, history_, rules_)) {
      act(Reason::rolled_back,
          fmt::format("revision {} failed: {}", state::number(service_.revision),
                      history_.rollout.message),
          RollBack{.to = *to});
    } else if (history_.rollout.complete && history_.rollout.revision == service_.revision &&
               service_.stable != service_.revision) {
      act(Reason::as_desired,
          fmt::format("every replica of revision {} is proven", state::number(service_.revision)),
          MarkStable{.revision = service_.revision});
    }
  }

  // No replica has proved itself since several failures: more attempts would only fail more often.
  bool is_suspect() const {
    if (history_.failures_in_a_row < backoff_.suspect_after) return false;
    for (const auto& [slot, view] : view_.slots) {
      const Member* serving = view.best(Role::serving);
      if (serving == nullptr) continue;
      const auto proven = proven_at(*serving->seen, backoff_.proven_after);
      if (proven && *proven <= input_.now) return false;
      if (proven) pass_.wake_at(*proven);
    }
    return true;
  }

  bool has_unproven_attempt() const {
    return std::any_of(view_.slots.begin(), view_.slots.end(), [](const auto& entry) {
      return entry.second.busy != nullptr || entry.second.best(Role::serving) != nullptr;
    });
  }

  void fill_slots() {
    const bool suspect = is_suspect();
    bool probing = suspect && has_unproven_attempt();
    for (const Slot slot : kept_) {
      static const SlotView kEmpty;
      const auto found = view_.slots.find(slot);
      const SlotView& view = found == view_.slots.end() ? kEmpty : found->second;
      if (view.best(Role::serving) != nullptr || view.busy != nullptr) continue;
      if (view.finished() != nullptr) continue;
      const Member* predecessor = predecessor_in(view);
      if (predecessor != nullptr && !replacing_.contains(slot)) continue;
      if (const Member* returning = view.best(Role::returning); returning != nullptr) {
        const auto until = returning->seen->ended_at + input_.policy.restart_by_hand;
        hold(slot, {SlotState::exited, Reason::restarted_by_hand,
                    "stopped by hand; waiting whether it comes back", until});
        continue;
      }
      if (auto exhausted = attempts_exhausted(service_, history_of(slot), restarts_)) {
        hold(slot, *std::move(exhausted));
        continue;
      }
      if (probing) {
        hold(slot, {SlotState::waiting, Reason::held_back, held_back_message(), std::nullopt});
        continue;
      }
      const bool stop_first = predecessor != nullptr &&
                              (rules_.stop_first || !has_host_ports(service_.definition, slot));
      if (!may_attempt(slot, stop_first ? predecessor : nullptr)) {
        probing = suspect;
        continue;
      }
      if (stop_first) {
        make_room(slot, *predecessor);
        continue;
      }
      if (is_ending(view) || counts_as_running() >= allowed(predecessor)) {
        hold(slot, {SlotState::stopping, Reason::stopping,
                    "waiting for containers that are being stopped", std::nullopt});
        continue;
      }
      // One whose network was missing may be bound to the one that is gone.
      const Member* startable = view.best(Role::startable);
      if (startable != nullptr && history_of(slot).ladders.contains(Reason::network_missing)) {
        retire(slot, *startable, Reason::network_missing, "made on a network that is gone");
        hold(slot,
             {SlotState::waiting, Reason::network_missing, "about to be made anew", std::nullopt});
        continue;
      }
      attempt(slot, view);
      probing = suspect;
    }
  }

  // What serves, or tries to, until its successor has come.
  static const Member* predecessor_in(const SlotView& view) {
    const Member* outdated = view.best(Role::outdated);
    return outdated != nullptr ? outdated : view.best(Role::failing);
  }

  // With a predecessor beside it one more may run; of an update, one for each slot in replacement.
  std::size_t allowed(const Member* predecessor) const {
    if (predecessor == nullptr) return target_;
    return target_ + (predecessor->role == Role::outdated ? rules_.parallelism : 1U);
  }

  static bool is_ending(const SlotView& view) {
    return view.count(Role::busy_stopping) + view.count(Role::wreck) > 0;
  }

  std::string held_back_message() const {
    return fmt::format("{} attempts in a row failed; another slot tries first",
                       history_.failures_in_a_row);
  }

  void hold(Slot slot, Obstacle obstacle) {
    if (obstacle.until) pass_.wake_at(*obstacle.until);
    verdict_.obstacles.insert_or_assign(slot, std::move(obstacle));
  }

  // The service waits for nobody, the ladder of the slot allows an attempt now, and what it needs
  // is there as far as anybody knows (its image for sure, when `makes_room` is stopped for it).
  bool may_attempt(Slot slot, const Member* makes_room) {
    if (auto waits = gate_.waits(running_besides(makes_room) == 0)) {
      hold(slot, *std::move(waits));
      return false;
    }
    const SlotHistory& past = history_of(slot);
    if (const Ladder* ladder = blocking(past, input_.now); ladder != nullptr) {
      hold(slot, {SlotState::backoff, ladder->cause,
                  describe_obstacle(input_, service_, slot, past, *ladder), ladder->next_attempt,
                  ladder->since});
      return false;
    }
    StartGate::Supply supply = gate_.supply(makes_room != nullptr);
    for (auto& [cause, what] : supply.acts)
      act(cause.reason, std::move(cause.message), std::move(what));
    if (!supply.obstacle) return true;
    hold(slot, *std::move(supply.obstacle));
    return false;
  }

  // Stop-first.
  void make_room(Slot slot, const Member& predecessor) {
    const bool outdated = predecessor.role == Role::outdated;
    retire(slot, predecessor, outdated ? Reason::outdated : Reason::unhealthy,
           "its successor needs what it holds");
    hold(slot,
         {SlotState::stopping, Reason::updating, "making room for its successor", std::nullopt});
  }

  void attempt(Slot slot, const SlotView& view) {
    ++begun_;
    hold(slot, {SlotState::waiting, Reason::scaling_up, "about to start", std::nullopt});
    const Member* ended = view.best(Role::ended);
    const Member* predecessor = predecessor_in(view);
    Cause cause{Reason::scaling_up, fmt::format("the target is {}", target_)};
    if (predecessor != nullptr && predecessor->role == Role::outdated) {
      cause = {Reason::updating, fmt::format("revision {}", state::number(service_.revision))};
    } else if (predecessor != nullptr) {
      cause = {Reason::unhealthy, "the health check of the one before fails"};
    } else if (ended != nullptr) {
      const bool again = most_failures(history_of(slot)) > 1;
      cause = {again ? Reason::crash_loop : Reason::exited, describe_end(*ended->seen)};
    }
    docker::ContainerSpec spec = container_spec(service_, declared_.spec, slot, input_.instance);
    if (const Member* startable = view.best(Role::startable); startable != nullptr) {
      act(cause.reason, cause.message,
          StartContainer{
              .slot = slot, .id = startable->seen->container.id, .joins = later_joins(spec)});
      return;
    }
    std::uint32_t incarnation = history_of(slot).burnt_incarnation;
    for (const Member& member : view.members)
      incarnation = std::max(incarnation, member.identity.incarnation);
    ++incarnation;
    act(cause.reason, cause.message,
        RunContainer{.slot = slot,
                     .incarnation = incarnation,
                     .name = container_name(service_.name(), slot, input_.instance, incarnation),
                     .spec = std::move(spec)});
  }

  // The last one that ended in a slot stays for a post-mortem, as long as the slot is in use. A
  // slot that waits for a successor keeps it in any case: names are counted from it, and a create
  // whose answer was lost must meet its own name again. Nobody is buried before the journal has his
  // last words.
  void bury_the_dead() {
    for (const auto& [slot, view] : view_.slots) {
      const SlotHistory& past = history_of(slot);
      bool keep = kept_.contains(slot);
      for (const Member& member : view.members) {
        if (member.role == Role::returning) {
          pass_.wake_at(member.seen->ended_at + input_.policy.restart_by_hand);
        }
        if (member.role != Role::ended && member.role != Role::finished) continue;
        if (!past.examined.contains(member.seen->container.id)) {
          examine(slot, member);
          keep = false;
        } else if (!std::exchange(keep, false) && view.busy == nullptr) {
          retire(slot, member, Reason::dead, "ended, and not the last of its slot");
        }
      }
    }
  }

  void examine(Slot slot, const Member& member) {
    const docker::ContainerId& id = member.seen->container.id;
    // Its details come with the next look: before, the engine is still cleaning up.
    if (!member.seen->detailed || retired_.contains(id) || view_.examining.contains(id)) return;
    act(Reason::exited, describe_end(*member.seen), ExamineContainer{.slot = slot, .id = id});
  }

  Pass& pass_;
  const PlanInput& input_;
  const Declared& declared_;
  const state::Service& service_;
  const ServiceView& view_;
  const ServiceHistory& history_;
  StartGate gate_;
  state::RestartPolicy restarts_;
  BackoffPolicy backoff_;
  std::uint32_t target_ = 0;
  UpdateRules rules_;
  std::set<Slot> kept_;       // shall hold a replica
  std::set<Slot> surplus_;    // hold one and shall not
  std::set<Slot> replacing_;  // kept ones whose container may get a successor now
  std::set<docker::ContainerId> retired_;
  std::size_t begun_ = 0;  // runs and starts planned in this pass
  std::size_t planned_ = 0;
  Verdict verdict_;
};

}  // namespace

Verdict plan_service(Pass& pass, const Declared& declared, const ServiceView& view) {
  return ServicePlanner(pass, declared, view).run();
}

}  // namespace genisys::controller
