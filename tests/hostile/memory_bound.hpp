// How much memory the program may take. What a sanitizer takes for itself is beyond all bounds, and
// no matter of the program's.
#pragma once

#include <cstddef>
#include <limits>

namespace genisys::test {

#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
inline constexpr bool kIsMemoryMeasured = false;
#else
inline constexpr bool kIsMemoryMeasured = true;
#endif

// The bound in KiB, to be compared with or added to a measured size.
constexpr std::size_t at_most_kib(std::size_t kib) {
  return kIsMemoryMeasured ? kib : std::numeric_limits<std::size_t>::max() / 2;
}

}  // namespace genisys::test
