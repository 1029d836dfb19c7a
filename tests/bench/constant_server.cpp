// A RESTinio server that answers every request with the same bytes: what is left of a request when
// nothing is asked. Limits, timers and fields of its answers are those of the connector's server.
//
//   bench-constant-server PORT BYTES
//
// Runs until SIGTERM.

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <chrono>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <restinio/all.hpp>
#include <string>

namespace {

struct Traits : restinio::default_single_thread_traits_t {
  static constexpr bool use_connection_count_limiter = true;
};

void serve(std::uint16_t port, std::size_t bytes) {
  boost::asio::io_context io(1);
  const std::string body(bytes, 'x');
  restinio::http_server_t<Traits> server(restinio::external_io_context(io), [&](auto& settings) {
    settings.address("127.0.0.1")
        .port(port)
        .socket_options_setter(
            [](auto& options) { options.set_option(boost::asio::ip::tcp::no_delay(true)); })
        .request_handler([&body](const restinio::request_handle_t& request) {
          return request->create_response()
              .append_header_date_field()
              .append_header(restinio::http_field::content_type, "application/json")
              .append_header(restinio::http_field::cache_control, "no-store")
              .append_header("X-Content-Type-Options", "nosniff")
              .set_body(body)
              .done();
        })
        .read_next_http_message_timelimit(std::chrono::seconds(5))
        .write_http_response_timelimit(std::chrono::seconds(5))
        .handle_request_timeout(std::chrono::seconds(70))
        .max_parallel_connections(1024)
        .max_pipelined_requests(1)
        .separate_accept_and_create_connect(false)
        .timer_manager(std::chrono::seconds(1));
  });
  server.open_sync();
  boost::asio::signal_set signals(io, SIGTERM, SIGINT);
  signals.async_wait([&](const boost::system::error_code&, int) { io.stop(); });
  io.run();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::cerr << "usage: bench-constant-server PORT BYTES\n";
    return 2;
  }
  try {
    serve(static_cast<std::uint16_t>(std::atoi(argv[1])),
          static_cast<std::size_t>(std::atoll(argv[2])));
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "error: " << error.what() << '\n';
    return 1;
  }
}
