#include "api/answers.hpp"

#include <fmt/format.h>

#include <utility>

#include "api/codec.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "state/text.hpp"

namespace genisys::api {
namespace {

constexpr const char* kIndexHeader = "X-Genisys-Index";

}  // namespace

Record find_record(const state::Snapshot& snapshot, std::string_view name) {
  const std::optional<state::ServiceName> parsed = state::ServiceName::parse(name);
  if (!parsed) return nullptr;
  const auto found = snapshot.services.find(*parsed);
  return found == snapshot.services.end() ? nullptr : found->second;
}

Response json(int status, std::string body) { return {.status = status, .body = std::move(body)}; }

Response definition_answer(int status, const state::Service& record, Show show) {
  Response response = json(status, encode_shown(record.definition, show));
  response.headers.emplace_back("ETag", entity_tag(record.generation));
  return response;
}

Response status_answer(int status, const Context& context, const Record& record) {
  const StatusCache::Encoded& shown =
      context.status_cache->find(context.board, *context.store.snapshot(), record);
  Response response = json(status, shown.body);
  response.headers.emplace_back("ETag", shown.entity_tag);
  response.headers.emplace_back(kIndexHeader, shown.index);
  return response;
}

Response statuses_answer(const Context& context, const std::vector<Record>& records) {
  const state::SnapshotPtr snapshot = context.store.snapshot();
  ObjectByName statuses;
  for (const Record& record : records) {
    statuses.add(record->name(), context.status_cache->find(context.board, *snapshot, record).body);
  }
  Response response = json(200, std::move(statuses).finish());
  response.headers.emplace_back(kIndexHeader, std::to_string(number(context.board.index())));
  return response;
}

Response unknown_service(std::string_view name) {
  if (!state::ServiceName::parse(name)) {
    return problem(404, fmt::format("there is no service {}: names match "
                                    "[a-zA-Z0-9][a-zA-Z0-9_.-]{{0,62}}",
                                    state::quote(name)));
  }
  return problem(
      404, fmt::format("there is no service {}; GET /service lists them", state::quote(name)));
}

Response refusal_answer(const state::Refusal& refusal) {
  switch (refusal.kind) {
    case state::RefusalKind::not_found:
      return problem(404, refusal.detail, refusal.problems);
    case state::RefusalKind::conflict:
      return problem(409, refusal.detail, refusal.problems);
    case state::RefusalKind::precondition_failed:
      return problem(412, refusal.detail, refusal.problems);
    case state::RefusalKind::invalid:
      break;
  }
  return problem(400, refusal.detail, refusal.problems);
}

}  // namespace genisys::api
