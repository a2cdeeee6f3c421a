//! Which message of one's own a message of data sync is, and who has not acknowledged it.

use crate::messenger::columns::{message_id, number};
use crate::storage::StorageError;
use rusqlite::{OptionalExtension, Transaction, params};
use secp256k1::PublicKey;
use sha2::{Digest, Sha256};
use status_mvds::MessageId as SyncId;
use status_payload::MessageId;

/// The table. There is a row for each person until all their devices acknowledged. One whose message was
/// given up, or goes without data sync, is `lost`: it only keeps the others from being taken for all, and
/// goes with the last of them. So data sync's bound on what is not acknowledged is its bound too.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_sync (
    sync_id BLOB PRIMARY KEY NOT NULL,
    message BLOB NOT NULL,
    person BLOB NOT NULL,
    copy INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    acknowledged INTEGER NOT NULL,
    lost INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX node_sync_by_message ON node_sync (message);
";

/// A message that is not acknowledged by all devices of a person.
#[derive(Debug, Clone, Copy)]
pub(super) struct Owed {
    pub(super) message: MessageId,
    /// By the compressed key, which nobody parses where nobody asks.
    pub(super) person: [u8; 33],
    /// Whether they are one's own, which get a copy of what was said to others.
    pub(super) copy: bool,
}

/// Notes that a message goes to `devices` devices of a person.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
    owed: &Owed,
    devices: usize,
) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "INSERT INTO node_sync VALUES (?1, ?2, ?3, ?4, ?5, 0, 0)
             ON CONFLICT (sync_id) DO NOTHING",
        )?
        .execute(params![
            sync_id.0,
            owed.message.as_bytes(),
            owed.person,
            owed.copy,
            number(devices as u64),
        ])?;
    Ok(())
}

/// Notes that a message which others get under data sync goes to a person without, who will never
/// acknowledge it.
pub(super) fn insert_unsynced(
    transaction: &Transaction<'_>,
    message: &MessageId,
    person: &PublicKey,
) -> Result<(), StorageError> {
    let key = person.serialize();
    let id: [u8; 32] = Sha256::new()
        .chain_update(message.as_bytes())
        .chain_update(key)
        .finalize()
        .into();
    transaction
        .prepare_cached(
            "INSERT INTO node_sync SELECT ?1, ?2, ?3, 0, 1, 0, 1
             WHERE EXISTS (SELECT 1 FROM node_sync WHERE message = ?2)
             ON CONFLICT (sync_id) DO NOTHING",
        )?
        .execute(params![id, message.as_bytes(), key])?;
    Ok(())
}

/// The message that a message of data sync is, while it is sent.
pub(super) fn get(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
) -> Result<Option<Owed>, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT message, person, copy FROM node_sync WHERE sync_id = ?1 AND lost = 0",
    )?;
    let found: Option<([u8; 32], [u8; 33], bool)> = statement
        .query_row([sync_id.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((message, person, copy)) = found else {
        return Ok(None);
    };
    Ok(Some(Owed {
        message: message_id(&message)?,
        person,
        copy,
    }))
}

/// Notes that a device acknowledged, and how many are left. How many devices of all people that the
/// message was written to have not acknowledged it, copies not counted.
pub(super) fn acknowledge(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
    message: &MessageId,
    left: usize,
) -> Result<usize, StorageError> {
    if left == 0 {
        transaction
            .prepare_cached("DELETE FROM node_sync WHERE sync_id = ?1")?
            .execute([sync_id.0])?;
    } else {
        transaction
            .prepare_cached(
                "UPDATE node_sync SET remaining = ?2, acknowledged = 1 WHERE sync_id = ?1",
            )?
            .execute(params![sync_id.0, number(left as u64)])?;
    }
    let remaining = remaining(transaction, message)?;
    sweep(transaction, message)?;
    Ok(remaining)
}

/// Notes that a message does not go to one device any more. It is lost to the person if that was the
/// last, and none has acknowledged.
pub(super) fn remove_device(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
    message: &MessageId,
) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "UPDATE node_sync SET remaining = max(remaining - 1, 1 - acknowledged),
             lost = (remaining <= 1 AND acknowledged = 0) WHERE sync_id = ?1",
        )?
        .execute([sync_id.0])?;
    transaction
        .prepare_cached("DELETE FROM node_sync WHERE sync_id = ?1 AND remaining = 0")?
        .execute([sync_id.0])?;
    sweep(transaction, message)
}

/// Notes that a message is given up for all devices of a person that have not acknowledged it.
pub(super) fn give_up(
    transaction: &Transaction<'_>,
    sync_id: &SyncId,
    message: &MessageId,
) -> Result<(), StorageError> {
    transaction
        .prepare_cached("UPDATE node_sync SET lost = 1 WHERE sync_id = ?1")?
        .execute([sync_id.0])?;
    sweep(transaction, message)
}

/// Forgets a message that is not sent to anybody any more.
fn sweep(transaction: &Transaction<'_>, message: &MessageId) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "DELETE FROM node_sync WHERE message = ?1
             AND NOT EXISTS (SELECT 1 FROM node_sync WHERE message = ?1 AND lost = 0)",
        )?
        .execute([message.as_bytes()])?;
    Ok(())
}

fn remaining(transaction: &Transaction<'_>, message: &MessageId) -> Result<usize, StorageError> {
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

    const MESSAGE: [u8; 32] = [7; 32];

    fn owed(byte: u8, copy: bool) -> Owed {
        Owed {
            message: MESSAGE.into(),
            person: person(byte).serialize(),
            copy,
        }
    }

    #[test]
    fn what_remains_is_counted_over_all_people_but_not_for_copies() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let (bob, cleo, own) = (SyncId([1; 32]), SyncId([2; 32]), SyncId([3; 32]));
        insert(&transaction, &bob, &owed(1, false), 2).unwrap();
        insert(&transaction, &cleo, &owed(2, false), 1).unwrap();
        insert(&transaction, &own, &owed(3, true), 5).unwrap();
        let message = MESSAGE.into();
        assert_eq!(remaining(&transaction, &message).unwrap(), 3);
        let left = |id: &SyncId, left| acknowledge(&transaction, id, &message, left).unwrap();
        assert_eq!(left(&bob, 1), 2);
        assert_eq!(left(&bob, 0), 1);
        assert!(get(&transaction, &bob).unwrap().is_none());
        let found = get(&transaction, &cleo).unwrap().unwrap();
        assert_eq!(
            (found.message, found.person),
            (message, person(2).serialize())
        );
        assert_eq!(left(&cleo, 0), 0);
        assert_eq!(left(&own, 4), 0);
    }

    #[test]
    fn who_never_will_acknowledge_is_not_taken_for_one_who_did() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let message = MESSAGE.into();
        let (bob, cleo, own) = (SyncId([1; 32]), SyncId([2; 32]), SyncId([3; 32]));
        insert_unsynced(&transaction, &message, &person(9)).unwrap();
        assert_eq!(remaining(&transaction, &message).unwrap(), 0, "no others");
        insert(&transaction, &bob, &owed(1, false), 1).unwrap();
        insert(&transaction, &cleo, &owed(2, false), 2).unwrap();
        insert(&transaction, &own, &owed(3, true), 1).unwrap();
        insert_unsynced(&transaction, &message, &person(9)).unwrap();
        remove_device(&transaction, &bob, &message).unwrap();
        assert!(get(&transaction, &bob).unwrap().is_none());
        give_up(&transaction, &cleo, &message).unwrap();
        assert_eq!(acknowledge(&transaction, &own, &message, 0).unwrap(), 4);
        let rows = "SELECT count(*) FROM node_sync";
        let rows: i64 = transaction.query_row(rows, [], |row| row.get(0)).unwrap();
        assert_eq!(rows, 0, "nothing is sent any more");
    }

    #[test]
    fn a_device_that_goes_after_another_acknowledged_is_not_missed() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let message = MESSAGE.into();
        let (bob, cleo) = (SyncId([1; 32]), SyncId([2; 32]));
        insert(&transaction, &bob, &owed(1, false), 2).unwrap();
        insert(&transaction, &cleo, &owed(2, false), 1).unwrap();
        assert_eq!(acknowledge(&transaction, &bob, &message, 1).unwrap(), 2);
        remove_device(&transaction, &bob, &message).unwrap();
        assert_eq!(acknowledge(&transaction, &cleo, &message, 0).unwrap(), 0);
    }
}
