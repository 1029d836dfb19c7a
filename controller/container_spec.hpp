// What the engine is told of one slot of a service: a definition in the engine's terms, with our
// labels.
//
// Pure. Any thread.
#pragma once

#include <string>
#include <string_view>

#include "controller/labels.hpp"

namespace genisys::controller {

// Precondition: the service's ports leave a host port for the slot (Port::host_port). When a
// container is started again is never said: the engine restarts nothing.
docker::ContainerSpec container_spec(const state::Service& service, const std::string& spec_hash,
                                     Slot slot, std::string_view instance);

// How its containers take part in networks: the one of the highest priority first, which is the
// one that is said at the create. Empty: they are on the engine's default, or on what network_mode
// says.
std::vector<docker::Endpoint> endpoints_of(const state::Definition& definition);

// Those that are joined after the create.
std::vector<docker::Endpoint> later_joins(const docker::ContainerSpec& spec);

}  // namespace genisys::controller
