#include "state/compose/resources.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>
#include <vector>

#include "state/field_decoding.hpp"
#include "state/map_reader.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

// An address with a prefix ("172.28.0.0/16") or without.
enum class Addresses { one, range };

bool is_address(const std::string& text, Addresses kind) {
  std::string address = text;
  const std::size_t slash = text.find('/');
  if ((slash != std::string::npos) != (kind == Addresses::range)) return false;
  std::array<unsigned char, 16> bytes{};
  address = text.substr(0, slash);
  const bool is_v4 = ::inet_pton(AF_INET, address.c_str(), bytes.data()) == 1;
  if (!is_v4 && ::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return false;
  if (kind == Addresses::one) return true;
  const std::string_view prefix = std::string_view(text).substr(slash + 1);
  unsigned bits = 0;
  const auto [end, error] = std::from_chars(prefix.data(), prefix.data() + prefix.size(), bits);
  return error == std::errc{} && end == prefix.data() + prefix.size() && bits <= (is_v4 ? 32 : 128);
}

// The text of a member that must be an address.
std::string read_address(MapReader& fields, std::string_view key, Addresses kind) {
  std::string address = fields.text(key);
  if (address.empty() || is_address(address, kind)) return address;
  fields.report_member(key, fmt::format("{} is not an address{}", quote(address),
                                        kind == Addresses::one ? " such as 172.28.0.1"
                                                               : " range such as 172.28.0.0/16"));
  return {};
}

struct Identity {
  std::string name;
  bool external = false;
};

// `external: {name: …}` is how files said it before `name` was.
Identity read_identity(MapReader& fields, const Member& member, const std::string& pointer,
                       const std::string& project, Problems& problems) {
  Identity identity{.name = fields.text("name")};
  const Value* external = member.value.find("external");
  if (external != nullptr && external->as_map() != nullptr) {
    MapReader old(*external, pointer_to(pointer, "external"), problems);
    const std::string name = old.text("name");
    old.refuse_others();
    fields.member("external");
    identity.external = true;
    if (identity.name.empty()) identity.name = name;
  } else {
    identity.external = fields.flag("external");
  }
  if (identity.name.empty()) {
    identity.name = identity.external ? member.key : project + '_' + member.key;
  }
  return identity;
}

void refuse_settings_of_external(const Member& member, const std::string& pointer,
                                 Problems& problems) {
  for (const Member& field : *member.value.as_map()) {
    if (field.key == "external" || field.key == "name" || field.key.starts_with("x-")) continue;
    report(problems, pointer_to(pointer, field.key), field.at,
           fmt::format("{} is external, so somebody else makes it: remove {}, or external",
                       quote(member.key), quote(field.key)));
  }
}

void read_ipam(MapReader& network_fields, NetworkSpec& network, const std::string& pointer,
               Problems& problems) {
  const Value* ipam = network_fields.member("ipam");
  if (ipam == nullptr) return;
  MapReader fields(*ipam, pointer, problems);
  network.ipam_driver = fields.text("driver");
  if (network.ipam_driver == "default") network.ipam_driver.clear();
  network.ipam_options = fields.pairs("options");
  const std::vector<const Value*> items = fields.items("config");
  for (std::size_t i = 0; i < items.size(); ++i) {
    const std::string place = pointer_to(pointer_to(pointer, "config"), i);
    MapReader range(*items[i], place, problems);
    Subnet subnet{.subnet = read_address(range, "subnet", Addresses::range),
                  .gateway = read_address(range, "gateway", Addresses::one),
                  .ip_range = read_address(range, "ip_range", Addresses::range),
                  .aux_addresses = range.pairs("aux_addresses")};
    range.refuse_others();
    for (const auto& [host, address] : subnet.aux_addresses) {
      if (is_address(address, Addresses::one)) continue;
      report(problems, pointer_to(pointer_to(place, "aux_addresses"), host), items[i]->at(),
             fmt::format("{} is not an address such as 172.28.0.1", quote(address)));
    }
    if (subnet != Subnet{}) network.subnets.push_back(std::move(subnet));
  }
  fields.refuse_others();
}

NetworkSpec read_network(const Member& member, const std::string& pointer,
                         const std::string& project, Problems& problems) {
  MapReader fields(member.value, pointer, problems);
  const Identity identity = read_identity(fields, member, pointer, project, problems);
  NetworkSpec network{.name = identity.name, .external = identity.external};
  if (network.external) {
    refuse_settings_of_external(member, pointer, problems);
    return network;
  }
  network.driver = fields.text("driver");
  network.driver_opts = fields.pairs("driver_opts");
  network.labels = fields.pairs("labels");
  network.internal = fields.flag("internal");
  network.attachable = fields.flag("attachable");
  network.enable_ipv6 = fields.flag("enable_ipv6");
  read_ipam(fields, network, pointer_to(pointer, "ipam"), problems);
  fields.refuse_others();
  return network;
}

VolumeSpec read_volume(const Member& member, const std::string& pointer, const std::string& project,
                       Problems& problems) {
  MapReader fields(member.value, pointer, problems);
  const Identity identity = read_identity(fields, member, pointer, project, problems);
  VolumeSpec volume{.name = identity.name, .external = identity.external};
  if (volume.external) {
    refuse_settings_of_external(member, pointer, problems);
    return volume;
  }
  volume.driver = fields.text("driver");
  volume.driver_opts = fields.pairs("driver_opts");
  volume.labels = fields.pairs("labels");
  fields.refuse_others();
  return volume;
}

template <class Spec>
using Reader = Spec (*)(const Member&, const std::string&, const std::string&, Problems&);

template <class Spec>
std::map<std::string, Spec> read_section(const Value* section, std::string_view key,
                                         const std::string& project, Problems& problems,
                                         Reader<Spec> read) {
  std::map<std::string, Spec> specs;
  if (section == nullptr || section->is_null()) return specs;
  const std::string pointer = pointer_to("", key);
  const Map* map = section->as_map();
  if (map == nullptr) {
    report(problems, pointer, section->at(),
           fmt::format("must be a map from name to what it is, not {}", section->kind_name()));
    return specs;
  }
  std::map<std::string, const Spec*> by_name;
  for (const Member& member : *map) {
    const std::string place = pointer_to(pointer, member.key);
    const Spec& spec =
        specs.emplace(member.key, read(member, place, project, problems)).first->second;
    const auto [same, is_new] = by_name.emplace(spec.name, &spec);
    if (!is_new && *same->second != spec) {
      report(problems, place, member.at,
             fmt::format("another one is named {} as well, and is not the same: rename one",
                         quote(spec.name)));
    }
  }
  return specs;
}

}  // namespace

std::map<std::string, NetworkSpec> read_networks(const Value* section, const std::string& project,
                                                 Problems& problems) {
  return read_section<NetworkSpec>(section, "networks", project, problems, read_network);
}

std::map<std::string, VolumeSpec> read_volumes(const Value* section, const std::string& project,
                                               Problems& problems) {
  return read_section<VolumeSpec>(section, "volumes", project, problems, read_volume);
}

}  // namespace genisys::state::compose
