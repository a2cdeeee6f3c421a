//! The ledger: what is known of each message of one's own, each entry with what proves it.

use super::columns::{collect, key, number, unsigned};
use super::{LedgerEntry, LedgerState, Messenger, MessengerError, MessengerEvent, Turn};
use crate::storage::StorageError;
use rusqlite::{Row, Transaction, params};
use status_devp2p::NodeId;
use status_payload::MessageId;
use status_whisper::Hash;

/// The table.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_ledger (
    number INTEGER PRIMARY KEY,
    message BLOB NOT NULL,
    at_ms INTEGER NOT NULL,
    state INTEGER NOT NULL,
    envelope BLOB,
    peer BLOB,
    person BLOB,
    installation TEXT,
    remaining INTEGER,
    reason TEXT
) STRICT;
CREATE INDEX node_ledger_by_message ON node_ledger (message);
";

/// How many entries of each kind that the transport makes (sealed, handed, confirmed, refused, failed) a
/// message has at most: 24. Those beyond say nothing new. Each kind has its own, or the envelopes of a
/// large group would keep out that the first of them left.
pub const MAX_TRANSPORT_ENTRIES: i64 = 24;

/// How many entries a message has at most: as many devices as the largest groups have.
pub const MAX_ENTRIES: i64 = 4_096;

/// How many entries there are in all, the newest: two million, some 400 MB on the disk, the ledger of
/// several hundred thousand messages of one's own.
pub const MAX_LEDGER: i64 = 2_000_000;

/// Bytes of a reason that are kept.
const MAX_REASON: usize = 256;

/// Every how many entries the oldest are looked for.
const PRUNE_EVERY: i64 = 256;

#[derive(Default)]
struct Columns<'a> {
    state: i64,
    envelope: Option<&'a [u8; 32]>,
    peer: Option<&'a [u8; 64]>,
    person: Option<[u8; 33]>,
    installation: Option<&'a str>,
    remaining: Option<i64>,
    reason: Option<&'a str>,
}

impl<'a> From<&'a LedgerState> for Columns<'a> {
    fn from(state: &'a LedgerState) -> Self {
        let none = Self::default();
        match state {
            LedgerState::Queued => none,
            LedgerState::Sealed { envelope } => Self {
                state: 1,
                envelope: Some(&envelope.0),
                ..none
            },
            LedgerState::Handed { envelope, peer } => Self {
                state: 2,
                envelope: Some(&envelope.0),
                peer: Some(&peer.0),
                ..none
            },
            LedgerState::Confirmed { envelope, peer } => Self {
                state: 3,
                envelope: Some(&envelope.0),
                peer: Some(&peer.0),
                ..none
            },
            LedgerState::Refused {
                envelope,
                peer,
                reason,
            } => Self {
                state: 4,
                envelope: Some(&envelope.0),
                peer: Some(&peer.0),
                reason: Some(cut(reason)),
                ..none
            },
            LedgerState::Acknowledged {
                person,
                installation,
                remaining,
            } => Self {
                state: 5,
                person: Some(person.serialize()),
                installation: Some(installation.as_str()),
                remaining: Some(i64::try_from(*remaining).unwrap_or(i64::MAX)),
                ..none
            },
            LedgerState::Expired { person } => Self {
                state: 6,
                person: person.map(|person| person.serialize()),
                ..none
            },
            LedgerState::Failed { reason } => Self {
                state: 7,
                reason: Some(cut(reason)),
                ..none
            },
            LedgerState::Removed {
                person,
                installation,
            } => Self {
                state: 8,
                person: Some(person.serialize()),
                installation: Some(installation.as_str()),
                ..none
            },
        }
    }
}

fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_REASON))
        .unwrap_or_default()
}

/// Whether a state is about the way to the peers, which repeats itself with each envelope.
fn is_of_transport(state: &LedgerState) -> bool {
    matches!(
        state,
        LedgerState::Sealed { .. }
            | LedgerState::Handed { .. }
            | LedgerState::Confirmed { .. }
            | LedgerState::Refused { .. }
            | LedgerState::Failed { .. }
    )
}

/// Adds an entry, unless there are too many. Whether it was added.
fn add(
    transaction: &Transaction<'_>,
    message: &MessageId,
    entry: &LedgerEntry,
) -> Result<bool, StorageError> {
    let (most, of_transport) = match is_of_transport(&entry.state) {
        true => (MAX_TRANSPORT_ENTRIES, true),
        false => (MAX_ENTRIES, false),
    };
    let columns = Columns::from(&entry.state);
    let added = transaction
        .prepare_cached(
            "INSERT INTO node_ledger
             (message, at_ms, state, envelope, peer, person, installation, remaining, reason)
             SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
             WHERE (SELECT count(*) FROM node_ledger
                    WHERE message = ?1 AND (state = ?3 OR NOT ?11)) < ?10",
        )?
        .execute(params![
            message.as_bytes(),
            number(entry.at_ms),
            columns.state,
            columns.envelope,
            columns.peer,
            columns.person,
            columns.installation,
            columns.remaining,
            columns.reason,
            most,
            of_transport,
        ])?;
    if added == 0 {
        return Ok(false);
    }
    let last = transaction.last_insert_rowid();
    if last % PRUNE_EVERY == 0 {
        transaction
            .prepare_cached("DELETE FROM node_ledger WHERE number <= ?1")?
            .execute([last.saturating_sub(MAX_LEDGER)])?;
    }
    Ok(true)
}

/// The entries of a message, in the order in which they were made.
fn entries(
    transaction: &Transaction<'_>,
    message: &MessageId,
) -> Result<Vec<LedgerEntry>, StorageError> {
    let mut statement = transaction.prepare_cached(
        "SELECT at_ms, state, envelope, peer, person, installation, remaining, reason
         FROM node_ledger WHERE message = ?1 ORDER BY number",
    )?;
    collect(statement.query([message.as_bytes()])?, |row| {
        let state = state(row)?.ok_or(StorageError::Damaged("an entry of the ledger"))?;
        let at_ms = unsigned(row.get(0)?);
        Ok(LedgerEntry { at_ms, state })
    })
}

fn state(row: &Row<'_>) -> Result<Option<LedgerState>, StorageError> {
    let envelope: Option<[u8; 32]> = row.get(2)?;
    let envelope = envelope.map(Hash);
    let peer: Option<[u8; 64]> = row.get(3)?;
    let peer = peer.map(NodeId);
    let person: Option<[u8; 33]> = row.get(4)?;
    let person = person.map(|bytes| key(&bytes)).transpose()?;
    let installation: Option<String> = row.get(5)?;
    let installation = installation.as_deref().map(Into::into);
    let remaining: Option<i64> = row.get(6)?;
    let reason: Option<String> = row.get(7)?;
    let number: i64 = row.get(1)?;
    let state = || {
        Some(match number {
            0 => LedgerState::Queued,
            1 => LedgerState::Sealed {
                envelope: envelope?,
            },
            2 => LedgerState::Handed {
                envelope: envelope?,
                peer: peer?,
            },
            3 => LedgerState::Confirmed {
                envelope: envelope?,
                peer: peer?,
            },
            4 => LedgerState::Refused {
                envelope: envelope?,
                peer: peer?,
                reason: reason?,
            },
            5 => LedgerState::Acknowledged {
                person: person?,
                installation: installation?,
                remaining: usize::try_from(remaining?).ok()?,
            },
            6 => LedgerState::Expired { person },
            7 => LedgerState::Failed { reason: reason? },
            8 => LedgerState::Removed {
                person: person?,
                installation: installation?,
            },
            _ => return None,
        })
    };
    Ok(state())
}

impl Messenger {
    /// What is known of a message of one's own, in the order in which it became known; nothing for other
    /// messages, and for those that are too long ago.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn ledger(
        &self,
        turn: &Turn<'_>,
        message: &MessageId,
    ) -> Result<Vec<LedgerEntry>, MessengerError> {
        Ok(entries(turn.transaction, message)?)
    }

    /// Enters a state, and reports it.
    pub(super) fn note(
        &mut self,
        turn: &Turn<'_>,
        message: MessageId,
        state: LedgerState,
    ) -> Result<(), MessengerError> {
        let entry = LedgerEntry {
            at_ms: turn.now_ms,
            state,
        };
        if add(turn.transaction, &message, &entry)? {
            self.report(MessengerEvent::Ledger { message, entry });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::{database, person};

    #[test]
    fn each_state_reads_back_as_it_was_entered() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let (envelope, peer) = (Hash([3; 32]), NodeId([4; 64]));
        let states = [
            LedgerState::Queued,
            LedgerState::Sealed { envelope },
            LedgerState::Handed { envelope, peer },
            LedgerState::Confirmed { envelope, peer },
            LedgerState::Refused {
                envelope,
                peer,
                reason: "no".into(),
            },
            LedgerState::Acknowledged {
                person: person(1),
                installation: "phone".into(),
                remaining: 2,
            },
            LedgerState::Removed {
                person: person(1),
                installation: "phone".into(),
            },
            LedgerState::Expired {
                person: Some(person(1)),
            },
            LedgerState::Expired { person: None },
            LedgerState::Failed {
                reason: "too large".into(),
            },
        ];
        let message = MessageId::from([7; 32]);
        let expected: Vec<_> = (0..)
            .zip(states)
            .map(|(at_ms, state)| LedgerEntry { at_ms, state })
            .collect();
        for entry in &expected {
            assert!(add(&transaction, &message, entry).unwrap());
        }
        assert_eq!(entries(&transaction, &message).unwrap(), expected);
        let other = MessageId::from([8; 32]);
        assert_eq!(entries(&transaction, &other).unwrap(), []);
    }

    #[test]
    fn repetitions_do_not_fill_it_and_an_acknowledgement_still_fits() {
        let mut connection = database();
        let transaction = connection.transaction().unwrap();
        let message = MessageId::from([7; 32]);
        let sealed = |number: u8| LedgerEntry {
            at_ms: 5,
            state: LedgerState::Sealed {
                envelope: Hash([number; 32]),
            },
        };
        for number in 0..100 {
            add(&transaction, &message, &sealed(number)).unwrap();
        }
        let handed = LedgerEntry {
            at_ms: 5,
            state: LedgerState::Handed {
                envelope: Hash([0; 32]),
                peer: NodeId([4; 64]),
            },
        };
        assert!(add(&transaction, &message, &handed).unwrap());
        let acknowledged = LedgerEntry {
            at_ms: 6,
            state: LedgerState::Acknowledged {
                person: person(1),
                installation: "phone".into(),
                remaining: 0,
            },
        };
        assert!(add(&transaction, &message, &acknowledged).unwrap());
        let all = entries(&transaction, &message).unwrap();
        assert_eq!(all.len() as i64, MAX_TRANSPORT_ENTRIES + 2);
        assert_eq!(all.last(), Some(&acknowledged));
    }
}
