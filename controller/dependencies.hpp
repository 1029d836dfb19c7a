// Start order: what the first container of a service waits for, by its depends_on. Once a container
// of the service runs, nothing waits any more; so its scaling and healing wait for nobody, and
// after a restart of the engine the order is kept again.
//
// Pure.
#pragma once

#include <optional>

#include "controller/verdict.hpp"

namespace genisys::controller {

// What is not there yet; nothing when everything is. It changes with the views alone, never by
// waiting.
std::optional<Obstacle> dependency_gate(const state::Service& service, const Wanted& wanted,
                                        const ServiceViews& views);

}  // namespace genisys::controller
