#include "docker/connection.hpp"

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>
#include <vector>

// Beast 1.81 asserts that the end of an empty chunked body ("0", two line ends) does not arrive in
// pieces (parse_chunk_header: n >= 5). It may, and the code behind the assertion is right then.
// What a peer sends must not end the program. Only this file sees Beast.
#define BOOST_DISABLE_ASSERTS
#include <boost/beast/core/basic_stream.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>

namespace genisys::docker {
namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = beast::http;
using boost::system::error_code;

namespace {

// One protocol type for unix sockets and TCP, and one stream type with and without TLS: Beast's
// parser is compiled once.
using Protocol = asio::generic::stream_protocol;
using Socket = beast::basic_stream<Protocol, asio::any_io_executor>;

class Stream {
 public:
  using executor_type = asio::any_io_executor;

  explicit Stream(const asio::any_io_executor& executor) : socket_(executor) {}
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;

  executor_type get_executor() { return socket_.get_executor(); }
  // Has the deadlines.
  Socket& socket() { return socket_; }
  asio::ssl::stream<Socket&>* tls() { return tls_ ? &*tls_ : nullptr; }
  void start_tls(asio::ssl::context& context) { tls_.emplace(socket_, context); }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this, buffers](auto handler) {
          if (tls_) {
            tls_->async_read_some(buffers, std::move(handler));
          } else {
            socket_.async_read_some(buffers, std::move(handler));
          }
        },
        token);
  }
  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(error_code, std::size_t)>(
        [this, buffers](auto handler) {
          if (tls_) {
            tls_->async_write_some(buffers, std::move(handler));
          } else {
            socket_.async_write_some(buffers, std::move(handler));
          }
        },
        token);
  }

 private:
  Socket socket_;
  std::optional<asio::ssl::stream<Socket&>> tls_;
};

using Parser = http::response_parser<http::string_body>;

constexpr auto kAwaitable = asio::as_tuple(asio::use_awaitable);
// What is read at once, and the most that a header or the frame of a chunk may have.
constexpr std::size_t kReadSize = 64 * 1024;

constexpr int kKeepAliveIdleSeconds = 30;
constexpr int kKeepAliveIntervalSeconds = 10;
constexpr int kKeepAliveProbes = 3;

bool is_malformed(const error_code& error) {
  static const auto& kHttpErrors = http::make_error_code(http::error::bad_version).category();
  return error.category() == kHttpErrors && error != http::error::end_of_stream &&
         error != http::error::partial_message;
}

Error to_error(const error_code& error, const std::string& where) {
  // Only the caller cancels: Beast reports an expired deadline as an error of its own.
  if (error == asio::error::operation_aborted) {
    throw boost::system::system_error(error);
  }
  if (error == beast::error::timeout) {
    return {ErrorKind::timeout, 0, fmt::format("the engine at {} did not answer in time", where)};
  }
  if (error == http::error::body_limit) {
    return {ErrorKind::protocol, 0,
            fmt::format("the answer of the engine at {} is too large", where)};
  }
  if (is_malformed(error)) {
    return {ErrorKind::protocol, 0,
            fmt::format("what answers at {} does not speak HTTP as an engine does: {}", where,
                        error.message())};
  }
  if (error == http::error::end_of_stream || error == http::error::partial_message ||
      error == asio::error::eof) {
    return {ErrorKind::unreachable, 0,
            fmt::format("the engine at {} closed the connection before its answer was complete",
                        where)};
  }
  if (error == asio::error::access_denied) {
    return {ErrorKind::unreachable, 0,
            fmt::format("no permission to use the engine at {}: run as a member of the group that "
                        "owns the socket",
                        where)};
  }
  return {ErrorKind::unreachable, 0,
          fmt::format("cannot reach the engine at {}: {}", where, error.message())};
}

// A lookup cannot be interrupted: it goes on in the resolver's thread, and finds this even when
// nobody waits for it any more.
struct Lookup {
  explicit Lookup(const asio::any_io_executor& executor) : resolver(executor), finished(executor) {}

  asio::ip::tcp::resolver resolver;
  asio::steady_timer finished;
  std::optional<error_code> result;
  std::vector<Protocol::endpoint> endpoints;
};

asio::awaitable<Result<std::vector<Protocol::endpoint>>> resolve(asio::any_io_executor executor,
                                                                 TcpAddress address,
                                                                 std::string where,
                                                                 Deadline deadline) {
  error_code not_numeric;
  const auto numeric = asio::ip::make_address(address.host, not_numeric);
  if (!not_numeric) {
    co_return std::vector{Protocol::endpoint(asio::ip::tcp::endpoint(numeric, address.port))};
  }
  const auto lookup = std::make_shared<Lookup>(executor);
  lookup->finished.expires_at(deadline);
  lookup->resolver.async_resolve(
      address.host, std::to_string(address.port),
      [lookup](error_code error, const asio::ip::tcp::resolver::results_type& results) {
        lookup->result = error;
        for (const auto& entry : results) lookup->endpoints.emplace_back(entry.endpoint());
        lookup->finished.cancel();
      });
  co_await lookup->finished.async_wait(kAwaitable);
  if (!lookup->result) {
    const auto cancelled = (co_await asio::this_coro::cancellation_state).cancelled();
    if (cancelled != asio::cancellation_type::none) {
      throw boost::system::system_error(asio::error::operation_aborted);
    }
    co_return Error{ErrorKind::timeout, 0,
                    fmt::format("the name of the engine at {} was not resolved in time", where)};
  }
  if (*lookup->result) co_return to_error(*lookup->result, where);
  co_return std::move(lookup->endpoints);
}

// A half-open TCP connection is silent for ever: only these probes end an idle event stream on it.
void tune_tcp(Socket::socket_type& socket) {
  error_code ignored;
  socket.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket.set_option(asio::socket_base::keep_alive(true), ignored);
  const auto set = [&](int option, int value) {
    ::setsockopt(socket.native_handle(), IPPROTO_TCP, option, &value, sizeof(value));
  };
  set(TCP_KEEPIDLE, kKeepAliveIdleSeconds);
  set(TCP_KEEPINTVL, kKeepAliveIntervalSeconds);
  set(TCP_KEEPCNT, kKeepAliveProbes);
}

void expire(Stream& stream, Deadline deadline) {
  if (deadline == kNoDeadline) {
    stream.socket().expires_never();
  } else {
    stream.socket().expires_at(deadline);
  }
}

std::string without_parameters(std::string_view content_type) {
  content_type = content_type.substr(0, content_type.find(';'));
  while (content_type.ends_with(' ')) content_type.remove_suffix(1);
  return std::string(content_type);
}

}  // namespace

struct Connection::Impl {
  Impl(const asio::any_io_executor& executor, std::string place)
      : stream(executor), buffer(kReadSize), where(std::move(place)) {}

  Error failure(const error_code& error) {
    const bool is_of_tls = error.category() == asio::error::get_ssl_category() ||
                           error.category() == asio::ssl::error::get_stream_category();
    if (!stream.tls() || !is_of_tls) return to_error(error, where);
    return {ErrorKind::unreachable, 0,
            describe_tls_failure(stream.tls()->native_handle(), error, *tls, where, host,
                                 refused_names)};
  }
  asio::awaitable<error_code> shake_hands(Deadline deadline);

  std::shared_ptr<const TlsClient> tls;  // null: without
  std::string host;
  std::string refused_names;
  Stream stream;
  beast::flat_buffer buffer;
  std::optional<Parser> parser;
  std::string where;
  bool heard = false;
};

Connection::Connection(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Connection::~Connection() = default;

asio::awaitable<error_code> Connection::Impl::shake_hands(Deadline deadline) {
  stream.start_tls(*tls->context);
  if (!expect_host(stream.tls()->native_handle(), *tls, host)) {
    co_return asio::error::no_memory;
  }
  // OpenSSL does not keep a certificate that it refuses.
  stream.tls()->set_verify_callback([this](bool is_right, asio::ssl::verify_context& verified) {
    if (!is_right) refused_names = names_of(X509_STORE_CTX_get0_cert(verified.native_handle()));
    return is_right;
  });
  expire(stream, deadline);
  const auto [error] =
      co_await stream.tls()->async_handshake(asio::ssl::stream_base::client, kAwaitable);
  co_return error;
}

asio::awaitable<Result<std::unique_ptr<Connection>>> Connection::open(
    asio::any_io_executor executor, Address address, Deadline deadline,
    std::shared_ptr<const TlsClient> tls) {
  auto impl = std::make_unique<Impl>(executor, to_string(address));
  impl->tls = std::move(tls);
  std::vector<Protocol::endpoint> endpoints;
  const auto* tcp = std::get_if<TcpAddress>(&address);
  if (tcp != nullptr) {
    impl->host = tcp->host;
    auto resolved = co_await resolve(executor, *tcp, impl->where, deadline);
    if (!resolved) co_return std::move(resolved).error();
    endpoints = std::move(*resolved);
  } else {
    const std::string& path = std::get<UnixAddress>(address).path;
    endpoints.emplace_back(asio::local::stream_protocol::endpoint(path));
  }

  error_code error = asio::error::host_not_found;
  for (const Protocol::endpoint& endpoint : endpoints) {
    expire(impl->stream, deadline);
    std::tie(error) = co_await impl->stream.socket().async_connect(endpoint, kAwaitable);
    if (!error) {
      if (tcp != nullptr) tune_tcp(impl->stream.socket().socket());
      if (impl->tls) error = co_await impl->shake_hands(deadline);
      if (error) co_return impl->failure(error);
      co_return std::unique_ptr<Connection>(new Connection(std::move(impl)));
    }
    error_code ignored;
    impl->stream.socket().socket().close(ignored);
  }
  co_return to_error(error, impl->where);
}

asio::awaitable<Result<void>> Connection::send(std::string request, Deadline deadline) {
  expire(impl_->stream, deadline);
  impl_->heard = false;
  const auto [error, sent] =
      co_await asio::async_write(impl_->stream, asio::buffer(request), kAwaitable);
  if (!error) co_return Result<void>();
  // An engine that refuses our certificate says so after the handshake, and may be gone before the
  // request is: what it said is still there to be read.
  const bool is_broken =
      error == asio::error::broken_pipe || error == asio::error::connection_reset;
  if (impl_->stream.tls() && is_broken) {
    char byte = 0;
    const auto [told, size] =
        co_await impl_->stream.async_read_some(asio::buffer(&byte, 1), kAwaitable);
    if (told.category() == asio::error::get_ssl_category()) co_return impl_->failure(told);
  }
  co_return impl_->failure(error);
}

asio::awaitable<Result<Head>> Connection::read_head(std::uint64_t body_limit, Deadline deadline) {
  Impl& impl = *impl_;
  impl.parser.emplace();
  impl.parser->body_limit(body_limit);
  impl.parser->header_limit(kReadSize);
  // An eager parser keeps a chunk back until the next one begins: an event would come one event
  // late.
  impl.parser->eager(false);
  // Beast reads no more at once than the buffer has room for, and never enlarges one that it
  // empties.
  impl.buffer.reserve(kReadSize);
  expire(impl.stream, deadline);
  while (!impl.parser->is_header_done()) {
    const auto [error, parsed] =
        co_await http::async_read_some(impl.stream, impl.buffer, *impl.parser, kAwaitable);
    impl.heard = impl.heard || parsed > 0 || impl.buffer.size() > 0 || impl.parser->got_some();
    if (error) co_return impl.failure(error);
  }
  const auto& message = impl.parser->get();
  co_return Head{static_cast<int>(message.result_int()), std::string(message["Api-Version"]),
                 without_parameters(message[http::field::content_type])};
}

bool Connection::has_heard() const { return impl_->heard; }

asio::awaitable<Result<std::string>> Connection::read_some(Deadline deadline) {
  Impl& impl = *impl_;
  std::string& body = impl.parser->get().body();
  expire(impl.stream, deadline);
  while (body.empty() && !impl.parser->is_done()) {
    const auto [error, parsed] =
        co_await http::async_read_some(impl.stream, impl.buffer, *impl.parser, kAwaitable);
    if (error) co_return impl.failure(error);
  }
  co_return std::exchange(body, std::string());
}

bool Connection::is_reusable() const {
  return impl_->parser && impl_->parser->is_done() && impl_->parser->keep_alive() &&
         impl_->buffer.size() == 0;
}

bool Connection::is_still_open() {
  char byte = 0;
  const auto socket = impl_->stream.socket().socket().native_handle();
  const auto received = ::recv(socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
  return received < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

void Connection::rest() {
  impl_->parser.reset();
  impl_->buffer.clear();
  impl_->buffer.shrink_to_fit();
  impl_->stream.socket().expires_never();
}

}  // namespace genisys::docker
