// Checksums of rows of the state file: SQLite notices damage to its own structure, and none to what
// a row says. Internal to the SQLite store.
#pragma once

struct sqlite3;

namespace genisys::state {

// Gives the connection the SQL function row_checksum(…): a 64-bit checksum of its arguments, their
// types and their order. Any one damaged byte of them yields another. It is in files, so it never
// changes. Throws SQLite::Exception.
void add_row_checksum(sqlite3* database);

}  // namespace genisys::state
