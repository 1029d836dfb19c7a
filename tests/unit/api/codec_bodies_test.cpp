#include "api/codec_bodies.hpp"

#include <gtest/gtest.h>

namespace genisys::api {
namespace {

using state::Problems;
using state::ServiceName;

ServiceName name(std::string_view text) { return *ServiceName::parse(text); }

struct GoodTarget {
  std::string name;
  std::string body;
  std::uint32_t target;
};
void PrintTo(const GoodTarget& row, std::ostream* out) { *out << row.body; }

class GoodTargets : public testing::TestWithParam<GoodTarget> {};

TEST_P(GoodTargets, AreRead) {
  Problems problems;
  EXPECT_EQ(decode_scale_body(GetParam().body, 1000, problems), ScaleBody{GetParam().target});
  EXPECT_TRUE(problems.empty());
}

INSTANTIATE_TEST_SUITE_P(Bodies, GoodTargets,
                         testing::ValuesIn(std::vector<GoodTarget>{
                             {"Integer", R"({"number": 3})", 3},
                             {"Zero", R"({"number": 0})", 0},
                             {"String", R"({"number": "3"})", 3},
                             {"StringZero", R"({"number": "0"})", 0},
                             {"StringWithLeadingZeros", R"({"number": "003"})", 3},
                             {"TheLimit", R"({"number": 1000})", 1000},
                             {"TheLimitAsString", R"({"number": "1000"})", 1000},
                         }),
                         [](const auto& info) { return info.param.name; });

struct BadTarget {
  std::string name;
  std::string body;
  std::vector<std::string> pointers;
  std::string says;
};
void PrintTo(const BadTarget& row, std::ostream* out) { *out << row.body; }

class BadTargets : public testing::TestWithParam<BadTarget> {};

TEST_P(BadTargets, AreRefusedWithThePlaceAndTheCause) {
  Problems problems;
  EXPECT_EQ(decode_scale_body(GetParam().body, 1000, problems), std::nullopt);
  std::vector<std::string> pointers;
  std::string messages;
  for (const state::Problem& problem : problems) {
    pointers.push_back(problem.pointer);
    messages += problem.message + "\n";
  }
  EXPECT_EQ(pointers, GetParam().pointers);
  EXPECT_NE(messages.find(GetParam().says), std::string::npos) << messages;
}

INSTANTIATE_TEST_SUITE_P(
    Codec, BadTargets,
    testing::ValuesIn(std::vector<BadTarget>{
        {"Negative", R"({"number": -1})", {"/number"}, "'-1' is negative"},
        {"NegativeZero", R"({"number": -0})", {"/number"}, "negative"},
        {"NegativeString", R"({"number": "-1"})", {"/number"}, "negative"},
        {"Fraction", R"({"number": 1.5})", {"/number"}, "'1.5' is not a whole number"},
        {"FractionOfNothing", R"({"number": 3.0})", {"/number"}, "whole number"},
        {"Exponent", R"({"number": 1e2})", {"/number"}, "whole number"},
        {"FractionString", R"({"number": "1.5"})", {"/number"}, "whole number"},
        {"TooMany", R"({"number": 1001})", {"/number"}, "limits.replicas allows (1000)"},
        {"TooManyAsString", R"({"number": "1001"})", {"/number"}, "limits.replicas"},
        {"Huge", R"({"number": 99999999999999999999})", {"/number"}, "limits.replicas"},
        {"Wraps", R"({"number": 4294967297})", {"/number"}, "limits.replicas"},
        {"OutOfRangeExponent", R"({"number": 0.00000000001e-2147483639})", {"/number"}, "whole"},
        {"Empty", R"({"number": ""})", {"/number"}, "is empty"},
        {"Blank", R"({"number": " 3"})", {"/number"}, "whole number"},
        {"Plus", R"({"number": "+3"})", {"/number"}, "whole number"},
        {"Hexadecimal", R"({"number": "0x3"})", {"/number"}, "whole number"},
        {"Word", R"({"number": "three"})", {"/number"}, "'three'"},
        {"ArabicDigits", R"({"number": "٣"})", {"/number"}, "whole number"},
        {"Boolean", R"({"number": true})", {"/number"}, "is a boolean"},
        {"Null", R"({"number": null})", {"/number"}, "is null"},
        {"List", R"({"number": [3]})", {"/number"}, "is a list"},
        {"Map", R"({"number": {}})", {"/number"}, "is a map"},
        {"Missing", R"({})", {"/number"}, "is missing"},
        {"UnknownKey", R"({"number": 3, "numbr": 3})", {"/numbr"}, "'numbr'"},
        {"AllAtOnce", R"({"a/b": 1, "number": -1})", {"/a~1b", "/number"}, "negative"},
        {"MissingAndUnknown", R"({"count": 3})", {"/count", "/number"}, "is missing"},
        {"NoBody", "", {""}, "body is empty"},
        {"NoObject", "3", {""}, "is a number"},
        {"NoJson", "number=3", {""}, "JSON"},
        {"RemoveNoList", R"({"number": 1, "remove": 3})", {"/remove"}, "a list of slots"},
        {"RemoveSlotZero", R"({"number": 1, "remove": [0]})", {"/remove/0"}, "numbered from 1"},
        {"RemoveNegative", R"({"number": 1, "remove": [2, -1]})", {"/remove/1"}, "negative"},
        {"RemoveHuge", R"({"number": 1, "remove": [99999999999]})", {"/remove/0"}, "no slot"},
        {"RemoveTwice",
         R"({"number": 1, "remove": [2, "2"]})",
         {"/remove/1"},
         "slot 2 is named twice"},
        {"RemoveWord",
         R"({"number": 1, "remove": ["web-1", null]})",
         {"/remove/0", "/remove/1"},
         "whole number"},
        {"RemoveWithoutNumber", R"({"remove": [1]})", {"/number"}, "is missing"},
        {"Twice", R"({"number": 1, "number": 2})", {"/number"}, "number"},
    }),
    [](const auto& info) { return info.param.name; });

TEST(Bodies, ReadsManyTargets) {
  Problems problems;
  const std::map<ServiceName, std::uint32_t> expected = {{name("db"), 1}, {name("web"), 3}};
  EXPECT_EQ(decode_targets_body(R"({"web": 3, "db": "1"})", 1000, problems), expected);
  EXPECT_EQ(decode_targets_body("{}", 1000, problems)->size(), 0U);
  EXPECT_TRUE(problems.empty());
}

TEST(Bodies, NamesEveryBadTargetAtOnce) {
  Problems problems;
  EXPECT_FALSE(
      decode_targets_body(R"({"web": -1, "no name": 1, "db": 2, "a~b": true})", 1000, problems));
  ASSERT_EQ(problems.size(), 4U);
  EXPECT_EQ(problems[0].pointer, "/web");
  EXPECT_EQ(problems[1].pointer, "/no name");
  EXPECT_EQ(problems[2].pointer, "/a~0b");
  EXPECT_EQ(problems[3].pointer, "/a~0b");
}

TEST(Bodies, ReadTheSlotsToBeEmptied) {
  Problems problems;
  const ScaleBody expected{.target = 2, .remove = {1, 3}};
  EXPECT_EQ(decode_scale_body(R"({"number": 2, "remove": [3, "1"]})", 1000, problems), expected);
  EXPECT_EQ(decode_scale_body(R"({"number": 2, "remove": []})", 1000, problems),
            ScaleBody{.target = 2});
  EXPECT_TRUE(problems.empty());
}

TEST(Bodies, ReadTheRevisionToGoBackTo) {
  Problems problems;
  EXPECT_EQ(decode_rollback_body(R"({"revision": 3})", problems)->revision, state::Revision{3});
  EXPECT_EQ(decode_rollback_body(R"({"revision": "3"})", problems)->revision, state::Revision{3});
  EXPECT_EQ(decode_rollback_body("{}", problems)->revision, std::nullopt);
  EXPECT_EQ(decode_rollback_body("", problems)->revision, std::nullopt);
  EXPECT_TRUE(problems.empty());
}

TEST(Bodies, RefuseWhatIsNoRevision) {
  for (const char* body :
       {R"({"revision": -1})", R"({"revision": "last"})", R"({"revision": null})",
        R"({"revision": 1.5})", R"({"to": 1})", "[]", "3"}) {
    Problems problems;
    EXPECT_FALSE(decode_rollback_body(body, problems)) << body;
    EXPECT_EQ(problems.size(), 1U) << body;
  }
}

}  // namespace
}  // namespace genisys::api
