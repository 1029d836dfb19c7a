// Automatic copies of the state file, beside it: how one is made, how it takes its place, and what
// to tell an operator who needs one. Blocking; internal to the SQLite store.
//
//   FILE.backup     the newest
//   FILE.backup.1   one from a day or more before, once there are two
//   FILE.schema-N   from before a newer program changed the schema N
//
// A copy is made under another name, read back, synced and only then renamed, so each of these is
// whole at any moment.
#pragma once

#include <memory>
#include <string>

struct sqlite3;
struct sqlite3_backup;

namespace SQLite {
class Database;
}

namespace genisys::state {

std::string backup_of(const std::string& state_file);
std::string older_backup_of(const std::string& state_file);
std::string schema_copy_of(const std::string& state_file, int version);

// A copy under way, made a few pages at a time. What is written by the same connection meanwhile
// goes into the copy too. Destroyed before that connection; an incomplete copy is removed then.
class StateCopy {
 public:
  // The target, mode 0600, is written anew. Throws std::runtime_error.
  StateCopy(SQLite::Database& source, std::string target);
  StateCopy(const StateCopy&) = delete;
  StateCopy& operator=(const StateCopy&) = delete;
  ~StateCopy();

  // Copies up to `pages`; true when that was the last. Throws std::runtime_error, also when so
  // many writes failed meanwhile that it began anew too often.
  bool copy_some(int pages);
  const std::string& target() const { return target_; }

 private:
  void make_target() const;
  void finish();

  std::string target_;
  std::unique_ptr<SQLite::Database> database_;
  sqlite3_backup* backup_ = nullptr;
  long copied_ = 0;
  bool is_complete_ = false;
};

// Reads all of a copy as a start does. Throws what makes it useless. Writes nothing, not even a
// log beside it.
void check_copy(const std::string& file);

// Makes `copy` durable and the newest backup of `state_file`. Throws std::runtime_error; the
// backups are then what they were.
void publish_backup(const std::string& copy, const std::string& state_file);
// The same under a name of its own.
void publish_as(const std::string& copy, const std::string& name);

}  // namespace genisys::state
