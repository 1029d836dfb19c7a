// The steps of a schedule, one a line, with the virtual time at which each happened: on when one
// seed is replayed (GENISYS_SEED), else silent and free. What the product logs, its decisions with
// their causes above all, is among them.
//
// One thread.
#pragma once

#include <fmt/format.h>

#include <string_view>
#include <utility>

#include "tests/fakes/manual_clock.hpp"

namespace genisys::simulation {

class Trace {
 public:
  // The clock's owner lets go with a null pointer. Turns the product's log on or off as well.
  static void follow(const fakes::ManualClock* clock);

  static bool is_on() { return clock_ != nullptr; }

  // `who`: a word for the column that says whose step it is.
  template <class... Args>
  static void say(std::string_view who, fmt::format_string<Args...> format, Args&&... args) {
    if (is_on()) print(who, fmt::format(format, std::forward<Args>(args)...));
  }

  static void print(std::string_view who, std::string_view what);

 private:
  static const fakes::ManualClock* clock_;
};

}  // namespace genisys::simulation
