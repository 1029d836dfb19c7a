#include "state/compose/env_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/unit/state/document_texts.hpp"

namespace genisys::state::compose {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

std::optional<std::string> lookup(const std::string& name) {
  if (name == "HOME") return "/root";
  if (name == "TAKEN") return "environment";
  return std::nullopt;
}

// "NAME=<value>" for each, in the order of the names.
std::string summary(const Pairs& pairs) {
  std::string text;
  for (const auto& [name, value] : pairs) {
    text += fmt::format("{}{}=<{}>", text.empty() ? "" : " ", name, value);
  }
  return text;
}

struct Accepted {
  const char* name;
  std::string text;
  std::string pairs;
  EnvFormat format = EnvFormat::dotenv;
};

class EnvFileAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(EnvFileAccepts, AsWritten) {
  Problems problems;
  Problems notices;
  const auto pairs = parse_env_file(GetParam().text, GetParam().format, lookup, problems, notices);
  ASSERT_TRUE(pairs) << render(problems);
  EXPECT_EQ(summary(*pairs), GetParam().pairs);
}

INSTANTIATE_TEST_SUITE_P(
    EnvFile, EnvFileAccepts,
    testing::Values(
        Accepted{"nothing", "", ""}, Accepted{"comments", "# x\n\n  # y=1\n", ""},
        Accepted{"plain", "A=1\nB=two words\n", "A=<1> B=<two words>"},
        Accepted{"without_last_line_end", "A=1", "A=<1>"},
        Accepted{"crlf", "A=1\r\nB=\"2\"\r\n", "A=<1> B=<2>"},
        Accepted{"byte_order_mark", "\xEF\xBB\xBF"s + "A=1\n", "A=<1>"},
        Accepted{"blanks_around", "  A = 1  \n\tB=\t2\n", "A=<1> B=<2>"},
        Accepted{"empty_values", "A=\nB=''\nC=\"\"\n", "A=<> B=<> C=<>"},
        Accepted{"equals_in_value", "A=b=c==\n", "A=<b=c==>"},
        Accepted{"exported", "export A=1\nexport\tB=2\nexported=3\n", "A=<1> B=<2> exported=<3>"},
        Accepted{"names_with_signs", "a.b-c_1=x\n", "a.b-c_1=<x>"},
        Accepted{"inline_comment", "A=1 # one\nB=\"2\" # two\nC='3'# three\n", "A=<1> B=<2> C=<3>"},
        Accepted{"hash_in_value", "A=a#b\nB=#b\nC='#'\nD=\"a # b\"\nE= # c\n",
                 "A=<a#b> B=<#b> C=<#> D=<a # b> E=<>"},
        Accepted{"single_quotes", R"(A='$HOME \n "x" \'y\' \z')", R"(A=<$HOME \n "x" 'y' \z>)"},
        Accepted{"double_quotes", R"(A="\"x\"\t\\ \n\$HOME 'y' \z")",
                 "A=<\"x\"\t\\ \n$HOME 'y' \\z>"},
        Accepted{"over_lines", "A=\"one\n two\"\nB='x\n#y'\nC=3\n",
                 "A=<one\n two> B=<x\n#y> C=<3>"},
        Accepted{"quotes_within", "A=it's \"so\"\n", "A=<it's \"so\">"},
        Accepted{"variables", "A=$HOME/a\nB=\"${HOME}/b\"\nC='${HOME}'\n",
                 "A=</root/a> B=</root/b> C=<${HOME}>"},
        Accepted{"variables_of_lines_above", "A=1\nB=${A}2\nC=\"${B}3\"\n", "A=<1> B=<12> C=<123>"},
        Accepted{"environment_before_lines_above", "TAKEN=file\nA=$TAKEN\n",
                 "A=<environment> TAKEN=<file>"},
        Accepted{"defaults", "A=${X:-d}\n", "A=<d>"}, Accepted{"unset", "A=<$X>\n", "A=<<>>"},
        Accepted{"dollar", "A=a$$b\n", "A=<a$b>"},
        Accepted{"name_alone", "TAKEN\nABSENT\nexport HOME\n", "HOME=</root> TAKEN=<environment>"},
        Accepted{"last_wins", "A=1\nA=2\n", "A=<2>"},
        Accepted{"raw", "# x\nA='$HOME' # y\n\nB=\"\nC\nTAKEN\n",
                 "A=<'$HOME' # y> B=<\"> TAKEN=<environment>", EnvFormat::raw}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class EnvFileRefuses : public testing::TestWithParam<Refused> {};

TEST_P(EnvFileRefuses, WithPlaceAndReason) {
  Problems problems;
  Problems notices;
  EXPECT_FALSE(parse_env_file(GetParam().text, EnvFormat::dotenv, lookup, problems, notices));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    EnvFile, EnvFileRefuses,
    testing::Values(
        Refused{"no_name", "A=1\n=2\n", "2:1 : expected a line NAME=value"},
        Refused{"two_words", "A=1\nB C=2\n", "2:1 : expected a line NAME=value"},
        Refused{"yaml", "A: 1\n", "expected a line NAME=value"},
        Refused{"unclosed_double", "A=1\nB=\"x\nC=2\n",
                "2:3 : a value begins with \" and does not"},
        Refused{"unclosed_single", "A='x", "1:3 : a value begins with '"},
        Refused{"unclosed_escape", "A=\"x\\", "does not end"},
        Refused{"behind_the_quote", "A='x'y\n", "1:6 : unexpected text behind the closing '"},
        Refused{"malformed_variable", "A=1\nB=pa$\n",
                "2:1 : the variables in the value cannot be filled in"},
        Refused{"required_variable", "A=${X:?say it}\n", "the variable 'X' must be set: say it"},
        Refused{"nul", "A=\0\n"s, "UTF-8"}, Refused{"latin1", "A=\xE9\n", "UTF-8"}),
    [](const auto& test) { return test.param.name; });

TEST(EnvFile, TellsEveryProblemAndNoticesUnsetVariables) {
  Problems problems;
  Problems notices;
  EXPECT_FALSE(parse_env_file("A=$X\n?\nB=$\n", EnvFormat::dotenv, lookup, problems, notices));
  EXPECT_EQ(problems.size(), 2U);
  EXPECT_THAT(render(notices), HasSubstr("1:1 : a variable in the value is not set"));
}

// Every way to be wrong, with a secret at every place of the line.
TEST(EnvFile, RepeatsNothingOfWhatItSays) {
  for (const char* text : {"canary\n=canary\n", "A canary=canary\n", "A=\"canary", "A='x' canary\n",
                           "A=x$canary\n", "A=${canary\n", "A=$ canary\n", "A=${canary!}\n"}) {
    Problems problems;
    Problems notices;
    parse_env_file(text, EnvFormat::dotenv, lookup, problems, notices);
    EXPECT_NE(problems.size() + notices.size(), 0U) << text;
    EXPECT_THAT(render(problems) + render(notices), testing::Not(HasSubstr("canary"))) << text;
  }
}

TEST(EnvFile, BoundsWhatItsLinesBuildFromEachOther) {
  std::string text = "A0=" + std::string(1000, 'x') + "\n";
  for (int i = 1; i < 40; ++i) text += fmt::format("A{}=$A{}$A{}\n", i, i - 1, i - 1);
  Problems problems;
  Problems notices;
  EXPECT_FALSE(parse_env_file(text, EnvFormat::dotenv, lookup, problems, notices));
  EXPECT_THAT(render(problems), HasSubstr("too long"));
}

TEST(EnvFile, AnswersForAnyBytes) {
  std::mt19937 random(20240502);
  const std::string_view alphabet = "AB=\"'\\$#{}:-?+ \n\t\rexport\xC3\xA9";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t length = random() % 24;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    Problems problems;
    Problems notices;
    const bool is_read =
        parse_env_file(text, EnvFormat::dotenv, lookup, problems, notices).has_value();
    EXPECT_EQ(is_read, problems.empty()) << text;
  }
}

}  // namespace
}  // namespace genisys::state::compose
