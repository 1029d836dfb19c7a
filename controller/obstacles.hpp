// What is in the way of a slot, in the words of what was seen: who has its port or its name.
//
// Pure. Pointers point into the world of the input.
#pragma once

#include <string>

#include "controller/plan.hpp"

namespace genisys::controller {

// A running container that publishes a fixed host port which this slot of the service needs; not
// the slot's own. Null when none is seen: then it is a process outside of any container, or nobody.
const Seen* port_holder(const PlanInput& input, const state::Service& service, Slot slot);

// The container whose name the slot's container of this incarnation would have.
const Seen* name_holder(const PlanInput& input, const state::Service& service, Slot slot,
                        std::uint32_t incarnation);

// One sentence about a ladder: "port 8081 is taken by container nginx (foreign)"; the ladder's own
// words where nothing better is known.
std::string describe_obstacle(const PlanInput& input, const state::Service& service, Slot slot,
                              const SlotHistory& past, const Ladder& ladder);

}  // namespace genisys::controller
