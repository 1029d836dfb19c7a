// The points at which a test build can be told to die. What they are for is in tests/e2e.
#include "state/fail_point.hpp"

#include <gtest/gtest.h>
#include <signal.h>

#include <cstdlib>
#include <string>

namespace genisys::state {
namespace {

#ifdef GENISYS_FAIL_POINTS

// The order is read once: each of these is a process of its own.
class FailPointOrder : public ::testing::Test {
 protected:
  FailPointOrder() { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
  ~FailPointOrder() override { ::unsetenv("GENISYS_FAIL_POINT"); }

  static void order(const std::string& text) { ::setenv("GENISYS_FAIL_POINT", text.c_str(), 1); }

  // Ends with code 7 when it lives through all passings.
  static void pass_twice(FailPoint point) {
    pass(point);
    std::fputs("once\n", stderr);
    pass(point);
    std::_Exit(7);
  }
};

TEST_F(FailPointOrder, KillsAtTheFirstPassing) {
  order("created");
  EXPECT_EXIT(pass_twice(FailPoint::created), ::testing::KilledBySignal(SIGKILL), "^$");
}

TEST_F(FailPointOrder, KillsAtTheNthPassing) {
  order("created:2");
  EXPECT_EXIT(pass_twice(FailPoint::created), ::testing::KilledBySignal(SIGKILL), "once");
}

TEST_F(FailPointOrder, LetsOtherPointsAndFewerPassingsLive) {
  order("created:3");
  EXPECT_EXIT(pass_twice(FailPoint::created), ::testing::ExitedWithCode(7), "once");
  order("creating");
  EXPECT_EXIT(pass_twice(FailPoint::created), ::testing::ExitedWithCode(7), "once");
}

TEST_F(FailPointOrder, OfNoPointOrNoNumberIsRefused) {
  for (const char* text : {"no_such_point", "created:", "created:x", "created:1x"}) {
    order(text);
    EXPECT_EXIT(pass_twice(FailPoint::created), ::testing::ExitedWithCode(2), text);
  }
}

#else

TEST(FailPointOrder, IsUnknownToThisBuild) {
  ::setenv("GENISYS_FAIL_POINT", "created", 1);
  pass(FailPoint::created);
  ::unsetenv("GENISYS_FAIL_POINT");
}

#endif

}  // namespace
}  // namespace genisys::state
