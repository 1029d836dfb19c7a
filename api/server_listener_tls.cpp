#include <boost/asio/ssl/context.hpp>

#include "api/server_listener_on.hpp"
#include "api/tls_socket.hpp"

namespace genisys::api {

std::unique_ptr<HttpListener> listen_tls(boost::asio::io_context& io, HttpListenerOptions options,
                                         TlsContextSource context) {
  auto connections = options.connections;
  const auto handshake_limit = options.read_timeout;
  return std::make_unique<HttpListenerOn<TlsSocket>>(
      io, std::move(options),
      [connections = std::move(connections), context = std::move(context),
       handshake_limit](boost::asio::ip::tcp::socket socket) {
        return TlsSocket(std::move(socket), context(), connections, handshake_limit);
      });
}

}  // namespace genisys::api
