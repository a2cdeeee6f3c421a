//! Messages that are no text and that nothing here acts on: of types of newer clients, or about
//! transactions. They are kept whole, for whoever understands them.

use super::columns;
use crate::OtherMessage;
use crate::storage::StorageError;
use rusqlite::{Transaction, params};
use status_payload::MessageType;
use status_whisper::Hash;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_other (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    chat TEXT NOT NULL,
    author BLOB NOT NULL,
    type INTEGER NOT NULL,
    envelope BLOB NOT NULL,
    payload BLOB NOT NULL
) STRICT;
";

/// How many are kept: some days of a busy account with a newer client. The earliest go first.
pub const MAX_OTHERS: u64 = 1_000;

/// Bytes of one that is kept; a larger one is reported and not kept.
pub const MAX_OTHER: usize = 64 << 10;

/// Keeps a message. Whether it is new.
pub(crate) fn insert(
    transaction: &Transaction<'_>,
    other: &OtherMessage,
) -> Result<bool, StorageError> {
    if other.payload.len() > MAX_OTHER {
        return Ok(true);
    }
    let mut statement = transaction.prepare_cached(
        "INSERT INTO node_other (id, chat, author, type, envelope, payload)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (id) DO NOTHING",
    )?;
    let inserted = statement.execute(params![
        other.id.as_bytes(),
        other.chat.to_string(),
        other.from.serialize(),
        other.message_type.number(),
        other.envelope.0,
        &*other.payload,
    ])?;
    transaction
        .prepare_cached(
            "DELETE FROM node_other WHERE number <= (SELECT max(number) FROM node_other) - ?1",
        )?
        .execute([columns::number(MAX_OTHERS)])?;
    Ok(inserted > 0)
}

/// The messages that are kept, the earliest first.
pub(crate) fn all(transaction: &Transaction<'_>) -> Result<Vec<OtherMessage>, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT id, chat, author, type, envelope, payload FROM node_other ORDER BY number",
    )?;
    columns::collect(statement.query([])?, |row| {
        let (id, author): (Vec<u8>, Vec<u8>) = (row.get(0)?, row.get(2)?);
        let (envelope, payload): (Vec<u8>, Vec<u8>) = (row.get(4)?, row.get(5)?);
        let envelope = <[u8; 32]>::try_from(envelope)
            .map_err(|_| StorageError::Damaged("the hash of an envelope"))?;
        Ok(OtherMessage {
            chat: columns::chat(row.get_ref(1)?.as_str().unwrap_or_default())?,
            from: columns::key(&author)?,
            id: columns::message_id(&id)?,
            message_type: MessageType::from(row.get::<_, i32>(3)?),
            payload: payload.into(),
            envelope: Hash(envelope),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chat;
    use crate::messenger::columns::tests::{database, person};

    #[test]
    fn the_latest_are_kept_whole() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let other = |index: u64| {
            let mut id = [0; 32];
            id[..8].copy_from_slice(&index.to_be_bytes());
            OtherMessage {
                chat: Chat::public("status").unwrap(),
                from: person(1),
                id: id.into(),
                message_type: MessageType::from(99),
                payload: "news".into(),
                envelope: Hash([3; 32]),
            }
        };
        assert!(insert(&transaction, &other(0)).unwrap());
        assert!(!insert(&transaction, &other(0)).unwrap());
        assert_eq!(all(&transaction).unwrap(), [other(0)]);
        for index in 1..=MAX_OTHERS {
            insert(&transaction, &other(index)).unwrap();
        }
        let kept = all(&transaction).unwrap();
        assert_eq!(kept.len(), usize::try_from(MAX_OTHERS).unwrap());
        assert_eq!(kept[0], other(1));
        let mut large = other(MAX_OTHERS + 1);
        large.payload = vec![0; MAX_OTHER + 1].into();
        assert!(insert(&transaction, &large).unwrap());
        assert_eq!(all(&transaction).unwrap(), kept);
    }
}
