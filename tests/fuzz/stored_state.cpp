// What the state file may hold after a disk, a person or another version had a hand in it. The
// first letter says what: m (what the controller remembers of a service), i (of an image),
// n(etwork), v(olume), t(ables). The rows of tables are parted by lines "%%%"; each begins with a
// letter for its table: s(ervice), r(evision), d (shared), e (file entry), m(emory), j(ournal);
// then one line a column.
#include <SQLiteCpp/SQLiteCpp.h>

#include <charconv>
#include <string>

#include "api/codec_journal.hpp"
#include "controller/memory.hpp"
#include "state/documents.hpp"
#include "state/migrations.hpp"
#include "state/shared_resources.hpp"
#include "state/sqlite_journal.hpp"
#include "state/sqlite_tables.hpp"
#include "tests/fuzz/input.hpp"
#include "tests/fuzz/properties.hpp"

namespace genisys::fuzz {
namespace {

using namespace std::chrono_literals;

const controller::Moment kNow{.now = state::TimePoint(1000h), .wall = state::WallTime(500000h)};

// What was read is remembered as it is: the next start of the program knows what this one knows.
template <class History, class Decode>
void memory(std::string_view text, Decode decode) {
  const std::optional<History> read = decode(text, kNow);
  if (!read) return;
  const std::string written = controller::encode_memory(*read, kNow);
  require_json(written);
  const auto again = decode(written, kNow);
  require(again.has_value(), "what is remembered can be read", written);
  const std::string rewritten = controller::encode_memory(*again, kNow);
  require(rewritten == written, "what is remembered stays the same", written + "\n" + rewritten);
}

template <class Decode, class Encode>
void shared(std::string_view text, Decode decode, Encode encode) {
  state::Problems problems;
  const auto document = state::read_json(text, problems);
  if (!document) return;
  const auto spec = decode(*document, problems);
  require(spec.has_value() == problems.empty(), "either a resource or problems");
  if (!spec) return require_told(problems, lines_of(text));
  const std::string written = encode(*spec);
  const auto again = state::read_json(written, problems);
  require(again && decode(*again, problems) == spec, "it is read back as it was", written);
}

// A text that is a number goes in as one: SQLite would make it one anyway where the column is.
void bind(SQLite::Statement& row, int column, std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty()) return;  // NULL
  if (error == std::errc{} && end == text.data() + text.size()) {
    row.bind(column, number);
  } else {
    row.bind(column, std::string(text));
  }
}

struct TableOf {
  char letter;
  const char* insert;
};

constexpr TableOf kTables[] = {
    {'s',
     "INSERT INTO service (name, definition, revision, generation, desired, removing, "
     "keep_containers, paused, backoff_resets, vacated, stable, remove_volumes, rolled_back) "
     "VALUES (?1, ?2, ifnull(?3, 1), ifnull(?4, 1), ?5, ifnull(?6, 0), ifnull(?7, 0), "
     "ifnull(?8, 0), ifnull(?9, 0), ifnull(?10, ''), ?11, ifnull(?12, 0), ifnull(?13, 0))"},
    {'r', "INSERT INTO revision (service, revision, definition, recorded_at) VALUES (?, ?, ?, ?)"},
    {'d', "INSERT INTO shared (kind, name, spec) VALUES (?, ?, ?)"},
    {'e', "INSERT INTO file_entry (name, spec_hash) VALUES (?, ?)"},
    {'m', "INSERT INTO memory (key, text) VALUES (?, ?)"},
    {'j',
     "INSERT INTO journal (at, service, kind, action, slot, container, reason, message, "
     "asked_by, exit_code, signal, oom_killed, ran, log) "
     "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"},
};

void insert(SQLite::Database& database, Input row) {
  const char letter = row.kind("srdemj");
  for (const TableOf& table : kTables) {
    if (table.letter != letter) continue;
    SQLite::Statement statement(database, table.insert);
    const int columns = statement.getBindParameterCount();
    for (int column = 1; column <= columns; ++column) bind(statement, column, row.line());
    statement.exec();
  }
}

void require_loaded(SQLite::Database& database) {
  const state::Tables tables = state::load_tables(database);
  for (const auto& [name, service] : tables.snapshot.services) {
    require(service->name() == name, "a service has its own name");
    require(service->revisions != nullptr && !service->revisions->empty(), "it has a history");
    const state::RevisionRecord& last = service->revisions->back();
    require(last.revision == service->revision && *last.definition == service->definition,
            "the last revision is the current one");
  }
  std::vector<std::string> lost;
  controller::recall(tables.snapshot.memory, kNow, lost);
  for (const state::JournalEntry& entry : state::read_journal(database, {})) {
    require_json(api::encode_entry(entry));
  }
}

// A bad row is refused with its name, and the database's own rules with SQLite's words; nothing
// else.
void tables(Input input) {
  static SQLite::Database database = [] {
    SQLite::Database fresh(":memory:", SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    state::migrate(fresh, state::migrations());
    return fresh;
  }();
  SQLite::Transaction transaction(database);  // taken back at the end
  try {
    for (int rows = 0; rows < 16 && !input.empty(); ++rows) {
      insert(database, Input(input.until("%%%\n")));
    }
    require_loaded(database);
  } catch (const state::BadRow& bad) {
    require(std::string_view(bad.what()).size() > 0, "a bad row is named");
  } catch (const SQLite::Exception& refusal) {
    require(std::string_view(refusal.what()).size() > 0, "SQLite says why");
  }
}

}  // namespace
}  // namespace genisys::fuzz

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace genisys;
  using namespace genisys::fuzz;
  Input input(data, size);
  switch (input.kind("minvt")) {
    case 'm':
      memory<controller::ServiceHistory>(input.rest(), controller::decode_service_memory);
      break;
    case 'i':
      memory<controller::ImageHistory>(input.rest(), controller::decode_image_memory);
      break;
    case 'n':
      shared(input.rest(), state::decode_network, state::encode_network);
      break;
    case 'v':
      shared(input.rest(), state::decode_volume, state::encode_volume);
      break;
    default:
      tables(input);
  }
  return 0;
}
