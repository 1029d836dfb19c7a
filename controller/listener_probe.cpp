#include "controller/listener_probe.hpp"

#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <string_view>
#include <utility>

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using asio::generic::stream_protocol;
using boost::system::error_code;

constexpr std::string_view kUnixScheme = "unix://";
constexpr std::string_view kQuestion =
    "GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";

stream_protocol::endpoint endpoint_of(std::string_view bind, std::uint16_t port) {
  if (bind.starts_with(kUnixScheme))
    return asio::local::stream_protocol::endpoint(bind.substr(kUnixScheme.size()));
  if (bind == "localhost") bind = "127.0.0.1";
  if (bind.starts_with('[') && bind.ends_with(']')) bind = bind.substr(1, bind.size() - 2);
  asio::ip::address address = asio::ip::make_address(bind);
  if (address.is_unspecified()) {
    address = address.is_v4() ? asio::ip::address(asio::ip::address_v4::loopback())
                              : asio::ip::address(asio::ip::address_v6::loopback());
  }
  return asio::ip::tcp::endpoint(address, port);
}

}  // namespace

asio::awaitable<Heard> probe_listener(std::string bind, std::uint16_t port,
                                      std::chrono::milliseconds patience) {
  const auto executor = co_await asio::this_coro::executor;
  const stream_protocol::endpoint endpoint = endpoint_of(bind, port);
  // Shared with the timer, whose handler comes after this returned.
  const auto socket = std::make_shared<stream_protocol::socket>(executor);
  error_code error;
  socket->open(endpoint.protocol(), error);
  if (error) co_return Heard::unknown;
  asio::steady_timer timer(executor, patience);
  timer.async_wait([socket](const error_code& cancelled) {
    error_code ignored;
    if (!cancelled) socket->close(ignored);
  });
  co_await socket->async_connect(endpoint, asio::redirect_error(asio::use_awaitable, error));
  if (error) co_return Heard::no;
  co_await asio::async_write(*socket, asio::buffer(kQuestion),
                             asio::redirect_error(asio::use_awaitable, error));
  std::array<char, 64> answer;
  if (!error) {
    co_await socket->async_read_some(asio::buffer(answer),
                                     asio::redirect_error(asio::use_awaitable, error));
  }
  // Closed by the timer: nobody said anything.
  co_return socket->is_open() ? Heard::yes : Heard::no;
}

}  // namespace genisys::controller
