#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/documents.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

constexpr std::size_t kMaxFile = std::size_t{256} * 1024;

struct Accepted {
  const char* name;
  std::string text;
  std::string tree;
};

class YamlAliases : public testing::TestWithParam<Accepted> {};

TEST_P(YamlAliases, AreCopies) {
  Problems problems;
  const auto value = read_yaml(GetParam().text, problems);
  ASSERT_TRUE(value) << render(problems);
  EXPECT_EQ(render(*value), GetParam().tree);
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, YamlAliases,
    testing::Values(
        Accepted{"scalar", "a: &x 1\nb: *x\n", R"({"a":1,"b":1})"},
        Accepted{"quoted_scalar", "a: &x '1'\nb: *x\n", R"({"a":"1","b":"1"})"},
        Accepted{"null", "a: &x\nb: *x\n", R"({"a":null,"b":null})"},
        Accepted{"list", "a: &x [1, 2]\nb: [*x, *x]\n", R"({"a":[1,2],"b":[[1,2],[1,2]]})"},
        Accepted{"map", "a: &x\n  b: 1\nc: *x\n", R"({"a":{"b":1},"c":{"b":1}})"},
        Accepted{"nested_anchors", "a: &x {b: &y [1]}\nc: *y\nd: *x\n",
                 R"({"a":{"b":[1]},"c":[1],"d":{"b":[1]}})"},
        Accepted{"on_the_root", "&x {a: 1}", R"({"a":1})"},
        Accepted{"on_a_key", "&x a: 1\nb: *x\n", R"({"a":1,"b":"a"})"},
        Accepted{"last_of_a_name", "a: &x 1\nb: &x 2\nc: *x\n", R"({"a":1,"b":2,"c":2})"},
        Accepted{"merge_a_map", "a: {<<: {b: 1, c: 2}, c: 3}", R"({"a":{"c":3,"b":1}})"},
        Accepted{"merge_an_alias", "x: &x {c: 1}\na:\n  <<: *x\n  d: 2\n",
                 R"({"x":{"c":1},"a":{"d":2,"c":1}})"},
        Accepted{"merge_behind_the_keys", "x: &x {c: 1, d: 1}\na:\n  d: 2\n  <<: *x\n",
                 R"({"x":{"c":1,"d":1},"a":{"d":2,"c":1}})"},
        Accepted{"merge_a_list", "a: {<<: [{b: 1}, {b: 2, c: 3}]}", R"({"a":{"b":1,"c":3}})"},
        Accepted{"merge_aliases", "x: &x {b: 1}\ny: &y {b: 2, c: 3}\na: {<<: [*x, *y]}\n",
                 R"({"x":{"b":1},"y":{"b":2,"c":3},"a":{"b":1,"c":3}})"},
        Accepted{"merge_what_is_merged", "x: &x {b: 1}\ny: &y {<<: *x}\na: {<<: *y}\n",
                 R"({"x":{"b":1},"y":{"b":1},"a":{"b":1}})"},
        Accepted{"merge_is_not_deep", "x: &x {b: {c: 1}}\na: {<<: *x, b: {d: 2}}\n",
                 R"({"x":{"b":{"c":1}},"a":{"b":{"d":2}}})"},
        Accepted{"merge_nothing", "a: {<<: {}}", R"({"a":{}})"},
        Accepted{"merge_no_maps", "a: {<<: []}", R"({"a":{}})"},
        Accepted{"quoted_merge_key", "a: {'<<': {b: 1}, \"c\": 2}",
                 R"({"a":{"<<":{"b":1},"c":2}})"},
        Accepted{"merge_key_as_a_value", "a: <<", R"({"a":"<<"})"}),
    [](const auto& test) { return test.param.name; });

// Nine levels of lists of nine.
std::string bomb() {
  std::string text = "a0: &a0 [x]\n";
  for (int i = 1; i <= 9; ++i) {
    text += fmt::format("a{}: &a{} [", i, i);
    for (int j = 0; j < 9; ++j) text += fmt::format("*a{},", i - 1);
    text += "]\n";
  }
  return text;
}

// The same with maps that are merged.
std::string bomb_of_merges() {
  std::string text = "a0: &a0 {k: x}\n";
  for (int i = 1; i <= 9; ++i) {
    text += fmt::format("a{}: &a{} {{<<: [", i, i);
    for (int j = 0; j < 9; ++j) text += fmt::format("{{k{}: *a{}}},", j, i - 1);
    text += "]}\n";
  }
  return text;
}

std::string many(std::string_view item, int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += item;
  return text;
}

std::string long_text_often() {
  return "a: &x \"" + std::string(60'000, 'x') + "\"\nb: [" + many("*x,", 1000) + "]\n";
}

std::string deep_copies() {
  std::string text = "a0: &a0 []\n";
  for (int i = 1; i <= 20; ++i) text += fmt::format("a{}: &a{} [*a{}]\n", i, i, i - 1);
  return text;
}

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class YamlAliasesRefuse : public testing::TestWithParam<Refused> {};

TEST_P(YamlAliasesRefuse, WithReason) {
  Problems problems;
  EXPECT_FALSE(read_yaml(GetParam().text, problems, {.max_bytes = kMaxFile}));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
}

INSTANTIATE_TEST_SUITE_P(
    Yaml, YamlAliasesRefuse,
    testing::Values(
        Refused{"cycle", "&a [*a]", "1:5 : an alias within the value that it names"},
        Refused{"cycle_in_map", "&a {k: *a}", "1:8 : an alias within"},
        Refused{"cycle_in_merge", "a: &a {<<: *a}", "an alias within"},
        Refused{"cycle_in_merged_list", "a: &a {<<: [*a]}", "an alias within"},
        Refused{"cycle_from_within", "a: &a {b: {c: [*a]}}", "an alias within"},
        Refused{"key", "a: &a b\n*a : 1\n", "a key must be text, not an alias"},
        Refused{"key_of_itself", "&a {*a : 1}", "a key must be text, not an alias"},
        Refused{"unknown", "a: *x\n", "1:4"}, Refused{"later", "a: *x\nb: &x 1\n", "1:4"},
        Refused{"of_another_document", "a: &x 1\n---\nb: *x\n", "second document"},
        Refused{"merge_text", "a: {<<: b}", "1:9 /a: a merge key takes a map or a list of maps"},
        Refused{"merge_null", "a:\n  <<:\n  b: 1\n", "not null"},
        Refused{"merge_list_of_text", "a: {<<: [b]}", "not a string"},
        Refused{"merge_list_of_lists", "a: {<<: [[{b: 1}]]}", "not a list"},
        Refused{"merge_twice", "a:\n  <<: {b: 1}\n  <<: {c: 1}\n", "3:3 /a/<<: a second merge key"},
        Refused{"duplicate_beside_merge", "a: {<<: {b: 1}, c: 1, c: 2}", "duplicate key 'c'"},
        Refused{"bomb", bomb(), "copy more than"},
        Refused{"bomb_of_merges", bomb_of_merges(), "copy more than"},
        Refused{"many_copies", "a: &x [" + many("1,", 99) + "]\nb: [" + many("*x,", 1000) + "]\n",
                "copy more than 20000 values"},
        Refused{"long_text_often", long_text_often(), "copy more than"},
        Refused{"deep", deep_copies(), "nested deeper than 20"},
        Refused{"reset", "a: !reset\n", "the tag '!reset' of Compose is not supported"},
        Refused{"reset_null", "a: !reset null\n", "'!reset'"},
        Refused{"override", "a: !override [1]\n", "'!override'"},
        Refused{"unclosed", many("[", 200'000), "a key must be text"},
        Refused{"endless_list", many("- ", 100'000), "deeper than 20"},
        Refused{"lone_commas", many(",", 1000), "unexpected"}),
    [](const auto& test) { return test.param.name; });

TEST(YamlAliases, KeepThePlaceOfWhatTheyName) {
  Problems problems;
  const auto value = read_yaml("x: &x\n  image: a:1\nweb:\n  <<: *x\n", problems, {.document = 2});
  ASSERT_TRUE(value) << render(problems);
  EXPECT_EQ(value->find("web")->find("image")->at(), (Position{2, 10, 2}));
}

TEST(Yaml, TellsWhichPlainTextsHoldADollar) {
  Problems problems;
  std::vector<Position> plain;
  ASSERT_TRUE(
      read_yaml("a: $X\nb: '$X'\nc: [x, y$$]\n$d: \"$\"\n", problems, {.plain_templates = &plain}));
  EXPECT_EQ(plain, (std::vector<Position>{{1, 4}, {3, 8}}));
}

TEST(Yaml, SaysInWhichDocumentAProblemIs) {
  Problems problems;
  EXPECT_FALSE(read_yaml("a: [", problems, {.document = 3}));
  EXPECT_FALSE(read_yaml("a: 1\na: 2\n", problems, {.document = 3}));
  EXPECT_FALSE(read_yaml("\xFF", problems, {.document = 3}));
  EXPECT_FALSE(read_yaml("abc", problems, {.max_bytes = 2, .document = 3}));
  EXPECT_FALSE(read_json("[", problems, 100, 3));
  EXPECT_FALSE(read_json("[1]", problems, 2, 3));
  EXPECT_FALSE(read_python_literals("import x", problems, 3));
  EXPECT_FALSE(read_python_literals("\xFF", problems, 3));
  EXPECT_EQ(problems.size(), 8U);
  for (const Problem& problem : problems) EXPECT_EQ(problem.at.document, 3U) << problem.message;
}

}  // namespace
}  // namespace genisys::state
