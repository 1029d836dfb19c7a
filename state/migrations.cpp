#include "state/migrations.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <SQLiteCpp/Savepoint.h>

#include <string>

#include "state/fail_point.hpp"
#include "state/row_checksum.hpp"

namespace genisys::state {

namespace {

constexpr Migration kMigrations[] = {
    {1, R"sql(
      PRAGMA application_id = 1735291769;
      CREATE TABLE meta (
        key TEXT PRIMARY KEY,
        value TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE service (
        name TEXT PRIMARY KEY,
        definition TEXT NOT NULL,
        revision INTEGER NOT NULL CHECK (revision > 0),
        generation INTEGER NOT NULL CHECK (generation > 0),
        desired INTEGER CHECK (desired BETWEEN 0 AND 4294967295),
        removing INTEGER NOT NULL CHECK (removing IN (0, 1))
      ) STRICT;
      CREATE TABLE file_entry (
        name TEXT PRIMARY KEY,
        spec_hash TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE revision (
        service TEXT NOT NULL,
        revision INTEGER NOT NULL CHECK (revision > 0),
        definition TEXT NOT NULL,
        recorded_at TEXT NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')),
        PRIMARY KEY (service, revision)
      ) STRICT;
    )sql"},
    {2, R"sql(
      ALTER TABLE service ADD COLUMN paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1));
      ALTER TABLE service ADD COLUMN backoff_resets INTEGER NOT NULL DEFAULT 0
        CHECK (backoff_resets >= 0);
      ALTER TABLE service ADD COLUMN vacated TEXT NOT NULL DEFAULT '';
      ALTER TABLE service ADD COLUMN keep_containers INTEGER NOT NULL DEFAULT 0
        CHECK (keep_containers IN (0, 1));
      ALTER TABLE service ADD COLUMN stable INTEGER CHECK (stable > 0);
      CREATE TABLE memory (
        key TEXT PRIMARY KEY,
        text TEXT NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE released (
        container TEXT PRIMARY KEY
      ) STRICT, WITHOUT ROWID;
      -- AUTOINCREMENT: an id is never given out again, not even when its entry was pruned.
      CREATE TABLE journal (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        at INTEGER NOT NULL,      -- milliseconds since 1970, UTC
        service TEXT,
        kind TEXT NOT NULL,
        action TEXT NOT NULL,
        slot INTEGER NOT NULL,
        container TEXT NOT NULL,
        reason TEXT NOT NULL,
        message TEXT NOT NULL,
        asked_by TEXT NOT NULL,
        exit_code INTEGER,        -- this and what follows: how the container ended, if it did
        signal INTEGER,
        oom_killed INTEGER,
        ran INTEGER,              -- milliseconds
        log TEXT
      ) STRICT;
      CREATE INDEX journal_by_service ON journal (service, id);
    )sql"},
    {3, R"sql(
      ALTER TABLE service ADD COLUMN remove_volumes INTEGER NOT NULL DEFAULT 0
        CHECK (remove_volumes IN (0, 1));
      ALTER TABLE service ADD COLUMN rolled_back INTEGER NOT NULL DEFAULT 0
        CHECK (rolled_back IN (0, 1));
      CREATE TABLE shared (
        kind TEXT NOT NULL CHECK (kind IN ('network', 'volume')),
        name TEXT NOT NULL,
        spec TEXT NOT NULL,
        PRIMARY KEY (kind, name)
      ) STRICT, WITHOUT ROWID;
    )sql"},
    // row_checksum() covers the name of the table and the other columns, in this order.
    {4, R"sql(
      ALTER TABLE meta ADD COLUMN checksum INTEGER;
      ALTER TABLE service ADD COLUMN checksum INTEGER;
      ALTER TABLE revision ADD COLUMN checksum INTEGER;
      ALTER TABLE file_entry ADD COLUMN checksum INTEGER;
      ALTER TABLE memory ADD COLUMN checksum INTEGER;
      ALTER TABLE released ADD COLUMN checksum INTEGER;
      ALTER TABLE shared ADD COLUMN checksum INTEGER;
      UPDATE meta SET checksum = row_checksum('meta', key, value);
      UPDATE service SET checksum = row_checksum('service', name, definition, revision, generation,
        desired, removing, keep_containers, paused, backoff_resets, vacated, stable, remove_volumes,
        rolled_back);
      UPDATE revision SET checksum = row_checksum('revision', service, revision, definition,
        recorded_at);
      UPDATE file_entry SET checksum = row_checksum('file_entry', name, spec_hash);
      UPDATE memory SET checksum = row_checksum('memory', key, text);
      UPDATE released SET checksum = row_checksum('released', container);
      UPDATE shared SET checksum = row_checksum('shared', kind, name, spec);
    )sql"},
};

}  // namespace

std::span<const Migration> migrations() { return kMigrations; }

void migrate(SQLite::Database& database, std::span<const Migration> steps) {
  const int version = database.execAndGet("PRAGMA user_version").getInt();
  add_row_checksum(database.getHandle());
  for (const Migration& step : steps) {
    if (step.version <= version) continue;
    SQLite::Savepoint whole(database, "migration");
    database.exec(step.sql);
    database.exec("PRAGMA user_version = " + std::to_string(step.version));
    pass(FailPoint::migrating);
    whole.release();
  }
}

}  // namespace genisys::state
