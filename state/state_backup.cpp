#include "state/state_backup.hpp"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/SQLiteCpp.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sqlite3.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "state/migrations.hpp"
#include "state/read_only_database.hpp"
#include "state/row_checksum.hpp"
#include "state/sqlite_tables.hpp"

namespace genisys::state {

namespace {

namespace fs = std::filesystem;

// The older generation is replaced only when it is this old, so that a connector that starts again
// and again keeps one from before its trouble.
constexpr std::chrono::hours kGenerationAge{24};
// A write that fails makes a copy begin anew. So many pages copied, per page of the file, are
// enough.
constexpr long kMostRounds = 8;
constexpr std::uint64_t kLeftToOthers = 2 * 1024 * 1024;  // bytes

std::runtime_error failed(std::string_view verb, const std::string& file, std::string_view why) {
  return std::runtime_error(fmt::format("cannot {} `{}`: {}", verb, file, why));
}

std::runtime_error failed(std::string_view verb, const std::string& file) {
  return failed(verb, file, std::strerror(errno));
}

class Descriptor {
 public:
  Descriptor(const std::string& path, int flags)
      : descriptor_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
    if (descriptor_ < 0) throw failed("open", path);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() { ::close(descriptor_); }
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

void sync(const std::string& path, int flags) {
  const Descriptor descriptor(path, flags);
  if (::fsync(descriptor.get()) != 0) throw failed("sync", path);
}

void sync_folder_of(const std::string& path) {
  const fs::path folder = fs::path(path).parent_path();
  sync(folder.empty() ? "." : folder.string(), O_RDONLY | O_DIRECTORY);
}

void move_over(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) throw failed("make", to);
}

// A copy may not take the space that the next writes need.
bool has_room(const std::string& target, SQLite::Database& source) {
  const std::int64_t size = source.execAndGet("PRAGMA page_count").getInt64() *
                            source.execAndGet("PRAGMA page_size").getInt64();
  struct statvfs disk = {};
  if (::statvfs(target.c_str(), &disk) != 0) throw failed("measure the disk of", target);
  return disk.f_bavail * disk.f_frsize >= static_cast<std::uint64_t>(size) + kLeftToOthers;
}

bool is_older_than_a_generation(const std::string& file) {
  std::error_code error;
  const fs::file_time_type written = fs::last_write_time(file, error);
  return error || fs::file_time_type::clock::now() - written >= kGenerationAge;
}

}  // namespace

std::string backup_of(const std::string& state_file) { return state_file + ".backup"; }
std::string older_backup_of(const std::string& state_file) { return state_file + ".backup.1"; }
std::string schema_copy_of(const std::string& state_file, int version) {
  return fmt::format("{}.schema-{}", state_file, version);
}

StateCopy::StateCopy(SQLite::Database& source, std::string target) : target_(std::move(target)) {
  make_target();
  try {
    if (!has_room(target_, source)) throw failed("make", target_, "the disk is nearly full");
    database_ = std::make_unique<SQLite::Database>(target_, SQLite::OPEN_READWRITE);
    // Nobody sees it before it is whole and synced, so it needs neither.
    database_->exec("PRAGMA journal_mode = OFF");
    database_->exec("PRAGMA synchronous = OFF");
    database_->exec("PRAGMA locking_mode = EXCLUSIVE");
    backup_ = sqlite3_backup_init(database_->getHandle(), "main", source.getHandle(), "main");
    if (backup_ == nullptr) throw failed("make", target_, database_->getErrorMsg());
  } catch (...) {
    // Whoever asked for it gets it.
    ::unlink(target_.c_str());
    throw;
  }
}

StateCopy::~StateCopy() {
  if (backup_ != nullptr) sqlite3_backup_finish(backup_);
  database_.reset();
  if (!is_complete_) ::unlink(target_.c_str());
}

void StateCopy::make_target() const {
  if (::unlink(target_.c_str()) != 0 && errno != ENOENT) throw failed("replace", target_);
  // SQLite would make it readable for all.
  const Descriptor made(target_, O_RDWR | O_CREAT | O_EXCL);
}

bool StateCopy::copy_some(int pages) {
  const int code = sqlite3_backup_step(backup_, pages);
  if (code == SQLITE_DONE) {
    finish();
    return true;
  }
  if (code != SQLITE_OK) throw failed("write", target_, sqlite3_errstr(code));
  copied_ += pages;
  if (copied_ > kMostRounds * sqlite3_backup_pagecount(backup_) + 1000) {
    throw failed("write", target_, "the state file changes, or fails, too often meanwhile");
  }
  return false;
}

void StateCopy::finish() {
  const int code = sqlite3_backup_finish(std::exchange(backup_, nullptr));
  if (code != SQLITE_OK) throw failed("write", target_, sqlite3_errstr(code));
  database_.reset();
  is_complete_ = true;
}

void check_copy(const std::string& file) {
  try {
    const auto database = open_read_only(file);
    if (const std::string verdict = integrity_of(*database); verdict != "ok") {
      throw failed("use", file, verdict);
    }
    if (database->execAndGet("PRAGMA application_id").getInt() != kApplicationId) {
      throw failed("use", file, "it is the database of another program");
    }
    const int version = database->execAndGet("PRAGMA user_version").getInt();
    const int newest = migrations().back().version;
    if (version == newest) {
      add_row_checksum(database->getHandle());
      load_tables(*database);
      return;
    }
    if (version > newest) throw failed("use", file, "a newer program wrote it");
    SQLite::Database migrated(":memory:", SQLite::OPEN_READWRITE);
    SQLite::Backup(migrated, *database).executeStep();
    migrate(migrated, migrations());
    load_tables(migrated);
  } catch (const SQLite::Exception& error) {
    throw failed("use", file, error.what());
  } catch (const BadRow& row) {
    throw failed("use", file, row.what());
  }
}

void publish_as(const std::string& copy, const std::string& name) {
  sync(copy, O_RDONLY);
  move_over(copy, name);
  sync_folder_of(name);
}

void publish_backup(const std::string& copy, const std::string& state_file) {
  check_copy(copy);
  sync(copy, O_RDONLY);
  const std::string newest = backup_of(state_file);
  const std::string older = older_backup_of(state_file);
  if (::access(newest.c_str(), F_OK) == 0 && is_older_than_a_generation(older)) {
    move_over(newest, older);
  }
  move_over(copy, newest);
  sync_folder_of(newest);
}

}  // namespace genisys::state
