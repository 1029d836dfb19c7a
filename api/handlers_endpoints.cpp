#include "api/handlers_endpoints.hpp"

#include <iterator>
#include <utility>

#include "api/answers.hpp"
#include "api/endpoints.hpp"
#include "api/parameters.hpp"

namespace genisys::api {
namespace {

std::vector<Endpoint> endpoints_now(const Context& context, const state::ServiceName& name) {
  const state::ServiceStatus* status = context.board.find(name);
  if (status == nullptr) return {};
  return endpoints_of(*status, context.advertise);
}

}  // namespace

Reply show_endpoints(const Context& context, Request request, PathValues values) {
  if (auto refusal = refusal_of_query(request)) return std::move(*refusal);
  const Record record = find_record(*context.store.snapshot(), values[0]);
  if (record == nullptr) return unknown_service(values[0]);
  return json(200, encode_endpoints(endpoints_now(context, record->name())));
}

Reply discover_targets(const Context& context, Request, PathValues) {
  std::vector<Endpoint> all;
  for (const auto& [name, record] : context.store.snapshot()->services) {
    std::vector<Endpoint> endpoints = endpoints_now(context, name);
    std::move(endpoints.begin(), endpoints.end(), std::back_inserter(all));
  }
  return json(200, encode_target_groups(all));
}

}  // namespace genisys::api
