#include "tests/unit/state/faulty_vfs.hpp"

namespace genisys::test {

FaultyVfs* FaultyVfs::current_ = nullptr;

FaultyVfs::FaultyVfs() : real_(sqlite3_vfs_find(nullptr)), vfs_(*real_) {
  current_ = this;
  vfs_.zName = "faulty";
  vfs_.xOpen = &FaultyVfs::open;
  sqlite3_vfs_register(&vfs_, 1);
}

FaultyVfs::~FaultyVfs() {
  sqlite3_vfs_unregister(&vfs_);
  sqlite3_vfs_register(real_, 1);
  current_ = nullptr;
}

void FaultyVfs::fail(Operation operation, std::uint32_t nth, int code, std::uint32_t more) {
  failing_ = operation;
  until_ = nth - 1;
  remaining_ = 1 + more;
  code_ = code;
  failures_ = 0;
}

int FaultyVfs::next(Operation operation) {
  if (operation != failing_ || remaining_ == 0) return SQLITE_OK;
  if (until_ > 0) {
    --until_;
    return SQLITE_OK;
  }
  --remaining_;
  ++failures_;
  return code_;
}

int FaultyVfs::open(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  FaultyVfs& self = *current_;
  const int code = self.real_->xOpen(self.real_, name, file, flags, out_flags);
  if (code != SQLITE_OK || file->pMethods == nullptr) return code;
  Methods& mine = self.methods_.emplace_back(Methods{*file->pMethods, file->pMethods});
  mine.methods.xWrite = &FaultyVfs::write;
  mine.methods.xSync = &FaultyVfs::sync;
  file->pMethods = &mine.methods;
  return SQLITE_OK;
}

int FaultyVfs::write(sqlite3_file* file, const void* data, int size, sqlite3_int64 offset) {
  const int code = current_->next(Operation::write);
  return code != SQLITE_OK ? code : original_of(file)->xWrite(file, data, size, offset);
}

int FaultyVfs::sync(sqlite3_file* file, int flags) {
  const int code = current_->next(Operation::sync);
  return code != SQLITE_OK ? code : original_of(file)->xSync(file, flags);
}

const sqlite3_io_methods* FaultyVfs::original_of(sqlite3_file* file) {
  return reinterpret_cast<const Methods*>(file->pMethods)->original;
}

}  // namespace genisys::test
