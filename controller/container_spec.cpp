#include "controller/container_spec.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <tuple>

namespace genisys::controller {
namespace {

using docker::ContainerSpec;
using state::Definition;

template <class T>
T value_or_empty(const std::optional<T>& value) {
  return value.value_or(T{});
}

std::optional<std::int64_t> either(const std::optional<std::int64_t>& direct,
                                   const std::optional<std::int64_t>& deployed) {
  return direct ? direct : deployed;
}

// Zero is what the engine takes for "the image's".
docker::HealthProbe health_probe(const state::Healthcheck& check) {
  using std::chrono::milliseconds;
  if (check.disabled) return {.test = {"NONE"}};
  return {.test = check.test,
          .interval = check.interval.value_or(milliseconds(0)),
          .timeout = check.timeout.value_or(milliseconds(0)),
          .start_period = check.start_period.value_or(milliseconds(0)),
          .retries = static_cast<int>(check.retries.value_or(0))};
}

void say_labels(ContainerSpec& spec, const state::Service& service, const std::string& spec_hash,
                Slot slot, std::string_view instance) {
  spec.labels = value_or_empty(service.definition.labels);
  spec.labels[std::string(kInstanceLabel)] = instance;
  spec.labels[std::string(kServiceLabel)] = service.name().str();
  spec.labels[std::string(kSlotLabel)] = std::to_string(slot);
  spec.labels[std::string(kRevisionLabel)] = std::to_string(state::number(service.revision));
  spec.labels[std::string(kSpecLabel)] = spec_hash;
}

void say_program(ContainerSpec& spec, const Definition& definition) {
  if (definition.command) spec.command = definition.command->words;
  if (definition.entrypoint) spec.entrypoint = definition.entrypoint->words;
  if (definition.environment)
    spec.environment.assign(definition.environment->begin(), definition.environment->end());
  spec.user = value_or_empty(definition.user);
  spec.working_dir = value_or_empty(definition.working_dir);
  spec.hostname = value_or_empty(definition.hostname);
  spec.domainname = value_or_empty(definition.domainname);
  spec.init = definition.init;
  spec.tty = definition.tty.value_or(false);
  spec.open_stdin = definition.stdin_open.value_or(false);
  spec.stop_signal = definition.stop_signal;
  if (definition.stop_grace_period)
    spec.stop_timeout = std::chrono::ceil<std::chrono::seconds>(*definition.stop_grace_period);
  if (definition.healthcheck) spec.healthcheck = health_probe(*definition.healthcheck);
  if (definition.logging) {
    spec.logging = docker::LogConfig{.driver = definition.logging->driver,
                                     .options = definition.logging->options};
  }
}

void say_ports(ContainerSpec& spec, const Definition& definition, Slot slot) {
  for (const state::Port& port : value_or_empty(definition.ports)) {
    spec.ports.push_back({.container_port = port.container,
                          .protocol = std::string(state::to_string(port.protocol)),
                          .host_ip = port.host_ip,
                          .host_port = port.host_port(slot).value_or(0)});
  }
  for (const state::ExposedPort& port : value_or_empty(definition.expose)) {
    for (std::uint32_t number = port.first; number <= port.last; ++number)
      spec.exposed.push_back(fmt::format("{}/{}", number, state::to_string(port.protocol)));
  }
}

void say_networks(ContainerSpec& spec, const Definition& definition) {
  spec.network_mode = value_or_empty(definition.network_mode);
  spec.endpoints = endpoints_of(definition);
  spec.extra_hosts = value_or_empty(definition.extra_hosts);
  spec.dns = value_or_empty(definition.dns);
  spec.dns_search = value_or_empty(definition.dns_search);
  spec.dns_options = value_or_empty(definition.dns_opt);
}

docker::MountType type_of(state::MountKind kind) {
  switch (kind) {
    case state::MountKind::volume:
      return docker::MountType::volume;
    case state::MountKind::bind:
      return docker::MountType::bind;
    case state::MountKind::tmpfs:
      return docker::MountType::tmpfs;
  }
  return docker::MountType::volume;
}

// In the words of the one who wrote them, where there are some: inspect shows them so.
std::string modes_of(const state::VolumeMount& mount) {
  if (mount.is_short()) {
    const std::size_t behind_target = mount.text.find(':', mount.text.find(':') + 1);
    return behind_target == std::string::npos ? "rw" : mount.text.substr(behind_target + 1);
  }
  std::string modes = mount.read_only ? "ro" : "rw";
  for (const std::string& mode : mount.modes) modes += "," + mode;
  if (!mount.propagation.empty()) modes += "," + mount.propagation;
  return modes;
}

std::string bind_text(const state::VolumeMount& mount) {
  return fmt::format("{}:{}:{}", mount.source, mount.target, modes_of(mount));
}

// Only a bind in the short form makes what is missing on the host, so one that asks for it is said
// in that form.
void say_volumes(ContainerSpec& spec, const Definition& definition) {
  for (const state::VolumeMount& mount : value_or_empty(definition.volumes)) {
    if (mount.is_short() && mount.source.empty()) {
      spec.anonymous_volumes.push_back(mount.target);
    } else if (mount.is_short() ||
               (mount.kind == state::MountKind::bind && mount.create_host_path)) {
      spec.binds.push_back(bind_text(mount));
    } else {
      spec.mounts.push_back({.type = type_of(mount.kind),
                             .source = mount.source,
                             .target = mount.target,
                             .read_only = mount.read_only,
                             .propagation = mount.propagation,
                             .no_copy = mount.no_copy,
                             .tmpfs_size = mount.tmpfs_size,
                             .tmpfs_mode = mount.tmpfs_mode});
    }
  }
  for (const std::string& text : value_or_empty(definition.tmpfs)) {
    const std::size_t colon = text.find(':');
    spec.tmpfs.insert_or_assign(text.substr(0, colon),
                                colon == std::string::npos ? "" : text.substr(colon + 1));
  }
  spec.read_only_root = definition.read_only.value_or(false);
  spec.shm_size = definition.shm_size;
  for (const state::DeviceMapping& device : value_or_empty(definition.devices))
    spec.devices.push_back({device.host, device.container, device.permissions});
}

void say_rights(ContainerSpec& spec, const Definition& definition) {
  spec.cap_add = value_or_empty(definition.cap_add);
  spec.cap_drop = value_or_empty(definition.cap_drop);
  spec.security_options = value_or_empty(definition.security_opt);
  spec.groups = value_or_empty(definition.group_add);
  spec.privileged = definition.privileged.value_or(false);
  spec.pid_mode = value_or_empty(definition.pid);
  spec.ipc_mode = value_or_empty(definition.ipc);
  spec.uts_mode = value_or_empty(definition.uts);
  spec.userns_mode = value_or_empty(definition.userns_mode);
  spec.cgroup_parent = value_or_empty(definition.cgroup_parent);
  spec.runtime = value_or_empty(definition.runtime);
  spec.sysctls = value_or_empty(definition.sysctls);
  for (const auto& [name, limit] : value_or_empty(definition.ulimits))
    spec.ulimits.push_back({.name = name, .soft = limit.soft, .hard = limit.hard});
}

void say_resources(ContainerSpec& spec, const Definition& definition) {
  const state::Resources deployed = value_or_empty(definition.resources);
  spec.memory = either(definition.mem_limit, deployed.limit_memory);
  spec.memory_reservation = either(definition.mem_reservation, deployed.reserved_memory);
  spec.memory_swap = definition.memswap_limit;
  spec.memory_swappiness = definition.mem_swappiness;
  spec.nano_cpus = either(definition.cpus, deployed.limit_nano_cpus);
  spec.cpu_shares = definition.cpu_shares;
  spec.cpuset = value_or_empty(definition.cpuset);
  spec.pids_limit = either(definition.pids_limit, deployed.limit_pids);
  spec.oom_score_adj = definition.oom_score_adj;
  spec.oom_kill_disable = definition.oom_kill_disable;
}

// The engine refuses aliases on the networks that it has made itself.
bool takes_aliases(const std::string& network) {
  return network != "bridge" && network != "host" && network != "none";
}

}  // namespace

std::vector<docker::Endpoint> endpoints_of(const Definition& definition) {
  if (definition.network_mode || !definition.networks) return {};
  std::vector<state::NetworkAttachment> attachments = *definition.networks;
  std::sort(attachments.begin(), attachments.end(), [](const auto& a, const auto& b) {
    return std::tuple(b.priority, std::string_view(a.name)) <
           std::tuple(a.priority, std::string_view(b.name));
  });
  std::vector<docker::Endpoint> endpoints;
  for (state::NetworkAttachment& attachment : attachments) {
    docker::Endpoint endpoint{.network = std::move(attachment.name),
                              .ipv4_address = std::move(attachment.ipv4_address),
                              .ipv6_address = std::move(attachment.ipv6_address),
                              .link_local_ips = std::move(attachment.link_local_ips)};
    if (takes_aliases(endpoint.network)) {
      endpoint.aliases = std::move(attachment.aliases);
      const std::string& own = definition.name.str();
      if (std::find(endpoint.aliases.begin(), endpoint.aliases.end(), own) ==
          endpoint.aliases.end()) {
        endpoint.aliases.insert(endpoint.aliases.begin(), own);
      }
    }
    endpoints.push_back(std::move(endpoint));
  }
  return endpoints;
}

std::vector<docker::Endpoint> later_joins(const ContainerSpec& spec) {
  if (spec.endpoints.size() < 2) return {};
  return {std::next(spec.endpoints.begin()), spec.endpoints.end()};
}

ContainerSpec container_spec(const state::Service& service, const std::string& spec_hash, Slot slot,
                             std::string_view instance) {
  const Definition& definition = service.definition;
  ContainerSpec spec{.image = definition.image.str()};
  say_labels(spec, service, spec_hash, slot, instance);
  say_program(spec, definition);
  say_ports(spec, definition, slot);
  say_networks(spec, definition);
  say_volumes(spec, definition);
  say_rights(spec, definition);
  say_resources(spec, definition);
  return spec;
}

}  // namespace genisys::controller
