//! What the transport says of envelopes, and which messages that concerns.

use super::columns::number;
use super::outbox::message_ids;
use super::{LedgerState, Messenger, MessengerError, TransportReport, Turn};
use crate::storage::StorageError;
use rusqlite::{OptionalExtension, Transaction, params};
use status_payload::MessageId;
use status_whisper::Hash;

/// The table: which messages are in an envelope of one's own, and the row of the outbox that it was made
/// of.
pub(crate) const SCHEMA: &str = "
CREATE TABLE node_envelope (
    number INTEGER PRIMARY KEY,
    envelope BLOB NOT NULL UNIQUE,
    outbox INTEGER,
    messages BLOB NOT NULL
) STRICT;
";

/// How many envelopes are remembered, the newest: 65,536. An envelope lives for 15 s, in which nobody
/// makes that many.
pub const MAX_ENVELOPES: u64 = 65_536;

/// An envelope of one's own.
struct Posted {
    outbox: Option<i64>,
    messages: Vec<MessageId>,
}

fn remember(
    transaction: &Transaction<'_>,
    envelope: &Hash,
    posted: &Posted,
) -> Result<(), StorageError> {
    let ids: Vec<u8> = posted
        .messages
        .iter()
        .flat_map(|id| *id.as_bytes())
        .collect();
    transaction
        .prepare_cached(
            "INSERT OR IGNORE INTO node_envelope (envelope, outbox, messages) VALUES (?1, ?2, ?3)",
        )?
        .execute(params![envelope.0, posted.outbox, ids])?;
    let oldest = transaction
        .last_insert_rowid()
        .saturating_sub(number(MAX_ENVELOPES));
    transaction
        .prepare_cached("DELETE FROM node_envelope WHERE number <= ?1")?
        .execute([oldest])?;
    Ok(())
}

fn posted(transaction: &Transaction<'_>, envelope: &Hash) -> Result<Option<Posted>, StorageError> {
    let mut statement = transaction
        .prepare_cached("SELECT outbox, messages FROM node_envelope WHERE envelope = ?1")?;
    let found: Option<(Option<i64>, Vec<u8>)> = statement
        .query_row([envelope.0], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((outbox, messages)) = found else {
        return Ok(None);
    };
    let messages = message_ids(&messages)?;
    Ok(Some(Posted { outbox, messages }))
}

fn forget_outbox(transaction: &Transaction<'_>, envelope: &Hash) -> Result<(), StorageError> {
    transaction
        .prepare_cached("UPDATE node_envelope SET outbox = NULL WHERE envelope = ?1")?
        .execute([envelope.0])?;
    Ok(())
}

fn forget(transaction: &Transaction<'_>, envelope: &Hash) -> Result<(), StorageError> {
    transaction
        .prepare_cached("DELETE FROM node_envelope WHERE envelope = ?1")?
        .execute([envelope.0])?;
    Ok(())
}

impl Messenger {
    /// Enters into the ledger what the transport says. A report on an envelope of somebody else, or on
    /// one that is long gone, changes nothing.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn handle_transport(
        &mut self,
        turn: &mut Turn<'_>,
        report: TransportReport,
    ) -> Result<(), MessengerError> {
        match report {
            TransportReport::Sealed { outbound, envelope } => {
                let Some(pending) = self.outbox.take(outbound) else {
                    return Ok(());
                };
                if pending.messages.is_empty() && pending.row.is_none() {
                    return Ok(());
                }
                let posted = Posted {
                    outbox: pending.row,
                    messages: pending.messages,
                };
                remember(turn.transaction, &envelope, &posted)?;
                self.note_all(turn, &posted.messages, &LedgerState::Sealed { envelope })
            }
            TransportReport::Failed { outbound, reason } => {
                let Some(pending) = self.outbox.take(outbound) else {
                    return Ok(());
                };
                if let Some(row) = pending.row {
                    self.outbox.remove(turn.transaction, row)?;
                }
                self.note_all(turn, &pending.messages, &LedgerState::Failed { reason })
            }
            TransportReport::Handed { envelope, peer } => {
                let Some(posted) = posted(turn.transaction, &envelope)? else {
                    return Ok(());
                };
                if let Some(row) = posted.outbox {
                    self.outbox.remove(turn.transaction, row)?;
                    forget_outbox(turn.transaction, &envelope)?;
                }
                let state = LedgerState::Handed { envelope, peer };
                self.note_all(turn, &posted.messages, &state)
            }
            TransportReport::Confirmed { envelope, peer } => {
                let state = LedgerState::Confirmed { envelope, peer };
                self.note_posted(turn, &envelope, &state)
            }
            TransportReport::Refused {
                envelope,
                peer,
                reason,
            } => {
                let state = LedgerState::Refused {
                    envelope,
                    peer,
                    reason,
                };
                self.note_posted(turn, &envelope, &state)
            }
            TransportReport::Expired { envelope } => {
                let posted = posted(turn.transaction, &envelope)?;
                forget(turn.transaction, &envelope)?;
                match posted.and_then(|posted| posted.outbox) {
                    // No peer took it: another envelope, which is younger, may find one.
                    Some(row) => Ok(self.outbox.repeat(turn.transaction, row)?),
                    None => Ok(()),
                }
            }
        }
    }

    fn note_posted(
        &mut self,
        turn: &Turn<'_>,
        envelope: &Hash,
        state: &LedgerState,
    ) -> Result<(), MessengerError> {
        match posted(turn.transaction, envelope)? {
            Some(posted) => self.note_all(turn, &posted.messages, state),
            None => Ok(()),
        }
    }

    fn note_all(
        &mut self,
        turn: &Turn<'_>,
        messages: &[MessageId],
        state: &LedgerState,
    ) -> Result<(), MessengerError> {
        for message in messages {
            self.note(turn, *message, state.clone())?;
        }
        Ok(())
    }
}
