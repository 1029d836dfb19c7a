// Why a service is as it is.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /service/{name}/why: the status, explained slot by slot, with what was tried and how the last
// container of each ended.
Reply show_why(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
