#include "controller/resource_gate.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace genisys::controller {
namespace {

using state::Reason;
using state::SlotState;

// So long what nobody uses is believed to be there still.
constexpr state::Duration kFresh = std::chrono::seconds(10);

docker::NetworkConfig config_of(const state::NetworkSpec& spec, std::string_view instance) {
  docker::NetworkConfig config{.name = spec.name,
                               .driver = spec.driver,
                               .options = spec.driver_opts,
                               .labels = spec.labels,
                               .internal = spec.internal,
                               .attachable = spec.attachable,
                               .enable_ipv6 = spec.enable_ipv6,
                               .ipam_driver = spec.ipam_driver,
                               .ipam_options = spec.ipam_options};
  for (const state::Subnet& subnet : spec.subnets) {
    config.subnets.push_back({.subnet = subnet.subnet,
                              .gateway = subnet.gateway,
                              .ip_range = subnet.ip_range,
                              .aux_addresses = subnet.aux_addresses});
  }
  config.labels[std::string(kInstanceLabel)] = instance;
  return config;
}

docker::Volume config_of(const state::VolumeSpec& spec, std::string_view instance) {
  docker::Volume volume{
      .name = spec.name, .driver = spec.driver, .options = spec.driver_opts, .labels = spec.labels};
  volume.labels[std::string(kInstanceLabel)] = instance;
  return volume;
}

std::vector<PrepareResource> needed(const state::Service& service,
                                    const state::SharedResources& shared,
                                    std::string_view instance) {
  std::vector<PrepareResource> all;
  const auto when_absent = [](bool external) {
    return external ? WhenAbsent::fail : WhenAbsent::make;
  };
  const state::ResourceNames names = state::named_by(service.definition);
  for (const std::string& name : names.networks) {
    const auto declared = shared.networks.find(name);
    const state::NetworkSpec spec =
        declared == shared.networks.end() ? state::NetworkSpec{.name = name} : declared->second;
    all.push_back({config_of(spec, instance), when_absent(spec.external)});
  }
  for (const std::string& name : names.volumes) {
    const auto declared = shared.volumes.find(name);
    if (declared == shared.volumes.end()) continue;
    all.push_back({config_of(declared->second, instance), when_absent(declared->second.external)});
  }
  return all;
}

// What failed is told until it does not, also while it is tried again.
Obstacle describe(const ResourceKey& key, const Ladder& ladder, state::TimePoint now) {
  if (ladder.failures == 0) {
    return {.state = SlotState::waiting,
            .cause = Reason::preparing,
            .message = fmt::format("making sure that {} is there", to_string(key))};
  }
  Obstacle obstacle{.state = SlotState::backoff,
                    .cause = ladder.cause,
                    .message = fmt::format("{}: {}", to_string(key), ladder.message),
                    .since = ladder.since};
  if (ladder.next_attempt > now) obstacle.until = ladder.next_attempt;
  return obstacle;
}

}  // namespace

ResourceGate resource_gate(const state::Service& service, const state::SharedResources& shared,
                           std::string_view instance, const History& history,
                           const std::set<ResourceKey>& preparing, bool in_use,
                           state::TimePoint now) {
  ResourceGate gate;
  for (PrepareResource& resource : needed(service, shared, instance)) {
    const ResourceKey key = resource.key();
    static const ResourceHistory kNone;
    const auto found = history.resources.find(key);
    const ResourceHistory& past = found == history.resources.end() ? kNone : found->second;
    if (past.seen_at && (in_use || now < *past.seen_at + kFresh)) continue;
    Obstacle obstacle = describe(key, past.ladder, now);
    const bool may_try = past.ladder.next_attempt <= now && !preparing.contains(key);
    if (may_try) gate.to_prepare.push_back(std::move(resource));
    const bool is_worse =
        past.ladder.failures > 0 && gate.obstacle && gate.obstacle->cause == Reason::preparing;
    if (!gate.obstacle || is_worse) gate.obstacle = std::move(obstacle);
  }
  return gate;
}

bool is_named_by(const state::Definition& definition, const ResourceKey& key) {
  const state::ResourceNames names = state::named_by(definition);
  return (key.kind == ResourceKind::network ? names.networks : names.volumes).contains(key.name);
}

}  // namespace genisys::controller
