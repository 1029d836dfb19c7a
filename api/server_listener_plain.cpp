#include "api/plain_socket.hpp"
#include "api/server_listener_on.hpp"

namespace genisys::api {

std::unique_ptr<HttpListener> listen_plain(boost::asio::io_context& io,
                                           HttpListenerOptions options) {
  auto connections = options.connections;
  return std::make_unique<HttpListenerOn<PlainSocket>>(
      io, std::move(options),
      [connections = std::move(connections)](boost::asio::ip::tcp::socket socket) {
        return PlainSocket(std::move(socket), connections);
      });
}

}  // namespace genisys::api
