#include "docker/http_engine.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "docker/codec.hpp"
#include "docker/framing.hpp"
#include "docker/text.hpp"

namespace genisys::docker {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kLongestLog = 64 * 1024;
// More ids than this make a request line that proxies refuse: then everything is listed and sifted
// here.
constexpr std::size_t kMostIdsInFilter = 100;
constexpr std::size_t kLongestErrorBody = 64 * 1024;

Deadline from_now(HttpEngineOptions::Duration duration) {
  return std::chrono::steady_clock::now() + duration;
}

Request get(std::string target) {
  return {.target = std::move(target), .replay = Replay::if_unanswered};
}

class HttpEventStream final : public EventStream {
 public:
  explicit HttpEventStream(std::unique_ptr<Connection> connection)
      : connection_(std::move(connection)) {}

  asio::awaitable<Result<Event>> next() override {
    for (;;) {
      auto object = splitter_.next();
      if (!object) co_return std::move(object).error();
      if (*object) {
        auto event = decode_event(**object);
        if (!event) co_return std::move(event).error();
        if (*event) co_return std::move(**event);
        continue;
      }
      auto bytes = co_await connection_->read_some(kNoDeadline);
      if (!bytes) co_return std::move(bytes).error();
      if (bytes->empty()) {
        co_return Error{ErrorKind::unreachable, 200, "the engine ended the stream of events"};
      }
      splitter_.feed(*bytes);
    }
  }

 private:
  std::unique_ptr<Connection> connection_;
  ObjectSplitter splitter_;
};

// The body of an answer that is an error: as much as a message needs.
asio::awaitable<Result<std::string>> read_error_body(Connection& connection, Deadline deadline) {
  std::string body;
  while (body.size() < kLongestErrorBody) {
    auto part = co_await connection.read_some(deadline);
    if (!part) co_return std::move(part).error();
    if (part->empty()) break;
    body += *part;
  }
  co_return body;
}

}  // namespace

// An entry in the list of calls for as long as it lives. The engine outlives its calls.
class HttpEngine::CallMark {
 public:
  CallMark(std::list<CallUnderWay>& calls, Operation operation, Deadline deadline)
      : calls_(calls),
        place_(calls.insert(calls.end(), {.operation = operation,
                                          .since = std::chrono::steady_clock::now(),
                                          .deadline = deadline})) {}
  CallMark(const CallMark&) = delete;
  CallMark& operator=(const CallMark&) = delete;
  ~CallMark() { calls_.erase(place_); }

 private:
  std::list<CallUnderWay>& calls_;
  std::list<CallUnderWay>::iterator place_;
};

HttpEngine::HttpEngine(asio::any_io_executor executor, Address address, Options options,
                       TlsSource tls)
    : options_(options),
      transport_(std::move(executor), std::move(address), std::move(tls),
                 {.max_connections = options.max_connections,
                  .max_idle = options.max_idle_connections,
                  .max_idle_time = options.max_idle_time,
                  .connect = options.connect,
                  .max_body = options.max_body}) {}

void HttpEngine::note_engine(const Head& head) {
  // Podman leaves the field out of some answers: that says nothing.
  if (!head.api_version.empty() && head.api_version != offered_) version_.reset();
}

Error HttpEngine::note_failure(Error error) {
  if (error.outcome_unknown() || error.kind == ErrorKind::unsupported) version_.reset();
  return error;
}

asio::awaitable<Result<ApiVersion>> HttpEngine::negotiated(Deadline deadline) {
  if (version_) co_return *version_;
  auto response = co_await transport_.exchange(get(std::string(target::kPing)), deadline);
  if (!response) co_return std::move(response).error();
  if (auto failure = failure_of(Operation::ping, response->head.status, response->body)) {
    co_return std::move(*failure);
  }
  auto version = negotiate(response->head.api_version);
  if (!version) co_return std::move(version).error();
  offered_ = response->head.api_version;
  version_ = *version;
  co_return *version;
}

asio::awaitable<Result<Response>> HttpEngine::call(Operation operation, Request request,
                                                   Deadline deadline) {
  const CallMark mark(calls_, operation, deadline);
  const auto version = co_await negotiated(deadline);
  if (!version) co_return version.error();
  request.target = versioned(*version, request.target);
  auto response = co_await transport_.exchange(std::move(request), deadline);
  if (!response) co_return note_failure(std::move(response).error());
  note_engine(response->head);
  if (auto failure = failure_of(operation, response->head.status, response->body)) {
    co_return note_failure(std::move(*failure));
  }
  co_return std::move(response);
}

asio::awaitable<Result<Transport::Stream>> HttpEngine::open(Operation operation, Request request,
                                                            Deadline deadline) {
  const CallMark mark(calls_, operation, deadline);
  const auto version = co_await negotiated(deadline);
  if (!version) co_return version.error();
  request.target = versioned(*version, request.target);
  auto stream = co_await transport_.open(std::move(request), deadline);
  if (!stream) co_return note_failure(std::move(stream).error());
  note_engine(stream->head);
  if (failure_of(operation, stream->head.status, {})) {
    const auto body = co_await read_error_body(*stream->connection, deadline);
    if (!body) co_return note_failure(body.error());
    co_return note_failure(*failure_of(operation, stream->head.status, *body));
  }
  co_return std::move(stream);
}

asio::awaitable<Result<EngineInfo>> HttpEngine::info() {
  const Deadline deadline = from_now(options_.info);
  version_.reset();
  auto response = co_await call(Operation::info, get(std::string(target::kInfo)), deadline);
  if (!response) co_return std::move(response).error();
  auto info = decode_info(response->body);
  if (!info) co_return note_failure(std::move(info).error());
  const auto version = co_await negotiated(deadline);
  if (!version) co_return version.error();
  info->api_version = version->str();
  co_return std::move(info);
}

asio::awaitable<Result<std::vector<Container>>> HttpEngine::list(ListFilter filter) {
  const bool is_filtered_here = filter.ids.size() > kMostIdsInFilter;
  const std::vector<ContainerId> none;
  auto response = co_await call(Operation::list,
                                get(target::list(filter.all, is_filtered_here ? none : filter.ids)),
                                from_now(options_.list));
  if (!response) co_return std::move(response).error();
  auto containers = decode_list(response->body);
  if (containers && is_filtered_here) {
    std::sort(filter.ids.begin(), filter.ids.end());
    std::erase_if(*containers, [&filter](const Container& container) {
      return !std::binary_search(filter.ids.begin(), filter.ids.end(), container.id);
    });
  }
  co_return std::move(containers);
}

asio::awaitable<Result<ContainerDetail>> HttpEngine::inspect(std::string id_or_name) {
  auto response = co_await call(Operation::inspect, get(target::inspect(id_or_name)),
                                from_now(options_.inspect));
  if (!response) co_return std::move(response).error();
  co_return decode_inspect(response->body);
}

asio::awaitable<Result<ContainerId>> HttpEngine::create(std::string name, ContainerSpec spec) {
  Request request{
      .method = Method::post, .target = target::create(name), .body = encode_create(spec)};
  auto response = co_await call(Operation::create, std::move(request), from_now(options_.create));
  if (!response) co_return std::move(response).error();
  co_return decode_created(response->body);
}

asio::awaitable<Result<void>> HttpEngine::start(ContainerId id) {
  Request request{.method = Method::post, .target = target::start(id)};
  auto response = co_await call(Operation::start, std::move(request), from_now(options_.start));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<void>> HttpEngine::stop(ContainerId id, std::chrono::seconds grace) {
  Request request{.method = Method::post,
                  .target = target::stop(id, grace),
                  .lane = LaneKind::patient,
                  .replay = Replay::if_unanswered};
  auto response =
      co_await call(Operation::stop, std::move(request), from_now(grace + options_.stop_margin));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<void>> HttpEngine::remove(ContainerId id, Force force) {
  Request request{.method = Method::del,
                  .target = target::remove(id, force == Force::yes),
                  .replay = Replay::if_unanswered};
  auto response = co_await call(Operation::remove, std::move(request), from_now(options_.remove));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<std::string>> HttpEngine::logs(ContainerId id, int lines) {
  const Deadline deadline = from_now(options_.logs);
  auto response = co_await call(Operation::logs, get(target::logs(id, lines)), deadline);
  if (!response) co_return std::move(response).error();

  // From API 1.42 on the answer says which form it has; before, the container's terminal decides.
  bool is_raw = response->head.content_type == "application/vnd.docker.raw-stream";
  if (!is_raw && response->head.content_type != "application/vnd.docker.multiplexed-stream") {
    auto detail = co_await call(Operation::inspect, get(target::inspect(id.str())), deadline);
    if (!detail) co_return std::move(detail).error();
    const auto decoded = decode_inspect(detail->body);
    if (!decoded) co_return decoded.error();
    is_raw = decoded->tty;
  }
  auto text = is_raw ? Result<std::string>(std::move(response->body)) : demultiplex(response->body);
  if (!text) co_return std::move(text).error();
  const auto kept = tail(*text, static_cast<std::size_t>(std::max(0, lines)), kLongestLog);
  co_return printable(kept, kLongestLog, LineBreaks::keep);
}

asio::awaitable<Result<std::string>> HttpEngine::image_id(std::string reference) {
  auto response =
      co_await call(Operation::image, get(target::image(reference)), from_now(options_.image_id));
  if (!response) co_return std::move(response).error();
  co_return decode_image_id(response->body);
}

asio::awaitable<Result<void>> HttpEngine::pull(std::string reference, std::string registry_auth,
                                               std::function<void(const PullProgress&)> progress) {
  Request request{.method = Method::post,
                  .target = target::pull(reference),
                  .registry_auth = std::move(registry_auth)};
  auto stream = co_await open(Operation::pull, std::move(request), from_now(options_.pull_silence));
  if (!stream) co_return std::move(stream).error();

  ObjectSplitter splitter;
  for (;;) {
    auto bytes = co_await stream->connection->read_some(from_now(options_.pull_silence));
    if (!bytes) co_return note_failure(std::move(bytes).error());
    if (bytes->empty()) break;
    splitter.feed(*bytes);
    for (;;) {
      auto object = splitter.next();
      if (!object) co_return std::move(object).error();
      if (!*object) break;
      auto step = decode_pull_step(**object);
      if (!step) co_return std::move(step).error();
      if (step->error) co_return pull_failure(*step->error);
      if (progress) progress({printable(step->status, 256), printable(step->layer, 256)});
    }
  }
  if (splitter.is_inside()) {
    co_return Error{ErrorKind::protocol, 200, "the engine's progress of the pull is cut short"};
  }
  co_return Result<void>();
}

asio::awaitable<Result<std::unique_ptr<EventStream>>> HttpEngine::subscribe() {
  auto stream =
      co_await open(Operation::events, get(target::events()), from_now(options_.subscribe));
  if (!stream) co_return std::move(stream).error();
  co_return std::unique_ptr<EventStream>(
      std::make_unique<HttpEventStream>(std::move(stream->connection)));
}

}  // namespace genisys::docker
