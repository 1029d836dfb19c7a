// One Python string literal: prefix, quotes, escapes.
//
// Pure. Any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace genisys::state {

struct PythonString {
  std::string value;
  std::size_t end = 0;       // offset behind the closing quotes
  std::string problem = {};  // not empty: no string, and `problem_at` says where
  std::size_t problem_at = 0;
};

// Whether a string literal begins at `offset`, with its prefix (r, b, f, …) if it has one.
bool begins_python_string(std::string_view source, std::size_t offset);

// Reads the literal at `offset`, where begins_python_string() holds. Byte and formatted strings are
// problems, and so are escapes that name no character. Line ends in `source` must be "\n".
PythonString read_python_string(std::string_view source, std::size_t offset);

}  // namespace genisys::state
