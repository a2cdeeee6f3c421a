//! What is remembered of each person for the layers below: whether messages to them are under data sync,
//! and whether they may write to the topic of the two.

use super::{Messenger, MessengerError, Turn};
use crate::storage::StorageError;
use rusqlite::{Transaction, params};
use secp256k1::PublicKey;
use std::collections::BTreeMap;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_person (
    number INTEGER PRIMARY KEY,
    person BLOB NOT NULL UNIQUE,
    exchanged INTEGER NOT NULL,
    data_sync INTEGER
) STRICT;
";

/// How many people something is remembered of: 20,000, twice as many as there are chats. Beyond it those
/// of whom nothing was chosen are forgotten first, the oldest of them: if one of them writes to the topic
/// of the two again, that is not heard until a message goes to them.
pub const MAX_PEOPLE: usize = 20_000;

type Key = [u8; 33];

#[derive(Debug, Clone, Copy, Default)]
struct Person {
    exchanged: bool,
    data_sync: Option<bool>,
}

/// What is remembered of people, which is small, so that no message has to look for it on the disk.
#[derive(Debug, Default)]
pub(super) struct People(BTreeMap<Key, Person>);

impl People {
    pub(super) fn load(transaction: &Transaction<'_>) -> Result<Self, StorageError> {
        let mut statement =
            transaction.prepare("SELECT person, exchanged, data_sync FROM node_person")?;
        let rows = statement.query_map([], |row| {
            let person = Person {
                exchanged: row.get(1)?,
                data_sync: row.get(2)?,
            };
            Ok((row.get(0)?, person))
        })?;
        let people: Result<_, _> = rows.collect();
        Ok(Self(people?))
    }

    /// Whether something private was exchanged with a person, so that they may write to the topic that
    /// only the two know.
    pub(super) fn has_exchanged(&self, person: &PublicKey) -> bool {
        self.0
            .get(&person.serialize())
            .is_some_and(|known| known.exchanged)
    }

    /// Whether it was chosen that messages to a person are under data sync, or are not.
    fn data_sync(&self, person: &PublicKey) -> Option<bool> {
        self.0.get(&person.serialize())?.data_sync
    }

    fn change(
        &mut self,
        transaction: &Transaction<'_>,
        person: &PublicKey,
        change: impl FnOnce(&mut Person),
    ) -> Result<(), StorageError> {
        let key = person.serialize();
        if !self.0.contains_key(&key) && self.0.len() >= MAX_PEOPLE {
            self.forget_one(transaction)?;
        }
        let known = self.0.entry(key).or_default();
        change(known);
        transaction
            .prepare_cached(
                "INSERT INTO node_person (person, exchanged, data_sync) VALUES (?1, ?2, ?3)
                 ON CONFLICT (person) DO UPDATE
                 SET exchanged = excluded.exchanged, data_sync = excluded.data_sync",
            )?
            .execute(params![key, known.exchanged, known.data_sync])?;
        Ok(())
    }

    fn forget_one(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        let oldest: Key = transaction.query_row(
            "DELETE FROM node_person WHERE number =
               (SELECT number FROM node_person ORDER BY data_sync IS NOT NULL, number LIMIT 1)
             RETURNING person",
            [],
            |row| row.get(0),
        )?;
        self.0.remove(&oldest);
        Ok(())
    }
}

impl Messenger {
    /// Chooses whether messages to a person are under data sync from now on: off for somebody whose
    /// client does not acknowledge, who would get each message again and again. What was sent before goes
    /// on as it was.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn set_data_sync(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
        on: bool,
    ) -> Result<(), MessengerError> {
        let choose = |known: &mut Person| known.data_sync = Some(on);
        Ok(self.people.change(turn.transaction, person, choose)?)
    }

    /// Whether messages to a person are under data sync.
    pub fn data_sync(&self, person: &PublicKey) -> bool {
        let chosen = self.people.data_sync(person);
        chosen.unwrap_or(self.settings.data_sync)
    }

    /// Notes that something private went to a person, or that they know the secret of the two: from now
    /// on they may write to the topic of the two.
    pub(super) fn note_exchange(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        if !self.people.has_exchanged(person) {
            let note = |known: &mut Person| known.exchanged = true;
            self.people.change(turn.transaction, person, note)?;
            self.interests_changed();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};

    #[test]
    fn what_was_chosen_and_noted_is_there_after_a_restart() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut people = People::load(&transaction).unwrap();
        let (ann, bob) = (person(1), person(2));
        let exchange = |known: &mut Person| known.exchanged = true;
        people.change(&transaction, &ann, exchange).unwrap();
        let off = |known: &mut Person| known.data_sync = Some(false);
        people.change(&transaction, &ann, off).unwrap();
        people.change(&transaction, &bob, off).unwrap();
        for people in [&people, &People::load(&transaction).unwrap()] {
            assert!(people.has_exchanged(&ann) && !people.has_exchanged(&bob));
            assert_eq!(people.data_sync(&ann), Some(false));
            assert_eq!(people.data_sync(&person(3)), None);
        }
        people.forget_one(&transaction).unwrap();
        assert_eq!(People::load(&transaction).unwrap().0.len(), 1);
        assert_eq!(people.0.len(), 1);
    }
}
