// A connection's socket without TLS: TCP or unix.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
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

  void end() override {
    boost::system::error_code ignored;
    shutdown(shutdown_both, ignored);
  }

  // RESTinio's handler keeps the connection, and so this socket, until it is called.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler handler) {
    auto executor = boost::asio::get_associated_executor(handler, get_executor());
    boost::asio::ip::tcp::socket::async_read_some(
        buffers,
        boost::asio::bind_executor(std::move(executor), [this, handler = std::move(handler)](
                                                            const boost::system::error_code& error,
                                                            std::size_t bytes) mutable {
          const bool stays = place_.received(bytes);
          handler(stays || error ? error : boost::asio::error::eof, bytes);
        }));
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
