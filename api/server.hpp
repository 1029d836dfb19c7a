// The HTTP listener: RESTinio on the program's io_context, with an acceptor that survives running
// out of descriptors and floods of reset connections, and a gate that every request passes before
// routing.
//
// Logic thread only. Construct, open(), … close(); destroy after the io_context stopped running
// handlers.
#pragma once

#include <boost/asio/io_context.hpp>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "api/context.hpp"
#include "api/router.hpp"
#include "api/tls.hpp"
#include "api/tokens.hpp"

namespace genisys::api {

struct ServerOptions {
  std::string bind = "127.0.0.1";  // an IP address, "localhost", or unix:///path of a socket
  std::uint16_t port = 7051;       // 0: any free one
  // One more takes the place of an idle one, or is closed at once. Half of them may wait for a
  // status.
  std::size_t max_connections = 1024;
  std::chrono::milliseconds read_timeout{5000};  // for one whole request
  // Longer than the longest `wait`, and than the longest silence of a stream.
  std::chrono::milliseconds handle_timeout{70000};
  std::chrono::milliseconds write_timeout{5000};  // for one piece of an answer
  std::size_t max_streams = 64;
  std::optional<Tokens> tokens = {};  // unset: whoever connects may do everything
  // From make_tls_context(); null: without TLS. A handshake has as long as a request.
  std::shared_ptr<boost::asio::ssl::context> tls = {};
};

class Server {
 public:
  // `table` outlives the io_context's last handler. Throws std::runtime_error when `options.bind`
  // is a unix socket that can't be: a relative or too long path.
  Server(boost::asio::io_context& io, Context context, ServerOptions options,
         std::span<const Route> table = routes());
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  // Throws std::runtime_error ("cannot listen on …: …") when the address can't be had.
  void open();
  // The port in use, 0 on a unix socket. After open().
  std::uint16_t port() const;
  // The replies that are being waited for, and the streams: zero is reached some time after
  // close(), once their handlers have been told to stop.
  std::size_t open_replies() const;
  // From the next request on. Streams end whose token is no longer what it was; waits that are
  // open are answered.
  void use_tokens(Tokens tokens);
  // All places for connections are taken: who connects now waits for one.
  bool is_full() const;
  // Listens anew at the same address, for when nobody gets through to it any more. Idle connections
  // end. Throws as open() does; may then be called again.
  void reopen();
  // For connections from now on; those that are open keep what they have. Only on a server that was
  // made with TLS; not null.
  void use_tls(std::shared_ptr<boost::asio::ssl::context> tls);
  // The connections that are open, or being opened.
  std::size_t connections() const;
  // Accepts no more, ends idle connections and streams; waits that are open are answered with what
  // is true now. Idempotent.
  void close();

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace genisys::api
