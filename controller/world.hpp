// What was observed, what was tried, and what is under way: the inputs of plan() besides the
// desired state. Values only; observer and executor fill them, plan() reads them.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
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
  state::TimePoint ended_at = {};       // when the observer learnt that it does not run any more
  state::TimePoint running_since = {};  // when the observer first saw this run
};

struct World {
  bool reachable = false;  // the engine answered the last time it was asked
  bool listed = false;     // `containers` is a whole list, however old
  std::string problem;     // why it is not reachable
  state::WallTime observed_at = {};
  std::map<docker::ContainerId, Seen> containers;
};

// ---- history
// ---------------------------------------------------------------------------------------

// The failures in a row of one slot (or of one image), and when the next attempt may begin.
struct Ladder {
  std::uint32_t failures = 0;
  state::TimePoint next_attempt = {};
  state::Duration waited = {};  // the delay before next_attempt
  state::Reason cause = state::Reason::none;
  std::string message = {};
  state::WallTime since = {};
};

struct SlotHistory {
  Ladder ladder = {};
  // The container whose end was counted last, so that each end counts once.
  std::optional<docker::ContainerId> counted = {};
  // Names up to this incarnation can't be had (taken by a foreign container).
  std::uint32_t burnt_incarnation = 0;
};

struct ServiceHistory {
  std::string spec = {};  // the ladders are about this spec; another one begins anew
  std::map<Slot, SlotHistory> slots = {};
  std::uint32_t failures_in_a_row = 0;  // over all slots, since a replica last proved itself
};

enum class ImageState { unknown, present, missing, failed };

struct ImageHistory {
  ImageState state = ImageState::unknown;
  Ladder ladder = {};
};

struct History {
  std::map<state::ServiceName, ServiceHistory> services;
  std::map<std::string, ImageHistory> images;  // by reference as written
};

// ---- acts under way
// --------------------------------------------------------------------------------

enum class ActKind { run, start, stop, remove, pull, forget };
std::string_view to_string(ActKind);

struct InFlight {
  ActKind kind;
  state::ServiceName service;
  Slot slot = 0;  // 0: none
  std::optional<docker::ContainerId> container = {};
  std::string image = {};  // pull
};

}  // namespace genisys::controller
