#include "controller/plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <tuple>
#include <utility>

#include "controller/classify.hpp"
#include "controller/rollout.hpp"
#include "controller/verdict.hpp"

namespace genisys::controller {
namespace {

using state::Reason;
using state::SlotState;

// What several services share in one pass.
struct Pass {
  const PlanInput& input;
  Plan& plan;
  std::set<std::string> pulling;  // images with a pull under way or planned

  void wake_at(state::TimePoint when) {
    if (when <= input.now) return;
    plan.wake_at = plan.wake_at ? std::min(*plan.wake_at, when) : when;
  }
};

bool is_live(Role role) {
  return role == Role::serving || role == Role::startable || role == Role::outdated ||
         role == Role::returning;
}

// May hold resources and count as running for the engine, whatever we think of it.
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

// Plans one service.
class ServicePlanner {
 public:
  ServicePlanner(Pass& pass, const Declared& declared, const ServiceView& view)
      : pass_(pass),
        input_(pass.input),
        declared_(declared),
        service_(*declared.service),
        view_(view),
        history_(find_history()) {}

  Verdict run() {
    if (service_.removing) {
      retire_everything();
    } else if (service_.desired) {
      target_ = *service_.desired;
      clear_debris();
      settle_extras();
      choose_slots();
      retire_surplus();
      update_outdated();
      fill_slots();
      bury_the_dead();
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

  bool is_retired(const Member& member) const {
    return retired_.contains(member.seen->container.id);
  }

  void retire_slot(Slot slot, const SlotView& view, Reason reason, const std::string& message) {
    for (const Member& member : view.members) retire(slot, member, reason, message);
  }

  // DELETE: ours are stopped, what was adopted is left as it is, then the service is forgotten.
  void retire_everything() {
    bool empty = view_.forgetting == nullptr;
    for (const auto& [slot, view] : view_.slots) {
      if (view.busy != nullptr || !view.members.empty()) empty = false;
      // What an act under way is about is looked at again when it has ended.
      if (view.busy == nullptr) retire_slot(slot, view, Reason::removing, "the service is deleted");
    }
    if (empty) act(Reason::removing, "nothing of the deleted service is left", ForgetService{});
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

  // One container of a role per slot: what is more came from outside or from an earlier process.
  void settle_extras() {
    for (const auto& [slot, view] : view_.slots) {
      if (view.busy != nullptr) continue;
      const Member* serving = view.best(Role::serving);
      const Member* outdated = view.best(Role::outdated);
      const Member* startable = view.best(Role::startable);
      for (const Member& member : view.members) {
        const bool extra =
            (member.role == Role::serving && &member != serving) ||
            (member.role == Role::outdated && &member != outdated) ||
            (member.role == Role::startable && (serving != nullptr || &member != startable));
        if (extra) retire(slot, member, Reason::surplus, "another container fills the slot");
      }
    }
  }

  bool has_host_ports(Slot slot) const {
    if (!service_.definition.ports) return true;
    const auto& ports = *service_.definition.ports;
    return std::all_of(ports.begin(), ports.end(), [slot](const state::Port& port) {
      return port.host_port(slot).has_value();
    });
  }

  bool updates_stop_first() const {
    if (!service_.definition.ports) return false;
    const auto& ports = *service_.definition.ports;
    return std::any_of(ports.begin(), ports.end(),
                       [](const state::Port& p) { return !p.is_ephemeral(); });
  }

  // Which slots shall hold a replica: those that do, less the surplus; then the lowest free ones.
  void choose_slots() {
    const auto adopted = static_cast<std::uint32_t>(view_.adopted.size());
    const std::uint32_t needed = target_ > adopted ? target_ - adopted : 0;
    std::vector<Slot> taken;
    for (const auto& [slot, view] : view_.slots) {
      if (view.is_taken()) taken.push_back(slot);
    }
    std::sort(taken.begin(), taken.end(),
              [&](Slot a, Slot b) { return keep_rank(a) < keep_rank(b); });
    for (std::size_t i = 0; i < taken.size(); ++i) {
      (i < needed ? kept_ : surplus_).insert(taken[i]);
    }
    for (Slot slot = 1; kept_.size() < needed && slot <= needed + taken.size(); ++slot) {
      if (!kept_.contains(slot) && has_host_ports(slot)) kept_.insert(slot);
    }
  }

  // Lower is kept rather: running, current, healthy, then the lowest slot.
  std::tuple<bool, bool, bool, Slot> keep_rank(Slot slot) const {
    const SlotView& view = view_.slots.at(slot);
    const Member* serving = view.best(Role::serving);
    const Member* member = serving != nullptr ? serving : view.best(Role::outdated);
    const bool runs = member != nullptr && may_run(*member);
    const bool ready = member != nullptr && is_ready(*member->seen);
    return {!runs, serving == nullptr, !ready, slot};
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

  // Old containers whose successor is proven go; then the next slot's update may begin.
  void update_outdated() {
    RolloutStep step = next_step(view_, kept_, history_, input_.policy, input_.now);
    for (const Slot slot : step.superseded) {
      retire(slot, *view_.slots.at(slot).best(Role::outdated), Reason::outdated,
             "its successor is ready");
    }
    if (step.look_again) pass_.wake_at(*step.look_again);
    replacing_ = std::move(step.replacing);
  }

  // No replica has proved itself since several failures: more attempts would only fail more often.
  bool is_suspect() const {
    if (history_.failures_in_a_row < input_.policy.backoff.suspect_after) return false;
    for (const auto& [slot, view] : view_.slots) {
      const Member* serving = view.best(Role::serving);
      if (serving == nullptr) continue;
      const auto proven = proven_at(*serving->seen, input_.policy.backoff.proven_after);
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
      const Member* outdated = view.best(Role::outdated);
      if (outdated != nullptr && !replacing_.contains(slot)) continue;
      if (const Member* returning = view.best(Role::returning); returning != nullptr) {
        const auto until = returning->seen->ended_at + input_.policy.restart_by_hand;
        hold(slot, {SlotState::exited, Reason::restarted_by_hand,
                    "stopped by hand; waiting whether it comes back", until});
        continue;
      }
      if (probing) {
        hold(slot, {SlotState::waiting, Reason::held_back, held_back_message(), std::nullopt});
        continue;
      }
      if (!may_attempt(slot)) {
        probing = suspect;
        continue;
      }
      if (outdated != nullptr && (updates_stop_first() || !has_host_ports(slot))) {
        make_room(slot, *outdated);
        continue;
      }
      const std::size_t allowed = target_ + (outdated != nullptr ? 1U : 0U);
      if (is_ending(view) || counts_as_running() >= allowed) {
        hold(slot, {SlotState::stopping, Reason::stopping,
                    "waiting for containers that are being stopped", std::nullopt});
        continue;
      }
      attempt(slot, view);
      probing = suspect;
    }
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

  // The ladders of the slot and of the image allow an attempt now, and the image is not known to be
  // missing.
  bool may_attempt(Slot slot) {
    const Ladder& ladder = history_of(slot).ladder;
    if (ladder.next_attempt > input_.now) {
      hold(slot, {SlotState::backoff, ladder.cause, ladder.message, ladder.next_attempt});
      return false;
    }
    const std::string& image = service_.definition.image.str();
    const auto found = input_.history.images.find(image);
    const bool absent =
        found != input_.history.images.end() &&
        (found->second.state == ImageState::missing || found->second.state == ImageState::failed);
    if (pass_.pulling.contains(image)) {
      hold(slot, {SlotState::pulling, Reason::pulling_image, "pulling " + image, std::nullopt});
      return false;
    }
    if (!absent) return true;
    const Ladder& pull = found->second.ladder;
    if (pull.next_attempt > input_.now) {
      hold(slot, {SlotState::backoff, Reason::image_unavailable, pull.message, pull.next_attempt});
      return false;
    }
    pull_image(slot);
    return false;
  }

  void pull_image(Slot slot) {
    const std::string& image = service_.definition.image.str();
    if (pass_.pulling.insert(image).second) {
      act(Reason::pulling_image, fmt::format("{} is not on the engine", image),
          PullImage{.image = image});
    }
    hold(slot, {SlotState::pulling, Reason::pulling_image, "pulling " + image, std::nullopt});
  }

  // Stop-first: the image must be there before the old container goes.
  void make_room(Slot slot, const Member& outdated) {
    const auto found = input_.history.images.find(service_.definition.image.str());
    if (found == input_.history.images.end() || found->second.state != ImageState::present) {
      pull_image(slot);
      return;
    }
    retire(slot, outdated, Reason::outdated, "its host port is needed by its successor");
    hold(slot,
         {SlotState::stopping, Reason::updating, "making room for its successor", std::nullopt});
  }

  void attempt(Slot slot, const SlotView& view) {
    ++begun_;
    hold(slot, {SlotState::waiting, Reason::scaling_up, "about to start", std::nullopt});
    const Member* ended = view.best(Role::ended);
    const Member* outdated = view.best(Role::outdated);
    Cause cause{Reason::scaling_up, fmt::format("the target is {}", target_)};
    if (outdated != nullptr) {
      cause = {Reason::updating, fmt::format("revision {}", state::number(service_.revision))};
    } else if (ended != nullptr) {
      cause = {Reason::exited, describe_end(*ended->seen)};
    }
    if (const Member* startable = view.best(Role::startable); startable != nullptr) {
      act(cause.reason, cause.message,
          StartContainer{.slot = slot, .id = startable->seen->container.id});
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
                     .spec = container_spec(service_, declared_.spec, slot, input_.instance)});
  }

  // The last one that ended in a slot stays for a post-mortem, as long as the slot is in use. A
  // slot that waits for a successor keeps it in any case: names are counted from it, and a create
  // whose answer was lost must meet its own name again.
  void bury_the_dead() {
    for (const auto& [slot, view] : view_.slots) {
      if (view.busy != nullptr) continue;
      bool keep = kept_.contains(slot);
      for (const Member& member : view.members) {
        if (member.role == Role::returning) {
          pass_.wake_at(member.seen->ended_at + input_.policy.restart_by_hand);
        }
        if (member.role != Role::ended) continue;
        if (!std::exchange(keep, false))
          retire(slot, member, Reason::dead, "ended, and not the last of its slot");
      }
    }
  }

  Pass& pass_;
  const PlanInput& input_;
  const Declared& declared_;
  const state::Service& service_;
  const ServiceView& view_;
  const ServiceHistory& history_;
  std::uint32_t target_ = 0;
  std::set<Slot> kept_;       // shall hold a replica
  std::set<Slot> surplus_;    // hold one and shall not
  std::set<Slot> replacing_;  // kept ones whose outdated container may be replaced now
  std::set<docker::ContainerId> retired_;
  std::size_t begun_ = 0;  // runs and starts planned in this pass
  std::size_t planned_ = 0;
  Verdict verdict_;
};

}  // namespace

Plan plan(const PlanInput& input) {
  Plan result;
  const auto views = classify_world(input);
  Pass pass{.input = input, .plan = result, .pulling = {}};
  for (const InFlight& act : input.in_flight) {
    if (act.kind == ActKind::pull) pass.pulling.insert(act.image);
  }
  const bool may_act = input.world.reachable && input.world.listed;
  for (const auto& [name, declared] : input.wanted) {
    const ServiceView& view = views.at(name);
    Verdict verdict;
    if (may_act) verdict = ServicePlanner(pass, declared, view).run();
    result.statuses.push_back(report(input, declared, view, verdict));
  }
  return result;
}

}  // namespace genisys::controller
