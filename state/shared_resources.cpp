#include "state/shared_resources.hpp"

#include <fmt/format.h>

#include <utility>

#include "state/documents.hpp"
#include "state/field_decoding.hpp"

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

// Reads the members of one object; what it holds besides those that were asked for is a problem.
class Members {
 public:
  Members(const Value& value, std::string_view pointer, Problems& problems)
      : value_(value), pointer_(pointer), problems_(problems) {
    if (value.as_map() == nullptr) {
      report(problems, pointer, value.at(),
             fmt::format("must be a map, not {}", value.kind_name()));
    }
  }

  std::string text(std::string_view key) {
    const Value* found = member(key);
    if (found == nullptr) return {};
    if (const std::string* text = found->as_string()) return *text;
    complain(key, "a string");
    return {};
  }

  bool flag(std::string_view key) {
    const Value* found = member(key);
    if (found == nullptr) return false;
    if (const bool* flag = found->as_bool()) return *flag;
    complain(key, "true or false");
    return false;
  }

  Pairs pairs(std::string_view key) {
    const Value* found = member(key);
    if (found == nullptr) return {};
    Pairs pairs;
    if (const Map* map = found->as_map()) {
      for (const Member& pair : *map) {
        if (const std::string* text = pair.value.as_string()) pairs.emplace(pair.key, *text);
      }
      if (pairs.size() == map->size()) return pairs;
    }
    complain(key, "a map from text to text");
    return {};
  }

  std::vector<const Value*> items(std::string_view key) {
    const Value* found = member(key);
    if (found == nullptr) return {};
    std::vector<const Value*> items;
    if (const List* list = found->as_list()) {
      for (const Value& item : *list) items.push_back(&item);
      return items;
    }
    complain(key, "a list");
    return {};
  }

  // To be called last.
  void refuse_others() {
    if (const Map* map = value_.as_map()) check_keys(*map, known_, pointer_, problems_);
  }

 private:
  const Value* member(std::string_view key) {
    known_.push_back(key);
    return value_.find(key);
  }
  void complain(std::string_view key, std::string_view wanted) {
    report(problems_, pointer_to(pointer_, key), value_.at(), fmt::format("must be {}", wanted));
  }

  const Value& value_;
  std::string_view pointer_;
  Problems& problems_;
  std::vector<std::string_view> known_;
};

Subnet decode_subnet(const Value& value, std::string_view pointer, Problems& problems) {
  Members members(value, pointer, problems);
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
  Members members(value, "", problems);
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
  if (problems.size() != before) return std::nullopt;
  return network;
}

std::optional<VolumeSpec> decode_volume(const Value& value, Problems& problems) {
  const std::size_t before = problems.size();
  Members members(value, "", problems);
  VolumeSpec volume{.name = members.text("name"),
                    .external = members.flag("external"),
                    .driver = members.text("driver"),
                    .driver_opts = members.pairs("driver_opts"),
                    .labels = members.pairs("labels")};
  members.refuse_others();
  if (problems.size() != before) return std::nullopt;
  return volume;
}

}  // namespace genisys::state
