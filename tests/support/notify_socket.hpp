// The service manager's end of sd_notify(3): a datagram socket that keeps what was said.
#pragma once

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <chrono>
#include <cstddef>
#include <cstring>
#include <random>
#include <stdexcept>
#include <string>
#include <vector>

namespace genisys::test {

class NotifySocket {
 public:
  // An abstract name, or with `path` a file of that name.
  explicit NotifySocket(std::string path = {}) {
    std::random_device random;
    name_ = path.empty() ? fmt::format("@genisys-test-{:x}{:x}", random(), random()) : path;
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name_.data(), name_.size());
    auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name_.size());
    if (name_[0] == '@') address.sun_path[0] = '\0';
    if (name_[0] != '@') ++length;
    socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (::bind(socket_, reinterpret_cast<sockaddr*>(&address), length) != 0)
      throw std::runtime_error("cannot bind the socket of the service manager");
  }
  NotifySocket(const NotifySocket&) = delete;
  NotifySocket& operator=(const NotifySocket&) = delete;
  ~NotifySocket() { ::close(socket_); }

  // For NOTIFY_SOCKET.
  const std::string& name() const { return name_; }

  // The next message; empty when there is none in time.
  std::string next(std::chrono::milliseconds patience) {
    pollfd ready{.fd = socket_, .events = POLLIN, .revents = 0};
    if (::poll(&ready, 1, static_cast<int>(patience.count())) != 1) return {};
    char text[4096];
    const ssize_t size = ::recv(socket_, text, sizeof text, 0);
    return size < 0 ? std::string() : std::string(text, static_cast<std::size_t>(size));
  }

  // Reads on until a message has `part` in it, and returns that; empty when none comes in time.
  std::string wait_for(const std::string& part, std::chrono::milliseconds patience) {
    const auto deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
      const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
          deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) return {};
      std::string message = next(left);
      if (message.find(part) != std::string::npos) return message;
    }
  }

  // Everything that has arrived by now.
  std::vector<std::string> drain() {
    std::vector<std::string> all;
    for (std::string one = next(std::chrono::milliseconds(0)); !one.empty();
         one = next(std::chrono::milliseconds(0))) {
      all.push_back(std::move(one));
    }
    return all;
  }

 private:
  std::string name_;
  int socket_ = -1;
};

}  // namespace genisys::test
