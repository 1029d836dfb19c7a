// The status of a service, from the same views and verdicts that the plan was made from.
#include <fmt/format.h>

#include <algorithm>

#include "controller/rollout.hpp"
#include "controller/verdict.hpp"

namespace genisys::controller {
namespace {

using state::Condition;
using state::ConditionType;
using state::Reason;
using state::ServiceStatus;
using state::SlotState;
using state::SlotStatus;
using state::Truth;

std::optional<state::WallTime> to_wall(const std::optional<docker::EngineTime>& time) {
  if (!time) return std::nullopt;
  return std::chrono::time_point_cast<std::chrono::milliseconds>(*time);
}

state::WallTime to_wall(const PlanInput& input, state::TimePoint when) {
  return input.wall + std::chrono::ceil<std::chrono::milliseconds>(when - input.now);
}

std::vector<state::SlotPort> ports_of(const docker::Container& container) {
  std::vector<state::SlotPort> ports;
  for (const docker::PublishedPort& port : container.ports) {
    const bool is_v6 = port.host_ip.find(':') != std::string::npos;
    ports.push_back(
        {.container = fmt::format("{}/{}", port.container_port, port.protocol),
         .host = is_v6 ? fmt::format("[{}]:{}", port.host_ip, port.host_port)
                       : fmt::format("{}:{}", port.host_ip.empty() ? "0.0.0.0" : port.host_ip,
                                     port.host_port)});
  }
  return ports;
}

void show_container(SlotStatus& status, const Member& member) {
  const Seen& seen = *member.seen;
  status.container = seen.container.id.str();
  status.name = seen.container.name;
  status.health = docker::to_string(seen.container.health);
  status.revision = member.identity.revision;
  status.started_at = to_wall(seen.started_at);
  status.ports = ports_of(seen.container);
}

void show_run(SlotStatus& status, const Member& member) {
  show_container(status, member);
  status.state = SlotState::running;
  const Seen& seen = *member.seen;
  if (seen.container.state == docker::ContainerState::paused) {
    status.cause = Reason::paused;
    status.message = "paused by hand";
  } else if (seen.container.health == docker::Health::starting) {
    status.state = SlotState::starting;
    status.cause = Reason::starting;
    status.message = "waiting for its health check";
  } else if (seen.container.health == docker::Health::unhealthy) {
    status.cause = Reason::unhealthy;
    status.message = "its health check fails";
  }
}

// What holds the successor of a container up says more than the container itself.
void show_obstacle(const PlanInput& input, SlotStatus& status, const Obstacle* obstacle) {
  if (obstacle == nullptr) return;
  status.cause = obstacle->cause;
  status.message = obstacle->message;
  if (obstacle->until) status.next_attempt = to_wall(input, *obstacle->until);
}

// First match decides what the slot is said to be.
std::optional<SlotStatus> slot_status(const PlanInput& input, const ServiceHistory& history,
                                      Slot slot, const SlotView& view, const Obstacle* obstacle) {
  SlotStatus status{.slot = slot};
  const auto past = history.slots.find(slot);
  if (past != history.slots.end()) status.attempts = most_failures(past->second);

  if (const Member* serving = view.best(Role::serving); serving != nullptr) {
    show_run(status, *serving);
    return status;
  }
  if (const Member* outdated = view.best(Role::outdated); outdated != nullptr) {
    show_run(status, *outdated);
    const bool stands_still = history.rollout.state == state::RolloutState::paused;
    status.cause = stands_still ? Reason::update_paused : Reason::outdated;
    status.message = stands_still
                         ? "of an older revision; the update is paused: " + history.rollout.message
                         : std::string("of an older revision");
    show_obstacle(input, status, obstacle);
    return status;
  }
  if (const Member* failing = view.best(Role::failing); failing != nullptr) {
    show_run(status, *failing);
    show_obstacle(input, status, obstacle);
    return status;
  }
  if (view.busy != nullptr) {
    const Member* startable = view.best(Role::startable);
    if (startable != nullptr) show_container(status, *startable);
    status.state = startable != nullptr ? SlotState::starting : SlotState::creating;
    status.cause = Reason::scaling_up;
    return status;
  }
  if (obstacle != nullptr) {
    status.state = obstacle->state;
    status.cause = obstacle->cause;
    status.message = obstacle->message;
    if (obstacle->until) status.next_attempt = to_wall(input, *obstacle->until);
    return status;
  }
  if (const Member* finished = view.finished(); finished != nullptr) {
    show_container(status, *finished);
    status.state = SlotState::exited;
    status.cause = Reason::completed;
    status.message = describe_end(*finished->seen) + "; its restart policy does not start it again";
    return status;
  }
  if (const Member* stopping = view.best(Role::busy_stopping);
      stopping != nullptr && stopping->seen->container.state != docker::ContainerState::exited) {
    show_container(status, *stopping);
    status.state = SlotState::stopping;
    status.cause = Reason::stopping;
    return status;
  }
  return std::nullopt;
}

// The obstacle worth telling first: what needs somebody's hand before what passes by itself.
int severity(Reason reason) {
  switch (reason) {
    case Reason::engine_refused:
    case Reason::command_invalid:
    case Reason::network_missing:
    case Reason::volume_missing:
    case Reason::forbidden:
    case Reason::attempts_exhausted:
    case Reason::name_taken:
    case Reason::port_taken:
      return 6;
    case Reason::image_unavailable:
    case Reason::update_paused:
      return 5;
    case Reason::waiting_for_dependency:
      return 4;
    case Reason::crash_loop:
    case Reason::exited:
      return 4;
    case Reason::correlated_failure:
      return 4;
    case Reason::unhealthy:
    case Reason::paused:
    case Reason::engine_error:
    case Reason::outcome_unknown:
      return 3;
    case Reason::pulling_image:
    case Reason::preparing:
      return 2;
    case Reason::completed:
      return 0;
    case Reason::held_back:
      return -1;
    case Reason::none:
      return -2;
    default:
      return 1;
  }
}

const SlotStatus* worst_slot(const std::vector<SlotStatus>& slots) {
  const SlotStatus* worst = nullptr;
  for (const SlotStatus& slot : slots) {
    if (slot.cause == Reason::none) continue;
    if (worst == nullptr || severity(slot.cause) > severity(worst->cause)) worst = &slot;
  }
  return worst;
}

struct Tally {
  std::uint32_t outdated = 0;
  std::uint32_t failing = 0;
  std::uint32_t busy = 0;
  std::uint32_t wrecks = 0;
};

// Until it is removed; the removal of one that had ended before is nobody's concern.
bool is_terminating(const PlanInput& input, const Seen& seen) {
  if (seen.container.state != docker::ContainerState::exited) return true;
  return std::any_of(input.in_flight.begin(), input.in_flight.end(), [&seen](const InFlight& act) {
    return act.kind == ActKind::stop && act.container == seen.container.id;
  });
}

Tally count(const PlanInput& input, const ServiceView& view, ServiceStatus& status) {
  Tally tally;
  for (const auto& [slot, slot_view] : view.slots) {
    if (slot_view.busy != nullptr) ++tally.busy;
    for (const Member& member : slot_view.members) {
      const bool running = is_running(*member.seen);
      if (running) ++status.running;
      switch (member.role) {
        case Role::busy_stopping:
          if (is_terminating(input, *member.seen)) ++status.terminating;
          break;
        case Role::failing:
          ++tally.failing;
          if (running) ++status.updated;
          break;
        case Role::serving:
          if (running) ++status.updated;
          if (is_ready(*member.seen)) ++status.ready;
          break;
        case Role::outdated:
          ++tally.outdated;
          if (is_ready(*member.seen)) ++status.ready;
          break;
        case Role::wreck:
          ++tally.wrecks;
          break;
        default:
          break;
      }
    }
  }
  status.adopted = static_cast<std::uint32_t>(view.adopted.size());
  status.running += status.adopted + static_cast<std::uint32_t>(view.adopted_stopping);
  status.ready += status.adopted;
  status.terminating += static_cast<std::uint32_t>(view.adopted_stopping);
  return tally;
}

struct Explanation {
  Reason reason;
  std::string message;
};

Explanation explain(const PlanInput& input, const state::Service& service,
                    const ServiceStatus& status, const Tally& tally, const Verdict& verdict) {
  if (!input.world.reachable) return {Reason::engine_unreachable, input.world.problem};
  if (input.world.doubt) {
    return {Reason::implausible, input.world.doubt->message + "; a second look decides"};
  }
  if (service.removing) {
    return {Reason::removing,
            fmt::format("the service is deleted; {} containers run still", status.running)};
  }
  if (!service.desired) {
    return {Reason::no_target,
            fmt::format("no target yet: POST /service/{}/scale", service.name().str())};
  }
  if (service.paused) {
    return {Reason::paused,
            fmt::format("paused: nothing is started or stopped until POST /service/{}/resume",
                        service.name().str())};
  }
  if (verdict.doubted > 0) {
    return {Reason::implausible,
            fmt::format("{} containers would be stopped, which nobody asked for; a second look "
                        "decides",
                        verdict.doubted)};
  }
  const std::uint32_t desired = *service.desired;
  const SlotStatus* worst = worst_slot(status.slots);
  if (worst != nullptr && severity(worst->cause) >= 2) {
    return {worst->cause, fmt::format("slot {}: {}", worst->slot, worst->message)};
  }
  if (tally.outdated > 0) {
    return {Reason::updating, fmt::format("{} of {} containers are of an older revision",
                                          tally.outdated, std::max(desired, tally.outdated))};
  }
  if (status.ready < desired && worst != nullptr && worst->cause == Reason::completed) {
    return {worst->cause, fmt::format("slot {}: {}", worst->slot, worst->message)};
  }
  if (status.ready < desired) {
    const Reason reason =
        worst != nullptr && worst->cause != Reason::held_back ? worst->cause : Reason::scaling_up;
    return {reason, fmt::format("{} of {} ready", status.ready, desired)};
  }
  if (tally.failing > 0)
    return {Reason::unhealthy, fmt::format("{} unhealthy are being replaced", tally.failing)};
  if (status.terminating > 0)
    return {Reason::stopping, fmt::format("{} are being stopped", status.terminating)};
  return {Reason::scaling_down, fmt::format("{} above the target of {}", verdict.surplus, desired)};
}

Condition image_condition(const PlanInput& input, const state::Service& service) {
  Condition condition{
      .type = ConditionType::image_ready, .status = Truth::unknown, .since = input.wall};
  const auto found = input.history.images.find(service.definition.image.str());
  if (found == input.history.images.end()) return condition;
  switch (found->second.state) {
    case ImageState::unknown:
      break;
    case ImageState::present:
      condition.status = Truth::yes;
      if (!found->second.warning.empty()) {
        condition.reason = Reason::pull_failed;
        condition.message = found->second.warning;
      }
      break;
    case ImageState::missing:
      condition.status = Truth::no;
      condition.reason = Reason::pulling_image;
      condition.message = service.definition.image.str() + " is not on the engine";
      break;
    case ImageState::failed:
      condition.status = Truth::no;
      condition.reason = Reason::image_unavailable;
      condition.message =
          fmt::format("image {}: {}", service.definition.image.str(), found->second.ladder.message);
      break;
  }
  return condition;
}

// Shown while there is something to be said of it: until it is complete, and for good when it was
// given up.
std::optional<state::RolloutStatus> rollout_status(const PlanInput& input, const Declared& declared,
                                                   const ServiceHistory& history,
                                                   std::uint32_t outdated) {
  const Rollout& rollout = history.rollout;
  if (rollout.revision != declared.service->revision) return std::nullopt;
  const bool under_way = rollout.state == state::RolloutState::rolling &&
                         (outdated > 0 || (is_guarded(declared, history) && !rollout.complete));
  const bool stands = rollout.state == state::RolloutState::paused ||
                      rollout.state == state::RolloutState::rolled_back;
  if (!under_way && !stands) return std::nullopt;
  state::RolloutStatus status{.state = rollout.state,
                              .revision = rollout.gave_up.value_or(rollout.revision),
                              .reason = rollout.reason,
                              .message = rollout.message,
                              .began = rollout.began,
                              .failures = static_cast<std::uint32_t>(rollout.failed.size())};
  const auto rules =
      update_rules(*declared.service, declared.service->desired.value_or(0), input.policy);
  if (const auto deadline = rollout_deadline(declared, history, rules))
    status.deadline = to_wall(input, *deadline);
  return status;
}

Truth truth(bool claim) { return claim ? Truth::yes : Truth::no; }

// What is true although all is as desired, and should not be overlooked.
Explanation afterthought(const ServiceStatus& status) {
  if (status.rollout && status.rollout->state == state::RolloutState::rolled_back) {
    return {Reason::rolled_back,
            fmt::format("revision {} failed and was rolled back: {}",
                        state::number(status.rollout->revision), status.rollout->message)};
  }
  return {Reason::as_desired, ""};
}

}  // namespace

ServiceStatus report(const PlanInput& input, const Declared& declared, const ServiceView& view,
                     const Verdict& verdict) {
  const state::Service& service = *declared.service;
  static const ServiceHistory kNoHistory;
  const auto past = input.history.services.find(service.name());
  const ServiceHistory& history = past == input.history.services.end() ? kNoHistory : past->second;

  ServiceStatus status{.name = service.name(),
                       .desired = service.desired,
                       .generation = service.generation,
                       .observed_generation = service.generation,
                       .observed_at = input.world.observed_at};
  const Tally tally = count(input, view, status);

  static const SlotView kEmpty;
  std::map<Slot, const SlotView*> slots;
  for (const auto& [slot, slot_view] : view.slots) slots[slot] = &slot_view;
  for (const auto& [slot, obstacle] : verdict.obstacles) slots.try_emplace(slot, &kEmpty);
  for (const auto& [slot, slot_view] : slots) {
    const auto obstacle = verdict.obstacles.find(slot);
    auto shown = slot_status(input, history, slot, *slot_view,
                             obstacle == verdict.obstacles.end() ? nullptr : &obstacle->second);
    if (!shown) continue;
    const bool is_older = obstacle != verdict.obstacles.end() && obstacle->second.since;
    shown->since = is_older ? *obstacle->second.since : input.wall;
    status.slots.push_back(std::move(*shown));
  }

  const bool settled = tally.outdated == 0 && tally.failing == 0 && tally.busy == 0 &&
                       tally.wrecks == 0 && status.terminating == 0 && verdict.surplus == 0;
  status.rollout = rollout_status(input, declared, history, tally.outdated);
  status.converged = input.world.reachable && input.world.listed && !input.world.doubt &&
                     verdict.doubted == 0 && !service.removing && service.desired == status.ready &&
                     settled;

  const Explanation why =
      status.converged ? afterthought(status) : explain(input, service, status, tally, verdict);
  const bool wanted = service.desired.has_value() || service.removing;
  const bool moving = tally.busy > 0 || status.terminating > 0 || verdict.actions > 0;
  const bool available = service.desired && status.ready >= *service.desired;
  status.conditions = {
      {.type = ConditionType::converged,
       .status = wanted || !input.world.reachable ? truth(status.converged) : Truth::unknown,
       .reason = why.reason,
       .message = why.message,
       .since = input.wall},
      {.type = ConditionType::available,
       .status = service.desired ? truth(available) : Truth::unknown,
       .reason = available ? Reason::as_desired : why.reason,
       .message = available ? "" : why.message,
       .since = input.wall},
      {.type = ConditionType::progressing,
       .status = truth(moving && input.world.reachable),
       .reason = why.reason,
       .message = why.message,
       .since = input.wall},
      {.type = ConditionType::engine_reachable,
       .status = truth(input.world.reachable),
       .reason = input.world.reachable ? Reason::none : Reason::engine_unreachable,
       .message = input.world.reachable ? "" : input.world.problem,
       .since = input.wall},
      image_condition(input, service),
      {.type = ConditionType::paused,
       .status = truth(service.paused),
       .reason = service.paused ? Reason::paused : Reason::none,
       .message = service.paused ? "by an operator" : "",
       .since = input.wall},
  };
  return status;
}

}  // namespace genisys::controller
