#include "api/journal_stream.hpp"

#include <algorithm>
#include <utility>

#include "api/codec_journal.hpp"

namespace genisys::api {
namespace {

constexpr std::size_t kPage = 100;

}  // namespace

JournalStream::JournalStream(const Context& context, Following following)
    : context_(context),
      service_(std::move(following.service)),
      position_(following.after.value_or(context.store.last_entry())) {}

boost::asio::awaitable<std::optional<std::string>> JournalStream::next() {
  if (!std::exchange(greeted_, true)) co_return std::string(kRetryField);

  const std::uint64_t last = context_.store.last_entry();
  if (position_ > last) {
    // An id of another journal, whose file was replaced. Waiting until this one comes as far would
    // hide all that happens meanwhile.
    position_ = last;
    co_return gap_event(last + 1);
  }
  const state::TimePoint deadline = context_.clock.now() + context_.event_keep_alive;
  while (co_await context_.store.journal_grows(position_, deadline)) {
    std::string page = co_await next_page();
    if (!page.empty()) co_return page;
  }
  if (context_.clock.now() < deadline) co_return std::nullopt;
  co_return std::string(kKeepAliveComment);
}

boost::asio::awaitable<std::string> JournalStream::next_page() {
  // Before the read, which shows at least what is durable now.
  const std::uint64_t last = context_.store.last_entry();
  const std::vector<state::JournalEntry> entries =
      co_await context_.store.journal({.service = service_, .after = position_, .limit = kPage});
  std::string page = co_await gap_before(entries, last);
  for (const state::JournalEntry& entry : entries) page += event_of(entry);
  if (!entries.empty()) position_ = entries.back().id;
  // A page that is not full has all there was.
  if (entries.size() < kPage) position_ = std::max(position_, last);
  co_return page;
}

boost::asio::awaitable<std::string> JournalStream::gap_before(
    const std::vector<state::JournalEntry>& page, std::uint64_t last) {
  if (!page.empty() && page.front().id == position_ + 1) co_return "";
  // What lies between is of other services, or is gone.
  const std::vector<state::JournalEntry> first = co_await context_.store.journal({.limit = 1});
  std::uint64_t oldest = first.empty() ? last + 1 : first.front().id;
  // More may have gone since the page was read.
  if (!page.empty()) oldest = std::min(oldest, page.front().id);
  co_return oldest > position_ + 1 ? gap_event(oldest) : "";
}

}  // namespace genisys::api
