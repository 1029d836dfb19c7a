// RESTinio as this server uses it, above all with an acceptor of our own. The stock one stops
// for good after one failed accept (out of descriptors), and loses a place under its connection
// limit for every peer that resets before it is asked for its address. This one tries again, never
// asks, and ties a connection's place to the lifetime of its socket.
//
// Only server.cpp includes this. Logic thread.
#pragma once

#include <spdlog/spdlog.h>
#include <sys/socket.h>
#include <sys/types.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <list>
#include <memory>
#include <restinio/all.hpp>
#include <utility>

namespace genisys::api {

class PeerSocket;

// The open connections. Shared by the acceptor, the sockets and the server, since each may outlive
// the others.
class Connections : public std::enable_shared_from_this<Connections> {
 public:
  explicit Connections(std::size_t limit) : limit_(limit) {}

  bool full() const { return peers_.size() >= limit_; }
  // Called when a connection has left and there is room again; null for nobody.
  void on_room(std::function<void()> listener) { on_room_ = std::move(listener); }
  // Idle connections end now, busy ones after the answer they owe.
  void end_reading();

  // RESTinio's number of the connection that was entered last.
  void number_newest(std::uint64_t id) { peers_.back().id = id; }
  // Calls `gone` when the peer of this connection has closed its side, or the connection ends:
  // while an answer is being sent nobody reads, so that this is not noticed otherwise. A peer that
  // sends another request meanwhile is not watched any longer; writing to it tells in the end.
  // RESTinio must not be reading from the connection. At most one watch for each.
  void when_gone(std::uint64_t id, std::function<void()> gone);

 private:
  friend class PeerSocket;
  struct Peer {
    PeerSocket* socket;
    std::uint64_t id = 0;
  };
  using Place = std::list<Peer>::iterator;

  Place enter(PeerSocket* socket) { return peers_.insert(peers_.end(), Peer{socket}); }
  void leave(Place place) {
    const bool was_full = full();
    peers_.erase(place);
    if (was_full && on_room_) on_room_();
  }
  PeerSocket* find(std::uint64_t id) const {
    const auto found = std::find_if(peers_.begin(), peers_.end(),
                                    [id](const Peer& peer) { return peer.id == id; });
    return found == peers_.end() ? nullptr : found->socket;
  }

  std::size_t limit_;
  std::list<Peer> peers_;
  std::function<void()> on_room_;
};

// The socket of a connection, which holds its place among the connections as long as it exists.
class PeerSocket : public boost::asio::ip::tcp::socket {
 public:
  PeerSocket(boost::asio::ip::tcp::socket socket, std::shared_ptr<Connections> connections)
      : boost::asio::ip::tcp::socket(std::move(socket)),
        connections_(std::move(connections)),
        place_(connections_->enter(this)) {}
  PeerSocket(PeerSocket&& other) noexcept
      : boost::asio::ip::tcp::socket(std::move(other)),
        connections_(std::move(other.connections_)),
        place_(other.place_) {
    if (connections_) place_->socket = this;
  }
  PeerSocket& operator=(PeerSocket&&) = delete;
  ~PeerSocket() {
    if (connections_) connections_->leave(place_);
  }

 private:
  std::shared_ptr<Connections> connections_;  // null after a move
  Connections::Place place_;
};

inline void Connections::end_reading() {
  for (const Peer& peer : peers_) {
    boost::system::error_code ignored;
    if (peer.socket->is_open()) peer.socket->shutdown(PeerSocket::shutdown_receive, ignored);
  }
}

inline void Connections::when_gone(std::uint64_t id, std::function<void()> gone) {
  PeerSocket* watched = find(id);
  if (watched == nullptr) {
    gone();
    return;
  }
  watched->async_wait(
      PeerSocket::wait_read, [self = shared_from_this(), id, gone = std::move(gone)](
                                 const boost::system::error_code& error) mutable {
        PeerSocket* socket = error ? nullptr : self->find(id);
        if (socket == nullptr || !socket->is_open()) {
          gone();
          return;
        }
        char byte = 0;
        const ssize_t size =
            ::recv(socket->native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
        if (size < 0 && (errno == EAGAIN || errno == EINTR)) {
          self->when_gone(id, std::move(gone));
        } else if (size <= 0) {
          gone();
        }
      });
}

// What makes the acceptor listen, and the place where it finds the connections: RESTinio hands it
// nothing but settings.
struct ListenHook {
  std::shared_ptr<Connections> connections;
  std::function<void(boost::asio::ip::tcp::acceptor&)> listen;

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

struct ServerTraits : restinio::traits_t<restinio::asio_timer_manager_t, RestinioLog,
                                         restinio::details::autodetect_request_handler_type,
                                         restinio::noop_strand_t, PeerSocket> {
  using http_methods_mapper_t = HttpMethods;
  static constexpr bool use_connection_count_limiter = true;  // settings carry the limit
};

}  // namespace genisys::api

namespace restinio {

// The sockets count themselves.
template <>
struct connection_count_limit_types<genisys::api::ServerTraits> {
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
// One accept is in flight at a time, none while the connections are at their limit: the kernel's
// queue holds the others.
template <>
class acceptor_t<genisys::api::ServerTraits> final
    : public std::enable_shared_from_this<acceptor_t<genisys::api::ServerTraits>> {
 public:
  using Traits = genisys::api::ServerTraits;
  using Factory = connection_factory_t<Traits>;
  using RestinioLog = genisys::api::RestinioLog;

  template <class Settings>
  acceptor_t(Settings& settings, asio_ns::io_context& io, std::shared_ptr<Factory> factory,
             RestinioLog& /*log: what concerns the operator is logged here*/)
      : factory_(std::move(factory)),
        listen_(settings.giveaway_acceptor_post_bind_hook()),
        connections_(listen_.target<genisys::api::ListenHook>()->connections),
        acceptor_(io),
        retry_(io),
        open_close_executor_(io.get_executor()) {}

  void open() {
    listen_(acceptor_);
    connections_->on_room([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->accept_soon();
    });
    accept_next();
  }

  void close() {
    // First: what leaves from now on must not post to an io_context that may be at its end.
    connections_->on_room(nullptr);
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    connections_->end_reading();
  }

  auto& get_open_close_operations_executor() noexcept { return open_close_executor_; }

 private:
  static constexpr std::chrono::milliseconds kRetry{100};

  // A connection leaves from within its destructor; accepting there could run into it again.
  void accept_soon() {
    asio_ns::post(acceptor_.get_executor(), [self = shared_from_this()] { self->accept_next(); });
  }

  void accept_next() {
    if (!acceptor_.is_open() || accepting_ || connections_->full()) return;
    accepting_ = true;
    acceptor_.async_accept([self = shared_from_this()](const boost::system::error_code& error,
                                                       asio_ns::ip::tcp::socket socket) {
      // What was accepted of before it was closed does not count, also when it is open again.
      if (!self->acceptor_.is_open() || error == asio_ns::error::operation_aborted) {
        self->accepting_ = false;
        self->accept_next();
        return;
      }
      if (error) {
        self->try_again_later(error);
        return;
      }
      self->accepting_ = false;
      self->failing_ = false;
      self->serve(std::move(socket));
      self->accept_next();
    });
  }

  // `accepting_` stays set, so that a connection that leaves meanwhile starts no second accept.
  void try_again_later(const boost::system::error_code& error) {
    if (!failing_) spdlog::warn("cannot accept connections for now: {}", error.message());
    failing_ = true;
    retry_.expires_after(kRetry);
    retry_.async_wait([self = shared_from_this()](const boost::system::error_code& /*cancelled*/) {
      self->accepting_ = false;
      self->accept_next();
    });
  }

  void serve(asio_ns::ip::tcp::socket socket) {
    try {
      // Fails on a unix socket, which delays nothing anyway.
      boost::system::error_code ignored;
      socket.set_option(asio_ns::ip::tcp::no_delay(true), ignored);
      // No address: nobody needs it, a unix socket has none, and a peer that has reset none any
      // more.
      const auto connection = factory_->create_new_connection(
          genisys::api::PeerSocket(std::move(socket), connections_), endpoint_t{}, {});
      connections_->number_newest(connection->connection_id());
      connection->init();
    } catch (const std::exception& error) {
      spdlog::warn("cannot serve a connection: {}", error.what());
    }
  }

  std::shared_ptr<Factory> factory_;
  acceptor_post_bind_hook_t listen_;
  std::shared_ptr<genisys::api::Connections> connections_;
  asio_ns::ip::tcp::acceptor acceptor_;
  asio_ns::steady_timer retry_;
  Traits::strand_t open_close_executor_;
  bool accepting_ = false;
  bool failing_ = false;
};

}  // namespace impl
}  // namespace restinio
