// A raw, blocking HTTP client: sends exactly the bytes it is given and shows exactly what comes
// back.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace genisys::api {

class RawClient {
 public:
  // Of loopback TCP.
  explicit RawClient(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  // Of a unix socket.
  explicit RawClient(const std::string& path)
      : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    connect(reinterpret_cast<const sockaddr*>(&address), sizeof address);
  }
  virtual ~RawClient() {
    if (fd_ >= 0) ::close(fd_);
  }
  RawClient(RawClient&& other) noexcept
      : fd_(std::exchange(other.fd_, -1)), buffer_(std::move(other.buffer_)) {}
  RawClient& operator=(RawClient&&) = delete;

  // What the server no longer takes is dropped: it may answer and close before it has read all.
  virtual RawClient& send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) break;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return *this;
  }

  // Everything until the server closes.
  std::string read_all() {
    while (receive()) {
    }
    return std::exchange(buffer_, {});
  }

  // So many bytes, or fewer when the server closes before.
  std::string read_exactly(std::size_t size) {
    while (buffer_.size() < size && receive()) {
    }
    std::string text = buffer_.substr(0, size);
    buffer_.erase(0, text.size());
    return text;
  }

  // Whether the server has closed; does not wait for it.
  bool is_dropped() {
    char byte = 0;
    const ssize_t count = ::recv(fd_, &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    return count == 0 || (count < 0 && errno != EAGAIN);
  }

  // Everything up to and with `end`, or until the server closes.
  std::string read_until(std::string_view end) {
    std::size_t at = std::string::npos;
    while ((at = buffer_.find(end)) == std::string::npos) {
      if (!receive()) return std::exchange(buffer_, {});
    }
    const std::string text = buffer_.substr(0, at + end.size());
    buffer_.erase(0, text.size());
    return text;
  }

  // One answer with its body, which has the length it announces.
  std::string read_answer() { return read_answer(/*with_body=*/true); }
  std::string read_answer_to_head() { return read_answer(/*with_body=*/false); }

  // Closes with a reset instead of a handshake.
  void reset() {
    const linger abort{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &abort, sizeof abort);
    ::close(std::exchange(fd_, -1));
  }

 protected:
  // More into the buffer; false at the end.
  virtual bool receive() {
    char bytes[16384];
    const ssize_t count = ::recv(fd_, bytes, sizeof bytes, 0);
    if (count < 0 && errno == EAGAIN) throw std::runtime_error("no answer and no end");
    if (count <= 0) return false;
    buffer_.append(bytes, static_cast<std::size_t>(count));
    return true;
  }

  int fd_;
  std::string buffer_;

 private:
  void connect(const sockaddr* address, socklen_t length) {
    if (fd_ < 0) throw std::runtime_error("socket failed");
    const timeval limit{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
    if (::connect(fd_, address, length) != 0) {
      ::close(std::exchange(fd_, -1));
      throw std::runtime_error(std::string("connect failed: ") + std::strerror(errno));
    }
  }

  std::string read_answer(bool with_body) {
    std::size_t end = std::string::npos;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!receive()) return std::exchange(buffer_, {});
    }
    std::size_t total = end + 4;
    if (with_body) {
      constexpr std::string_view kLength = "Content-Length: ";
      const std::size_t at = buffer_.find(kLength);
      std::size_t length = 0;
      if (at < end) {
        std::from_chars(buffer_.data() + at + kLength.size(), buffer_.data() + end, length);
      }
      total += length;
    }
    while (buffer_.size() < total && receive()) {
    }
    const std::string answer = buffer_.substr(0, total);
    buffer_.erase(0, answer.size());
    return answer;
  }
};

// Of an answer; 0 when there is none.
inline int status_of(std::string_view answer) {
  int status = 0;
  if (answer.starts_with("HTTP/1.1 ")) {
    std::from_chars(answer.data() + 9, answer.data() + answer.size(), status);
  }
  return status;
}

inline std::string body_of(const std::string& answer) {
  return answer.substr(answer.find("\r\n\r\n") + 4);
}

}  // namespace genisys::api
