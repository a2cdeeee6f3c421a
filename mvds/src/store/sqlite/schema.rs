//! The tables, and how older ones become them.

use super::SqliteError;
use rusqlite::{Connection, OptionalExtension};

/// Each step makes of the version before it its own; the first begins with nothing. A step that was
/// released is never changed: what is wrong with it is mended by a new one.
const STEPS: [&str; 3] = [
    // 64-bit numbers of the node are stored bit by bit as SQLite's signed ones: none is compared.
    "CREATE TABLE mvds_clock (
        one INTEGER PRIMARY KEY CHECK (one = 1),
        epoch INTEGER NOT NULL,
        began INTEGER NOT NULL
    );
    CREATE TABLE mvds_peers (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL
    );
    CREATE TABLE mvds_groups (
        number INTEGER PRIMARY KEY,
        id BLOB NOT NULL,
        mode INTEGER NOT NULL,
        dependencies INTEGER NOT NULL,
        relay INTEGER NOT NULL
    );
    CREATE TABLE mvds_members (
        grp INTEGER NOT NULL,
        peer INTEGER NOT NULL,
        PRIMARY KEY (grp, peer)
    ) WITHOUT ROWID;
    CREATE TABLE mvds_records (
        number INTEGER PRIMARY KEY,
        peer INTEGER NOT NULL,
        grp INTEGER,
        message BLOB NOT NULL,
        kind INTEGER NOT NULL,
        count INTEGER NOT NULL,
        attempt INTEGER NOT NULL,
        epoch INTEGER NOT NULL,
        last_sent INTEGER NOT NULL
    );
    CREATE TABLE mvds_messages (
        id BLOB PRIMARY KEY,
        number INTEGER NOT NULL,
        grp INTEGER,
        deadline INTEGER,
        in_history INTEGER NOT NULL,
        group_id BLOB NOT NULL,
        timestamp INTEGER NOT NULL,
        body BLOB NOT NULL,
        ephemeral INTEGER,
        parents BLOB
    ) WITHOUT ROWID;
    CREATE TABLE mvds_remembered (
        place INTEGER PRIMARY KEY,
        id BLOB NOT NULL
    );
    CREATE TABLE mvds_heads (
        place INTEGER PRIMARY KEY,
        grp INTEGER NOT NULL,
        id BLOB NOT NULL
    );
    CREATE TABLE mvds_held (
        id BLOB PRIMARY KEY,
        sender BLOB NOT NULL,
        until INTEGER NOT NULL,
        parents BLOB NOT NULL
    ) WITHOUT ROWID;",
    // Every message asks whether it is known: without this that would read all that is remembered. The
    // oldest of a window need no index, since a place begins with its window.
    "CREATE UNIQUE INDEX mvds_remembered_by_id ON mvds_remembered (id);
    CREATE UNIQUE INDEX mvds_heads_by_group ON mvds_heads (grp, id);",
    // An id is remembered for each peer that brought it.
    "DROP INDEX mvds_remembered_by_id;
    CREATE INDEX mvds_remembered_by_id ON mvds_remembered (id);",
];

/// The version of the tables that this code reads and writes.
pub(super) const VERSION: usize = STEPS.len();

/// Brings the tables to `version`, from whichever they have. What is in them stays.
pub(super) fn migrate(connection: &Connection, version: usize) -> Result<(), SqliteError> {
    connection.execute_batch(
        "CREATE TABLE IF NOT EXISTS mvds_version (
            one INTEGER PRIMARY KEY CHECK (one = 1),
            version INTEGER NOT NULL
        );",
    )?;
    let found: Option<i64> = connection
        .query_row("SELECT version FROM mvds_version", [], |row| row.get(0))
        .optional()?;
    let found = usize::try_from(found.unwrap_or(0)).unwrap_or(usize::MAX);
    if found > VERSION {
        return Err(SqliteError::NewerSchema {
            found,
            known: VERSION,
        });
    }
    if found >= version {
        return Ok(());
    }
    for step in STEPS.iter().take(version).skip(found) {
        connection.execute_batch(step)?;
    }
    connection.execute(
        "INSERT INTO mvds_version (one, version) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET version = excluded.version",
        [i64::try_from(version).unwrap_or(i64::MAX)],
    )?;
    Ok(())
}
