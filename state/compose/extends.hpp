// Services that begin with what another service of the same file says.
//
// Pure. Any thread.
#pragma once

#include "state/value.hpp"

namespace genisys::state::compose {

// Lays each service with `extends` (a name, or a map with the key `service`) over the one that it
// names, as files are laid over one another. A service that extends itself, by whatever way, or by
// more than 20 steps, is a problem, and so is a `file`: what several files share is merged.
void resolve_extends(Map& services, Problems& problems);

}  // namespace genisys::state::compose
