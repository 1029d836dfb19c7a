// The state file: a SQLite database of one connection, opened, read once, written in batches. Only
// the journal is read later, too.
// Blocking; internal to the SQLite store.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "state/disk_reserve.hpp"
#include "state/group_commit.hpp"
#include "state/journal.hpp"
#include "state/sqlite_journal.hpp"
#include "state/sqlite_tables.hpp"
#include "state/state_backup.hpp"

namespace SQLite {
class Database;
}

namespace genisys::state {

enum class OpenFault {
  in_use,    // another process (or another store of this one) has it
  newer,     // written by a newer program
  damaged,   // no database, or a corrupt one
  lost,      // not there, or empty, while its backup is there
  full,      // no space left
  unusable,  // missing directory, no permission, a directory, …
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
// On a full disk what is recorded can still be changed and removed: a reserve beside the file is
// given up for that, and from then on the file does not grow until there is space again.
//
// One thread at a time.
class SqliteFile {
 public:
  struct Options {
    std::string path;
    std::uint32_t max_pages = 0;  // bounds its size; 0: no bound
    JournalBounds journal = {};
    std::uint64_t reserve = 0;  // bytes; 0: none
    // A copy before the schema is changed, FILE.schema-N.
    bool keeps_old_schemas = false;
    // Told what an operator should know and no write fails for. Called on the thread that uses
    // this.
    std::function<void(const std::string&)> warn = {};
  };
  struct Contents {
    Tables tables;
    std::uint64_t last_entry = 0;  // of the journal
  };

  // Opens the file, makes it (mode 0600) when it is absent and was never there, migrates it, and
  // reads it, every row but those of the journal. Throws OpenError.
  explicit SqliteFile(Options options);
  // For a file that cannot be opened because the disk is full: gives up its reserve. False when
  // there is none.
  static bool release_reserve(const Options& options);
  // Closes it. The lock ends here.
  ~SqliteFile();

  // What was read. Once.
  Contents take_contents() { return std::move(contents_); }

  // Throws StoreError.
  std::vector<JournalEntry> journal(const JournalQuery& query);

  // Records all of the batch, on disk when it returns; or nothing of it, and says why. After an
  // fsync that failed, or damage found, nothing is written any more: the kernel may have dropped
  // the very pages that a second try would report as safe.
  std::optional<WriteFailure> write(const WriteBatch& batch);

  // Moves the WAL into the database. A failure loses nothing: the WAL is read again at the next
  // start. An fsync that failed ends writing, as above.
  void checkpoint();

  // Goes on with the copy under way, or begins one; the complete copy's name, or nothing while
  // there is more to do. Some milliseconds at most. Throws std::runtime_error; no copy is then
  // under way.
  std::optional<std::string> copy_some();

 private:
  void prepare_path() const;
  void open();
  void configure();
  int check_origin();
  void use_wal();
  void bring_up_to_date(int version);
  void copy_before_migration(int version);
  void ensure_instance();
  std::optional<WriteFailure> try_write(const WriteBatch& batch);
  void apply(const WriteBatch& batch);
  bool fold_wal();
  void forbid_growth();
  void allow_growth_when_there_is_space();
  void bound_pages(std::uint32_t pages);
  WriteFailure explain(int code, int system_error, const std::string& what);
  void warn(const std::string& text) const;

  Options options_;
  const std::string& path_ = options_.path;
  DiskReserve reserve_;
  Contents contents_;
  std::unique_ptr<SQLite::Database> database_;
  std::unique_ptr<StateCopy> copy_;
  std::size_t wal_pages_ = 0;  // after the last commit
  // While the disk is full: the pages that the file may have.
  std::optional<std::uint32_t> most_pages_;
  std::optional<WriteFailure> broken_;
};

}  // namespace genisys::state
