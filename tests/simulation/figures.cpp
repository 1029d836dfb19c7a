#include "tests/simulation/figures.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>

namespace genisys::simulation {
namespace {

double seconds(state::Duration duration) { return std::chrono::duration<double>(duration).count(); }

// Tells them when the tests of the process have ended.
class Telling final : public ::testing::Environment {
 public:
  void TearDown() override { std::fputs(Figures::all().text().c_str(), stdout); }
};

const ::testing::Environment* const kTelling =
    ::testing::AddGlobalTestEnvironment(new Telling);  // GoogleTest owns it

}  // namespace

Figures& Figures::all() {
  static Figures figures;
  return figures;
}

void Figures::count(std::string_view what, std::uint64_t by) {
  const auto found = counts_.find(what);
  if (found == counts_.end()) {
    counts_.emplace(what, by);
  } else {
    found->second += by;
  }
}

void Figures::note_time(std::string_view what, state::Duration took) {
  times_[std::string(what)].push_back(took);
}

std::uint64_t Figures::count_of(std::string_view what) const {
  const auto found = counts_.find(what);
  return found == counts_.end() ? 0 : found->second;
}

std::string Figures::text() const {
  std::string text;
  for (const auto& [what, count] : counts_) text += fmt::format("{:<52} {:>12}\n", what, count);
  for (const auto& [what, unsorted] : times_) {
    std::vector<state::Duration> times = unsorted;
    std::sort(times.begin(), times.end());
    const auto at = [&times](double part) {
      return seconds(times[static_cast<std::size_t>(part * static_cast<double>(times.size() - 1))]);
    };
    text += fmt::format("{}: {} times, p50 {:.1f} s, p99 {:.1f} s, max {:.1f} s\n", what,
                        times.size(), at(0.5), at(0.99), seconds(times.back()));
  }
  return text;
}

}  // namespace genisys::simulation
