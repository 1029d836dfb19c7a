// Links of a service, as dependencies: on one network services find each other by name, so what is
// left of a link is the order.
#include <fmt/format.h>

#include <set>
#include <utility>

#include "state/compose/members.hpp"
#include "state/compose/service.hpp"
#include "state/field_decoding.hpp"
#include "state/text.hpp"

namespace genisys::state::compose {
namespace {

// The service that a link names; nothing, and told, when it is not by its own name.
std::optional<std::string> linked_service(const Value& link, const std::string& pointer,
                                          Problems& problems) {
  const std::string* text = link.as_string();
  if (text == nullptr) {
    report(problems, pointer, link.at(),
           fmt::format("must be the name of a service, not {}", link.kind_name()));
    return std::nullopt;
  }
  const std::size_t colon = text->find(':');
  std::string service = text->substr(0, colon);
  if (colon == std::string::npos || text->substr(colon + 1) == service) return service;
  report(problems, pointer, link.at(),
         fmt::format("containers are not linked: give the service {} the name {} with aliases at "
                     "its networks",
                     quote(service), quote(text->substr(colon + 1))));
  return std::nullopt;
}

// Adds to either form of depends_on; what is neither is told when it is decoded.
class Dependencies {
 public:
  explicit Dependencies(Value& given) : given_(given) {
    if (const Map* map = given.as_map()) {
      for (const Member& member : *map) names_.insert(member.key);
    } else if (const List* list = given.as_list()) {
      for (const Value& item : *list) {
        if (const std::string* name = item.as_string()) names_.insert(*name);
      }
    }
  }

  void add(const std::string& service, Position at) {
    if (!names_.insert(service).second) return;
    if (auto* map = std::get_if<Map>(&given_.content())) {
      Map dependency;
      dependency.push_back({"condition", Value(std::string("service_started"), at), at});
      map->push_back({service, Value(std::move(dependency), at), at});
    } else if (auto* list = std::get_if<List>(&given_.content())) {
      list->emplace_back(service, at);
    }
  }

 private:
  Value& given_;
  std::set<std::string> names_;
};

}  // namespace

void resolve_links(Map& service, const std::string& pointer, const ServiceContext& context) {
  const Value* links = find_value(service, "links");
  if (links == nullptr || links->as_list() == nullptr) return;
  const Member taken = *take_member(service, "links");
  const List& list = *taken.value.as_list();
  if (list.empty()) return;
  const std::string place = pointer_to(pointer, "links");
  context.notices.push_back({place,
                             "links is taken for depends_on: on one network services find each "
                             "other by name",
                             taken.at});
  const Value* given = find_value(service, "depends_on");
  if (given == nullptr || given->is_null()) {
    set_member(service, "depends_on", Value(List{}, taken.at), taken.at);
  }
  Dependencies dependencies(*find_value(service, "depends_on"));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const auto name = linked_service(list[i], pointer_to(place, i), context.problems);
    if (name) dependencies.add(*name, list[i].at());
  }
}

}  // namespace genisys::state::compose
