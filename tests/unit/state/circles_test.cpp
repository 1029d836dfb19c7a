// Services that would wait for each other for ever are not recorded.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/import.hpp"
#include "tests/support/builders.hpp"

namespace genisys::state {
namespace {

using test::definition;
using test::name;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Definition waits_for(std::string_view service, const std::vector<std::string>& others,
                     std::string_view image = "app:1") {
  Definition waiting = definition(service, image);
  waiting.depends_on.emplace();
  for (const std::string& other : others) waiting.depends_on->emplace(other, Dependency{});
  return waiting;
}

class Circles : public ::testing::Test {
 protected:
  template <class Result>
  static void expect_circle(const Result& refused, const std::string& circle) {
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, RefusalKind::invalid);
    ASSERT_EQ(refused.error().problems.size(), 1U);
    EXPECT_EQ(refused.error().problems[0].pointer, "/depends_on");
    EXPECT_THAT(refused.error().problems[0].message, HasSubstr(circle + ";"));
  }

  Draft draft{Snapshot{}};
};

TEST_F(Circles, OfOneAreRefused) {
  expect_circle(register_service(draft, waits_for("web", {"web"})), "web -> web");
  EXPECT_FALSE(draft.changed_state());
}

TEST_F(Circles, AreRefusedByTheWriteThatClosesThem) {
  ASSERT_TRUE(register_service(draft, waits_for("web", {"cache", "db"})));
  ASSERT_TRUE(register_service(draft, waits_for("cache", {"db", "elsewhere"})));
  expect_circle(register_service(draft, waits_for("db", {"web"})), "db -> web -> cache -> db");
  ASSERT_TRUE(register_service(draft, definition("db")));
  expect_circle(replace_definition(draft, waits_for("db", {"cache"}), {}), "db -> cache -> db");
}

TEST_F(Circles, CloseNotWhenTheSameWriteOpensThem) {
  ASSERT_TRUE(register_service(draft, waits_for("web", {"db"})));
  ASSERT_TRUE(register_service(draft, definition("db")));
  ASSERT_TRUE(replace_definition(draft, definition("web"), {}));
  EXPECT_TRUE(replace_definition(draft, waits_for("db", {"web"}), {}));
}

TEST_F(Circles, AreNoWayBack) {
  ASSERT_TRUE(register_service(draft, waits_for("web", {"db"})));
  ASSERT_TRUE(replace_definition(draft, definition("web"), {}));
  ASSERT_TRUE(register_service(draft, waits_for("db", {"web"})));
  expect_circle(roll_back(draft, name("web"), Revision{1}, {}), "web -> db -> web");
}

TEST_F(Circles, OfAServiceFileLeaveOutTheEntryThatClosesThem) {
  const ImportReport report = import_declarations(
      draft, {.entries = {{waits_for("a", {"b"})}, {waits_for("b", {"a"})}, {definition("c")}}});
  EXPECT_EQ(report.taken.size(), 2U);
  ASSERT_EQ(report.passed_over.size(), 1U);
  EXPECT_EQ(report.passed_over[0].service, name("b"));
  EXPECT_THAT(report.passed_over[0].why, HasSubstr("b -> a -> b"));
}

TEST_F(Circles, AreNoneWhenTheFileTurnsAnOrderAround) {
  import_declarations(
      draft, {.entries = {{waits_for("a", {"b"})}, {waits_for("b", {"c"})}, {definition("c")}}});
  const ImportReport turned = import_declarations(
      draft, {.entries = {{waits_for("c", {"b"})}, {waits_for("b", {"a"})}, {definition("a")}}});
  EXPECT_EQ(turned.taken.size(), 3U);
  EXPECT_THAT(turned.passed_over, IsEmpty());
  EXPECT_TRUE(draft.find(name("c"))->definition.depends_on->contains("b"));
}

}  // namespace
}  // namespace genisys::state
