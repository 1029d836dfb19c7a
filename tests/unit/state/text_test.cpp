#include "state/text.hpp"

#include <gtest/gtest.h>

#include <array>

namespace genisys::state {
namespace {

TEST(Utf8, AcceptsEveryLengthAtItsEnds) {
  for (const char* text :
       {"", "a", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
        "\xEF\xBF\xBF", "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF"}) {
    EXPECT_TRUE(is_utf8(text));
  }
}

TEST(Utf8, RefusesWhatIsNotWellFormed) {
  for (const char* text :
       {"\x80", "\xBF", "\xC0\x80", "\xC1\xBF", "\xC2", "\xC2\x41", "\xE0\x80\x80", "\xE0\x9F\xBF",
        "\xE2\x82", "\xED\xA0\x80", "\xED\xBF\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xF0\x9F\x98", "\xFE", "\xFF", "a\xFF"}) {
    EXPECT_FALSE(is_utf8(text));
  }
}

TEST(Utf8, WritesWhatItAccepts) {
  std::string text;
  for (const char32_t c :
       {U'a', U'\u0080', U'\u07FF', U'\u0800', U'\uFFFD', U'\U00010000', U'\U0010FFFF'}) {
    append_utf8(text, c);
  }
  EXPECT_TRUE(is_utf8(text));
  EXPECT_EQ(text, "a\u0080\u07FF\u0800\uFFFD\U00010000\U0010FFFF");
}

TEST(Quote, ShowsNoControlBytesAndNotTooMuch) {
  EXPECT_EQ(quote("a\x1B[31m\n\xFF é"), "'a\\x1b[31m\\x0a\\xff é'");
  EXPECT_EQ(quote(std::string(60, 'x')), "'" + std::string(60, 'x') + "'");
  EXPECT_EQ(quote(std::string(61, 'x')), "'" + std::string(60, 'x') + "…'");
}

TEST(Nearest, GuessesOnlyWhatIsNear) {
  constexpr std::array<std::string_view, 3> known = {"image", "ports", "environment"};
  EXPECT_EQ(nearest("imgae", known), "image");
  EXPECT_EQ(nearest("port", known), "ports");
  EXPECT_EQ(nearest("enviroments", known), "environment");
  EXPECT_EQ(nearest("user", known), "");
  EXPECT_EQ(nearest("", known), "");
  EXPECT_EQ(nearest(std::string(100'000, 'x'), known), "");
}

TEST(PositionFinder, CountsCodePointsAndGoesBack) {
  PositionFinder finder("é1\n\n23");
  EXPECT_EQ(finder.at(0), (Position{1, 1}));
  EXPECT_EQ(finder.at(2), (Position{1, 2}));
  EXPECT_EQ(finder.at(4), (Position{2, 1}));
  EXPECT_EQ(finder.at(7), (Position{3, 3}));
  EXPECT_EQ(finder.at(2), (Position{1, 2}));
}

TEST(Utf8, ReplacesWhatIsNotWellFormed) {
  EXPECT_EQ(to_utf8("plain \xC3\xA9"), "plain \xC3\xA9");
  EXPECT_EQ(to_utf8("\xE9t\xE9"), "\xEF\xBF\xBDt\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8("cut \xE2\x80"), "cut \xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_TRUE(is_utf8(to_utf8("\xED\xA0\x80\xC0\x80\xF5")));
}

TEST(Utf8, CutsBetweenCodePointsOnly) {
  const std::string_view text =
      "a\xE2\x82\xAC"
      "b";
  EXPECT_EQ(utf8_prefix(text, 5), text);
  EXPECT_EQ(utf8_prefix(text, 4), text.substr(0, 4));
  EXPECT_EQ(utf8_prefix(text, 3), "a");
  EXPECT_EQ(utf8_prefix(text, 1), "a");
  EXPECT_EQ(utf8_prefix(text, 0), "");
  EXPECT_EQ(utf8_suffix(text, 5), text);
  EXPECT_EQ(utf8_suffix(text, 4), text.substr(1));
  EXPECT_EQ(utf8_suffix(text, 3), "b");
  EXPECT_EQ(utf8_suffix(text, 0), "");
}

}  // namespace
}  // namespace genisys::state
