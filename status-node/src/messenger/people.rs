//! What is remembered of each person for the layers below: whether messages to them are under data sync,
//! and whether they may write to the topic of the two.

use super::{Messenger, MessengerError, Turn};
use crate::storage::StorageError;
use rusqlite::{Transaction, params};
use secp256k1::PublicKey;
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_person (
    number INTEGER PRIMARY KEY,
    person BLOB NOT NULL UNIQUE,
    exchanged INTEGER NOT NULL,
    written INTEGER NOT NULL,
    data_sync INTEGER
) STRICT;
";

/// How many people something is remembered of: 20,000, twice as many as there are chats. Beyond it those
/// are forgotten first who were not written to and of whom nothing was chosen, the oldest of them: so
/// strangers push out strangers only.
pub const MAX_PEOPLE: usize = 20_000;

type Key = [u8; 33];

#[derive(Debug, Clone, Copy, Default)]
struct Person {
    /// Their place in the order in which people came to be known.
    number: i64,
    /// Something private went to them, were it an acknowledgement, or they know the secret of the two.
    exchanged: bool,
    /// Something was said to them.
    written: bool,
    data_sync: Option<bool>,
}

/// What is remembered of people, which is small, so that no message has to look for it on the disk.
#[derive(Debug, Default)]
pub(super) struct People(BTreeMap<Key, Person>);

impl People {
    pub(super) fn load(transaction: &Transaction<'_>) -> Result<Self, StorageError> {
        let mut statement = transaction
            .prepare("SELECT person, exchanged, written, data_sync, number FROM node_person")?;
        let rows = statement.query_map([], |row| {
            let person = Person {
                exchanged: row.get(1)?,
                written: row.get(2)?,
                data_sync: row.get(3)?,
                number: row.get(4)?,
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

    /// Everybody with whom something private was exchanged, those first that something was said to, and
    /// the newest first.
    pub(super) fn exchanged(&self) -> Vec<Key> {
        let all = self.0.iter().filter(|(_, known)| known.exchanged);
        let mut all: Vec<_> = all
            .map(|(key, known)| (Reverse((known.written, known.number)), *key))
            .collect();
        all.sort_unstable();
        all.into_iter().map(|(_, key)| key).collect()
    }

    /// Whether something was said to a person.
    pub(super) fn was_written_to(&self, person: &PublicKey) -> bool {
        self.0
            .get(&person.serialize())
            .is_some_and(|known| known.written)
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
        known.number = transaction
            .prepare_cached(
                "INSERT INTO node_person (person, exchanged, written, data_sync)
                 VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (person) DO UPDATE SET exchanged = excluded.exchanged,
                 written = excluded.written, data_sync = excluded.data_sync RETURNING number",
            )?
            .query_row(
                params![key, known.exchanged, known.written, known.data_sync],
                |row| row.get(0),
            )?;
        Ok(())
    }

    fn forget_one(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        let oldest: Key = transaction.query_row(
            "DELETE FROM node_person WHERE number =
               (SELECT number FROM node_person
                ORDER BY written OR data_sync IS NOT NULL, number LIMIT 1)
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

    /// Notes that something is said to a person, who is no stranger from then on.
    pub(super) fn note_written(
        &mut self,
        turn: &mut Turn<'_>,
        person: &PublicKey,
    ) -> Result<(), MessengerError> {
        if !self.people.was_written_to(person) {
            let note = |known: &mut Person| known.written = true;
            self.people.change(turn.transaction, person, note)?;
            self.interests_changed();
        }
        Ok(())
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
        let (cleo, dan) = (person(3), person(4));
        people.change(&transaction, &cleo, exchange).unwrap();
        let written = |known: &mut Person| known.written = true;
        people.change(&transaction, &dan, written).unwrap();
        people.forget_one(&transaction).unwrap();
        for people in [&people, &People::load(&transaction).unwrap()] {
            assert!(!people.has_exchanged(&cleo), "a stranger goes first");
            assert!(people.was_written_to(&dan));
            assert_eq!(people.exchanged(), [ann.serialize()]);
            assert_eq!(people.0.len(), 3);
        }
    }
}
