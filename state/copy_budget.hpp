// How much a document may grow by saying that parts of it are to be repeated: a short text can ask
// for an exponential number of copies.
//
// Pure. Any thread.
#pragma once

#include <cstddef>

#include "state/value.hpp"

namespace genisys::state {

struct ValueSize {
  std::size_t values = 1;  // itself and all within it
  std::size_t bytes = 0;   // of texts and keys
  std::size_t depth = 0;   // levels of maps and lists
};

// The reader of the document has bounded its depth.
ValueSize size_of(const Value& value);

// One for each document.
class CopyBudget {
 public:
  static constexpr std::size_t kMaxValues = 20'000;
  static constexpr std::size_t kMaxBytes = std::size_t{2} * 1024 * 1024;

  // False when that is one copy too many.
  [[nodiscard]] bool spend(const ValueSize& size) {
    values_ += size.values;
    bytes_ += size.bytes;
    return values_ <= kMaxValues && bytes_ <= kMaxBytes;
  }

 private:
  std::size_t values_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace genisys::state
