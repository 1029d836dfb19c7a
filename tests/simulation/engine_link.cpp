#include "tests/simulation/engine_link.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/co_spawn.hpp>
#include <exception>
#include <string_view>
#include <utility>

#include "state/one_shot.hpp"

namespace genisys::simulation {
namespace {

namespace asio = boost::asio;
using docker::ContainerId;
using docker::Result;
using fakes::Operation;

std::string_view name_of(Operation operation) {
  constexpr std::array<std::string_view, 18> kNames{
      "info",           "list",           "inspect",  "create", "start",         "stop",
      "remove",         "logs",           "image_id", "pull",   "subscribe",     "network",
      "create_network", "remove_network", "connect",  "volume", "create_volume", "remove_volume"};
  return kNames.at(static_cast<std::size_t>(operation));
}

// The dead wait until they are buried: cancellation ends it.
asio::awaitable<void> wait_for_ever(asio::any_io_executor executor) {
  state::OneShot never(executor);
  co_await never.wait_until();
}

// Nobody hears what becomes of it.
template <class T>
asio::awaitable<void> unheard(asio::awaitable<Result<T>> call) {
  static_cast<void>(co_await std::move(call));
}

}  // namespace

std::string_view text_of(Kill kill) {
  switch (kill) {
    case Kill::before:
      return ", killed before it";
    case Kill::during:
      return ", killed during it";
    case Kill::after:
      return ", killed after it";
    case Kill::none:
      break;
  }
  return "";
}

std::string to_string(const EngineCall& call) {
  std::string text(name_of(call.operation));
  if (!call.subject.empty()) text += " " + call.subject;
  if (call.id) text += " " + call.id->str().substr(0, 12);
  if (call.grace) text += fmt::format(" grace {} s", call.grace->count());
  if (call.force) text += " by force";
  return text;
}

EngineLink::EngineLink(asio::any_io_executor executor, docker::Engine& engine,
                       std::shared_ptr<Life> life)
    : executor_(std::move(executor)), engine_(engine), life_(std::move(life)) {}

template <class T>
asio::awaitable<Result<T>> EngineLink::pass(EngineCall call,
                                            std::function<asio::awaitable<Result<T>>()> begin) {
  const auto life = life_;
  const Kill kill = life->is_over() ? Kill::before : life->witness().begins(call);
  call.spec = nullptr;
  if (kill == Kill::before || kill == Kill::during) {
    life->end();
    if (kill == Kill::during)
      asio::co_spawn(executor_, unheard<T>(begin()), [](const std::exception_ptr&) {});
    co_await wait_for_ever(executor_);
  }
  Result<T> result = co_await begin();
  if (kill == Kill::after && !life->is_spared()) life->end();
  if (life->is_over()) co_await wait_for_ever(executor_);
  std::optional<docker::Error> failure;
  if (!result) failure = result.error();
  life->witness().answered(call, failure ? &*failure : nullptr);
  co_return result;
}

asio::awaitable<Result<docker::EngineInfo>> EngineLink::info() {
  return pass<docker::EngineInfo>({.operation = Operation::info},
                                  [this] { return engine_.info(); });
}

asio::awaitable<Result<std::vector<docker::Container>>> EngineLink::list(
    docker::ListFilter filter) {
  EngineCall call{.operation = Operation::list};
  if (!filter.ids.empty()) call.subject = fmt::format("of {}", filter.ids.size());
  return pass<std::vector<docker::Container>>(std::move(call),
                                              [this, filter] { return engine_.list(filter); });
}

asio::awaitable<Result<docker::ContainerDetail>> EngineLink::inspect(std::string id_or_name) {
  return pass<docker::ContainerDetail>({.operation = Operation::inspect, .subject = id_or_name},
                                       [this, id_or_name] { return engine_.inspect(id_or_name); });
}

asio::awaitable<Result<ContainerId>> EngineLink::create(std::string name,
                                                        docker::ContainerSpec spec) {
  const auto kept = std::make_shared<const docker::ContainerSpec>(std::move(spec));
  return pass<ContainerId>({.operation = Operation::create, .subject = name, .spec = kept.get()},
                           [this, name, kept] { return engine_.create(name, *kept); });
}

asio::awaitable<Result<void>> EngineLink::start(ContainerId id) {
  return pass<void>({.operation = Operation::start, .id = id},
                    [this, id] { return engine_.start(id); });
}

asio::awaitable<Result<void>> EngineLink::stop(ContainerId id, std::chrono::seconds grace) {
  return pass<void>({.operation = Operation::stop, .id = id, .grace = grace},
                    [this, id, grace] { return engine_.stop(id, grace); });
}

asio::awaitable<Result<void>> EngineLink::remove(ContainerId id, Force force) {
  return pass<void>({.operation = Operation::remove, .id = id, .force = force == Force::yes},
                    [this, id, force] { return engine_.remove(id, force); });
}

asio::awaitable<Result<std::string>> EngineLink::logs(ContainerId id, int lines) {
  return pass<std::string>({.operation = Operation::logs, .id = id},
                           [this, id, lines] { return engine_.logs(id, lines); });
}

asio::awaitable<Result<std::string>> EngineLink::image_id(std::string reference) {
  return pass<std::string>({.operation = Operation::image_id, .subject = reference},
                           [this, reference] { return engine_.image_id(reference); });
}

asio::awaitable<Result<void>> EngineLink::pull(
    std::string reference, std::string registry_auth,
    std::function<void(const docker::PullProgress&)> progress) {
  return pass<void>({.operation = Operation::pull, .subject = reference},
                    [this, reference, registry_auth, progress] {
                      return engine_.pull(reference, registry_auth, progress);
                    });
}

asio::awaitable<Result<std::vector<docker::Network>>> EngineLink::networks(std::string name) {
  return pass<std::vector<docker::Network>>({.operation = Operation::network, .subject = name},
                                            [this, name] { return engine_.networks(name); });
}

asio::awaitable<Result<void>> EngineLink::create_network(docker::NetworkConfig config) {
  return pass<void>({.operation = Operation::create_network, .subject = config.name},
                    [this, config] { return engine_.create_network(config); });
}

asio::awaitable<Result<void>> EngineLink::remove_network(docker::Network network) {
  return pass<void>({.operation = Operation::remove_network, .subject = network.name},
                    [this, network] { return engine_.remove_network(network); });
}

asio::awaitable<Result<void>> EngineLink::connect(std::string network, ContainerId container,
                                                  docker::Endpoint endpoint) {
  return pass<void>({.operation = Operation::connect, .subject = network, .id = container},
                    [this, network, container, endpoint] {
                      return engine_.connect(network, container, endpoint);
                    });
}

asio::awaitable<Result<docker::Volume>> EngineLink::volume(std::string name) {
  return pass<docker::Volume>({.operation = Operation::volume, .subject = name},
                              [this, name] { return engine_.volume(name); });
}

asio::awaitable<Result<void>> EngineLink::create_volume(docker::Volume volume) {
  return pass<void>({.operation = Operation::create_volume, .subject = volume.name},
                    [this, volume] { return engine_.create_volume(volume); });
}

asio::awaitable<Result<void>> EngineLink::remove_volume(std::string name) {
  return pass<void>({.operation = Operation::remove_volume, .subject = name},
                    [this, name] { return engine_.remove_volume(name); });
}

asio::awaitable<Result<std::unique_ptr<docker::EventStream>>> EngineLink::subscribe() {
  return pass<std::unique_ptr<docker::EventStream>>({.operation = Operation::subscribe},
                                                    [this] { return engine_.subscribe(); });
}

}  // namespace genisys::simulation
