#include "tests/support/compose_difference.hpp"

#include <algorithm>
#include <array>

namespace genisys::test {

namespace {

constexpr std::size_t kIdDigits = 64;
constexpr std::size_t kShortIdDigits = 12;

bool is_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

void replace_all(std::string& text, std::string_view what, std::string_view by) {
  if (what.empty()) return;
  for (std::size_t at = text.find(what); at != std::string::npos;
       at = text.find(what, at + by.size())) {
    text.replace(at, what.size(), by);
  }
}

std::string without_ids(std::string_view text) {
  constexpr std::string_view kDigest = "sha256:";
  std::string result;
  while (!text.empty()) {
    std::size_t digits = 0;
    while (digits < text.size() && is_hex(text[digits])) ++digits;
    if (digits == kIdDigits && !result.ends_with(kDigest)) {
      result += "<id>";
    } else {
      result += text.substr(0, digits);
    }
    text.remove_prefix(digits);
    if (text.empty()) break;
    result += text.front();
    text.remove_prefix(1);
  }
  return result;
}

// Whether a text is an address, or a range of them, of those that an engine gives to networks.
bool is_picked(std::string_view text) {
  return (text.starts_with("172.") || text.starts_with("192.168.")) &&
         text.find_first_not_of("0123456789./") == std::string_view::npos;
}

std::string without_picked_addresses(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('"'), text.size());
    result += is_picked(text.substr(0, end)) ? "<picked>" : text.substr(0, end);
    text.remove_prefix(end);
    if (text.empty()) break;
    result += '"';
    text.remove_prefix(1);
  }
  return result;
}

}  // namespace

std::span<const Allowed> allowed_for_containers() {
  using enum Allowance;
  static const auto kAllowed = std::to_array<Allowed>({
      {"Name", any, "the connector names containers after service, slot and instance"},
      {"Created", any, "a time"},
      {"State", any, "what became of it, not what it is made of"},
      {"RestartCount", any, "what became of it"},
      {"ExecIDs", any, "what runs in it at this moment, a check of its health say"},
      {"GraphDriver.Data", any, "paths of its own layers"},
      {"HostConfig.RestartPolicy", any, "the connector restarts, not the engine"},
      {"Config.Labels.com.docker.compose.*", any, "whose it is, in docker-compose's words"},
      {"Config.Labels.io.genisys.*", any, "whose it is, in the connector's words"},
      {"Config.Env", any_order, "names are unique: the order means nothing"},
      {"HostConfig.Binds", any_order, "targets are unique: the order means nothing"},
      {"HostConfig.Mounts", any_order, "likewise"},
      {"Mounts", any_order, "likewise"},
      {"HostConfig.CapAdd", any_order, "a set"},
      {"HostConfig.CapDrop", any_order, "a set"},
      {"HostConfig.Ulimits", any_order, "names are unique"},
      {"HostConfig.ExtraHosts", any_order, "names are unique"},
      {"NetworkSettings.SandboxKey", any, "a path with an id"},
      {"NetworkSettings.Ports.*.HostPort", any,
       "a port that the engine picked; the one that was asked for is in HostConfig.PortBindings"},
      {"NetworkSettings.*IPAddress", any,
       "an address that the engine picked; the one that was asked for is in IPAMConfig"},
      {"NetworkSettings.*MacAddress", any, "follows the address"},
      {"NetworkSettings.Networks.*.GlobalIPv6Address", any, "like IPAddress"},
      {"NetworkSettings.*IPPrefixLen", any, "follows the subnet, which is compared"},
      {"NetworkSettings.Networks.*.Aliases", any_order, "a set"},
  });
  return kAllowed;
}

std::span<const Allowed> allowed_for_networks() {
  using enum Allowance;
  static const auto kAllowed = std::to_array<Allowed>({
      {"Created", any, "a time"},
      {"Containers", any, "who is in it, by ids and addresses"},
      {"Attachable", any,
       "docker-compose 1.29 says true whatever the file says; only Swarm's networks heed it"},
      {"Labels.com.docker.compose.*", any, "whose it is, in docker-compose's words"},
      {"Labels.io.genisys.*", any, "whose it is, in the connector's words"},
  });
  return kAllowed;
}

std::span<const Allowed> allowed_for_volumes() {
  using enum Allowance;
  static const auto kAllowed = std::to_array<Allowed>({
      {"CreatedAt", any, "a time"},
      {"Labels.com.docker.compose.*", any, "whose it is, in docker-compose's words"},
      {"Labels.io.genisys.*", any, "whose it is, in the connector's words"},
  });
  return kAllowed;
}

Json without_chance(std::string_view inspected, std::string_view own_id) {
  std::string text = without_picked_addresses(without_ids(inspected));
  replace_all(text, own_id.substr(0, kShortIdDigits), "<short id>");
  return Json::parse(text);
}

}  // namespace genisys::test
