#include "api/handlers_why.hpp"

#include <utility>

#include "api/answers.hpp"
#include "api/codec_why.hpp"
#include "api/parameters.hpp"

namespace genisys::api {
namespace {

boost::asio::awaitable<Response> explain(const Context& context, state::ServiceName name) {
  const std::vector<state::JournalEntry> entries = co_await context.store.journal(
      {.service = name, .limit = kWhyEntries, .choose = state::JournalQuery::Choose::newest});
  // Looked up after the read: what is shown of the service is not older than its history.
  const Record record = find_record(*context.store.snapshot(), name.str());
  if (record == nullptr) co_return unknown_service(name.str());
  const state::ServiceStatus status = current_status(*record, context.board.find(name));
  co_return json(200, encode_why(*record, status, entries));
}

}  // namespace

Reply show_why(const Context& context, Request request, PathValues values) {
  if (auto refusal = refusal_of_query(request)) return std::move(*refusal);
  const Record record = find_record(*context.store.snapshot(), values[0]);
  if (record == nullptr) return unknown_service(values[0]);
  return explain(context, record->name());
}

}  // namespace genisys::api
