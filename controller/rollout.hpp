// How a service gets to its current revision: which slots are updated next, when the update has
// failed, and when it is complete.
//
// Slots that serve nobody come first; an old container goes when its successor has proved itself;
// while anything is not ready, nothing else is begun. An update is *guarded* when there is a stable
// revision to compare with: then a replica that fails is a failure of the update, and
// update_config says what follows. Without one, there is nothing to go back to or to hold on to.
//
// Pure.
#pragma once

#include <string>

#include "controller/history.hpp"
#include "controller/replacement.hpp"
#include "controller/update_rules.hpp"

namespace genisys::controller {

// `kept`: the slots that shall hold a replica; a step is about them alone.
ReplacementStep next_update(const ServiceView& service, const std::set<Slot>& kept,
                            const Declared& declared, const ServiceHistory& history,
                            const UpdateRules& rules, state::TimePoint now);

// There is a stable revision, other than what is rolled out now, and nobody is on the way back to
// it.
bool is_guarded(const Declared& declared, const ServiceHistory& history);

// The update failed and what it says of that is: go back. Where to; nothing otherwise.
std::optional<state::Revision> wants_roll_back(const Declared& declared,
                                               const ServiceHistory& history,
                                               const UpdateRules& rules);

// What was seen of one service, as far as its rollout is concerned.
struct RolloutFacts {
  std::uint32_t needed = 0;    // replicas of ours that shall run
  std::uint32_t proven = 0;    // replicas of the current spec that are ready for `monitor`
  std::uint32_t outdated = 0;  // that run, of another spec
  bool image_ready = true;     // not known to be missing
  bool hands_off = false;      // paused by an operator
};

// Takes what was seen into account: progress, completion, failure by the ratio or the deadline.
// Returns what that decided, in words for the journal; empty when nothing was.
struct RolloutTurn {
  std::string action;  // "rollout"
  state::Reason reason = state::Reason::none;
  std::string message;
};
std::optional<RolloutTurn> track_rollout(ServiceHistory& history, const Declared& declared,
                                         const RolloutFacts& facts, const UpdateRules& rules,
                                         state::TimePoint now, state::WallTime wall);

// A replica of the current revision failed in `slot`. Counts as a failure of the update while that
// is neither complete nor given up.
void note_update_failure(ServiceHistory& history, Slot slot, state::Reason reason,
                         const std::string& message);

// When waiting alone changes what track_rollout() says.
std::optional<state::TimePoint> rollout_deadline(const Declared& declared,
                                                 const ServiceHistory& history,
                                                 const UpdateRules& rules);

}  // namespace genisys::controller
