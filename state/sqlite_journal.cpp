#include "state/sqlite_journal.hpp"

#include <SQLiteCpp/SQLiteCpp.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

namespace genisys::state {

namespace {

std::int64_t to_row(WallTime at) { return at.time_since_epoch().count(); }

template <class Unsigned>
std::int64_t clamped(Unsigned value) {
  constexpr auto kMost = std::numeric_limits<std::int64_t>::max();
  return std::cmp_greater(value, kMost) ? kMost : static_cast<std::int64_t>(value);
}

// What a damaged row says may be no time that can be shown, and texts that are none.
JournalEntry entry_from(SQLite::Statement& row) {
  constexpr WallTime kFirst{};
  constexpr WallTime kLast = std::chrono::sys_days(std::chrono::year(9999) / 12 / 31);
  JournalEntry entry;
  entry.id = static_cast<std::uint64_t>(row.getColumn(0).getInt64());
  entry.at =
      std::clamp(WallTime(std::chrono::milliseconds(row.getColumn(1).getInt64())), kFirst, kLast);
  if (!row.getColumn(2).isNull()) entry.service = ServiceName::parse(row.getColumn(2).getString());
  // A word that only another version knows: the entry is shown all the same.
  entry.kind = parse_entry_kind(row.getColumn(3).getString()).value_or(EntryKind::seen);
  entry.action = row.getColumn(4).getString();
  entry.slot = row.getColumn(5).getUInt();
  entry.container = row.getColumn(6).getString();
  entry.reason = parse_reason(row.getColumn(7).getString()).value_or(Reason::none);
  entry.message = row.getColumn(8).getString();
  entry.by = row.getColumn(9).getString();
  if (!row.getColumn(10).isNull()) {
    ContainerEnd end;
    end.exit_code = row.getColumn(10).getInt();
    if (!row.getColumn(11).isNull()) end.signal = row.getColumn(11).getInt();
    end.oom_killed = row.getColumn(12).getInt() != 0;
    if (!row.getColumn(13).isNull()) {
      end.ran = std::chrono::milliseconds(row.getColumn(13).getInt64());
    }
    end.log = row.getColumn(14).getString();
    entry.end = std::move(end);
  }
  return fit_for_record(std::move(entry));
}

}  // namespace

std::uint64_t last_journal_entry(SQLite::Database& database) {
  // SQLite counts in a table of its own, which no check holds against the entries: an id that is
  // there already would make every later write fail.
  const std::int64_t last =
      database
          .execAndGet(
              "SELECT max(coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'journal'), 0), "
              "coalesce((SELECT max(id) FROM journal), 0))")
          .getInt64();
  return static_cast<std::uint64_t>(last);
}

void append_to_journal(SQLite::Database& database, std::span<const JournalEntry> entries) {
  SQLite::Statement insert(
      database,
      "INSERT INTO journal (id, at, service, kind, action, slot, container, reason, message, "
      "asked_by, exit_code, signal, oom_killed, ran, log) "
      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  for (const JournalEntry& entry : entries) {
    insert.bind(1, static_cast<std::int64_t>(entry.id));
    insert.bind(2, to_row(entry.at));
    if (entry.service) insert.bind(3, entry.service->str());
    insert.bind(4, std::string(to_string(entry.kind)));
    insert.bind(5, entry.action);
    insert.bind(6, static_cast<std::int64_t>(entry.slot));
    insert.bind(7, entry.container);
    insert.bind(8, std::string(to_string(entry.reason)));
    insert.bind(9, entry.message);
    insert.bind(10, entry.by);
    if (entry.end) {
      insert.bind(11, entry.end->exit_code);
      if (entry.end->signal) insert.bind(12, *entry.end->signal);
      insert.bind(13, entry.end->oom_killed ? 1 : 0);
      if (entry.end->ran) insert.bind(14, static_cast<std::int64_t>(entry.end->ran->count()));
      insert.bind(15, entry.end->log);
    }
    insert.exec();
    insert.reset();
    insert.clearBindings();
  }
}

void prune_journal(SQLite::Database& database, const JournalBounds& bounds, WallTime now) {
  SQLite::Statement surplus(database, "DELETE FROM journal WHERE id <= ?");
  surplus.bind(1, clamped(last_journal_entry(database)) - clamped(bounds.entries));
  surplus.exec();

  // The scan ends at the first entry that stays.
  SQLite::Statement aged(database,
                         "DELETE FROM journal WHERE id < coalesce("
                         "(SELECT id FROM journal WHERE at >= ? ORDER BY id LIMIT 1), "
                         "9223372036854775807)");
  aged.bind(1, to_row(now - bounds.age));
  aged.exec();
}

std::vector<JournalEntry> read_journal(SQLite::Database& database, const JournalQuery& query) {
  const bool is_newest = query.choose == JournalQuery::Choose::newest;
  std::string sql =
      "SELECT id, at, service, kind, action, slot, container, reason, message, asked_by, "
      "exit_code, signal, oom_killed, ran, log FROM journal WHERE id > ?1";
  if (query.service) sql += " AND service = ?3";
  sql += is_newest ? " ORDER BY id DESC LIMIT ?2" : " ORDER BY id LIMIT ?2";

  SQLite::Statement select(database, sql);
  select.bind(1, clamped(query.after));
  select.bind(2, clamped(query.limit));
  if (query.service) select.bind(3, query.service->str());
  std::vector<JournalEntry> entries;
  while (select.executeStep()) entries.push_back(entry_from(select));
  if (is_newest) std::reverse(entries.begin(), entries.end());
  return entries;
}

}  // namespace genisys::state
