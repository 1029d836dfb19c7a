#include <gtest/gtest.h>

#include "state/definition.hpp"

namespace genisys::state {
namespace {

struct Row {
  const char* text;
  std::int64_t milliseconds;
  const char* formatted;
};

class Durations : public testing::TestWithParam<Row> {};

TEST_P(Durations, AreReadAndWritten) {
  const auto duration = parse_duration(GetParam().text);
  ASSERT_TRUE(duration);
  EXPECT_EQ(duration->count(), GetParam().milliseconds);
  EXPECT_EQ(format_duration(*duration), GetParam().formatted);
  EXPECT_EQ(parse_duration(format_duration(*duration)), duration);
}

INSTANTIATE_TEST_SUITE_P(
    Duration, Durations,
    testing::Values(Row{"10s", 10'000, "10s"}, Row{"10", 10'000, "10s"}, Row{"0", 0, "0s"},
                    Row{"0s", 0, "0s"}, Row{"1m30s", 90'000, "1m30s"}, Row{"90s", 90'000, "1m30s"},
                    Row{"500ms", 500, "500ms"}, Row{"1h", 3'600'000, "1h"},
                    Row{"2h32m5s7ms", 9'125'007, "2h32m5s7ms"}, Row{"1h5ms", 3'600'005, "1h5ms"},
                    Row{"2.5s", 2'500, "2s500ms"}, Row{"0.001s", 1, "1ms"},
                    Row{"1.50", 1'500, "1s500ms"}, Row{"1.10000000000000000000s", 1'100, "1s100ms"},
                    Row{"007s", 7'000, "7s"}, Row{"876000h", 3'153'600'000'000, "876000h"}));

class NoDurations : public testing::TestWithParam<const char*> {};

TEST_P(NoDurations, AreRefused) { EXPECT_FALSE(parse_duration(GetParam())) << GetParam(); }

INSTANTIATE_TEST_SUITE_P(Duration, NoDurations,
                         testing::Values("", "s", "-1", "-1s", "+1s", "1 s", " 1s", "1s ", "1d",
                                         "1us", "1.s", ".5s", "0.5ms", "0.0001s", "1s1s", "1s1m",
                                         "1ms1s", "1m30", "10ss", "1e3", "0x10", "inf", "1S",
                                         "876001h", "99999999999999999999", "99999999999999999999h",
                                         "9223372036854775807s", "876000h1ms", "0.00000001h"));

}  // namespace
}  // namespace genisys::state
