// Services, their revisions, and what else a snapshot holds, as rows of the state file. Blocking;
// internal to the SQLite store.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

#include "state/group_commit.hpp"
#include "state/model.hpp"

namespace SQLite {
class Database;
}

namespace genisys::state {

// A row that cannot be understood; what() names it.
class BadRow : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

struct Tables {
  Snapshot snapshot;
  std::uint64_t index_mark = 0;
};

// All of these need the function row_checksum (row_checksum.hpp).

// All there is but the journal. Throws SQLite::Exception, and BadRow for a row that cannot be
// decoded, or is not what was written.
Tables load_tables(SQLite::Database& database);

// All of the batch but the journal; part of the caller's transaction. Throws SQLite::Exception.
void apply_to_tables(SQLite::Database& database, const WriteBatch& batch);

// A row of the table `meta`; part of the caller's transaction. Throws SQLite::Exception.
void put_meta(SQLite::Database& database, const std::string& key, const std::string& value);

}  // namespace genisys::state
