// What the state file keeps of the journal, of histories and of an older schema.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "state/commands.hpp"
#include "state/migrations.hpp"
#include "state/row_checksum.hpp"
#include "state/sqlite_store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::state {
namespace {

using test::definition;
using test::name;
using test::run_coro;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::chrono_literals;

JournalEntry entry(std::string message) {
  JournalEntry result;
  result.action = "test";
  result.message = std::move(message);
  return result;
}

class SqliteJournal : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() { return SqliteStore::open(context.get_executor(), options); }

  void note(Store& store, std::vector<std::string> messages) {
    run_coro(context, store.commit([&](Draft& draft) {
      for (const std::string& message : messages) draft.note(entry(message));
    }));
  }

  std::vector<std::string> messages(Store& store) {
    std::vector<std::string> found;
    for (const JournalEntry& each : run_coro(context, store.journal({.limit = 100'000}))) {
      found.push_back(each.message);
    }
    return found;
  }

  std::vector<std::uint64_t> ids(Store& store) {
    std::vector<std::uint64_t> found;
    for (const JournalEntry& each : run_coro(context, store.journal({.limit = 100'000}))) {
      found.push_back(each.id);
    }
    return found;
  }

  test::ScratchDirectory directory;
  boost::asio::io_context context;
  WallTime now{1'700'000'000'001ms};
  SqliteStore::Options options{.path = directory.file("state.db"), .wall = [this] { return now; }};
};

TEST_F(SqliteJournal, SurvivesAReopen) {
  auto store = open();
  note(*store, {"one", "two"});
  const auto before = run_coro(context, store->journal({}));
  store.reset();
  store = open();
  EXPECT_EQ(store->last_entry(), 2U);
  EXPECT_EQ(run_coro(context, store->journal({})), before);
  note(*store, {"three"});
  EXPECT_THAT(ids(*store), ElementsAre(1, 2, 3));
}

TEST_F(SqliteJournal, ShowsADamagedEntryAsFarAsItCanBeShown) {
  auto store = open();
  note(*store, {"early", "late"});
  store.reset();
  {
    SQLite::Database file(options.path, SQLite::OPEN_READWRITE);
    file.exec("UPDATE journal SET at = -9223372036854775808, message = CAST(x'6180ff' AS TEXT)");
    file.exec("UPDATE journal SET at = 9223372036854775807 WHERE id = 2");
  }
  const auto entries = run_coro(context, open()->journal({}));
  ASSERT_EQ(entries.size(), 2U);
  EXPECT_EQ(entries[0].at, WallTime{});
  EXPECT_EQ(entries[1].at, std::chrono::sys_days(std::chrono::year(9999) / 12 / 31));
  EXPECT_EQ(entries[0].message, "a\uFFFD\uFFFD");
}

TEST_F(SqliteJournal, TakesTheServicesRowForItsCurrentRevision) {
  auto store = open();
  run_coro(context, store->commit([](Draft& draft) {
    ASSERT_TRUE(register_service(draft, definition("web", "app:1")));
  }));
  store.reset();
  {
    SQLite::Database file(options.path, SQLite::OPEN_READWRITE);
    add_row_checksum(file.getHandle());
    file.exec("UPDATE revision SET definition = '{\"image\":\"app:2\"}'");
    file.exec(
        "UPDATE revision SET checksum = "
        "row_checksum('revision', service, revision, definition, recorded_at)");
  }
  const SnapshotPtr state = open()->snapshot();
  const Service& web = *state->find(name("web"));
  EXPECT_EQ(web.definition.image.str(), "app:1");
  EXPECT_EQ(*web.revisions->back().definition, web.definition);
}

TEST_F(SqliteJournal, KeepsMemoryAndReleasesOverAReopen) {
  auto store = open();
  run_coro(context, store->commit([](Draft& draft) {
    draft.remember("a", std::string("x\0y", 3));
    draft.remember("b", "gone");
    draft.release("c1");
    draft.release("c2");
  }));
  run_coro(context, store->commit([](Draft& draft) {
    draft.forget_memory("b");
    draft.unrelease("c1");
  }));
  store.reset();
  const SnapshotPtr state = open()->snapshot();
  EXPECT_THAT(state->memory,
              ElementsAre(std::pair<const std::string, std::string>("a", std::string("x\0y", 3))));
  EXPECT_THAT(state->released, ElementsAre("c2"));
}

TEST_F(SqliteJournal, KeepsTheNewestEntriesOnly) {
  options.journal_entries = 3;
  auto store = open();
  note(*store, {"1", "2"});
  note(*store, {"3", "4", "5", "6"});
  EXPECT_THAT(messages(*store), ElementsAre("4", "5", "6"));
}

TEST_F(SqliteJournal, KeepsNoneWhenToldAndCountsOn) {
  options.journal_entries = 0;
  auto store = open();
  note(*store, {"1", "2"});
  EXPECT_THAT(messages(*store), IsEmpty());
  EXPECT_EQ(store->last_entry(), 2U);
}

TEST_F(SqliteJournal, LetsGoOfWhatIsTooOld) {
  options.journal_age = 1h;
  auto store = open();
  note(*store, {"1", "2"});
  now += 30min;
  note(*store, {"3"});
  now += 30min;
  note(*store, {"4"});
  EXPECT_THAT(messages(*store), ElementsAre("1", "2", "3", "4"));
  now += 1ms;
  note(*store, {"5"});
  EXPECT_THAT(messages(*store), ElementsAre("3", "4", "5"));
  now += 24h;
  note(*store, {"6"});
  EXPECT_THAT(messages(*store), ElementsAre("6"));
}

TEST_F(SqliteJournal, NeverUsesAnIdTwice) {
  options.journal_entries = 1;
  auto store = open();
  note(*store, {"1", "2", "3"});
  {
    options.journal_entries = 0;
    store.reset();
    store = open();
    note(*store, {"4"});
    EXPECT_THAT(ids(*store), IsEmpty());
  }
  options.journal_entries = 10;
  store.reset();
  store = open();
  EXPECT_EQ(store->last_entry(), 4U);
  note(*store, {"5"});
  EXPECT_THAT(ids(*store), ElementsAre(5));
}

TEST_F(SqliteJournal, ShowsWordsOfAnotherVersionAsFarAsItCan) {
  auto store = open();
  note(*store, {"one"});
  run_coro(context, store->close());
  SQLite::Database(options.path, SQLite::OPEN_READWRITE)
      .exec("UPDATE journal SET kind = 'dreamt', reason = 'Unheard', service = '/'");
  store = open();
  const auto found = run_coro(context, store->journal({}));
  ASSERT_EQ(found.size(), 1U);
  EXPECT_EQ(found[0].message, "one");
  EXPECT_EQ(found[0].reason, Reason::none);
  EXPECT_EQ(found[0].service, std::nullopt);
}

TEST_F(SqliteJournal, ANoteWaitsForCompanyAndGoesWithIt) {
  options.note_linger = 1h;
  auto store = open();
  store->note(entry("one"));
  store->note(entry("two"));
  run_coro(context, store->commit([](Draft&) {}));
  EXPECT_EQ(store->transactions(), 0U);
  EXPECT_THAT(messages(*store), IsEmpty());
  note(*store, {"three"});
  EXPECT_EQ(store->transactions(), 1U);
  EXPECT_THAT(messages(*store), ElementsAre("one", "two", "three"));
}

TEST_F(SqliteJournal, ANoteThatFindsNoCompanyGoesAlone) {
  options.note_linger = 1ms;
  auto store = open();
  store->note(entry("one"));
  store->note(entry("two"));
  EXPECT_EQ(store->transactions(), 0U);
  EXPECT_TRUE(run_coro(context, store->journal_grows(0, TimePoint::max())));
  EXPECT_EQ(store->transactions(), 1U);
  EXPECT_THAT(messages(*store), ElementsAre("one", "two"));
}

TEST_F(SqliteJournal, ABurstOfNotesDoesNotWaitAndLosesNothing) {
  options.note_linger = 1h;
  auto store = open();
  for (int i = 0; i < 900; ++i) store->note(entry(std::to_string(i)));
  EXPECT_EQ(store->transactions(), 1U);
  run_coro(context, store->close());
  EXPECT_EQ(store->lost_notes(), 0U);
  store = open();
  EXPECT_EQ(messages(*store).size(), 900U);
}

TEST_F(SqliteJournal, CloseWritesWhatStillLingers) {
  options.note_linger = 1h;
  auto store = open();
  store->note(entry("one"));
  run_coro(context, store->close());
  EXPECT_THAT(messages(*open()), ElementsAre("one"));
}

// ---- histories ----

std::vector<std::uint64_t> revisions(const Service& service) {
  std::vector<std::uint64_t> found;
  for (const RevisionRecord& record : *service.revisions) found.push_back(number(record.revision));
  return found;
}

TEST_F(SqliteJournal, HistoriesSurviveAReopen) {
  auto store = open();
  for (int tag = 1; tag <= 14; ++tag) {
    now += 1h + 7ms;
    run_coro(context, store->commit([&](Draft& draft) {
      EXPECT_TRUE(replace_definition(draft, definition("web", "app:" + std::to_string(tag)), {}));
      if (tag == 2) EXPECT_EQ(note_stable(draft, name("web"), Revision{2}), Effect::changed);
    }));
  }
  const Service before = *store->snapshot()->find(name("web"));
  store.reset();
  const SnapshotPtr state = open()->snapshot();
  const Service& after = *state->find(name("web"));
  EXPECT_EQ(after.stable, Revision{2});
  EXPECT_THAT(revisions(after), ElementsAre(2, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14));
  for (std::size_t i = 0; i < after.revisions->size(); ++i) {
    EXPECT_EQ(*after.revisions->at(i).definition, *before.revisions->at(i).definition);
    EXPECT_EQ(after.revisions->at(i).recorded_at, before.revisions->at(i).recorded_at);
  }
}

// ---- migration ----

// A file as the first version of the schema left it.
void make_first_version(const std::string& path) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(database, migrations().first(1));
  database.exec(R"sql(
    INSERT INTO meta VALUES ('instance', '5e0c1f9c-43c2-4f3b-9d6f-0c6b8a1d2e3f');
    INSERT INTO meta VALUES ('index_mark', '2000');
    INSERT INTO service VALUES ('web',
      '{"name":"web","image":"app:2","command":null,"environment":{"K":"V"},"ports":["8080"]}',
      3, 7, 2, 0);
    INSERT INTO service VALUES ('old',
      '{"name":"old","image":"app:1","command":null,"environment":null,"ports":null}',
      1, 2, NULL, 1);
    INSERT INTO file_entry VALUES ('web', 'hash');
    INSERT INTO revision VALUES ('old', 1,
      '{"name":"old","image":"app:1","command":null,"environment":null,"ports":null}',
      '2026-03-01T10:00:00.123Z');
    INSERT INTO revision VALUES ('web', 2,
      '{"name":"web","image":"app:1","command":"run me","environment":null,"ports":null}',
      '2026-03-02T10:00:00.999Z');
    INSERT INTO revision VALUES ('web', 3,
      '{"name":"web","image":"app:2","command":null,"environment":{"K":"V"},"ports":["8080"]}',
      '2026-03-03T10:00:00.000Z');
  )sql");
}

TEST_F(SqliteJournal, TakesOverAFileOfTheFirstSchema) {
  make_first_version(options.path);
  auto store = open();
  const SnapshotPtr state = store->snapshot();
  EXPECT_EQ(state->instance, "5e0c1f9c-43c2-4f3b-9d6f-0c6b8a1d2e3f");
  EXPECT_EQ(state->file_entries.at(name("web")), "hash");
  ASSERT_EQ(state->services.size(), 2U);
  const Service& web = *state->find(name("web"));
  EXPECT_EQ(web.generation, Generation{7});
  EXPECT_EQ(web.desired, 2U);
  EXPECT_FALSE(web.paused);
  EXPECT_FALSE(web.keep_containers);
  EXPECT_EQ(web.backoff_resets, 0U);
  EXPECT_THAT(web.vacated, IsEmpty());
  EXPECT_EQ(web.stable, std::nullopt);
  EXPECT_THAT(revisions(web), ElementsAre(2, 3));
  EXPECT_EQ(web.revisions->at(0).definition->command->words,
            (std::vector<std::string>{"run", "me"}));
  EXPECT_EQ(web.revisions->at(0).recorded_at,
            std::chrono::sys_days(std::chrono::March / 2 / 2026) + 10h + 999ms);
  EXPECT_EQ(*web.revisions->at(1).definition, web.definition);
  EXPECT_TRUE(state->find(name("old"))->removing);
  EXPECT_EQ(store->last_entry(), 0U);
  EXPECT_EQ(run_coro(context, store->reserve_indexes(1)), Index{2001});

  run_coro(context, store->commit([](Draft& draft) {
    EXPECT_EQ(*roll_back(draft, name("web"), Revision{2}, {}), Effect::changed);
    EXPECT_EQ(forget_service(draft, name("old")), Effect::changed);
  }));
  store.reset();
  store = open();
  EXPECT_THAT(revisions(*store->snapshot()->find(name("web"))), ElementsAre(2, 3, 4));
  EXPECT_EQ(store->snapshot()->find(name("old")), nullptr);
  EXPECT_THAT(messages(*store), ElementsAre("revision 4, with the definition of revision 2"));
}

TEST_F(SqliteJournal, TakesAServiceWithoutAnyRecordedRevision) {
  make_first_version(options.path);
  SQLite::Database(options.path, SQLite::OPEN_READWRITE).exec("DELETE FROM revision");
  auto store = open();
  EXPECT_THAT(revisions(*store->snapshot()->find(name("web"))), ElementsAre(3));
  run_coro(context, store->commit([](Draft& draft) {
    EXPECT_TRUE(replace_definition(draft, definition("web", "app:9"), {}));
  }));
  store.reset();
  EXPECT_THAT(revisions(*open()->snapshot()->find(name("web"))), ElementsAre(4));
}

TEST_F(SqliteJournal, RefusesARevisionItCannotRead) {
  make_first_version(options.path);
  SQLite::Database(options.path, SQLite::OPEN_READWRITE)
      .exec("UPDATE revision SET definition = '{' WHERE revision = 2");
  try {
    open();
    ADD_FAILURE() << "was opened";
  } catch (const OpenError& error) {
    EXPECT_EQ(error.fault(), OpenFault::damaged);
    EXPECT_THAT(error.what(), HasSubstr("`web`"));
  }
}

}  // namespace
}  // namespace genisys::state
