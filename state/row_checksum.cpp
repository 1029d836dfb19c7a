#include "state/row_checksum.hpp"

#include <SQLiteCpp/Exception.h>
#include <sqlite3.h>

#include <cstddef>
#include <cstdint>

namespace genisys::state {

namespace {

// FNV-1a: each step is a bijection of what was before, so one byte that differs stays a difference.
class Fnv {
 public:
  void add(unsigned char byte) { hash_ = (hash_ ^ byte) * 0x100000001b3U; }
  void add(std::uint64_t number) {
    for (unsigned shift = 0; shift < 64; shift += 8) {
      add(static_cast<unsigned char>(number >> shift));
    }
  }
  std::uint64_t hash() const { return hash_; }

 private:
  std::uint64_t hash_ = 0xcbf29ce484222325U;
};

void row_checksum(sqlite3_context* context, int count, sqlite3_value** values) {
  Fnv fnv;
  for (int i = 0; i < count; ++i) {
    const int type = sqlite3_value_type(values[i]);
    fnv.add(static_cast<unsigned char>(type));
    if (type == SQLITE_INTEGER) {
      fnv.add(static_cast<std::uint64_t>(sqlite3_value_int64(values[i])));
    } else if (type != SQLITE_NULL) {
      const unsigned char* const bytes = sqlite3_value_text(values[i]);
      const auto size = static_cast<std::size_t>(sqlite3_value_bytes(values[i]));
      if (bytes == nullptr && size > 0) return sqlite3_result_error_nomem(context);
      fnv.add(static_cast<std::uint64_t>(size));
      for (std::size_t at = 0; at < size; ++at) fnv.add(bytes[at]);
    }
  }
  sqlite3_result_int64(context, static_cast<sqlite3_int64>(fnv.hash()));
}

}  // namespace

void add_row_checksum(sqlite3* database) {
  const int code = sqlite3_create_function_v2(database, "row_checksum", -1,
                                              SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
                                              nullptr, &row_checksum, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) throw SQLite::Exception(database, code);
}

}  // namespace genisys::state
