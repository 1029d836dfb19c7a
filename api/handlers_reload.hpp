// The service files, read again on request.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// POST /reload: what SIGHUP does; 200 and the report. 409 when the files are broken: every error is
// named and nothing has changed. ?dry_run=true: the report and the actions that would follow.
Reply reload_services(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
