// The schema of the state file, as numbered steps that only go forward. Internal to the SQLite
// store.
#pragma once

#include <span>

namespace SQLite {
class Database;
}

namespace genisys::state {

// One step: from `version - 1` to `version`.
struct Migration {
  int version;
  const char* sql;
};

// All steps there are, by ascending version from 1.
std::span<const Migration> migrations();

// Marks a file as ours (PRAGMA application_id); "gnsy".
inline constexpr int kApplicationId = 0x676e7379;

// Brings the file to the last of `steps`. Each takes place as a whole or not at all, and for good
// with the transaction of the caller, if there is one. Precondition: the file's version is not
// above that. Gives the connection the function row_checksum. Throws SQLite::Exception.
void migrate(SQLite::Database& database, std::span<const Migration> steps);

}  // namespace genisys::state
