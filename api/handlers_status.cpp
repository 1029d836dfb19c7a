#include "api/handlers_status.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "api/answers.hpp"
#include "api/parameters.hpp"

namespace genisys::api {
namespace {

// Whether what a client waits for is true of a service.
bool holds(const Wait& wait, const Context& context, const state::Service& record) {
  if (const auto* newer = std::get_if<UntilNewerThan>(&wait.until)) {
    return shown_index(context.board, record.name()) > newer->index;
  }
  return current_status(record, context.board.find(record.name())).converged;
}

bool holds(const Wait& wait, const Context& context, const state::Snapshot& snapshot) {
  if (const auto* newer = std::get_if<UntilNewerThan>(&wait.until)) {
    return context.board.index() > newer->index;
  }
  return std::all_of(snapshot.services.begin(), snapshot.services.end(), [&](const auto& entry) {
    const state::Service& record = *entry.second;
    return !record.desired || holds(wait, context, record);
  });
}

// Level-triggered: whatever woke it, it looks at the newest record and status. The index to wait
// beyond is read in the same step as what it stands for, so that no change in between is missed.
boost::asio::awaitable<Response> wait_for_status(const Context& context, state::ServiceName name,
                                                 Wait wait) {
  const state::TimePoint deadline = context.clock.now() + wait.at_most;
  for (bool in_time = true;;) {
    const Record record = find_record(*context.store.snapshot(), name.str());
    if (record == nullptr) co_return unknown_service(name.str());
    if (!in_time || holds(wait, context, *record)) co_return status_answer(200, context, record);
    const auto* newer = std::get_if<UntilNewerThan>(&wait.until);
    const state::Index seen = newer ? newer->index : context.board.index_of(name);
    in_time = co_await context.board.changed_after(name, seen, deadline);
  }
}

Response all_statuses(const Context& context) {
  const state::SnapshotPtr snapshot = context.store.snapshot();
  std::vector<Record> records;
  for (const auto& [name, record] : snapshot->services) records.push_back(record);
  return statuses_answer(context, records);
}

boost::asio::awaitable<Response> wait_for_statuses(const Context& context, Wait wait) {
  const state::TimePoint deadline = context.clock.now() + wait.at_most;
  for (bool in_time = true;;) {
    if (!in_time || holds(wait, context, *context.store.snapshot())) {
      co_return all_statuses(context);
    }
    const auto* newer = std::get_if<UntilNewerThan>(&wait.until);
    const state::Index seen = newer ? newer->index : context.board.index();
    in_time = co_await context.board.any_changed_after(seen, deadline);
  }
}

}  // namespace

Reply show_status(const Context& context, Request request, PathValues values) {
  const Checked<std::optional<Wait>> wait = wait_of(request);
  if (!wait) return wait.error();
  const Record record = find_record(*context.store.snapshot(), values[0]);
  if (record == nullptr) return unknown_service(values[0]);
  if (*wait) return wait_for_status(context, record->name(), **wait);
  return status_answer(200, context, record);
}

Reply show_statuses(const Context& context, Request request, PathValues) {
  const Checked<std::optional<Wait>> wait = wait_of(request);
  if (!wait) return wait.error();
  if (*wait) return wait_for_statuses(context, **wait);
  return all_statuses(context);
}

}  // namespace genisys::api
