// Whatever becomes of the bytes of a state file: it is opened with the content it had, or refused
// and left as it is.
//
// GENISYS_MUTATIONS=N: so many damaged files; GENISYS_SEED=N: others than usually.
#include <SQLiteCpp/SQLiteCpp.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <vector>

#include "state/migrations.hpp"
#include "tests/support/long_form.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/state/state_files.hpp"

namespace genisys::state {
namespace {

namespace fs = std::filesystem;
using test::number_from;
using test::run_coro;
using ::testing::HasSubstr;

constexpr std::size_t kPage = 4096;

class Damage {
 public:
  explicit Damage(std::uint64_t seed) : random_(seed) {}

  // One fault of a kind that disks, memory and people make. Says what it did.
  std::string apply_to(std::string& bytes) {
    const std::size_t at = place(bytes.size());
    switch (any(0, 7)) {
      case 0:
        bytes[at] = static_cast<char>(bytes[at] ^ (1 << any(0, 7)));
        return "a bit at " + std::to_string(at);
      case 1:
        bytes[at] = static_cast<char>(any(0, 255));
        return "a byte at " + std::to_string(at);
      case 2: {
        const std::size_t size = std::min<std::size_t>(any(2, 64), bytes.size() - at);
        for (std::size_t i = 0; i < size; ++i) bytes[at + i] = static_cast<char>(any(0, 255));
        return std::to_string(size) + " bytes at " + std::to_string(at);
      }
      case 3: {
        const std::size_t sector = at / 512 * 512;
        std::fill_n(bytes.begin() + static_cast<std::ptrdiff_t>(sector), 512, '\0');
        return "zeros in the sector at " + std::to_string(sector);
      }
      case 4: {
        const std::size_t size = any(0, 3) == 0 ? at : at / kPage * kPage;
        bytes.resize(std::max<std::size_t>(size, 1));
        return "cut at " + std::to_string(bytes.size());
      }
      case 5: {
        const std::size_t other = place(bytes.size()) / kPage * kPage;
        std::swap_ranges(page(bytes, at), page(bytes, at) + kPage, page(bytes, other));
        return "pages at " + std::to_string(at) + " and " + std::to_string(other) + " swapped";
      }
      case 6: {
        const std::size_t other = place(bytes.size()) / kPage * kPage;
        std::copy_n(page(bytes, other), kPage, page(bytes, at));
        return "the page at " + std::to_string(at) + " is that at " + std::to_string(other);
      }
      default:
        bytes[at] = static_cast<char>(bytes[at] + (any(0, 1) == 0 ? 1 : -1));
        return "off by one at " + std::to_string(at);
    }
  }

 private:
  std::uint64_t any(std::uint64_t from, std::uint64_t to) {
    return std::uniform_int_distribution<std::uint64_t>(from, to)(random_);
  }
  static std::string::iterator page(std::string& bytes, std::size_t at) {
    return bytes.begin() + static_cast<std::ptrdiff_t>(at / kPage * kPage);
  }
  // Anywhere; often where a byte means much: the file's header, a page's header and pointers.
  std::size_t place(std::size_t size) {
    switch (any(0, 3)) {
      case 0:
        return any(0, 99);
      case 1:
        return any(0, size / kPage - 1) * kPage + any(0, 40);
      default:
        return any(0, size - 1);
    }
  }

  std::mt19937_64 random_;
};

class StateDamage : public ::testing::Test {
 protected:
  std::unique_ptr<SqliteStore> open() {
    return SqliteStore::open(context.get_executor(), {.path = path});
  }
  void SetUp() override {
    auto store = open();
    fill_state(context, *store, 12);
    expected = store->snapshot();
    run_coro(context, store->close());
    good = bytes_of(path);
  }
  void put(const std::string& bytes) {
    fs::remove(path + "-wal");
    fs::remove(path + "-journal");
    write_bytes(path, bytes);
  }

  test::ScratchDirectory folder{test::memory_directory()};
  std::string path = folder.file("state.db");
  boost::asio::io_context context;
  SnapshotPtr expected;
  std::string good;
};

TEST_F(StateDamage, OpensWithTheSameContentOrIsRefusedUntouched) {
  const std::uint64_t count = number_from("GENISYS_MUTATIONS", 1000);
  const std::uint64_t seed = number_from("GENISYS_SEED", 20261126);
  Damage damage(seed);
  std::uint64_t opened = 0;
  std::uint64_t refused = 0;
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string bytes = good;
    SCOPED_TRACE("seed " + std::to_string(seed) + ", mutation " + std::to_string(i) + ": " +
                 damage.apply_to(bytes));
    put(bytes);
    try {
      const auto store = open();
      ++opened;
      expect_same_state(*store->snapshot(), *expected);
      // Nor is what is written next lost in it.
      run_coro(context, store->reserve_indexes(1));
      run_coro(context, store->close());
    } catch (const OpenError& error) {
      ++refused;
      EXPECT_THAT(error.what(), HasSubstr("`" + path + "`"));
      EXPECT_TRUE(error.fault() == OpenFault::damaged || error.fault() == OpenFault::newer)
          << error.what();
      EXPECT_EQ(bytes_of(path), bytes) << "it was changed";
    } catch (const StoreError& error) {
      ADD_FAILURE() << "was opened and then failed: " << error.what();
    }
    if (HasFailure()) break;
  }
  std::cout << count << " damaged files: " << opened << " opened with the same content, " << refused
            << " refused\n";
}

// A log that was damaged ends where the damage begins: what SQLite promises. Its start is then that
// of an older state, never of a mixture.
TEST_F(StateDamage, OfALogIsNoticedOrEndsIt) {
  put(good);
  const auto set = [this](Store& store, std::uint32_t target) {
    run_coro(context, store.commit([target](Draft& draft) {
      EXPECT_TRUE(
          set_targets(draft, {{test::name("service-0"), target}, {test::name("service-1"), target}},
                      {}, false));
    }));
  };
  std::string base;
  std::string wal;
  {
    auto store = open();
    set(*store, 1000);
    run_coro(context, store->close());
    base = bytes_of(path);
    store = open();
    for (std::uint32_t target = 1; target <= 20; ++target) set(*store, target);
    wal = bytes_of(path + "-wal");
    run_coro(context, store->close());
  }
  const std::uint64_t count = number_from("GENISYS_MUTATIONS", 1000) / 10;
  Damage damage(number_from("GENISYS_SEED", 20261126));
  for (std::uint64_t i = 0; i < count; ++i) {
    std::string bytes = wal;
    SCOPED_TRACE("mutation " + std::to_string(i) + ": " + damage.apply_to(bytes));
    put(base);
    write_bytes(path + "-wal", bytes);
    try {
      const auto store = open();
      EXPECT_EQ(store->snapshot()->find(test::name("service-0"))->desired,
                store->snapshot()->find(test::name("service-1"))->desired)
          << "half of a write";
    } catch (const OpenError& error) {
      EXPECT_EQ(error.fault(), OpenFault::damaged) << error.what();
    }
    if (HasFailure()) break;
  }
}

// ---- what a row says ----

// In a file without checksums, as those before schema 4 are, so that it is the decoding that must
// notice.
TEST_F(StateDamage, InAnyColumnIsRefusedOrHarmless) {
  const std::vector<std::string> hostile = {
      "''",
      "'{'",
      "'[]'",
      "'null'",
      "'{\"name\":\"web\"}'",
      "'{\"name\":\"web\",\"image\":0.00000000001e-2147483639}'",
      "CAST(x'00ff00ff' AS TEXT)",
      "CAST(x'c080' AS TEXT)",
      "CAST(printf('%.*c', 200000, '[') AS TEXT)",
      "CAST(printf('%.*c', 1100000, 'x') AS TEXT)",
      "'18446744073709551616'",
      "'../../etc'",
      "-1",
      "0",
      "4294967296",
      "9223372036854775807",
      "-9223372036854775808",
      "NULL",
  };
  const std::string base = folder.file("base.db");
  {
    SQLite::Database database(base, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    migrate(database, migrations().first(3));
    database.exec(
        "INSERT INTO meta VALUES ('instance', 'mine'), ('index_mark', '7');"
        "INSERT INTO service (name, definition, revision, generation, desired, removing, vacated, "
        "stable) VALUES ('web', '{\"name\":\"web\",\"image\":\"app:1\"}', 2, 3, 1, 0, '1,2', 1);"
        "INSERT INTO revision VALUES ('web', 1, '{\"name\":\"web\",\"image\":\"app:0\"}', "
        "'2026-03-01T10:00:00.123Z');"
        "INSERT INTO file_entry VALUES ('web', 'hash'); INSERT INTO memory VALUES ('k', 't');"
        "INSERT INTO released VALUES ('c'); INSERT INTO shared VALUES ('network', 'n', '{}');"
        "INSERT INTO journal (at, kind, action, slot, container, reason, message, asked_by) "
        "VALUES (1, 'acted', 'a', 1, 'c', 'None', 'm', 'b')");
  }
  std::vector<std::pair<std::string, std::string>> columns;
  {
    SQLite::Database database(base);
    SQLite::Statement all(database,
                          "SELECT s.name, c.name FROM sqlite_schema s, pragma_table_info(s.name) c "
                          "WHERE s.type = 'table' AND s.name NOT LIKE 'sqlite_%'");
    while (all.executeStep()) {
      columns.emplace_back(all.getColumn(0).getString(), all.getColumn(1).getString());
    }
  }
  ASSERT_GT(columns.size(), 40U);
  // Some for each column, all with the long form.
  const std::size_t stride = number_from("GENISYS_MUTATIONS", 0) > 0 ? 1 : 4;
  std::size_t turn = 0;
  int tried = 0;
  int refused = 0;
  for (const auto& [table, column] : columns) {
    for (const std::string& value : hostile) {
      if (++turn % stride != 0) continue;
      SCOPED_TRACE(table + "." + column + " = " + value);
      put(bytes_of(base));
      try {
        SQLite::Database database(path, SQLite::OPEN_READWRITE);
        database.exec("PRAGMA ignore_check_constraints = ON");
        database.exec("UPDATE " + table + " SET " + column + " = " + value);
      } catch (const SQLite::Exception&) {
        continue;  // the type forbids it
      }
      ++tried;
      const std::string before = bytes_of(path);
      try {
        const auto store = open();
        run_coro(context, store->journal({}));
        run_coro(context, store->close());
      } catch (const OpenError& error) {
        ++refused;
        EXPECT_EQ(error.fault(), OpenFault::damaged) << error.what();
        EXPECT_EQ(bytes_of(path), before) << "it was changed";
      }
    }
  }
  std::cout << tried << " hostile values: " << refused << " refused\n";
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace genisys::state
