// Which slots of a service shall hold a replica: those that do, less the surplus and the vacated;
// then the lowest free ones that have a host port, those that
// have done their work before those that never did it.
//
// Pure.
#pragma once

#include <set>

#include "controller/classify.hpp"

namespace genisys::controller {

struct SlotChoice {
  std::set<Slot> kept;     // shall hold a replica
  std::set<Slot> surplus;  // hold one and shall not
};

// `target`: how many replicas shall run, adopted ones included.
SlotChoice choose_slots(const ServiceView& view, const state::Service& service,
                        std::uint32_t target);

// The definition has a host port for this slot wherever it fixes one.
bool has_host_ports(const state::Definition& definition, Slot slot);

// May hold resources and count as running for the engine, whatever we think of it.
bool may_run(const Member& member);

}  // namespace genisys::controller
