#include "state/sqlite_peek.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

namespace genisys::state {
namespace {

namespace fs = std::filesystem;

OpenError cannot_read(OpenFault fault, const std::string& path, std::string_view why) {
  return {fault, fmt::format("cannot read the state file `{}`: {}", path, why)};
}

// Only its owner can look into it; removed with this object.
class PrivateFolder {
 public:
  PrivateFolder() : path_((fs::temp_directory_path() / "genisys-XXXXXX").string()) {
    if (::mkdtemp(path_.data()) == nullptr) {
      throw OpenError(OpenFault::unusable, fmt::format("cannot make a folder like `{}`: {}", path_,
                                                       std::strerror(errno)));
    }
  }
  PrivateFolder(const PrivateFolder&) = delete;
  PrivateFolder& operator=(const PrivateFolder&) = delete;
  ~PrivateFolder() {
    std::error_code ignored;  // what is left is nobody else's to read
    fs::remove_all(path_, ignored);
  }

  std::string file(const std::string& name) const { return (fs::path(path_) / name).string(); }

 private:
  std::string path_;
};

// SQLite's locks are on these bytes of the file ("Locking" in the description of its file format).
bool is_locked(int descriptor) {
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = 0x40000000;
  lock.l_len = 512;
  return ::fcntl(descriptor, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
}

void check_unused(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) throw cannot_read(OpenFault::unusable, path, std::strerror(errno));
  const bool locked = is_locked(descriptor);
  ::close(descriptor);
  if (locked) throw cannot_read(OpenFault::in_use, path, "a genisys-connector uses it");
}

// In the words of the original, of which whoever reads them knows.
OpenError renamed(const OpenError& error, const std::string& copy, const std::string& path) {
  std::string text = error.what();
  if (const std::size_t at = text.find(copy); at != std::string::npos) {
    text.replace(at, copy.size(), path);
  }
  return {error.fault(), text};
}

}  // namespace

Snapshot peek_state(const std::string& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  if (!fs::exists(status)) return {};
  if (!fs::is_regular_file(status)) {
    throw cannot_read(OpenFault::unusable, path, "it is no regular file");
  }
  check_unused(path);
  const PrivateFolder folder;
  const std::string copy = folder.file("state.db");
  try {
    fs::copy_file(path, copy);
    if (fs::exists(path + "-wal")) fs::copy_file(path + "-wal", copy + "-wal");
  } catch (const fs::filesystem_error& error) {
    throw cannot_read(OpenFault::unusable, path, error.code().message());
  }
  try {
    return SqliteFile({.path = copy}).take_contents().tables.snapshot;
  } catch (const OpenError& error) {
    throw renamed(error, copy, path);
  }
}

}  // namespace genisys::state
