// How many writers, and the journal with them, share one trip to the disk. Knows no disk: who makes
// a batch durable is a function that the store hands in.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <chrono>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "state/journal_feed.hpp"
#include "state/one_shot.hpp"
#include "state/store.hpp"

namespace genisys::state {

// What one batch changes. Immutable once handed over: may be read on another thread.
struct WriteBatch {
  WallTime now;
  std::vector<Draft::Step> steps;  // in this order
  std::map<ServiceName, std::string> file_entries;
  std::map<std::string, std::optional<std::string>> memory;  // nothing: forgotten
  std::map<std::string, bool> released;                      // false: ours again
  std::shared_ptr<const SharedResources> shared;             // null: as before
  std::optional<std::uint64_t> index_mark;  // the new high-water mark of the status index
  std::vector<JournalEntry> entries;        // by ascending id, fit for record
};

// Why a batch was not recorded.
struct WriteFailure {
  StoreFault fault;
  std::string message;
  bool is_final = false;  // no later one is recorded either, until a restart
};

// While one batch is being written, new changes queue up and make the next one. So a batch is
// always decided on the durable state, and one that fails takes nothing with it but itself.
//
// Logic thread only. Waiters hold nothing of it once they resume, so it may be destroyed when its
// owner has settled the batch in flight and called refuse_further().
class GroupCommit {
 public:
  // Makes a batch durable and reports by settle(), later or before it returns. Called with one
  // batch at a time.
  using Write = std::function<void(std::shared_ptr<const WriteBatch> batch)>;

  // What is durable at the begin.
  struct Durable {
    SnapshotPtr snapshot;
    std::uint64_t index_mark = 0;
    std::uint64_t last_entry = 0;
  };
  struct Options {
    std::function<WallTime()> wall;            // the time of what is written
    std::chrono::milliseconds note_linger{0};  // how long a note waits for company
  };

  GroupCommit(boost::asio::any_io_executor executor, Durable durable, Options options, Write write);
  ~GroupCommit();

  SnapshotPtr snapshot() const { return durable_.snapshot; }
  void on_durable(std::function<void(const std::set<ServiceName>&)> listener);

  // As Store says. A commit that is cancelled before its change ran withdraws it; later, the change
  // may still become durable.
  boost::asio::awaitable<void> commit(Change change);
  boost::asio::awaitable<Index> reserve_indexes(std::uint64_t count);
  void note(JournalEntry entry);
  std::uint64_t last_entry() const { return feed_.last_entry(); }
  boost::asio::awaitable<bool> journal_grows(std::uint64_t seen, TimePoint deadline) {
    return feed_.grows(seen, deadline);
  }
  // Notes that never became durable.
  std::uint64_t lost_notes() const { return feed_.lost(); }

  // The batch in flight is durable, or failed. Nothing happens when there is none.
  void settle(const std::optional<WriteFailure>& failure);
  bool is_writing() const { return in_flight_ != nullptr; }

  // Fails the queued ones and every later one with `closed`, and gives the notes that wait one
  // batch more; returns when none is in flight.
  boost::asio::awaitable<void> close();
  // The same without waiting: the notes that wait are lost.
  void refuse_further();

 private:
  struct Request;
  struct Withdrawal;
  struct InFlight;

  boost::asio::awaitable<void> submit(std::shared_ptr<Request> request);
  void pump();
  void begin_batch();
  void run_change(Request& request, Draft& draft);
  void send(std::vector<std::shared_ptr<Request>> requests, const Draft& draft,
            std::uint64_t index_mark, bool with_notes);
  void fail_queued();
  void finish(const std::vector<std::shared_ptr<Request>>& requests,
              const std::optional<WriteFailure>& failure);

  boost::asio::any_io_executor executor_;
  Durable durable_;  // its last_entry is the feed's
  std::function<WallTime()> wall_;
  Write write_;
  std::function<void(const std::set<ServiceName>&)> listener_;
  std::deque<std::shared_ptr<Request>> queue_;
  std::unique_ptr<InFlight> in_flight_;
  std::vector<std::shared_ptr<OneShot>> idle_waiters_;
  bool closed_ = false;
  bool is_pumping_ = false;  // a change, or who writes, may come back here
  JournalFeed feed_;
};

}  // namespace genisys::state
