// Storms: seeded schedules of everything at once (storm.hpp). A failing seed is printed;
// GENISYS_SEED=N replays it alone, step by step, and GENISYS_STORMS=N tries that many.
#include "tests/simulation/storm.hpp"

namespace genisys::simulation {
namespace {

class Storms : public SeedShards {};

TEST_P(Storms, EndInTheStatedTimeAndBreakNothing) {
  try_seeds<Storm>(GetParam(), "GENISYS_STORMS", 20000);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Storms, ::testing::Range(std::uint64_t{0}, kShards), shard_name);

}  // namespace
}  // namespace genisys::simulation
