// The definitions that a service had.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /service/{name}/revisions: newest first, with the generation as ETag.
Reply show_revisions(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
