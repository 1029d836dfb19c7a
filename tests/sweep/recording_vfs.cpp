#include "tests/sweep/recording_vfs.hpp"

#include <algorithm>
#include <utility>

namespace genisys::test {

namespace {

constexpr std::size_t kSector = 512;

using Kind = FileOperation::Kind;

void put(std::string& file, std::uint64_t at, std::string_view data) {
  if (file.size() < at + data.size()) file.resize(at + data.size(), '\0');
  file.replace(static_cast<std::size_t>(at), data.size(), data);
}

void apply(std::string& file, const FileOperation& operation) {
  if (operation.kind == Kind::write) put(file, operation.at, operation.data);
  if (operation.kind == Kind::resize) file.resize(operation.at, '\0');
}

// A disk writes whole sectors: each of them is the old one or the new one.
void apply_some_sectors(std::string& file, const FileOperation& operation,
                        std::mt19937_64& random) {
  std::uint64_t at = operation.at;
  const std::uint64_t end = operation.at + operation.data.size();
  while (at < end) {
    const std::uint64_t next = std::min(end, (at / kSector + 1) * kSector);
    if (random() % 2 == 0) {
      put(file, at,
          std::string_view(operation.data)
              .substr(static_cast<std::size_t>(at - operation.at),
                      static_cast<std::size_t>(next - at)));
    }
    at = next;
  }
}

}  // namespace

RecordingVfs* RecordingVfs::current_ = nullptr;

RecordingVfs::RecordingVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  current_ = this;
  vfs_.zName = "recording";
  vfs_.xOpen = &RecordingVfs::open;
  vfs_.xDelete = &RecordingVfs::remove;
  sqlite3_vfs_register(&vfs_, 1);
}

RecordingVfs::~RecordingVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
  current_ = nullptr;
}

int RecordingVfs::open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags,
                       int* out_flags) {
  RecordingVfs& self = *current_;
  const int code = self.real_->xOpen(self.real_, name, file, flags, out_flags);
  if (code != SQLITE_OK || file->pMethods == nullptr || name == nullptr) return code;
  Methods& mine = self.methods_.emplace_back(Methods{*file->pMethods, file->pMethods, name});
  mine.methods.iVersion = 1;  // no memory-mapped way around
  mine.methods.xWrite = &RecordingVfs::write;
  mine.methods.xTruncate = &RecordingVfs::truncate;
  mine.methods.xSync = &RecordingVfs::sync;
  file->pMethods = &mine.methods;
  self.record({Kind::make, mine.file, 0, {}});
  return SQLITE_OK;
}

int RecordingVfs::remove(sqlite3_vfs*, const char* name, int sync_folder) {
  const int code = current_->real_->xDelete(current_->real_, name, sync_folder);
  if (code == SQLITE_OK) current_->record({Kind::remove, name, 0, {}});
  return code;
}

int RecordingVfs::write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const Methods& mine = of(file);
  const int code = mine.original->xWrite(file, data, size, offset);
  if (code == SQLITE_OK) {
    current_->record({Kind::write, mine.file, static_cast<std::uint64_t>(offset),
                      std::string(static_cast<const char*>(data), static_cast<std::size_t>(size))});
  }
  return code;
}

int RecordingVfs::truncate(sqlite3_file* file, sqlite3_int64 size) {
  const Methods& mine = of(file);
  const int code = mine.original->xTruncate(file, size);
  if (code == SQLITE_OK) {
    current_->record({Kind::resize, mine.file, static_cast<std::uint64_t>(size), {}});
  }
  return code;
}

int RecordingVfs::sync(sqlite3_file* file, int flags) {
  const Methods& mine = of(file);
  const int code = mine.original->xSync(file, flags);
  if (code == SQLITE_OK) current_->record({Kind::sync, mine.file, 0, {}});
  return code;
}

const RecordingVfs::Methods& RecordingVfs::of(sqlite3_file* file) {
  return *reinterpret_cast<const Methods*>(file->pMethods);
}

std::map<std::string, std::string> after_power_cut(const std::vector<FileOperation>& operations,
                                                   std::size_t count, Unsynced fate,
                                                   std::mt19937_64& random) {
  std::map<std::string, std::string> durable;
  std::map<std::string, std::vector<const FileOperation*>> pending;
  for (std::size_t i = 0; i < count; ++i) {
    const FileOperation& operation = operations[i];
    switch (operation.kind) {
      case Kind::preset:
        durable[operation.file] = operation.data;
        break;
      case Kind::make:
        durable.try_emplace(operation.file);
        break;
      case Kind::remove:
        durable.erase(operation.file);
        pending.erase(operation.file);
        break;
      case Kind::write:
      case Kind::resize:
        pending[operation.file].push_back(&operation);
        break;
      case Kind::sync:
        for (const FileOperation* done : std::exchange(pending[operation.file], {})) {
          apply(durable[operation.file], *done);
        }
        break;
      case Kind::note:
        break;
    }
  }
  if (fate == Unsynced::lost) return durable;
  for (auto& [file, left] : pending) {
    if (fate == Unsynced::mixed) std::shuffle(left.begin(), left.end(), random);
    for (const FileOperation* operation : left) {
      const auto luck = fate == Unsynced::kept ? 0 : random() % 3;
      if (luck == 0) apply(durable[file], *operation);
      if (luck == 1 && operation->kind == Kind::write) {
        apply_some_sectors(durable[file], *operation, random);
      }
    }
  }
  return durable;
}

}  // namespace genisys::test
