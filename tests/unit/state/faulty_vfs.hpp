// Makes the file operations of SQLite fail on command, in this process.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <deque>

namespace genisys::test {

// While it lives, it stands in for SQLite's own way to the disk: the n-th write or sync fails. One
// at a time; databases opened while it lives are closed before it ends.
class FaultyVfs {
 public:
  enum class Operation { write, sync };

  FaultyVfs();
  FaultyVfs(const FaultyVfs&) = delete;
  FaultyVfs& operator=(const FaultyVfs&) = delete;
  ~FaultyVfs();

  // The `nth` (from 1) operation of that kind from now on fails with `code`, and so do the `more`
  // after it.
  void fail(Operation operation, std::uint32_t nth, int code, std::uint32_t more = 0);
  void heal() { remaining_ = 0; }
  // How many operations failed.
  std::uint32_t failures() const { return failures_; }

 private:
  // SQLite hands `methods` back with each call, and so the original is found.
  struct Methods {
    sqlite3_io_methods methods;
    const sqlite3_io_methods* original;
  };

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags);
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  static int sync(sqlite3_file* file, int flags);
  static const sqlite3_io_methods* original_of(sqlite3_file* file);
  // SQLITE_OK when the operation shall take place.
  int next(Operation operation);

  static FaultyVfs* current_;

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::deque<Methods> methods_;
  Operation failing_ = Operation::write;
  std::uint32_t until_ = 0;
  std::uint32_t remaining_ = 0;
  int code_ = 0;
  std::uint32_t failures_ = 0;
};

}  // namespace genisys::test
