#include "state/quantities.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace genisys::state {
namespace {

constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();

struct Bytes {
  const char* text;
  std::int64_t bytes;
  const char* written;
};

class BytesAreRead : public testing::TestWithParam<Bytes> {};

TEST_P(BytesAreRead, AndWrittenInTheLargestUnit) {
  EXPECT_EQ(parse_bytes(GetParam().text), GetParam().bytes);
  EXPECT_EQ(format_bytes(GetParam().bytes), GetParam().written);
  EXPECT_EQ(parse_bytes(format_bytes(GetParam().bytes)), GetParam().bytes);
}

INSTANTIATE_TEST_SUITE_P(
    Quantities, BytesAreRead,
    testing::Values(Bytes{"0", 0, "0"}, Bytes{"100", 100, "100b"}, Bytes{"100b", 100, "100b"},
                    Bytes{"100B", 100, "100b"}, Bytes{"2k", 2048, "2k"}, Bytes{"2KB", 2048, "2k"},
                    Bytes{"2KiB", 2048, "2k"}, Bytes{"64m", 67'108'864, "64m"},
                    Bytes{"64Mb", 67'108'864, "64m"}, Bytes{"1.5g", 1'610'612'736, "1536m"},
                    Bytes{"1.50g", 1'610'612'736, "1536m"}, Bytes{"1t", 1'099'511'627'776, "1t"},
                    Bytes{"0.1g", 107'374'182, "107374182b"}, Bytes{"1.5", 1, "1b"},
                    Bytes{"9223372036854775807", kMost, "9223372036854775807b"},
                    Bytes{"8388607.999999t", 9'223'372'036'853'676'296, "9223372036853676296b"}));

TEST(Bytes, AreRefusedWhenTheyAreSomethingElse) {
  for (const char* text : {"",         "b",
                           "k",        "-1",
                           "+1",       "1.",
                           ".5k",      "1.2.3",
                           "1e3",      "0x10",
                           "1 k",      " 1",
                           "1kk",      "1bb",
                           "1bib",     "1p",
                           "1ki",      "9223372036854775808",
                           "8388608t", "8388607.9999999t",
                           "many"}) {
    EXPECT_EQ(parse_bytes(text), std::nullopt) << text;
  }
}

TEST(Cpus, AreBillionths) {
  EXPECT_EQ(parse_cpus("0"), 0);
  EXPECT_EQ(parse_cpus("2"), 2'000'000'000);
  EXPECT_EQ(parse_cpus("1000000"), 1'000'000'000'000'000);
  EXPECT_EQ(parse_cpus("1000000.000000001"), std::nullopt);
  EXPECT_EQ(parse_cpus("0.5"), 500'000'000);
  EXPECT_EQ(parse_cpus("1.000000001"), 1'000'000'001);
  EXPECT_EQ(parse_cpus("0.5000000000"), 500'000'000);
  EXPECT_EQ(parse_cpus("1000000"), 1'000'000'000'000'000);
  for (const char* text : {"", ".", "-1", "0.", "1e2", "0.0000000001", "1000001", "1m", " 1"}) {
    EXPECT_EQ(parse_cpus(text), std::nullopt) << text;
  }
}

TEST(Cpus, AreWrittenAsTheShortestNumber) {
  EXPECT_EQ(format_cpus(0), "0");
  EXPECT_EQ(format_cpus(500'000'000), "0.5");
  EXPECT_EQ(format_cpus(1'000'000'001), "1.000000001");
  EXPECT_EQ(format_cpus(10'000'000'000), "10");
}

}  // namespace
}  // namespace genisys::state
