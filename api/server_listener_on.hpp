// HttpListener over one kind of socket. For server_listener_plain.cpp and server_listener_tls.cpp
// only.
#pragma once

#include <algorithm>
#include <functional>
#include <restinio/all.hpp>
#include <utility>

#include "api/acceptor.hpp"
#include "api/server_listener.hpp"

namespace genisys::api {

// Hard limits: beyond them RESTinio closes the connection without an answer, so they lie above the
// gate's.
inline restinio::incoming_http_msg_limits_t hard_limits() {
  return restinio::incoming_http_msg_limits_t{}
      .max_url_size(2048)
      .max_field_name_size(256)
      .max_field_value_size(8192)
      .max_field_count(100)
      .max_body_size(1024 * 1024);
}

template <class Socket>
class HttpListenerOn final : public HttpListener {
 public:
  HttpListenerOn(boost::asio::io_context& io, HttpListenerOptions options,
                 std::function<Socket(boost::asio::ip::tcp::socket)> wrap)
      : http_(restinio::external_io_context(io), [&](auto& settings) {
          settings
              .acceptor_post_bind_hook(ListenHook<Socket>{.connections = options.connections,
                                                          .listen = std::move(options.listen),
                                                          .wrap = std::move(wrap)})
              .request_handler(std::move(options.handle))
              .incoming_http_msg_limits(hard_limits())
              .read_next_http_message_timelimit(options.read_timeout)
              .write_http_response_timelimit(options.write_timeout)
              .handle_request_timeout(options.handle_timeout)
              .max_parallel_connections(options.max_connections)
              .max_pipelined_requests(1)
              .separate_accept_and_create_connect(false)
              // Time limits are looked at in this period.
              .timer_manager(std::clamp<std::chrono::milliseconds>(options.read_timeout / 4,
                                                                   std::chrono::milliseconds(10),
                                                                   std::chrono::seconds(1)));
        }) {}

  void open() override { http_.open_sync(); }
  void close() override { http_.close_sync(); }

 private:
  restinio::http_server_t<ServerTraits<Socket>> http_;
};

}  // namespace genisys::api
