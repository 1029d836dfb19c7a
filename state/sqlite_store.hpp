// The Store over a SQLite file. Only the composition root knows it.
#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/thread_pool.hpp>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "state/backups.hpp"
#include "state/group_commit.hpp"
#include "state/sqlite_file.hpp"
#include "state/store.hpp"

namespace genisys::state {

// Decides on the logic thread, writes (and reads the journal) on a thread of its own, posts back.
// The only thread that touches the file after open() is the writer.
//
// Lifetime: destroyed before the io_context behind `logic`. close() first for an orderly end; the
// destructor alone waits for the batch in flight, fails the queued ones and loses the notes that
// wait. After a failure (see
// StoreFault) it goes on being readable, and writable unless the disk failed to confirm a write.
class SqliteStore final : public Store {
 public:
  struct Options {
    std::string path;
    std::optional<std::string> instance = {};  // instead of the file's own UUID; not recorded
    std::uint32_t max_pages = 0;               // bounds the file, in pages of 4 KiB; 0: no bound
    // What is kept of the journal; beyond either, the oldest entries go.
    std::size_t journal_entries = 10000;
    std::chrono::hours journal_age = std::chrono::hours(30 * 24);
    // How long a note may wait for a batch to go with; 0: not at all.
    std::chrono::milliseconds note_linger = std::chrono::milliseconds(200);
    // The time of what is written. Unset: the system's.
    std::function<WallTime()> wall = {};
    // Copies beside the file: of changes, and before a change of the schema. Unset: none.
    std::optional<BackupPolicy> backups = {};
    // Kept on the disk for removals when it is full; see SqliteFile. 0: nothing.
    std::uint64_t reserve = 0;
    // Told what an operator should know and no write fails for. Called on the logic thread.
    std::function<void(const std::string&)> warn = {};
  };

  // Blocks for some milliseconds, and a second for some ten thousand services. Throws OpenError,
  // and has then changed nothing in an existing file.
  static std::unique_ptr<SqliteStore> open(boost::asio::any_io_executor logic, Options options);
  ~SqliteStore() override;

  SnapshotPtr snapshot() const override { return commits_.snapshot(); }
  boost::asio::awaitable<void> commit(Change change) override;
  boost::asio::awaitable<Index> reserve_indexes(std::uint64_t count) override;
  void on_durable(std::function<void(const std::set<ServiceName>&)> listener) override;
  void note(JournalEntry entry) override { commits_.note(std::move(entry)); }
  boost::asio::awaitable<std::vector<JournalEntry>> journal(JournalQuery query) override;
  std::uint64_t last_entry() const override { return commits_.last_entry(); }
  boost::asio::awaitable<bool> journal_grows(std::uint64_t seen, TimePoint deadline) override;

  // Why every write is refused until a restart; empty: they are taken.
  const std::string& refusal() const { return refusal_; }

  // Returns when the writer thread has come to it: behind what it does now, and what waits.
  boost::asio::awaitable<void> writer_turn();

  // Waits for the batch in flight, fails the queued ones with `closed`, writes what was noted,
  // folds the WAL into the file and lets go of its lock. Never fails: what was acknowledged is on
  // disk already. May be called again.
  boost::asio::awaitable<void> close();

  // Transactions written since open(): how well writers were grouped.
  std::uint64_t transactions() const { return transactions_; }
  // Notes that never became durable, because the disk failed for long.
  std::uint64_t lost_notes() const { return commits_.lost_notes(); }

 private:
  struct Written;
  struct Read;

  SqliteStore(boost::asio::any_io_executor logic, std::unique_ptr<SqliteFile> file,
              SqliteFile::Contents contents, GroupCommit::Options options);
  void start_write(std::shared_ptr<const WriteBatch> batch);
  void settle_written();

  boost::asio::any_io_executor logic_;
  std::unique_ptr<SqliteFile> file_;  // the writer thread's
  std::shared_ptr<Written> written_;  // of the batch in flight
  std::string refusal_;
  std::uint64_t transactions_ = 0;
  std::shared_ptr<OneShot> closed_;
  GroupCommit commits_;
  std::unique_ptr<Backups> backups_;
  boost::asio::thread_pool writer_{1};
};

}  // namespace genisys::state
