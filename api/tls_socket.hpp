// A connection's socket under TLS, as RESTinio uses sockets. Its handshake has a deadline of its
// own, since RESTinio's limits begin with the first request.
//
// Logic thread. What is under way holds the stream, which ends with the socket being closed.
#pragma once

#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "api/connections.hpp"

namespace restinio::impl {
class tls_socket_t;
}

namespace genisys::api {

class TlsSocket {
 public:
  using Tcp = boost::asio::ip::tcp::socket;
  using executor_type = Tcp::executor_type;

  TlsSocket(Tcp socket, std::shared_ptr<boost::asio::ssl::context> context,
            std::shared_ptr<Connections> connections, std::chrono::milliseconds handshake_limit);
  TlsSocket(TlsSocket&&) noexcept = default;
  TlsSocket& operator=(TlsSocket&&) = delete;
  ~TlsSocket();

  executor_type get_executor() { return tcp().get_executor(); }
  Tcp::lowest_layer_type& lowest_layer() { return tcp().lowest_layer(); }
  bool is_open() const { return state_->stream.next_layer().is_open(); }

  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler&& handler) {
    const auto executor = boost::asio::get_associated_executor(handler, get_executor());
    state_->stream.async_read_some(
        buffers,
        boost::asio::bind_executor(
            executor, [state = state_, handler = std::forward<Handler>(handler)](
                          const boost::system::error_code& error, std::size_t size) mutable {
              const bool stays = state->place.received(size);
              handler(stays || error ? error : boost::asio::error::eof, size);
            }));
  }
  template <class Buffers, class Handler>
  void async_write_some(const Buffers& buffers, Handler&& handler) {
    state_->writing = true;
    const auto executor = boost::asio::get_associated_executor(handler, get_executor());
    state_->stream.async_write_some(
        buffers,
        boost::asio::bind_executor(
            executor, [state = state_, handler = std::forward<Handler>(handler)](
                          const boost::system::error_code& error, std::size_t size) mutable {
              state->writing = false;
              handler(error, size);
            }));
  }
  void cancel(boost::system::error_code& error) { tcp().cancel(error); }
  // Of both sides: says goodbye first, where that is possible without waiting.
  void shutdown(Tcp::shutdown_type what, boost::system::error_code& error);
  void close();

  // Calls one of them, if not both are destroyed before. A peer that does not even try gets an
  // answer that it understands, when it seems to speak HTTP.
  void handshake(std::function<void()> done,
                 std::function<void(const boost::system::error_code&)> failed);

 private:
  struct State final : Peer, std::enable_shared_from_this<State> {
    State(Tcp socket, std::shared_ptr<boost::asio::ssl::context> settings,
          std::shared_ptr<Connections> connections);

    void end_reading() override;
    void end() override;
    void watch(Seen seen) override;
    Look look() override;

    std::shared_ptr<boost::asio::ssl::context> context;
    boost::asio::ssl::stream<Tcp> stream;
    boost::asio::steady_timer deadline;
    bool writing = false;
    char scratch = 0;
    Place place;
  };

  Tcp& tcp() { return state_->stream.next_layer(); }

  std::shared_ptr<State> state_;  // null after a move
  std::chrono::milliseconds handshake_limit_;
};

// What RESTinio does before it reads from a connection.
template <class Connection, class Started, class Failed>
void prepare_connection_and_start_read(TlsSocket& socket, Connection& connection, Started started,
                                       Failed failed) {
  socket.handshake([started, held = connection.shared_from_this()] { started(); },
                   [failed, held = connection.shared_from_this()](
                       const boost::system::error_code& error) { failed(error); });
}

inline restinio::impl::tls_socket_t* make_tls_socket_pointer_for_state_listener(
    TlsSocket& /*not one of RESTinio's*/) noexcept {
  return nullptr;
}

}  // namespace genisys::api
