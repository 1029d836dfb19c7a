#include "state/read_only_database.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>

namespace genisys::state {

std::unique_ptr<SQLite::Database> open_read_only(const std::string& file) {
  std::string uri = "file:";
  for (const char c : file) {
    // What would end the path in a URI.
    if (c == '%' || c == '?' || c == '#') {
      uri += fmt::format("%{:02x}", static_cast<unsigned char>(c));
    } else {
      uri += c;
    }
  }
  return std::make_unique<SQLite::Database>(uri + "?immutable=1",
                                            SQLite::OPEN_READONLY | SQLite::OPEN_URI);
}

std::string integrity_of(SQLite::Database& database) {
  // Not quick_check, which holds no index against its table: a service whose entry is damaged
  // would be recorded twice.
  SQLite::Statement check(database, "PRAGMA integrity_check(1)");
  return check.executeStep() ? check.getColumn(0).getString() : "no answer";
}

}  // namespace genisys::state
