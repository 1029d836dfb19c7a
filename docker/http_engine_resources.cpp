// The calls about networks and volumes.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "docker/codec.hpp"
#include "docker/http_engine.hpp"

namespace genisys::docker {
namespace asio = boost::asio;

namespace {

Deadline from_now(HttpEngineOptions::Duration duration) {
  return std::chrono::steady_clock::now() + duration;
}

}  // namespace

// Not by asking for the name itself: the engine takes a name that it does not know for the
// beginning of an id, and "db" may be one.
asio::awaitable<Result<std::vector<Network>>> HttpEngine::find_networks(std::string name,
                                                                        Deadline deadline) {
  Request request{.target = target::networks(name), .replay = Replay::if_unanswered};
  auto response = co_await call(Operation::network, std::move(request), deadline);
  if (!response) co_return std::move(response).error();
  auto networks = decode_networks(response->body);
  if (networks) {
    std::erase_if(*networks, [&name](const Network& network) { return network.name != name; });
    std::sort(networks->begin(), networks->end(),
              [](const Network& left, const Network& right) { return left.id < right.id; });
  }
  co_return std::move(networks);
}

asio::awaitable<Result<std::vector<Network>>> HttpEngine::networks(std::string name) {
  co_return co_await find_networks(std::move(name), from_now(options_.network));
}

asio::awaitable<Result<void>> HttpEngine::create_network(NetworkConfig config) {
  Request request{.method = Method::post,
                  .target = std::string(target::kCreateNetwork),
                  .body = encode_network(config)};
  auto response = co_await call(Operation::create_network, std::move(request),
                                from_now(options_.create_network));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<void>> HttpEngine::remove_network(Network network) {
  Request request{.method = Method::del,
                  .target = target::network(network.id),
                  .replay = Replay::if_unanswered};
  auto response = co_await call(Operation::remove_network, std::move(request),
                                from_now(options_.remove_network));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<void>> HttpEngine::connect(std::string network, ContainerId container,
                                                  Endpoint endpoint) {
  const Deadline deadline = from_now(options_.connect_network);
  // Asked first for another reason, too: of a container that does not run the engine notes a
  // network that is not there without a word, and then no start succeeds.
  const auto found = co_await find_networks(network, deadline);
  if (!found) co_return found.error();
  if (found->empty()) co_return Error{ErrorKind::network, 404, "network " + network + " not found"};
  if (found->size() > 1) {
    co_return Error{
        ErrorKind::network, 400,
        fmt::format("network {} is ambiguous ({} have that name)", network, found->size())};
  }
  Request request{.method = Method::post,
                  .target = target::connect(found->front().id),
                  .body = encode_connect(container, endpoint),
                  .replay = Replay::if_unanswered};
  auto response = co_await call(Operation::connect, std::move(request), deadline);
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<Volume>> HttpEngine::volume(std::string name) {
  Request request{.target = target::volume(name), .replay = Replay::if_unanswered};
  auto response = co_await call(Operation::volume, std::move(request), from_now(options_.volume));
  if (!response) co_return std::move(response).error();
  co_return decode_volume(response->body);
}

asio::awaitable<Result<void>> HttpEngine::create_volume(Volume volume) {
  Request request{.method = Method::post,
                  .target = std::string(target::kCreateVolume),
                  .body = encode_volume(volume),
                  .replay = Replay::if_unanswered};
  auto response =
      co_await call(Operation::create_volume, std::move(request), from_now(options_.create_volume));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

asio::awaitable<Result<void>> HttpEngine::remove_volume(std::string name) {
  Request request{
      .method = Method::del, .target = target::volume(name), .replay = Replay::if_unanswered};
  auto response =
      co_await call(Operation::remove_volume, std::move(request), from_now(options_.remove_volume));
  if (!response) co_return std::move(response).error();
  co_return Result<void>();
}

}  // namespace genisys::docker
