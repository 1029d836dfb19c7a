// What seeded schedules share: which seeds are tried, and the faults by which calls and events get
// lost and nothing else happens.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <string>

#include "tests/simulation/farm.hpp"

namespace genisys::simulation {

// Equal seeds, equal throws.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

 private:
  std::mt19937_64 random_;
};

inline std::uint64_t number_from(const char* variable, std::uint64_t otherwise) {
  const char* text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// Runs Schedule(seed) for the seeds from 1 on, as many as `variable` says, or for that of
// GENISYS_SEED alone; ends at the first that fails.
template <class Schedule>
void try_seeds(const char* variable, std::uint64_t otherwise) {
  const std::uint64_t only = number_from("GENISYS_SEED", 0);
  const std::uint64_t count = number_from(variable, otherwise);
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count); ++seed) {
    SCOPED_TRACE("replay with GENISYS_SEED=" + std::to_string(seed));
    Schedule(seed).run();
    if (::testing::Test::HasFailure()) break;
  }
}

// One call in `one_in` fails, before or after its effect. `dice` outlives the hook.
inline fakes::FaultHook failing_calls(Dice& dice, std::uint32_t one_in) {
  return [&dice, one_in](fakes::Operation operation, std::uint64_t) -> fakes::Fault {
    using docker::ErrorKind;
    using fakes::Operation;
    if (dice.below(one_in) != 0) return {};
    const auto kind = std::array{ErrorKind::unreachable, ErrorKind::timeout, ErrorKind::engine,
                                 ErrorKind::protocol}[dice.below(4)];
    if (operation == Operation::subscribe || operation == Operation::list)
      return {.kind = kind, .delay = std::chrono::milliseconds(dice.below(50))};
    return {.kind = kind,
            .effect = dice.below(2) == 0 ? fakes::Effect::before : fakes::Effect::after,
            .delay = std::chrono::milliseconds(dice.below(300))};
  };
}

// One event in `one_in` is lost or comes twice. `dice` outlives it.
inline std::function<fakes::EventFeed::Delivery(const docker::Event&)> disturbed_events(
    Dice& dice, std::uint32_t one_in) {
  using Delivery = fakes::EventFeed::Delivery;
  return [&dice, one_in](const docker::Event&) {
    if (dice.below(one_in) != 0) return Delivery::once;
    return dice.below(2) == 0 ? Delivery::twice : Delivery::dropped;
  };
}

}  // namespace genisys::simulation
