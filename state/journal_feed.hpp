// The journal's part of the group commit: the entries that wait for a batch, and the coroutines
// that wait for entries. Knows no disk.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <memory>
#include <span>
#include <vector>

#include "state/clock.hpp"
#include "state/journal.hpp"

namespace genisys::state {

// Logic thread only. Its waiters hold nothing of it once they resume.
class JournalFeed {
 public:
  // Entries may wait `linger` for company (0: not at all) before `on_due` asks for a batch.
  JournalFeed(const boost::asio::any_io_executor& executor, std::uint64_t last_entry,
              std::chrono::milliseconds linger, std::function<void()> on_due);
  ~JournalFeed();

  // Never fails. At most 1000 wait; the oldest make room. After close() nothing is taken.
  void add(JournalEntry entry);
  // Whether what waits shall have a batch now, if need be one of its own.
  bool is_due() const { return is_due_ && !waiting_.empty(); }
  // Whether what waits may join a batch of others. Not after a failure: the entries may be what
  // made it fail, and writes must not suffer for them.
  bool may_join() const { return !has_failed_; }
  // All that waits, oldest first.
  std::vector<JournalEntry> take();

  // A batch became durable; `last_entry` is now the highest id.
  void succeed(std::uint64_t last_entry);
  // A batch with these of take() did not. They wait again; with a linger, for some seconds.
  void fail(std::span<const JournalEntry> taken);

  std::uint64_t last_entry() const { return last_entry_; }
  // As Store::journal_grows.
  boost::asio::awaitable<bool> grows(std::uint64_t seen, TimePoint deadline);

  // Ends the waits and takes no further entries; those that wait are due.
  void close();
  // Lets go of what still waits.
  void abandon();

  // Entries that never became durable, because too many waited or nothing could be written at the
  // end.
  std::uint64_t lost() const { return lost_; }

 private:
  struct Waiter;

  void become_due_after(std::chrono::milliseconds pause);
  void drop_surplus();

  boost::asio::any_io_executor executor_;
  std::chrono::milliseconds linger_;
  std::function<void()> on_due_;
  std::deque<JournalEntry> waiting_;
  std::uint64_t last_entry_;
  std::uint64_t lost_ = 0;
  bool is_due_ = false;
  bool has_failed_ = false;
  bool is_closed_ = false;
  bool is_abandoned_ = false;
  std::list<std::shared_ptr<Waiter>> waiters_;
  boost::asio::steady_timer timer_;
  // An expired timer's handler may already be queued when the feed ends.
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace genisys::state
