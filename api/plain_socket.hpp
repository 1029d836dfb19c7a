// A connection's socket without TLS: TCP or unix.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <boost/asio/ip/tcp.hpp>
#include <cerrno>
#include <memory>
#include <utility>

#include "api/connections.hpp"

namespace genisys::api {

class PlainSocket final : public boost::asio::ip::tcp::socket, public Peer {
 public:
  PlainSocket(boost::asio::ip::tcp::socket socket, std::shared_ptr<Connections> connections)
      : boost::asio::ip::tcp::socket(std::move(socket)), place_(std::move(connections), this) {}
  PlainSocket(PlainSocket&& other) noexcept
      : boost::asio::ip::tcp::socket(std::move(other)), place_(std::move(other.place_), this) {}
  PlainSocket& operator=(PlainSocket&&) = delete;
  ~PlainSocket() override = default;

  void end_reading() override {
    boost::system::error_code ignored;
    if (is_open()) shutdown(shutdown_receive, ignored);
  }

  void watch(Seen seen) override { async_wait(wait_read, std::move(seen)); }

  Look look() override {
    if (!is_open()) return Look::gone;
    char byte = 0;
    const ssize_t size = ::recv(native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
    if (size > 0) return Look::speaks;
    return size < 0 && (errno == EAGAIN || errno == EINTR) ? Look::nothing : Look::gone;
  }

 private:
  Place place_;
};

}  // namespace genisys::api
