//! The people that the user knows, has blocked, or who want to be known.

use crate::messenger::columns::{self, number, unsigned};
use crate::messenger::cut;
use crate::storage::StorageError;
use rusqlite::{Row, Transaction, params};
use secp256k1::PublicKey;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_contact (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    person BLOB NOT NULL UNIQUE,
    ens_name TEXT NOT NULL,
    alias TEXT NOT NULL,
    picture TEXT NOT NULL,
    added INTEGER NOT NULL,
    added_clock INTEGER NOT NULL,
    blocked INTEGER NOT NULL,
    has_added_us INTEGER NOT NULL,
    updated INTEGER NOT NULL
) STRICT;
CREATE INDEX node_contact_stranger ON node_contact (number)
    WHERE added = 0 AND blocked = 0 AND alias = '';
";

/// How many people are remembered to whom the user has done nothing: who added the user, or said their
/// name. The earliest go first.
pub const MAX_STRANGERS: u64 = 1_000;

/// How many people the user can have added, blocked or named: more than anybody has.
pub const MAX_CONTACTS: u64 = 10_000;

/// Bytes of a name, theirs or the user's, that are kept; a longer one is cut.
pub const MAX_CONTACT_NAME: usize = 256;

/// Bytes of a picture, which is text: a longer one is left out. The application of 2020 makes pictures
/// of some 10 kB; this is what fits into a message of data sync, in which it is told.
pub const MAX_PICTURE: usize = 40 << 10;

/// A person and what is known of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ContactRecord {
    /// Who.
    pub person: PublicKey,
    /// The ENS name that they give themselves, or empty. Nobody verified it.
    pub ens_name: String,
    /// What the user calls them; may be empty.
    pub alias: String,
    /// Their picture as they send it, a `data:` URI, or empty.
    pub picture: String,
    /// Whether the user added them.
    pub added: bool,
    /// The clock, in ms, of what decided that: an own device's message, or the user's command.
    pub added_clock: u64,
    /// Whether their messages are dropped.
    pub blocked: bool,
    /// Whether they added the user: a contact update of theirs came.
    pub has_added_us: bool,
    /// The clock of their last update, in ms; what is older changes nothing. 0 for none.
    pub updated: u64,
}

impl ContactRecord {
    /// Somebody of whom nothing is known.
    pub fn new(person: PublicKey) -> Self {
        Self {
            person,
            ens_name: String::new(),
            alias: String::new(),
            picture: String::new(),
            added: false,
            added_clock: 0,
            blocked: false,
            has_added_us: false,
            updated: 0,
        }
    }

    /// Whether they added the user, who neither added nor blocked them: a request.
    pub fn is_request(&self) -> bool {
        self.has_added_us && !self.added && !self.blocked
    }

    fn is_stranger(&self) -> bool {
        !self.added && !self.blocked && self.alias.is_empty()
    }
}

const COLUMNS: &str = "person, ens_name, alias, picture, added, added_clock, blocked, has_added_us,
    updated";

/// A person, if anything is known of them.
pub(crate) fn get(
    transaction: &Transaction<'_>,
    person: &PublicKey,
) -> Result<Option<ContactRecord>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM node_contact WHERE person = ?1");
    let mut statement = transaction.prepare_cached(&sql)?;
    let mut rows = statement.query([person.serialize()])?;
    rows.next()?.map(record).transpose()
}

/// A person, or somebody of whom nothing is known.
pub(crate) fn of(
    transaction: &Transaction<'_>,
    person: &PublicKey,
) -> Result<ContactRecord, StorageError> {
    Ok(get(transaction, person)?.unwrap_or_else(|| ContactRecord::new(*person)))
}

/// Everybody of whom anything is known, in the order in which they came to be.
pub(crate) fn all(transaction: &Transaction<'_>) -> Result<Vec<ContactRecord>, StorageError> {
    let sql = format!("SELECT {COLUMNS} FROM node_contact ORDER BY number");
    let mut statement = transaction.prepare_cached(&sql)?;
    columns::collect(statement.query([])?, record)
}

fn record(row: &Row<'_>) -> Result<ContactRecord, StorageError> {
    let person: Vec<u8> = row.get(0)?;
    Ok(ContactRecord {
        person: columns::key(&person)?,
        ens_name: row.get(1)?,
        alias: row.get(2)?,
        picture: row.get(3)?,
        added: row.get(4)?,
        added_clock: unsigned(row.get(5)?),
        blocked: row.get(6)?,
        has_added_us: row.get(7)?,
        updated: unsigned(row.get(8)?),
    })
}

/// Whether somebody is blocked.
pub(crate) fn is_blocked(
    transaction: &Transaction<'_>,
    person: &PublicKey,
) -> Result<bool, StorageError> {
    let mut statement = transaction
        .prepare_cached("SELECT 1 FROM node_contact WHERE person = ?1 AND blocked = 1")?;
    Ok(statement.exists([person.serialize()])?)
}

/// Keeps what is known of somebody, names and picture within their bounds. `false` if there are
/// [`MAX_CONTACTS`] already.
pub(crate) fn put(
    transaction: &Transaction<'_>,
    contact: &ContactRecord,
) -> Result<bool, StorageError> {
    if get(transaction, &contact.person)?.is_none_or(|known| known.is_stranger())
        && !contact.is_stranger()
    {
        let count: i64 = transaction.query_row(
            "SELECT count(*) FROM node_contact
             WHERE NOT (added = 0 AND blocked = 0 AND alias = '')",
            [],
            |row| row.get(0),
        )?;
        if unsigned(count) >= MAX_CONTACTS {
            return Ok(false);
        }
    }
    let picture = Some(contact.picture.as_str()).filter(|picture| picture.len() <= MAX_PICTURE);
    let mut statement = transaction.prepare_cached(
        "INSERT INTO node_contact (person, ens_name, alias, picture, added, added_clock, blocked,
            has_added_us, updated)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (person) DO UPDATE SET ens_name = excluded.ens_name, alias = excluded.alias,
            picture = excluded.picture, added = excluded.added, added_clock = excluded.added_clock,
            blocked = excluded.blocked, has_added_us = excluded.has_added_us,
            updated = excluded.updated",
    )?;
    statement.execute(params![
        contact.person.serialize(),
        cut(&contact.ens_name, MAX_CONTACT_NAME),
        cut(&contact.alias, MAX_CONTACT_NAME),
        picture.unwrap_or_default(),
        contact.added,
        number(contact.added_clock),
        contact.blocked,
        contact.has_added_us,
        number(contact.updated),
    ])?;
    if contact.is_stranger() {
        limit_strangers(transaction)?;
    }
    Ok(true)
}

fn limit_strangers(transaction: &Transaction<'_>) -> Result<(), StorageError> {
    transaction
        .prepare_cached(
            "DELETE FROM node_contact WHERE number IN (
                 SELECT number FROM node_contact
                 WHERE added = 0 AND blocked = 0 AND alias = ''
                 ORDER BY number DESC LIMIT -1 OFFSET ?1)",
        )?
        .execute([number(MAX_STRANGERS)])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};
    use secp256k1::SecretKey;

    #[test]
    fn what_is_known_reads_back_within_its_bounds() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut ann = ContactRecord::new(person(1));
        assert_eq!(get(&transaction, &ann.person).unwrap(), None);
        assert_eq!(of(&transaction, &ann.person).unwrap(), ann);
        ann.ens_name = "ann.eth".into();
        ann.alias = "Ann".into();
        ann.picture = "data:image/png;base64,AA".into();
        (ann.added, ann.blocked, ann.has_added_us) = (true, true, true);
        (ann.added_clock, ann.updated) = (4, 5);
        assert!(put(&transaction, &ann).unwrap());
        assert_eq!(all(&transaction).unwrap(), [ann.clone()]);
        assert!(is_blocked(&transaction, &ann.person).unwrap());
        assert!(!is_blocked(&transaction, &person(2)).unwrap());
        ann.alias = "ä".repeat(MAX_CONTACT_NAME);
        ann.picture = "x".repeat(MAX_PICTURE + 1);
        put(&transaction, &ann).unwrap();
        let kept = get(&transaction, &ann.person).unwrap().unwrap();
        assert_eq!(kept.alias, "ä".repeat(MAX_CONTACT_NAME / 2));
        assert_eq!(kept.picture, "");
    }

    #[test]
    fn strangers_make_room_for_strangers_and_for_nobody_else() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut friend = ContactRecord::new(person(1));
        friend.added = true;
        put(&transaction, &friend).unwrap();
        let stranger = |index: u16| {
            let mut secret = [9; 32];
            secret[..2].copy_from_slice(&index.to_be_bytes());
            let secret = SecretKey::from_byte_array(secret).unwrap();
            ContactRecord::new(crate::account::public_key(&secret))
        };
        let max = u16::try_from(MAX_STRANGERS).unwrap();
        for index in 0..max + 2 {
            put(&transaction, &stranger(index)).unwrap();
        }
        let all = all(&transaction).unwrap();
        assert_eq!(all.len(), usize::from(max) + 1);
        assert_eq!(all[0], friend);
        assert_eq!(all[1], stranger(2));
    }

    #[test]
    fn somebody_who_added_us_and_is_neither_added_nor_blocked_is_a_request() {
        let mut contact = ContactRecord::new(person(1));
        assert!(!contact.is_request());
        contact.has_added_us = true;
        assert!(contact.is_request());
        contact.blocked = true;
        assert!(!contact.is_request());
        contact.blocked = false;
        contact.added = true;
        assert!(!contact.is_request());
    }
}
