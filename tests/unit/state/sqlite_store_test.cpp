#include "state/sqlite_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "state/commands.hpp"
#include "state/migrations.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::state {
namespace {

namespace fs = std::filesystem;
using test::definition;
using test::name;
using test::run_coro;
using test::start;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

Change put(Service service) {
  return [service = std::move(service)](Draft& draft) { draft.put(service); };
}

// Histories are compared by identity.
Service without_revisions(Service service) {
  service.revisions = nullptr;
  return service;
}

std::string contents(const std::string& path) {
  if (!fs::is_regular_file(path)) return "";
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

Service with_ballast(const std::string& service, std::size_t bytes) {
  Service result{definition(service)};
  result.definition.environment =
      std::map<std::string, std::string>{{"BALLAST", std::string(bytes, 'x')}};
  return result;
}

// Half a megabyte, over a directory.
class SmallFileSystem {
 public:
  explicit SmallFileSystem(std::string path)
      : path_(std::move(path)),
        is_mounted_(::mount("tmpfs", path_.c_str(), "tmpfs", 0, "size=512k,mode=700") == 0) {}
  SmallFileSystem(const SmallFileSystem&) = delete;
  SmallFileSystem& operator=(const SmallFileSystem&) = delete;
  ~SmallFileSystem() {
    if (is_mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  bool is_mounted() const { return is_mounted_; }
  void grow() const {
    EXPECT_EQ(::mount("tmpfs", path_.c_str(), "tmpfs", MS_REMOUNT, "size=4m,mode=700"), 0);
  }

 private:
  std::string path_;
  bool is_mounted_;
};

class SqliteStoreTest : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open(SqliteStore::Options options) {
    return SqliteStore::open(context.get_executor(), std::move(options));
  }
  std::unique_ptr<SqliteStore> open() { return open({.path = path}); }

  void make_file() {
    auto store = open();
    run_coro(context, store->commit(put({definition("web")})));
    run_coro(context, store->close());
  }

  // The refusal of `path`; the file must be as it was.
  OpenError refusal() {
    const std::string before = contents(path);
    try {
      open();
    } catch (const OpenError& error) {
      EXPECT_EQ(contents(path), before);
      EXPECT_THAT(error.what(), HasSubstr("`" + path + "`"));
      return error;
    }
    ADD_FAILURE() << "was opened";
    return {OpenFault::unusable, ""};
  }

  // Commits until the store is full; what was acknowledged must be all there is.
  std::size_t fill(SqliteStore& store, std::size_t bytes_each) {
    const std::size_t before = store.snapshot()->services.size();
    for (std::size_t count = 0; count < 2000; ++count) {
      try {
        run_coro(context,
                 store.commit(put(with_ballast("s" + std::to_string(before + count), bytes_each))));
      } catch (const StoreError& error) {
        EXPECT_EQ(error.fault(), StoreFault::full) << error.what();
        EXPECT_EQ(store.snapshot()->services.size(), before + count);
        return count;
      }
    }
    ADD_FAILURE() << "never full";
    return 0;
  }

  test::ScratchDirectory directory;
  std::string path = directory.file("state.db");
  boost::asio::io_context context;
};

TEST_F(SqliteStoreTest, KeepsEverythingOverAReopen) {
  Service web{.definition = definition("web"),
              .revision = Revision{3},
              .generation = Generation{9},
              .desired = 0,
              .removing = true,
              .keep_containers = true,
              .remove_volumes = true,
              .paused = true,
              .rolled_back = true,
              .backoff_resets = 7,
              .vacated = {1, 12, 4000000000},
              .stable = Revision{2}};
  Service db{definition("db")};
  db.definition.environment = std::map<std::string, std::string>{{"K", "V"}};
  const SharedResources shared{
      .networks = {{"back", {.name = "back", .labels = {{"k", "v"}}, .internal = true}}},
      .volumes = {{"data", {.name = "data", .external = true}}}};
  std::string instance;
  {
    auto store = open();
    instance = store->snapshot()->instance;
    run_coro(context, store->commit([&](Draft& draft) {
      draft.share(shared);
      draft.put(web);
      draft.put(db);
      draft.put({definition("gone")});
      draft.note_file_entry(name("db"), "hash");
    }));
    run_coro(context, store->commit([](Draft& draft) { draft.erase(name("gone")); }));
    EXPECT_EQ(run_coro(context, store->reserve_indexes(64)), Index{1});
    run_coro(context, store->close());
  }
  auto store = open();
  const Snapshot& state = *store->snapshot();
  EXPECT_EQ(state.instance, instance);
  ASSERT_EQ(state.services.size(), 2U);
  EXPECT_EQ(without_revisions(*state.find(name("web"))), web);
  EXPECT_EQ(without_revisions(*state.find(name("db"))), db);
  EXPECT_EQ(state.file_entries.at(name("db")), "hash");
  EXPECT_EQ(*state.shared, shared);
  EXPECT_EQ(run_coro(context, store->reserve_indexes(1)), Index{65});
}

TEST_F(SqliteStoreTest, ForgetsWhatServicesShareNoMore) {
  auto store = open();
  const auto share = [&](SharedResources shared) {
    run_coro(context, store->commit([&](Draft& draft) { draft.share(std::move(shared)); }));
  };
  share({.networks = {{"a", {.name = "a"}}, {"b", {.name = "b"}}}});
  share({.networks = {{"b", {.name = "b", .driver = "overlay"}}}});
  run_coro(context, store->close());
  store.reset();
  EXPECT_EQ(*open()->snapshot()->shared,
            (SharedResources{.networks = {{"b", {.name = "b", .driver = "overlay"}}}}));
}

TEST_F(SqliteStoreTest, KeepsWhatWasAcknowledgedWithoutAClose) {
  auto store = open();
  run_coro(context, store->commit(put({definition("web")})));
  store.reset();
  EXPECT_NE(open()->snapshot()->find(name("web")), nullptr);
}

TEST_F(SqliteStoreTest, TakesTheGivenInstanceWithoutRecordingIt) {
  EXPECT_EQ(open({.path = path, .instance = "mine"})->snapshot()->instance, "mine");
  EXPECT_EQ(open()->snapshot()->instance.size(), 36U);
}

TEST_F(SqliteStoreTest, IsReadableByItsOwnerAloneAndSharesNoMemory) {
  auto store = open();
  run_coro(context, store->commit(put({definition("web")})));
  for (const std::string& file : {path, path + "-wal"}) {
    struct stat status {};
    ASSERT_EQ(::stat(file.c_str(), &status), 0) << file;
    EXPECT_EQ(status.st_mode & 0777U, 0600U) << file;
  }
  EXPECT_FALSE(fs::exists(path + "-shm"));
  run_coro(context, store->close());
  EXPECT_FALSE(fs::exists(path + "-wal"));
}

TEST_F(SqliteStoreTest, KeepsTheLastTenRevisionsEachEvenThoseOfOneBatch) {
  auto store = open();
  const auto replace = [](std::uint32_t tag) {
    return [tag](Draft& draft) {
      EXPECT_TRUE(replace_definition(draft, definition("web", "app:" + std::to_string(tag)), {}));
    };
  };
  std::vector<test::Started<void>> writers;
  for (std::uint32_t tag = 1; tag <= 13; ++tag) {
    writers.push_back(start(context, store->commit(replace(tag))));
  }
  for (auto& writer : writers) writer.get();
  run_coro(context, store->commit([](Draft& draft) {
    EXPECT_TRUE(set_targets(draft, {{name("web"), 1}}, {}, true));
  }));
  run_coro(context, store->close());
  {
    SQLite::Database database(path);
    std::vector<int> kept;
    SQLite::Statement query(database, "SELECT revision FROM revision ORDER BY revision");
    while (query.executeStep()) kept.push_back(query.getColumn(0).getInt());
    EXPECT_THAT(kept, ElementsAre(4, 5, 6, 7, 8, 9, 10, 11, 12, 13));
  }

  // A service of the same name begins anew.
  store = open();
  run_coro(context, store->commit([](Draft& draft) {
    draft.erase(name("web"));
    EXPECT_TRUE(register_service(draft, definition("web")));
  }));
  run_coro(context, store->close());
  SQLite::Database database(path);
  EXPECT_EQ(database.execAndGet("SELECT group_concat(revision) FROM revision").getString(), "1");
}

TEST_F(SqliteStoreTest, FoldsTheLogIntoTheFileWhenItGrows) {
  auto store = open();
  for (int i = 0; i < 60; ++i) {
    run_coro(context, store->commit(put(with_ballast("web", 50'000 + static_cast<unsigned>(i)))));
  }
  EXPECT_LT(fs::file_size(path + "-wal"), 1'500'000U);
}

TEST_F(SqliteStoreTest, RefusesASecondStoreOnTheSameFile) {
  auto store = open();
  EXPECT_EQ(refusal().fault(), OpenFault::in_use);
  EXPECT_THAT(refusal().what(), HasSubstr("another genisys-connector uses it"));
  EXPECT_NO_THROW(run_coro(context, store->commit(put({definition("web")}))));
  run_coro(context, store->close());
  EXPECT_NO_THROW(open());
}

TEST_F(SqliteStoreTest, RefusesASecondProcessOnTheSameFile) {
  auto store = open();
  run_coro(context, store->commit(put({definition("web")})));
  const pid_t child = ::fork();
  if (child == 0) {
    try {
      boost::asio::io_context own;
      SqliteStore::open(own.get_executor(), {.path = path});
      ::_exit(1);
    } catch (const OpenError& error) {
      ::_exit(error.fault() == OpenFault::in_use ? 42 : 2);
    }
  }
  int status = 0;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(WEXITSTATUS(status), 42);
}

TEST_F(SqliteStoreTest, RefusesANewerSchemaUntouched) {
  make_file();
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("PRAGMA user_version = 99");
  }
  const OpenError error = refusal();
  EXPECT_EQ(error.fault(), OpenFault::newer);
  EXPECT_THAT(error.what(), HasSubstr("version 99"));
}

TEST_F(SqliteStoreTest, RefusesTheDatabaseOfAnotherProgram) {
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    database.exec("CREATE TABLE theirs (x)");
  }
  EXPECT_THAT(refusal().what(), HasSubstr("another program"));
}

TEST_F(SqliteStoreTest, RefusesWhatIsNoDatabase) {
  std::ofstream(path) << "services:\n  web: {}\n" << std::string(5000, '#');
  EXPECT_EQ(refusal().fault(), OpenFault::damaged);
}

TEST_F(SqliteStoreTest, RefusesADamagedFileAndSaysHowToGoOn) {
  {
    auto store = open();
    for (int i = 0; i < 40; ++i) {
      run_coro(context, store->commit(put(with_ballast("web-" + std::to_string(i), 3000))));
    }
    run_coro(context, store->close());
  }
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int page = 1; page < 12; ++page) {
      file.seekp(page * 4096);
      file << std::string(64, '\x5a');
    }
  }
  const OpenError error = refusal();
  EXPECT_EQ(error.fault(), OpenFault::damaged);
  EXPECT_THAT(error.what(), HasSubstr("put a copy back in its place, or move it away"));
}

TEST_F(SqliteStoreTest, RefusesAHeaderThatForbidsWriting) {
  make_file();
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(18);
    file.put('\x22');
  }
  EXPECT_EQ(refusal().fault(), OpenFault::damaged);
}

TEST_F(SqliteStoreTest, RefusesADefinitionItCannotRead) {
  make_file();
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE);
    database.exec("UPDATE service SET definition = '{\"image\": 7}'");
  }
  const OpenError error = refusal();
  EXPECT_EQ(error.fault(), OpenFault::damaged);
  EXPECT_THAT(error.what(), HasSubstr("`web`"));
}

TEST_F(SqliteStoreTest, RefusesAMissingDirectoryAndADirectory) {
  path = directory.file("absent/state.db");
  EXPECT_THAT(refusal().what(), HasSubstr("there is no directory"));
  path = directory.path().string();
  EXPECT_THAT(refusal().what(), HasSubstr("it is a directory"));
}

TEST_F(SqliteStoreTest, RefusesAFileThatIsNone) {
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  try {
    open();
    ADD_FAILURE() << "was opened";
  } catch (const OpenError& error) {
    EXPECT_THAT(error.what(), HasSubstr("no regular file"));
  }
}

TEST_F(SqliteStoreTest, TakesAnEmptyFile) {
  std::ofstream(path).flush();
  EXPECT_NO_THROW(open());
}

TEST_F(SqliteStoreTest, GoesOnWhenTheFileIsFull) {
  auto store = open({.path = path, .max_pages = 40});
  const std::size_t count = fill(*store, 3000);
  ASSERT_GT(count, 3U);
  EXPECT_EQ(fill(*store, 30'000), 0U);
}

TEST_F(SqliteStoreTest, TakesWritesAgainOnceThereIsRoom) {
  auto store = open({.path = path, .max_pages = 40});
  const std::size_t count = fill(*store, 3000);
  run_coro(context, store->commit([](Draft& draft) { draft.erase(name("s0")); }));
  EXPECT_NO_THROW(run_coro(context, store->commit(put(with_ballast("again", 2000)))));
  store.reset();
  EXPECT_EQ(open()->snapshot()->services.size(), count);
}

TEST_F(SqliteStoreTest, SurvivesAFullFileSystem) {
  const SmallFileSystem mounted(directory.path().string());
  if (!mounted.is_mounted()) GTEST_SKIP() << "needs the right to mount";
  auto store = open();
  const std::size_t count = fill(*store, 3000);
  EXPECT_GT(count, 3U);
  mounted.grow();
  EXPECT_NO_THROW(run_coro(context, store->commit(put({definition("web")}))));
  store.reset();
  EXPECT_EQ(open()->snapshot()->services.size(), count + 1);
}

// ---- migrations ----

TEST(Migrations, AreNumberedFromOneWithoutAGap) {
  int expected = 1;
  for (const Migration& step : migrations()) EXPECT_EQ(step.version, expected++);
}

TEST_F(SqliteStoreTest, TakesOverAFileOfTheVersionBefore) {
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    migrate(database, migrations().first(2));
    database.exec(
        "INSERT INTO meta VALUES ('instance', '6e9f3c1e-7a0c-4f43-9d0e-1c2d3e4f5a6b');"
        "INSERT INTO service (name, definition, revision, generation, desired, removing, stable) "
        "VALUES ('web', '{\"name\":\"web\",\"image\":\"nginx:1\"}', 2, 5, 3, 0, 1);"
        "INSERT INTO revision (service, revision, definition) "
        "VALUES ('web', 1, '{\"name\":\"web\",\"image\":\"nginx:0\"}')");
  }
  auto store = open();
  const Service* web = store->snapshot()->find(name("web"));
  ASSERT_NE(web, nullptr);
  EXPECT_EQ(web->desired, 3U);
  EXPECT_EQ(web->stable, Revision{1});
  EXPECT_EQ(web->revisions->size(), 2U);
  EXPECT_FALSE(web->rolled_back);
  EXPECT_EQ(*store->snapshot()->shared, SharedResources{});
}

TEST(Migrations, AStepThatFailsLeavesTheVersionBeforeIt) {
  SQLite::Database database(":memory:", SQLite::OPEN_READWRITE);
  const Migration broken[] = {{1, "CREATE TABLE one (x)"},
                              {2, "CREATE TABLE two (x); INSERT INTO absent VALUES (1)"}};
  EXPECT_THROW(migrate(database, broken), SQLite::Exception);
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 1);
  EXPECT_FALSE(database.tableExists("two"));

  const Migration mended[] = {{1, "CREATE TABLE one (x)"}, {2, "CREATE TABLE two (x)"}};
  migrate(database, mended);
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 2);
  EXPECT_TRUE(database.tableExists("two"));
}

}  // namespace
}  // namespace genisys::state
