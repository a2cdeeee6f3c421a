//! What must reach a first peer though nobody acknowledges it: it waits in the database, so that a crash
//! between the commit and the post loses nothing.

use super::columns::{self, number, unsigned};
use super::{LedgerState, Messenger, MessengerError, Outbound, OutboundId, Turn};
use crate::coupling::{EnvelopeKey, Route};
use crate::storage::StorageError;
use bytes::Bytes;
use rusqlite::{Row, Transaction, params};
use status_payload::MessageId;
use status_whisper::{SymmetricKey, Topic};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The table: encrypted payloads with their routes.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_outbox (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    kind INTEGER NOT NULL,
    deadline_ms INTEGER NOT NULL,
    topic BLOB NOT NULL,
    key BLOB NOT NULL,
    payload BLOB NOT NULL,
    messages BLOB NOT NULL
) STRICT;
CREATE INDEX node_outbox_by_deadline ON node_outbox (deadline_ms);
CREATE INDEX node_outbox_by_kind ON node_outbox (kind);
";

/// How many payloads wait for a first peer: 10,000. Who writes more to nobody is told.
pub const MAX_OUTBOX: usize = 10_000;

/// How many of them are with the transport at a time: 256, so that memory does not grow with what waits.
const MAX_AT_ONCE: usize = 256;

/// How many [`Outbound`]s the transport may owe a report on: 65,536. A report on an older one is of no
/// use, nor can one come: a transport that works reports on each within seconds.
const MAX_PENDING: usize = 65_536;

/// What a payload in the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// It carries messages.
    Messages = 0,
    /// One's own bundle for everybody: a newer one takes its place.
    ContactCode = 1,
    /// The answer to a message that could not be read.
    Answer = 2,
}

/// An [`Outbound`] that the transport has not reported on.
#[derive(Debug)]
pub(super) struct Pending {
    /// The messages in it.
    pub(super) messages: Vec<MessageId>,
    /// Its row in the outbox, if it has one.
    pub(super) row: Option<i64>,
}

/// What is on its way to the transport.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    queue: VecDeque<Outbound>,
    pending: BTreeMap<OutboundId, Pending>,
    next: u64,
    /// Rows that are with the transport.
    at_once: BTreeSet<i64>,
    /// The last row that was given to it.
    last: i64,
    /// The number of all rows.
    rows: usize,
    /// Whether there may be rows that were not yet given to it.
    behind: bool,
    /// The earliest deadline of a row, in ms.
    deadline_ms: Option<u64>,
}

impl Outbox {
    pub(super) fn load(transaction: &Transaction<'_>) -> Result<Self, StorageError> {
        let (rows, deadline): (i64, Option<i64>) = transaction.query_row(
            "SELECT count(*), min(deadline_ms) FROM node_outbox",
            [],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )?;
        Ok(Self {
            rows: usize::try_from(rows).unwrap_or(usize::MAX),
            behind: rows > 0,
            deadline_ms: deadline.map(unsigned),
            ..Self::default()
        })
    }

    /// Gives a payload to the transport.
    pub(super) fn emit(
        &mut self,
        route: Route,
        payload: Bytes,
        messages: Vec<MessageId>,
        row: Option<i64>,
    ) {
        let id = OutboundId(self.next);
        self.next += 1;
        while self.pending.len() >= MAX_PENDING {
            self.pending.pop_first();
        }
        let is_tracked = row.is_some() || !messages.is_empty();
        if is_tracked {
            let pending = Pending {
                messages: messages.clone(),
                row,
            };
            self.pending.insert(id, pending);
        }
        self.queue.push_back(Outbound {
            id,
            route,
            payload,
            messages,
            is_tracked,
        });
    }

    /// The next payload for the transport.
    pub(super) fn poll(&mut self) -> Option<Outbound> {
        self.queue.pop_front()
    }

    /// Ends the waiting for a report on an outbound.
    pub(super) fn take(&mut self, id: OutboundId) -> Option<Pending> {
        self.pending.remove(&id)
    }

    /// When the next row is given up, in ms.
    pub(super) fn deadline_ms(&self) -> Option<u64> {
        self.deadline_ms
    }

    /// Whether `more` payloads fit.
    pub(super) fn check_room(&self, more: usize) -> Result<(), MessengerError> {
        match self.rows.saturating_add(more) > MAX_OUTBOX {
            true => Err(MessengerError::Full { limit: MAX_OUTBOX }),
            false => Ok(()),
        }
    }

    /// Puts a payload into the outbox.
    pub(super) fn put(
        &mut self,
        transaction: &Transaction<'_>,
        kind: Kind,
        deadline_ms: u64,
        route: Route,
        payload: Bytes,
        messages: Vec<MessageId>,
    ) -> Result<(), StorageError> {
        if kind == Kind::ContactCode {
            let mut statement =
                transaction.prepare_cached("SELECT number FROM node_outbox WHERE kind = ?1")?;
            let replaced: Result<Vec<i64>, _> = statement
                .query_map([kind as i64], |row| row.get(0))?
                .collect();
            for row in replaced? {
                self.remove(transaction, row)?;
            }
        }
        let ids: Vec<u8> = messages.iter().flat_map(|id| *id.as_bytes()).collect();
        let key: &[u8] = match &route.key {
            EnvelopeKey::Symmetric(key) => key.expose_bytes(),
            EnvelopeKey::Person(person) => &person.serialize(),
        };
        transaction
            .prepare_cached(
                "INSERT INTO node_outbox (kind, deadline_ms, topic, key, payload, messages)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                kind as i64,
                number(deadline_ms),
                route.topic.0,
                key,
                &*payload,
                ids
            ])?;
        let row = transaction.last_insert_rowid();
        self.rows += 1;
        let earliest = self.deadline_ms.unwrap_or(u64::MAX);
        self.deadline_ms = Some(earliest.min(deadline_ms));
        if self.behind || self.at_once.len() >= MAX_AT_ONCE {
            self.behind = true;
        } else {
            self.at_once.insert(row);
            self.last = row;
            self.emit(route, payload, messages, Some(row));
        }
        Ok(())
    }

    /// Gives the transport what waits, as far as there is room.
    pub(super) fn refill(&mut self, transaction: &Transaction<'_>) -> Result<(), StorageError> {
        if !self.behind {
            return Ok(());
        }
        let room = MAX_AT_ONCE.saturating_sub(self.at_once.len());
        let mut statement = transaction.prepare_cached(
            "SELECT number, topic, key, payload, messages FROM node_outbox
             WHERE number > ?1 ORDER BY number LIMIT ?2",
        )?;
        let mut rows = statement.query(params![self.last, number(room as u64)])?;
        let mut found = 0;
        while let Some(row) = rows.next()? {
            found += 1;
            self.emit_row(row)?;
        }
        self.behind = found == room;
        Ok(())
    }

    /// Gives the transport a row again, whose envelope expired before any peer took it.
    pub(super) fn repeat(
        &mut self,
        transaction: &Transaction<'_>,
        row: i64,
    ) -> Result<(), StorageError> {
        let mut statement = transaction.prepare_cached(
            "SELECT number, topic, key, payload, messages FROM node_outbox WHERE number = ?1",
        )?;
        let mut rows = statement.query([row])?;
        match rows.next()? {
            Some(row) => self.emit_row(row),
            // It was given up, or something newer has taken its place.
            None => Ok(()),
        }
    }

    fn emit_row(&mut self, row: &Row<'_>) -> Result<(), StorageError> {
        let number: i64 = row.get(0)?;
        let key: Vec<u8> = row.get(2)?;
        let key = match <[u8; 32]>::try_from(&*key) {
            Ok(key) => EnvelopeKey::Symmetric(SymmetricKey::new(key)),
            Err(_) => EnvelopeKey::Person(columns::key(&key)?),
        };
        let route = Route {
            topic: Topic(row.get(1)?),
            key,
        };
        let payload: Vec<u8> = row.get(3)?;
        let messages: Vec<u8> = row.get(4)?;
        self.at_once.insert(number);
        self.last = self.last.max(number);
        self.emit(route, payload.into(), message_ids(&messages)?, Some(number));
        Ok(())
    }

    /// A row was handed to a peer: its place with the transport is free. It stays until it is known that
    /// the peer has it, since a crash may take what lies in the connection.
    pub(super) fn handed(&mut self, row: i64) {
        self.at_once.remove(&row);
    }

    /// Ends the waiting of a row.
    pub(super) fn remove(
        &mut self,
        transaction: &Transaction<'_>,
        row: i64,
    ) -> Result<(), StorageError> {
        let removed = transaction
            .prepare_cached("DELETE FROM node_outbox WHERE number = ?1")?
            .execute([row])?;
        self.rows = self.rows.saturating_sub(removed);
        self.at_once.remove(&row);
        Ok(())
    }

    /// Ends the waiting of rows whose deadline has passed, and says which messages are lost with them.
    fn expire(
        &mut self,
        transaction: &Transaction<'_>,
        now_ms: u64,
    ) -> Result<Vec<MessageId>, StorageError> {
        if self.deadline_ms.is_none_or(|deadline| deadline > now_ms) {
            return Ok(Vec::new());
        }
        let mut statement = transaction.prepare_cached(
            "DELETE FROM node_outbox WHERE deadline_ms <= ?1 RETURNING number, messages",
        )?;
        let mut rows = statement.query([number(now_ms)])?;
        let mut lost = Vec::new();
        while let Some(row) = rows.next()? {
            let messages: Vec<u8> = row.get(1)?;
            lost.extend(message_ids(&messages)?);
            self.at_once.remove(&row.get(0)?);
            self.rows = self.rows.saturating_sub(1);
        }
        let earliest: Option<i64> = transaction
            .prepare_cached("SELECT min(deadline_ms) FROM node_outbox")?
            .query_row([], |row| row.get(0))?;
        self.deadline_ms = earliest.map(unsigned);
        Ok(lost)
    }
}

/// The ids in a column.
pub(super) fn message_ids(column: &[u8]) -> Result<Vec<MessageId>, StorageError> {
    column.chunks(32).map(columns::message_id).collect()
}

impl Messenger {
    /// Gives up what no peer took in time.
    pub(super) fn expire_outbox(&mut self, turn: &Turn<'_>) -> Result<(), MessengerError> {
        for message in self.outbox.expire(turn.transaction, turn.now_ms)? {
            self.note(turn, message, LedgerState::Expired { person: None })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};

    const NOW: u64 = 1_590_000_000_000;

    fn put(outbox: &mut Outbox, transaction: &Transaction<'_>, kind: Kind, number: u16) {
        let mut id = [0; 32];
        id[..2].copy_from_slice(&number.to_be_bytes());
        let payload = Bytes::copy_from_slice(&number.to_be_bytes());
        let route = Route::private(&person(1), None);
        let (deadline, messages) = (NOW + u64::from(number), vec![id.into()]);
        outbox
            .put(transaction, kind, deadline, route, payload, messages)
            .unwrap();
    }

    fn drain(outbox: &mut Outbox) -> Vec<Outbound> {
        std::iter::from_fn(|| outbox.poll()).collect()
    }

    #[test]
    fn what_waits_is_given_out_again_after_a_restart_in_its_order() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut outbox = Outbox::load(&transaction).unwrap();
        for number in 0..3 {
            put(&mut outbox, &transaction, Kind::Messages, number);
        }
        let first = drain(&mut outbox);
        let pending = outbox.take(first[1].id).unwrap();
        assert_eq!(pending.messages, first[1].messages);
        outbox.remove(&transaction, pending.row.unwrap()).unwrap();

        let mut outbox = Outbox::load(&transaction).unwrap();
        assert_eq!(drain(&mut outbox), []);
        outbox.refill(&transaction).unwrap();
        let again = drain(&mut outbox);
        let say = |outbound: &Outbound| {
            let Outbound { route, payload, .. } = outbound.clone();
            (route, payload, outbound.messages.clone())
        };
        assert_eq!(again.len(), 2);
        assert_eq!(say(&again[0]), say(&first[0]));
        assert_eq!(say(&again[1]), say(&first[2]));
    }

    #[test]
    fn a_backlog_is_given_out_piece_by_piece() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut outbox = Outbox::load(&transaction).unwrap();
        for number in 0..600 {
            put(&mut outbox, &transaction, Kind::Messages, number);
        }
        let mut payloads = Vec::new();
        for _ in 0..4 {
            let given = drain(&mut outbox);
            assert!(given.len() <= MAX_AT_ONCE);
            for outbound in given {
                let row = outbox.take(outbound.id).unwrap().row.unwrap();
                outbox.remove(&transaction, row).unwrap();
                payloads.push(outbound.payload);
            }
            outbox.refill(&transaction).unwrap();
        }
        assert_eq!(payloads.len(), 600);
        assert!(payloads.is_sorted());
        assert_eq!(outbox.rows, 0);
    }

    #[test]
    fn a_newer_contact_code_takes_the_place_of_one_that_waits() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut outbox = Outbox::load(&transaction).unwrap();
        put(&mut outbox, &transaction, Kind::ContactCode, 1);
        put(&mut outbox, &transaction, Kind::Messages, 2);
        put(&mut outbox, &transaction, Kind::ContactCode, 3);
        assert_eq!(outbox.rows, 2);
        assert_eq!(Outbox::load(&transaction).unwrap().rows, 2);
    }

    #[test]
    fn what_no_peer_took_is_given_up_at_its_deadline() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let mut outbox = Outbox::load(&transaction).unwrap();
        for number in 1..4 {
            put(&mut outbox, &transaction, Kind::Messages, number);
        }
        assert_eq!(outbox.expire(&transaction, NOW).unwrap(), []);
        assert_eq!(outbox.deadline_ms(), Some(NOW + 1));
        assert_eq!(outbox.expire(&transaction, NOW + 2).unwrap().len(), 2);
        assert_eq!(outbox.deadline_ms(), Some(NOW + 3));
        assert_eq!(outbox.rows, 1);
    }
}
