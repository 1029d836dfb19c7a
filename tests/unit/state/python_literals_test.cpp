#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "state/documents.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {
namespace {

using std::string_literals::operator""s;
using testing::HasSubstr;

struct Accepted {
  const char* name;
  std::string text;
  std::string tree;
};

class PythonAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(PythonAccepts, AsWritten) {
  Problems problems;
  const auto value = read_python_literals(GetParam().text, problems);
  ASSERT_TRUE(value) << render(problems);
  EXPECT_EQ(render(*value), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Python, PythonAccepts,
    testing::Values(
        Accepted{"nothing", "", "{}"}, Accepted{"comments", "#!/usr/bin/python\n\n  # x\n", "{}"},
        Accepted{"one", "web = {'image': 'nginx:1'}\n", R"({"web":{"image":"nginx:1"}})"},
        Accepted{"no_last_newline", "a = 1", R"({"a":1})"},
        Accepted{"several", "a = 1\n\nb = 'x' # why\n", R"({"a":1,"b":"x"})"},
        Accepted{"constants", "a = [True, False, None]", R"({"a":[true,false,null]})"},
        Accepted{"trailing_commas", "a = {'b': [1, 2,],}", R"({"a":{"b":[1,2]}})"},
        Accepted{"empty_containers", "a = {}\nb = []\nc = ()", R"({"a":{},"b":[],"c":[]})"},
        Accepted{"tuples", "a = (1, 2)\nb = (1,)\nc = (1)\nd = ((('x')))",
                 R"({"a":[1,2],"b":[1],"c":1,"d":"x"})"},
        Accepted{"numbers", "a = [0, -5, 8080, 1.5, -2e3]", R"({"a":[0,-5,8080,1.5,-2e3]})"},
        Accepted{"both_quotes", R"(a = ["it's", 'say "x"'])", R"({"a":["it's","say "x""]})"},
        Accepted{"adjacent_strings", "a = ('x'\n  \"y\" 'z')", R"({"a":"xyz"})"},
        Accepted{"adjacent_in_dict", "a = {'k': 'x' 'y', 'l': 1}", R"({"a":{"k":"xy","l":1}})"},
        Accepted{"adjacent_keys", "a = {'k' 'l': 1}", R"({"a":{"kl":1}})"},
        Accepted{"triple_quotes", "a = '''x\n'y'\n'''\nb = \"\"\"\"q\"\"\"",
                 "{\"a\":\"x\n'y'\n\",\"b\":\"\"q\"}"},
        Accepted{"simple_escapes", R"(a = '\\ \' \" \t \n')", "{\"a\":\"\\ ' \" \t \n\"}"},
        Accepted{"coded_escapes", R"(a = '\x41\u00e9\U0001F600\101')", R"({"a":"Aé😀A"})"},
        Accepted{"unknown_escape_stays", R"(a = '\d')", R"({"a":"\d"})"},
        Accepted{"joined_line_in_string", "a = 'x\\\ny'", R"({"a":"xy"})"},
        Accepted{"raw", R"(a = r'\d\'x')", R"({"a":"\d\'x"})"},
        Accepted{"unicode_prefix", "a = u'x'", R"({"a":"x"})"},
        Accepted{"joined_line", "a = \\\n  1", R"({"a":1})"},
        Accepted{"crlf", "a = {\r\n 'b': '''x\r\ny'''}\r\nc = 1\r\n",
                 "{\"a\":{\"b\":\"x\ny\"},\"c\":1}"},
        Accepted{"byte_order_mark", "\xEF\xBB\xBF"s + "a = 1", R"({"a":1})"},
        Accepted{"comments_within", "a = { # x\n  'b': 1, # y\n  # z\n}", R"({"a":{"b":1}})"},
        Accepted{"no_spaces", "a={'b':[1,2]}", R"({"a":{"b":[1,2]}})"},
        Accepted{"tabs", "a = {\n\t'b':\t1,\n}", R"({"a":{"b":1}})"},
        Accepted{"depth_32", "a = " + std::string(32, '[') + std::string(32, ']'),
                 "{\"a\":" + std::string(32, '[') + std::string(32, ']') + "}"}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class PythonRefuses : public testing::TestWithParam<Refused> {};

TEST_P(PythonRefuses, WithReason) {
  Problems problems;
  EXPECT_FALSE(read_python_literals(GetParam().text, problems));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
  EXPECT_FALSE(problems.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Python, PythonRefuses,
    testing::Values(
        Refused{"import", "a = 1\nimport os\n", "2:1 : only assignments of literals"},
        Refused{"from", "from os import *", "begins with 'from'"},
        Refused{"def", "def f(): pass", "begins with 'def'"},
        Refused{"call", "os.system('x')", "1:1"}, Refused{"docstring", "'''x'''\na = 1", "1:1"},
        Refused{"bare_name", "a", "1:1"}, Refused{"augmented", "a += 1", "1:1"},
        Refused{"annotated", "a: int = 1", "1:1"}, Refused{"comparison", "a == 1", "1:1"},
        Refused{"subscript", "a['x'] = 1", "1:1"}, Refused{"constant_assigned", "None = 1", "1:1"},
        Refused{"unpacking", "a, b = 1, 2", "1:1"},
        Refused{"indented", "  a = 1", "1:3 : an assignment must not be indented"},
        Refused{"call_as_value", "a = dict(b=1)", "1:5 : 'dict' is not a literal"},
        Refused{"name_as_value", "a = b", "'b' is not a literal"},
        Refused{"chained", "a = b = 1", "'b' is not a literal"},
        Refused{"lambda", "a = lambda: 1", "'lambda' is not a literal"},
        Refused{"dunder", "a = {'b': __import__('os')}", "1:11 : '__import__' is not a literal"},
        Refused{"json_true", "a = true", "write True"},
        Refused{"json_null", "a = [null]", "write None"},
        Refused{"comprehension", "a = ['x' for x in y]", "1:10 : expected ',' or ']' before 'for'"},
        Refused{"f_string", "a = f'x{1}'", "1:5 : a formatted string"},
        Refused{"raw_f_string", "a = rf'x'", "a formatted string"},
        Refused{"bytes", "a = b'x'", "1:5 : a byte string"},
        Refused{"concatenation", "a = 'x' + 'y'", "1:9 : expected the end of the line before '+'"},
        Refused{"concatenation_within", "a = ['x' + 'y']", "1:10 : expected ',' or ']' before '+'"},
        Refused{"format_method", "a = {'b': 'x'.format(1)}", "expected ',' or '}' before '.'"},
        Refused{"bare_tuple", "a = 1, 2", "1:6"}, Refused{"semicolon", "a = 1; b = 2", "1:6"},
        Refused{"set", "a = {'x', 'y'}", "a set is not supported"},
        Refused{"set_of_one", "a = {'x'}", "a set is not supported"},
        Refused{"spread", "a = {**b}", "expected a key in quotes before '*'"},
        Refused{"number_key", "a = {1: 2}", "1:6 : expected a key in quotes before '1'"},
        Refused{"name_key", "a = {b: 2}", "expected a key in quotes before 'b'"},
        Refused{"json_colon", "a = {'b' = 1}", "expected ':' after the key 'b'"},
        Refused{"no_value", "a = {'b': }", "1:11 : expected a value before '}'"},
        Refused{"no_value_at_end", "a =", "1:4"}, Refused{"value_on_next_line", "a =\n1", "1:4"},
        Refused{"two_commas", "a = [1,,2]", "expected a value before ','"},
        Refused{"unclosed_dict", "a = {'b': 1", "1:5 : '{' is never closed"},
        Refused{"unclosed_list", "a = {'b': [1,\n", "1:11 : '[' is never closed"},
        Refused{"wrong_bracket", "a = [1}", "expected ',' or ']' before '}'"},
        Refused{"stray_bracket", "a = 1\n}", "2:1"},
        Refused{"unclosed_string", "a = 'x\nb = 1", "1:5 : a string does not end on its line"},
        Refused{"unclosed_triple", "a = '''x\n", "1:5 : a string without its closing quotes"},
        Refused{"backslash_at_end", "a = 'x\\", "1:5"},
        Refused{"octal", "a = 010", "1:5 : the number '010' is not supported"},
        Refused{"hexadecimal", "a = 0x1F", "'0x1F'"},
        Refused{"underscores", "a = 1_000", "'1_000'"}, Refused{"imaginary", "a = 1j", "'1j'"},
        Refused{"open_fraction", "a = 5.", "'5.'"}, Refused{"open_exponent", "a = 1e", "'1e'"},
        Refused{"bare_fraction", "a = .5", "1:5"}, Refused{"version_like", "a = 1.2.3", "'1.2.3'"},
        Refused{"plus", "a = +5", "before '+'"}, Refused{"minus_alone", "a = -", "before '-'"},
        Refused{"minus_name", "a = -x", "before '-'"}, Refused{"nul_escape", R"(a = '\0')", "1:6"},
        Refused{"nul_hexadecimal", R"(a = '\x00')", "names no"},
        Refused{"surrogate", R"(a = '\ud800')", "names no character"},
        Refused{"beyond_unicode", R"(a = '\U00110000')", "names no character"},
        Refused{"short_hexadecimal", R"(a = '\x4')", "needs 2 hexadecimal digits"},
        Refused{"named_escape", R"(a = '\N{DASH}')", "not supported"},
        Refused{"duplicate_variable", "a = 1\na = 2", "2:1 /a: duplicate key 'a'"},
        Refused{"duplicate_key", "a = {'b': 1,\n 'b': 2}", "2:2 /a/b: duplicate key 'b'"},
        Refused{"depth_33", "a = " + std::string(33, '[') + std::string(33, ']'), "nested deeper"},
        Refused{"depth_of_parentheses", "a = " + std::string(100'000, '('), "nested deeper"},
        Refused{"nul_byte", "a = 1\0"s, "UTF-8"}, Refused{"latin1", "a = '\xE9'", "UTF-8"},
        Refused{"unicode_name", "é = 1", "1:1"},
        Refused{"too_large", "a = '" + std::string(256 * 1024, 'x') + "'", "more than the 262144"}),
    [](const auto& test) { return test.param.name; });

// The example of the first manual, typed as printed: two commas are missing.
TEST(Python, NamesEveryMissingCommaOfTheManualsExample) {
  Problems problems;
  EXPECT_FALSE(
      read_python_literals("myService = {\n"
                           "  \t\"name\": \"myService\"\n"
                           "  \t\"image\": \"docker_image:tag\",\n"
                           "    \"command\": \"command\"\n"
                           "  \t\"ports\": ['8080']\n"
                           "}\n",
                           problems));
  EXPECT_EQ(render(problems),
            "3:4 /myService: expected ',' before '\"image\"'\n"
            "5:4 /myService: expected ',' before '\"ports\"'\n");
}

TEST(Python, FindsAMissingCommaAfterAnyItem) {
  for (const char* text :
       {"a = {'b': 1 'c': 2}", "a = {'b': [1] 'c': 2}", "a = {'b': None\n'c': 2}", "a = ['x' 1]",
        "a = [1 'x']", "a = [{} {}]", "a = [1 True]"}) {
    Problems problems;
    EXPECT_FALSE(read_python_literals(text, problems));
    ASSERT_EQ(problems.size(), 1U) << text;
    EXPECT_THAT(problems[0].message, testing::StartsWith("expected ',' before")) << text;
  }
}

TEST(Python, GivesEveryValueItsPlace) {
  Problems problems;
  const auto value = read_python_literals("# x\nweb = {\n  'ports': ['80', (81)],\n}\n", problems);
  ASSERT_TRUE(value) << render(problems);
  const Member& web = (*value->as_map())[0];
  EXPECT_EQ(web.at, (Position{2, 1}));
  EXPECT_EQ(web.value.at(), (Position{2, 7}));
  EXPECT_EQ((*web.value.as_map())[0].at, (Position{3, 3}));
  const List& ports = *web.value.find("ports")->as_list();
  EXPECT_EQ(ports[0].at(), (Position{3, 13}));
  EXPECT_EQ(ports[1].at(), (Position{3, 20}));
}

TEST(Python, AnswersForAnyBytes) {
  std::mt19937 random(20240503);
  const std::string_view alphabet = "{}[]()\"'',,:=\\#ab10.-erx \n\xC3\xA9";
  for (int round = 0; round < 20'000; ++round) {
    std::string text = "a = ";
    const std::size_t length = random() % 20;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    Problems problems;
    EXPECT_EQ(read_python_literals(text, problems).has_value(), problems.empty()) << text;
  }
}

}  // namespace
}  // namespace genisys::state
