#include "state/import.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/builders.hpp"

namespace genisys::state {
namespace {

using namespace std::chrono_literals;
using test::definition;
using test::definition_with_ports;
using test::host_ports;
using test::name;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Taken = ImportReport::Taken;
using Shared = ImportReport::Shared;

class Import : public ::testing::Test {
 protected:
  ImportReport import(std::vector<FileEntry> entries, SharedResources shared = {}) {
    return import_declarations(draft, {.entries = std::move(entries), .shared = std::move(shared)});
  }
  void remove(const std::string& service) {
    ASSERT_TRUE(remove_service(draft, name(service), {}));
    forget_service(draft, name(service));
  }
  void replace(const Definition& wanted) { ASSERT_TRUE(replace_definition(draft, wanted, {})); }
  const Service& service(const std::string& text) const { return *draft.find(name(text)); }

  Draft draft{Snapshot{}};
};

TEST_F(Import, TakesAnEntryOnce) {
  const std::vector<FileEntry> file = {{definition("web"), 2}, {definition("db"), {}}};
  const ImportReport first = import(file);
  EXPECT_THAT(first.taken, ElementsAre(Taken{name("web"), Effect::created, 2U},
                                       Taken{name("db"), Effect::created, std::nullopt}));
  EXPECT_TRUE(first.changes_anything());
  EXPECT_EQ(service("web").desired, 2U);
  EXPECT_EQ(service("web").generation, Generation{1});
  EXPECT_EQ(service("db").desired, std::nullopt);

  const ImportReport second = import(file);
  EXPECT_EQ(second, (ImportReport{.unchanged = {name("web"), name("db")}}));
  EXPECT_FALSE(second.changes_anything());
}

TEST_F(Import, TakesAnEntryThatSaysWhatIsThereAlready) {
  replace(definition("web"));
  const ImportReport report = import({{definition("web"), {}}});
  EXPECT_THAT(report.taken, ElementsAre(Taken{name("web"), Effect::unchanged}));
  EXPECT_FALSE(report.changes_anything());
  EXPECT_EQ(service("web").generation, Generation{1});
}

TEST_F(Import, LeavesWhatWasChangedOverTheApiUntilItsEntryChanges) {
  import({{definition("web"), {}}});
  replace(definition("web", "app:2"));
  const ImportReport report = import({{definition("web"), {}}});
  ASSERT_EQ(report.kept.size(), 1U);
  EXPECT_EQ(report.kept[0].service, name("web"));
  EXPECT_THAT(report.kept[0].why, HasSubstr("changed over the API"));
  EXPECT_THAT(report.taken, IsEmpty());
  EXPECT_EQ(service("web").definition, definition("web", "app:2"));

  EXPECT_THAT(import({{definition("web", "app:3"), {}}}).taken,
              ElementsAre(Taken{name("web"), Effect::changed}));
  EXPECT_EQ(service("web").definition, definition("web", "app:3"));
  EXPECT_EQ(service("web").revision, Revision{3});
}

TEST_F(Import, DoesNotBringBackWhatWasRemovedUntilItsEntryChanges) {
  import({{definition("web"), 1}});
  remove("web");
  const ImportReport report = import({{definition("web"), 1}});
  ASSERT_EQ(report.kept.size(), 1U);
  EXPECT_THAT(report.kept[0].why, HasSubstr("deleted over the API"));
  EXPECT_EQ(draft.find(name("web")), nullptr);

  EXPECT_THAT(import({{definition("web", "app:2"), 1}}).taken,
              ElementsAre(Taken{name("web"), Effect::created, 1U}));
}

TEST_F(Import, LeavesAServiceWhoseEntryIsGoneAndSaysSoOnce) {
  import({{definition("web"), {}}, {definition("db"), {}}});
  remove("db");
  EXPECT_THAT(import({}).gone, ElementsAre(name("web")));
  EXPECT_EQ(service("web").definition, definition("web"));
  EXPECT_EQ(import({}), ImportReport{});
}

TEST_F(Import, TakesAnEntryThatComesBackForANewOne) {
  import({{definition("web"), {}}});
  import({});
  remove("web");
  EXPECT_THAT(import({{definition("web"), {}}}).taken,
              ElementsAre(Taken{name("web"), Effect::created}));
}

TEST_F(Import, DoesNotOverruleAScaleByAFirstTarget) {
  draft.put({.definition = definition("web"), .desired = 5});
  EXPECT_THAT(import({{definition("web"), 2}}).taken,
              ElementsAre(Taken{name("web"), Effect::unchanged}));
  EXPECT_EQ(service("web").desired, 5U);
  EXPECT_EQ(service("web").generation, Generation{1});
}

TEST_F(Import, PassesOverWhatCannotBeAndSaysSo) {
  draft.put({.definition = definition("busy"), .desired = 3});
  draft.put({.definition = definition("going"), .desired = 1});
  ASSERT_TRUE(remove_service(draft, name("going"), {}));
  const std::vector<FileEntry> file = {
      {definition_with_ports("busy", host_ports(8081, 8081, "8081:80")), {}},
      {definition("going", "app:2"), {}},
      {definition("web"), {}}};
  const ImportReport report = import(file);
  EXPECT_THAT(report.taken, ElementsAre(Taken{name("web"), Effect::created}));
  ASSERT_EQ(report.passed_over.size(), 2U);
  EXPECT_EQ(report.passed_over[0].service, name("busy"));
  EXPECT_THAT(report.passed_over[0].why, HasSubstr("`8081:80`"));
  EXPECT_EQ(report.passed_over[1].service, name("going"));

  ASSERT_TRUE(set_targets(draft, {{name("busy"), 1}}, {}, true));
  EXPECT_THAT(import(file).taken, ElementsAre(Taken{name("busy"), Effect::changed}));
}

TEST_F(Import, NamesTheServiceFileAsTheAuthorForAsLongAsItLasts) {
  draft.act_as("api");
  import({{definition("web"), 2}});
  std::vector<std::string> told;
  for (const JournalEntry& entry : draft.notes()) {
    told.push_back(entry.by + ": " + entry.action + ", " + entry.message);
  }
  EXPECT_THAT(told, ElementsAre("service file: define, revision 1",
                                "service file: scale, the target is 2 (was not set)"));
  EXPECT_EQ(draft.author(), "api");
  EXPECT_EQ(service("web").revisions->size(), 1U);

  import({{definition("web", "app:2"), 2}});
  EXPECT_EQ(draft.notes().back().message, "revision 2");
  EXPECT_EQ(service("web").revisions->size(), 2U);
}

// ---- whatever changes in an entry, it is a changed entry

struct ChangeCase {
  std::string name;
  std::function<void(FileEntry&)> change;
};
void PrintTo(const ChangeCase& row, std::ostream* out) { *out << row.name; }

class AnEntry : public testing::TestWithParam<ChangeCase> {};

TEST_P(AnEntry, IsTakenAgainWhenItChanged) {
  Draft draft{Snapshot{}};
  FileEntry entry{definition("web"), {}};
  import_declarations(draft, {.entries = {entry}});
  GetParam().change(entry);
  EXPECT_EQ(import_declarations(draft, {.entries = {entry}}).taken.size(), 1U);
  EXPECT_THAT(import_declarations(draft, {.entries = {entry}}).taken, IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(
    Import, AnEntry,
    testing::Values(
        ChangeCase{"image", [](FileEntry& e) { e.definition.image = test::image("app:2"); }},
        ChangeCase{"environment",
                   [](FileEntry& e) {
                     e.definition.environment = {{{"A", "1"}}};
                   }},
        ChangeCase{"update_config",
                   [](FileEntry& e) { e.definition.update_config = {{.parallelism = 2}}; }},
        ChangeCase{"restart", [](FileEntry& e) { e.definition.restart = "no"; }},
        ChangeCase{"restart_policy",
                   [](FileEntry& e) { e.definition.restart_policy = {{.max_attempts = 3}}; }},
        ChangeCase{"depends_on",
                   [](FileEntry& e) {
                     e.definition.depends_on = {{{"db", {}}}};
                   }},
        ChangeCase{"first_target", [](FileEntry& e) { e.first_target = 1; }}),
    [](const auto& row) { return row.param.name; });

// ---- what services share

SharedResources shares(const std::string& network, const std::string& volume,
                       const std::string& driver = "") {
  SharedResources shared;
  if (!network.empty()) shared.networks[network] = {.name = network, .driver = driver};
  if (!volume.empty()) shared.volumes[volume] = {.name = volume};
  return shared;
}

Definition using_both(const std::string& service, const std::string& network,
                      const std::string& volume) {
  Definition wanted = definition(service);
  wanted.networks = {{{.name = network}}};
  wanted.volumes = {{{.text = volume + ":/data", .source = volume, .target = "/data"}}};
  return wanted;
}

TEST_F(Import, RecordsWhatServicesShare) {
  const ImportReport report =
      import({{using_both("web", "inside", "data"), {}}}, shares("inside", "data"));
  EXPECT_EQ(*draft.state().shared, shares("inside", "data"));
  EXPECT_THAT(report.shared,
              ElementsAre(Shared{Shared::What::network, "inside", Shared::Change::created},
                          Shared{Shared::What::volume, "data", Shared::Change::created}));
  EXPECT_TRUE(report.changes_anything());
}

TEST_F(Import, ReplacesADeclarationAlthoughNoEntryChanged) {
  import({{using_both("web", "inside", "data"), {}}}, shares("inside", "data"));
  const ImportReport report =
      import({{using_both("web", "inside", "data"), {}}}, shares("inside", "data", "overlay"));
  EXPECT_EQ(*draft.state().shared, shares("inside", "data", "overlay"));
  EXPECT_THAT(report.unchanged, ElementsAre(name("web")));
  EXPECT_THAT(report.shared,
              ElementsAre(Shared{Shared::What::network, "inside", Shared::Change::changed}));
}

TEST_F(Import, KeepsADeclarationThatARecordedServiceNames) {
  import({{using_both("web", "inside", "data"), {}}}, shares("inside", "data"));
  import({{definition("db"), {}}});
  EXPECT_EQ(*draft.state().shared, shares("inside", "data"));
}

TEST_F(Import, ForgetsADeclarationThatNobodyNames) {
  import({{using_both("web", "inside", "data"), {}}}, shares("inside", "data"));
  draft.erase(name("web"));
  const ImportReport report = import({{definition("db"), {}}});
  EXPECT_EQ(*draft.state().shared, SharedResources{});
  EXPECT_THAT(report.shared,
              ElementsAre(Shared{Shared::What::network, "inside", Shared::Change::removed},
                          Shared{Shared::What::volume, "data", Shared::Change::removed}));
}

// ---- the report in words

TEST(ImportReport, IsDescribedLineByLineWithoutWhatIsUnchanged) {
  const ImportReport report{
      .taken = {{name("web"), Effect::created, 2U}, {name("api"), Effect::changed}},
      .unchanged = {name("db")},
      .kept = {{name("cache"), "it was deleted"}},
      .passed_over = {{name("busy"), "its port is taken"}},
      .gone = {name("old")},
      .shared = {{Shared::What::network, "inside", Shared::Change::changed}}};
  EXPECT_THAT(
      describe(report),
      ElementsAre("[web] taken from the service file: a new service; the target is 2",
                  "[api] taken from the service file: a new definition",
                  "[cache] stays as it is: it was deleted", "[busy] passed over: its port is taken",
                  "[old] is no longer in the service file and stays as it is; DELETE /service/old "
                  "ends it",
                  "the declaration of network inside was changed"));
  EXPECT_EQ(summary(report),
            "2 taken (web, api), 1 unchanged, 1 kept as they are (cache), 1 passed over (busy), "
            "1 gone from the file (old), 1 shared changed (inside)");
  EXPECT_EQ(summary(ImportReport{}), "nothing is declared");
}

}  // namespace
}  // namespace genisys::state
