#include "api/server.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <chrono>
#include <exception>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include "api/connections.hpp"
#include "api/gate.hpp"
#include "api/listener.hpp"
#include "api/open_stream.hpp"
#include "api/problem.hpp"
#include "api/server_listener.hpp"

namespace genisys::api {
namespace {

namespace asio = boost::asio;
using restinio::request_handle_t;

RawRequest raw_request(const restinio::request_t& request) {
  const restinio::http_request_header_t& header = request.header();
  RawRequest raw{.method = header.method().c_str(),
                 .http_major = header.http_major(),
                 .http_minor = header.http_minor(),
                 .target = header.request_target(),
                 .body = request.body()};
  raw.fields.reserve(header.fields_count());
  header.for_each_field([&raw](const restinio::http_header_field_t& field) {
    raw.fields.emplace_back(field.name(), field.value());
  });
  return raw;
}

void append_common_fields(auto& out, const std::string& content_type) {
  out.append_header_date_field();
  out.append_header(restinio::http_field::content_type, content_type);
  out.append_header(restinio::http_field::cache_control, "no-store");
  out.append_header("X-Content-Type-Options", "nosniff");
}

// RESTinio sends values as they are: a line break in one would let its author write the rest of the
// answer.
bool is_safe(const Response& response) {
  constexpr std::string_view kBreaks("\r\n\0", 3);
  const auto safe = [kBreaks](std::string_view text) {
    return text.find_first_of(kBreaks) == std::string_view::npos;
  };
  return safe(response.content_type) &&
         std::all_of(response.headers.begin(), response.headers.end(), [safe](const auto& header) {
           return safe(header.first) && safe(header.second);
         });
}

Response internal_error() {
  return problem(500, "the connector failed to answer this request; its log says why");
}

Response too_many_waits(std::size_t limit) {
  Response response =
      problem(503, fmt::format("{} requests wait already, which is the limit; ask without 'wait', "
                               "or later",
                               limit));
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

enum class AfterAnswer { keep_alive, close };
enum class Lateness { needed, asked_for };  // the latter with ?wait=
enum class Body { send, only_length };      // the latter for HEAD

}  // namespace

// What requests need. Shared by RESTinio's handler and the replies that are waited for, so that it
// is there as long as any of them.
class Server::Impl {
 public:
  class Core;

  Impl(asio::io_context& io, Context context, ServerOptions options, std::span<const Route> table);

  void open() { http_->open(); }
  bool is_full() const { return connections_->full(); }
  void reopen();
  void close();
  std::uint16_t port() const { return listener_->port(); }
  std::size_t open_replies() const;
  void use_tokens(Tokens tokens);
  void use_tls(std::shared_ptr<asio::ssl::context> tls) { *tls_ = std::move(tls); }
  std::size_t connections() const { return connections_->count(); }

 private:
  std::unique_ptr<HttpListener> make_listener(asio::io_context& io, const ServerOptions& options);

  // What new connections are made with; read by the listener.
  std::shared_ptr<std::shared_ptr<asio::ssl::context>> tls_;
  std::shared_ptr<Listener> listener_;
  std::shared_ptr<Connections> connections_;
  std::shared_ptr<Core> core_;
  std::unique_ptr<HttpListener> http_;
};

class Server::Impl::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(asio::any_io_executor executor, std::shared_ptr<Connections> connections, Context context,
       GateRules rules, const ServerOptions& options, std::span<const Route> table)
      : executor_(std::move(executor)),
        connections_(std::move(connections)),
        context_(std::move(context)),
        rules_(std::move(rules)),
        max_streams_(options.max_streams),
        max_waits_(options.max_connections / 2),
        table_(table) {}

  // Always accepts, never throws: what is thrown out of here, RESTinio answers with silence, or,
  // where it is no std::exception, with the end of the program.
  restinio::request_handling_status_t handle(const request_handle_t& request) noexcept;

  void stop();
  void use_tokens(Tokens tokens);
  std::size_t open_replies() const { return open_replies_ + streams_.size(); }

 private:
  void answer(const request_handle_t& request);
  void answer_later(request_handle_t request, asio::awaitable<Response> reply, Lateness lateness,
                    Body body);
  void answer_with(const request_handle_t& request, std::string author, Stream stream, Body body);
  std::optional<Response> refusal_of_stream(const restinio::request_t& request) const;
  void send(const request_handle_t& request, Response response, AfterAnswer after, Body body);

  asio::any_io_executor executor_;
  std::shared_ptr<Connections> connections_;
  Context context_;
  GateRules rules_;
  std::size_t max_streams_;
  std::size_t max_waits_;
  std::span<const Route> table_;
  std::size_t open_replies_ = 0;
  std::size_t open_waits_ = 0;  // of these, that a client asked to be late
  struct Reader {
    std::string author;
    // Owns itself: through its request it holds what holds this.
    std::weak_ptr<OpenStream> stream;
  };
  std::map<std::uint64_t, Reader> streams_;
  std::uint64_t last_stream_ = 0;
  bool stopping_ = false;
};

restinio::request_handling_status_t Server::Impl::Core::handle(
    const request_handle_t& request) noexcept {
  try {
    if (connections_->owe_too_much()) {
      // Those that are ending do so first.
      asio::post(executor_, [self = shared_from_this(), request] { self->handle(request); });
    } else {
      answer(request);
    }
    return restinio::request_accepted();
  } catch (const std::exception& error) {
    spdlog::error("cannot answer a request: {}", error.what());
  } catch (...) {
    spdlog::error("cannot answer a request: unknown exception");
  }
  // RESTinio answers 501 and closes.
  return restinio::request_rejected();
}

void Server::Impl::Core::answer(const request_handle_t& request) {
  connections_->handling(request->connection_id());
  std::variant<Request, Response> admitted = admit(raw_request(*request), rules_);
  if (auto* refusal = std::get_if<Response>(&admitted)) {
    const bool is_head = request->header().method() == restinio::http_method_head();
    send(request, std::move(*refusal), AfterAnswer::close,
         is_head ? Body::only_length : Body::send);
    return;
  }
  Request& wanted = std::get<Request>(admitted);
  const Body body = wanted.method == Method::head ? Body::only_length : Body::send;
  std::string author = wanted.author;
  const Lateness lateness = wanted.parameter("wait") ? Lateness::asked_for : Lateness::needed;
  // Else they could hold all places for a minute.
  if (lateness == Lateness::asked_for && open_waits_ >= max_waits_) {
    send(request, too_many_waits(max_waits_), AfterAnswer::keep_alive, body);
    return;
  }
  Reply reply = dispatch(table_, context_, std::move(wanted));
  if (auto* response = std::get_if<Response>(&reply)) {
    send(request, std::move(*response), AfterAnswer::keep_alive, body);
  } else if (auto* stream = std::get_if<Stream>(&reply)) {
    answer_with(request, std::move(author), std::move(*stream), body);
  } else {
    answer_later(request, std::get<asio::awaitable<Response>>(std::move(reply)), lateness, body);
  }
}

void Server::Impl::Core::answer_later(request_handle_t request, asio::awaitable<Response> reply,
                                      Lateness lateness, Body body) {
  const std::size_t waits = lateness == Lateness::asked_for ? 1 : 0;
  ++open_replies_;
  open_waits_ += waits;
  asio::co_spawn(executor_, std::move(reply),
                 [self = shared_from_this(), request = std::move(request), waits, body](
                     const std::exception_ptr& error, Response response) {
                   --self->open_replies_;
                   self->open_waits_ -= waits;
                   self->send(request, error ? internal_error() : std::move(response),
                              AfterAnswer::keep_alive, body);
                 });
}

void Server::Impl::Core::stop() {
  stopping_ = true;
  for (const auto& [number, reader] : streams_) {
    if (const auto open = reader.stream.lock()) open->end();
  }
}

void Server::Impl::Core::use_tokens(Tokens tokens) {
  const std::optional<Tokens> before = std::exchange(rules_.tokens, std::move(tokens));
  for (const auto& [number, reader] : streams_) {
    const Token* had = before ? before->named(reader.author) : nullptr;
    const Token* has = rules_.tokens->named(reader.author);
    if (had != nullptr && has != nullptr && *had == *has) continue;
    if (const auto open = reader.stream.lock()) open->end();
  }
}

std::optional<Response> Server::Impl::Core::refusal_of_stream(
    const restinio::request_t& request) const {
  if (stopping_) return problem(503, "the connector is stopping");
  if (request.header().http_minor() == 0) {
    return problem(505, "a stream needs HTTP/1.1, which can tell its end from a broken connection");
  }
  if (streams_.size() >= max_streams_) {
    Response response = problem(
        503, fmt::format("{} streams are open, which is the limit; close one first", max_streams_));
    response.headers.emplace_back("Retry-After", "1");
    return response;
  }
  return std::nullopt;
}

void Server::Impl::Core::answer_with(const request_handle_t& request, std::string author,
                                     Stream stream, Body body) {
  if (body == Body::only_length) {
    // RESTinio writes a length in any case, and this is that of the body so far.
    send(request, Response{.content_type = std::move(stream.content_type)}, AfterAnswer::keep_alive,
         body);
    return;
  }
  if (auto refusal = refusal_of_stream(*request)) {
    send(request, std::move(*refusal), AfterAnswer::keep_alive, body);
    return;
  }
  auto out = request->create_response<restinio::chunked_output_t>();
  append_common_fields(out, stream.content_type);
  out.connection_close();
  const auto open =
      std::make_shared<OpenStream>(executor_, std::move(out), std::move(stream.source));
  const std::uint64_t number = ++last_stream_;
  streams_[number] = {.author = std::move(author), .stream = open};
  open->start([self = shared_from_this(), number] { self->streams_.erase(number); });
  connections_->when_gone(request->connection_id(), [weak = std::weak_ptr(open)] {
    if (const auto left = weak.lock()) left->end();
  });
}

void Server::Impl::Core::send(const request_handle_t& request, Response response, AfterAnswer after,
                              Body body) {
  if (!is_safe(response)) {
    spdlog::error("an answer has a line break in a header field; not sent");
    response = internal_error();
  }
  auto out = request->create_response<restinio::user_controlled_output_t>(
      {restinio::http_status_code_t(static_cast<std::uint16_t>(response.status)),
       std::string(status_title(response.status))});
  if (after == AfterAnswer::close || stopping_) out.connection_close();
  append_common_fields(out, response.content_type);
  for (auto& [name, value] : response.headers) out.append_header(name, std::move(value));
  out.set_content_length(response.body.size());
  const std::uint64_t id = request->connection_id();
  const std::size_t size = response.body.size();
  connections_->sending(id, size);
  if (body == Body::send) out.set_body(std::move(response.body));
  // Not from within RESTinio's handler: an answer given there makes it start reading twice, and the
  // second of two pipelined requests would be carried out and never answered.
  asio::post(executor_, [out = std::move(out), id, size, connections = connections_]() mutable {
    out.done(
        [id, size, connections](const boost::system::error_code&) { connections->sent(id, size); });
  });
}

Server::Impl::Impl(asio::io_context& io, Context context, ServerOptions options,
                   std::span<const Route> table)
    : tls_(std::make_shared<std::shared_ptr<asio::ssl::context>>(options.tls)),
      listener_(std::make_shared<Listener>(options.bind, options.port)),
      connections_(std::make_shared<Connections>(options.max_connections)),
      core_(
          std::make_shared<Core>(io.get_executor(), connections_, context,
                                 GateRules{.hosts = HostRules(options.bind, context.allowed_hosts),
                                           .check_host = !listener_->is_unix(),
                                           .tokens = options.tokens},
                                 options, table)),
      http_(make_listener(io, options)) {}

std::unique_ptr<HttpListener> Server::Impl::make_listener(asio::io_context& io,
                                                          const ServerOptions& options) {
  HttpListenerOptions parts{
      .connections = connections_,
      .listen = [listener =
                     listener_](asio::ip::tcp::acceptor& acceptor) { listener->open(acceptor); },
      .handle = [core = core_](const request_handle_t& request) { return core->handle(request); },
      .max_connections = options.max_connections,
      .read_timeout = options.read_timeout,
      .handle_timeout = options.handle_timeout,
      .write_timeout = options.write_timeout};
  if (!options.tls) return listen_plain(io, std::move(parts));
  return listen_tls(io, std::move(parts), [tls = tls_] { return *tls; });
}

void Server::Impl::close() {
  core_->stop();
  http_->close();
  listener_->remove_file();
}

void Server::Impl::reopen() {
  http_->close();
  listener_->remove_file();
  http_->open();
}

void Server::Impl::use_tokens(Tokens tokens) { core_->use_tokens(std::move(tokens)); }

std::size_t Server::Impl::open_replies() const { return core_->open_replies(); }

Server::Server(asio::io_context& io, Context context, ServerOptions options,
               std::span<const Route> table)
    : impl_(std::make_unique<Impl>(io, std::move(context), std::move(options), table)) {}

Server::~Server() { close(); }

void Server::open() { impl_->open(); }
bool Server::is_full() const { return impl_->is_full(); }
void Server::reopen() { impl_->reopen(); }
std::uint16_t Server::port() const { return impl_->port(); }
std::size_t Server::open_replies() const { return impl_->open_replies(); }
void Server::use_tokens(Tokens tokens) { impl_->use_tokens(std::move(tokens)); }
void Server::use_tls(std::shared_ptr<asio::ssl::context> tls) { impl_->use_tls(std::move(tls)); }
std::size_t Server::connections() const { return impl_->connections(); }
void Server::close() { impl_->close(); }

}  // namespace genisys::api
