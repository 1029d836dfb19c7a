#include "api/handlers_endpoints.hpp"
#include "api/handlers_events.hpp"
#include "api/handlers_operator.hpp"
#include "api/handlers_reload.hpp"
#include "api/handlers_revisions.hpp"
#include "api/handlers_scale.hpp"
#include "api/handlers_service.hpp"
#include "api/handlers_status.hpp"
#include "api/handlers_system.hpp"
#include "api/handlers_why.hpp"
#include "api/router.hpp"

namespace genisys::api {
namespace {

constexpr Route kRoutes[] = {
    {Method::get, "/", show_root},
    {Method::get, "/service", list_services},
    {Method::post, "/service", register_service},
    {Method::get, "/service/{name}", show_service},
    {Method::put, "/service/{name}", replace_service},
    {Method::del, "/service/{name}", remove_service},
    {Method::post, "/service/{name}/scale", scale_service},
    {Method::get, "/service/{name}/status", show_status},
    {Method::get, "/service/{name}/why", show_why},
    {Method::get, "/service/{name}/events", show_events},
    {Method::get, "/service/{name}/endpoints", show_endpoints},
    {Method::get, "/service/{name}/revisions", show_revisions},
    {Method::post, "/service/{name}/rollback", roll_back_service},
    {Method::post, "/service/{name}/pause", pause_service},
    {Method::post, "/service/{name}/resume", resume_service},
    {Method::del, "/service/{name}/backoff", reset_backoff},
    {Method::post, "/scale", scale_services},
    {Method::get, "/status", show_statuses},
    {Method::post, "/reload", reload_services},
    {Method::get, "/events", follow_events},
    {Method::get, "/sd", discover_targets},
    {Method::get, "/healthz", show_health},
    {Method::get, "/readyz", show_readiness},
    {Method::get, "/metrics", show_metrics},
    {Method::get, "/openapi.yaml", show_contract},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace genisys::api
