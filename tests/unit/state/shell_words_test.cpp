#include "state/shell_words.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::state {
namespace {

using Words = std::vector<std::string>;

struct Row {
  const char* text;
  Words words;
};

class ShellWords : public testing::TestWithParam<Row> {};

TEST_P(ShellWords, AreSplit) {
  std::string why;
  const auto words = split_words(GetParam().text, why);
  ASSERT_TRUE(words) << why;
  EXPECT_EQ(*words, GetParam().words);
}

INSTANTIATE_TEST_SUITE_P(
    ShellWords, ShellWords,
    testing::Values(Row{"", {}}, Row{"  \t\n ", {}}, Row{"/run.sh", {"/run.sh"}},
                    Row{" a  b\tc\nd ", {"a", "b", "c", "d"}},
                    Row{"sh -c 'echo \"hi there\"'", {"sh", "-c", "echo \"hi there\""}},
                    Row{R"(a "b c" d)", {"a", "b c", "d"}}, Row{"''", {""}},
                    Row{"a '' \"\"", {"a", "", ""}}, Row{"a'b'\"c\"d", {"abcd"}},
                    Row{R"(a\ b)", {"a b"}}, Row{R"(\'x\")", {"'x\""}}, Row{R"('a\b')", {R"(a\b)"}},
                    Row{R"("a\b\$\"\\\`")", {R"(a\b$"\`)"}}, Row{R"(\\)", {R"(\)"}},
                    Row{"a\\\nb", {"ab"}}, Row{"a \\\n b", {"a", "b"}}, Row{"\"a\\\nb\"", {"ab"}},
                    Row{"'a\nb'", {"a\nb"}},
                    Row{"echo $HOME `id` $(id)", {"echo", "$HOME", "`id`", "$(id)"}},
                    Row{"a; b | c && d > e #f", {"a;", "b", "|", "c", "&&", "d", ">", "e", "#f"}},
                    Row{"*.txt ~ {a,b}", {"*.txt", "~", "{a,b}"}}, Row{"é 😀", {"é", "😀"}}));

TEST(ShellWords, RefusesWhatIsLeftOpen) {
  for (const char* text : {"'a", "a 'b c", "\"a", "\"a\\\"", "'", "\"", "it's"}) {
    std::string why;
    EXPECT_FALSE(split_words(text, why)) << text;
    EXPECT_THAT(why, testing::HasSubstr("quote is not closed")) << text;
  }
  std::string why;
  EXPECT_FALSE(split_words("a \\", why));
  EXPECT_THAT(why, testing::HasSubstr("backslash"));
}

}  // namespace
}  // namespace genisys::state
