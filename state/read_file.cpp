#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

#include "state/documents.hpp"

namespace genisys::state {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }

 private:
  int fd_;
};

std::string error_text(int error) { return std::generic_category().message(error); }

std::string_view describe_type(mode_t mode) {
  if (S_ISDIR(mode)) return "a directory";
  if (S_ISFIFO(mode)) return "a named pipe";
  if (S_ISSOCK(mode)) return "a socket";
  return "a device";
}

}  // namespace

std::optional<std::string> read_file(const std::string& path, std::size_t max_bytes,
                                     std::string& why, bool& missing) {
  missing = false;
  // O_NONBLOCK: opening a FIFO would otherwise wait for a writer. It changes nothing for regular
  // files.
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK));
  if (file.get() < 0) {
    const int error = errno;
    missing = error == ENOENT;
    why = fmt::format("cannot open {}: {}", path, error_text(error));
    return std::nullopt;
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) {
    why = fmt::format("cannot read {}: {}", path, error_text(errno));
    return std::nullopt;
  }
  if (!S_ISREG(status.st_mode)) {
    why = fmt::format("cannot read {}: it is {}, give a regular file", path,
                      describe_type(status.st_mode));
    return std::nullopt;
  }
  std::string content;
  std::array<char, 16384> chunk;
  for (;;) {
    const ssize_t got = ::read(file.get(), chunk.data(), chunk.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      why = fmt::format("cannot read {}: {}", path, error_text(errno));
      return std::nullopt;
    }
    if (got == 0) return content;
    content.append(chunk.data(), static_cast<std::size_t>(got));
    // The size is checked while reading: the file may grow, and some (in /proc) claim to be empty.
    if (content.size() > max_bytes) {
      why = fmt::format("cannot read {}: it is larger than the {} bytes allowed", path, max_bytes);
      return std::nullopt;
    }
  }
}

}  // namespace genisys::state
