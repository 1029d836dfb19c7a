// The Stores there are, for tests of what all of them do. Neither lets a note linger.
#pragma once

#include <gtest/gtest.h>

#include <boost/asio/any_io_executor.hpp>
#include <chrono>
#include <memory>
#include <utility>

#include "state/sqlite_store.hpp"
#include "tests/fakes/memory_store.hpp"
#include "tests/support/scratch_directory.hpp"

namespace genisys::state {

// The time of everything that they write.
inline constexpr WallTime kWall{std::chrono::milliseconds(1'700'000'000'123)};

struct OnSqlite {
  static std::unique_ptr<SqliteStore> make(boost::asio::any_io_executor executor,
                                           const test::ScratchDirectory& directory) {
    return SqliteStore::open(std::move(executor), {.path = directory.file("state.db"),
                                                   .note_linger = std::chrono::milliseconds(0),
                                                   .wall = [] { return kWall; }});
  }
};

struct InMemory {
  static std::unique_ptr<fakes::MemoryStore> make(boost::asio::any_io_executor executor,
                                                  const test::ScratchDirectory&) {
    return std::make_unique<fakes::MemoryStore>(std::move(executor), Snapshot{},
                                                [] { return kWall; });
  }
};

using StoreKinds = ::testing::Types<OnSqlite, InMemory>;

}  // namespace genisys::state
