// Which networks a container joins, and under which names and addresses.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>
#include <tuple>

#include "state/definition_fields.hpp"
#include "state/field_decoding.hpp"
#include "state/field_table.hpp"
#include "state/port.hpp"
#include "state/text.hpp"

namespace genisys::state {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::array<std::string_view, 3> kModes = {"bridge", "host", "none"};

bool is_name(std::string_view text) {
  const auto is_alnum = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !text.empty() && text.size() <= kLongestName && is_alnum(text.front()) &&
         std::all_of(text.begin(), text.end(),
                     [&](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

std::string what_a_name_is(std::string_view text, std::string_view noun) {
  return fmt::format(
      "{} is not {}: write letters, digits, '_', '.' and '-', beginning with a letter or a digit",
      quote(text), noun);
}

std::optional<std::vector<std::string>> decode_aliases(const Value& value, std::string_view pointer,
                                                       Problems& problems) {
  if (!require_list(value, "\"db\"", pointer, problems)) return std::nullopt;
  auto aliases = decode_texts(value, pointer, problems);
  if (!aliases) return std::nullopt;
  const std::size_t before = problems.size();
  for (std::size_t i = 0; i < aliases->size(); ++i) {
    if (is_name((*aliases)[i])) continue;
    report(problems, pointer_to(pointer, i), (*value.as_list())[i].at(),
           what_a_name_is((*aliases)[i], "a name for a host"));
  }
  if (problems.size() != before) return std::nullopt;
  return aliases;
}

template <std::optional<std::string> (*kParse)(std::string_view)>
std::optional<std::string> decode_ip(const Value& value, std::string_view pointer,
                                     Problems& problems) {
  auto text = decode_text(value, pointer, problems);
  if (!text) return std::nullopt;
  auto address = kParse(*text);
  if (!address) {
    report(problems, pointer, value.at(),
           fmt::format("{} is not an {} address", quote(*text),
                       kParse == canonical_ipv4 ? "IPv4" : "IPv6"));
  }
  return address;
}

std::optional<std::int32_t> decode_priority(const Value& value, std::string_view pointer,
                                            Problems& problems) {
  using Limits = std::numeric_limits<std::int32_t>;
  const auto priority = decode_integer(value, Limits::min(), Limits::max(), pointer, problems);
  if (!priority) return std::nullopt;
  return static_cast<std::int32_t>(*priority);
}

using N = NetworkAttachment;
constexpr std::array kRows = {
    plain_field<&N::aliases, Form<decode_aliases, TextSet>>("aliases"),
    plain_field<&N::ipv4_address, Form<decode_ip<canonical_ipv4>, Text>>("ipv4_address"),
    plain_field<&N::ipv6_address, Form<decode_ip<canonical_ipv6>, Text>>("ipv6_address"),
    plain_field<&N::link_local_ips, Form<decode_addresses, TextSet>>("link_local_ips"),
    plain_field<&N::priority, Form<decode_priority, Integer>>("priority")};

bool check_name(const std::string& name, const std::string& pointer, Position at,
                Problems& problems) {
  if (name == "host" || name == "none" || name == "bridge") {
    report(problems, pointer, at,
           fmt::format("{} is not a network to join: write network_mode: {}", quote(name), name));
  } else if (name == "default") {
    report(problems, pointer, at,
           "'default' is a network of a Compose file: write the name that the engine has for it");
  } else if (!is_name(name)) {
    report(problems, pointer, at, what_a_name_is(name, "a network's name"));
  } else {
    return true;
  }
  return false;
}

std::vector<NetworkAttachment> decode_names(const Value& value, std::string_view pointer,
                                            Problems& problems) {
  std::vector<NetworkAttachment> networks;
  const auto names = decode_texts(value, pointer, problems);
  if (!names) return networks;
  for (std::size_t i = 0; i < names->size(); ++i) {
    if (check_name((*names)[i], pointer_to(pointer, i), (*value.as_list())[i].at(), problems)) {
      networks.push_back({.name = (*names)[i]});
    }
  }
  return networks;
}

std::vector<NetworkAttachment> decode_map(const Map& map, std::string_view pointer,
                                          Problems& problems) {
  std::vector<NetworkAttachment> networks;
  for (const Member& member : map) {
    const std::string place = pointer_to(pointer, member.key);
    if (!check_name(member.key, place, member.at, problems)) continue;
    NetworkAttachment network{.name = member.key};
    if (!member.value.is_null() && require_map(member.value, kRows.front().key, place, problems)) {
      decode_members(Fields<N>(kRows), member.value, place, problems, network,
                     unsupported_network_keys());
    }
    networks.push_back(std::move(network));
  }
  return networks;
}

}  // namespace

std::optional<std::vector<NetworkAttachment>> NetworksForm::decode(const Value& value,
                                                                   std::string_view pointer,
                                                                   Problems& problems) {
  const std::size_t before = problems.size();
  const Map* map = value.as_map();
  if (map == nullptr && !require_list(value, "\"backend\"", pointer, problems)) return std::nullopt;
  if (map != nullptr && map->size() > kMaxEntries) {
    report(problems, pointer, value.at(),
           fmt::format("{} networks are more than the {} allowed", map->size(), kMaxEntries));
    return std::nullopt;
  }
  auto networks =
      map == nullptr ? decode_names(value, pointer, problems) : decode_map(*map, pointer, problems);
  if (problems.size() != before) return std::nullopt;
  // One order for every way to write them: the order in which they are joined.
  std::sort(networks.begin(), networks.end(), [](const N& a, const N& b) {
    return std::tuple(-std::int64_t{a.priority}, a.name) <
           std::tuple(-std::int64_t{b.priority}, b.name);
  });
  return networks;
}

Value NetworksForm::encode(const std::vector<NetworkAttachment>& networks) {
  if (std::all_of(networks.begin(), networks.end(), [](const N& n) { return n.is_plain(); })) {
    List list;
    for (const N& network : networks) list.push_back(value_of(network.name));
    return value_of(std::move(list));
  }
  Map map;
  for (const N& network : networks) {
    map.push_back({network.name, encode_object(Fields<N>(kRows), network), {}});
  }
  return value_of(std::move(map));
}

void NetworksForm::add(std::string_view key, const std::vector<NetworkAttachment>& networks,
                       Canonical& canonical) {
  if (networks.empty()) return;
  canonical.add_number(key, static_cast<std::int64_t>(networks.size()));
  for (const N& network : networks) {
    canonical.add(network.name);
    // Each stands with its key, so that none is taken for another, or for the next network.
    canonical.add_set("+aliases", network.aliases);
    Text::add("+ipv4_address", network.ipv4_address, canonical);
    Text::add("+ipv6_address", network.ipv6_address, canonical);
    canonical.add_set("+link_local_ips", network.link_local_ips);
  }
}

std::optional<std::string> decode_network_mode(const Value& value, std::string_view pointer,
                                               Problems& problems) {
  auto mode = decode_text(value, pointer, problems);
  if (!mode || std::find(kModes.begin(), kModes.end(), *mode) != kModes.end()) return mode;
  const bool is_shared = mode->starts_with("service:") || mode->starts_with("container:");
  report(problems, pointer, value.at(),
         is_shared
             ? fmt::format("{} would tie a replica to one container of another service, which may "
                           "be replaced: put both on one network with networks",
                           quote(*mode))
             : fmt::format("must be one of bridge, host, none, not {}: a network is joined with "
                           "networks",
                           quote(*mode)));
  return std::nullopt;
}

}  // namespace genisys::state
