//! How values of the messenger stand in the columns of its tables.

use crate::Chat;
use crate::storage::StorageError;
use rusqlite::{Row, Rows};
use secp256k1::PublicKey;
use status_payload::MessageId;

/// Times and clocks: SQLite has no unsigned numbers. What is above the highest signed one, which no
/// clock that passes the rules comes near, becomes that.
pub(super) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// The other way.
pub(super) fn unsigned(column: i64) -> u64 {
    u64::try_from(column).unwrap_or(0)
}

/// A person, by the compressed key.
pub(super) fn key(bytes: &[u8]) -> Result<PublicKey, StorageError> {
    PublicKey::from_slice(bytes).map_err(|_| StorageError::Damaged("a person's key"))
}

/// A message.
pub(super) fn message_id(bytes: &[u8]) -> Result<MessageId, StorageError> {
    <[u8; 32]>::try_from(bytes)
        .map(MessageId::from)
        .map_err(|_| StorageError::Damaged("a message's id"))
}

/// A chat, as people write it.
pub(super) fn chat(text: &str) -> Result<Chat, StorageError> {
    text.parse()
        .map_err(|_| StorageError::Damaged("the name of a chat"))
}

/// All that a statement finds, each row as `read` has it.
pub(super) fn collect<T>(
    mut rows: Rows<'_>,
    read: impl Fn(&Row<'_>) -> Result<T, StorageError>,
) -> Result<Vec<T>, StorageError> {
    let mut all = Vec::new();
    while let Some(row) = rows.next()? {
        all.push(read(row)?);
    }
    Ok(all)
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use rusqlite::Connection;
    use secp256k1::SecretKey;

    /// A database in memory with the tables of the node and of the layers.
    pub(in crate::messenger) fn database() -> Connection {
        let mut connection = Connection::open_in_memory().unwrap();
        let transaction = connection.transaction().unwrap();
        crate::storage::migrate(&transaction).unwrap();
        status_mvds::store::SqliteStore::migrate(&transaction).unwrap();
        status_conversational_security::SqliteStore::migrate(&transaction).unwrap();
        transaction.commit().unwrap();
        connection
    }

    pub(in crate::messenger) fn secret(byte: u8) -> SecretKey {
        SecretKey::from_byte_array([byte; 32]).unwrap()
    }

    pub(in crate::messenger) fn person(byte: u8) -> PublicKey {
        crate::account::public_key(&secret(byte))
    }

    #[test]
    fn what_is_written_reads_back_and_damage_is_named() {
        assert_eq!(unsigned(number(7)), 7);
        assert_eq!(unsigned(number(u64::MAX)), i64::MAX as u64);
        assert_eq!(unsigned(-1), 0);
        assert_eq!(key(&person(1).serialize()).unwrap(), person(1));
        // Neither a point of the curve nor the length of one.
        assert!(matches!(key(&[5; 33]), Err(StorageError::Damaged(_))));
        assert!(matches!(key(&[0; 4]), Err(StorageError::Damaged(_))));
        assert!(matches!(
            message_id(&[0; 31]),
            Err(StorageError::Damaged(_))
        ));
        assert!(matches!(chat("?"), Err(StorageError::Damaged(_))));
    }
}
