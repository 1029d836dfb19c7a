#include "controller/policy_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "state/text.hpp"

namespace genisys::controller {
namespace {

using state::HostPolicy;
using state::quote;
using Texts = std::vector<std::string>;

constexpr auto kNamespaces =
    std::to_array<std::string_view>({"network", "pid", "ipc", "uts", "user"});
constexpr auto kSecurityOptions = std::to_array<std::string_view>(
    {"apparmor", "label", "no-new-privileges", "seccomp", "systempaths"});
constexpr std::string_view kReadOnly = ":ro";

// Each item of a list as `take` has it; what it refuses it has reported.
template <class Take>
Texts texts(const Setting& setting, Take take) {
  Texts taken;
  for (const Setting& item : setting.items()) {
    auto text = item.text();
    if (!text) continue;
    if (std::optional<std::string> good = take(item, *std::move(text))) {
      taken.push_back(*std::move(good));
    }
  }
  return taken;
}

std::optional<std::string> any_text(const Setting&, std::string text) { return text; }

// The text itself, or a problem that names the nearest of those that are known.
std::optional<std::string> reject_unknown(const Setting& item, std::string_view what,
                                          std::string_view text,
                                          std::span<const std::string_view> known) {
  const std::string_view meant = state::nearest(text, known);
  return item.reject(
      meant.empty() ? fmt::format("{} is no {} ({})", quote(text), what, fmt::join(known, ", "))
                    : fmt::format("{} is no {} (did you mean {}?)", quote(text), what, meant));
}

std::optional<std::string> namespace_of(const Setting& item, std::string text) {
  if (std::ranges::find(kNamespaces, text) != kNamespaces.end()) return text;
  return reject_unknown(item, "namespace", text, kNamespaces);
}

std::optional<std::string> path_of(const Setting& item, std::string text) {
  if (state::is_clean_path(text)) return text;
  return item.reject(
      fmt::format("{} is no clean absolute path (/srv/data: without `..`, doubled slashes and one "
                  "at the end)",
                  quote(text)));
}

std::optional<std::string> bind_of(const Setting& item, std::string text) {
  const bool only_reading = text.ends_with(kReadOnly);
  if (only_reading) text.resize(text.size() - kReadOnly.size());
  if (!only_reading && text.find(':') != std::string::npos) {
    return item.reject(fmt::format(
        "{} is no path that may be mounted (/srv/data, or /srv/data:ro for reading only; where it "
        "is mounted to is the definition's)",
        quote(text)));
  }
  auto path = path_of(item, std::move(text));
  if (path && only_reading) *path += kReadOnly;
  return path;
}

std::optional<std::string> capability_of(const Setting& item, std::string text) {
  std::string capability = state::normal_capability(text);
  const bool is_name =
      std::ranges::all_of(capability, [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
  if (is_name && !capability.empty()) return capability;
  return item.reject(fmt::format("{} is no capability (NET_ADMIN, or ALL)", quote(text)));
}

std::optional<std::string> security_option_of(const Setting& item, std::string text) {
  std::string option = state::normal_security_option(text);
  const std::string_view key = std::string_view(option).substr(0, option.find('='));
  if (std::ranges::find(kSecurityOptions, key) != kSecurityOptions.end()) return option;
  return reject_unknown(item, "security option", key, kSecurityOptions);
}

// Whatever an image that lies there is called, its normal form begins so.
std::optional<std::string> registry_of(const Setting& item, std::string text) {
  std::string why;
  const auto image = state::ImageReference::parse(text + "/image:1", why);
  if (image && image->normalised().starts_with(text + "/")) return text;
  return item.reject(
      fmt::format("{} is no registry (a host with its port, and a path if wanted: docker.io, "
                  "docker.io/library, registry:5000/team)",
                  quote(text)));
}

template <auto Field>
void read_flag(const Setting& setting, HostPolicy& policy) {
  if (const auto allowed = setting.boolean()) policy.*Field = *allowed;
}

template <auto Field, auto take = any_text>
void read_texts(const Setting& setting, HostPolicy& policy) {
  policy.*Field = texts(setting, take);
}

void read_host_namespaces(const Setting& setting, HostPolicy& policy) {
  const Texts names = texts(setting, namespace_of);
  policy.host_namespaces = {names.begin(), names.end()};
}

constexpr auto kKeys = std::to_array<Key<HostPolicy>>({
    {"privileged", read_flag<&HostPolicy::privileged>},
    {"host_namespaces", read_host_namespaces},
    {"binds", read_texts<&HostPolicy::binds, bind_of>},
    {"devices", read_texts<&HostPolicy::devices, path_of>},
    {"capabilities", read_texts<&HostPolicy::capabilities, capability_of>},
    {"security_options", read_texts<&HostPolicy::security_options, security_option_of>},
    {"runtimes", read_texts<&HostPolicy::runtimes>},
    {"cgroup_parents", read_texts<&HostPolicy::cgroup_parents>},
    {"oom_protection", read_flag<&HostPolicy::oom_protection>},
    {"network_drivers", read_texts<&HostPolicy::network_drivers>},
    {"volume_drivers", read_texts<&HostPolicy::volume_drivers>},
    {"volume_types", read_texts<&HostPolicy::volume_types>},
    {"registries", read_texts<&HostPolicy::registries, registry_of>},
});

}  // namespace

std::span<const Key<HostPolicy>> policy_keys() { return kKeys; }

std::string to_string(const HostPolicy& policy) {
  Texts parts;
  const auto add = [&parts](std::string_view name, const auto& items) {
    if (!items.empty()) parts.push_back(fmt::format("{} {}", name, fmt::join(items, ", ")));
  };
  if (policy.privileged) parts.emplace_back("privileged");
  add("host_namespaces", policy.host_namespaces);
  add("binds", policy.binds);
  add("devices", policy.devices);
  add("capabilities", policy.capabilities);
  add("security_options", policy.security_options);
  add("runtimes", policy.runtimes);
  add("cgroup_parents", policy.cgroup_parents);
  if (policy.oom_protection) parts.emplace_back("oom_protection");
  add("network_drivers", policy.network_drivers);
  add("volume_drivers", policy.volume_drivers);
  add("volume_types", policy.volume_types);
  std::string text = parts.empty() ? "closed" : fmt::format("{}", fmt::join(parts, "; "));
  if (policy.registries) {
    text += policy.registries->empty()
                ? "; no registry"
                : fmt::format("; registries {}", fmt::join(*policy.registries, ", "));
  }
  return text;
}

}  // namespace genisys::controller
