#include "state/sqlite_file.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <unistd.h>

#include <algorithm>
#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid_io.hpp>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <utility>

#include "state/fail_point.hpp"
#include "state/migrations.hpp"
#include "state/read_only_database.hpp"
#include "state/recovery_advice.hpp"
#include "state/sqlite_tables.hpp"

namespace genisys::state {

namespace {

constexpr std::size_t kCheckpointPages = 256;  // 1 MiB of 4 KiB pages
constexpr std::size_t kWalBytes = 2 * 1024 * 1024;
constexpr int kCopyPages = 64;
constexpr std::uint64_t kMostEntries = 1ULL << 60U;  // none can ever be written so often
// So much may the file grow on a full disk, for what a removal still has to record.
constexpr std::uint32_t kPagesForRemoving = 64;
constexpr std::uint32_t kNoBound = 0xfffffffe;  // SQLite's own

int on_wal_grown(void* wal_pages, sqlite3*, const char*, int pages) {
  *static_cast<std::size_t*>(wal_pages) = static_cast<std::size_t>(pages);
  return SQLITE_OK;
}

// Whether the batch leaves no more definitions than there were: it changes targets, marks, removes.
bool adds_nothing(const WriteBatch& batch) {
  const auto adds = [](const Draft::Step& step) {
    return step.after != nullptr &&
           (step.before == nullptr || step.before->revisions != step.after->revisions ||
            step.before->definition != step.after->definition);
  };
  return batch.shared == nullptr && batch.file_entries.empty() &&
         (!batch.steps.empty() || batch.index_mark) &&
         std::none_of(batch.steps.begin(), batch.steps.end(), adds);
}

OpenError cannot_open(OpenFault fault, const std::string& path, std::string_view why) {
  return {fault, fmt::format("cannot open the state file `{}`: {}", path, why)};
}

OpenError damaged(const std::string& path, std::string_view why) {
  return cannot_open(
      OpenFault::damaged, path,
      fmt::format("it is damaged ({}); it was left as it is: {}", why, advice_for_damaged(path)));
}

OpenError from_sqlite(const SQLite::Exception& error, int system_error, const std::string& path) {
  const auto unusable = [&] {
    return cannot_open(OpenFault::unusable, path,
                       fmt::format("{}; see its file system, and that its directory can be written",
                                   error.what()));
  };
  switch (error.getErrorCode()) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return cannot_open(OpenFault::in_use, path,
                         "another genisys-connector uses it; stop that one, or give this one a "
                         "state_file of its own");
    case SQLITE_FULL:
      return cannot_open(OpenFault::full, path, "no space left; free some");
    case SQLITE_IOERR:
      if (error.getExtendedErrorCode() == SQLITE_IOERR_SHORT_READ)
        return damaged(path, "too short");
      [[fallthrough]];
    case SQLITE_CANTOPEN:
      if (system_error == ENOSPC) {
        return cannot_open(OpenFault::full, path, "no space left; free some");
      }
      return unusable();
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return unusable();
    default:
      // A schema that is not ours, a page that is none: only damage makes such errors.
      return damaged(path, error.what());
  }
}

DiskReserve reserve_of(const SqliteFile::Options& options) {
  return {options.path + ".reserve", options.reserve};
}

}  // namespace

SqliteFile::SqliteFile(Options options)
    : options_(std::move(options)), reserve_(reserve_of(options_)) {
  prepare_path();
  try {
    open();
  } catch (const SQLite::Exception& error) {
    const int system_error = database_ ? sqlite3_system_errno(database_->getHandle()) : 0;
    throw from_sqlite(error, system_error, path_);
  } catch (const BadRow& row) {
    throw damaged(path_, row.what());
  }
  if (!reserve_.take()) {
    warn(
        fmt::format("the disk of the state file `{}` is nearly full: what is recorded can be "
                    "changed and removed, and nothing new is taken until there is space",
                    path_));
    forbid_growth();
  }
}

SqliteFile::~SqliteFile() = default;

bool SqliteFile::release_reserve(const Options& options) { return reserve_of(options).release(); }

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
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    throw cannot_open(OpenFault::unusable, path_,
                      fs::is_directory(status) ? "it is a directory; name a file in it"
                                               : "it is no regular file; name another one");
  }
  if (!fs::exists(status) || fs::file_size(file, error) == 0) {
    // To begin anew would leave every container of the lost state to nobody. SQLite would also
    // remove the log.
    if (const std::string advice = advice_for_lost(path_); !advice.empty()) {
      throw cannot_open(OpenFault::lost, path_,
                        fmt::format("it is {}, and what is beside it shows that it held something: "
                                    "{}",
                                    fs::exists(status) ? "empty" : "not there", advice));
    }
  }
  if (fs::exists(status)) {
    // SQLite takes a single byte for nothing.
    if (fs::file_size(file, error) == 1) throw damaged(path_, "too short");
    return;
  }
  // SQLite would make it readable for all. Never opened here when it exists: to close a descriptor
  // of it would end the locks that another store of this process has on it.
  const int descriptor = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (descriptor < 0 && errno != EEXIST) {
    throw cannot_open(errno == ENOSPC ? OpenFault::full : OpenFault::unusable, path_,
                      fmt::format("it cannot be made: {}", std::strerror(errno)));
  }
  if (descriptor >= 0) ::close(descriptor);
}

// Nothing is written to a file of ours before all of it was understood.
void SqliteFile::open() {
  database_ = std::make_unique<SQLite::Database>(path_, SQLite::OPEN_READWRITE);
  configure();
  const int version = check_origin();
  if (const std::string verdict = integrity_of(*database_); verdict != "ok") {
    throw damaged(path_, verdict);
  }
  if (version == 0) use_wal();
  if (version > 0 && version < migrations().back().version) copy_before_migration(version);
  bring_up_to_date(version);
  use_wal();
  // From here on the file is ours, and closing may tidy up.
  sqlite3_db_config(database_->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
}

void SqliteFile::configure() {
  sqlite3* const handle = database_->getHandle();
  // Until it is known whose file this is, not even its WAL may be folded into it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  // Checkpoints are made by hand, because those that SQLite makes on its own swallow errors.
  // Setting the hook also ends the automatic ones.
  sqlite3_wal_hook(handle, &on_wal_grown, &wal_pages_);
  if (sqlite3_db_readonly(handle, "main") == 1) {
    throw cannot_open(OpenFault::unusable, path_,
                      "it cannot be written; see its owner, its mode and its file system");
  }
  // Before WAL: only so does SQLite do without the shared-memory file.
  database_->exec("PRAGMA locking_mode = EXCLUSIVE");
  database_->exec("PRAGMA synchronous = FULL");
  // Reading takes the lock for as long as the connection lives, and tells who else has it.
  database_->execAndGet("PRAGMA user_version");
  // Only now has SQLite seen the header, which may ask for a newer SQLite to write it.
  if (sqlite3_db_readonly(handle, "main") == 1) throw damaged(path_, "its header");
  if (options_.max_pages > 0) bound_pages(options_.max_pages);
}

// The version of the schema; 0: there is none yet.
int SqliteFile::check_origin() {
  const int version = database_->execAndGet("PRAGMA user_version").getInt();
  const int owner = database_->execAndGet("PRAGMA application_id").getInt();
  const int objects = database_->execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
  if (version == 0 && owner == 0 && objects == 0) return 0;
  if (owner != kApplicationId || version <= 0) {
    throw cannot_open(OpenFault::damaged, path_,
                      fmt::format("it is the database of another program, or damaged; it was left "
                                  "as it is: name another file, or {}",
                                  advice_for_damaged(path_)));
  }
  const int newest = migrations().back().version;
  if (version > newest) {
    throw cannot_open(
        OpenFault::newer, path_,
        fmt::format("its schema is version {} and this program knows up to {}; it was left as it "
                    "is: {}",
                    version, newest, advice_for_newer(path_, newest)));
  }
  return version;
}

void SqliteFile::bring_up_to_date(int version) {
  // One transaction: rows that turn out to be unreadable leave the file at its version. Nothing of
  // it is on disk before the end, not even when there is much of it.
  database_->exec("PRAGMA cache_spill = OFF");
  {
    SQLite::Transaction whole(*database_, SQLite::TransactionBehavior::IMMEDIATE);
    migrate(*database_, migrations());
    ensure_instance();
    contents_ = {load_tables(*database_), last_journal_entry(*database_)};
    if (contents_.last_entry > kMostEntries) throw BadRow("the number of the last journal entry");
    if (version < migrations().back().version ||
        sqlite3_total_changes(database_->getHandle()) > 0) {
      whole.commit();
      pass(FailPoint::migrated);
    }
  }
  database_->exec("PRAGMA cache_spill = ON");
}

void SqliteFile::use_wal() {
  const std::string mode = database_->execAndGet("PRAGMA journal_mode = WAL").getString();
  if (mode != "wal") {
    throw cannot_open(OpenFault::unusable, path_,
                      fmt::format("its file system allows no write-ahead log (mode {})", mode));
  }
  // The log keeps its blocks when it is folded, so a full disk has them for the next writes.
  database_->exec(fmt::format("PRAGMA journal_size_limit = {}", kWalBytes));
}

void SqliteFile::copy_before_migration(int version) {
  if (!options_.keeps_old_schemas) return;
  try {
    StateCopy copy(*database_, path_ + ".schema.tmp");
    while (!copy.copy_some(kCopyPages)) {
    }
    publish_as(copy.target(), schema_copy_of(path_, version));
  } catch (const std::exception& error) {
    // The migration is safe without; only the way back to the older program is not.
    warn(
        fmt::format("the state file is not copied before its schema is changed: {}", error.what()));
  }
}

void SqliteFile::ensure_instance() {
  SQLite::Statement present(*database_, "SELECT 1 FROM meta WHERE key = 'instance'");
  if (present.executeStep()) return;
  put_meta(*database_, "instance", to_string(boost::uuids::random_generator()()));
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
  if (most_pages_) allow_growth_when_there_is_space();
  std::optional<WriteFailure> failure = try_write(batch);
  if (failure && failure->fault == StoreFault::full) {
    forbid_growth();
    // What only changes or removes may use what was given up.
    const bool may_grow_a_little = most_pages_ && adds_nothing(batch);
    if (may_grow_a_little) bound_pages(*most_pages_ + kPagesForRemoving);
    if (!broken_) failure = try_write(batch);
    if (may_grow_a_little) bound_pages(*most_pages_);
  }
  if (wal_pages_ >= kCheckpointPages) checkpoint();
  return broken_ && failure ? broken_ : failure;
}

// The disk is full: what was kept for this is given up, so that the log can be folded and used from
// its begin again.
void SqliteFile::forbid_growth() {
  reserve_.release();
  if (!fold_wal() || broken_ || most_pages_) return;
  try {
    const auto pages = database_->execAndGet("PRAGMA page_count").getInt64();
    most_pages_ = static_cast<std::uint32_t>(pages);
    bound_pages(*most_pages_);
  } catch (const SQLite::Exception& error) {
    // Then it may grow as far as the disk lets it.
    most_pages_.reset();
    warn(fmt::format("cannot bound the state file `{}`: {}", path_, error.what()));
  }
}

void SqliteFile::allow_growth_when_there_is_space() {
  if (!reserve_.take()) return;
  most_pages_.reset();
  bound_pages(options_.max_pages);
}

// SQLite keeps the bound in memory: this needs no disk.
void SqliteFile::bound_pages(std::uint32_t pages) {
  const std::string pragma =
      fmt::format("PRAGMA max_page_count = {}", pages > 0 ? pages : kNoBound);
  if (database_->tryExec(pragma) != SQLITE_OK) {
    warn(fmt::format("cannot bound the state file `{}`: {}", path_, database_->getErrorMsg()));
  }
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
  prune_journal(*database_, options_.journal, batch.now);
}

void SqliteFile::checkpoint() {
  if (broken_ || fold_wal() || broken_) return;
  // The batch before is durable in the WAL all the same, so this is nobody's failure; but a log
  // that cannot be folded grows until nothing can be written.
  if (sqlite3_system_errno(database_->getHandle()) == ENOSPC) forbid_growth();
}

bool SqliteFile::fold_wal() {
  // Not TRUNCATE: see use_wal().
  const int code = sqlite3_wal_checkpoint_v2(database_->getHandle(), nullptr,
                                             SQLITE_CHECKPOINT_RESTART, nullptr, nullptr);
  if (code == SQLITE_OK) {
    wal_pages_ = 0;
    return true;
  }
  // Only what makes later writes unsafe is kept.
  sqlite3* const handle = database_->getHandle();
  static_cast<void>(explain(sqlite3_extended_errcode(handle), sqlite3_system_errno(handle),
                            sqlite3_errmsg(handle)));
  return false;
}

std::optional<std::string> SqliteFile::copy_some() {
  try {
    if (copy_ == nullptr) {
      copy_ = std::make_unique<StateCopy>(*database_, backup_of(path_) + ".tmp");
    }
    if (!copy_->copy_some(kCopyPages)) return std::nullopt;
    std::string target = copy_->target();
    copy_.reset();
    return target;
  } catch (...) {
    copy_.reset();
    throw;
  }
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
    failure.is_final = true;
  } else if (primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB) {
    failure.message += "; none is accepted until it is mended: restart to check it";
    failure.is_final = true;
  }
  if (failure.is_final) {
    warn(failure.message);
    broken_ = failure;
  }
  return failure;
}

void SqliteFile::warn(const std::string& text) const {
  if (options_.warn) options_.warn(text);
}

}  // namespace genisys::state
