//! Records in SQLite, with the feature `sqlite`.

use super::record::{IdentityRecord, Installation, LabelRecord, Verification};
use super::store::{Group, Store};
use rusqlite::{Connection, OptionalExtension, Row, Transaction, params};
use secp256k1::PublicKey;

/// What the tables look like, version by version: the first string makes version 1 of an empty
/// database, each further one the next version of the one before.
const MIGRATIONS: [&str; 1] = ["
    CREATE TABLE trust_identity (
        key BLOB PRIMARY KEY,
        first_seen_ms INTEGER NOT NULL,
        last_seen_ms INTEGER NOT NULL,
        verification INTEGER NOT NULL,
        judged_ms INTEGER NOT NULL,
        labels INTEGER NOT NULL,
        pinned INTEGER NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX trust_stranger ON trust_identity (last_seen_ms, key) WHERE pinned = 0;
    CREATE INDEX trust_pinned ON trust_identity (pinned) WHERE pinned = 1;
    CREATE TABLE trust_installation (
        key BLOB NOT NULL,
        place INTEGER NOT NULL,
        id TEXT NOT NULL,
        first_seen_ms INTEGER NOT NULL,
        last_seen_ms INTEGER NOT NULL,
        PRIMARY KEY (key, place)
    ) WITHOUT ROWID;
    CREATE TABLE trust_label (
        label TEXT PRIMARY KEY,
        key BLOB NOT NULL,
        since_ms INTEGER NOT NULL
    ) WITHOUT ROWID;
"];

/// A [`Store`] over a transaction: what it writes is there once the caller commits. Its tables begin
/// with `trust_`.
#[derive(Debug)]
pub struct SqliteStore<'t> {
    transaction: &'t Connection,
}

/// Why records cannot be read from the database or written to it.
#[derive(Debug, thiserror::Error)]
pub enum SqliteError {
    /// The database failed.
    #[error("the tables of trust: {0}")]
    Database(#[from] rusqlite::Error),
    /// The tables are of a newer version of this program; which.
    #[error("the tables of trust have version {0}, this program knows versions up to {max}", max = MIGRATIONS.len())]
    Newer(i64),
    /// A row holds what this program never writes.
    #[error("the database holds a damaged record of trust")]
    Damaged,
}

impl<'t> SqliteStore<'t> {
    /// Over `transaction`; makes the tables, or brings them up to date, where that is due.
    ///
    /// # Errors
    ///
    /// If the database fails, or its tables are of a newer version.
    pub fn new(transaction: &'t Transaction<'_>) -> Result<Self, SqliteError> {
        transaction
            .execute_batch("CREATE TABLE IF NOT EXISTS trust_version (version INTEGER NOT NULL)")?;
        let version: Option<i64> = transaction
            .prepare_cached("SELECT version FROM trust_version")?
            .query_row([], |row| row.get(0))
            .optional()?;
        let done = usize::try_from(version.unwrap_or(0)).map_err(|_| SqliteError::Damaged)?;
        let Some(due) = MIGRATIONS.get(done..) else {
            return Err(SqliteError::Newer(version.unwrap_or(0)));
        };
        if !due.is_empty() {
            for migration in due {
                transaction.execute_batch(migration)?;
            }
            transaction.execute("DELETE FROM trust_version", [])?;
            transaction.execute(
                "INSERT INTO trust_version (version) VALUES (?1)",
                [MIGRATIONS.len() as i64],
            )?;
        }
        Ok(Self { transaction })
    }

    fn installations(&self, key: &[u8]) -> Result<Vec<Installation>, SqliteError> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT id, first_seen_ms, last_seen_ms FROM trust_installation
             WHERE key = ?1 ORDER BY place",
        )?;
        let rows = statement.query_map([key], |row| {
            Ok(Installation {
                id: row.get(0)?,
                first_seen_ms: time(row, 1)?,
                last_seen_ms: time(row, 2)?,
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

impl Store for SqliteStore<'_> {
    type Error = SqliteError;

    fn identity(&self, key: &PublicKey) -> Result<Option<IdentityRecord>, SqliteError> {
        let key = key.serialize();
        let mut statement = self.transaction.prepare_cached(
            "SELECT first_seen_ms, last_seen_ms, verification, judged_ms, labels
             FROM trust_identity WHERE key = ?1",
        )?;
        let row = statement.query_row([&key[..]], |row| {
            let verification: i64 = row.get(2)?;
            let record = IdentityRecord {
                first_seen_ms: time(row, 0)?,
                last_seen_ms: time(row, 1)?,
                verification: Verification::Never,
                installations: Vec::new(),
                labels: row.get(4)?,
            };
            Ok((record, verification, time(row, 3)?))
        });
        let Some((mut record, verification, at_ms)) = row.optional()? else {
            return Ok(None);
        };
        record.verification = match verification {
            0 => Verification::Never,
            1 => Verification::Verified { at_ms },
            2 => Verification::Revoked { at_ms },
            _ => return Err(SqliteError::Damaged),
        };
        record.installations = self.installations(&key)?;
        Ok(Some(record))
    }

    fn put_identity(
        &mut self,
        key: &PublicKey,
        record: &IdentityRecord,
    ) -> Result<(), SqliteError> {
        let key = key.serialize();
        let (verification, at_ms) = match record.verification {
            Verification::Never => (0, 0),
            Verification::Verified { at_ms } => (1, at_ms),
            Verification::Revoked { at_ms } => (2, at_ms),
        };
        self.transaction
            .prepare_cached(
                "REPLACE INTO trust_identity
                 (key, first_seen_ms, last_seen_ms, verification, judged_ms, labels, pinned)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            )?
            .execute(params![
                &key[..],
                whole(record.first_seen_ms),
                whole(record.last_seen_ms),
                verification,
                whole(at_ms),
                record.labels,
                record.is_pinned(),
            ])?;
        self.transaction
            .prepare_cached("DELETE FROM trust_installation WHERE key = ?1")?
            .execute([&key[..]])?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO trust_installation (key, place, id, first_seen_ms, last_seen_ms)
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?;
        for (place, installation) in record.installations.iter().enumerate() {
            insert.execute(params![
                &key[..],
                place as i64,
                installation.id,
                whole(installation.first_seen_ms),
                whole(installation.last_seen_ms),
            ])?;
        }
        Ok(())
    }

    fn remove_oldest_stranger(&mut self) -> Result<(), SqliteError> {
        let oldest: Option<Vec<u8>> = self
            .transaction
            .prepare_cached(
                "SELECT key FROM trust_identity WHERE pinned = 0
                 ORDER BY last_seen_ms, key LIMIT 1",
            )?
            .query_row([], |row| row.get(0))
            .optional()?;
        if let Some(key) = oldest {
            self.transaction
                .prepare_cached("DELETE FROM trust_identity WHERE key = ?1")?
                .execute([&key])?;
            self.transaction
                .prepare_cached("DELETE FROM trust_installation WHERE key = ?1")?
                .execute([&key])?;
        }
        Ok(())
    }

    fn label(&self, label: &str) -> Result<Option<LabelRecord>, SqliteError> {
        let row = self
            .transaction
            .prepare_cached("SELECT key, since_ms FROM trust_label WHERE label = ?1")?
            .query_row([label], |row| {
                Ok((row.get::<_, Vec<u8>>(0)?, time(row, 1)?))
            })
            .optional()?;
        row.map(|(key, since_ms)| {
            let key = PublicKey::from_slice(&key).map_err(|_| SqliteError::Damaged)?;
            Ok(LabelRecord { key, since_ms })
        })
        .transpose()
    }

    fn put_label(&mut self, label: &str, record: &LabelRecord) -> Result<(), SqliteError> {
        self.transaction
            .prepare_cached("REPLACE INTO trust_label (label, key, since_ms) VALUES (?1, ?2, ?3)")?
            .execute(params![
                label,
                &record.key.serialize()[..],
                whole(record.since_ms)
            ])?;
        Ok(())
    }

    fn remove_label(&mut self, label: &str) -> Result<(), SqliteError> {
        self.transaction
            .prepare_cached("DELETE FROM trust_label WHERE label = ?1")?
            .execute([label])?;
        Ok(())
    }

    fn count(&self, group: Group) -> Result<usize, SqliteError> {
        let count: i64 = self
            .transaction
            .prepare_cached(match group {
                Group::Strangers => "SELECT count(*) FROM trust_identity WHERE pinned = 0",
                Group::Pinned => "SELECT count(*) FROM trust_identity WHERE pinned = 1",
                Group::Labels => "SELECT count(*) FROM trust_label",
            })?
            .query_row([], |row| row.get(0))?;
        usize::try_from(count).map_err(|_| SqliteError::Damaged)
    }
}

/// A time as SQLite holds it, whose integers are signed: the top half of the range becomes one.
fn whole(ms: u64) -> i64 {
    i64::try_from(ms).unwrap_or(i64::MAX)
}

fn time(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(u64::try_from(row.get::<_, i64>(column)?).unwrap_or_default())
}
