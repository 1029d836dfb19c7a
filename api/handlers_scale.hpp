// Targets: how many containers of a service shall run.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// POST /service/{name}/scale {"number": N}: 200 and the status, which Genisys expects.
// {"number": N, "remove": [1, 3]} empties these slots and leaves the others alone.
Reply scale_service(const Context& context, Request request, PathValues values);
// POST /scale {"web": 3, "db": 1}: all or none; 200 and the statuses by name.
Reply scale_services(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
