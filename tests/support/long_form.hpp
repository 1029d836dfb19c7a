// How long a randomized test goes on, and from which seed: by environment variable, so that the
// long form needs no other build.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

namespace genisys::test {

// The number in the variable; `otherwise` when it is not set. Throws what std::stoull throws.
inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::stoull(text);
}

// Whether the variable says `all`.
inline bool is_all(const char* variable) {
  const char* const text = std::getenv(variable);
  return text != nullptr && std::string_view(text) == "all";
}

}  // namespace genisys::test
