#include "docker/transport.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace genisys::docker {
namespace asio = boost::asio;

namespace {

std::string_view to_string(Method method) {
  switch (method) {
    case Method::get:
      return "GET";
    case Method::post:
      return "POST";
    case Method::del:
      return "DELETE";
  }
  return "GET";
}

// The header stands already: the request cannot be misread by what the value contains.
bool is_header_value(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c <= '~'; });
}

}  // namespace

std::string encode_request(const Request& request) {
  // The engine refuses a request without Host, and takes any plain word for it.
  std::string text =
      fmt::format("{} {} HTTP/1.1\r\nHost: docker\r\nUser-Agent: genisys-connector\r\n",
                  to_string(request.method), request.target);
  if (!request.registry_auth.empty() && is_header_value(request.registry_auth)) {
    text += fmt::format("X-Registry-Auth: {}\r\n", request.registry_auth);
  }
  if (!request.body.empty()) text += "Content-Type: application/json\r\n";
  if (request.method != Method::get) {
    text += fmt::format("Content-Length: {}\r\n", request.body.size());
  }
  return text + "\r\n" + request.body;
}

Transport::Transport(asio::any_io_executor executor, Address address, TlsSource tls, Limits limits)
    : executor_(std::move(executor)),
      address_(std::move(address)),
      tls_(std::move(tls)),
      limits_(limits),
      brief_(executor_, limits.max_connections),
      patient_(executor_, limits.max_connections) {}

Transport::~Transport() = default;

asio::awaitable<Result<std::unique_ptr<Connection>>> Transport::connect(Deadline deadline) {
  const Deadline soonest = std::min(deadline, std::chrono::steady_clock::now() + limits_.connect);
  return Connection::open(executor_, address_, soonest, tls_ ? tls_() : nullptr);
}

std::unique_ptr<Connection> Transport::take_idle() {
  const auto oldest = std::chrono::steady_clock::now() - limits_.max_idle_time;
  std::erase_if(idle_, [oldest](const Idle& idle) { return idle.since < oldest; });
  while (!idle_.empty()) {
    std::unique_ptr<Connection> connection = std::move(idle_.back().connection);
    idle_.pop_back();
    if (connection->is_still_open()) return connection;
  }
  return nullptr;
}

void Transport::keep(std::unique_ptr<Connection> connection) {
  if (!connection->is_reusable() || limits_.max_idle == 0) return;
  connection->rest();
  if (idle_.size() >= limits_.max_idle) idle_.erase(idle_.begin());
  idle_.push_back({std::move(connection), std::chrono::steady_clock::now()});
}

asio::awaitable<Result<Response>> Transport::exchange(Request request, Deadline deadline) {
  Lane& lane = request.lane == LaneKind::brief ? brief_ : patient_;
  const Lane::Place place = co_await lane.enter(deadline);
  if (!place) {
    co_return Error{ErrorKind::timeout, 0, "no connection to the engine became free in time"};
  }

  const std::string text = encode_request(request);
  std::unique_ptr<Connection> connection = take_idle();
  std::optional<Result<Head>> head;
  if (connection) {
    auto sent = co_await connection->send(text, deadline);
    if (sent) head = co_await connection->read_head(limits_.max_body, deadline);
    const bool is_dead = !sent ? sent.error().kind == ErrorKind::unreachable
                               : !*head && head->error().kind == ErrorKind::unreachable &&
                                     !connection->has_heard() &&
                                     request.replay == Replay::if_unanswered;
    if (is_dead) {
      // What was idle beside it belonged to the same engine, and is as dead.
      idle_.clear();
      connection.reset();
      head.reset();
    } else if (!sent) {
      co_return sent.error();
    }
  }
  if (!connection) {
    auto opened = co_await connect(deadline);
    if (!opened) co_return opened.error();
    connection = std::move(*opened);
    if (auto sent = co_await connection->send(text, deadline); !sent) co_return sent.error();
    head = co_await connection->read_head(limits_.max_body, deadline);
  }
  if (!*head) co_return head->error();

  Response response{std::move(**head), {}};
  for (;;) {
    auto part = co_await connection->read_some(deadline);
    if (!part) co_return part.error();
    if (part->empty()) break;
    if (response.body.empty()) {
      response.body = std::move(*part);
    } else {
      response.body += *part;
    }
  }
  keep(std::move(connection));
  co_return response;
}

asio::awaitable<Result<Transport::Stream>> Transport::open(Request request, Deadline deadline) {
  auto opened = co_await connect(deadline);
  if (!opened) co_return opened.error();
  std::unique_ptr<Connection> connection = std::move(*opened);
  if (auto sent = co_await connection->send(encode_request(request), deadline); !sent) {
    co_return sent.error();
  }
  auto head = co_await connection->read_head(std::numeric_limits<std::uint64_t>::max(), deadline);
  if (!head) co_return head.error();
  co_return Stream{std::move(*head), std::move(connection)};
}

}  // namespace genisys::docker
