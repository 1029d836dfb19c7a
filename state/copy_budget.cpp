#include "state/copy_budget.hpp"

#include <algorithm>

namespace genisys::state {

ValueSize size_of(const Value& value) {
  ValueSize size;
  const auto add = [&](const Value& inner) {
    const ValueSize part = size_of(inner);
    size.values += part.values;
    size.bytes += part.bytes;
    size.depth = std::max(size.depth, part.depth);
  };
  if (const std::string* text = value.as_string()) size.bytes = text->size();
  if (const List* list = value.as_list()) {
    for (const Value& item : *list) add(item);
    ++size.depth;
  }
  if (const Map* map = value.as_map()) {
    for (const Member& member : *map) {
      size.bytes += member.key.size();
      add(member.value);
    }
    ++size.depth;
  }
  return size;
}

}  // namespace genisys::state
