#include "state/commands.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "tests/support/builders.hpp"

namespace genisys::state {
namespace {

using test::definition;
using test::definition_with_ports;
using test::host_ports;
using test::name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class Commands : public ::testing::Test {
 protected:
  void record(const std::string& service, std::optional<std::uint32_t> desired = {}) {
    record(definition(service), desired);
  }
  void record(const Definition& wanted, std::optional<std::uint32_t> desired = {}) {
    draft.put({.definition = wanted, .desired = desired});
  }
  void mark_removing(const std::string& service) {
    ASSERT_TRUE(remove_service(draft, name(service), {}));
  }
  const Service& service(const std::string& text) const { return *draft.find(name(text)); }

  Draft draft{Snapshot{}};
};

Precondition generation(std::uint64_t wanted) { return {.generations = {Generation{wanted}}}; }
const Precondition kAny{.any = true};

TEST_F(Commands, RegisterCreatesWithoutATarget) {
  EXPECT_EQ(*register_service(draft, definition("web")), Effect::created);
  EXPECT_EQ(service("web").definition, definition("web"));
  EXPECT_EQ(service("web").revision, Revision{1});
  EXPECT_EQ(service("web").generation, Generation{1});
  EXPECT_EQ(service("web").desired, std::nullopt);
}

TEST_F(Commands, RegisterOfTheSameChangesNothing) {
  record("web", 3);
  const std::size_t steps = draft.steps().size();
  EXPECT_EQ(*register_service(draft, definition("web")), Effect::unchanged);
  EXPECT_EQ(draft.steps().size(), steps);
}

TEST_F(Commands, RegisterOfAnotherDefinitionIsAConflictThatNamesPut) {
  record("web");
  const auto result = register_service(draft, definition("web", "app:2"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RefusalKind::conflict);
  EXPECT_THAT(result.error().detail, HasSubstr("PUT /service/web"));
}

TEST_F(Commands, NothingIsWrittenToAServiceBeingRemoved) {
  record("web", 1);
  mark_removing("web");
  const Service before = service("web");
  EXPECT_EQ(register_service(draft, definition("web")).error().kind, RefusalKind::conflict);
  EXPECT_EQ(replace_definition(draft, definition("web", "app:2"), {}).error().kind,
            RefusalKind::conflict);
  EXPECT_EQ(set_targets(draft, {{name("web"), 2}}, {}, true).error().kind, RefusalKind::conflict);
  EXPECT_EQ(service("web"), before);
}

TEST_F(Commands, ReplaceCountsRevisionAndGeneration) {
  record("web", 2);
  EXPECT_EQ(*replace_definition(draft, definition("web", "app:2"), {}), Effect::changed);
  EXPECT_EQ(service("web").revision, Revision{2});
  EXPECT_EQ(service("web").generation, Generation{2});
  EXPECT_EQ(service("web").desired, 2U);
}

TEST_F(Commands, ReplaceByTheSameChangesNothing) {
  record("web", 2);
  EXPECT_EQ(*replace_definition(draft, definition("web"), kAny), Effect::unchanged);
  EXPECT_EQ(service("web").generation, Generation{1});
}

TEST_F(Commands, ReplaceCreatesWhatIsAbsent) {
  EXPECT_EQ(*replace_definition(draft, definition("web"), {}), Effect::created);
}

TEST_F(Commands, ReplaceIsRefusedWhileTheTargetExceedsTheHostPorts) {
  record("web", 3);
  const auto result = replace_definition(
      draft, definition_with_ports("web", host_ports(8081, 8081, "8081:80")), {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RefusalKind::invalid);
  EXPECT_THAT(
      result.error().problems,
      ElementsAre(Problem{"/ports",
                          "`8081:80` publishes a fixed host port: at most 1 replica, and the "
                          "target is 3; scale it down first"}));
  EXPECT_EQ(service("web").revision, Revision{1});
}

TEST_F(Commands, ReplaceCountsTheSlotsThatStayEmpty) {
  record("web", 3);
  ASSERT_TRUE(set_targets(draft, {{name("web"), 3}}, {}, true, 1000, {1, 9}));
  const Port range = host_ports(9000, 9002, "9000-9002:80");
  const auto result = replace_definition(draft, definition_with_ports("web", range), {});
  ASSERT_FALSE(result);
  EXPECT_THAT(result.error().detail, HasSubstr("1 of the slots has to stay empty"));
  ASSERT_TRUE(set_targets(draft, {{name("web"), 2}}, {}, true, 1000, {1, 9}));
  EXPECT_TRUE(replace_definition(draft, definition_with_ports("web", range), {}));
}

struct PreconditionCase {
  std::string name;
  bool is_recorded;
  std::optional<Precondition> if_match;
  bool passes;
};

class IfMatch : public ::testing::TestWithParam<PreconditionCase> {};

TEST_P(IfMatch, DecidesOnReplace) {
  Draft draft{Snapshot{}};
  if (GetParam().is_recorded) {
    draft.put({.definition = definition("web"), .generation = Generation{7}});
  }
  const auto result = replace_definition(draft, definition("web", "app:2"), GetParam().if_match);
  EXPECT_EQ(result.has_value(), GetParam().passes);
  if (!result) {
    EXPECT_EQ(result.error().kind, RefusalKind::precondition_failed);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, IfMatch,
    ::testing::Values(PreconditionCase{"Nothing", true, {}, true},
                      PreconditionCase{"NothingOnAbsent", false, {}, true},
                      PreconditionCase{"Star", true, kAny, true},
                      PreconditionCase{"StarOnAbsent", false, kAny, false},
                      PreconditionCase{"TheGeneration", true, generation(7), true},
                      PreconditionCase{"AnotherGeneration", true, generation(6), false},
                      PreconditionCase{"OneOfSeveral", true,
                                       Precondition{.generations = {Generation{6}, Generation{7}}},
                                       true},
                      PreconditionCase{"EmptyList", true, Precondition{}, false},
                      PreconditionCase{"TheGenerationOnAbsent", false, generation(1), false}),
    [](const auto& info) { return info.param.name; });

TEST_F(Commands, ScaleCountsTheGenerationAlone) {
  record("web");
  EXPECT_EQ(*set_targets(draft, {{name("web"), 0}}, {}, true), Effect::changed);
  EXPECT_EQ(service("web").desired, 0U);
  EXPECT_EQ(service("web").generation, Generation{2});
  EXPECT_EQ(service("web").revision, Revision{1});
}

TEST_F(Commands, ScaleToTheSameChangesNothing) {
  record("web", 2);
  const std::size_t steps = draft.steps().size();
  EXPECT_EQ(*set_targets(draft, {{name("web"), 2}}, {}, true), Effect::unchanged);
  EXPECT_EQ(draft.steps().size(), steps);
}

TEST_F(Commands, ScaleOfManyIsAllOrNone) {
  record("db");
  record("web");
  const auto result =
      set_targets(draft, {{name("db"), 1}, {name("nix"), 1}, {name("web"), 1}}, {}, false);
  EXPECT_EQ(result.error().kind, RefusalKind::not_found);
  EXPECT_THAT(result.error().detail, HasSubstr("`nix`"));
  EXPECT_EQ(service("db").desired, std::nullopt);

  EXPECT_EQ(*set_targets(draft, {{name("db"), 1}, {name("web"), 4}}, {}, false), Effect::changed);
  EXPECT_EQ(service("db").desired, 1U);
  EXPECT_EQ(service("web").desired, 4U);
}

TEST_F(Commands, ScaleNamesEveryTargetThatIsTooHigh) {
  record("app");
  record(definition_with_ports("fixed", host_ports(8081, 8081, "8081:80")));
  record(definition_with_ports("range", host_ports(9000, 9003, "9000-9003:80")));
  const auto result = set_targets(
      draft, {{name("app"), 1001}, {name("fixed"), 2}, {name("range"), 5}}, {}, false, 1000);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RefusalKind::invalid);
  EXPECT_THAT(
      result.error().problems,
      ElementsAre(
          Problem{"/app", "1001 is more than the 1000 replicas that limits.replicas allows"},
          Problem{"/fixed", "`8081:80` publishes a fixed host port: at most 1 replica"},
          Problem{"/range", "`9000-9003:80` publishes 4 host ports: at most 4 replicas"}));
  EXPECT_EQ(*set_targets(draft, {{name("fixed"), 1}, {name("range"), 4}}, {}, false, 1000),
            Effect::changed);
}

TEST_F(Commands, ScaleOfOnePointsAtNumber) {
  record(definition_with_ports("fixed", host_ports(8081, 8081, "8081:80")));
  const auto result = set_targets(draft, {{name("fixed"), 2}}, {}, true);
  EXPECT_EQ(result.error().problems.at(0).pointer, "/number");
}

TEST_F(Commands, RemoveMarksOnceAndForgetErases) {
  record("web", 2);
  EXPECT_EQ(forget_service(draft, name("web")), Effect::unchanged);
  EXPECT_EQ(*remove_service(draft, name("web"), generation(1)), Effect::changed);
  EXPECT_TRUE(service("web").removing);
  EXPECT_EQ(service("web").generation, Generation{2});
  EXPECT_EQ(*remove_service(draft, name("web"), generation(1)), Effect::unchanged);
  EXPECT_EQ(forget_service(draft, name("web")), Effect::changed);
  EXPECT_EQ(draft.find(name("web")), nullptr);
  EXPECT_EQ(remove_service(draft, name("web"), {}).error().kind, RefusalKind::not_found);
}

TEST_F(Commands, RemoveMayKeepContainersUntilToldOtherwise) {
  record("web", 2);
  EXPECT_EQ(*remove_service(draft, name("web"), {}, Containers::keep), Effect::changed);
  EXPECT_TRUE(service("web").keep_containers);
  EXPECT_EQ(*remove_service(draft, name("web"), {}, Containers::keep), Effect::unchanged);
  EXPECT_EQ(remove_service(draft, name("web"), generation(1)).error().kind,
            RefusalKind::precondition_failed);
  EXPECT_EQ(*remove_service(draft, name("web"), generation(2)), Effect::changed);
  EXPECT_FALSE(service("web").keep_containers);
  EXPECT_EQ(service("web").generation, Generation{3});
  EXPECT_EQ(*remove_service(draft, name("web"), {}), Effect::unchanged);
  EXPECT_EQ(*remove_service(draft, name("web"), {}, Containers::keep), Effect::unchanged);
  EXPECT_FALSE(service("web").keep_containers);
}

TEST_F(Commands, ForgetReleasesContainersAndLosesTheMemoryOfTheServiceAlone) {
  record("web", 2);
  draft.remember("service/web", "ladders");
  draft.remember("service/web2", "ladders");
  EXPECT_EQ(forget_service(draft, name("web"), {"c1"}), Effect::unchanged);
  EXPECT_TRUE(draft.state().released.empty());
  ASSERT_TRUE(remove_service(draft, name("web"), {}, Containers::keep));
  EXPECT_EQ(forget_service(draft, name("web"), {"c1", "c2"}), Effect::changed);
  EXPECT_THAT(draft.state().released, ElementsAre("c1", "c2"));
  EXPECT_EQ(draft.state().memory.size(), 1U);
  EXPECT_TRUE(draft.state().memory.contains("service/web2"));
}

TEST_F(Commands, AServiceOfARemovedNameBeginsAnew) {
  ASSERT_TRUE(register_service(draft, definition("web")));
  ASSERT_TRUE(replace_definition(draft, definition("web", "app:2"), {}));
  mark_removing("web");
  forget_service(draft, name("web"));
  ASSERT_TRUE(register_service(draft, definition("web")));
  EXPECT_EQ(service("web").revision, Revision{1});
  EXPECT_EQ(service("web").revisions->size(), 1U);
}

TEST(DraftTest, RollsBackToAMark) {
  Draft draft{Snapshot{}};
  draft.put({definition("web")});
  draft.note_file_entry(name("web"), "one");
  draft.remember("kept", "one");
  draft.remember("lost", "one");
  draft.release("c1");
  draft.release("c2");
  draft.note({.message = "one"});
  const Draft::Mark mark = draft.mark();
  draft.remember("kept", "two");
  draft.remember("new", "one");
  draft.forget_memory("lost");
  draft.unrelease("c1");
  draft.release("c3");
  draft.note({.message = "two"});
  draft.put({definition("web", "app:2")});
  draft.put({definition("db")});
  draft.erase(name("web"));
  draft.note_file_entry(name("web"), "two");
  draft.note_file_entry(name("db"), "one");

  draft.roll_back_to(mark);
  EXPECT_EQ(*draft.find(name("web")), Service{definition("web")});
  EXPECT_EQ(draft.find(name("db")), nullptr);
  EXPECT_THAT(draft.touched_services(), ElementsAre(name("web")));
  EXPECT_THAT(draft.touched_file_entries(), ElementsAre(name("web")));
  EXPECT_EQ(draft.state().file_entries.at(name("web")), "one");
  EXPECT_EQ(draft.state().memory,
            (std::map<std::string, std::string>{{"kept", "one"}, {"lost", "one"}}));
  EXPECT_THAT(draft.touched_memory(), ElementsAre("kept", "lost"));
  EXPECT_THAT(draft.state().released, ElementsAre("c1", "c2"));
  EXPECT_THAT(draft.touched_released(), ElementsAre("c1", "c2"));
  ASSERT_EQ(draft.notes().size(), 1U);
  EXPECT_EQ(draft.notes()[0].message, "one");
}

TEST(DraftTest, IsChangedByAnythingThatIsToBeRecorded) {
  Snapshot base;
  base.memory = {{"key", "text"}};
  base.released = {"c1"};
  const auto changed = [&](const std::function<void(Draft&)>& act) {
    Draft draft(base);
    act(draft);
    return draft.changed();
  };
  EXPECT_FALSE(changed([](Draft& draft) { draft.act_as("api"); }));
  EXPECT_FALSE(changed([](Draft& draft) { draft.remember("key", "text"); }));
  EXPECT_FALSE(changed([](Draft& draft) { draft.forget_memory("other"); }));
  EXPECT_FALSE(changed([](Draft& draft) { draft.release("c1"); }));
  EXPECT_FALSE(changed([](Draft& draft) { draft.unrelease("c2"); }));
  EXPECT_TRUE(changed([](Draft& draft) { draft.remember("key", ""); }));
  EXPECT_TRUE(changed([](Draft& draft) { draft.forget_memory("key"); }));
  EXPECT_TRUE(changed([](Draft& draft) { draft.release("c2"); }));
  EXPECT_TRUE(changed([](Draft& draft) { draft.unrelease("c1"); }));
  EXPECT_TRUE(changed([](Draft& draft) { draft.note({}); }));
}

}  // namespace
}  // namespace genisys::state
