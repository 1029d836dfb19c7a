// Which unhealthy replica is replaced next: one after the other, each when the one before has a
// proven successor. When all of a service turned unhealthy together, the cause is likely not theirs
// (something they all need is gone): one is tried, the others are held.
//
// Pure.
#pragma once

#include "controller/replacement.hpp"

namespace genisys::controller {

// `kept`: the slots that shall hold a replica. `monitor`: how long a successor must be ready.
ReplacementStep next_healing(const ServiceView& service, const std::set<Slot>& kept,
                             const ServiceHistory& history, state::Duration monitor);

}  // namespace genisys::controller
