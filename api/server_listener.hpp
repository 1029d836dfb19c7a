// RESTinio's server as server.cpp uses it. What is behind it exists twice, over plain sockets and
// over TLS, each compiled in a file of its own because RESTinio's templates are heavy.
//
// Logic thread. Includes RESTinio: for the server's .cpp files only.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <restinio/all.hpp>

#include "api/connections.hpp"

namespace boost::asio::ssl {
class context;
}

namespace genisys::api {

struct HttpListenerOptions {
  std::shared_ptr<Connections> connections;
  std::function<void(boost::asio::ip::tcp::acceptor&)> listen;
  std::function<restinio::request_handling_status_t(const restinio::request_handle_t&)> handle;
  std::size_t max_connections;
  std::chrono::milliseconds read_timeout;
  std::chrono::milliseconds handle_timeout;
  std::chrono::milliseconds write_timeout;
};

class HttpListener {
 public:
  virtual ~HttpListener() = default;
  virtual void open() = 0;   // throws what `listen` throws
  virtual void close() = 0;  // idempotent
};

std::unique_ptr<HttpListener> listen_plain(boost::asio::io_context& io,
                                           HttpListenerOptions options);

// The context for the connections that come from now on.
using TlsContextSource = std::function<std::shared_ptr<boost::asio::ssl::context>()>;
// A handshake has as long as a request.
std::unique_ptr<HttpListener> listen_tls(boost::asio::io_context& io, HttpListenerOptions options,
                                         TlsContextSource context);

}  // namespace genisys::api
