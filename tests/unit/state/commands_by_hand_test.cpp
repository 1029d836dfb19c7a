// Pausing, trying again, going back, leaving slots empty; and what every command tells the journal.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "state/commands.hpp"
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
using namespace std::chrono_literals;

constexpr WallTime kNow{1'700'000'000'000ms};
const ServiceName kWeb = name("web");

std::vector<std::uint64_t> revisions(const Service& service) {
  std::vector<std::uint64_t> found;
  for (const RevisionRecord& record : *service.revisions) found.push_back(number(record.revision));
  return found;
}

class ByHand : public ::testing::Test {
 protected:
  const Service& web() const { return *draft.find(kWeb); }
  // Revisions 1…`last` of app:1…app:`last`.
  void define_up_to(int last) {
    for (int tag = 1; tag <= last; ++tag) {
      ASSERT_TRUE(replace_definition(draft, definition("web", "app:" + std::to_string(tag)), {}));
    }
  }

  Draft draft{Snapshot{}, kNow};
};

// ---- hands off ----

TEST_F(ByHand, PauseAndResumeLeaveTheGenerationAlone) {
  define_up_to(1);
  EXPECT_EQ(*resume_service(draft, kWeb, {}), Effect::unchanged);
  EXPECT_EQ(*pause_service(draft, kWeb, {}), Effect::changed);
  EXPECT_TRUE(web().paused);
  EXPECT_EQ(*pause_service(draft, kWeb, {}), Effect::unchanged);
  EXPECT_EQ(*resume_service(draft, kWeb, {}), Effect::changed);
  EXPECT_FALSE(web().paused);
  EXPECT_EQ(web().generation, Generation{1});
  EXPECT_EQ(web().revision, Revision{1});
}

TEST_F(ByHand, ResetOfBackoffCountsEachTime) {
  define_up_to(1);
  EXPECT_EQ(*reset_backoff(draft, kWeb), Effect::changed);
  EXPECT_EQ(*reset_backoff(draft, kWeb), Effect::changed);
  EXPECT_EQ(web().backoff_resets, 2U);
  EXPECT_EQ(web().generation, Generation{1});
}

// ---- going back ----

TEST_F(ByHand, ReplacingKeepsTheOlderDefinitionsWithTheirTime) {
  define_up_to(3);
  EXPECT_THAT(revisions(web()), ElementsAre(1, 2, 3));
  EXPECT_EQ(web().revisions->at(1).definition->image, definition("web", "app:2").image);
  EXPECT_EQ(web().revisions->at(1).recorded_at, kNow);
}

TEST_F(ByHand, KeepsTenRevisionsAndTheStableOne) {
  define_up_to(2);
  EXPECT_EQ(note_stable(draft, kWeb, Revision{2}), Effect::changed);
  for (int tag = 3; tag <= 14; ++tag) {
    ASSERT_TRUE(replace_definition(draft, definition("web", "app:" + std::to_string(tag)), {}));
  }
  EXPECT_THAT(revisions(web()), ElementsAre(2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
  // Another one is stable now: the old one has no claim any more.
  EXPECT_EQ(note_stable(draft, kWeb, Revision{14}), Effect::changed);
  EXPECT_THAT(revisions(web()), ElementsAre(5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
}

TEST_F(ByHand, GoesBackToANamedRevisionAsANewOne) {
  define_up_to(3);
  EXPECT_EQ(*roll_back(draft, kWeb, Revision{1}, {}), Effect::changed);
  EXPECT_EQ(web().definition, definition("web", "app:1"));
  EXPECT_EQ(web().revision, Revision{4});
  EXPECT_EQ(web().generation, Generation{4});
  EXPECT_THAT(revisions(web()), ElementsAre(1, 2, 3, 4));
  EXPECT_EQ(*web().revisions->back().definition, web().definition);
  EXPECT_TRUE(web().rolled_back);
  ASSERT_TRUE(replace_definition(draft, definition("web", "app:5"), {}));
  EXPECT_FALSE(web().rolled_back);
}

TEST_F(ByHand, GoesBackToTheStableRevisionByItself) {
  define_up_to(4);
  note_stable(draft, kWeb, Revision{2});
  EXPECT_EQ(*roll_back(draft, kWeb, {}, {}), Effect::changed);
  EXPECT_EQ(web().definition, definition("web", "app:2"));
  // That is what it has now.
  EXPECT_EQ(*roll_back(draft, kWeb, {}, {}), Effect::unchanged);
}

TEST_F(ByHand, GoesBackOneWhenTheCurrentRevisionIsTheStableOneOrNoneIs) {
  define_up_to(3);
  EXPECT_EQ(*roll_back(draft, kWeb, {}, {}), Effect::changed);
  EXPECT_EQ(web().definition, definition("web", "app:2"));
  note_stable(draft, kWeb, Revision{4});
  EXPECT_EQ(*roll_back(draft, kWeb, {}, {}), Effect::changed);
  EXPECT_EQ(web().definition, definition("web", "app:3"));
}

TEST_F(ByHand, GoingBackToWhatItHasChangesNothing) {
  define_up_to(2);
  const std::size_t steps = draft.steps().size();
  EXPECT_EQ(*roll_back(draft, kWeb, Revision{2}, {}), Effect::unchanged);
  EXPECT_EQ(draft.steps().size(), steps);
}

TEST_F(ByHand, NamesTheRevisionsThereAreWhenOneIsNotKept) {
  define_up_to(3);
  const auto result = roll_back(draft, kWeb, Revision{9}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RefusalKind::invalid);
  EXPECT_THAT(
      result.error().problems,
      ElementsAre(Problem{"/revision", "revision 9 of `web` is not kept; there are: 1, 2, 3"}));
}

TEST_F(ByHand, CannotGoBackFromTheFirstRevision) {
  define_up_to(1);
  const auto result = roll_back(draft, kWeb, {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RefusalKind::invalid);
  EXPECT_EQ(result.error().problems.at(0).pointer, "/revision");
}

TEST_F(ByHand, DoesNotGoBackToPortsThatAreTooFew) {
  ASSERT_TRUE(
      register_service(draft, definition_with_ports("web", host_ports(8081, 8081, "8081:80"))));
  ASSERT_TRUE(replace_definition(draft, definition("web"), {}));
  ASSERT_TRUE(set_targets(draft, {{kWeb, 3}}, {}, true));
  const auto result = roll_back(draft, kWeb, {}, {});
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().kind, RefusalKind::invalid);
  EXPECT_THAT(result.error().detail, HasSubstr("the target is 3; scale it down first"));
  EXPECT_EQ(web().revision, Revision{2});
}

TEST_F(ByHand, StableIsOnlyWhatIsKept) {
  EXPECT_EQ(note_stable(draft, kWeb, Revision{1}), Effect::unchanged);
  define_up_to(2);
  EXPECT_EQ(note_stable(draft, kWeb, Revision{3}), Effect::unchanged);
  EXPECT_EQ(web().stable, std::nullopt);
  EXPECT_EQ(note_stable(draft, kWeb, Revision{1}), Effect::changed);
  EXPECT_EQ(note_stable(draft, kWeb, Revision{1}), Effect::unchanged);
  EXPECT_EQ(web().stable, Revision{1});
  EXPECT_EQ(web().generation, Generation{2});
}

// ---- slots that stay empty ----

TEST_F(ByHand, AScaleLeavesSlotsEmptyUntilTheNext) {
  define_up_to(1);
  EXPECT_EQ(*set_targets(draft, {{kWeb, 2}}, {}, true, 1000, {1, 3}), Effect::changed);
  EXPECT_THAT(web().vacated, ElementsAre(1, 3));
  EXPECT_EQ(*set_targets(draft, {{kWeb, 2}}, {}, true, 1000, {1, 3}), Effect::unchanged);
  EXPECT_EQ(web().generation, Generation{2});
  EXPECT_EQ(*set_targets(draft, {{kWeb, 2}}, {}, true), Effect::changed);
  EXPECT_THAT(web().vacated, IsEmpty());
  EXPECT_EQ(web().generation, Generation{3});
}

TEST_F(ByHand, AScaleOfManyLeavesNoneEmpty) {
  define_up_to(1);
  ASSERT_TRUE(set_targets(draft, {{kWeb, 2}}, {}, true, 1000, {1}));
  EXPECT_EQ(*set_targets(draft, {{kWeb, 2}}, {}, false, 1000, {4}), Effect::changed);
  EXPECT_THAT(web().vacated, IsEmpty());
}

struct VacateCase {
  std::string name;
  std::uint32_t target;
  std::set<std::uint32_t> vacate;
  std::string pointer;  // empty: accepted
};

std::set<std::uint32_t> first_slots(std::uint32_t count) {
  std::set<std::uint32_t> slots;
  for (std::uint32_t slot = 1; slot <= count; ++slot) slots.insert(slot);
  return slots;
}

class Vacate : public ::testing::TestWithParam<VacateCase> {};

TEST_P(Vacate, TakesPortsOutOfUse) {
  Draft draft{Snapshot{}};
  draft.put({.definition = definition_with_ports("web", host_ports(9000, 9003, "9000-9003:80"))});
  const auto result =
      set_targets(draft, {{kWeb, GetParam().target}}, {}, true, 1000, GetParam().vacate);
  EXPECT_EQ(result.has_value(), GetParam().pointer.empty());
  if (result) {
    EXPECT_EQ(draft.find(kWeb)->vacated, GetParam().vacate);
  } else {
    EXPECT_EQ(result.error().kind, RefusalKind::invalid);
    EXPECT_EQ(result.error().problems.at(0).pointer, GetParam().pointer);
    EXPECT_TRUE(draft.notes().empty());
  }
}

INSTANTIATE_TEST_SUITE_P(Cases, Vacate,
                         ::testing::Values(VacateCase{"Fits", 3, {2}, ""},
                                           VacateCase{"OneTooMany", 3, {2, 4}, "/remove"},
                                           VacateCase{"BeyondTheRange", 4, {5, 900}, ""},
                                           VacateCase{"AllOfThem", 0, {1, 2, 3, 4}, ""},
                                           VacateCase{"TargetAlone", 5, {1}, "/number"},
                                           VacateCase{"SlotZero", 1, {0}, "/remove"},
                                           VacateCase{"Most", 0, first_slots(1000), ""},
                                           VacateCase{"TooMany", 0, first_slots(1001), "/remove"}),
                         [](const auto& info) { return info.param.name; });

// ---- refusals that they share ----

using Command = std::function<Decided<Effect>(Draft&, const std::optional<Precondition>&)>;

struct CommandCase {
  std::string name;
  Command run;
  bool has_precondition = true;
  bool needs_presence = true;  // of a service that is not being removed
};

class EachCommand : public ::testing::TestWithParam<CommandCase> {};

TEST_P(EachCommand, NeedsAServiceThatStays) {
  Draft draft{Snapshot{}};
  EXPECT_EQ(GetParam().run(draft, {}).error().kind, RefusalKind::not_found);
  ASSERT_TRUE(register_service(draft, definition("web")));
  ASSERT_TRUE(replace_definition(draft, definition("web", "app:2"), {}));
  if (GetParam().has_precondition) {
    EXPECT_EQ(GetParam().run(draft, Precondition{.generations = {Generation{1}}}).error().kind,
              RefusalKind::precondition_failed);
  }
  ASSERT_TRUE(remove_service(draft, kWeb, {}));
  if (GetParam().needs_presence) {
    EXPECT_EQ(GetParam().run(draft, {}).error().kind, RefusalKind::conflict);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, EachCommand,
    ::testing::Values(
        CommandCase{"Pause",
                    [](Draft& draft, const auto& m) { return pause_service(draft, kWeb, m); }},
        CommandCase{"Resume",
                    [](Draft& draft, const auto& m) { return resume_service(draft, kWeb, m); }},
        CommandCase{"RollBack",
                    [](Draft& draft, const auto& m) { return roll_back(draft, kWeb, {}, m); }},
        CommandCase{"ResetBackoff",
                    [](Draft& draft, const auto&) { return reset_backoff(draft, kWeb); }, false,
                    false}),
    [](const auto& info) { return info.param.name; });

// ---- the journal ----

struct JournalCase {
  std::string name;
  std::function<void(Draft&)> write;
  std::string action;
  std::string message;
  EntryKind kind = EntryKind::wanted;
};

class CommandJournal : public ::testing::TestWithParam<JournalCase> {};

// `web` has revision 2, a target of 1 and nothing else.
Draft prepared() {
  Draft draft{Snapshot{}, kNow};
  EXPECT_TRUE(register_service(draft, definition("web")));
  EXPECT_TRUE(replace_definition(draft, definition("web", "app:2"), {}));
  EXPECT_TRUE(set_targets(draft, {{kWeb, 1}}, {}, true));
  return draft;
}

TEST_P(CommandJournal, TellsOfAChangeOnce) {
  Draft draft = prepared();
  draft.act_as("ops");
  const std::size_t before = draft.notes().size();
  GetParam().write(draft);
  ASSERT_EQ(draft.notes().size(), before + 1);
  JournalEntry expected;
  expected.at = kNow;
  expected.service = kWeb;
  expected.kind = GetParam().kind;
  expected.action = GetParam().action;
  expected.message = GetParam().message;
  expected.by = "ops";
  EXPECT_EQ(draft.notes().back(), expected);
}

INSTANTIATE_TEST_SUITE_P(
    Cases, CommandJournal,
    ::testing::Values(
        JournalCase{
            "Define",
            [](Draft& draft) { (void)replace_definition(draft, definition("web", "app:3"), {}); },
            "define", "revision 3"},
        JournalCase{"Scale",
                    [](Draft& draft) {
                      (void)set_targets(draft, {{kWeb, 3}}, {}, true);
                    },
                    "scale", "the target is 3 (was 1)"},
        JournalCase{"Vacate",
                    [](Draft& draft) {
                      (void)set_targets(draft, {{kWeb, 1}}, {}, true, 1000, {1, 4});
                    },
                    "scale", "the target is 1 (was 1); slots that stay empty: 1, 4"},
        JournalCase{"Delete", [](Draft& draft) { (void)remove_service(draft, kWeb, {}); }, "delete",
                    "its containers are stopped"},
        JournalCase{"DeleteKeeping",
                    [](Draft& draft) { (void)remove_service(draft, kWeb, {}, Containers::keep); },
                    "delete", "its containers go on running, as nobody's"},
        JournalCase{"Pause", [](Draft& draft) { (void)pause_service(draft, kWeb, {}); }, "pause",
                    "nothing is started or stopped until it is resumed"},
        JournalCase{"ResetBackoff", [](Draft& draft) { (void)reset_backoff(draft, kWeb); },
                    "reset-backoff", "its failures are forgotten; it is tried again now"},
        JournalCase{"RollBack", [](Draft& draft) { (void)roll_back(draft, kWeb, {}, {}); },
                    "rollback", "revision 3, with the definition of revision 1"},
        JournalCase{"Stable", [](Draft& draft) { note_stable(draft, kWeb, Revision{2}); },
                    "rollout", "revision 2 is stable", EntryKind::decided}),
    [](const auto& info) { return info.param.name; });

TEST(CommandJournalTest, TellsNothingOfWhatChangesNothing) {
  Draft draft = prepared();
  const std::size_t before = draft.notes().size();
  EXPECT_TRUE(register_service(draft, definition("web", "app:2")));
  EXPECT_TRUE(replace_definition(draft, definition("web", "app:2"), {}));
  EXPECT_TRUE(set_targets(draft, {{kWeb, 1}}, {}, true));
  EXPECT_TRUE(resume_service(draft, kWeb, {}));
  EXPECT_TRUE(roll_back(draft, kWeb, Revision{2}, {}));
  EXPECT_FALSE(roll_back(draft, kWeb, Revision{7}, {}));
  EXPECT_FALSE(pause_service(draft, name("nix"), {}));
  EXPECT_EQ(draft.notes().size(), before);
}

TEST(CommandJournalTest, ARollBackThatNobodyAskedForIsADecisionWithItsReason) {
  Draft draft = prepared();
  ASSERT_TRUE(roll_back(draft, kWeb, {}, {}, "two replicas failed"));
  EXPECT_EQ(draft.notes().back().kind, EntryKind::decided);
  EXPECT_EQ(draft.notes().back().by, "");
  EXPECT_EQ(draft.notes().back().message,
            "revision 3, with the definition of revision 1: two replicas failed");
}

}  // namespace
}  // namespace genisys::state
