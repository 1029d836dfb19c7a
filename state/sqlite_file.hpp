// The state file: a SQLite database of one connection, opened, read once, written in batches. Only
// the journal is read later, too.
// Blocking; internal to the SQLite store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "state/group_commit.hpp"
#include "state/journal.hpp"
#include "state/sqlite_journal.hpp"
#include "state/sqlite_tables.hpp"

namespace SQLite {
class Database;
}

namespace genisys::state {

enum class OpenFault {
  in_use,    // another process (or another store of this one) has it
  newer,     // written by a newer program
  damaged,   // no database, or a corrupt one
  unusable,  // missing directory, no permission, no space, a directory, …
};

// The state file cannot be used; it was left as it was. what() is one sentence for the operator,
// with the path and what to do.
class OpenError : public std::runtime_error {
 public:
  OpenError(OpenFault fault, const std::string& what) : std::runtime_error(what), fault_(fault) {}
  OpenFault fault() const { return fault_; }

 private:
  OpenFault fault_;
};

// WAL, synchronous=FULL, and exclusively locked: the lock keeps a second connector out, and with
// one connection there is no shared-memory file and no way into the WAL-reset defect of SQLite
// before 3.51.3.
//
// One thread at a time.
class SqliteFile {
 public:
  struct Contents {
    Tables tables;
    std::uint64_t last_entry = 0;  // of the journal
  };

  // Opens `path`, makes it (mode 0600) when it is absent, and migrates it. `max_pages` bounds its
  // size; 0: no bound. Throws OpenError.
  SqliteFile(std::string path, std::uint32_t max_pages, JournalBounds journal_bounds);
  // Closes it. The lock ends here.
  ~SqliteFile();

  // Throws OpenError when a row cannot be understood.
  Contents load();

  // Throws StoreError.
  std::vector<JournalEntry> journal(const JournalQuery& query);

  // Records all of the batch, on disk when it returns; or nothing of it, and says why. After an
  // fsync that failed, or damage found, nothing is written any more: the kernel may have dropped
  // the very pages that a second try would report as safe.
  std::optional<WriteFailure> write(const WriteBatch& batch);

  // Moves the WAL into the database. A failure loses nothing: the WAL is read again at the next
  // start. An fsync that failed ends writing, as above.
  void checkpoint();

 private:
  void prepare_path() const;
  void configure(std::uint32_t max_pages);
  void check_origin();
  void check_health();
  void ensure_instance();
  std::optional<WriteFailure> try_write(const WriteBatch& batch);
  void apply(const WriteBatch& batch);
  WriteFailure explain(int code, int system_error, const std::string& what);

  std::string path_;
  JournalBounds journal_bounds_;
  std::unique_ptr<SQLite::Database> database_;
  std::size_t wal_pages_ = 0;  // after the last commit
  std::optional<WriteFailure> broken_;
};

}  // namespace genisys::state
