#include "controller/backoff.hpp"

#include <gtest/gtest.h>

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;

struct Rung {
  std::uint32_t failures;
  state::Duration delay;
};

class Delay : public ::testing::TestWithParam<Rung> {};

TEST_P(Delay, GrowsUpTheLadder) {
  EXPECT_EQ(delay_after(GetParam().failures, BackoffPolicy{}, 0.0), GetParam().delay);
}

INSTANTIATE_TEST_SUITE_P(Ladder, Delay,
                         ::testing::Values(Rung{0, 0s}, Rung{1, 0s}, Rung{2, 1s}, Rung{3, 2s},
                                           Rung{4, 4s}, Rung{9, 128s}, Rung{10, 256s},
                                           Rung{11, 300s}, Rung{4000000000U, 300s}),
                         [](const auto& info) {
                           return "After" + std::to_string(info.param.failures);
                         });

TEST(Delay, AddsAQuarterOfJitterAtMost) {
  EXPECT_EQ(delay_after(4, BackoffPolicy{}, 1.0), 5s);
  EXPECT_EQ(delay_after(4, BackoffPolicy{}, 7.0), 5s);
  EXPECT_EQ(delay_after(4, BackoffPolicy{}, -1.0), 4s);
}

TEST(Ladder, RemembersSinceWhenItFailsForOneCause) {
  Ladder ladder;
  const state::WallTime start{};
  note_failure(ladder, state::Reason::exited, "a", {}, {}, start, 0);
  note_failure(ladder, state::Reason::crash_loop, "b", {}, {}, start + 1s, 0);
  note_failure(ladder, state::Reason::crash_loop, "c", {}, {}, start + 2s, 0);
  EXPECT_EQ(ladder.failures, 3U);
  EXPECT_EQ(ladder.since, start + 1s);
  EXPECT_EQ(ladder.message, "c");
  EXPECT_EQ(ladder.next_attempt, state::TimePoint{} + 2s);
}

TEST(Ladder, IsProvenByARunAsLongAsTheWait) {
  SlotHistory slot;
  EXPECT_FALSE(is_proven(slot, 9s, {}));
  EXPECT_TRUE(is_proven(slot, 10s, {}));
  slot.ladders[state::Reason::crash_loop].waited = 64s;
  slot.ladders[state::Reason::unhealthy].waited = 2s;
  EXPECT_FALSE(is_proven(slot, 63s, {}));
  EXPECT_TRUE(is_proven(slot, 64s, {}));
}

}  // namespace
}  // namespace genisys::controller
