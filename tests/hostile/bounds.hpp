// How much memory the program may take, and how long. What a sanitizer takes for itself is no
// matter of the program's: then memory has no bound, and time one that is four times as long.
#pragma once

#include <chrono>
#include <cstddef>
#include <limits>

namespace genisys::test {

#ifdef GENISYS_SANITIZED
inline constexpr bool kIsSanitized = true;
#else
inline constexpr bool kIsSanitized = false;
#endif

// The bound in KiB, to be compared with or added to a measured size.
constexpr std::size_t at_most_kib(std::size_t kib) {
  return kIsSanitized ? std::numeric_limits<std::size_t>::max() / 2 : kib;
}

constexpr std::chrono::milliseconds within(std::chrono::milliseconds time) {
  return kIsSanitized ? 4 * time : time;
}

}  // namespace genisys::test
