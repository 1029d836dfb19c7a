// Definitions: list, register, read, replace, remove.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /service
Reply list_services(const Context& context, Request request, PathValues values);
// POST /service: 201 and where it is; 200 when the identical definition is there; 409 when another
// one is.
Reply register_service(const Context& context, Request request, PathValues values);
// GET /service/{name}
Reply show_service(const Context& context, Request request, PathValues values);
// PUT /service/{name}: 201 when it was created, 200 when it was there.
Reply replace_service(const Context& context, Request request, PathValues values);
// DELETE /service/{name}: 202; the reconciler stops its containers, then forgets it.
// With ?keep=containers it lets them run, as nobody's.
Reply remove_service(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
