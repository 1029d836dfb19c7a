// SIGKILL, a full disk and a broken one at the system calls by which a session writes: afterwards
// nothing acknowledged is gone, no write is there by half, and every backup is whole.
//
// By strace, which counts and disturbs calls without any hook in the program. It needs the right to
// trace. GENISYS_SWEEP=all: every call instead of some.
#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <filesystem>
#include <iostream>
#include <sstream>
#include <string>

#include "state/migrations.hpp"
#include "state/state_backup.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/shell.hpp"
#include "tests/sweep/session_values.hpp"

namespace genisys::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint32_t kWrites = 12;
// A call of the loader was hit, before there was a program.
constexpr int kNotLoaded = 127;

struct Session {
  int code = 0;
  std::uint32_t tried = 0;
  std::uint32_t acknowledged = 0;
  std::uint32_t acknowledgements = 0;
  std::uint32_t refusals = 0;
  bool was_disturbed = false;
  std::string output;
};

Session run(const std::string& path, const std::string& injection) {
  const std::string trace = path + ".trace";
  const std::string calls = injection.substr(0, injection.find(':'));
  const Finished finished = run_shell(
      fmt::format("strace -f -qq -o {} -e trace={} -e inject={} {} {} {}", shell_quoted(trace),
                  calls, injection, GENISYS_STORE_SESSION, shell_quoted(path), kWrites));
  Session session{.code = finished.code, .output = finished.output};
  std::istringstream lines(finished.output);
  std::string word;
  for (std::uint32_t value = 0; lines >> word;) {
    if (word != "try" && word != "ack" && word != "refused") continue;
    if (!(lines >> value)) break;
    if (word == "try") session.tried = value;
    if (word == "ack") {
      session.acknowledged = value;
      ++session.acknowledgements;
    }
    if (word == "refused") ++session.refusals;
  }
  const Finished seen =
      run_shell(fmt::format("grep -q -e INJECTED -e 'killed by SIGKILL' {}", shell_quoted(trace)));
  session.was_disturbed = seen.code == 0;
  fs::remove(trace);
  return session;
}

std::string cannot_trace() {
  const Finished tried = run_shell("strace -f -qq -o /dev/null -e trace=fsync true");
  return tried.code == 0 ? "" : "cannot trace: " + tried.output;
}

struct Disturbance {
  std::string name;
  std::string calls;
  std::string what;      // as strace's inject wants it
  bool goes_on = false;  // every call from the n-th on
  bool from_schema_1 = false;
};

class SyscallSweep : public ::testing::TestWithParam<Disturbance> {
 protected:
  // What a session begins with: nothing, or a file of the first schema.
  static void prepare(const std::string& path) {
    if (!GetParam().from_schema_1) return;
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    state::migrate(database, state::migrations().first(1));
    database.exec(
        "INSERT INTO meta VALUES ('instance', 'mine');"
        "INSERT INTO service VALUES ('old', '{\"name\":\"old\",\"image\":\"app:1\"}', 1, 1, 3, 0)");
  }

  void expect_nothing_lost(const std::string& path, const Session& session) {
    for (const std::string& copy : {state::backup_of(path), state::older_backup_of(path)}) {
      if (!fs::exists(copy)) continue;
      EXPECT_NO_THROW(state::check_copy(copy));
      ++backups_;
    }
    if (const std::string old = state::schema_copy_of(path, 1); fs::exists(old)) {
      EXPECT_NO_THROW(state::check_copy(old));
    }
    boost::asio::io_context context;
    std::unique_ptr<state::SqliteStore> store;
    ASSERT_NO_THROW(store = state::SqliteStore::open(context.get_executor(), {.path = path}));
    std::uint32_t value = 0;
    ASSERT_NO_THROW(value = value_in(*store->snapshot()));
    EXPECT_GE(value, session.acknowledged);
    EXPECT_LE(value, session.tried);
    if (GetParam().from_schema_1) {
      ASSERT_NE(store->snapshot()->find(name("old")), nullptr);
      EXPECT_EQ(store->snapshot()->find(name("old"))->desired, 3U);
      EXPECT_EQ(store->snapshot()->instance, "mine");
    }
    // And it can be lived with.
    EXPECT_NO_THROW(run_coro(
        context, store->commit([&](state::Draft& draft) { write_value(draft, value + 1); })));
    run_coro(context, store->close());
  }

  std::uint32_t backups_ = 0;
};

TEST_P(SyscallSweep, LosesNothingThatWasAcknowledged) {
  if (const std::string why = cannot_trace(); !why.empty()) GTEST_SKIP() << why;
  const bool all = test::is_all("GENISYS_SWEEP");
  // The first calls make the file; later ones repeat, so a longer stride meets them all the same.
  std::uint32_t points = 0;
  std::uint32_t acknowledged = 0;
  std::uint32_t refused = 0;
  for (std::uint32_t nth = 1;; nth += all ? 1 : 1 + nth / 3) {
    ASSERT_LT(nth, 2000U) << "the session does not end";
    const ScratchDirectory folder(memory_directory());
    const std::string path = folder.file("state.db");
    prepare(path);
    const Disturbance& disturbance = GetParam();
    const Session session =
        run(path, fmt::format("{}:{}:when={}{}", disturbance.calls, disturbance.what, nth,
                              disturbance.goes_on ? "+" : ""));
    SCOPED_TRACE(fmt::format("call {}, session:\n{}", nth, session.output));
    if (session.code == kNotLoaded) continue;
    if (disturbance.what.find("SIGKILL") == std::string::npos) {
      EXPECT_TRUE(session.code == 0 || session.code == 2) << session.code;
    }
    expect_nothing_lost(path, session);
    if (HasFailure()) break;
    if (!session.was_disturbed) {
      EXPECT_EQ(session.acknowledged, kWrites) << "undisturbed, all is written";
      break;
    }
    ++points;
    acknowledged += session.acknowledgements;
    refused += session.refusals;
  }
  EXPECT_GT(points, 0U) << "nothing was disturbed";
  std::cout << GetParam().name << ": " << points << " points, " << acknowledged
            << " acknowledged writes checked, " << refused << " refused, " << backups_
            << " backups read, 0 lost\n";
}

// Which calls a session makes by name depends on the C library; strace is asked for all that do the
// same.
constexpr const char* kWriting = "pwrite64,ftruncate,fallocate";
constexpr const char* kSyncing = "fsync,fdatasync";
constexpr const char* kNaming = "rename,renameat,renameat2,unlink,unlinkat";

INSTANTIATE_TEST_SUITE_P(
    Calls, SyscallSweep,
    ::testing::Values(
        Disturbance{"KilledAtAWrite", kWriting, "signal=SIGKILL"},
        Disturbance{"KilledAtASync", kSyncing, "signal=SIGKILL"},
        Disturbance{"KilledAtARename", kNaming, "signal=SIGKILL"},
        Disturbance{"KilledAtAWriteOfAMigration", kWriting, "signal=SIGKILL", false, true},
        Disturbance{"KilledAtASyncOfAMigration", kSyncing, "signal=SIGKILL", false, true},
        Disturbance{"FullAtAWrite", kWriting, "error=ENOSPC"},
        Disturbance{"FullFromAWriteOn", kWriting, "error=ENOSPC", true},
        Disturbance{"FullAtAWriteOfAMigration", kWriting, "error=ENOSPC", false, true},
        Disturbance{"BrokenAtAWrite", kWriting, "error=EIO"},
        Disturbance{"BrokenFromAWriteOn", kWriting, "error=EIO", true},
        Disturbance{"BrokenAtASync", kSyncing, "error=EIO"},
        Disturbance{"BrokenFromASyncOn", kSyncing, "error=EIO", true},
        Disturbance{"BrokenAtASyncOfAMigration", kSyncing, "error=EIO", false, true},
        Disturbance{"BrokenAtARead", "pread64", "error=EIO"},
        Disturbance{"BrokenAtARename", kNaming, "error=EIO"},
        Disturbance{"ReadOnlyFromAWriteOn", kWriting, "error=EROFS", true}),
    [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace genisys::test
