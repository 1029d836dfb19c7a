#include "tests/fakes/manual_clock.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio/detached.hpp>
#include <vector>

#include "state/system_clock.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::fakes {
namespace {

using namespace std::chrono_literals;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

boost::asio::awaitable<void> sleep_and_tell(state::Clock& clock, state::TimePoint when, int who,
                                            std::vector<int>& woken) {
  co_await clock.sleep_until(when);
  woken.push_back(who);
}

TEST(ManualClockTest, WakesByTimeThenByWhoSleptFirst) {
  boost::asio::io_context context;
  ManualClock clock;
  std::vector<int> woken;
  const state::TimePoint start = clock.now();
  for (const auto& [who, after] : {std::pair{1, 2s}, {2, 1s}, {3, 1s}, {4, 9s}}) {
    boost::asio::co_spawn(context, sleep_and_tell(clock, start + after, who, woken),
                          boost::asio::detached);
  }
  test::run_ready(context);
  EXPECT_EQ(clock.next_wake(), start + 1s);
  clock.advance(999ms);
  test::run_ready(context);
  EXPECT_THAT(woken, IsEmpty());

  clock.advance(2s);
  test::run_ready(context);
  EXPECT_THAT(woken, ElementsAre(2, 3, 1));
  EXPECT_EQ(clock.next_wake(), start + 9s);
}

TEST(ManualClockTest, DoesNotHoldUpWhoIsLate) {
  boost::asio::io_context context;
  ManualClock clock;
  test::run_coro(context, clock.sleep_until(clock.now()));
  EXPECT_EQ(clock.sleepers(), 0U);
}

TEST(ManualClockTest, MovesTheWallClockAlong) {
  ManualClock clock;
  const state::WallTime before = clock.wall();
  for (int i = 0; i < 4; ++i) clock.advance(500us);
  EXPECT_EQ(clock.wall(), before + 2ms);
}

TEST(SystemClockTest, SleepsUntilThen) {
  boost::asio::io_context context;
  state::SystemClock clock;
  const state::TimePoint when = clock.now() + 2ms;
  test::run_coro(context, clock.sleep_until(when));
  EXPECT_GE(clock.now(), when);
}

}  // namespace
}  // namespace genisys::fakes
