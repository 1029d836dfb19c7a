// Where ready replicas are reached.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /service/{name}/endpoints
Reply show_endpoints(const Context& context, Request request, PathValues values);
// GET /sd: Prometheus' HTTP service discovery, of all services. Takes any query and ignores it.
Reply discover_targets(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
