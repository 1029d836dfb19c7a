// Which slot of a service is updated next. One slot after the other, those that serve nobody first;
// an old container goes when its successor has proved itself; while anything is not ready, nothing
// else is begun.
//
// Pure. The step refers to nothing of its inputs.
#pragma once

#include <optional>
#include <set>

#include "controller/classify.hpp"

namespace genisys::controller {

struct RolloutStep {
  std::set<Slot>
      replacing;  // may get a successor of the current revision now, or have one under way
  std::set<Slot> superseded;                   // their outdated container may stop
  std::optional<state::TimePoint> look_again;  // when a successor will have proved itself
};

// `kept`: the slots that shall hold a replica; a step is about them alone.
RolloutStep next_step(const ServiceView& service, const std::set<Slot>& kept,
                      const ServiceHistory& history, const Policy& policy, state::TimePoint now);

}  // namespace genisys::controller
