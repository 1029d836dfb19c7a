// Desired state and what is reported about it: values that cross rooms. No behaviour, no I/O.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "state/clock.hpp"
#include "state/definition.hpp"
#include "state/shared_resources.hpp"

namespace genisys::state {

// Counts accepted changes of a service (definition or target), from 1.
enum class Generation : std::uint64_t {};
// Counts changes of the definition alone, from 1; carried by containers as a label.
enum class Revision : std::uint64_t {};
// Counts changes of anything that a status shows; durable and monotonic.
enum class Index : std::uint64_t {};

template <class Counter>
constexpr std::uint64_t number(Counter counter) {
  return static_cast<std::uint64_t>(counter);
}
template <class Counter>
constexpr Counter next(Counter counter) {
  return Counter{number(counter) + 1};
}

// One definition that a service had, or has.
struct RevisionRecord {
  Revision revision{1};
  std::shared_ptr<const Definition> definition;
  WallTime recorded_at = {};
};
// By ascending revision; the last one is the current. Immutable and shared.
using RevisionHistory = std::vector<RevisionRecord>;

// One declared service, as recorded.
struct Service {
  Definition definition;
  Revision revision{1};
  Generation generation{1};
  std::optional<std::uint32_t> desired = {};  // null until somebody scales
  bool removing = false;                      // DELETE was accepted: stop its containers, forget it
  bool keep_containers = false;               // …but leave those that run, as nobody's
  bool remove_volumes = false;                // …and with them the volumes that we made for it
  bool paused = false;                        // hands off until it is resumed
  bool rolled_back = false;              // the current revision is the way back to an older one
  std::uint64_t backoff_resets = 0;      // how often somebody asked to try again now
  std::set<std::uint32_t> vacated = {};  // slots that hold nothing while this target stands
  // The last revision whose rollout completed. Written by the controller alone.
  std::optional<Revision> stable = {};
  // The newest ten and the stable one. Compared by identity, like everything shared.
  std::shared_ptr<const RevisionHistory> revisions = {};

  const ServiceName& name() const { return definition.name; }
  bool operator==(const Service&) const = default;
};

// The durable truth at one moment. Immutable and shared: cheap to hold over a suspension, though
// what was decided from it must be checked against the current one afterwards.
struct Snapshot {
  std::string instance;  // UUID of this state file; labels what is ours
  std::map<ServiceName, std::shared_ptr<const Service>> services;
  // The spec hash of each service-file entry when it was last taken: an entry is taken again only
  // when it changes, so that a definition changed (or removed) over the API stays.
  std::map<ServiceName, std::string> file_entries;
  // What the controller remembers over its own restarts (ladders, rollouts), in its own words: text
  // by key. Nobody else reads or writes it.
  std::map<std::string, std::string> memory;
  // What services share. One that no service and no file names any more is forgotten.
  std::shared_ptr<const SharedResources> shared = std::make_shared<const SharedResources>();
  // Ids of containers that carry our labels and were let go (DELETE ?keep=containers): nobody's
  // now.
  std::set<std::string> released;

  const Service* find(const ServiceName& name) const;
};
using SnapshotPtr = std::shared_ptr<const Snapshot>;

// ---- what is reported
// ------------------------------------------------------------------------------

enum class ConditionType {
  converged,
  available,
  progressing,
  engine_reachable,
  image_ready,
  paused
};
enum class Truth { yes, no, unknown };

// Why something is as it is. The texts (to_string) are part of the API: clients branch on them.
enum class Reason {
  none,
  as_desired,    // nothing left to do
  no_target,     // nobody has scaled it yet
  not_observed,  // accepted, no pass has looked at it yet
  scaling_up,
  scaling_down,
  updating,  // containers of an older revision are being replaced
  starting,  // a container runs and is not healthy yet
  stopping,
  removing,           // DELETE accepted, containers are being stopped
  update_delayed,     // waits out update_config.delay before the next step
  update_paused,      // a replica of the new revision failed: waits for a person
  rolled_back,        // the new revision failed; the last stable one is back
  deadline_exceeded,  // an update made no progress for too long
  crash_loop,         // the container ends soon after its start
  exited,             // the container ended
  unhealthy,
  correlated_failure,  // all replicas turned unhealthy together: one is tried, the rest is held
  paused,              // by hand: a container in the engine, or the service over the API
  held_back,           // another slot of this service tries first
  restarted_by_hand,   // stopped by hand a moment ago: a restart may be under way
  stopped_by_hand,
  pulling_image,
  image_unavailable,  // missing, or the pull failed
  pull_failed,        // a newer image could not be had; the one that is here serves
  port_taken,
  name_taken,
  command_invalid,  // not found or not executable
  network_missing,
  volume_missing,
  preparing,               // a network or a volume is being made
  waiting_for_dependency,  // a service it depends on is not there yet
  forbidden,               // the configuration's policy does not allow this definition
  completed,               // ended, and its restart policy does not start it again
  attempts_exhausted,      // failed as often as its restart policy allows
  engine_refused,          // the engine said no to this definition
  engine_unreachable,
  engine_error,     // the engine failed; its fault, not the definition's
  outcome_unknown,  // the answer was lost; looking again
  implausible,      // what was seen is hard to believe: a second look decides
  surplus,          // more than the target
  outdated,         // not the current revision
  wreck,            // left over from an engine crash
  dead,             // kept no longer
};

std::string_view to_string(ConditionType);
std::string_view to_string(Truth);  // "True", "False", "Unknown"
std::string_view to_string(Reason);
std::optional<Reason> parse_reason(std::string_view text);

struct Condition {
  ConditionType type;
  Truth status;
  Reason reason = Reason::none;
  std::string message;
  WallTime since = {};

  bool operator==(const Condition&) const = default;
};

struct SlotPort {
  std::string container;  // "8080/tcp"
  std::string host;       // "0.0.0.0:32768"

  bool operator==(const SlotPort&) const = default;
};

enum class SlotState { waiting, pulling, creating, starting, running, stopping, backoff, exited };
std::string_view to_string(SlotState);

struct SlotStatus {
  std::uint32_t slot = 0;
  SlotState state = SlotState::waiting;
  std::string container = {};  // full id, empty when there is none
  std::string name = {};
  std::string health = {};  // "healthy", "unhealthy", "starting"; empty without a health check
  std::optional<Revision> revision = {};
  std::optional<WallTime> started_at = {};
  std::vector<SlotPort> ports = {};
  Reason cause = Reason::none;
  std::string message = {};
  WallTime since = {};         // when the slot came to be in this state for this cause
  std::uint32_t attempts = 0;  // failures in a row
  std::optional<WallTime> next_attempt = {};

  bool operator==(const SlotStatus&) const = default;
};

enum class RolloutState { rolling, paused, rolled_back, completed };
std::string_view to_string(RolloutState);

// The way of a service to its current revision: shown until it is completed.
struct RolloutStatus {
  RolloutState state = RolloutState::rolling;
  Revision revision{1};          // the one that is rolled out; of rolled_back: the one that failed
  Reason reason = Reason::none;  // why it stands still or was given up
  std::string message = {};
  WallTime began = {};
  std::optional<WallTime> deadline = {};  // when it counts as failed without further progress
  std::uint32_t failures = 0;             // replicas of the revision that failed

  bool operator==(const RolloutStatus&) const = default;
};

// What the controller saw of one service. `desired` and `generation` are those it looked at; the
// API lays the current record over them (see status_board.hpp).
struct ServiceStatus {
  ServiceName name;
  std::optional<std::uint32_t> desired = {};
  std::uint32_t running = 0;  // the seed's running_resources
  std::uint32_t ready = 0;
  std::uint32_t updated = 0;
  std::uint32_t terminating = 0;
  std::uint32_t adopted = 0;
  bool converged = false;
  Generation generation{0};
  Generation observed_generation{0};
  WallTime observed_at = {};
  std::vector<Condition> conditions = {};
  std::vector<SlotStatus> slots = {};
  std::optional<RolloutStatus> rollout = {};

  bool operator==(const ServiceStatus&) const = default;
};

// One thing the reconciler would do: the answer of a dry run.
struct PlannedAction {
  std::string action;  // "run", "start", "stop", "remove", "pull"
  ServiceName service;
  std::uint32_t slot = 0;  // 0: none (an adopted container, an image)
  std::string container = {};
  Reason cause = Reason::none;
  std::string message = {};
};

}  // namespace genisys::state
