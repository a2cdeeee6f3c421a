//! Which message of one's own a message of data sync is, and who has not acknowledged it.

use crate::messenger::columns::{key, message_id, number};
use crate::storage::StorageError;
use rusqlite::{OptionalExtension, Transaction, params};
use secp256k1::PublicKey;
use status_mvds::MessageId as SyncId;
use status_payload::MessageId;

/// The table. There is a row until all devices of the person acknowledged, or the message was given up,
/// so data sync's bound on what is not acknowledged is its bound too.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_sync (
    sync_id BLOB PRIMARY KEY NOT NULL,
    message BLOB NOT NULL,
    person BLOB NOT NULL,
    copy INTEGER NOT NULL,
    remaining INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX node_sync_by_message ON node_sync (message);
";

/// A message that is not acknowledged by all.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owed {
    pub(super) message: MessageId,
    pub(super) person: PublicKey,
}

/// Notes that a message goes to `devices` devices of a person; `copy` says that they are one's own, which
/// get a copy of what was said to others.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
    owed: &Owed,
    copy: bool,
    devices: usize,
) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "INSERT INTO node_sync (sync_id, message, person, copy, remaining)
             VALUES (?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (sync_id) DO NOTHING",
        )?
        .execute(params![
            sync_id.0,
            owed.message.as_bytes(),
            owed.person.serialize(),
            copy,
            number(devices as u64),
        ])?;
    Ok(())
}

/// The message that a message of data sync is, unless all acknowledged it.
pub(super) fn get(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
) -> Result<Option<Owed>, StorageError> {
    let mut statement =
        transaction.prepare_cached("SELECT message, person FROM node_sync WHERE sync_id = ?1")?;
    let found: Option<([u8; 32], [u8; 33])> = statement
        .query_row([sync_id.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((message, person)) = found else {
        return Ok(None);
    };
    Ok(Some(Owed {
        message: message_id(&message)?,
        person: key(&person)?,
    }))
}

/// Notes how many devices are left; the row ends with the last.
pub(super) fn set_remaining(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
    remaining: usize,
) -> Result<(), StorageError> {
    if remaining == 0 {
        return remove(transaction, sync_id);
    }
    transaction
        .prepare_cached("UPDATE node_sync SET remaining = ?2 WHERE sync_id = ?1")?
        .execute(params![sync_id.0, number(remaining as u64)])?;
    Ok(())
}

/// Notes that one device less is left, because nothing goes to it any more; the row ends with the last.
pub(super) fn lower_remaining(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
) -> Result<(), StorageError> {
    let mut statement =
        transaction.prepare_cached("SELECT remaining FROM node_sync WHERE sync_id = ?1")?;
    let before: i64 = statement.query_row([sync_id.0], |row| row.get(0))?;
    let left = usize::try_from(before - 1).unwrap_or_default();
    set_remaining(transaction, sync_id, left)
}

/// Ends a row.
pub(super) fn remove(transaction: &Transaction<'_>, sync_id: &SyncId) -> Result<(), StorageError> {
    transaction
        .prepare_cached("DELETE FROM node_sync WHERE sync_id = ?1")?
        .execute([sync_id.0])?;
    Ok(())
}

/// How many devices of the people a message was written to have not acknowledged it. One's own that get
/// a copy do not count.
pub(super) fn remaining(
    transaction: &Transaction<'_>,
    message: &MessageId,
) -> Result<usize, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT coalesce(sum(remaining), 0) FROM node_sync WHERE message = ?1 AND copy = 0",
    )?;
    let sum: i64 = statement.query_row([message.as_bytes()], |row| row.get(0))?;
    Ok(usize::try_from(sum).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};

    #[test]
    fn what_remains_is_counted_over_all_people_but_not_for_copies() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let message = MessageId::from([7; 32]);
        let owed = |byte| Owed {
            message,
            person: person(byte),
        };
        insert(&transaction, &SyncId([1; 32]), &owed(1), false, 2).unwrap();
        insert(&transaction, &SyncId([2; 32]), &owed(2), false, 1).unwrap();
        insert(&transaction, &SyncId([3; 32]), &owed(3), true, 5).unwrap();
        assert_eq!(remaining(&transaction, &message).unwrap(), 3);
        set_remaining(&transaction, &SyncId([1; 32]), 1).unwrap();
        assert_eq!(remaining(&transaction, &message).unwrap(), 2);
        set_remaining(&transaction, &SyncId([1; 32]), 0).unwrap();
        assert!(get(&transaction, &SyncId([1; 32])).unwrap().is_none());
        let left = get(&transaction, &SyncId([2; 32])).unwrap().unwrap();
        assert_eq!((left.message, left.person), (message, person(2)));
        remove(&transaction, &SyncId([2; 32])).unwrap();
        assert_eq!(remaining(&transaction, &message).unwrap(), 0);
    }
}
