#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "state/documents.hpp"
#include "state/text.hpp"
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

class YamlAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(YamlAccepts, AsWritten) {
  Problems problems;
  const auto value = read_yaml(GetParam().text, problems);
  ASSERT_TRUE(value) << render(problems);
  EXPECT_EQ(render(*value), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, YamlAccepts,
    testing::Values(
        Accepted{"nothing", "", "null"}, Accepted{"comment_only", "# x\n", "null"},
        Accepted{"marker_only", "---\n", "null"},
        Accepted{"map", "a: 1\nb: x\n", R"({"a":1,"b":"x"})"},
        Accepted{"nested", "a:\n  b:\n    - 1\n    - c: d\n", R"({"a":{"b":[1,{"c":"d"}]}})"},
        Accepted{"flow", "a: {b: [1, 'x'], c: }", R"({"a":{"b":[1,"x"],"c":null}})"},
        Accepted{"json", R"({"a": ["b", 1, true, null]})", R"({"a":["b",1,true,null]})"},
        Accepted{"with_markers", "---\na: 1\n...\n", R"({"a":1})"},
        Accepted{"yaml_directive", "%YAML 1.2\n---\na: 1\n", R"({"a":1})"},
        Accepted{"crlf", "a: 1\r\nb: 2\r\n", R"({"a":1,"b":2})"},
        Accepted{"byte_order_mark", "\xEF\xBB\xBF"s + "a: 1\n", R"({"a":1})"},
        Accepted{"nulls", "[~, null, Null, NULL, ]", "[null,null,null,null]"},
        Accepted{"missing_value", "a:\n", R"({"a":null})"},
        Accepted{"booleans", "[true, True, TRUE, false, False, FALSE, tRUE]",
                 R"([true,true,true,false,false,false,"tRUE"])"},
        Accepted{"words_of_yaml_1_1", "[yes, no, on, off, y, n, True, FALSE]",
                 R"(["yes","no","on","off","y","n",true,false])"},
        Accepted{"integers", "[0, 7, -1, 70000]", "[0,7,-1,70000]"},
        Accepted{"octal_looking", "[010, 0755, 0o17]", R"(["010","0755","0o17"])"},
        Accepted{"hexadecimal_looking", "[0x10]", R"(["0x10"])"},
        Accepted{"other_numbers_are_text", "[1e3, 1.0, 1_000, 60:30, +5, -, .nan, .inf]",
                 R"(["1e3","1.0","1_000","60:30","+5","-",".nan",".inf"])"},
        Accepted{"dates_are_text", "[2024-01-01]", R"(["2024-01-01"])"},
        Accepted{"quoted_is_text", R"(["1", 'true', "null", ''])", R"(["1","true","null",""])"},
        Accepted{"block_scalar", "a: |\n  x\n  y\n", "{\"a\":\"x\ny\n\"}"},
        Accepted{"folded_scalar", "a: >-\n  x\n  y\n", R"({"a":"x y"})"},
        Accepted{"kept_line_ends", "a: |+\n  x\n\n", "{\"a\":\"x\n\n\"}"},
        Accepted{"block_scalar_without_last_line_end", "a: |-\n  x", R"({"a":"x"})"},
        Accepted{"quoted_over_lines", "a: \"x\n  y\"\n", R"({"a":"x y"})"},
        Accepted{"escapes", R"(["\t\u00e9"])", "[\"\té\"]"},
        Accepted{"keys_are_text", "8080: a\ntrue: b\n1.5: c\n",
                 R"({"8080":"a","true":"b","1.5":"c"})"},
        Accepted{"quoted_merge_key", "'<<': a\n", R"({"<<":"a"})"},
        Accepted{"port", "- 8081:80\n- 53/udp\n", R"(["8081:80","53/udp"])"},
        Accepted{"depth_20", std::string(20, '[') + std::string(20, ']'),
                 std::string(20, '[') + std::string(20, ']')}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class YamlRefuses : public testing::TestWithParam<Refused> {};

TEST_P(YamlRefuses, WithReason) {
  Problems problems;
  EXPECT_FALSE(read_yaml(GetParam().text, problems));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
  EXPECT_TRUE(is_utf8(render(problems))) << "it goes into answers";
  EXPECT_FALSE(problems.empty());
}

std::string complex_keys(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "? ";
  return text + "a";
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, YamlRefuses,
    testing::Values(
        Refused{"lone_comma", ",", "1:1 : unexpected ','"},
        Refused{"two_commas", ",,", "unexpected"}, Refused{"comma_after_map", "a: 1\n,", ""},
        Refused{"escape_of_half_a_character", "a: \"\\\xCA\xA3\"", "unknown escape character"},
        Refused{"lone_bracket", "]", ""}, Refused{"lone_brace", "}", ""},
        Refused{"brackets_crossed", "[}", ""},
        Refused{"tag_python_object", "a: !!python/object:os.system [x]", "remove the tag"},
        Refused{"tag_python_apply", "!!python/object/apply:os.system [x]", "remove the tag"},
        Refused{"tag_python_object_bare", "a: !!python/object x", "remove the tag"},
        Refused{"tag_on_map", "!!map {a: 1}", "tags"},
        Refused{"tag_on_scalar", "a: !!str 1", "tags"},
        Refused{"tag_on_null", "a: !!null\nb: 1", "tags"},
        Refused{"tag_own", "a: !secret x", "!secret"},
        Refused{"tag_binary", "a: !!binary aGk=", "tags"},
        Refused{"tag_verbatim", "a: !<tag:x,2000:y> 1", "tags"},
        Refused{"tag_on_key", "!!str a: 1", "tags"},
        Refused{"second_document", "a: 1\n---\nb: 2\n", "2:1 : a second document"},
        Refused{"second_document_after_end", "a: 1\n...\n---\nb: 2\n", "second document"},
        Refused{"duplicate_key", "a: 1\nb: 2\na: 3\n", "3:1 /a: duplicate key 'a'"},
        Refused{"duplicate_quoted", "a: 1\n\"a\": 3\n", "duplicate"},
        Refused{"duplicate_inner", "x:\n  - {k: 1, k: 2}\n", "2:12 /x/0/k: duplicate"},
        Refused{"depth_21", std::string(21, '[') + std::string(21, ']'), "deeper than 20"},
        Refused{"depth_21_of_sequences", "- - - - - - - - - - - - - - - - - - - - - - x",
                "deeper than 20"},
        Refused{"unclosed_depth", std::string(60'000, '['), ""},
        Refused{"unclosed_maps", std::string(60'000, '{'), ""},
        Refused{"many_complex_keys", complex_keys(1000), "a key must be text"},
        Refused{"nested_complex_keys", "? ? ? a", "a key must be text"},
        Refused{"list_as_key", "? [a]\n: 1\n", "a key must be text, not a list"},
        Refused{"map_as_key", "{{a: 1}: 2}", "a key must be text"},
        Refused{"null_as_key", "~: 1\n", "not null"}, Refused{"empty_key", ": 1\n", "not null"},
        Refused{"unclosed_single_quote", "a: 'x\n\n", "EOF in scalar"},
        Refused{"unclosed_quote_over_lines", "a: \"x\nb: 1\n", "EOF in scalar"},
        Refused{"unclosed_quote_and_blanks", "a: \"x\n  ", "EOF in scalar"},
        Refused{"unclosed_quote_without_line_end", "a: \"x", "EOF in scalar"},
        Refused{"tab_indent", "a:\n\tb: 1\n", "2:"}, Refused{"bad_escape", "a: \"\\q\"\n", "1:"},
        Refused{"unclosed_quote", "a: \"x\n", "EOF in scalar"},
        Refused{"unclosed_flow", "a: [1, 2\n", ":"},
        Refused{"bad_indent", "a:\n    b: 1\n  c: 2\n", "3:"},
        Refused{"two_values", "a: b: c\n", "1:"},
        Refused{"nul_escape", "a: \"x\\0y\"\n", "1:4 /a: a NUL"},
        Refused{"nul_byte", "a: x\0y"s, "UTF-8"}, Refused{"broken_utf8", "a: \xFF\n", "UTF-8"},
        Refused{"latin1", "a: caf\xE9\n", "UTF-8"},
        Refused{"utf16",
                "\xFF\xFE"
                "a\0:\0"s,
                "UTF-8"},
        Refused{"too_large", "a: " + std::string(64 * 1024, 'x'), "more than the 65536"}),
    [](const auto& test) { return test.param.name; });

TEST(Yaml, GivesEveryValueItsPlace) {
  Problems problems;
  const auto value = read_yaml("# first\nweb:\n  image: nginx:1\n  ports:\n    - 80\n", problems);
  ASSERT_TRUE(value) << render(problems);
  const Member& web = (*value->as_map())[0];
  EXPECT_EQ(web.at, (Position{2, 1}));
  EXPECT_EQ(web.value.at(), (Position{3, 3}));
  EXPECT_EQ(web.value.find("image")->at(), (Position{3, 10}));
  EXPECT_EQ((*web.value.find("ports")->as_list())[0].at(), (Position{5, 7}));
}

TEST(Yaml, AnswersForAnyBytes) {
  std::mt19937 random(20240502);
  const std::string_view alphabet = "{}[]\"',:?-!&*|>%@#ab1~ \n\n  \xC3\xA9";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t length = random() % 20;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    Problems problems;
    EXPECT_EQ(read_yaml(text, problems).has_value(), problems.empty()) << text;
  }
}

}  // namespace
}  // namespace genisys::state
