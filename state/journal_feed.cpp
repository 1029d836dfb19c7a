#include "state/journal_feed.hpp"

#include <iterator>
#include <utility>

#include "state/one_shot.hpp"

namespace genisys::state {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostWaiting = 1000;
// So many need no further company; well below the bound, so that a burst loses nothing.
constexpr std::size_t kEnough = 256;
constexpr std::chrono::milliseconds kPauseAfterFailure = 5s;

}  // namespace

struct JournalFeed::Waiter {
  Waiter(const boost::asio::any_io_executor& executor, std::uint64_t last_seen)
      : seen(last_seen), woken(executor) {}

  std::uint64_t seen;
  OneShot woken;
  bool has_grown = false;
};

JournalFeed::JournalFeed(const boost::asio::any_io_executor& executor, std::uint64_t last_entry,
                         std::chrono::milliseconds linger, std::function<void()> on_due)
    : executor_(executor),
      linger_(linger),
      on_due_(std::move(on_due)),
      last_entry_(last_entry),
      timer_(executor) {}

JournalFeed::~JournalFeed() { close(); }

void JournalFeed::add(JournalEntry entry) {
  if (is_closed_) {
    ++lost_;
    return;
  }
  waiting_.push_back(std::move(entry));
  drop_surplus();
  if (linger_ == 0ms) {
    is_due_ = true;
    on_due_();
  } else if (has_failed_) {
    // The pause after the failure is under way.
  } else if (waiting_.size() >= kEnough) {
    is_due_ = true;
    on_due_();
  } else if (waiting_.size() == 1) {
    become_due_after(linger_);
  }
}

std::vector<JournalEntry> JournalFeed::take() {
  timer_.cancel();
  is_due_ = is_closed_;
  std::deque<JournalEntry> taken = std::exchange(waiting_, {});
  return {std::move_iterator(taken.begin()), std::move_iterator(taken.end())};
}

void JournalFeed::succeed(std::uint64_t last_entry) {
  if (std::exchange(has_failed_, false)) is_due_ = true;
  if (last_entry == last_entry_) return;
  last_entry_ = last_entry;
  std::erase_if(waiters_, [this](const std::shared_ptr<Waiter>& waiter) {
    if (waiter->seen >= last_entry_) return false;
    waiter->has_grown = true;
    waiter->woken.fire();
    return true;
  });
}

void JournalFeed::fail(std::span<const JournalEntry> taken) {
  if (taken.empty()) return;
  if (is_abandoned_) {
    lost_ += taken.size();
    return;
  }
  waiting_.insert(waiting_.begin(), taken.begin(), taken.end());
  drop_surplus();
  has_failed_ = true;
  if (!is_closed_ && linger_ > 0ms) become_due_after(kPauseAfterFailure);
}

boost::asio::awaitable<bool> JournalFeed::grows(std::uint64_t seen, TimePoint deadline) {
  // Unlists on every way out but a wake-up, which has done so: a deadline, a cancelled wait, a
  // frame that is destroyed. The feed's end wakes all, so the list is there as long as the waiter
  // is in it.
  struct Listing {
    Listing(std::list<std::shared_ptr<Waiter>>& home, std::shared_ptr<Waiter> listed)
        : waiters(home), waiter(std::move(listed)), place(home.insert(home.end(), waiter)) {}
    Listing(const Listing&) = delete;
    Listing& operator=(const Listing&) = delete;
    ~Listing() {
      if (!waiter->woken.fired()) waiters.erase(place);
    }
    std::list<std::shared_ptr<Waiter>>& waiters;
    std::shared_ptr<Waiter> waiter;
    std::list<std::shared_ptr<Waiter>>::iterator place;
  };

  if (last_entry_ > seen) co_return true;
  if (is_closed_) co_return false;
  const Listing listing(waiters_, std::make_shared<Waiter>(executor_, seen));
  co_await listing.waiter->woken.wait_until(deadline);
  co_return listing.waiter->has_grown;
}

void JournalFeed::close() {
  is_closed_ = true;
  is_due_ = true;
  timer_.cancel();
  for (const auto& waiter : std::exchange(waiters_, {})) waiter->woken.fire();
}

void JournalFeed::abandon() {
  close();
  is_abandoned_ = true;
  lost_ += waiting_.size();
  waiting_.clear();
}

void JournalFeed::become_due_after(std::chrono::milliseconds pause) {
  timer_.expires_after(pause);
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](const auto& error) {
    if (error || alive.expired()) return;
    is_due_ = true;
    on_due_();
  });
}

void JournalFeed::drop_surplus() {
  while (waiting_.size() > kMostWaiting) {
    waiting_.pop_front();
    ++lost_;
  }
}

}  // namespace genisys::state
