// depends_on among the services of a project: that each name is one, and that there is an order in
// which they can start.
//
// Pure. Any thread.
#pragma once

#include <set>
#include <string>

#include "state/value.hpp"

namespace genisys::state::compose {

// `services` are those that are taken, each as in the file; `left_out` the names of those that are
// declared and belong to a profile. A name that is neither, a cycle, and one that is left out and
// needed are problems.
void check_dependencies(const Map& services, const std::set<std::string>& left_out,
                        Problems& problems);

}  // namespace genisys::state::compose
