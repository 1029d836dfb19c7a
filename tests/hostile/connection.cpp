#include "tests/hostile/connection.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <stdexcept>
#include <system_error>

namespace genisys::test {

namespace {

bool is_ready(int fd, short events, std::chrono::milliseconds timeout) {
  pollfd waited{.fd = fd, .events = events, .revents = 0};
  return ::poll(&waited, 1, static_cast<int>(timeout.count())) == 1;
}

}  // namespace

Connection::Connection(std::uint16_t port, Window window)
    : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "socket");
  const int smallest = 1;
  if (window == Window::smallest) {
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &smallest, sizeof smallest);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    const int error = errno;
    ::close(fd_);
    throw std::system_error(error, std::generic_category(), "connect");
  }
}

Connection::~Connection() {
  if (fd_ >= 0) ::close(fd_);
}

bool Connection::send(std::string_view bytes) {
  const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  return sent >= 0 || errno == EAGAIN;
}

void Connection::send_all(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

bool Connection::receive(std::string& text, std::chrono::milliseconds timeout) {
  if (!is_ready(fd_, POLLIN, timeout)) throw std::runtime_error("nothing comes, and no end");
  char bytes[16384];
  const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
  if (count <= 0) return false;
  text.append(bytes, static_cast<std::size_t>(count));
  return true;
}

int Connection::ask(std::string_view request, std::chrono::milliseconds timeout) {
  constexpr std::string_view kLength = "Content-Length: ";
  send_all(request);
  std::string text;
  std::size_t head = std::string::npos;
  while ((head = text.find("\r\n\r\n")) == std::string::npos) {
    if (!receive(text, timeout)) return 0;
  }
  std::size_t size = 0;
  if (const std::size_t at = text.find(kLength); at < head) {
    std::from_chars(text.data() + at + kLength.size(), text.data() + head, size);
  }
  while (text.size() < head + 4 + size) {
    if (!receive(text, timeout)) return 0;
  }
  int status = 0;
  std::from_chars(text.data() + 9, text.data() + 12, status);
  return status;
}

bool Connection::is_closed() const {
  char byte = 0;
  const ssize_t count = ::recv(fd_, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
  return count == 0 || (count < 0 && errno != EAGAIN);
}

bool Connection::has_bytes() const {
  char byte = 0;
  return ::recv(fd_, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT) > 0;
}

void Connection::reset() {
  const linger abort{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
  ::close(std::exchange(fd_, -1));
}

}  // namespace genisys::test
