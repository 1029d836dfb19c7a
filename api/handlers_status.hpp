// What is true now, at once or as soon as it is worth telling.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /service/{name}/status[?wait=30s&(for=converged|index=N)]
Reply show_status(const Context& context, Request request, PathValues values);
// GET /status, with the same query: for=converged waits for every service that has a target.
Reply show_statuses(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
