// Times taken by turns, and what is said about them.
//
// Pure. Any thread.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <ranges>
#include <stdexcept>
#include <vector>

namespace genisys::bench {

using Clock = std::chrono::steady_clock;
using Milliseconds = std::chrono::duration<double, std::milli>;

inline Milliseconds since(Clock::time_point begin) { return Clock::now() - begin; }

class Samples {
 public:
  void add(double value) { values_.push_back(value); }
  void add(Milliseconds value) { add(value.count()); }

  std::size_t size() const { return values_.size(); }
  // The value below which `share` (0 to 1) of all lie. Throws std::logic_error when there is none.
  double quantile(double share) const {
    if (values_.empty()) throw std::logic_error("there are no samples");
    std::vector<double> sorted = values_;
    std::ranges::sort(sorted);
    const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
    return sorted[std::min(rank, sorted.size() - 1)];
  }
  double median() const { return quantile(0.5); }
  double smallest() const { return quantile(0); }

 private:
  std::vector<double> values_;
};

}  // namespace genisys::bench
