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
#include <array>
#include <boost/asio/associated_executor.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <chrono>
#include <cstdint>
#include <exception>
#include <functional>
#include <iterator>
#include <list>
#include <memory>
#include <restinio/all.hpp>
#include <unordered_map>
#include <utility>

namespace genisys::api {

class PeerSocket;

// The open connections, and who of them goes when there are too many or when they hold too much
// memory. Shared by the acceptor, the sockets and the server, since each may outlive the others.
//
// A connection whose request is being handled keeps its place, and there are limits for how many
// of these wait for something. Each other one has it as long as nobody needs it more: idle ones
// cost an attacker nothing, and must not lock out who comes next with a request.
class Connections : public std::enable_shared_from_this<Connections> {
 public:
  // Of requests that are not whole yet, and of answers that their readers have not taken.
  static constexpr std::size_t kMaxUnread = std::size_t{32} << 20;
  static constexpr std::size_t kMaxUnsent = std::size_t{64} << 20;

  explicit Connections(std::size_t limit) : limit_(limit) {}

  // Ends a connection if that is needed to let another in; false when all are needed.
  bool make_room();
  // Idle connections end now, busy ones after the answer they owe.
  void end_reading();

  // RESTinio's number of the connection that was entered last.
  void number_newest(std::uint64_t id) {
    const Place newest = std::prev(peers(State::fresh).end());
    newest->id = id;
    by_id_[id] = newest;
  }

  // What happens on a connection, in this order and over again: bytes of a request arrived; the
  // request is whole; its answer, of so many bytes, is on its way; the peer has taken it all.
  // received() is false when the connection is to end: the kernel may hold more bytes of it.
  [[nodiscard]] bool received(std::uint64_t id, std::size_t bytes);
  void handling(std::uint64_t id);
  void sending(std::uint64_t id, std::size_t bytes);
  void sent(std::uint64_t id, std::size_t bytes);
  // More answers are in memory than may be, though their connections are ending: make no more now.
  bool owe_too_much() const { return unsent_leaving_ > 0 && unsent_ > kMaxUnsent; }

  // Calls `gone` when the peer of this connection has closed its side, or the connection ends:
  // while an answer is being sent nobody reads, so that this is not noticed otherwise. A peer that
  // sends another request meanwhile is not watched any longer; writing to it tells in the end.
  // RESTinio must not be reading from the connection. At most one watch for each.
  void when_gone(std::uint64_t id, std::function<void()> gone);

 private:
  friend class PeerSocket;
  enum class State { fresh, idle, sending, handling, leaving };
  struct Peer {
    PeerSocket* socket;
    std::uint64_t id = 0;
    State state = State::fresh;  // the list that it is in
    std::size_t unread = 0;
    std::size_t unsent = 0;
  };
  // Who came into a state first is first.
  using Peers = std::list<Peer>;
  using Place = Peers::iterator;

  Peers& peers(State state) { return peers_[static_cast<std::size_t>(state)]; }
  Place enter(PeerSocket* socket) {
    Peers& fresh = peers(State::fresh);
    return fresh.insert(fresh.end(), Peer{socket});
  }
  void leave(Place place) {
    forget_unread(*place);
    forget_unsent(*place, place->unsent);
    by_id_.erase(place->id);
    peers(place->state).erase(place);
  }
  void move(Place place, State state) {
    Peers& to = peers(state);
    to.splice(to.end(), peers(place->state), place);
    place->state = state;
  }
  void forget_unread(Peer& peer) { unread_ -= std::exchange(peer.unread, 0); }
  void forget_unsent(Peer& peer, std::size_t bytes) {
    peer.unsent -= bytes;
    unsent_ -= bytes;
    if (peer.state == State::leaving) unsent_leaving_ -= bytes;
  }
  Peer* find(std::uint64_t id) {
    const auto found = by_id_.find(id);
    return found == by_id_.end() ? nullptr : &*found->second;
  }
  void end(Place place);

  std::size_t limit_;
  std::array<Peers, 5> peers_;
  std::unordered_map<std::uint64_t, Place> by_id_;
  std::size_t unread_ = 0;
  std::size_t unsent_ = 0;
  std::size_t unsent_leaving_ = 0;  // of these, to those that are ending
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

  // RESTinio's handler keeps the connection, and so this socket, until it is called.
  template <class Buffers, class Handler>
  void async_read_some(const Buffers& buffers, Handler handler) {
    auto executor = boost::asio::get_associated_executor(handler, get_executor());
    boost::asio::ip::tcp::socket::async_read_some(
        buffers,
        boost::asio::bind_executor(std::move(executor), [this, handler = std::move(handler)](
                                                            const boost::system::error_code& error,
                                                            std::size_t bytes) mutable {
          const bool stays = connections_->received(place_->id, bytes);
          handler(stays || error ? error : boost::asio::error::eof, bytes);
        }));
  }

 private:
  std::shared_ptr<Connections> connections_;  // null after a move
  Connections::Place place_;
};

inline bool Connections::make_room() {
  const std::size_t count = peers(State::fresh).size() + peers(State::idle).size() +
                            peers(State::sending).size() + peers(State::handling).size();
  if (count < limit_) return true;
  // From the kind that holds most: so none of them, in whatever numbers, drives out the others.
  State most = State::fresh;
  for (const State state : {State::idle, State::sending}) {
    if (peers(state).size() > peers(most).size()) most = state;
  }
  if (peers(most).empty()) return false;
  end(peers(most).begin());
  return true;
}

// RESTinio learns it from the read or the write that is under way, and lets the socket go.
inline void Connections::end(Place place) {
  boost::system::error_code ignored;
  place->socket->shutdown(PeerSocket::shutdown_both, ignored);
  forget_unread(*place);
  unsent_leaving_ += place->unsent;
  move(place, State::leaving);
}

inline bool Connections::received(std::uint64_t id, std::size_t bytes) {
  Peer* peer = find(id);
  if (peer == nullptr || peer->state == State::leaving) return false;
  peer->unread += bytes;
  unread_ += bytes;
  if (unread_ <= kMaxUnread) return true;
  const auto by_unread = [](const auto& a, const auto& b) {
    return a.second->unread < b.second->unread;
  };
  end(std::max_element(by_id_.begin(), by_id_.end(), by_unread)->second);
  return peer->state != State::leaving;
}

inline void Connections::handling(std::uint64_t id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || found->second->state == State::leaving) return;
  forget_unread(*found->second);
  move(found->second, State::handling);
}

inline void Connections::sending(std::uint64_t id, std::size_t bytes) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  found->second->unsent += bytes;
  unsent_ += bytes;
  if (found->second->state == State::leaving) {
    unsent_leaving_ += bytes;
    return;
  }
  move(found->second, State::sending);
  while (unsent_ - unsent_leaving_ > kMaxUnsent && peers(State::sending).size() > 1) {
    end(peers(State::sending).begin());
  }
}

inline void Connections::sent(std::uint64_t id, std::size_t bytes) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  forget_unsent(*found->second, bytes);
  // The next request may be there already.
  if (found->second->state == State::sending) move(found->second, State::idle);
}

inline void Connections::end_reading() {
  for (const Peers& of_one_state : peers_) {
    for (const Peer& peer : of_one_state) {
      boost::system::error_code ignored;
      if (peer.socket->is_open()) peer.socket->shutdown(PeerSocket::shutdown_receive, ignored);
    }
  }
}

inline void Connections::when_gone(std::uint64_t id, std::function<void()> gone) {
  Peer* watched = find(id);
  if (watched == nullptr) {
    gone();
    return;
  }
  watched->socket->async_wait(
      PeerSocket::wait_read, [self = shared_from_this(), id, gone = std::move(gone)](
                                 const boost::system::error_code& error) mutable {
        Peer* peer = error ? nullptr : self->find(id);
        if (peer == nullptr || !peer->socket->is_open()) {
          gone();
          return;
        }
        char byte = 0;
        const ssize_t size =
            ::recv(peer->socket->native_handle(), &byte, sizeof byte, MSG_PEEK | MSG_DONTWAIT);
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
// One accept is in flight at a time. Who comes when there is no room, and none can be made, is
// closed at once.
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
    accept_next();
  }

  void close() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    retry_.cancel();
    connections_->end_reading();
  }

  auto& get_open_close_operations_executor() noexcept { return open_close_executor_; }

 private:
  static constexpr std::chrono::milliseconds kRetry{100};

  void accept_next() {
    acceptor_.async_accept([self = shared_from_this()](const boost::system::error_code& error,
                                                       asio_ns::ip::tcp::socket socket) {
      if (!self->acceptor_.is_open()) return;
      if (error) {
        self->try_again_later(error);
        return;
      }
      self->failing_ = false;
      if (self->connections_->make_room()) self->serve(std::move(socket));
      self->accept_next();
    });
  }

  void try_again_later(const boost::system::error_code& error) {
    if (!failing_) spdlog::warn("cannot accept connections for now: {}", error.message());
    failing_ = true;
    retry_.expires_after(kRetry);
    retry_.async_wait([self = shared_from_this()](const boost::system::error_code& cancelled) {
      if (!cancelled && self->acceptor_.is_open()) self->accept_next();
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
  bool failing_ = false;
};

}  // namespace impl
}  // namespace restinio
