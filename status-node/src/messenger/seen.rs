//! Which messages came before, also before a restart.

use super::columns::number;
use crate::storage::StorageError;
use rusqlite::{Transaction, params};
use status_payload::MessageId;

/// The table: ids in the order in which they came.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_seen (
    number INTEGER PRIMARY KEY,
    message BLOB NOT NULL UNIQUE
) STRICT;
";

/// How many ids are remembered, the newest: half a million, some 50 MB on the disk. A message comes a
/// second time through another envelope within days (a sender's repetition, a mail server), hardly after
/// half a million others.
pub const MAX_SEEN: u64 = 1 << 19;

/// Every how many ids the oldest are looked for.
const PRUNE_EVERY: i64 = 256;

/// Whether a message came before.
pub(super) fn is_known(
    transaction: &Transaction<'_>,
    message: &MessageId,
) -> Result<bool, StorageError> {
    let mut statement = transaction.prepare_cached("SELECT 1 FROM node_seen WHERE message = ?1")?;
    Ok(statement.exists([message.as_bytes()])?)
}

/// Remembers that a message came, or is one's own. Whether it is new.
pub(super) fn remember(
    transaction: &Transaction<'_>,
    message: &MessageId,
) -> Result<bool, StorageError> {
    let mut statement =
        transaction.prepare_cached("INSERT OR IGNORE INTO node_seen (message) VALUES (?1)")?;
    if statement.execute([message.as_bytes()])? == 0 {
        return Ok(false);
    }
    let last = transaction.last_insert_rowid();
    if last % PRUNE_EVERY == 0 {
        let oldest = last.saturating_sub(number(MAX_SEEN));
        transaction
            .prepare_cached("DELETE FROM node_seen WHERE number <= ?1")?
            .execute(params![oldest])?;
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::database;

    #[test]
    fn an_id_is_new_once_and_the_oldest_are_forgotten() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let id = |byte| MessageId::from([byte; 32]);
        assert!(!is_known(&transaction, &id(1)).unwrap());
        assert!(remember(&transaction, &id(1)).unwrap());
        assert!(!remember(&transaction, &id(1)).unwrap());
        assert!(is_known(&transaction, &id(1)).unwrap());
        let nearly = number(MAX_SEEN) + PRUNE_EVERY - 1;
        transaction
            .execute(
                "INSERT INTO node_seen VALUES (?1, ?2)",
                params![nearly, [9u8; 32]],
            )
            .unwrap();
        assert!(remember(&transaction, &id(2)).unwrap());
        assert!(!is_known(&transaction, &id(1)).unwrap());
        assert!(is_known(&transaction, &id(2)).unwrap());
    }
}
