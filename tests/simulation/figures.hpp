// What the simulation did, counted over all the schedules of one process, and printed when it ends:
// a run that injected nothing, or checked nothing, must not look like a good one.
//
// One thread.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "state/clock.hpp"

namespace genisys::simulation {

class Figures {
 public:
  // The one of this process.
  static Figures& all();

  void count(std::string_view what, std::uint64_t by = 1);
  // Virtual times of one kind, of which the distribution is told.
  void note_time(std::string_view what, state::Duration took);

  std::uint64_t count_of(std::string_view what) const;
  // A table, by name; empty when nothing was counted.
  std::string text() const;

 private:
  std::map<std::string, std::uint64_t, std::less<>> counts_;
  std::map<std::string, std::vector<state::Duration>, std::less<>> times_;
};

}  // namespace genisys::simulation
