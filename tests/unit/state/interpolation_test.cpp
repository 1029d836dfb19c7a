#include "state/compose/interpolation.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::state::compose {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMost = 100'000;

std::optional<std::string> lookup(const std::string& name) {
  if (name == "A") return "a";
  if (name == "_b1") return "b";
  if (name == "EMPTY") return "";
  if (name == "DOLLAR") return "$A";
  if (name == "LONG") return std::string(1000, 'x');
  return std::nullopt;
}

struct Accepted {
  const char* name;
  std::string text;
  std::string result;
  std::string unset = "";
};

class InterpolationAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(InterpolationAccepts, AsWritten) {
  Unfilled unfilled;
  const auto result = interpolate(GetParam().text, lookup, kMost, unfilled);
  ASSERT_TRUE(result) << unfilled.why;
  EXPECT_EQ(result->text, GetParam().result);
  EXPECT_EQ(fmt::format("{}", fmt::join(result->unset, ",")), GetParam().unset);
}

INSTANTIATE_TEST_SUITE_P(
    Interpolation, InterpolationAccepts,
    testing::Values(
        Accepted{"nothing", "", ""}, Accepted{"no_variable", "a:1", "a:1"},
        Accepted{"bare", "$A", "a"}, Accepted{"bare_ends", "$A.$A-$A/", "a.a-a/"},
        Accepted{"bare_takes_all_letters", "$AB", "", "AB"}, Accepted{"braced", "${A}B", "aB"},
        Accepted{"underscore_and_digit", "${_b1}$_b1", "bb"}, Accepted{"dollar", "$$", "$"},
        Accepted{"dollars", "$$$$A", "$$A"}, Accepted{"dollar_then_variable", "$$$A", "$a"},
        Accepted{"dollar_brace", "$${A}", "${A}"}, Accepted{"not_looked_into", "${DOLLAR}", "$A"},
        Accepted{"unset", "<$X>", "<>", "X"}, Accepted{"unset_twice", "$X$X", "", "X,X"},
        Accepted{"empty_is_set", "<${EMPTY}>", "<>"},
        Accepted{"default_of_unset", "${X:-d}${X-e}", "de"},
        Accepted{"default_of_empty", "${EMPTY:-d}${EMPTY-e}", "d"},
        Accepted{"default_of_set", "${A:-d}${A-e}", "aa"},
        Accepted{"empty_default", "<${X:-}${X-}>", "<>"},
        Accepted{"default_with_signs", "${X:-http://h:1/a?b=c#d e}", "http://h:1/a?b=c#d e"},
        Accepted{"default_with_a_dollar", "${X:-a$$b}", "a$b"},
        Accepted{"default_with_braces", R"(${X:-{"a": {}}})", R"({"a": {}})"},
        Accepted{"nested_default", "${X:-${Y:-${A}}}", "a"},
        Accepted{"nested_bare", "${X:-$A}", "a"}, Accepted{"nested_unset", "${X:-$Y}", "", "Y"},
        Accepted{"unused_word_is_not_looked_at", "${A:-${Y:?no}}", "a"},
        Accepted{"required_and_set", "${A:?no}${A?no}${EMPTY?no}", "aa"},
        Accepted{"replacement", "${A:+r}${A+s}", "rs"},
        Accepted{"replacement_of_empty", "${EMPTY:+r}${EMPTY+s}", "s"},
        Accepted{"replacement_of_unset", "<${X:+r}${X+s}>", "<>"},
        Accepted{"replacement_with_variable", "${A:+<$_b1>}", "<b>"}),
    [](const auto& test) { return test.param.name; });

std::string nested(int depth) {
  std::string text;
  for (int i = 0; i < depth; ++i) text += "${X:-";
  return text + "d" + std::string(static_cast<std::size_t>(depth), '}');
}

std::string repeated(std::string_view part, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += part;
  return text;
}

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class InterpolationRefuses : public testing::TestWithParam<Refused> {};

TEST_P(InterpolationRefuses, WithReason) {
  Unfilled unfilled;
  EXPECT_FALSE(interpolate(GetParam().text, lookup, kMost, unfilled));
  EXPECT_THAT(unfilled.why, HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Interpolation, InterpolationRefuses,
    testing::Values(
        Refused{"lone_dollar", "a$", "'$' is no variable: write it like ${NAME}"},
        Refused{"digit", "cost: $1 each", "'$1' is no variable"},
        Refused{"blank", "a $ b", "'$' is no variable"}, Refused{"sign", "$-A", "'$-A'"},
        Refused{"empty_braces", "${}", "'${}' is no variable"},
        Refused{"digit_in_braces", "${1A}", "'${1A}'"},
        Refused{"blank_in_braces", "${A }", "'${A }'"}, Refused{"unclosed", "x ${A", "no '}'"},
        Refused{"unclosed_default", "${A:-{}", "no '}'"},
        Refused{"unknown_operator", "${A:=d}", "'${A:=d}'"},
        Refused{"lone_colon", "${A:}", "'${A:}'"}, Refused{"substring", "${A:1}", "'${A:1}'"},
        Refused{"length", "${#A}", "'${#A}'"}, Refused{"slash", "${A/b/c}", "'${A/b/c}'"},
        Refused{"required", "${X:?set me}", "the variable 'X' must be set: set me"},
        Refused{"required_without_word", "${X?}", "the variable 'X' must be set"},
        Refused{"required_and_empty", "${EMPTY:?set me}", "'EMPTY' must be set"},
        Refused{"required_word_with_variable", "${X:?use $A}", "must be set: use a"},
        Refused{"malformed_default", "${X:-$}", "'$' is no variable"},
        Refused{"deep", nested(30), "nested deeper than 20"},
        Refused{"very_deep", nested(50'000), "nested deeper than 20"},
        Refused{"many_unclosed", repeated("${X:-", 50'000), "no '}'"},
        Refused{"too_long", repeated("$LONG", 200), "too long"}),
    [](const auto& test) { return test.param.name; });

}  // namespace
}  // namespace genisys::state::compose
