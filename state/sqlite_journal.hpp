// The journal's table in the state file. Blocking; internal to the SQLite store.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "state/journal.hpp"

namespace SQLite {
class Database;
}

namespace genisys::state {

// How much of the journal is kept: whatever is reached first.
struct JournalBounds {
  std::size_t entries = 10000;
  std::chrono::hours age = std::chrono::hours(30 * 24);
};

// Each throws SQLite::Exception.

// The highest id that was ever written; 0: none.
std::uint64_t last_journal_entry(SQLite::Database& database);

// Part of the caller's transaction. The ids are rising, and above all that were written before.
void append_to_journal(SQLite::Database& database, std::span<const JournalEntry> entries);

// Lets go of what is beyond the bounds, at the cost of what it removes. Goes by the order of the
// ids: an entry that a wrong clock dated into the future keeps those after it until there are too
// many.
void prune_journal(SQLite::Database& database, const JournalBounds& bounds, WallTime now);

// By ascending id.
std::vector<JournalEntry> read_journal(SQLite::Database& database, const JournalQuery& query);

}  // namespace genisys::state
