#include "state/shared_resources.hpp"

#include <fmt/format.h>

#include <utility>

#include "state/documents.hpp"
#include "state/field_decoding.hpp"
#include "state/map_reader.hpp"

namespace genisys::state {
namespace {

// ---- encoding: what is not set is left out ----

void add(Map& map, std::string key, Value::Content content) {
  map.push_back({std::move(key), Value(std::move(content), {}), {}});
}

void add_text(Map& map, std::string key, const std::string& text) {
  if (!text.empty()) add(map, std::move(key), text);
}

void add_flag(Map& map, std::string key, bool flag) {
  if (flag) add(map, std::move(key), true);
}

void add_pairs(Map& map, std::string key, const Pairs& pairs) {
  if (pairs.empty()) return;
  Map members;
  for (const auto& [name, text] : pairs) add(members, name, text);
  add(map, std::move(key), std::move(members));
}

// ---- decoding ----

void require_name(const std::string& name, const Value& value, Problems& problems) {
  if (name.empty()) report(problems, "/name", value.at(), "is missing");
}

Subnet decode_subnet(const Value& value, std::string pointer, Problems& problems) {
  MapReader members(value, std::move(pointer), problems);
  Subnet subnet{.subnet = members.text("subnet"),
                .gateway = members.text("gateway"),
                .ip_range = members.text("ip_range"),
                .aux_addresses = members.pairs("aux_addresses")};
  members.refuse_others();
  return subnet;
}

}  // namespace

std::string encode_network(const NetworkSpec& network) {
  Map map;
  add_text(map, "name", network.name);
  add_flag(map, "external", network.external);
  add_text(map, "driver", network.driver);
  add_pairs(map, "driver_opts", network.driver_opts);
  add_pairs(map, "labels", network.labels);
  add_flag(map, "internal", network.internal);
  add_flag(map, "attachable", network.attachable);
  add_flag(map, "enable_ipv6", network.enable_ipv6);
  add_text(map, "ipam_driver", network.ipam_driver);
  add_pairs(map, "ipam_options", network.ipam_options);
  List subnets;
  for (const Subnet& subnet : network.subnets) {
    Map members;
    add_text(members, "subnet", subnet.subnet);
    add_text(members, "gateway", subnet.gateway);
    add_text(members, "ip_range", subnet.ip_range);
    add_pairs(members, "aux_addresses", subnet.aux_addresses);
    subnets.push_back(Value(std::move(members), {}));
  }
  if (!subnets.empty()) add(map, "subnets", std::move(subnets));
  return write_json(Value(std::move(map), {}));
}

std::string encode_volume(const VolumeSpec& volume) {
  Map map;
  add_text(map, "name", volume.name);
  add_flag(map, "external", volume.external);
  add_text(map, "driver", volume.driver);
  add_pairs(map, "driver_opts", volume.driver_opts);
  add_pairs(map, "labels", volume.labels);
  return write_json(Value(std::move(map), {}));
}

std::optional<NetworkSpec> decode_network(const Value& value, Problems& problems) {
  const std::size_t before = problems.size();
  MapReader members(value, "", problems);
  NetworkSpec network{.name = members.text("name"),
                      .external = members.flag("external"),
                      .driver = members.text("driver"),
                      .driver_opts = members.pairs("driver_opts"),
                      .labels = members.pairs("labels"),
                      .internal = members.flag("internal"),
                      .attachable = members.flag("attachable"),
                      .enable_ipv6 = members.flag("enable_ipv6"),
                      .ipam_driver = members.text("ipam_driver"),
                      .ipam_options = members.pairs("ipam_options")};
  const auto subnets = members.items("subnets");
  for (std::size_t i = 0; i < subnets.size(); ++i) {
    network.subnets.push_back(decode_subnet(*subnets[i], pointer_to("/subnets", i), problems));
  }
  members.refuse_others();
  if (problems.size() == before) require_name(network.name, value, problems);
  if (problems.size() != before) return std::nullopt;
  return network;
}

std::optional<VolumeSpec> decode_volume(const Value& value, Problems& problems) {
  const std::size_t before = problems.size();
  MapReader members(value, "", problems);
  VolumeSpec volume{.name = members.text("name"),
                    .external = members.flag("external"),
                    .driver = members.text("driver"),
                    .driver_opts = members.pairs("driver_opts"),
                    .labels = members.pairs("labels")};
  members.refuse_others();
  if (problems.size() == before) require_name(volume.name, value, problems);
  if (problems.size() != before) return std::nullopt;
  return volume;
}

}  // namespace genisys::state
