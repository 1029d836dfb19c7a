// Which networks and volumes services name: what must be there for them, and what is of no use any
// more.
//
// Pure. Any thread.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>

#include "state/model.hpp"

namespace genisys::state {

// By the engine's names of them. Volumes: those with a name, of every syntax.
struct ResourceNames {
  std::set<std::string> networks = {};
  std::set<std::string> volumes = {};

  void merge(ResourceNames others);
  bool operator==(const ResourceNames&) const = default;
};

ResourceNames named_by(const Definition& definition);

// By any of the definitions that are kept of it: it may go back to each of them.
ResourceNames named_by(const Service& service);

// `shared` without what none of `services` names.
SharedResources still_shared(const SharedResources& shared,
                             const std::map<ServiceName, std::shared_ptr<const Service>>& services);

}  // namespace genisys::state
