//! Tables and their history: each entry of [`MIGRATIONS`] takes the schema one version further.

use super::SqliteError;
use rusqlite::{Connection, OptionalExtension};

/// What each version adds. Entries are only ever appended: databases of earlier ones exist.
pub(super) const MIGRATIONS: [&str; 4] = [
    // 1: what is kept.
    "CREATE TABLE security_prekey (
        number INTEGER PRIMARY KEY,
        key BLOB NOT NULL UNIQUE,
        identity BLOB NOT NULL,
        installation TEXT NOT NULL,
        version INTEGER NOT NULL,
        secret BLOB,
        expired INTEGER NOT NULL,
        timestamp_ns INTEGER NOT NULL,
        opened_by TEXT
    );
    CREATE TABLE security_installation (
        identity BLOB NOT NULL,
        id TEXT NOT NULL,
        protocol_version INTEGER NOT NULL,
        enabled INTEGER NOT NULL,
        timestamp_ns INTEGER NOT NULL,
        negotiated INTEGER NOT NULL,
        heard_ns INTEGER NOT NULL,
        missing INTEGER NOT NULL,
        announced INTEGER NOT NULL,
        PRIMARY KEY (identity, id)
    ) WITHOUT ROWID;
    CREATE TABLE security_session (
        number INTEGER PRIMARY KEY,
        identity BLOB NOT NULL,
        installation TEXT NOT NULL,
        prekey BLOB NOT NULL,
        superseded INTEGER NOT NULL,
        kept_keys INTEGER NOT NULL,
        state BLOB NOT NULL,
        UNIQUE (identity, installation, prekey)
    );
    CREATE TABLE security_message_key (
        session INTEGER NOT NULL,
        sequence INTEGER NOT NULL,
        place INTEGER NOT NULL,
        ratchet_key BLOB NOT NULL,
        n INTEGER NOT NULL,
        key BLOB NOT NULL,
        message BLOB,
        PRIMARY KEY (session, sequence)
    ) WITHOUT ROWID;
    CREATE TABLE security_message (
        number INTEGER PRIMARY KEY,
        message BLOB NOT NULL UNIQUE,
        session INTEGER NOT NULL,
        sequence INTEGER NOT NULL
    );
    CREATE TABLE security_answer (
        identity BLOB PRIMARY KEY,
        at_ns INTEGER NOT NULL
    ) WITHOUT ROWID;",
    // 2: what is searched by something else than its own key.
    "CREATE INDEX security_prekey_of ON security_prekey (identity, installation, version DESC, number);
    CREATE INDEX security_session_current ON security_session (identity, installation, number)
        WHERE superseded = 0;
    CREATE INDEX security_session_on ON security_session (prekey);
    CREATE INDEX security_message_key_at ON security_message_key (session, place);
    CREATE INDEX security_message_key_read ON security_message_key (message)
        WHERE message IS NOT NULL;
    CREATE INDEX security_message_of ON security_message (session, sequence);",
    // 3: a prekey belongs to an identity; another one's record of the same key does not replace it.
    "ALTER TABLE security_prekey RENAME TO security_prekey_2;
    CREATE TABLE security_prekey (
        number INTEGER PRIMARY KEY,
        key BLOB NOT NULL,
        identity BLOB NOT NULL,
        installation TEXT NOT NULL,
        version INTEGER NOT NULL,
        secret BLOB,
        expired INTEGER NOT NULL,
        timestamp_ns INTEGER NOT NULL,
        opened_by TEXT,
        UNIQUE (key, identity)
    );
    INSERT INTO security_prekey SELECT * FROM security_prekey_2;
    DROP TABLE security_prekey_2;
    CREATE INDEX security_prekey_of
        ON security_prekey (identity, installation, version DESC, number);",
    // 4: identities, what was done about their messages, keys that must not found a session again.
    "CREATE TABLE security_peer (
        identity BLOB PRIMARY KEY,
        kept INTEGER NOT NULL,
        heard_ns INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX security_peer_stranger ON security_peer (heard_ns DESC, identity)
        WHERE kept = 0;
    INSERT INTO security_peer
        SELECT identity, 0, max(heard_ns) FROM security_installation GROUP BY identity;
    CREATE TABLE security_remedy (
        identity BLOB NOT NULL,
        kind INTEGER NOT NULL,
        since_ns INTEGER NOT NULL,
        count INTEGER NOT NULL,
        PRIMARY KEY (identity, kind)
    ) WITHOUT ROWID;
    CREATE INDEX security_remedy_since ON security_remedy (since_ns);
    INSERT INTO security_remedy SELECT identity, 0, at_ns, 1 FROM security_answer;
    DROP TABLE security_answer;
    CREATE TABLE security_spent_key (
        number INTEGER PRIMARY KEY,
        identity BLOB NOT NULL,
        key BLOB NOT NULL,
        installation TEXT NOT NULL,
        UNIQUE (identity, key)
    );",
];

/// Version that this crate writes.
pub(super) const VERSION: usize = MIGRATIONS.len();

/// Brings the tables to [`VERSION`].
pub(super) fn migrate(connection: &Connection) -> Result<(), SqliteError> {
    connection
        .execute_batch("CREATE TABLE IF NOT EXISTS security_schema (version INTEGER NOT NULL)")?;
    let found: Option<i64> = connection
        .query_row("SELECT version FROM security_schema", [], |row| row.get(0))
        .optional()?;
    let at = found.unwrap_or_default();
    let known = usize::try_from(at).ok().filter(|at| *at <= VERSION);
    let Some(missing) = known.and_then(|at| MIGRATIONS.get(at..)) else {
        return Err(SqliteError::Schema { found: at });
    };
    for migration in missing {
        connection.execute_batch(migration)?;
    }
    if missing.is_empty() {
        return Ok(());
    }
    connection.execute("DELETE FROM security_schema", [])?;
    let version = i64::try_from(VERSION).unwrap_or(i64::MAX);
    connection.execute("INSERT INTO security_schema VALUES (?1)", [version])?;
    Ok(())
}
