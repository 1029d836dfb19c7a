#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "state/documents.hpp"
#include "tests/unit/state/document_texts.hpp"

namespace genisys::state {
namespace {

using testing::HasSubstr;

std::string repeat(std::string_view text, std::size_t times) {
  std::string repeated;
  for (std::size_t i = 0; i < times; ++i) repeated += text;
  return repeated;
}

struct Accepted {
  const char* name;
  std::string text;
  std::string tree;
};

class JsonAccepts : public testing::TestWithParam<Accepted> {};

TEST_P(JsonAccepts, AsWritten) {
  Problems problems;
  const auto value = read_json(GetParam().text, problems);
  ASSERT_TRUE(value) << render(problems);
  EXPECT_EQ(render(*value), GetParam().tree);
  EXPECT_TRUE(problems.empty());
}

INSTANTIATE_TEST_SUITE_P(
    Json, JsonAccepts,
    testing::Values(
        Accepted{"empty_object", "{}", "{}"}, Accepted{"empty_list", " [ ] ", "[]"},
        Accepted{"scalars", R"([null, true, false, "x"])", R"([null,true,false,"x"])"},
        Accepted{"nested", R"({"a": {"b": [1, {"c": 2}]}, "d": 3})",
                 R"({"a":{"b":[1,{"c":2}]},"d":3})"},
        Accepted{"integer", "8080", "8080"}, Accepted{"negative", "[-5]", "[-5]"},
        Accepted{"minus_zero", "[-0]", "[-0]"}, Accepted{"fraction", "[1.0, 1e2]", "[1.0,1e2]"},
        Accepted{"two_to_64", "[18446744073709551616]", "[18446744073709551616]"},
        Accepted{"many_digits", "[" + std::string(300, '9') + "]",
                 "[" + std::string(300, '9') + "]"},
        Accepted{"tiny", "[1e-400]", "[1e-400]"},
        Accepted{"escapes", R"(["\"\\\/\t\u00e9\ud83d\ude00"])", "[\"\"\\/\té😀\"]"},
        Accepted{"utf8", "[\"é😀\"]", "[\"é😀\"]"},
        Accepted{"empty_key", R"({"": 1})", R"({"":1})"},
        Accepted{"same_key_in_two_maps", R"([{"a":1},{"a":2}])", R"([{"a":1},{"a":2}])"},
        Accepted{"depth_32", repeat("[", 32) + repeat("]", 32), repeat("[", 32) + repeat("]", 32)}),
    [](const auto& test) { return test.param.name; });

struct Refused {
  const char* name;
  std::string text;
  std::string reason;
};

class JsonRefuses : public testing::TestWithParam<Refused> {};

TEST_P(JsonRefuses, WithReason) {
  Problems problems;
  EXPECT_FALSE(read_json(GetParam().text, problems));
  EXPECT_THAT(render(problems), HasSubstr(GetParam().reason));
  EXPECT_FALSE(problems.empty());
}

using std::string_literals::operator""s;

INSTANTIATE_TEST_SUITE_P(
    Json, JsonRefuses,
    testing::Values(
        Refused{"nothing", "", "the document is empty, at the end"},
        Refused{"blank", " \n ", "empty"},
        Refused{"two_documents", "{} {}", "1:4 : not valid JSON"},
        Refused{"trailing_text", "{}x", "before 'x'"}, Refused{"comment", "{} // x", "1:4"},
        Refused{"inner_comment", "{/**/}", "1:2"}, Refused{"trailing_comma", "[1,]", "1:4"},
        Refused{"trailing_comma_in_map", R"({"a":1,})", "1:8"},
        Refused{"missing_comma", "{\"a\": 1\n \"b\": 2}", "2:2 : not valid JSON: missing a comma"},
        Refused{"missing_colon", R"({"a" 1})", "1:6"}, Refused{"single_quotes", "{'a': 1}", "1:2"},
        Refused{"unclosed_list", "[1", "at the end of the text"},
        Refused{"unclosed_string", "[\"a", "1:"}, Refused{"nan", "[NaN]", "1:"},
        Refused{"infinity", "[Infinity]", "1:"}, Refused{"minus_infinity", "[-Infinity]", "1:"},
        Refused{"plus", "[+1]", "1:2"}, Refused{"leading_zero", "[01]", "1:3"},
        Refused{"bare_fraction", "[.5]", "1:2"}, Refused{"open_fraction", "[5.]", "1:"},
        Refused{"hexadecimal", "[0x10]", "1:"},
        Refused{"huge_exponent", "[1e400]", "number too big"},
        Refused{"wrong_case", "[True]", "1:2"}, Refused{"raw_newline", "[\"a\nb\"]", "1:"},
        Refused{"bad_escape", R"(["\x"])", "1:"}, Refused{"short_unicode", R"(["\u12"])", "1:"},
        Refused{"lone_high_surrogate", R"(["\ud800"])", "surrogate"},
        Refused{"lone_low_surrogate", R"([1, "\udc00"])", "1:5 /1: "},
        Refused{"lone_low_surrogate_in_key", R"({"\udc00": 1})",
                "1:2 /\uFFFD\uFFFD\uFFFD: '\\xed\\xb0\\x80' is not valid Unicode"},
        Refused{"overlong", "[\"\xC0\xAF\"]", "1:"},
        Refused{"surrogate_bytes", "[\"\xED\xA0\x80\"]", "1:"},
        Refused{"beyond_unicode", "[\"\xF4\x90\x80\x80\"]", "1:"},
        Refused{"broken_utf8", "[\"\xFF\"]", "1:"},
        Refused{"utf8_cut_short", "[\"\xE2\x82\"]", "1:"},
        Refused{"nul_escape", R"({"a": "b\u0000c"})", "1:7 /a: a NUL"},
        Refused{"nul_escape_in_key", R"({"a\u0000": 1})", "NUL"},
        Refused{"nul_ends_nothing", "{}\0garbage"s, "1:3 : not valid JSON: a NUL byte"},
        Refused{"nul_in_string", "[\"a\0\"]"s, "NUL byte"},
        Refused{"byte_order_mark", "\xEF\xBB\xBF{}", "byte order mark"},
        Refused{"utf16", "\xFF\xFE{\0}\0"s, "1:"},
        Refused{"duplicate_key", "{\"a\": 1,\n  \"a\": 2}", "2:3 /a: duplicate key 'a'"},
        Refused{"duplicate_inner_key", R"({"x": [{"k": 1, "k": 1}]})", "1:17 /x/0/k: duplicate"},
        Refused{"duplicate_after_unescaping", R"({"a": 1, "\u0061": 2})", "duplicate key 'a'"},
        Refused{"depth_33", repeat("[", 33) + repeat("]", 33), "1:33 : nested deeper than 32"},
        Refused{"depth_33_of_maps", repeat("{\"a\":", 33) + "1" + repeat("}", 33), "nested deeper"},
        Refused{"too_large", "[\"" + std::string(256 * 1024, 'x') + "\"]", "more than the 262144"}),
    [](const auto& test) { return test.param.name; });

TEST(Json, SurvivesTheExponentThatReadsOutOfBounds) {
  Problems problems;
  const auto value = read_json("0.00000000001e-2147483639", problems);
  if (value) {
    EXPECT_EQ(render(*value), "0.00000000001e-2147483639");
  } else {
    EXPECT_FALSE(problems.empty());
  }
}

TEST(Json, SurvivesDeepNestingOfEveryKind) {
  for (const std::string& deep : {repeat("[", 200'000) + repeat("]", 200'000), repeat("[", 200'000),
                                  repeat("{\"a\":", 200'000), repeat("[{\"a\":", 100'000)}) {
    Problems problems;
    EXPECT_FALSE(read_json(deep, problems, 4'000'000));
    EXPECT_THAT(render(problems), HasSubstr("nested deeper than 32"));
  }
}

TEST(Json, GivesEveryValueItsPlace) {
  Problems problems;
  const auto value = read_json("{\n  \"é\": [1,\n   \"x\", {}],\n  \"b\" : -2.5}", problems);
  ASSERT_TRUE(value) << render(problems);
  const Map& map = *value->as_map();
  EXPECT_EQ(value->at(), (Position{1, 1}));
  EXPECT_EQ(map[0].at, (Position{2, 3}));
  const List& list = *map[0].value.as_list();
  EXPECT_EQ(map[0].value.at(), (Position{2, 8}));
  EXPECT_EQ(list[0].at(), (Position{2, 9}));
  EXPECT_EQ(list[1].at(), (Position{3, 4}));
  EXPECT_EQ(list[2].at(), (Position{3, 9}));
  EXPECT_EQ(map[1].at, (Position{4, 3}));
  EXPECT_EQ(map[1].value.at(), (Position{4, 9}));
}

TEST(Json, TellsSeveralProblemsButNotThousands) {
  std::string text = "{\"a\": 0";
  for (int i = 0; i < 5000; ++i) text += ", \"a\": 0";
  Problems problems;
  EXPECT_FALSE(read_json(text + "}", problems));
  EXPECT_GT(problems.size(), 1U);
  EXPECT_LT(problems.size(), 100U);
}

TEST(Json, LeavesEarlierProblemsAlone) {
  Problems problems{{"/x", "before"}};
  EXPECT_TRUE(read_json("{}", problems));
  EXPECT_EQ(problems.size(), 1U);
}

// Whatever the bytes: an answer, and a problem exactly when there is no value.
TEST(Json, AnswersForAnyBytes) {
  std::mt19937 random(20240501);
  const std::string_view alphabet = "{}[]\",:\\0123456789eE.-+untrfalsx \n\t/\xC3\xA9\xED";
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t length = random() % 24;
    for (std::size_t i = 0; i < length; ++i) text += alphabet[random() % alphabet.size()];
    Problems problems;
    EXPECT_EQ(read_json(text, problems).has_value(), problems.empty()) << text;
  }
}

TEST(WriteJson, MakesTextThatReadsBackAsTheSameTree) {
  const std::string text =
      R"({"a":[1,-2.50,"x\"\n\u00e9",true,false,null],"b":{},"c":[],"d":{"e":"f"}})";
  Problems problems;
  const auto tree = read_json(text, problems);
  ASSERT_TRUE(tree);
  const std::string written = write_json(*tree);
  const auto again = read_json(written, problems);
  ASSERT_TRUE(again);
  EXPECT_EQ(write_json(*again), written);
  EXPECT_EQ(written,
            "{\"a\":[1,-2.50,\"x\\\"\\n\xC3\xA9\",true,false,null],\"b\":{},\"c\":[],\"d\":{\"e\":"
            "\"f\"}}");
}

}  // namespace
}  // namespace genisys::state
