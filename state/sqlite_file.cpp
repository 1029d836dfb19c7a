#include "state/sqlite_file.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "state/fail_point.hpp"
#include "state/migrations.hpp"
#include "state/sqlite_tables.hpp"

namespace genisys::state {

namespace {

constexpr std::size_t kCheckpointPages = 256;  // 1 MiB of 4 KiB pages

int on_wal_grown(void* wal_pages, sqlite3*, const char*, int pages) {
  *static_cast<std::size_t*>(wal_pages) = static_cast<std::size_t>(pages);
  return SQLITE_OK;
}

OpenError cannot_open(OpenFault fault, const std::string& path, std::string_view why) {
  return {fault, fmt::format("cannot open the state file `{}`: {}", path, why)};
}

OpenError damaged(const std::string& path, std::string_view why) {
  return cannot_open(OpenFault::damaged, path,
                     fmt::format("it is damaged ({}); it was left as it is: put a copy back in its "
                                 "place, or move it away to start with no services",
                                 why));
}

OpenError from_sqlite(const SQLite::Exception& error, const std::string& path) {
  switch (error.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return cannot_open(OpenFault::in_use, path,
                         "another genisys-connector uses it; stop that one, or give this one a "
                         "state_file of its own");
    case SQLITE_NOTADB:
      return cannot_open(OpenFault::damaged, path,
                         "it is no SQLite database, or a damaged one; it was left as it is: put a "
                         "copy back in its place, or move it away to start with no services");
    case SQLITE_CORRUPT:
      return damaged(path, error.what());
    default:
      return cannot_open(OpenFault::unusable, path,
                         fmt::format("{}; see that its directory can be written and has space left",
                                     error.what()));
  }
}

}  // namespace

SqliteFile::SqliteFile(std::string path, std::uint32_t max_pages, JournalBounds journal_bounds)
    : path_(std::move(path)), journal_bounds_(journal_bounds) {
  prepare_path();
  try {
    database_ = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE);
    configure(max_pages);
    check_origin();
    check_health();
    migrate(*database_, migrations());
    ensure_instance();
    // From here on the file is ours, and closing may tidy up.
    sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  } catch (const SQLite::Exception& error) {
    throw from_sqlite(error, path_);
  }
}

SqliteFile::~SqliteFile() = default;

void SqliteFile::prepare_path() const {
  namespace fs = std::filesystem;
  std::error_code error;
  const fs::path file(path_);
  const fs::path directory = file.has_parent_path() ? file.parent_path() : fs::path(".");
  if (!fs::is_directory(directory, error)) {
    throw cannot_open(OpenFault::unusable, path_,
                      fmt::format("there is no directory `{}`; make it", directory.string()));
  }
  const fs::file_status status = fs::status(file, error);
  if (fs::exists(status)) {
    if (fs::is_regular_file(status)) return;
    throw cannot_open(OpenFault::unusable, path_,
                      fs::is_directory(status) ? "it is a directory; name a file in it"
                                               : "it is no regular file; name another one");
  }
  // SQLite would make it readable for all. Never opened here when it exists: to close a descriptor
  // of it would end the locks that another store of this process has on it.
  const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno != EEXIST) {
    throw cannot_open(OpenFault::unusable, path_,
                      fmt::format("it cannot be made: {}", std::strerror(errno)));
  }
  if (descriptor >= 0) ::close(descriptor);
}

void SqliteFile::configure(std::uint32_t max_pages) {
  sqlite3* const handle = database_->getHandle();
  // Until it is known whose file this is, not even its WAL may be folded into it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (sqlite3_db_readonly(handle, "main") == 1) {
    throw cannot_open(OpenFault::unusable, path_,
                      "it cannot be written; see its owner, its mode and its file system");
  }
  // Before WAL: only so does SQLite do without the shared-memory file.
  database_->exec("PRAGMA locking_mode = EXCLUSIVE");
  // Reading takes the lock for as long as the connection lives, and tells who else has it.
  database_->execAndGet("PRAGMA user_version");
  if (max_pages > 0) database_->exec(fmt::format("PRAGMA max_page_count = {}", max_pages));
}

void SqliteFile::check_origin() {
  const int version = database_->execAndGet("PRAGMA user_version").getInt();
  const int owner = database_->execAndGet("PRAGMA application_id").getInt();
  const int objects = database_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  const bool is_new = version == 0 && owner == 0 && objects == 0;
  if (!is_new && owner != kApplicationId) {
    throw cannot_open(OpenFault::unusable, path_,
                      "it is the database of another program; name another file");
  }
  const int newest = migrations().back().version;
  if (version > newest) {
    throw cannot_open(
        OpenFault::newer, path_,
        fmt::format("its schema is version {} and this program knows up to {}; it was left as it "
                    "is: use the newer program again, or a copy from before it",
                    version, newest));
  }
}

void SqliteFile::check_health() {
  SQLite::Statement check(*database_, "PRAGMA quick_check(1)");
  if (check.executeStep()) {
    const std::string verdict = check.getColumn(0).getString();
    if (verdict != "ok") throw damaged(path_, verdict);
  }
  check.reset();

  const std::string mode = database_->execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw cannot_open(OpenFault::unusable, path_,
                      fmt::format("its file system allows no write-ahead log (mode {})", mode));
  }
  database_->exec("PRAGMA synchronous = FULL");
  // Checkpoints are made by hand, because those that SQLite makes on its own swallow errors.
  // Setting the hook also ends the automatic ones.
  sqlite3_wal_hook(database_->getHandle(), &on_wal_grown, &wal_pages_);
}

void SqliteFile::ensure_instance() {
  SQLite::Statement insert(*database_,
                           "INSERT OR IGNORE INTO meta (key, value) VALUES ('instance', ?)");
  SQLite::Statement present(*database_, "SELECT 1 FROM meta WHERE key = 'instance'");
  if (present.executeStep()) return;
  insert.bind(1, to_string(boost::uuids::random_generator()()));
  insert.exec();
}

SqliteFile::Contents SqliteFile::load() {
  try {
    return {load_tables(*database_), last_journal_entry(*database_)};
  } catch (const BadRow& row) {
    throw damaged(path_, row.what());
  } catch (const SQLite::Exception& error) {
    throw from_sqlite(error, path_);
  }
}

std::vector<JournalEntry> SqliteFile::journal(const JournalQuery& query) {
  try {
    return read_journal(*database_, query);
  } catch (const SQLite::Exception& error) {
    throw StoreError(
        StoreFault::unavailable,
        fmt::format("cannot read the journal in the state file `{}`: {}", path_, error.what()));
  }
}

std::optional<WriteFailure> SqliteFile::write(const WriteBatch& batch) {
  if (broken_) return broken_;
  const std::optional<WriteFailure> failure = try_write(batch);
  // When the disk is full, the space of the WAL may be what the next try needs.
  const bool is_full = failure && failure->fault == StoreFault::full;
  if (is_full || wal_pages_ >= kCheckpointPages) checkpoint();
  return failure;
}

std::optional<WriteFailure> SqliteFile::try_write(const WriteBatch& batch) {
  sqlite3* const handle = database_->getHandle();
  try {
    SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    try {
      apply(batch);
      pass(FailPoint::committing);
      transaction.commit();
      pass(FailPoint::committed);
      return std::nullopt;
    } catch (const SQLite::Exception& error) {
      // Explained here, because the roll-back that follows overwrites the system's error.
      return explain(error.getExtendedErrorCode(), sqlite3_system_errno(handle), error.what());
    }
  } catch (const SQLite::Exception& error) {
    return explain(error.getExtendedErrorCode(), sqlite3_system_errno(handle), error.what());
  } catch (const std::bad_alloc&) {
    return WriteFailure{StoreFault::unavailable, "cannot write the state file: out of memory"};
  }
}

void SqliteFile::apply(const WriteBatch& batch) {
  apply_to_tables(*database_, batch);
  if (batch.entries.empty()) return;
  append_to_journal(*database_, batch.entries);
  prune_journal(*database_, journal_bounds_, batch.now);
}

void SqliteFile::checkpoint() {
  if (broken_) return;
  const int code = sqlite3_wal_checkpoint_v2(database_->getHandle(), nullptr,
                                             SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr);
  if (code == SQLITE_OK) {
    wal_pages_ = 0;
    return;
  }
  // The batch before is durable in the WAL all the same, so this is nobody's failure; only what
  // makes later writes unsafe is kept.
  sqlite3* const handle = database_->getHandle();
  static_cast<void>(explain(sqlite3_extended_errcode(handle), sqlite3_system_errno(handle),
                            sqlite3_errmsg(handle)));
}

// Also remembers what forbids every further write.
WriteFailure SqliteFile::explain(int code, int system_error, const std::string& what) {
  const int primary = code & 0xff;
  const bool from_system = primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN;
  if (primary == SQLITE_FULL || (from_system && system_error == ENOSPC)) {
    return {StoreFault::full,
            fmt::format("cannot write the state file `{}`: no space left; free some", path_)};
  }
  WriteFailure failure{StoreFault::unavailable,
                       fmt::format("cannot write the state file `{}`: {}", path_, what)};
  if (code == SQLITE_IOERR_FSYNC || code == SQLITE_IOERR_DIR_FSYNC) {
    failure.message += "; the disk did not confirm a write, so none is accepted until a restart";
    broken_ = failure;
  } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    failure.message += "; none is accepted until it is mended: restart to check it";
    broken_ = failure;
  }
  return failure;
}

}  // namespace genisys::state
