// What the SQLite store still holds when the disk fails, or the process dies, at any moment.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/detached.hpp>
#include <chrono>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "state/sqlite_store.hpp"
#include "tests/support/builders.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/state/faulty_vfs.hpp"

namespace genisys::state {
namespace {

using test::definition;
using test::FaultyVfs;
using test::name;
using test::run_coro;

constexpr std::uint32_t kWriters = 4;
constexpr std::array<const char*, kWriters> kNames = {"a", "b", "c", "d"};

Change set(std::uint32_t writer, std::uint32_t value) {
  return [writer, value](Draft& draft) {
    draft.put({.definition = definition(kNames[writer]),
               .generation = Generation{value},
               .desired = value});
  };
}

std::uint32_t recorded(const Store& store, std::uint32_t writer) {
  const Service* service = store.snapshot()->find(name(kNames[writer]));
  return service == nullptr ? 0 : service->desired.value_or(0);
}

// ---- the process dies ----

struct Acknowledgement {
  std::uint32_t writer;
  std::uint32_t value;
};

boost::asio::awaitable<void> write_for_ever(Store& store, std::uint32_t writer, std::uint32_t value,
                                            int pipe) {
  for (;;) {
    ++value;
    co_await store.commit(set(writer, value));
    const Acknowledgement done{writer, value};
    if (::write(pipe, &done, sizeof done) != sizeof done) ::_exit(3);
  }
}

[[noreturn]] void live_until_killed(const std::string& path, int pipe) {
  boost::asio::io_context context;
  const auto store = SqliteStore::open(context.get_executor(), {.path = path});
  for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
    boost::asio::co_spawn(context, write_for_ever(*store, writer, recorded(*store, writer), pipe),
                          boost::asio::detached);
  }
  context.run();
  ::_exit(4);
}

TEST(SqliteKill, LosesNothingThatWasAcknowledged) {
  const test::ScratchDirectory directory(test::memory_directory());
  const std::string path = directory.file("state.db");
  std::array<std::uint32_t, kWriters> acknowledged{};
  for (std::uint32_t round = 0; round < 40; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      live_until_killed(path, pipe[1]);
    }
    ::close(pipe[1]);
    // It dies in the middle of what follows the last of these; what it still acknowledges counts
    // too.
    const std::uint32_t enough = 1 + round * 3;
    std::uint32_t count = 0;
    Acknowledgement done{};
    while (::read(pipe[0], &done, sizeof done) == sizeof done) {
      acknowledged.at(done.writer) = done.value;
      if (++count == enough) ::kill(child, SIGKILL);
    }
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended with " << WEXITSTATUS(status);

    boost::asio::io_context context;
    const auto store = SqliteStore::open(context.get_executor(), {.path = path});
    for (std::uint32_t writer = 0; writer < kWriters; ++writer) {
      const std::uint32_t value = recorded(*store, writer);
      EXPECT_GE(value, acknowledged.at(writer)) << "round " << round;
      EXPECT_LE(value, acknowledged.at(writer) + 1) << "round " << round;
      acknowledged.at(writer) = value;
    }
  }
}

// ---- the journal, when the process dies ----

JournalEntry numbered(std::uint64_t value) {
  JournalEntry entry;
  entry.action = "count";
  entry.message = std::to_string(value);
  return entry;
}

// Says each number that is in the journal for good: every other one once a later commit returned,
// the rest once they could be read.
boost::asio::awaitable<void> note_for_ever(Store& store, std::uint64_t value, int pipe) {
  for (;;) {
    const std::uint64_t seen = store.last_entry();
    store.note(numbered(++value));
    if (value % 2 == 0) {
      co_await store.commit(set(0, static_cast<std::uint32_t>(value)));
    } else {
      co_await store.journal_grows(seen, TimePoint::max());
      const std::vector<JournalEntry> read = co_await store.journal({.after = seen});
      if (read.empty() || read.back().message != std::to_string(value)) ::_exit(5);
    }
    if (::write(pipe, &value, sizeof value) != sizeof value) ::_exit(3);
  }
}

[[noreturn]] void note_until_killed(const std::string& path, int pipe) {
  boost::asio::io_context context;
  const auto store = SqliteStore::open(context.get_executor(),
                                       {.path = path, .note_linger = std::chrono::milliseconds(1)});
  boost::asio::co_spawn(context, note_for_ever(*store, store->last_entry(), pipe),
                        boost::asio::detached);
  context.run();
  ::_exit(4);
}

TEST(SqliteKill, LosesNoEntryThatWasRead) {
  const test::ScratchDirectory directory(test::memory_directory());
  const std::string path = directory.file("state.db");
  std::uint64_t acknowledged = 0;
  for (std::uint64_t round = 0; round < 15; ++round) {
    std::array<int, 2> pipe{};
    ASSERT_EQ(::pipe(pipe.data()), 0);
    const pid_t child = ::fork();
    ASSERT_GE(child, 0);
    if (child == 0) {
      ::close(pipe[0]);
      note_until_killed(path, pipe[1]);
    }
    ::close(pipe[1]);
    const std::uint64_t enough = acknowledged + 1 + round;
    std::uint64_t value = 0;
    while (::read(pipe[0], &value, sizeof value) == sizeof value) {
      acknowledged = value;
      if (value == enough) ::kill(child, SIGKILL);
    }
    ::close(pipe[0]);
    int status = 0;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status)) << "the child ended with " << WEXITSTATUS(status);

    boost::asio::io_context context;
    const auto store = SqliteStore::open(context.get_executor(), {.path = path});
    EXPECT_GE(store->last_entry(), acknowledged) << "round " << round;
    EXPECT_LE(store->last_entry(), acknowledged + 1) << "round " << round;
    acknowledged = store->last_entry();
    const std::vector<JournalEntry> all = run_coro(context, store->journal({.limit = 100'000}));
    ASSERT_EQ(all.size(), acknowledged);
    for (const JournalEntry& entry : all) EXPECT_EQ(entry.message, std::to_string(entry.id));
  }
}

// ---- the disk fails ----

struct Session {
  std::uint32_t tried = 0;
  std::uint32_t acknowledged = 0;
  bool opened = false;
  std::vector<StoreFault> faults = {};
};

// Ten writes, whatever becomes of them.
Session use(const std::string& path) {
  Session session;
  boost::asio::io_context context;
  std::unique_ptr<SqliteStore> store;
  try {
    store = SqliteStore::open(context.get_executor(), {.path = path});
  } catch (const OpenError&) {
    return session;
  }
  session.opened = true;
  for (std::uint32_t value = 1; value <= 10; ++value) {
    try {
      session.tried = value;
      run_coro(context, store->commit(set(0, value)));
      session.acknowledged = value;
    } catch (const StoreError& error) {
      session.faults.push_back(error.fault());
      EXPECT_EQ(recorded(*store, 0), session.acknowledged);
    }
  }
  run_coro(context, store->close());
  return session;
}

struct FaultCase {
  std::string name;
  FaultyVfs::Operation operation;
  int code;
  std::uint32_t more;
  StoreFault expected;
};

class DiskFault : public ::testing::TestWithParam<FaultCase> {};

TEST_P(DiskFault, AtAnyOperationLosesNothingThatWasAcknowledged) {
  FaultyVfs disk;
  for (std::uint32_t nth = 1;; ++nth) {
    ASSERT_LT(nth, 1000U);
    const test::ScratchDirectory directory(test::memory_directory());
    disk.fail(GetParam().operation, nth, GetParam().code, GetParam().more);
    const Session session = use(directory.file("state.db"));
    const bool has_failed = disk.failures() > 0;
    disk.heal();
    for (const StoreFault fault : session.faults) EXPECT_EQ(fault, GetParam().expected);

    boost::asio::io_context context;
    const auto store =
        SqliteStore::open(context.get_executor(), {.path = directory.file("state.db")});
    const std::uint32_t value = recorded(*store, 0);
    EXPECT_GE(value, session.acknowledged) << "operation " << nth;
    EXPECT_LE(value, session.tried) << "operation " << nth;
    if (GetParam().operation == FaultyVfs::Operation::write) {
      EXPECT_EQ(value, session.acknowledged) << "operation " << nth;
    }
    if (!has_failed) break;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, DiskFault,
    ::testing::Values(
        FaultCase{"FullOnce", FaultyVfs::Operation::write, SQLITE_FULL, 0, StoreFault::full},
        FaultCase{"FullForAWhile", FaultyVfs::Operation::write, SQLITE_FULL, 9, StoreFault::full},
        FaultCase{"WriteError", FaultyVfs::Operation::write, SQLITE_IOERR_WRITE, 0,
                  StoreFault::unavailable},
        FaultCase{"SyncError", FaultyVfs::Operation::sync, SQLITE_IOERR_FSYNC, 0,
                  StoreFault::unavailable}),
    [](const auto& info) { return info.param.name; });

constexpr std::uint32_t kNoted = 3;

// A few writes, each with a note of its own in the draft, and one beside it. Returns what of the
// drafts was acknowledged.
std::set<std::string> use_with_notes(const std::string& path, std::chrono::milliseconds linger,
                                     FaultyVfs& disk) {
  std::set<std::string> acknowledged;
  boost::asio::io_context context;
  std::unique_ptr<SqliteStore> store;
  try {
    store = SqliteStore::open(context.get_executor(), {.path = path, .note_linger = linger});
  } catch (const OpenError&) {
    return acknowledged;
  }
  for (std::uint32_t value = 1; value <= kNoted; ++value) {
    store->note(numbered(value));
    const std::string own = "own " + std::to_string(value);
    try {
      run_coro(context, store->commit([&](Draft& draft) {
        set(0, value)(draft);
        JournalEntry entry = numbered(value);
        entry.message = own;
        draft.note(entry);
      }));
      acknowledged.insert(own);
    } catch (const StoreError&) {
      EXPECT_FALSE(acknowledged.contains(own));
    }
  }
  // Once it is read, the writer is done with all before it.
  run_coro(context, store->journal({}));
  disk.heal();
  run_coro(context, store->close());
  acknowledged.insert("opened");
  return acknowledged;
}

TEST_P(DiskFault, AtAnyOperationTheJournalTellsOfWhatWasAcknowledgedAndLosesNoNote) {
  FaultyVfs disk;
  for (const auto linger : {std::chrono::milliseconds(0), std::chrono::milliseconds(3'600'000)}) {
    for (std::uint32_t nth = 1;; ++nth) {
      ASSERT_LT(nth, 1000U);
      const test::ScratchDirectory directory(test::memory_directory());
      disk.fail(GetParam().operation, nth, GetParam().code, GetParam().more);
      std::set<std::string> expected = use_with_notes(directory.file("state.db"), linger, disk);
      const bool has_failed = disk.failures() > 0;
      disk.heal();
      const bool was_opened = expected.erase("opened") > 0;

      boost::asio::io_context context;
      const auto store =
          SqliteStore::open(context.get_executor(), {.path = directory.file("state.db")});
      std::vector<std::string> found;
      for (const JournalEntry& entry : run_coro(context, store->journal({}))) {
        found.push_back(entry.message);
      }
      // A disk that took writes and then refused to confirm them may have kept more, and takes no
      // note any more.
      const bool is_sync = GetParam().operation == FaultyVfs::Operation::sync;
      if (was_opened && !is_sync) {
        for (std::uint32_t value = 1; value <= kNoted; ++value) {
          expected.insert(std::to_string(value));
        }
      }
      const std::set<std::string> once(found.begin(), found.end());
      EXPECT_EQ(once.size(), found.size()) << "operation " << nth;
      EXPECT_TRUE(std::includes(once.begin(), once.end(), expected.begin(), expected.end()))
          << "operation " << nth;
      if (!is_sync) {
        EXPECT_EQ(once, expected) << "operation " << nth;
      }
      if (!has_failed) break;
    }
  }
}

TEST(DiskFaultOnce, OfAWriteIsForgottenByTheNext) {
  const test::ScratchDirectory directory(test::memory_directory());
  FaultyVfs disk;
  boost::asio::io_context context;
  const auto store = SqliteStore::open(context.get_executor(), {.path = directory.file("s.db")});
  disk.fail(FaultyVfs::Operation::write, 1, SQLITE_IOERR_WRITE);
  EXPECT_THROW(run_coro(context, store->commit(set(0, 1))), StoreError);
  EXPECT_NO_THROW(run_coro(context, store->commit(set(0, 2))));
}

TEST(DiskFaultOnce, OfSpaceIsTriedAgainBeforeItIsAFailure) {
  const test::ScratchDirectory directory(test::memory_directory());
  FaultyVfs disk;
  boost::asio::io_context context;
  const auto store = SqliteStore::open(context.get_executor(), {.path = directory.file("s.db")});
  disk.fail(FaultyVfs::Operation::write, 1, SQLITE_FULL);
  EXPECT_NO_THROW(run_coro(context, store->commit(set(0, 1))));
  EXPECT_EQ(disk.failures(), 1U);
}

TEST(DiskFaultOnce, OfASyncEndsWriting) {
  const test::ScratchDirectory directory(test::memory_directory());
  FaultyVfs disk;
  boost::asio::io_context context;
  const auto store = SqliteStore::open(context.get_executor(), {.path = directory.file("s.db")});
  run_coro(context, store->commit(set(0, 1)));
  disk.fail(FaultyVfs::Operation::sync, 1, SQLITE_IOERR_FSYNC);
  for (int i = 0; i < 2; ++i) {
    try {
      run_coro(context, store->commit(set(0, 2)));
      ADD_FAILURE() << "was acknowledged";
    } catch (const StoreError& error) {
      EXPECT_EQ(error.fault(), StoreFault::unavailable);
      EXPECT_NE(std::string(error.what()).find("until a restart"), std::string::npos);
    }
  }
  EXPECT_EQ(recorded(*store, 0), 1U);
}

}  // namespace
}  // namespace genisys::state
