// The automatic copies of the state file, and that what the messages say brings them back.
#include "state/state_backup.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <vector>

#include "state/migrations.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/state/state_files.hpp"

namespace genisys::state {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using test::name;
using test::run_coro;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class StateBackup : public ::testing::Test {
 protected:
  static constexpr BackupPolicy kAtOnce{.delay = 0ms, .rest = 0};

  SqliteStore::Options options() {
    return {.path = path, .backups = kAtOnce, .warn = [this](const std::string& text) {
              warnings.push_back(text);
            }};
  }
  std::unique_ptr<SqliteStore> open() { return open(options()); }
  std::unique_ptr<SqliteStore> open(SqliteStore::Options with) {
    return SqliteStore::open(context.get_executor(), std::move(with));
  }
  void change(SqliteStore& store, std::uint32_t target) {
    run_coro(context, store.commit([target](Draft& draft) {
      draft.put({.definition = test::definition("web"), .desired = target});
    }));
  }
  // Runs the store's own work until `holds`.
  template <class Predicate>
  ::testing::AssertionResult eventually(Predicate holds) {
    const auto deadline = std::chrono::steady_clock::now() + 20s;
    context.restart();
    while (!holds()) {
      if (std::chrono::steady_clock::now() > deadline) return ::testing::AssertionFailure();
      context.run_one_for(5ms);
      context.restart();
    }
    return ::testing::AssertionSuccess();
  }
  // The target in a file that nobody uses; nothing when it is not whole.
  std::optional<std::uint32_t> target_in(const std::string& file) const {
    if (!fs::exists(file)) return std::nullopt;
    try {
      check_copy(file);
    } catch (const std::exception&) {
      return std::nullopt;
    }
    SQLite::Database database(file);
    SQLite::Statement row(database, "SELECT desired FROM service");
    return row.executeStep() ? std::optional(row.getColumn(0).getUInt()) : std::nullopt;
  }
  ::testing::AssertionResult backup_becomes(std::uint32_t target) {
    return eventually([&] { return target_in(backup_of(path)) == target; });
  }
  // What opening says; the file must be as it was.
  OpenError refusal() {
    const std::string before = bytes_of(path);
    try {
      open();
    } catch (const OpenError& error) {
      EXPECT_EQ(bytes_of(path), before);
      return error;
    }
    ADD_FAILURE() << "was opened";
    return {OpenFault::unusable, ""};
  }
  // The n-th text in backquotes after the name of the file.
  static std::string command_in(const std::string& message, int nth = 1) {
    std::size_t at = message.find('`', message.find('`') + 1);
    for (int i = 0; i < nth; ++i) {
      const std::size_t begin = message.find('`', at + 1);
      const std::size_t end = message.find('`', begin + 1);
      if (begin == std::string::npos || end == std::string::npos) return "";
      if (i + 1 == nth) return message.substr(begin + 1, end - begin - 1);
      at = end;
    }
    return "";
  }
  void type(const std::string& command) {
    ASSERT_NE(command, "");
    ASSERT_EQ(std::system(command.c_str()), 0) << command;
  }
  // A store with the target 7, closed, and its backup.
  void make_file_with_backup() {
    auto store = open();
    change(*store, 7);
    ASSERT_TRUE(backup_becomes(7));
    run_coro(context, store->close());
  }

  test::ScratchDirectory directory{test::memory_directory()};
  // A name that a shell takes apart unless it is quoted.
  std::string path = directory.file("my 'state'.db");
  std::vector<std::string> warnings;
  boost::asio::io_context context;
};

TEST_F(StateBackup, FollowsEveryChangeAndIsForItsOwnerAlone) {
  auto store = open();
  EXPECT_FALSE(fs::exists(backup_of(path)));
  change(*store, 1);
  ASSERT_TRUE(backup_becomes(1));
  change(*store, 2);
  ASSERT_TRUE(backup_becomes(2));
  struct stat status {};
  ASSERT_EQ(::stat(backup_of(path).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  EXPECT_FALSE(fs::exists(backup_of(path) + ".tmp"));
  EXPECT_THAT(warnings, IsEmpty());
}

TEST_F(StateBackup, IsMadeAtTheStartOfWhatThereIs) {
  make_file_with_backup();
  fs::remove(backup_of(path));
  const auto store = open();
  EXPECT_TRUE(backup_becomes(7));
}

TEST_F(StateBackup, HoldsAllThatTheFileHeld) {
  auto store = open();
  fill_state(context, *store, 300);
  ASSERT_TRUE(eventually(
      [&] { return fs::exists(backup_of(path)) && !fs::exists(backup_of(path) + ".tmp"); }));
  const SnapshotPtr before = store->snapshot();
  run_coro(context, store->close());
  store.reset();
  fs::rename(backup_of(path), path);
  expect_same_state(*open()->snapshot(), *before);
}

TEST_F(StateBackup, TakesWhatIsWrittenWhileItIsMade) {
  auto store = open();
  fill_state(context, *store, 400);
  for (std::uint32_t target = 1; target <= 60; ++target) change(*store, target);
  ASSERT_TRUE(eventually([&] {
    if (!fs::exists(backup_of(path))) return false;
    check_copy(backup_of(path));
    SQLite::Database database(backup_of(path));
    SQLite::Statement row(database, "SELECT desired FROM service WHERE name = 'web'");
    return row.executeStep() && row.getColumn(0).getUInt() == 60;
  }));
}

TEST_F(StateBackup, ReplacesTheOlderOneOnceADay) {
  auto store = open();
  change(*store, 1);
  ASSERT_TRUE(backup_becomes(1));
  EXPECT_FALSE(fs::exists(older_backup_of(path)));
  change(*store, 2);
  ASSERT_TRUE(backup_becomes(2));
  EXPECT_EQ(target_in(older_backup_of(path)), 1U);
  change(*store, 3);
  ASSERT_TRUE(backup_becomes(3));
  EXPECT_EQ(target_in(older_backup_of(path)), 1U);
  fs::last_write_time(older_backup_of(path), fs::file_time_type::clock::now() - 25h);
  change(*store, 4);
  ASSERT_TRUE(backup_becomes(4));
  EXPECT_EQ(target_in(older_backup_of(path)), 3U);
}

TEST_F(StateBackup, ThatFailsIsAWarningAndLeavesTheOneBefore) {
  make_file_with_backup();
  fs::create_directory(backup_of(path) + ".tmp");
  auto store = open();
  for (std::uint32_t target = 8; target < 20; ++target) change(*store, target);
  ASSERT_TRUE(eventually([&] { return !warnings.empty(); }));
  EXPECT_THAT(warnings[0], HasSubstr("writes are not affected"));
  EXPECT_EQ(target_in(backup_of(path)), 7U);
  fs::remove(backup_of(path) + ".tmp");
  EXPECT_TRUE(backup_becomes(19));
  EXPECT_EQ(warnings.size(), 1U);
}

// By another program, while this one runs.
TEST_F(StateBackup, IsNotTakenFromAFileThatIsDamagedMeanwhile) {
  auto store = open();
  fill_state(context, *store, 2500);  // more than SQLite keeps in memory
  run_coro(context, store->close());
  store = open();
  ASSERT_TRUE(eventually(
      [&] { return fs::exists(backup_of(path)) && !fs::exists(backup_of(path) + ".tmp"); }));
  EXPECT_EQ(store->refusal(), "");
  const std::string before = bytes_of(backup_of(path));
  {
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(4096);
    file << std::string(fs::file_size(path) - 4096, 'Z');
  }
  for (const std::uint32_t target : {7U, 8U}) {
    try {
      change(*store, target);
      ADD_FAILURE() << "written to a damaged file";
    } catch (const std::exception& error) {
      EXPECT_THAT(error.what(), HasSubstr("none is accepted until it is mended: restart"));
    }
  }
  EXPECT_THAT(store->refusal(), HasSubstr("database disk image is malformed"));
  EXPECT_EQ(store->snapshot()->services.size(), 2500U);
  run_coro(context, store->close());
  store.reset();
  EXPECT_EQ(bytes_of(backup_of(path)), before);
  EXPECT_NO_THROW(check_copy(backup_of(path)));
  EXPECT_THAT(refusal().what(), HasSubstr("bring back the automatic backup"));
}

TEST_F(StateBackup, IsLeftWhenTheStoreCloses) {
  auto store = open();
  fill_state(context, *store, 600);
  run_coro(context, store->close());
  store.reset();
  EXPECT_FALSE(fs::exists(backup_of(path) + ".tmp"));
  EXPECT_NO_THROW(open());
}

TEST_F(StateBackup, IsNotMadeWhereItWouldTakeTheLastSpace) {
  struct SmallDisk {
    explicit SmallDisk(const fs::path& path)
        : folder(path), mounted(::mount("tmpfs", folder.c_str(), "tmpfs", 0, "size=1m") == 0) {}
    SmallDisk(const SmallDisk&) = delete;
    SmallDisk& operator=(const SmallDisk&) = delete;
    ~SmallDisk() {
      if (mounted) ::umount2(folder.c_str(), MNT_DETACH);
    }
    const fs::path folder;
    const bool mounted;
  } disk(directory.path());
  if (!disk.mounted) GTEST_SKIP() << "needs the right to mount";
  auto store = open();
  change(*store, 1);
  ASSERT_TRUE(eventually([&] { return !warnings.empty(); }));
  EXPECT_THAT(warnings[0], HasSubstr("the disk is nearly full"));
  EXPECT_FALSE(fs::exists(backup_of(path)));
  EXPECT_FALSE(fs::exists(backup_of(path) + ".tmp"));
  EXPECT_NO_THROW(change(*store, 2));
  run_coro(context, store->close());
  store.reset();
}

// GENISYS_SERVICES=N: how long it all takes with so many.
TEST_F(StateBackup, TakesThisLong) {
  const auto count = static_cast<int>(test::number_from("GENISYS_SERVICES", 0));
  if (count == 0) GTEST_SKIP() << "only on request";
  test::ScratchDirectory disk;
  path = disk.file("state.db");
  const auto now = [] { return std::chrono::steady_clock::now(); };
  const auto ms = [](auto span) { return std::chrono::duration<double, std::milli>(span).count(); };
  {
    auto store = open({.path = path});
    fill_state(context, *store, count);
    run_coro(context, store->close());
  }
  const auto begin = now();
  auto store = open();
  std::cout << fs::file_size(path) / 1024 << " KiB, opened in " << ms(now() - begin) << " ms\n";
  std::vector<double> during;
  std::vector<double> alone;
  std::uint32_t target = 0;
  const auto write = [&](std::vector<double>& times) {
    const auto from = now();
    change(*store, ++target);
    times.push_back(ms(now() - from));
  };
  while (!fs::exists(backup_of(path))) write(during);
  const double took = ms(now() - begin);
  run_coro(context, store->close());
  store = open({.path = path});
  for (int i = 0; i < 300; ++i) write(alone);
  for (auto* times : {&alone, &during}) {
    std::sort(times->begin(), times->end());
    std::cout << (times == &alone ? "alone: " : "during a backup: ") << times->size()
              << " writes, median " << times->at(times->size() / 2) << " ms, p99 "
              << times->at(times->size() * 99 / 100) << " ms, longest " << times->back() << " ms\n";
  }
  std::cout << "the backup was there after " << took << " ms\n";
  const auto check = now();
  check_copy(backup_of(path));
  std::cout << "checked, and every row decoded, in " << ms(now() - check) << " ms\n";
}

// ---- bringing it back ----

TEST_F(StateBackup, ComesBackInPlaceOfADamagedFileByTheCommandOfTheMessage) {
  make_file_with_backup();
  const std::string bad(9000, '#');
  write_bytes(path, bad);
  // A log of the damaged file would be applied to the copy.
  write_bytes(path + "-wal", "a log");
  const OpenError error = refusal();
  EXPECT_EQ(error.fault(), OpenFault::damaged);
  EXPECT_THAT(error.what(), HasSubstr("automatic backup (of 20"));
  EXPECT_THAT(error.what(), HasSubstr(" s ago)"));
  type(command_in(error.what()));
  EXPECT_EQ(open()->snapshot()->find(name("web"))->desired, 7U);
  EXPECT_EQ(bytes_of(path + ".damaged"), bad);
}

TEST_F(StateBackup, OfTheDayBeforeComesBackWhenTheNewestIsDamagedToo) {
  make_file_with_backup();
  fs::rename(backup_of(path), older_backup_of(path));
  write_bytes(backup_of(path), "none");
  write_bytes(path, "none");
  type(command_in(refusal().what()));
  EXPECT_EQ(open()->snapshot()->find(name("web"))->desired, 7U);
}

TEST_F(StateBackup, KeepsALostFileFromBeingBegunAnew) {
  make_file_with_backup();
  for (const bool is_empty : {false, true}) {
    fs::remove(path);
    if (is_empty) write_bytes(path, "");
    const OpenError error = refusal();
    EXPECT_EQ(error.fault(), OpenFault::lost);
    EXPECT_EQ(fs::exists(path), is_empty);
    type(command_in(error.what()));
    EXPECT_EQ(open()->snapshot()->find(name("web"))->desired, 7U);
  }
}

TEST_F(StateBackup, LetsWhoeverWantsToBeginAnewDoSo) {
  make_file_with_backup();
  fs::remove(path);
  type(command_in(refusal().what(), 2));
  EXPECT_TRUE(open()->snapshot()->services.empty());
}

TEST_F(StateBackup, KeepsALogWithoutItsFileFromBeingRemoved) {
  {
    auto store = open({.path = path});
    change(*store, 1);
    fs::copy_file(path + "-wal", directory.file("wal"));
    run_coro(context, store->close());
  }
  fs::copy_file(directory.file("wal"), path + "-wal");
  fs::resize_file(path, 0);
  EXPECT_EQ(refusal().fault(), OpenFault::lost);
  EXPECT_EQ(bytes_of(path + "-wal"), bytes_of(directory.file("wal")));
}

// ---- before a migration ----

void make_version(const std::string& path, int version) {
  SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
  migrate(database, migrations().first(static_cast<std::size_t>(version)));
  database.exec(
      "INSERT INTO meta (key, value) VALUES ('instance', 'mine');"
      "INSERT INTO service (name, definition, revision, generation, desired, removing) "
      "VALUES ('web', '{\"name\":\"web\",\"image\":\"nginx:1\"}', 1, 1, 3, 0)");
}

TEST_F(StateBackup, IsKeptOfEverySchemaThatIsChanged) {
  make_version(path, 1);
  EXPECT_EQ(open()->snapshot()->find(name("web"))->desired, 3U);
  SQLite::Database database(schema_copy_of(path, 1));
  EXPECT_EQ(database.execAndGet("PRAGMA user_version").getInt(), 1);
  EXPECT_EQ(database.execAndGet("SELECT desired FROM service").getInt(), 3);
}

TEST_F(StateBackup, OfAnOlderSchemaIsWholeToo) {
  make_version(path, 2);
  EXPECT_NO_THROW(check_copy(path));
  make_version(backup_of(path), 1);
  write_bytes(path, "none");
  type(command_in(refusal().what()));
  EXPECT_EQ(open()->snapshot()->find(name("web"))->desired, 3U);
}

TEST_F(StateBackup, BringsBackWhatWasBeforeANewerProgram) {
  make_version(path, 3);
  open().reset();
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  const OpenError error = refusal();
  EXPECT_EQ(error.fault(), OpenFault::newer);
  type(command_in(error.what()));
  EXPECT_EQ(open()->snapshot()->find(name("web"))->desired, 3U);
}

TEST_F(StateBackup, ARowThatCannotBeReadLeavesTheFileAtItsSchema) {
  make_version(path, 1);
  SQLite::Database(path, SQLite::OPEN_READWRITE).exec("UPDATE service SET definition = '{'");
  EXPECT_EQ(refusal().fault(), OpenFault::damaged);  // and compares the bytes
}

}  // namespace
}  // namespace genisys::state
