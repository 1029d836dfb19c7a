// Records what SQLite does to its files, in this process, so that a power cut at any moment can be
// played back.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

namespace genisys::test {

struct FileOperation {
  enum class Kind { preset, make, write, resize, sync, remove, note };
  Kind kind;
  std::string file = {};
  std::uint64_t at = 0;  // write: the offset; resize: the size; note: what was noted
  std::string data = {};
};

// While it lives, it stands before SQLite's own way to the disk. One at a time; databases opened
// while it lives are closed before it ends. Any one thread at a time.
class RecordingVfs {
 public:
  RecordingVfs();
  RecordingVfs(const RecordingVfs&) = delete;
  RecordingVfs& operator=(const RecordingVfs&) = delete;
  ~RecordingVfs();

  // A file that was there, durably, before.
  void preset(const std::string& file, std::string bytes) {
    record({FileOperation::Kind::preset, file, 0, std::move(bytes)});
  }
  // Puts a mark between the operations.
  void note(std::uint64_t value) { record({FileOperation::Kind::note, {}, value, {}}); }
  const std::vector<FileOperation>& operations() const { return operations_; }

 private:
  struct Methods {
    sqlite3_io_methods methods;
    const sqlite3_io_methods* original;
    std::string file;
  };

  static int open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags);
  static int remove(sqlite3_vfs*, const char* name, int sync_folder);
  static int write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset);
  static int truncate(sqlite3_file* file, sqlite3_int64 size);
  static int sync(sqlite3_file* file, int flags);
  static const Methods& of(sqlite3_file* file);
  void record(FileOperation operation) { operations_.push_back(std::move(operation)); }

  static RecordingVfs* current_;

  sqlite3_vfs* real_;
  sqlite3_vfs vfs_;
  std::deque<Methods> methods_;
  std::vector<FileOperation> operations_;
};

// The files after a power cut that came when the first `count` operations had been done: what was
// synced is there, and of what was not, `fate` decides.
enum class Unsynced {
  lost,   // none of it
  kept,   // all of it
  mixed,  // each write by itself, or some sectors of it, in any order
};
std::map<std::string, std::string> after_power_cut(const std::vector<FileOperation>& operations,
                                                   std::size_t count, Unsynced fate,
                                                   std::mt19937_64& random);

}  // namespace genisys::test
