// The operator's hands: leave a service alone for a while, go on, try again now, go back.
//
// All take ?dry_run=true; all but the backoff's take If-Match.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// POST /service/{name}/pause: nothing is started, stopped or replaced until it is resumed. 200 and
// the status.
Reply pause_service(const Context& context, Request request, PathValues values);
// POST /service/{name}/resume: 200 and the status.
Reply resume_service(const Context& context, Request request, PathValues values);
// DELETE /service/{name}/backoff: what waits for its next attempt is tried now. 200 and the status.
Reply reset_backoff(const Context& context, Request request, PathValues values);
// POST /service/{name}/rollback {"revision": 3}, or without a body to the last stable one: 200 and
// the definition.
Reply roll_back_service(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
