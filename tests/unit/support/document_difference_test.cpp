#include "tests/support/document_difference.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace genisys::test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<Difference> compare(const char* theirs, const char* ours,
                                const std::vector<Allowed>& allowed = {}) {
  return differences(Json::parse(theirs), Json::parse(ours), allowed);
}

TEST(DocumentDifference, IsNoneBetweenEqualOnes) {
  EXPECT_THAT(
      compare(R"({"a": 1, "b": [true, {"c": "x"}]})", R"({"b": [true, {"c": "x"}], "a": 1})"),
      IsEmpty());
}

TEST(DocumentDifference, NamesPlaceAndBothValues) {
  EXPECT_THAT(compare(R"({"a": {"b": [1, {"c": "x"}]}})", R"({"a": {"b": [1, {"c": "y"}]}})"),
              ElementsAre(Difference{"a.b[1].c", "\"x\"", "\"y\""}));
}

TEST(DocumentDifference, SeesWhatOnlyOneHas) {
  EXPECT_THAT(compare(R"({"a": 1, "l": [1, 2]})", R"({"b": 1, "l": [1]})"),
              ElementsAre(Difference{"a", "1", "(absent)"}, Difference{"b", "(absent)", "1"},
                          Difference{"l[1]", "2", "(absent)"}));
}

TEST(DocumentDifference, TellsTypesApart) {
  EXPECT_THAT(compare(R"({"a": 1, "b": false, "c": 0})", R"({"a": "1", "b": null, "c": ""})"),
              ElementsAre(Difference{"a", "1", "\"1\""}, Difference{"b", "false", "none"},
                          Difference{"c", "0", "\"\""}));
}

TEST(DocumentDifference, TakesNullAndEmptyListsAndObjectsForTheSame) {
  EXPECT_THAT(compare(R"({"a": null, "b": [], "c": {}})", R"({"a": [], "b": {}, "c": null})"),
              IsEmpty());
  EXPECT_THAT(
      compare(R"({"a": null})", R"({"a": ["x"]})"),
      ElementsAre(Difference{"a", "none", "(absent)"}, Difference{"a[0]", "(absent)", "\"x\""}));
}

TEST(DocumentDifference, MindsTheOrderOfListsUnlessToldOtherwise) {
  EXPECT_EQ(compare(R"({"l": [1, 2]})", R"({"l": [2, 1]})").size(), 2U);
  const std::vector<Allowed> set = {{"l", Allowance::any_order, "a set"}};
  EXPECT_THAT(compare(R"({"l": [1, 2]})", R"({"l": [2, 1]})", set), IsEmpty());
  EXPECT_EQ(compare(R"({"l": [1, 2, 2]})", R"({"l": [2, 1, 1]})", set).size(), 1U);
}

TEST(DocumentDifference, LeavesOutWhatMayBeAnything) {
  const std::vector<Allowed> allowed = {{"a.*.c", Allowance::any, "a reason"}};
  EXPECT_THAT(compare(R"({"a": {"x": {"c": 1}, "y": [{"c": {"d": 2}}]}})",
                      R"({"a": {"x": {"c": 2}, "y": [{}]}})", allowed),
              ElementsAre(Difference{"a.y[0]", "(absent)", "none"}));
  EXPECT_EQ(compare(R"({"a": {"c": 1}})", R"({"a": {"c": 2}})", allowed).size(), 1U);
  EXPECT_EQ(compare(R"({"a": {"x": {"cc": 1}}})", R"({"a": {"x": {"cc": 2}}})", allowed).size(),
            1U);
}

}  // namespace
}  // namespace genisys::test
