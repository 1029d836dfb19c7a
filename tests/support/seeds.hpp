// How long a randomized test goes on, and from where: by environment variable, so that the long
// form needs no other build.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <string>

namespace genisys::test {

inline std::uint64_t from_environment(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr || *text == '\0' ? otherwise : std::stoull(text);
}

}  // namespace genisys::test
