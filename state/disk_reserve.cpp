#include "state/disk_reserve.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <filesystem>
#include <utility>

namespace genisys::state {

DiskReserve::DiskReserve(std::string file, std::uint64_t bytes)
    : file_(std::move(file)), bytes_(bytes) {}

bool DiskReserve::take() const {
  if (bytes_ == 0) return true;
  struct stat present = {};
  if (::stat(file_.c_str(), &present) == 0 &&
      static_cast<std::uint64_t>(present.st_blocks) * 512 >= bytes_) {
    return true;
  }
  const std::filesystem::path folder = std::filesystem::path(file_).parent_path();
  struct statvfs disk = {};
  if (::statvfs(folder.empty() ? "." : folder.c_str(), &disk) != 0) return false;
  if (disk.f_bavail * disk.f_frsize < 2 * bytes_) return false;
  const int descriptor = ::open(file_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return false;
  const bool taken = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes_)) == 0;
  ::close(descriptor);
  if (!taken) release();
  return taken;
}

bool DiskReserve::release() const { return bytes_ > 0 && ::unlink(file_.c_str()) == 0; }

}  // namespace genisys::state
