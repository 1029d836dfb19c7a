// What was observed, what was tried, and what is under way: the inputs of plan() besides the
// desired state. Values only; observer and executor fill them, plan() reads them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "controller/labels.hpp"
#include "docker/types.hpp"
#include "state/clock.hpp"
#include "state/model.hpp"

namespace genisys::controller {

// Whether somebody outside gave a container the signal it ended by. Known from events only, so it
// may be missing: then the end counts as the container's own.
enum class Hand {
  none,
  stopped,  // a signal that a stop or a restart sends: it may come back by itself in a moment
  killed,   // SIGKILL
  engine,   // nobody's: the engine went away meanwhile, or lost the container with the machine
};

// One container as the observer knows it.
struct Seen {
  docker::Container container;
  std::optional<docker::EngineTime> started_at = {};  // unknown until it was inspected
  std::optional<docker::EngineTime> finished_at = {};
  std::string error = {};  // why its start failed, in the engine's words
  bool oom_killed = false;
  bool wreck = false;  // "running" without ever having started: left by an engine crash
  Hand hand = Hand::none;
  bool detailed = false;                // inspected in its present state
  state::TimePoint ended_at = {};       // when the observer learnt that it does not run any more
  state::TimePoint running_since = {};  // when the observer first saw this run
  state::TimePoint seen_at = {};        // when the engine was last asked about it
};

// What the engine said is hard to believe; `containers` are those from before, until a second look
// says the same.
struct Doubt {
  std::string message;
  state::TimePoint look_again;  // not before it a second look counts
};

struct World {
  bool reachable = false;  // the engine answered the last time it was asked
  bool listed = false;     // `containers` is a whole list, however old
  std::string problem;     // why it is not reachable
  std::optional<Doubt> doubt = {};
  state::WallTime observed_at = {};
  std::map<docker::ContainerId, Seen> containers;
  std::map<std::string, bool> images = {};  // of those somebody asked about: is it on the engine?
};

// ---- history
// ---------------------------------------------------------------------------------------

// Failures in a row of one kind, and when the next attempt may begin.
struct Ladder {
  std::uint32_t failures = 0;
  state::TimePoint next_attempt = {};
  state::Duration waited = {};  // the delay before next_attempt
  state::Reason cause = state::Reason::none;
  std::string message = {};
  state::WallTime since = {};
  // Whose port or name is in the way, once that was seen: when it is gone, so is the cause.
  std::optional<docker::ContainerId> holder = {};

  bool operator==(const Ladder&) const = default;
};

struct SlotHistory {
  // Apart by what went wrong (see ladder_key()), so that a port that was freed says nothing about a
  // program that crashes.
  std::map<state::Reason, Ladder> ladders = {};
  // The container whose end was counted last, so that each end counts once.
  std::optional<docker::ContainerId> counted = {};
  // Unhealthy ones, for the same reason.
  std::set<docker::ContainerId> found_ill = {};
  // Ended containers of which the journal has the last words.
  std::set<docker::ContainerId> examined = {};
  // Names up to this incarnation can't be had (taken by a foreign container).
  std::uint32_t burnt_incarnation = 0;

  bool operator==(const SlotHistory&) const = default;
};

// The way of a service to one revision.
struct Rollout {
  state::Revision revision{0};
  state::RolloutState state = state::RolloutState::rolling;
  bool complete = false;  // every replica was proven; what fails later is no failure of the update
  state::WallTime began = {};
  // The deadline counts from here; nothing while time does not count: during a pull, above all.
  std::optional<state::TimePoint> progressed = {};
  std::optional<state::TimePoint> stepped = {};  // when the last replica was proven
  std::uint32_t proven = 0;                      // the most there were
  std::set<Slot> failed = {};                    // slots whose new replica failed
  state::Reason reason = state::Reason::none;    // why it stands still or was given up
  std::string message = {};
  std::optional<state::Revision> gave_up = {};  // of a roll-back: the revision that failed

  bool operator==(const Rollout&) const = default;
};

// Containers whose end was planned and is hard to believe in: nobody asked for it.
struct DoubtedEnds {
  std::set<docker::ContainerId> containers = {};
  state::TimePoint since = {};

  bool operator==(const DoubtedEnds&) const = default;
};

struct ServiceHistory {
  std::string spec = {};  // the ladders are about this spec; another one begins anew
  std::map<Slot, SlotHistory> slots = {};
  std::uint32_t failures_in_a_row = 0;  // over all slots, since a replica last proved itself
  std::uint64_t backoff_resets = 0;     // of those asked for, the ones that were heeded
  Rollout rollout = {};
  std::optional<state::Revision> pulled = {};  // pull_policy always: for this revision it was done
  state::Generation settled{0};                // the generation that converged last
  DoubtedEnds doubted = {};
  state::TimePoint record_after = {};  // what could not be recorded is tried again from here on

  bool operator==(const ServiceHistory&) const = default;
};

enum class ImageState { unknown, present, missing, failed };

struct ImageHistory {
  ImageState state = ImageState::unknown;
  Ladder ladder = {};
  std::string warning = {};  // it is here, and a newer one could not be had

  bool operator==(const ImageHistory&) const = default;
};

enum class ResourceKind { network, volume };

// By the engine's name of it.
struct ResourceKey {
  ResourceKind kind = ResourceKind::network;
  std::string name;

  auto operator<=>(const ResourceKey&) const = default;
};
std::string to_string(const ResourceKey&);  // "network back"

struct ResourceHistory {
  std::optional<state::TimePoint> seen_at = {};  // the engine said then that it is there
  Ladder ladder = {};

  bool operator==(const ResourceHistory&) const = default;
};

struct History {
  std::map<state::ServiceName, ServiceHistory> services;
  std::map<std::string, ImageHistory> images;  // by reference as written
  // Of what services share. Known of the engine as it is, so never remembered for long: a new
  // process, and an engine that was away, know nothing.
  std::map<ResourceKey, ResourceHistory> resources = {};
};

// ---- acts under way
// --------------------------------------------------------------------------------

enum class ActKind {
  run,
  start,
  stop,
  remove,
  examine,
  pull,
  prepare,
  roll_back,
  mark_stable,
  forget
};
std::string_view to_string(ActKind);

struct InFlight {
  ActKind kind;
  state::ServiceName service;
  Slot slot = 0;  // 0: none
  std::optional<docker::ContainerId> container = {};
  std::string image = {};                    // pull
  std::optional<ResourceKey> resource = {};  // prepare
};

}  // namespace genisys::controller
