#include "api/handlers_events.hpp"

#include <memory>
#include <utility>

#include "api/answers.hpp"
#include "api/codec_journal.hpp"
#include "api/journal_stream.hpp"
#include "api/parameters.hpp"

namespace genisys::api {
namespace {

boost::asio::awaitable<Response> read_events(const Context& context, state::ServiceName name,
                                             std::size_t limit) {
  const std::vector<state::JournalEntry> entries = co_await context.store.journal(
      {.service = name, .limit = limit, .choose = state::JournalQuery::Choose::newest});
  if (entries.empty() && context.store.snapshot()->find(name) == nullptr) {
    co_return unknown_service(name.str());
  }
  co_return json(200, encode_entries(entries));
}

}  // namespace

Reply show_events(const Context& context, Request request, PathValues values) {
  const Checked<Limit> limit = limit_of(request);
  if (!limit) return limit.error();
  const std::optional<state::ServiceName> name = state::ServiceName::parse(values[0]);
  if (!name) return unknown_service(values[0]);
  return read_events(context, *name, limit->count);
}

Reply follow_events(const Context& context, Request request, PathValues) {
  Checked<Following> following = following_of(request);
  if (!following) return following.error();
  return Stream{.content_type = "text/event-stream",
                .source = std::make_unique<JournalStream>(context, std::move(*following))};
}

}  // namespace genisys::api
