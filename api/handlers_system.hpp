// The program itself: is it alive, is it ready, its numbers, its contract. These take any query and
// ignore it: probes and scrapers add their own.
#pragma once

#include "api/router.hpp"

namespace genisys::api {

// GET /: where to go from here.
Reply show_root(const Context& context, Request request, PathValues values);
// GET /healthz: 200 while requests are answered at all.
Reply show_health(const Context& context, Request request, PathValues values);
// GET /readyz: 200 when the engine is reached, the first pass is done, nothing hangs and writes are
// taken; else 503 and what is missing.
Reply show_readiness(const Context& context, Request request, PathValues values);
// GET /metrics: Prometheus' text format.
Reply show_metrics(const Context& context, Request request, PathValues values);
// GET /openapi.yaml: docs/openapi.yaml, as it was when the program was built.
Reply show_contract(const Context& context, Request request, PathValues values);

}  // namespace genisys::api
