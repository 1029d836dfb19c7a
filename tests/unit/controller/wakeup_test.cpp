#include "controller/wakeup.hpp"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include "tests/fakes/manual_clock.hpp"
#include "tests/support/run_coro.hpp"

namespace genisys::controller {
namespace {

using namespace std::chrono_literals;

class WakeupTest : public ::testing::Test {
 protected:
  test::Started<void> wait(state::Duration step) {
    return test::start(io, wakeup.wait_until(clock, clock.now() + step));
  }

  boost::asio::io_context io;
  fakes::ManualClock clock;
  Wakeup wakeup{io.get_executor()};
};

TEST_F(WakeupTest, ResumesAtItsTime) {
  auto waiting = wait(5s);
  test::run_ready(io);
  clock.advance(4s);
  test::run_ready(io);
  EXPECT_FALSE(waiting.done());
  clock.advance(1s);
  test::run_ready(io);
  EXPECT_TRUE(waiting.done());
}

TEST_F(WakeupTest, ResumesAtANotification) {
  auto waiting = wait(5s);
  test::run_ready(io);
  wakeup.notify();
  test::run_ready(io);
  EXPECT_TRUE(waiting.done());
  EXPECT_EQ(clock.sleepers(), 0U) << "the alarm is put away";
}

TEST_F(WakeupTest, LosesNoNotificationWhileNobodyWaits) {
  wakeup.notify();
  wakeup.notify();
  EXPECT_NO_THROW(wait(5s).get());
  auto waiting = wait(5s);
  test::run_ready(io);
  EXPECT_FALSE(waiting.done()) << "two notifications count as one";
  clock.advance(5s);
  test::run_ready(io);
}

// The wait has begun and its alarm is not set yet: every step between is tried.
TEST_F(WakeupTest, LosesNoNotificationWhileAWaitBegins) {
  for (int steps = 0; steps < 6; ++steps) {
    auto waiting = wait(5s);
    io.restart();
    for (int step = 0; step < steps; ++step) io.poll_one();
    wakeup.notify();
    test::run_ready(io);
    // Beyond its end a notification is kept for the next wait.
    if (!waiting.done()) ADD_FAILURE() << "lost after " << steps << " steps";
  }
}

TEST_F(WakeupTest, WaitsForANotificationAlone) {
  auto waiting = test::start(io, wakeup.wait());
  test::run_ready(io);
  EXPECT_EQ(clock.sleepers(), 0U);
  EXPECT_FALSE(waiting.done());
  wakeup.notify();
  waiting.get();
  wakeup.notify();
  test::start(io, wakeup.wait()).get();
}

}  // namespace
}  // namespace genisys::controller
