#include "controller/resource_calls.hpp"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

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

bool is_ours(const std::map<std::string, std::string>& labels, const std::string& instance) {
  const auto label = labels.find(std::string(kInstanceLabel));
  return label != labels.end() && label->second == instance;
}

asio::awaitable<Result<void>> make(Engine& engine, PrepareResource what) {
  if (auto* network = std::get_if<docker::NetworkConfig>(&what.resource))
    co_return without_value(co_await engine.create_network(std::move(*network)));
  co_return without_value(
      co_await engine.create_volume(std::move(std::get<docker::Volume>(what.resource))));
}

// What came of a removal: an error only when it is not known.
Result<void> removed_or_left(const ResourceKey& key, Result<void> removed) {
  if (removed || removed.error().outcome_unknown()) return removed;
  if (removed.error().kind != ErrorKind::not_found)
    spdlog::info("{} is left: {}", to_string(key), removed.error().message);
  return {};
}

// Until one of `twins`, which are all of the name, is left.
asio::awaitable<Result<void>> remove_twins(Engine& engine, std::vector<docker::Network> twins,
                                           std::string name, std::string instance) {
  std::size_t left = twins.size();
  for (docker::Network& network : twins) {
    if (left < 2) break;
    if (!is_ours(network.labels, instance)) continue;
    auto removed = co_await engine.remove_network(std::move(network));
    if (removed) --left;
    if (!removed && removed.error().outcome_unknown()) co_return removed;
  }
  if (left < 2) {
    spdlog::warn("the engine had {} networks named {}: one is left", twins.size(), name);
    co_return Result<void>{};
  }
  co_return docker::Error{
      ErrorKind::conflict, 409,
      fmt::format("{} networks are named {}, so that none can be used: remove all but one "
                  "(docker network ls --filter name={}, docker network rm <id>)",
                  left, name, name)};
}

asio::awaitable<Result<void>> look_for_network(Engine& engine, std::string name,
                                               std::string instance) {
  auto found = co_await engine.networks(name);
  if (!found) co_return found.error();
  if (found->empty())
    co_return docker::Error{ErrorKind::not_found, 404, "network " + name + " not found"};
  if (found->size() == 1) co_return Result<void>{};
  co_return co_await remove_twins(engine, *std::move(found), std::move(name), std::move(instance));
}

asio::awaitable<Result<void>> look(Engine& engine, ResourceKey key, std::string instance) {
  if (key.kind == ResourceKind::network)
    co_return co_await look_for_network(engine, std::move(key.name), std::move(instance));
  co_return without_value(co_await engine.volume(std::move(key.name)));
}

asio::awaitable<Result<void>> remove_our_networks(Engine& engine, std::string name,
                                                  std::string instance) {
  auto all = co_await engine.networks(std::move(name));
  if (!all) co_return all.error();
  Result<void> last;
  for (docker::Network& network : *all) {
    if (!is_ours(network.labels, instance)) continue;
    auto removed = co_await engine.remove_network(std::move(network));
    if (!removed) last = std::move(removed);
  }
  co_return last;
}

asio::awaitable<Result<void>> remove_our_volume(Engine& engine, std::string name,
                                                std::string instance) {
  const auto found = co_await engine.volume(name);
  if (!found) co_return found.error();
  if (!is_ours(found->labels, instance)) co_return Result<void>{};
  co_return co_await engine.remove_volume(std::move(name));
}

}  // namespace

// Two may make it at once: the one who comes late finds it there.
asio::awaitable<Result<void>> prepare_resource(Engine& engine, PrepareResource what,
                                               std::string instance) {
  const ResourceKey key = what.key();
  auto found = co_await look(engine, key, instance);
  if (found || found.error().kind != ErrorKind::not_found || what.when_absent == WhenAbsent::fail)
    co_return found;
  auto made = co_await make(engine, std::move(what));
  if (made || made.error().kind != ErrorKind::conflict) co_return made;
  co_return co_await look(engine, key, std::move(instance));
}

asio::awaitable<Result<void>> remove_unused(Engine& engine, state::ResourceNames unused,
                                            std::string instance) {
  for (const std::string& name : unused.networks) {
    auto removed = removed_or_left({ResourceKind::network, name},
                                   co_await remove_our_networks(engine, name, instance));
    if (!removed) co_return removed;
  }
  for (const std::string& name : unused.volumes) {
    auto removed = removed_or_left({ResourceKind::volume, name},
                                   co_await remove_our_volume(engine, name, instance));
    if (!removed) co_return removed;
  }
  co_return Result<void>{};
}

}  // namespace genisys::controller
