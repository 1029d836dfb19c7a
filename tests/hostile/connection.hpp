// A TCP connection to the target, as slow or as rude as a test wants it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "tests/hostile/bounds.hpp"

namespace genisys::test {

class Connection {
 public:
  enum class Window { usual, smallest };

  // Throws std::system_error when it can't be had. The smallest window: what the peer's kernel can
  // hand over without this side reading is little.
  explicit Connection(std::uint16_t port, Window window = Window::usual);
  Connection(Connection&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Connection& operator=(Connection&&) = delete;
  ~Connection();

  // As much as the peer takes now; false when it has closed.
  bool send(std::string_view bytes);
  // Waits until everything is on its way, or the peer has closed.
  void send_all(std::string_view bytes);
  // Appends what comes; false at the end. Throws std::runtime_error when nothing comes in time.
  bool receive(std::string& text,
               std::chrono::milliseconds timeout = within(std::chrono::seconds(6)));
  // The status of one answer, which is taken off; 0 when the peer has closed. Throws
  // std::runtime_error when nothing comes in time.
  int ask(std::string_view request,
          std::chrono::milliseconds timeout = within(std::chrono::seconds(6)));
  // Whether something is there to be read, without waiting.
  bool has_bytes() const;
  // Whether the peer has closed, without waiting. What it sent stays to be read.
  bool is_closed() const;
  // Closes with a reset instead of a handshake.
  void reset();

 private:
  int fd_;
};

}  // namespace genisys::test
