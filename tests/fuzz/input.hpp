// Bytes of a fuzzer, taken from the front as the values that a target needs. When they are used up,
// every number is 0 and every text empty, so that each input means something and short ones mean
// something simple.
//
// One input, one thread. The views point into the input.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <vector>

namespace genisys::fuzz {

class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  bool empty() const { return rest_.empty(); }
  std::string_view rest() const { return rest_; }

  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto taken = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return taken;
  }
  // `bound` is 1…256.
  std::uint32_t below(std::uint32_t bound) { return byte() % bound; }
  bool one_in(std::uint32_t n) { return below(n) == n - 1; }
  template <class T>
  T pick(std::initializer_list<T> choices) {
    return choices.begin()[below(static_cast<std::uint32_t>(choices.size()))];
  }

  // One of the letters of `kinds`, which a seed begins with; any other byte stands for one of them,
  // too.
  char kind(std::string_view kinds) {
    const std::uint8_t chosen = byte();
    if (kinds.find(static_cast<char>(chosen)) != std::string_view::npos) {
      return static_cast<char>(chosen);
    }
    return kinds[chosen % kinds.size()];
  }

  // What comes before the next `separator`, which is skipped.
  std::string_view until(std::string_view separator) {
    const std::size_t end = rest_.find(separator);
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + separator.size());
    return taken;
  }
  std::string_view line() { return until("\n"); }

 private:
  std::string_view rest_;
};

}  // namespace genisys::fuzz
