#include "api/listener.hpp"

#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <boost/system/system_error.hpp>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>
#include <utility>

namespace genisys::api {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr std::string_view kUnixScheme = "unix://";
constexpr mode_t kSocketMode = 0660;

class FileDescriptor {
 public:
  explicit FileDescriptor(int fd) : fd_(fd) {}
  ~FileDescriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  FileDescriptor(const FileDescriptor&) = delete;
  FileDescriptor& operator=(const FileDescriptor&) = delete;

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

 private:
  int fd_;
};

std::string last_error() { return std::strerror(errno); }

int make_unix_socket() { return ::socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0); }

// Precondition: `path` fits, with its terminating zero.
sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  return address;
}

const sockaddr* generic(const sockaddr_un& address) {
  return reinterpret_cast<const sockaddr*>(&address);
}

asio::ip::address parse_bind(std::string_view bind) {
  if (bind == "localhost") return asio::ip::address_v4::loopback();
  if (bind.starts_with('[') && bind.ends_with(']')) bind = bind.substr(1, bind.size() - 2);
  return asio::ip::make_address(bind);
}

}  // namespace

Listener::Listener(std::string bind, std::uint16_t port) : bind_(std::move(bind)), port_(port) {
  if (bind_.starts_with(kUnixScheme)) {
    path_ = bind_.substr(kUnixScheme.size());
    port_ = 0;
    if (!path_.starts_with('/')) fail("the path must be absolute: unix:///run/…");
    if (path_.size() >= sizeof(sockaddr_un::sun_path)) {
      fail(fmt::format("the path is longer than {} bytes", sizeof(sockaddr_un::sun_path) - 1));
    }
  }
}

Listener::~Listener() { remove_file(); }

void Listener::open(tcp::acceptor& acceptor) {
  if (is_unix()) {
    open_unix(acceptor);
  } else {
    open_tcp(acceptor);
  }
}

void Listener::open_tcp(tcp::acceptor& acceptor) {
  try {
    const tcp::endpoint endpoint(parse_bind(bind_), port_);
    acceptor.open(endpoint.protocol());
    acceptor.set_option(tcp::acceptor::reuse_address(true));
    acceptor.bind(endpoint);
    acceptor.listen();
    port_ = acceptor.local_endpoint().port();
  } catch (const boost::system::system_error& error) {
    boost::system::error_code ignored;
    acceptor.close(ignored);
    if (error.code() == asio::error::invalid_argument) {
      fail("bind must be an IP address, localhost, or unix:///path");
    }
    fail(error.code().message());
  }
}

void Listener::open_unix(tcp::acceptor& acceptor) {
  remove_stale_file();

  FileDescriptor socket(make_unix_socket());
  if (socket.get() < 0) fail(last_error());
  const sockaddr_un address = unix_address(path_);
  // The file gets the mode of the socket less the umask, so there is no moment at which it is open
  // to all; chmod gives back what the umask took.
  if (::fchmod(socket.get(), kSocketMode) != 0 ||
      ::bind(socket.get(), generic(address), sizeof address) != 0) {
    fail(last_error());
  }
  struct stat file {};
  file_is_ours_ = ::lstat(path_.c_str(), &file) == 0;
  file_device_ = file.st_dev;
  file_inode_ = file.st_ino;
  if (::chmod(path_.c_str(), kSocketMode) != 0 || ::listen(socket.get(), SOMAXCONN) != 0) {
    const std::string cause = last_error();
    remove_file();
    fail(cause);
  }
  acceptor.assign(tcp::v4(), socket.get());
  socket.release();
}

void Listener::remove_stale_file() const {
  struct stat file {};
  if (::lstat(path_.c_str(), &file) != 0) return;
  if (!S_ISSOCK(file.st_mode))
    fail("the file exists and is no socket; remove it or choose another");

  const FileDescriptor probe(make_unix_socket());
  if (probe.get() < 0) fail(last_error());
  const sockaddr_un address = unix_address(path_);
  if (::connect(probe.get(), generic(address), sizeof address) == 0 || errno != ECONNREFUSED) {
    fail("another program listens there");
  }
  if (::unlink(path_.c_str()) != 0 && errno != ENOENT) fail(last_error());
}

void Listener::remove_file() {
  if (!std::exchange(file_is_ours_, false)) return;
  struct stat file {};
  if (::lstat(path_.c_str(), &file) != 0) return;
  if (file.st_dev == file_device_ && file.st_ino == file_inode_) ::unlink(path_.c_str());
}

void Listener::fail(const std::string& cause) const {
  const std::string where = is_unix() ? bind_ : fmt::format("{}:{}", bind_, port_);
  throw std::runtime_error(fmt::format("cannot listen on {}: {}", where, cause));
}

}  // namespace genisys::api
