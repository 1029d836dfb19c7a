#include "controller/history.hpp"

#include <fmt/format.h>

#include <optional>
#include <vector>

namespace genisys::controller {
namespace {

using docker::ContainerState;

bool has_ended(const Seen& seen) {
  return !seen.wreck && seen.container.state == ContainerState::exited;
}

std::optional<state::Duration> run_time(const Seen& seen) {
  if (!seen.started_at || !seen.finished_at || *seen.finished_at < *seen.started_at)
    return std::nullopt;
  return std::chrono::duration_cast<state::Duration>(*seen.finished_at - *seen.started_at);
}

// The newest container of a slot that is current, and the newest that has ended.
struct SlotEnds {
  const Seen* running = nullptr;
  const Seen* ended = nullptr;
  std::uint32_t ended_incarnation = 0;
};

std::map<state::ServiceName, std::map<Slot, SlotEnds>> collect(const World& world,
                                                               const Wanted& wanted,
                                                               std::string_view instance) {
  std::map<state::ServiceName, std::map<Slot, SlotEnds>> slots;
  for (const auto& [id, seen] : world.containers) {
    const auto identity = identify(seen.container, instance);
    if (!identity) continue;
    const auto declared = wanted.find(identity->service);
    if (declared == wanted.end() || declared->second.spec != identity->spec) continue;
    SlotEnds& ends = slots[identity->service][identity->slot];
    if (seen.container.state == ContainerState::running && !seen.wreck) ends.running = &seen;
    if (has_ended(seen) &&
        (ends.ended == nullptr || identity->incarnation >= ends.ended_incarnation)) {
      ends.ended = &seen;
      ends.ended_incarnation = identity->incarnation;
    }
  }
  return slots;
}

}  // namespace

Wanted declare(const state::Snapshot& snapshot, const Wanted& previous) {
  Wanted wanted;
  for (const auto& [name, service] : snapshot.services) {
    const auto known = previous.find(name);
    const bool same = known != previous.end() && known->second.service == service;
    wanted.emplace_hint(
        wanted.end(), name,
        Declared{.service = service,
                 .spec = same ? known->second.spec : state::spec_hash(service->definition)});
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
  if (code > 128 && code < 165) return fmt::format("killed by signal {}{}", code - 128, after);
  return fmt::format("exited with code {}{}", code, after);
}

void absorb(History& history, const World& world, const Wanted& wanted, std::string_view instance,
            const BackoffPolicy& policy, state::TimePoint now, state::WallTime wall,
            const Jitter& jitter) {
  std::erase_if(history.services, [&](const auto& entry) { return !wanted.contains(entry.first); });
  const auto slots = collect(world, wanted, instance);
  for (const auto& [name, declared] : wanted) {
    ServiceHistory& service = history.services[name];
    if (service.spec != declared.spec) service = ServiceHistory{.spec = declared.spec};
    const auto found = slots.find(name);
    if (found == slots.end()) continue;
    for (const auto& [slot, ends] : found->second) {
      SlotHistory& past = service.slots[slot];
      const bool counted = ends.ended == nullptr || past.counted == ends.ended->container.id;
      if (!counted) {
        past.counted = ends.ended->container.id;
        const auto ran = run_time(*ends.ended);
        if (ran && is_proven(past.ladder, *ran, policy)) {
          past.ladder = {};
          service.failures_in_a_row = 0;
        }
        // A successor that runs says that this end was dealt with before; an end by somebody's hand
        // is no failure of the program.
        if (ends.running == nullptr && ends.ended->hand == Hand::none) {
          const auto cause =
              past.ladder.failures > 0 ? state::Reason::crash_loop : state::Reason::exited;
          note_failure(past.ladder, cause, describe_end(*ends.ended), policy, now, wall, jitter());
          ++service.failures_in_a_row;
        }
      }
      if (ends.running != nullptr &&
          is_proven(past.ladder, now - ends.running->running_since, policy)) {
        past.ladder = {};
        service.failures_in_a_row = 0;
      }
    }
  }
}

}  // namespace genisys::controller
