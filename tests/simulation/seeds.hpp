// What seeded schedules share: which seeds are tried, and the faults by which calls and events get
// lost and nothing else happens.
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <random>
#include <string>

#include "tests/simulation/farm.hpp"
#include "tests/simulation/figures.hpp"
#include "tests/support/long_form.hpp"

namespace genisys::simulation {

// Equal seeds, equal throws.
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : random_(seed) {}
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(random_() % bound); }

 private:
  std::mt19937_64 random_;
};

// Seeds are dealt out to so many tests, which run beside each other and are each far from their
// timeout.
inline constexpr std::uint64_t kShards = 16;

// A shard of the seeds from 1 on, as many as `variable` says, or that of GENISYS_SEED alone, when
// it is this shard's; ends at the first that fails.
template <class Schedule>
void try_seeds(std::uint64_t shard, const char* variable, std::uint64_t otherwise) {
  const std::uint64_t only = test::number_from("GENISYS_SEED", 0);
  const std::uint64_t count = test::number_from(variable, otherwise);
  for (std::uint64_t seed = only != 0 ? only : 1; seed <= (only != 0 ? only : count); ++seed) {
    if (seed % kShards != shard) continue;
    SCOPED_TRACE("replay with GENISYS_SEED=" + std::to_string(seed));
    Figures::all().count("schedules");
    Schedule(seed).run();
    if (::testing::Test::HasFailure()) break;
  }
}

class SeedShards : public ::testing::TestWithParam<std::uint64_t> {};

inline std::string shard_name(const ::testing::TestParamInfo<std::uint64_t>& info) {
  return "Shard" + std::to_string(info.param);
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

// One event in `one_in` is lost, comes twice or comes too late. `dice` outlives it.
inline std::function<fakes::EventFeed::Delivery(const docker::Event&)> disturbed_events(
    Dice& dice, std::uint32_t one_in) {
  using Delivery = fakes::EventFeed::Delivery;
  return [&dice, one_in](const docker::Event&) {
    if (dice.below(one_in) != 0) return Delivery::once;
    return std::array{Delivery::twice, Delivery::dropped, Delivery::late}[dice.below(3)];
  };
}

}  // namespace genisys::simulation
