// What a rule about replacing containers says of one service at one moment: which slots may get a
// successor, and which old containers have one that is proven. Rollout and healing both speak so.
//
// Pure values. They refer to nothing of their inputs.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "controller/verdict.hpp"

namespace genisys::controller {

struct ReplacementStep {
  std::set<Slot> replacing;                    // may get a successor now, or have one under way
  std::set<Slot> superseded;                   // the old container may stop
  std::map<Slot, Obstacle> held;               // wait for others, and why
  std::optional<state::TimePoint> look_again;  // when waiting alone changes the step
  // Successors, and when the engine must be asked about them for the step to go on.
  std::map<docker::ContainerId, state::TimePoint> look_at;
};

}  // namespace genisys::controller
