#include "api/handlers_system.hpp"

#include <fmt/format.h>

#include <string>
#include <utility>
#include <vector>

#include "api/answers.hpp"
#include "api/openapi.hpp"
#include "api/problem.hpp"

namespace genisys::api {

Reply show_root(const Context& context, Request, PathValues) {
  // The version is the program's own text: digits, dots and letters.
  return json(200, fmt::format(R"({{"name":"genisys-connector","version":"{}",)"
                               R"("services":"/service","status":"/status",)"
                               R"("events":"/events","discovery":"/sd","ready":"/readyz",)"
                               R"("metrics":"/metrics","contract":"/openapi.yaml"}})",
                               context.version));
}

Reply show_health(const Context&, Request, PathValues) {
  return json(200, R"({"status":"alive"})");
}

Reply show_readiness(const Context& context, Request, PathValues) {
  std::vector<std::string> missing;
  if (!context.board.engine_reached()) missing.emplace_back("the engine is not reached");
  if (!context.board.first_pass_done()) missing.emplace_back("the first pass is not done");
  if (context.troubles) {
    for (std::string& trouble : context.troubles()) missing.push_back(std::move(trouble));
  }
  if (missing.empty()) return json(200, R"({"status":"ready"})");
  return problem(503, fmt::format("not ready: {}", fmt::join(missing, ", ")));
}

Reply show_metrics(const Context& context, Request, PathValues) {
  return Response{.body = context.metrics_text(),
                  .content_type = "text/plain; version=0.0.4; charset=utf-8"};
}

Reply show_contract(const Context&, Request, PathValues) {
  return Response{.body = std::string(openapi_yaml()), .content_type = "application/yaml"};
}

}  // namespace genisys::api
