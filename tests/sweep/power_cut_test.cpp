// A power cut at any moment of a session: what was not synced is gone, there, or there in part. The
// file opens, is whole, and has every write that was acknowledged before.
//
// GENISYS_SWEEP=all: a longer session and more fates for what was not synced.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>
#include <string>

#include "state/migrations.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/run_coro.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/sweep/recording_vfs.hpp"
#include "tests/sweep/session_values.hpp"

namespace genisys::test {
namespace {

namespace fs = std::filesystem;

bool is_long() { return test::is_all("GENISYS_SWEEP"); }

class PowerCut : public ::testing::Test {
 protected:
  static constexpr std::uint64_t kTried = 1ULL << 32U;

  template <class Life>
  static std::vector<FileOperation> recorded(Life life) {
    RecordingVfs disk;
    life(disk);
    return disk.operations();
  }

  // Notes each write before it is tried and after it is acknowledged. With `chatter`, writes of so
  // many bytes between them fill the log, so that it is folded.
  void live(std::uint32_t first, std::uint32_t writes, std::size_t chatter, RecordingVfs& disk) {
    boost::asio::io_context context;
    const auto store = state::SqliteStore::open(context.get_executor(), {.path = path});
    for (std::uint32_t value = first; value < first + writes; ++value) {
      disk.note(value + kTried);
      run_coro(context, store->commit([&](state::Draft& draft) {
        write_value(draft, value);
        if (chatter > 0) draft.remember("chatter", std::string(chatter, 'a' + value % 26));
      }));
      disk.note(value);
    }
    run_coro(context, store->close());
  }

  // The disk is no longer recorded: what is opened here would be, too.
  void replay(const std::vector<FileOperation>& operations, std::uint32_t stride,
              std::uint32_t fates) {
    std::mt19937_64 random(20261126);
    std::uint32_t replayed = 0;
    std::uint64_t checked = 0;
    std::uint64_t acknowledged = 0;
    std::uint64_t tried = 0;
    for (std::size_t count = 0; count <= operations.size(); ++count) {
      if (count > 0 && operations[count - 1].kind == FileOperation::Kind::note) {
        const std::uint64_t noted = operations[count - 1].at;
        (noted >= kTried ? tried : acknowledged) = noted % kTried;
      }
      if (count % stride != 0) continue;
      for (std::uint32_t fate = 0; fate < 2 + fates; ++fate) {
        SCOPED_TRACE("after " + std::to_string(count) + " operations, fate " +
                     std::to_string(fate));
        write_files(after_power_cut(operations, count,
                                    fate == 0   ? Unsynced::lost
                                    : fate == 1 ? Unsynced::kept
                                                : Unsynced::mixed,
                                    random));
        boost::asio::io_context context;
        std::unique_ptr<state::SqliteStore> store;
        ASSERT_NO_THROW(store = state::SqliteStore::open(context.get_executor(), {.path = copy()}));
        std::uint32_t value = 0;
        ASSERT_NO_THROW(value = value_in(*store->snapshot()));
        ASSERT_GE(value, acknowledged);
        ASSERT_LE(value, tried);
        ++replayed;
        checked += acknowledged;
      }
    }
    std::cout << operations.size() << " operations, " << replayed << " power cuts replayed, "
              << checked << " acknowledged writes checked, 0 lost\n";
    EXPECT_GT(replayed, 50U);
  }

  std::string copy() const { return scratch.file("copy.db"); }
  // Under another name, and fast.
  void write_files(const std::map<std::string, std::string>& files) const {
    for (const char* const suffix : {"", "-wal", "-journal"}) {
      fs::remove(copy() + suffix);
      const auto found = files.find(path + suffix);
      if (found == files.end()) continue;
      std::ofstream(copy() + suffix, std::ios::binary) << found->second;
    }
  }

  ScratchDirectory scratch{memory_directory()};
  std::string path = scratch.file("state.db");
};

TEST_F(PowerCut, LosesNothingThatWasAcknowledged) {
  replay(recorded([this](RecordingVfs& disk) {
           live(1, 8, 0, disk);
           live(9, 4, 0, disk);
         }),
         is_long() ? 1 : 3, is_long() ? 8 : 1);
}

TEST_F(PowerCut, LosesNothingWhileTheLogIsFolded) {
  replay(recorded([this](RecordingVfs& disk) { live(1, 12, 300'000, disk); }), is_long() ? 1 : 23,
         is_long() ? 8 : 1);
}

TEST_F(PowerCut, LosesNothingOfAFileThatIsMigrated) {
  {
    SQLite::Database database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    state::migrate(database, state::migrations().first(1));
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("INSERT INTO meta VALUES ('instance', 'mine')");
  }
  std::ifstream stream(path, std::ios::binary);
  const std::string begin{std::istreambuf_iterator<char>(stream), {}};
  replay(recorded([&](RecordingVfs& disk) {
           // It was there before.
           disk.preset(path, begin);
           live(1, 3, 0, disk);
         }),
         is_long() ? 1 : 3, is_long() ? 8 : 1);
}

// That the check can fail: a disk that loses what it said is durable is noticed.
TEST_F(PowerCut, NoticesADiskThatLies) {
  std::vector<FileOperation> operations =
      recorded([this](RecordingVfs& disk) { live(1, 3, 0, disk); });
  std::erase_if(operations, [](const FileOperation& operation) {
    return operation.kind == FileOperation::Kind::sync && operation.file.ends_with("-wal");
  });
  // Before the close, which folds the log.
  std::size_t last_ack = 0;
  for (std::size_t i = 0; i < operations.size(); ++i) {
    if (operations[i].kind == FileOperation::Kind::note) last_ack = i + 1;
  }
  std::mt19937_64 random(1);
  write_files(after_power_cut(operations, last_ack, Unsynced::lost, random));
  boost::asio::io_context context;
  const auto store = state::SqliteStore::open(context.get_executor(), {.path = copy()});
  EXPECT_LT(value_in(*store->snapshot()), 3U);
}

}  // namespace
}  // namespace genisys::test
