#include "controller/resource_calls.hpp"

#include <spdlog/spdlog.h>

#include <functional>
#include <map>
#include <utility>

namespace genisys::controller {
namespace {

namespace asio = boost::asio;
using docker::Engine;
using docker::ErrorKind;
using docker::Result;

template <class T>
Result<void> without_value(Result<T> result) {
  if (!result) return result.error();
  return {};
}

asio::awaitable<Result<void>> look(Engine& engine, ResourceKey key) {
  if (key.kind == ResourceKind::network)
    co_return without_value(co_await engine.network(std::move(key.name)));
  co_return without_value(co_await engine.volume(std::move(key.name)));
}

asio::awaitable<Result<void>> make(Engine& engine, PrepareResource what) {
  if (auto* network = std::get_if<docker::NetworkConfig>(&what.resource))
    co_return without_value(co_await engine.create_network(std::move(*network)));
  co_return without_value(
      co_await engine.create_volume(std::move(std::get<docker::Volume>(what.resource))));
}

bool is_ours(const std::map<std::string, std::string>& labels, const std::string& instance) {
  const auto label = labels.find(std::string(kInstanceLabel));
  return label != labels.end() && label->second == instance;
}

// Nothing when it was removed, is not there, is not ours or cannot be removed.
asio::awaitable<Result<void>> remove_ours(Engine& engine, ResourceKey key, std::string instance) {
  std::map<std::string, std::string> labels;
  if (key.kind == ResourceKind::network) {
    auto found = co_await engine.network(key.name);
    if (!found) co_return found.error();
    labels = std::move(found->labels);
  } else {
    auto found = co_await engine.volume(key.name);
    if (!found) co_return found.error();
    labels = std::move(found->labels);
  }
  if (!is_ours(labels, instance)) co_return Result<void>{};
  if (key.kind == ResourceKind::network)
    co_return co_await engine.remove_network(std::move(key.name));
  co_return co_await engine.remove_volume(std::move(key.name));
}

}  // namespace

// Two may make it at once: the one who comes late finds it there.
asio::awaitable<Result<void>> prepare_resource(Engine& engine, PrepareResource what) {
  const ResourceKey key = what.key();
  auto found = co_await look(engine, key);
  if (found || found.error().kind != ErrorKind::not_found || what.when_absent == WhenAbsent::fail)
    co_return found;
  auto made = co_await make(engine, std::move(what));
  if (made || made.error().kind != ErrorKind::conflict) co_return made;
  co_return co_await look(engine, key);
}

asio::awaitable<Result<void>> remove_unused(Engine& engine, state::ResourceNames unused,
                                            std::string instance) {
  std::vector<ResourceKey> keys;
  for (const std::string& name : unused.networks) keys.push_back({ResourceKind::network, name});
  for (const std::string& name : unused.volumes) keys.push_back({ResourceKind::volume, name});
  for (const ResourceKey& key : keys) {
    auto removed = co_await remove_ours(engine, key, instance);
    if (removed || removed.error().kind == ErrorKind::not_found) continue;
    if (removed.error().outcome_unknown()) co_return removed;
    spdlog::info("{} is left: {}", to_string(key), removed.error().message);
  }
  co_return Result<void>{};
}

}  // namespace genisys::controller
