// How often a program that ends at once may be started: the n-th attempt of a slot waits for what
// the ladder says, less what the connector had reasons to forget.
//
// Logic thread only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "state/clock.hpp"

namespace genisys::simulation {

class Attempts {
 public:
  // A slot's container started; what is wrong with that, if anything.
  std::optional<std::string> started(std::string_view slot, state::TimePoint now);

  // The last end, and those in the next half minute, may count for nothing: the engine caused them,
  // or hid how they came about.
  void excuse(state::TimePoint now);
  // What was learnt last was not yet recorded when the connector was killed.
  void forget_last();
  // Everything may begin anew.
  void forget() { slots_.clear(); }

 private:
  struct Slot {
    std::uint32_t count = 0;  // attempts in a row that failed by themselves
    state::TimePoint last = {};
    bool excused = false;
  };
  std::map<std::string, Slot, std::less<>> slots_;
  state::TimePoint excused_until_ = {};
};

}  // namespace genisys::simulation
