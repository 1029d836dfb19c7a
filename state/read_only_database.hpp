// A SQLite database that nobody writes, looked at without a lock, a log or a trace. Blocking;
// internal to the SQLite store.
#pragma once

#include <memory>
#include <string>

namespace SQLite {
class Database;
}

namespace genisys::state {

// Precondition: nobody writes it while it is open. Throws SQLite::Exception.
std::unique_ptr<SQLite::Database> open_read_only(const std::string& file);

// "ok", or the first fault of the database's structure. Throws SQLite::Exception.
std::string integrity_of(SQLite::Database& database);

}  // namespace genisys::state
