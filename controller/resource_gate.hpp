// Whether the networks and volumes that a service names are there, as far as anybody knows: those
// that are declared beside services are made before the first container, and so is a network that
// is only named. A volume that is only named is left to the engine, which makes it by itself.
//
// Pure.
#pragma once

#include <optional>
#include <set>
#include <string_view>
#include <vector>

#include "controller/verdict.hpp"

namespace genisys::controller {

struct ResourceGate {
  // In the way; nothing: everything is there.
  std::optional<Obstacle> obstacle = {};
  std::vector<PrepareResource> to_prepare = {};  // now
};

// `preparing`: an act on it is under way or planned. `in_use`: a container of the service is there,
// so that what was seen cannot have been removed since without being heard of.
ResourceGate resource_gate(const state::Service& service, const state::SharedResources& shared,
                           std::string_view instance, const History& history,
                           const std::set<ResourceKey>& preparing, bool in_use,
                           state::TimePoint now);

bool is_named_by(const state::Definition& definition, const ResourceKey& key);

}  // namespace genisys::controller
