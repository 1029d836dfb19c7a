#include "state/sqlite_tables.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "state/documents.hpp"

namespace genisys::state {

namespace {

constexpr std::size_t kMaxDefinitionBytes = 1024 * 1024;

template <class Counter>
Counter counter_from(const SQLite::Column& column) {
  return Counter{static_cast<std::uint64_t>(column.getInt64())};
}

std::int64_t to_row(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void run(SQLite::Statement& statement) {
  statement.exec();
  statement.reset();
}

// ---- reading ----

// `column`: whether the row's checksum is right.
void check_row(const SQLite::Column& column, std::string_view table, const std::string& key) {
  if (column.getInt() == 0) throw BadRow(fmt::format("the {} `{}` was altered", table, key));
}

ServiceName name_from(const SQLite::Column& column) {
  const std::string text = column.getString();
  const std::optional<ServiceName> name = ServiceName::parse(text);
  if (!name) throw BadRow(fmt::format("`{}` is no name of a service", text));
  return *name;
}

Definition definition_from(const ServiceName& name, const std::string& text) {
  Problems problems;
  const std::optional<Value> document = read_json(text, problems, kMaxDefinitionBytes);
  std::optional<Definition> definition;
  if (document) definition = decode_definition(*document, name, "", problems);
  if (!definition) {
    throw BadRow(fmt::format("the definition of `{}`: {}", name.str(), problems.front().message));
  }
  return *std::move(definition);
}

template <class Number>
bool parse_number(std::string_view text, Number& number) {
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end;
}

std::set<std::uint32_t> slots_from(const ServiceName& name, std::string_view text) {
  std::set<std::uint32_t> slots;
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::uint32_t slot = 0;
    if (!parse_number(text.substr(0, comma), slot)) {
      throw BadRow(fmt::format("the empty slots of `{}`", name.str()));
    }
    slots.insert(slot);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return slots;
}

struct RevisionRow {
  RevisionRecord record;
  std::string definition;
};

std::map<ServiceName, std::vector<RevisionRow>> load_revisions(SQLite::Database& database) {
  std::map<ServiceName, std::vector<RevisionRow>> revisions;
  SQLite::Statement rows(database,
                         "SELECT service, revision, definition, "
                         "CAST(round((julianday(recorded_at) - 2440587.5) * 86400000) AS INTEGER), "
                         "checksum IS row_checksum('revision', service, revision, definition, "
                         "recorded_at) FROM revision ORDER BY service, revision");
  while (rows.executeStep()) {
    check_row(rows.getColumn(4), "revision of", rows.getColumn(0).getString());
    RevisionRow row;
    row.record.revision = counter_from<Revision>(rows.getColumn(1));
    row.record.recorded_at = WallTime(std::chrono::milliseconds(rows.getColumn(3).getInt64()));
    row.definition = rows.getColumn(2).getString();
    revisions[name_from(rows.getColumn(0))].push_back(std::move(row));
  }
  return revisions;
}

std::shared_ptr<const RevisionHistory> history_of(const Service& service,
                                                  const std::string& definition,
                                                  std::vector<RevisionRow> rows) {
  auto history = std::make_shared<RevisionHistory>();
  for (RevisionRow& row : rows) {
    if (row.record.revision > service.revision) break;
    // The service's own row says what the current one is.
    const bool is_current = row.record.revision == service.revision || row.definition == definition;
    row.record.definition = std::make_shared<const Definition>(
        is_current ? service.definition : definition_from(service.name(), row.definition));
    history->push_back(std::move(row.record));
  }
  if (history->empty() || history->back().revision != service.revision) {
    history->push_back(
        {service.revision, std::make_shared<const Definition>(service.definition), {}});
  }
  return history;
}

void load_services(SQLite::Database& database, Snapshot& snapshot) {
  std::map<ServiceName, std::vector<RevisionRow>> revisions = load_revisions(database);
  SQLite::Statement rows(
      database,
      "SELECT name, definition, revision, generation, desired, removing, keep_containers, paused, "
      "backoff_resets, vacated, stable, remove_volumes, rolled_back, checksum IS "
      "row_checksum('service', name, definition, revision, generation, desired, removing, "
      "keep_containers, paused, backoff_resets, vacated, stable, remove_volumes, rolled_back) "
      "FROM service");
  while (rows.executeStep()) {
    check_row(rows.getColumn(13), "service", rows.getColumn(0).getString());
    const ServiceName name = name_from(rows.getColumn(0));
    const std::string definition = rows.getColumn(1).getString();
    Service service{definition_from(name, definition)};
    service.revision = counter_from<Revision>(rows.getColumn(2));
    service.generation = counter_from<Generation>(rows.getColumn(3));
    if (!rows.getColumn(4).isNull()) service.desired = rows.getColumn(4).getUInt();
    service.removing = rows.getColumn(5).getInt() != 0;
    service.keep_containers = rows.getColumn(6).getInt() != 0;
    service.paused = rows.getColumn(7).getInt() != 0;
    service.backoff_resets = static_cast<std::uint64_t>(rows.getColumn(8).getInt64());
    service.vacated = slots_from(name, rows.getColumn(9).getString());
    if (!rows.getColumn(10).isNull()) service.stable = counter_from<Revision>(rows.getColumn(10));
    service.remove_volumes = rows.getColumn(11).getInt() != 0;
    service.rolled_back = rows.getColumn(12).getInt() != 0;
    service.revisions = history_of(service, definition, std::move(revisions[name]));
    snapshot.services.emplace(name, std::make_shared<const Service>(std::move(service)));
  }
}

void load_shared(SQLite::Database& database, Snapshot& snapshot) {
  SharedResources shared;
  SQLite::Statement rows(database,
                         "SELECT kind, name, spec, checksum IS row_checksum('shared', kind, name, "
                         "spec) FROM shared");
  while (rows.executeStep()) {
    const std::string kind = rows.getColumn(0).getString();
    const std::string name = rows.getColumn(1).getString();
    check_row(rows.getColumn(3), kind, name);
    Problems problems;
    const auto spec = read_json(rows.getColumn(2).getString(), problems, kMaxDefinitionBytes);
    if (spec && kind == "network") {
      if (auto network = decode_network(*spec, problems)) {
        shared.networks.emplace(name, *std::move(network));
      }
    } else if (spec) {
      if (auto volume = decode_volume(*spec, problems)) {
        shared.volumes.emplace(name, *std::move(volume));
      }
    }
    if (!problems.empty()) {
      throw BadRow(fmt::format("the {} `{}`: {}", kind, name, problems.front().message));
    }
  }
  snapshot.shared = std::make_shared<const SharedResources>(std::move(shared));
}

void load_meta(SQLite::Database& database, Tables& tables) {
  SQLite::Statement rows(database,
                         "SELECT key, value, checksum IS row_checksum('meta', key, value) "
                         "FROM meta");
  while (rows.executeStep()) {
    const std::string key = rows.getColumn(0).getString();
    check_row(rows.getColumn(2), "meta row", key);
    const std::string value = rows.getColumn(1).getString();
    if (key == "instance") tables.snapshot.instance = value;
    if (key == "index_mark" && !parse_number(value, tables.index_mark)) {
      throw BadRow("meta row `index_mark`");
    }
  }
}

// ---- writing ----

// Makes the service's rows those of `after`, which were those of `before`. Either may be null.
class RevisionWriter {
 public:
  explicit RevisionWriter(SQLite::Database& database)
      : insert_(database,
                "INSERT OR REPLACE INTO revision (service, revision, definition, recorded_at, "
                "checksum) SELECT name, number, text, at, row_checksum('revision', name, number, "
                "text, at) FROM (SELECT ? AS name, ? AS number, ? AS text, "
                "strftime('%Y-%m-%dT%H:%M:%fZ', ? / 1000.0, 'unixepoch') AS at)"),
        erase_(database, "DELETE FROM revision WHERE service = ? AND revision = ?") {}

  void write(const ServiceName& name, const RevisionHistory* before, const RevisionHistory* after) {
    if (before == after) return;
    static const RevisionHistory kNone;
    const RevisionHistory& old = before != nullptr ? *before : kNone;
    const RevisionHistory& wanted = after != nullptr ? *after : kNone;
    // Both are sorted; a revision's record never changes.
    auto kept = wanted.begin();
    for (const RevisionRecord& record : old) {
      while (kept != wanted.end() && kept->revision < record.revision) insert(name, *kept++);
      if (kept != wanted.end() && kept->revision == record.revision) {
        ++kept;
      } else {
        erase(name, record.revision);
      }
    }
    while (kept != wanted.end()) insert(name, *kept++);
  }

 private:
  void insert(const ServiceName& name, const RevisionRecord& record) {
    insert_.bind(1, name.str());
    insert_.bind(2, to_row(number(record.revision)));
    insert_.bind(3, encode_definition(*record.definition));
    insert_.bind(4, static_cast<std::int64_t>(record.recorded_at.time_since_epoch().count()));
    run(insert_);
  }

  void erase(const ServiceName& name, Revision revision) {
    erase_.bind(1, name.str());
    erase_.bind(2, to_row(number(revision)));
    run(erase_);
  }

  SQLite::Statement insert_;
  SQLite::Statement erase_;
};

void put_service(SQLite::Statement& put, const Service& service) {
  put.clearBindings();  // what is not bound is NULL
  put.bind(1, service.name().str());
  put.bind(2, encode_definition(service.definition));
  put.bind(3, to_row(number(service.revision)));
  put.bind(4, to_row(number(service.generation)));
  if (service.desired) put.bind(5, to_row(*service.desired));
  put.bind(6, service.removing ? 1 : 0);
  put.bind(7, service.keep_containers ? 1 : 0);
  put.bind(8, service.paused ? 1 : 0);
  put.bind(9, to_row(service.backoff_resets));
  put.bind(10, fmt::format("{}", fmt::join(service.vacated, ",")));
  if (service.stable) put.bind(11, to_row(number(*service.stable)));
  put.bind(12, service.remove_volumes ? 1 : 0);
  put.bind(13, service.rolled_back ? 1 : 0);
  run(put);
}

void apply_steps(SQLite::Database& database, const std::vector<Draft::Step>& steps) {
  SQLite::Statement put(
      database,
      "INSERT INTO service (name, definition, revision, generation, desired, removing, "
      "keep_containers, paused, backoff_resets, vacated, stable, remove_volumes, rolled_back, "
      "checksum) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, "
      "row_checksum('service', ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)) "
      "ON CONFLICT (name) DO UPDATE SET definition = ?2, revision = ?3, generation = ?4, "
      "desired = ?5, removing = ?6, keep_containers = ?7, paused = ?8, backoff_resets = ?9, "
      "vacated = ?10, stable = ?11, remove_volumes = ?12, rolled_back = ?13, "
      "checksum = excluded.checksum");
  SQLite::Statement erase(database, "DELETE FROM service WHERE name = ?");
  SQLite::Statement erase_revisions(database, "DELETE FROM revision WHERE service = ?");
  RevisionWriter revisions(database);

  for (const Draft::Step& step : steps) {
    if (step.after == nullptr) {
      erase.bind(1, step.name.str());
      run(erase);
      // All of them: the file may hold more than the history showed.
      erase_revisions.bind(1, step.name.str());
      run(erase_revisions);
      continue;
    }
    put_service(put, *step.after);
    revisions.write(step.name, step.before != nullptr ? step.before->revisions.get() : nullptr,
                    step.after->revisions.get());
  }
}

void apply_file_entries(SQLite::Database& database,
                        const std::map<ServiceName, std::string>& entries) {
  SQLite::Statement put(database,
                        "INSERT INTO file_entry (name, spec_hash, checksum) VALUES (?1, ?2, "
                        "row_checksum('file_entry', ?1, ?2)) ON CONFLICT (name) DO UPDATE SET "
                        "spec_hash = ?2, checksum = excluded.checksum");
  for (const auto& [name, hash] : entries) {
    put.bind(1, name.str());
    put.bind(2, hash);
    run(put);
  }
}

void apply_memory(SQLite::Database& database,
                  const std::map<std::string, std::optional<std::string>>& memory) {
  SQLite::Statement put(database,
                        "INSERT INTO memory (key, text, checksum) VALUES (?1, ?2, "
                        "row_checksum('memory', ?1, ?2)) ON CONFLICT (key) DO UPDATE SET "
                        "text = ?2, checksum = excluded.checksum");
  SQLite::Statement erase(database, "DELETE FROM memory WHERE key = ?");
  for (const auto& [key, text] : memory) {
    SQLite::Statement& statement = text ? put : erase;
    statement.bind(1, key);
    if (text) statement.bind(2, *text);
    run(statement);
  }
}

void apply_released(SQLite::Database& database, const std::map<std::string, bool>& released) {
  SQLite::Statement put(database,
                        "INSERT OR IGNORE INTO released (container, checksum) VALUES (?1, "
                        "row_checksum('released', ?1))");
  SQLite::Statement erase(database, "DELETE FROM released WHERE container = ?");
  for (const auto& [container, is_released] : released) {
    SQLite::Statement& statement = is_released ? put : erase;
    statement.bind(1, container);
    run(statement);
  }
}

void apply_shared(SQLite::Database& database, const SharedResources& shared) {
  database.exec("DELETE FROM shared");
  SQLite::Statement put(database,
                        "INSERT INTO shared (kind, name, spec, checksum) VALUES (?1, ?2, ?3, "
                        "row_checksum('shared', ?1, ?2, ?3))");
  const auto insert = [&put](const char* kind, const std::string& name, const std::string& spec) {
    put.bind(1, kind);
    put.bind(2, name);
    put.bind(3, spec);
    run(put);
  };
  for (const auto& [name, network] : shared.networks)
    insert("network", name, encode_network(network));
  for (const auto& [name, volume] : shared.volumes) insert("volume", name, encode_volume(volume));
}

}  // namespace

void put_meta(SQLite::Database& database, const std::string& key, const std::string& value) {
  SQLite::Statement put(database,
                        "INSERT INTO meta (key, value, checksum) VALUES (?1, ?2, "
                        "row_checksum('meta', ?1, ?2)) ON CONFLICT (key) DO UPDATE SET "
                        "value = ?2, checksum = excluded.checksum");
  put.bind(1, key);
  put.bind(2, value);
  run(put);
}

Tables load_tables(SQLite::Database& database) {
  Tables tables;
  load_meta(database, tables);
  load_services(database, tables.snapshot);
  load_shared(database, tables.snapshot);

  SQLite::Statement entries(database,
                            "SELECT name, spec_hash, checksum IS row_checksum('file_entry', name, "
                            "spec_hash) FROM file_entry");
  while (entries.executeStep()) {
    check_row(entries.getColumn(2), "entry of a service file for",
              entries.getColumn(0).getString());
    tables.snapshot.file_entries.emplace(name_from(entries.getColumn(0)),
                                         entries.getColumn(1).getString());
  }
  SQLite::Statement memory(database,
                           "SELECT key, text, checksum IS row_checksum('memory', key, text) "
                           "FROM memory");
  while (memory.executeStep()) {
    check_row(memory.getColumn(2), "memory of", memory.getColumn(0).getString());
    tables.snapshot.memory.emplace(memory.getColumn(0).getString(),
                                   memory.getColumn(1).getString());
  }
  SQLite::Statement released(database,
                             "SELECT container, checksum IS row_checksum('released', container) "
                             "FROM released");
  while (released.executeStep()) {
    check_row(released.getColumn(1), "released container", released.getColumn(0).getString());
    tables.snapshot.released.insert(released.getColumn(0).getString());
  }
  return tables;
}

void apply_to_tables(SQLite::Database& database, const WriteBatch& batch) {
  if (!batch.steps.empty()) apply_steps(database, batch.steps);
  if (!batch.file_entries.empty()) apply_file_entries(database, batch.file_entries);
  if (!batch.memory.empty()) apply_memory(database, batch.memory);
  if (!batch.released.empty()) apply_released(database, batch.released);
  if (batch.shared != nullptr) apply_shared(database, *batch.shared);
  if (batch.index_mark) put_meta(database, "index_mark", std::to_string(*batch.index_mark));
}

}  // namespace genisys::state
