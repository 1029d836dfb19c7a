// Changing the maps of a document that has been read.
//
// Pure. Any thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "state/value.hpp"

namespace genisys::state::compose {

// The value of `key`, or null when the map has none.
Value* find_value(Map& map, std::string_view key);

// Takes the member out of the map; nothing when there is none.
std::optional<Member> take_member(Map& map, std::string_view key);

// Puts `value` in the place of what the map has for `key`, or at its end, at `at`.
void set_member(Map& map, std::string_view key, Value value, Position at);

// Removes the members x-…, which are anybody's and have no meaning.
void drop_extensions(Map& map);

}  // namespace genisys::state::compose
