// The networks and volumes of a FakeHost.
#include <fmt/format.h>

#include <algorithm>
#include <stdexcept>

#include "tests/fakes/fake_host.hpp"
#include "tests/fakes/names.hpp"

namespace genisys::fakes {

using docker::ContainerId;
using docker::Error;
using docker::ErrorKind;
using docker::Result;

namespace {

constexpr std::string_view kDefaultNetworks[] = {"bridge", "host", "none"};

bool is_default_network(std::string_view name) {
  return std::ranges::find(kDefaultNetworks, name) != std::end(kDefaultNetworks);
}

bool is_network_driver(std::string_view driver) {
  return driver == "bridge" || driver == "macvlan" || driver == "ipvlan";
}

bool overlap(const docker::NetworkConfig& a, const docker::NetworkConfig& b) {
  return std::ranges::any_of(a.subnets, [&b](const auto& subnet) {
    return std::ranges::find(b.subnets, subnet.subnet, &docker::NetworkConfig::Subnet::subnet) !=
           b.subnets.end();
  });
}

Error network_not_found(std::string_view name, ErrorKind kind) {
  return {kind, 404, fmt::format("network {} not found", name)};
}

Error network_ambiguous(std::string_view name) {
  return {ErrorKind::network, 400,
          fmt::format("network {} is ambiguous (2 matches found on name)", name)};
}

Error plugin_not_found(std::string_view plugin) {
  return {ErrorKind::rejected, 404, fmt::format("plugin \"{}\" not found", plugin)};
}

// The named volumes among what is mounted.
std::vector<std::string> volumes_of(const docker::ContainerSpec& spec) {
  std::vector<std::string> names;
  for (const docker::Mount& mount : spec.mounts) {
    if (mount.type == docker::MountType::volume && !mount.source.empty()) {
      names.push_back(mount.source);
    }
  }
  for (const std::string& bind : spec.binds) {
    // A path of the host begins with a slash.
    if (!bind.starts_with('/')) names.push_back(bind.substr(0, bind.find(':')));
  }
  return names;
}

void require(const Result<void>& done) {
  if (!done) throw std::invalid_argument("the fake host cannot do that: " + done.error().message);
}

}  // namespace

// --- Networks
// -------------------------------------------------------------------------------------

void FakeHost::add_default_networks() {
  for (const std::string_view name : kDefaultNetworks) {
    FakeNetwork& added = networks_.emplace_back();
    added.config.name = name;
    added.network = {.id = nth_network_id(++networks_made_),
                     .name = std::string(name),
                     .driver = name == "none" ? "null" : std::string(name)};
  }
}

const FakeNetwork* FakeHost::find_network(std::string_view name) const {
  const auto found = std::ranges::find(
      networks_, name,
      [](const FakeNetwork& known) -> const std::string& { return known.network.name; });
  return found == networks_.end() ? nullptr : &*found;
}

std::vector<docker::Network> FakeHost::networks_named(std::string_view name) const {
  std::vector<docker::Network> named;
  for (const FakeNetwork& network : networks_) {
    if (network.network.name == name) named.push_back(network.network);
  }
  std::ranges::sort(named, {}, &docker::Network::id);
  return named;
}

Result<void> FakeHost::check_network_name(const std::string& name) const {
  if (is_default_network(name)) {
    return Error{ErrorKind::rejected, 403,
                 fmt::format("operation is not permitted on predefined {} network ", name)};
  }
  if (find_network(name)) {
    return Error{ErrorKind::conflict, 409,
                 fmt::format("network with name {} already exists", name)};
  }
  return {};
}

Result<void> FakeHost::make_network(docker::NetworkConfig config) {
  if (config.driver.empty()) config.driver = "bridge";
  if (!is_network_driver(config.driver)) return plugin_not_found(config.driver);
  for (const FakeNetwork& other : networks_) {
    if (!overlap(config, other.config)) continue;
    return Error{ErrorKind::rejected, 403, "Pool overlaps with other one on this address space"};
  }
  docker::Network made{.id = nth_network_id(++networks_made_),
                       .name = config.name,
                       .driver = config.driver,
                       .labels = config.labels};
  networks_.push_back({.network = std::move(made), .config = std::move(config)});
  return {};
}

Result<void> FakeHost::erase_network(const std::string& id) {
  const auto network = std::ranges::find(
      networks_, id,
      [](const FakeNetwork& known) -> const std::string& { return known.network.id; });
  if (network == networks_.end()) return {};
  if (is_default_network(network->network.name)) {
    return Error{
        ErrorKind::rejected, 403,
        fmt::format("{} is a pre-defined network and cannot be removed", network->network.name)};
  }
  // Containers that do not run hold no endpoint.
  for (const auto& [holder, container] : containers_) {
    if (!container.up()) continue;
    if (std::ranges::find(container.joins, id, &FakeJoin::network_id) == container.joins.end())
      continue;
    return Error{ErrorKind::conflict, 403,
                 fmt::format("error while removing network: network {} id {} has active endpoints",
                             network->network.name, id)};
  }
  networks_.erase(network);
  return {};
}

Result<void> FakeHost::join(const std::string& name, const ContainerId& id,
                            docker::Endpoint endpoint) {
  const FakeNetwork* const network = find_network(name);
  if (!network) return network_not_found(name, ErrorKind::network);
  if (networks_named(name).size() > 1) return network_ambiguous(name);
  FakeContainer* const container = find_mutable(id);
  if (!container) {
    return Error{ErrorKind::not_found, 404, fmt::format("No such container: {}", id.str())};
  }
  if (name == "host" || container->spec.network_mode == "host") {
    return Error{ErrorKind::rejected, 400,
                 "container cannot be disconnected from host network or connected to host network"};
  }
  // One that does not run looks for it when it starts.
  FakeJoin joined{.network = name,
                  .network_id = container->up() ? network->network.id : "",
                  .endpoint = std::move(endpoint)};
  const auto known = std::ranges::find(container->joins, name, &FakeJoin::network);
  if (known == container->joins.end()) {
    container->joins.push_back(std::move(joined));
  } else if (!container->up()) {
    *known = std::move(joined);
  }
  return {};
}

// At the create.
void FakeHost::take_resources(FakeContainer& container) {
  // The other endpoints of a spec wait for a connect().
  if (!container.spec.endpoints.empty()) {
    const docker::Endpoint& first = container.spec.endpoints.front();
    container.joins = {{.network = first.network, .endpoint = first}};
  }
  for (const std::string& name : volumes_of(container.spec)) {
    volumes_.try_emplace(name, docker::Volume{.name = name, .driver = "local"});
  }
}

// Before a start.
Result<void> FakeHost::find_networks(FakeContainer& container) {
  for (FakeJoin& join : container.joins) {
    const std::vector<docker::Network> named = networks_named(join.network);
    if (join.network_id.empty() && named.size() > 1) return network_ambiguous(join.network);
    if (join.network_id.empty() && !named.empty()) join.network_id = named.front().id;
    if (join.network_id.empty()) return network_not_found(join.network, ErrorKind::network);
    if (std::ranges::find(named, join.network_id, &docker::Network::id) == named.end()) {
      return network_not_found(join.network_id, ErrorKind::network);
    }
  }
  return {};
}

void FakeHost::make_network_by_hand(docker::NetworkConfig config) {
  require(check_network_name(config.name));
  require(make_network(std::move(config)));
}

void FakeHost::make_twin_network(const std::string& name) {
  const FakeNetwork* const network = find_network(name);
  if (!network) throw std::invalid_argument("the fake host has no network " + name);
  docker::NetworkConfig config = network->config;
  config.subnets.clear();
  require(make_network(std::move(config)));
}

void FakeHost::rm_network(const std::string& name) {
  const FakeNetwork* const network = find_network(name);
  if (!network) throw std::invalid_argument("the fake host has no network " + name);
  require(erase_network(network->network.id));
}

// --- Volumes
// --------------------------------------------------------------------------------------

const docker::Volume* FakeHost::find_volume(std::string_view name) const {
  const auto found = volumes_.find(name);
  return found == volumes_.end() ? nullptr : &found->second;
}

Result<void> FakeHost::make_volume(docker::Volume volume) {
  if (volume.driver.empty()) volume.driver = "local";
  if (volume.driver != "local") return plugin_not_found(volume.driver);
  if (!is_container_name(volume.name)) {
    return Error{
        ErrorKind::rejected, 400,
        fmt::format("create {}: \"{}\" includes invalid characters for a local volume name",
                    volume.name, volume.name)};
  }
  volumes_.try_emplace(volume.name, volume);
  return {};
}

Result<void> FakeHost::erase_volume(const std::string& name) {
  for (const auto& [id, container] : containers_) {
    const auto mounted = volumes_of(container.spec);
    if (std::ranges::find(mounted, name) == mounted.end()) continue;
    return Error{ErrorKind::conflict, 409,
                 fmt::format("remove {}: volume is in use - [{}]", name, id.str())};
  }
  volumes_.erase(name);
  return {};
}

void FakeHost::make_volume_by_hand(docker::Volume volume) {
  require(make_volume(std::move(volume)));
}

void FakeHost::rm_volume(const std::string& name) {
  if (!find_volume(name)) throw std::invalid_argument("the fake host has no volume " + name);
  require(erase_volume(name));
}

}  // namespace genisys::fakes
