//! The node's own tables, version by version.

use super::{StorageError, settings};
use crate::messenger;
use rusqlite::{OptionalExtension, Transaction};

/// What each version adds to the one before, from version 1 on. What was released is never changed:
/// a change is a new entry.
const STEPS: [&[&[&str]]; 1] = [&[&[settings::SCHEMA], &messenger::SCHEMA]];

/// The version that this program writes.
pub(super) const VERSION: i64 = STEPS.len() as i64;

/// Brings the tables of the node up to date. Those of the layers are theirs to bring up to date.
pub(crate) fn migrate(transaction: &Transaction<'_>) -> Result<(), StorageError> {
    transaction.execute_batch(
        "CREATE TABLE IF NOT EXISTS node_version (version INTEGER NOT NULL) STRICT",
    )?;
    let found: Option<i64> = transaction
        .query_row("SELECT version FROM node_version", [], |row| row.get(0))
        .optional()?;
    let from = found.unwrap_or(0);
    let steps = usize::try_from(from)
        .ok()
        .and_then(|done| STEPS.get(done..))
        .ok_or(StorageError::Newer { found: from })?;
    for schema in steps.iter().copied().flatten().copied().flatten() {
        transaction.execute_batch(schema)?;
    }
    match found {
        None => transaction.execute("INSERT INTO node_version VALUES (?1)", [VERSION])?,
        Some(found) if found != VERSION => {
            transaction.execute("UPDATE node_version SET version = ?1", [VERSION])?
        }
        Some(_) => 0,
    };
    Ok(())
}
