#include "controller/reload.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <utility>

#include "controller/services.hpp"
#include "state/fail_point.hpp"

namespace genisys::controller {
namespace {

state::JournalEntry journal_entry(state::EntryKind kind, std::string by, std::string message) {
  state::JournalEntry entry;
  entry.kind = kind;
  entry.action = "reload";
  entry.message = std::move(message);
  entry.by = std::move(by);
  return entry;
}

void tell(const state::Reload& reload, bool file_missing) {
  const auto level = file_missing ? spdlog::level::info : spdlog::level::warn;
  for (const std::string& notice : reload.notices) spdlog::log(level, "{}", notice);
  for (const std::string& line : describe(reload.report)) spdlog::info("{}", line);
}

// What one reading of the files came to, shared with a change that may outlive whoever asked.
struct Reading {
  state::Declarations declared;
  state::ImportReport report;
};

}  // namespace

boost::asio::awaitable<state::Reload> ServiceFiles::take() {
  ServicesResult services = load_services(config_);
  if (!services.declared) co_return state::Reload{.errors = std::move(services.errors)};
  state::Reload reload{.notices = std::move(services.notices)};
  if (!services.file_missing) {
    const auto reading = std::make_shared<Reading>(Reading{*std::move(services.declared), {}});
    state::pass(state::FailPoint::importing);
    co_await store_.commit([reading](state::Draft& draft) {
      reading->report = state::import_declarations(draft, reading->declared);
    });
    state::pass(state::FailPoint::imported);
    reload.report = std::move(reading->report);
  }
  tell(reload, services.file_missing);
  co_return reload;
}

boost::asio::awaitable<state::Reload> ServiceFiles::take_again(std::string by) {
  state::Reload reload = co_await take();
  if (reload.errors.empty()) {
    const std::string told = summary(reload.report);
    spdlog::info("the service file was read again: {}", told);
    store_.note(journal_entry(state::EntryKind::wanted, std::move(by), told));
    co_return reload;
  }
  for (const std::string& error : reload.errors) spdlog::error("{}", error);
  spdlog::error("the service file was not taken; services stay as they are");
  std::string told = "the service file is broken, nothing was taken: " + reload.errors.front();
  if (reload.errors.size() > 1) told += fmt::format(" (and {} more)", reload.errors.size() - 1);
  store_.note(journal_entry(state::EntryKind::failed, std::move(by), std::move(told)));
  co_return reload;
}

state::Reload rehearse_reload(const Config& config, const state::Snapshot& snapshot,
                              const Preview& preview) {
  ServicesResult services = load_services(config);
  if (!services.declared) return {.errors = std::move(services.errors)};
  state::Reload reload{.notices = std::move(services.notices)};
  state::Draft draft(snapshot);
  if (!services.file_missing) {
    reload.report = state::import_declarations(draft, *services.declared);
  }
  if (preview) reload.actions = preview(draft.state());
  return reload;
}

}  // namespace genisys::controller
