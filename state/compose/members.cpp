#include "state/compose/members.hpp"

#include <algorithm>
#include <utility>

namespace genisys::state::compose {
namespace {

Map::iterator find_member(Map& map, std::string_view key) {
  return std::find_if(map.begin(), map.end(),
                      [&](const Member& member) { return member.key == key; });
}

}  // namespace

Value* find_value(Map& map, std::string_view key) {
  const auto found = find_member(map, key);
  return found == map.end() ? nullptr : &found->value;
}

std::optional<Member> take_member(Map& map, std::string_view key) {
  const auto found = find_member(map, key);
  if (found == map.end()) return std::nullopt;
  std::optional<Member> taken = std::move(*found);
  map.erase(found);
  return taken;
}

void set_member(Map& map, std::string_view key, Value value, Position at) {
  if (Value* found = find_value(map, key)) {
    *found = std::move(value);
  } else {
    map.push_back({std::string(key), std::move(value), at});
  }
}

void drop_extensions(Map& map) {
  std::erase_if(map, [](const Member& member) { return member.key.starts_with("x-"); });
}

}  // namespace genisys::state::compose
