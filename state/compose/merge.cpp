#include "state/compose/merge.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "state/documents.hpp"

namespace genisys::state::compose {
namespace {

enum class Rule {
  by_kind,   // maps are merged, lists added to, the rest is replaced
  replace,   // whatever there was
  pairs,     // "NAME=value" in a list is a member of a map
  names,     // a name in a list is a member of a map that says no more
  sequence,  // a text is a list of one
  hosts,     // a member of a map is "name:address" in a list
  targets,   // a list in which the later for a place in the container wins
  logging,   // merged unless the driver changes
};

struct Row {
  std::string_view path;  // '*' for a name that the user chose
  Rule rule;
};

constexpr std::array kRules = {
    Row{"networks.*.driver_opts", Rule::pairs},   Row{"networks.*.labels", Rule::pairs},
    Row{"services.*.annotations", Rule::pairs},   Row{"services.*.command", Rule::replace},
    Row{"services.*.depends_on", Rule::names},    Row{"services.*.deploy.labels", Rule::pairs},
    Row{"services.*.devices", Rule::targets},     Row{"services.*.dns", Rule::sequence},
    Row{"services.*.dns_search", Rule::sequence}, Row{"services.*.entrypoint", Rule::replace},
    Row{"services.*.env_file", Rule::sequence},   Row{"services.*.environment", Rule::pairs},
    Row{"services.*.extra_hosts", Rule::hosts},   Row{"services.*.healthcheck.test", Rule::replace},
    Row{"services.*.labels", Rule::pairs},        Row{"services.*.logging", Rule::logging},
    Row{"services.*.networks", Rule::names},      Row{"services.*.sysctls", Rule::pairs},
    Row{"services.*.tmpfs", Rule::sequence},      Row{"services.*.volumes", Rule::targets},
    Row{"volumes.*.driver_opts", Rule::pairs},    Row{"volumes.*.labels", Rule::pairs},
};

// Whose members have names that the user chose.
constexpr std::array<std::string_view, 3> kNamed = {"services", "networks", "volumes"};

Rule rule_for(std::string_view path) {
  const auto* const row = std::find_if(
      kRules.begin(), kRules.end(), [&](const Row& candidate) { return candidate.path == path; });
  return row == kRules.end() ? Rule::by_kind : row->rule;
}

std::string path_to(const std::string& parent, const std::string& key) {
  if (parent.empty()) return key;
  const bool is_named = std::find(kNamed.begin(), kNamed.end(), parent) != kNamed.end();
  return parent + '.' + (is_named ? "*" : key);
}

// The list as a map, each item through `to_member`; anything else as it is.
template <class ToMember>
Value as_map(Value value, ToMember to_member) {
  auto* list = std::get_if<List>(&value.content());
  if (list == nullptr) return value;
  Map map;
  std::map<std::string, std::size_t> places;
  for (const Value& item : *list) {
    const std::string* text = item.as_string();
    // What is no text is wrong, and is told as such when the list is decoded as it was.
    if (text == nullptr) return value;
    Member member = to_member(*text, item.at());
    const auto [place, is_new] = places.emplace(member.key, map.size());
    if (is_new) {
      map.push_back(std::move(member));
    } else {
      map[place->second] = std::move(member);
    }
  }
  return {std::move(map), value.at()};
}

Member to_pair(const std::string& text, Position at) {
  const std::size_t equals = text.find('=');
  if (equals == std::string::npos) return {text, Value(std::monostate{}, at), at};
  return {text.substr(0, equals), Value(text.substr(equals + 1), at), at};
}

Member to_name(const std::string& text, Position at) {
  return {text, Value(std::monostate{}, at), at};
}

// A dependency always says its condition in the long form.
Member to_dependency(const std::string& text, Position at) {
  Map long_form;
  long_form.push_back({"condition", Value(std::string("service_started"), at), at});
  return {text, Value(std::move(long_form), at), at};
}

Value as_list(Value value) {
  if (value.as_string() == nullptr && value.as_map() == nullptr) return value;
  const Position at = value.at();
  List list;
  list.push_back(std::move(value));
  return {std::move(list), at};
}

Value as_hosts(Value value) {
  auto* map = std::get_if<Map>(&value.content());
  if (map == nullptr) return value;
  List list;
  for (const Member& member : *map) {
    List addresses;
    if (const List* several = member.value.as_list()) {
      addresses = *several;
    } else {
      addresses.push_back(member.value);
    }
    for (const Value& address : addresses) {
      const std::string* text = address.as_string();
      if (text == nullptr) return value;
      list.emplace_back(member.key + ':' + *text, member.at);
    }
  }
  return {std::move(list), value.at()};
}

// Equal for two items that say the same.
std::string identity_of(const Value& item) { return write_json(item); }

// "source:target:mode", or the long form's target. A text without ':' is its own.
std::string target_of(const Value& item) {
  if (const Value* target = item.find("target")) return write_json(*target);
  const std::string* text = item.as_string();
  if (text == nullptr) return identity_of(item);
  const std::size_t colon = text->find(':');
  if (colon == std::string::npos) return write_json(item);
  const std::string_view rest = std::string_view(*text).substr(colon + 1);
  return write_json(Value(std::string(rest.substr(0, rest.find(':'))), {}));
}

template <class Identity>
void add_items(List& base, List over, Identity identity) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < base.size(); ++i) places.emplace(identity(base[i]), i);
  for (Value& item : over) {
    const auto [place, is_new] = places.emplace(identity(item), base.size());
    if (is_new) {
      base.push_back(std::move(item));
    } else {
      base[place->second] = std::move(item);
    }
  }
}

Value merge_at(Value base, Value over, const std::string& path);

void merge_maps(Map& base, Map over, const std::string& path) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < base.size(); ++i) places.emplace(base[i].key, i);
  // A pair without a value means something: take it from the environment, or the empty text.
  const bool are_pairs = rule_for(path) == Rule::pairs;
  for (Member& member : over) {
    const auto place = places.find(member.key);
    if (place == places.end()) {
      base.push_back(std::move(member));
    } else if (are_pairs) {
      base[place->second] = std::move(member);
    } else {
      Value& value = base[place->second].value;
      value = merge_at(std::move(value), std::move(member.value), path_to(path, member.key));
    }
  }
}

Value merge_kinds(Value base, Value over, const std::string& path) {
  auto* const base_map = std::get_if<Map>(&base.content());
  auto* const over_map = std::get_if<Map>(&over.content());
  if (base_map != nullptr && over_map != nullptr) {
    merge_maps(*base_map, std::move(*over_map), path);
    return base;
  }
  auto* const base_list = std::get_if<List>(&base.content());
  auto* const over_list = std::get_if<List>(&over.content());
  if (base_list == nullptr || over_list == nullptr) return over;
  add_items(*base_list, std::move(*over_list),
            rule_for(path) == Rule::targets ? target_of : identity_of);
  return base;
}

Value merge_at(Value base, Value over, const std::string& path) {
  if (over.is_null()) return base;
  if (base.is_null()) return over;
  switch (rule_for(path)) {
    case Rule::replace:
      return over;
    case Rule::pairs:
      return merge_kinds(as_map(std::move(base), to_pair), as_map(std::move(over), to_pair), path);
    case Rule::names: {
      const auto to_member = path.ends_with("depends_on") ? to_dependency : to_name;
      return merge_kinds(as_map(std::move(base), to_member), as_map(std::move(over), to_member),
                         path);
    }
    case Rule::sequence:
      return merge_kinds(as_list(std::move(base)), as_list(std::move(over)), path);
    case Rule::hosts:
      return merge_kinds(as_hosts(std::move(base)), as_hosts(std::move(over)), path);
    case Rule::logging: {
      const Value* before = base.find("driver");
      const Value* after = over.find("driver");
      const bool changes = before != nullptr && after != nullptr && !after->is_null() &&
                           identity_of(*before) != identity_of(*after);
      return changes ? over : merge_kinds(std::move(base), std::move(over), path);
    }
    case Rule::by_kind:
    case Rule::targets:
      break;
  }
  return merge_kinds(std::move(base), std::move(over), path);
}

}  // namespace

Value merge(Value base, Value over) { return merge_at(std::move(base), std::move(over), ""); }

}  // namespace genisys::state::compose
