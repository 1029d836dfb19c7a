#include "state/host_policy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <utility>

#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::string_view kReadOnly = ":ro";

// What every container has unless it drops it.
constexpr auto kDefaultCapabilities = std::to_array<std::string_view>(
    {"AUDIT_WRITE", "CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "MKNOD",
     "NET_BIND_SERVICE", "NET_RAW", "SETFCAP", "SETGID", "SETPCAP", "SETUID", "SYS_CHROOT"});

// These take something from a container and give it nothing.
constexpr auto kTighteningOptions = std::to_array<std::string_view>(
    {"no-new-privileges", "no-new-privileges=true", "seccomp=builtin"});

constexpr auto kOwnNamespaces =
    std::to_array<std::string_view>({"", "default", "bridge", "none", "private", "shareable"});

constexpr auto kHarmlessNetworkDrivers = std::to_array<std::string_view>({"bridge", "overlay"});

// File systems that hold nothing of this host. Of any other, its options can name a place of the
// host (overlay: lowerdir) or are a door to the kernel (proc, sysfs).
constexpr auto kHarmlessVolumeTypes =
    std::to_array<std::string_view>({"tmpfs", "nfs", "nfs4", "cifs", "smb3"});

constexpr std::string_view kBridgeName = "com.docker.network.bridge.name";

template <class Texts>
bool contains(const Texts& texts, std::string_view text) {
  return std::ranges::find(texts, text) != texts.end();
}

// At component boundaries: "/srv" holds "/srv" and "/srv/x", not "/srvx".
bool lies_below(std::string_view path, std::string_view top) {
  if (!path.starts_with(top)) return false;
  return path.size() == top.size() || top.ends_with('/') || path[top.size()] == '/';
}

bool lies_below_any(std::string_view path, const std::vector<std::string>& tops) {
  return std::ranges::any_of(tops, [path](const auto& top) { return lies_below(path, top); });
}

bool has_parent_component(std::string_view path) {
  return std::ranges::any_of(std::filesystem::path(path),
                             [](const auto& component) { return component == ".."; });
}

// Without doubled slashes, "." and a slash at the end.
std::string clean(std::string_view path) {
  std::string text = std::filesystem::path(path).lexically_normal().string();
  if (text.starts_with("//")) text.erase(0, 1);
  if (text.size() > 1 && text.ends_with('/')) text.pop_back();
  return text;
}

// One container, network or volume that is held against a policy.
class Guard {
 public:
  Guard(const HostPolicy& policy, std::string pointer, Problems& problems)
      : policy_(policy), pointer_(std::move(pointer)), problems_(problems) {}

  const HostPolicy& policy() const { return policy_; }

  // `what` it does, and the line that would allow it: add "line" to policy.key.
  void forbid(std::string_view field, std::string_view what, std::string_view key,
              std::string_view line) {
    report(field, fmt::format("{}, which the policy does not allow: add \"{}\" to policy.{} in "
                              "genisys-connector.yml",
                              what, line, key));
  }

  // The same for a switch.
  void forbid(std::string_view field, std::string_view what, std::string_view key) {
    report(field, fmt::format("{}, which the policy does not allow: say `{}: true` below `policy` "
                              "in genisys-connector.yml",
                              what, key));
  }

  void report(std::string_view field, std::string message) {
    problems_.push_back({fmt::format("{}/{}", pointer_, field), std::move(message)});
  }

  // `shown`: the mount as its owner knows it.
  void check_bind(std::string_view field, std::string_view shown, std::string_view source,
                  bool read_only) {
    const std::string path = clean(source);
    std::string_view allowed_for_reading;
    for (std::string_view top : policy_.binds) {
      const bool only_reading = top.ends_with(kReadOnly);
      if (only_reading) top.remove_suffix(kReadOnly.size());
      // Above all lies everything, however it is written.
      if (top != "/" && (has_parent_component(source) || !lies_below(path, top))) continue;
      if (!only_reading || read_only) return;
      allowed_for_reading = top;
    }
    if (has_parent_component(source)) {
      report(field, fmt::format("{} mounts a path of the host that goes up by `..`, so that no "
                                "line of policy.binds can allow it: write the path without",
                                quote(shown)));
    } else if (!allowed_for_reading.empty()) {
      report(field,
             fmt::format("{} mounts a path of the host for writing, which the policy allows for "
                         "reading only: mount it read-only, or add \"{}\" to policy.binds in "
                         "genisys-connector.yml",
                         quote(shown), path));
    } else {
      forbid(field, fmt::format("{} mounts a path of the host", quote(shown)), "binds",
             read_only ? path + std::string(kReadOnly) : path);
    }
  }

  // Everything else is a namespace of the host, or of a container that may be anybody's.
  void check_namespace(std::string_view field, std::string_view name, std::string_view mode) {
    if (contains(kOwnNamespaces, mode)) return;
    if (policy_.host_namespaces.contains(std::string(name))) return;
    forbid(field,
           fmt::format("{} shares {} {} namespace", quote(mode),
                       mode == "host" ? "the host's" : "another container's", name),
           "host_namespaces", name);
  }

  void check_device(std::string_view field, std::string_view device) {
    const std::string path = clean(device);
    if (!has_parent_component(device) && lies_below_any(path, policy_.devices)) return;
    forbid(field, fmt::format("{} is a device of the host", quote(device)), "devices", path);
  }

 private:
  const HostPolicy& policy_;
  std::string pointer_;
  Problems& problems_;
};

void check_namespaces(const Definition& definition, Guard& guard) {
  const auto check = [&guard](std::string_view field, std::string_view name,
                              const std::optional<std::string>& mode) {
    if (mode) guard.check_namespace(field, name, *mode);
  };
  check("network_mode", "network", definition.network_mode);
  if (definition.networks) {
    // The engine has one network that is the host's own.
    for (std::size_t i = 0; i < definition.networks->size(); ++i) {
      if ((*definition.networks)[i].name != "host") continue;
      guard.check_namespace(fmt::format("networks/{}", i), "network", "host");
    }
  }
  check("pid", "pid", definition.pid);
  check("ipc", "ipc", definition.ipc);
  check("uts", "uts", definition.uts);
  check("userns_mode", "user", definition.userns_mode);
}

void check_mounts(const Definition& definition, Guard& guard) {
  if (!definition.volumes) return;
  for (std::size_t i = 0; i < definition.volumes->size(); ++i) {
    const VolumeMount& mount = (*definition.volumes)[i];
    if (mount.kind != MountKind::bind) continue;
    guard.check_bind(fmt::format("volumes/{}", i), mount.is_short() ? mount.text : mount.source,
                     mount.source, mount.read_only);
  }
}

void check_capabilities(const Definition& definition, Guard& guard) {
  if (!definition.cap_add) return;
  const std::vector<std::string>& allowed = guard.policy().capabilities;
  for (std::size_t i = 0; i < definition.cap_add->size(); ++i) {
    const std::string capability = normal_capability((*definition.cap_add)[i]);
    if (contains(kDefaultCapabilities, capability) || contains(allowed, capability) ||
        contains(allowed, "ALL")) {
      continue;
    }
    guard.forbid(fmt::format("cap_add/{}", i),
                 capability == "ALL" ? "asks for all capabilities"
                                     : fmt::format("asks for the capability {}", capability),
                 "capabilities", capability);
  }
}

void check_security_options(const Definition& definition, Guard& guard) {
  if (!definition.security_opt) return;
  const std::vector<std::string>& allowed = guard.policy().security_options;
  for (std::size_t i = 0; i < definition.security_opt->size(); ++i) {
    const std::string option = normal_security_option((*definition.security_opt)[i]);
    const std::string key = option.substr(0, option.find('='));
    if (contains(kTighteningOptions, option) || contains(allowed, option) ||
        contains(allowed, key)) {
      continue;
    }
    // A whole seccomp profile is no line that anybody wants to write.
    const bool is_profile = option.size() > 80 || option.find('{') != std::string::npos;
    guard.forbid(fmt::format("security_opt/{}", i),
                 fmt::format("{} can loosen what confines a container", quote(option)),
                 "security_options", is_profile ? key : option);
  }
}

void check_image(const Definition& definition, Guard& guard) {
  const auto& registries = guard.policy().registries;
  if (!registries) return;
  // Without tag and digest, which no prefix may end in the middle of.
  std::string_view repository = definition.image.normalised();
  repository = repository.substr(0, repository.find('@'));
  const std::size_t slash = repository.rfind('/');
  repository = repository.substr(0, repository.find(':', slash == repository.npos ? 0 : slash));
  if (lies_below_any(repository, *registries)) return;
  const std::string_view host = repository.substr(0, repository.find('/'));
  guard.forbid("image", fmt::format("{} comes from {}", quote(definition.image.str()), host),
               "registries", host);
}

void check_network(const NetworkSpec& network, Guard& guard) {
  const auto& allowed = guard.policy().network_drivers;
  const std::string driver = network.driver.empty() ? "bridge" : network.driver;
  if (!contains(kHarmlessNetworkDrivers, driver) && !contains(allowed, driver)) {
    guard.forbid(
        "driver",
        fmt::format("{} is a driver that can reach into the host's networks", quote(driver)),
        "network_drivers", driver);
  }
  if (driver == "bridge" && network.driver_opts.contains(std::string(kBridgeName)) &&
      !contains(allowed, driver)) {
    guard.forbid(fmt::format("driver_opts/{}", kBridgeName), "names an interface of the host",
                 "network_drivers", driver);
  }
}

std::string option_of(const Pairs& options, const std::string& key) {
  const auto found = options.find(key);
  return found == options.end() ? std::string() : found->second;
}

// Whether one of the words of a mount's options is `word`.
bool has_word(std::string_view options, std::string_view word) {
  while (!options.empty()) {
    const std::size_t comma = std::min(options.find(','), options.size());
    if (options.substr(0, comma) == word) return true;
    options.remove_prefix(std::min(comma + 1, options.size()));
  }
  return false;
}

// The driver local hands its options to mount(2), which can mount anything at the volume's place.
void check_local_volume(const Pairs& options, Guard& guard) {
  const std::string flags = option_of(options, "o");
  const std::string device = option_of(options, "device");
  const std::string type = option_of(options, "type");
  if (has_word(flags, "bind") || has_word(flags, "rbind")) {
    guard.check_bind("driver_opts/device", device, device, has_word(flags, "ro"));
    return;
  }
  if ((type.empty() && device.empty()) || contains(kHarmlessVolumeTypes, type)) return;
  if (!type.empty() && !contains(guard.policy().volume_types, type)) {
    guard.forbid("driver_opts/type",
                 fmt::format("{} is a file system that can reach into the host", quote(type)),
                 "volume_types", type);
  }
  if (device.starts_with('/')) guard.check_device("driver_opts/device", device);
}

void check_volume(const VolumeSpec& volume, Guard& guard) {
  if (volume.driver.empty() || volume.driver == "local") {
    check_local_volume(volume.driver_opts, guard);
  } else if (!contains(guard.policy().volume_drivers, volume.driver)) {
    guard.forbid(
        "driver",
        fmt::format("{} is a driver that can reach into the host's files", quote(volume.driver)),
        "volume_drivers", volume.driver);
  }
}

}  // namespace

void check_policy(const Definition& definition, const HostPolicy& policy, std::string_view pointer,
                  Problems& problems) {
  Guard guard(policy, std::string(pointer), problems);
  check_image(definition, guard);
  if (definition.privileged.value_or(false) && !policy.privileged) {
    guard.forbid("privileged", "makes the container master of the host", "privileged");
  }
  check_namespaces(definition, guard);
  check_mounts(definition, guard);
  if (definition.devices) {
    for (std::size_t i = 0; i < definition.devices->size(); ++i) {
      guard.check_device(fmt::format("devices/{}", i), (*definition.devices)[i].host);
    }
  }
  check_capabilities(definition, guard);
  check_security_options(definition, guard);
  // Also the engine's default one by name: the engine may have been given a stricter default.
  if (definition.runtime && !contains(policy.runtimes, *definition.runtime)) {
    guard.forbid("runtime", fmt::format("chooses the runtime {}", quote(*definition.runtime)),
                 "runtimes", *definition.runtime);
  }
  if (definition.cgroup_parent && !contains(policy.cgroup_parents, *definition.cgroup_parent)) {
    guard.forbid("cgroup_parent",
                 fmt::format("puts the container below the control group {}",
                             quote(*definition.cgroup_parent)),
                 "cgroup_parents", *definition.cgroup_parent);
  }
  if (definition.oom_score_adj.value_or(0) < 0 && !policy.oom_protection) {
    guard.forbid("oom_score_adj", "makes the host kill other programs first when memory runs out",
                 "oom_protection");
  }
  if (definition.oom_kill_disable.value_or(false) && !policy.oom_protection) {
    guard.forbid("oom_kill_disable", "keeps the host from killing it when memory runs out",
                 "oom_protection");
  }
}

void check_policy(const SharedResources& shared, const HostPolicy& policy, Problems& problems) {
  for (const auto& [name, network] : shared.networks) {
    if (network.external) continue;
    Guard guard(policy, pointer_to("/networks", name), problems);
    check_network(network, guard);
  }
  for (const auto& [name, volume] : shared.volumes) {
    if (volume.external) continue;
    Guard guard(policy, pointer_to("/volumes", name), problems);
    check_volume(volume, guard);
  }
}

std::string normal_capability(std::string_view text) {
  std::string capability(text);
  std::ranges::transform(capability, capability.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (capability.starts_with("CAP_")) capability.erase(0, 4);
  return capability;
}

std::string normal_security_option(std::string_view text) {
  std::string option(text);
  const std::size_t separator = option.find_first_of("=:");
  if (separator != std::string::npos) option[separator] = '=';
  return option;
}

bool is_clean_path(std::string_view path) {
  return path.starts_with('/') && clean(path) == path && !has_parent_component(path);
}

}  // namespace genisys::state
