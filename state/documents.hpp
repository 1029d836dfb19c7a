// Readers from text to Value, each strict: what a reader accepts means one thing to everybody. They
// never throw; every problem carries its place. A reader that appended a problem returns nothing.
// `document` is what every position says of which document it is in.
//
// Pure. Any thread. Stack use is bounded whatever the input.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "state/value.hpp"

namespace genisys::state {

// JSON (RFC 8259): valid UTF-8 (also after unescaping), no NUL, no duplicate key, depth at most 32,
// one document and nothing after it, at most `max_bytes`. Problems of syntax have an empty pointer;
// of content (a duplicate key), the pointer to the place.
std::optional<Value> read_json(std::string_view text, Problems& problems,
                               std::size_t max_bytes = 256 * 1024, std::uint32_t document = 0);

// The tree as JSON text without blanks, members in their order: read_json() of it gives an equal
// tree.
std::string write_json(const Value& value);

struct YamlRules {
  std::size_t max_bytes = std::size_t{64} * 1024;
  std::uint32_t document = 0;
  // When set, gets the place of each plain (unquoted) scalar with a '$' in it, in the order of the
  // document: who puts values into texts has to know which of the results are to be resolved.
  std::vector<Position>* plain_templates = nullptr;
};

// YAML 1.2 core schema as configuration and service files use it: one document of maps, lists and
// scalars in valid UTF-8; string keys; no duplicates, no tags; depth at most 20. A plain scalar is
// what resolve_plain_scalar() says; a quoted one is always a string.
//
// An alias is a copy of what it names, which must be complete before it; a merge key (a plain "<<")
// adds what a map, or the maps of a list, have and the map itself has not, the first of the list
// first. What copies add is bounded: 20,000 values and 2 MiB of text. A copy keeps the places where
// it was written.
std::optional<Value> read_yaml(std::string_view text, Problems& problems,
                               const YamlRules& rules = {});

// Null (~, null, Null, NULL, empty), a boolean (true, True, TRUE, false, …), a decimal integer, or
// a string.
Value::Content resolve_plain_scalar(const std::string& text);

// The seed's service file: assignments of Python literals (dicts, lists, tuples, strings, numbers,
// True, False, None, comments, trailing commas). Nothing is executed. Anything else is a problem
// with its place. Yields a map from variable name to value; a later assignment to the same name is
// a problem. At most 256 KiB of valid UTF-8; values at most 32 levels deep.
std::optional<Value> read_python_literals(std::string_view text, Problems& problems,
                                          std::uint32_t document = 0);

// A whole file, at most `max_bytes`; regular files only (a FIFO is refused, not waited for). On
// failure returns nothing and says in `why` what and how to mend it. `missing` tells an absent file
// from the rest.
std::optional<std::string> read_file(const std::string& path, std::size_t max_bytes,
                                     std::string& why, bool& missing);

}  // namespace genisys::state
