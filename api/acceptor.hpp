// RESTinio as this server uses it, above all with an acceptor of our own. The stock one stops
// for good after one failed accept (out of descriptors), and loses a place under its connection
// limit for every peer that resets before it is asked for its address. This one tries again, never
// asks, and ties a connection's place to the lifetime of its socket.
//
// The same over plain sockets and TLS: `Socket` is PlainSocket or TlsSocket. Heavy: for the .cpp of
// each alone, see server_listener_on.hpp. Logic thread.
#pragma once

#include <spdlog/spdlog.h>

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <restinio/all.hpp>
#include <utility>

#include "api/connections.hpp"

namespace genisys::api {

// What makes the acceptor listen, and sockets of what it accepts: RESTinio hands it nothing but
// settings.
template <class Socket>
struct ListenHook {
  std::shared_ptr<Connections> connections;
  std::function<void(boost::asio::ip::tcp::acceptor&)> listen;
  // Enters the connections.
  std::function<Socket(boost::asio::ip::tcp::socket)> wrap;

  void operator()(boost::asio::ip::tcp::acceptor& acceptor) const { listen(acceptor); }
};

// What a peer does wrong is no news of ours: visible at debug level only, so no flood fills the
// log.
class RestinioLog {
 public:
  template <class MakeMessage>
  void trace(MakeMessage&&) const noexcept {}
  template <class MakeMessage>
  void info(MakeMessage&&) const noexcept {}
  template <class MakeMessage>
  void warn(MakeMessage&& make_message) const {
    if (spdlog::should_log(spdlog::level::debug)) spdlog::debug("http: {}", make_message());
  }
  template <class MakeMessage>
  void error(MakeMessage&& make_message) const {
    warn(std::forward<MakeMessage>(make_message));
  }
};

// RESTinio's own, as a type for which parser settings can be specialised.
struct HttpMethods : restinio::default_http_methods_t {};

template <class Socket>
struct ServerTraits : restinio::traits_t<restinio::asio_timer_manager_t, RestinioLog,
                                         restinio::details::autodetect_request_handler_type,
                                         restinio::noop_strand_t, Socket> {
  using http_methods_mapper_t = HttpMethods;
  static constexpr bool use_connection_count_limiter = true;  // settings carry the limit
};

}  // namespace genisys::api

namespace restinio {

// The sockets count themselves.
template <class Socket>
struct connection_count_limit_types<genisys::api::ServerTraits<Socket>> {
  struct limiter_t {};
  struct lifetime_monitor_t {};
};

namespace impl {

// RESTinio reports every request as HTTP/1.1; here the header gets the version that was parsed.
template <>
inline http_parser_settings create_parser_settings<genisys::api::HttpMethods>() noexcept {
  http_parser_settings settings = create_parser_settings<default_http_methods_t>();
  settings.on_headers_complete = [](http_parser* parser) {
    http_request_header_t& header = static_cast<http_parser_ctx_t*>(parser->data)->m_header;
    header.http_major(parser->http_major);
    header.http_minor(parser->http_minor);
    return restinio_headers_complete_cb(parser);
  };
  return settings;
}

// Opens its socket through the settings' post-bind hook, a ListenHook, which leaves it listening.
// One accept is in flight at a time. Who comes when there is no room, and none can be made, is
// closed at once.
template <class Socket>
class acceptor_t<genisys::api::ServerTraits<Socket>> final
    : public std::enable_shared_from_this<acceptor_t<genisys::api::ServerTraits<Socket>>> {
 public:
  using Traits = genisys::api::ServerTraits<Socket>;
  using Hook = genisys::api::ListenHook<Socket>;
  using Factory = connection_factory_t<Traits>;
  using RestinioLog = genisys::api::RestinioLog;

  template <class Settings>
  acceptor_t(Settings& settings, asio_ns::io_context& io, std::shared_ptr<Factory> factory,
             RestinioLog& /*log: what concerns the operator is logged here*/)
      : factory_(std::move(factory)),
        listen_(settings.giveaway_acceptor_post_bind_hook()),
        hook_(*listen_.target<Hook>()),
        acceptor_(io),
        retry_(io),
        open_close_executor_(io.get_executor()) {}

  void open() {
    hook_.listen(acceptor_);
    ++opened_;
    accept_next();
  }

  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    hook_.connections->end_reading();
  }

  auto& get_open_close_operations_executor() noexcept { return open_close_executor_; }

 private:
  static constexpr std::chrono::milliseconds kRetry{100};

  // What belongs to an earlier opening ends there, also when it is open again.
  bool is_past(std::uint64_t opening) const { return !acceptor_.is_open() || opening != opened_; }

  void accept_next() {
    acceptor_.async_accept(
        [self = this->shared_from_this(), opening = opened_](const boost::system::error_code& error,
                                                             asio_ns::ip::tcp::socket socket) {
          if (self->is_past(opening)) return;
          if (error) {
            self->try_again_later(error);
            return;
          }
          self->failing_ = false;
          if (self->hook_.connections->make_room()) self->serve(std::move(socket));
          self->accept_next();
        });
  }

  void try_again_later(const boost::system::error_code& error) {
    if (!failing_) spdlog::warn("cannot accept connections for now: {}", error.message());
    failing_ = true;
    retry_.expires_after(kRetry);
    retry_.async_wait([self = this->shared_from_this(),
                       opening = opened_](const boost::system::error_code& cancelled) {
      if (!cancelled && !self->is_past(opening)) self->accept_next();
    });
  }

  void serve(asio_ns::ip::tcp::socket socket) {
    try {
      // Fails on a unix socket, which delays nothing anyway.
      boost::system::error_code ignored;
      socket.set_option(asio_ns::ip::tcp::no_delay(true), ignored);
      // No address: nobody needs it, a unix socket has none, and a peer that has reset none any
      // more.
      const auto connection =
          factory_->create_new_connection(hook_.wrap(std::move(socket)), endpoint_t{}, {});
      hook_.connections->number_newest(connection->connection_id());
      connection->init();
    } catch (const std::exception& error) {
      spdlog::warn("cannot serve a connection: {}", error.what());
    }
  }

  std::shared_ptr<Factory> factory_;
  acceptor_post_bind_hook_t listen_;  // a Hook
  const Hook& hook_;
  asio_ns::ip::tcp::acceptor acceptor_;
  asio_ns::steady_timer retry_;
  typename Traits::strand_t open_close_executor_;
  std::uint64_t opened_ = 0;  // so many times
  bool failing_ = false;
};

}  // namespace impl
}  // namespace restinio
