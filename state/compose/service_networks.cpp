// The networks of a service, by the engine's names of them.
#include <fmt/format.h>

#include <set>
#include <utility>
#include <vector>

#include "state/compose/members.hpp"
#include "state/compose/service.hpp"
#include "state/compose/undeclared.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

constexpr const char* kDefault = "default";

// Which networks a service joins, each with what it says of it; nothing when that is neither a map
// nor a list of texts, which decode_definition() tells.
std::optional<Map> wanted_networks(const Value* given, Position at) {
  Map wanted;
  if (given != nullptr) at = given->at();
  if (given != nullptr && !given->is_null()) {
    if (const Map* map = given->as_map()) {
      wanted = *map;
    } else if (const List* list = given->as_list()) {
      std::set<std::string> known;
      for (const Value& item : *list) {
        const std::string* key = item.as_string();
        if (key == nullptr) return std::nullopt;
        if (!known.insert(*key).second) continue;
        wanted.push_back({*key, Value(std::monostate{}, item.at()), item.at()});
      }
    } else {
      return std::nullopt;
    }
  }
  if (wanted.empty()) wanted.push_back({kDefault, Value(std::monostate{}, at), at});
  return wanted;
}

const NetworkSpec* find_network(const std::string& key, const ServiceContext& context,
                                NetworkSpec& standard) {
  const auto found = context.project.networks.find(key);
  if (found != context.project.networks.end()) return &found->second;
  if (key != kDefault) return nullptr;
  standard.name = context.project.name + "_default";
  return &standard;
}

void report_undeclared(const std::string& key, const std::string& pointer, Position at,
                       const ServiceContext& context) {
  std::vector<std::string_view> known = names_of(context.project.networks);
  known.emplace_back(kDefault);
  report(context.problems, pointer, at,
         undeclared(fmt::format("the network {} is not declared", quote(key)), key, known,
                    "add it to the top-level networks"));
}

// `alias` becomes one more of what `attachment` says; what is no map or no list is left to complain
// about.
void add_alias(Value& attachment, const std::string& alias, Position at) {
  if (attachment.is_null()) attachment.content() = Map{};
  auto* fields = std::get_if<Map>(&attachment.content());
  if (fields == nullptr) return;
  Value* aliases = find_value(*fields, "aliases");
  if (aliases == nullptr || aliases->is_null()) {
    set_member(*fields, "aliases", Value(List{}, at), at);
    aliases = find_value(*fields, "aliases");
  }
  auto* list = std::get_if<List>(&aliases->content());
  if (list == nullptr) return;
  for (const Value& known : *list) {
    if (known.as_string() != nullptr && *known.as_string() == alias) return;
  }
  list->emplace_back(alias, at);
}

}  // namespace

void resolve_networks(Map& service, const std::string& pointer, Position at,
                      const ServiceContext& context) {
  const Value* mode = find_value(service, "network_mode");
  if (mode != nullptr && !mode->is_null()) {
    const Value* networks = find_value(service, "networks");
    if (networks == nullptr || networks->is_null()) return;
    report(context.problems, pointer_to(pointer, "networks"), networks->at(),
           "networks and network_mode exclude each other: remove one");
    std::erase_if(service, [](const Member& member) { return member.key == "networks"; });
    return;
  }
  const auto wanted = wanted_networks(find_value(service, "networks"), at);
  if (!wanted) return;
  // Who reaches a service by the name that its container had finds it by that name.
  const Value* container_name = find_value(service, "container_name");
  const std::string* alias = container_name == nullptr ? nullptr : container_name->as_string();
  const std::string place = pointer_to(pointer, "networks");
  Map attachments;
  std::set<std::string> names;
  for (const Member& member : *wanted) {
    NetworkSpec standard;
    const NetworkSpec* network = find_network(member.key, context, standard);
    if (network == nullptr) {
      report_undeclared(member.key, pointer_to(place, member.key), member.at, context);
      continue;
    }
    if (!names.insert(network->name).second) {
      report(context.problems, pointer_to(place, member.key), member.at,
             fmt::format("another of the service's networks is {} as well: remove one",
                         quote(network->name)));
      continue;
    }
    Value attachment = member.value;
    if (auto* fields = std::get_if<Map>(&attachment.content())) drop_extensions(*fields);
    if (alias != nullptr) add_alias(attachment, *alias, container_name->at());
    attachments.push_back({network->name, std::move(attachment), member.at});
    context.used.networks.emplace(network->name, *network);
  }
  set_member(service, "networks", Value(std::move(attachments), at), at);
}

}  // namespace genisys::state::compose
