// The top-level networks and volumes of a Compose file.
//
// Pure. Any thread.
#pragma once

#include <map>
#include <string>

#include "state/shared_resources.hpp"
#include "state/value.hpp"

namespace genisys::state::compose {

// By the key that services write. The engine's name is `<project>_<key>`, or what `name` says; for
// an external one without `name` it is the key. `section` may be null. Appends what is wrong,
// pointers beginning with /networks or /volumes.
std::map<std::string, NetworkSpec> read_networks(const Value* section, const std::string& project,
                                                 Problems& problems);
std::map<std::string, VolumeSpec> read_volumes(const Value* section, const std::string& project,
                                               Problems& problems);

}  // namespace genisys::state::compose
