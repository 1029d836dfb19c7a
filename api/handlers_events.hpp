// The journal: what happened, of one service and as it happens.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /service/{name}/events?limit=100: the newest, oldest of them first. Of a service that is
// forgotten, too, as long as the journal knows it.
Reply show_events(const Context& context, Request request, PathValues values);
// GET /events: Server-Sent Events, resumed after Last-Event-ID or ?after=N; ?service=web.
Reply follow_events(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
