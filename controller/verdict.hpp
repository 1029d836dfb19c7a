// What plan() found out about one service while deciding: the slots it counts on, and what holds
// each of them up. The status is made from it, so it can't disagree with what is done.
//
// Pure values, alive for one pass.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "controller/classify.hpp"

namespace genisys::controller {

// Why a slot has no running replica of the current spec yet.
struct Obstacle {
  state::SlotState state = state::SlotState::waiting;
  state::Reason cause = state::Reason::none;
  std::string message = {};
  std::optional<state::TimePoint> until = {};  // when it is looked at again by itself
  std::optional<state::WallTime> since = {};   // where that is older than what is being looked at
};

struct Verdict {
  std::map<Slot, Obstacle> obstacles;
  std::size_t actions = 0;  // planned in this pass
  std::size_t doubted = 0;  // containers whose end waits for a second look
  std::size_t surplus = 0;  // replicas above the target that still are there
};

state::ServiceStatus report(const PlanInput& input, const Declared& declared,
                            const ServiceView& view, const Verdict& verdict);

}  // namespace genisys::controller
