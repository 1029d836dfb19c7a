#include "api/handlers_scale.hpp"
#include "api/handlers_service.hpp"
#include "api/handlers_status.hpp"
#include "api/handlers_system.hpp"
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
    {Method::post, "/scale", scale_services},
    {Method::get, "/status", show_statuses},
    {Method::get, "/healthz", show_health},
    {Method::get, "/readyz", show_readiness},
    {Method::get, "/metrics", show_metrics},
    {Method::get, "/openapi.yaml", show_contract},
};

}  // namespace

std::span<const Route> routes() { return kRoutes; }

}  // namespace genisys::api
