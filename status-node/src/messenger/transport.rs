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
    handed INTEGER NOT NULL DEFAULT 0,
    messages BLOB NOT NULL
) STRICT;
";

/// How many envelopes are remembered, the newest: 65,536. An envelope lives for 15 s, in which nobody
/// makes that many.
pub const MAX_ENVELOPES: u64 = 65_536;

/// An envelope of one's own.
struct Posted {
    outbox: Option<i64>,
    /// Whether it was handed to a peer.
    handed: bool,
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
        .prepare_cached("SELECT outbox, handed, messages FROM node_envelope WHERE envelope = ?1")?;
    let found: Option<(Option<i64>, bool, Vec<u8>)> = statement
        .query_row([envelope.0], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .optional()?;
    let Some((outbox, handed, messages)) = found else {
        return Ok(None);
    };
    Ok(Some(Posted {
        outbox,
        handed,
        messages: message_ids(&messages)?,
    }))
}

/// Notes the envelope that texts of one's own went into first.
fn set_envelope(
    transaction: &Transaction<'_>,
    messages: &[MessageId],
    envelope: &Hash,
) -> Result<(), StorageError> {
    let mut statement = transaction.prepare_cached(
        "UPDATE node_message SET envelope = ?2 WHERE id = ?1 AND envelope IS NULL AND outgoing = 1",
    )?;
    for message in messages {
        statement.execute(params![message.as_bytes(), envelope.0])?;
    }
    Ok(())
}

fn forget_outbox(transaction: &Transaction<'_>, envelope: &Hash) -> Result<(), StorageError> {
    transaction
        .prepare_cached("UPDATE node_envelope SET outbox = NULL WHERE envelope = ?1")?
        .execute([envelope.0])?;
    Ok(())
}

fn note_handed(transaction: &Transaction<'_>, envelope: &Hash) -> Result<(), StorageError> {
    transaction
        .prepare_cached("UPDATE node_envelope SET handed = 1 WHERE envelope = ?1")?
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
                let posted = Posted {
                    outbox: pending.row,
                    handed: false,
                    messages: pending.messages,
                };
                remember(turn.transaction, &envelope, &posted)?;
                set_envelope(turn.transaction, &posted.messages, &envelope)?;
                self.note_all(turn, &posted.messages, &LedgerState::Sealed { envelope })
            }
            TransportReport::Failed { outbound, reason } => {
                let Some(pending) = self.outbox.take(outbound) else {
                    return Ok(());
                };
                // What has no row is under data sync, which sends it again and says in the end if that
                // was for nothing.
                let Some(row) = pending.row else {
                    return Ok(());
                };
                self.outbox.remove(turn.transaction, row)?;
                self.note_all(turn, &pending.messages, &LedgerState::Failed { reason })
            }
            TransportReport::Handed { envelope, peer } => {
                let Some(posted) = posted(turn.transaction, &envelope)? else {
                    return Ok(());
                };
                if let Some(row) = posted.outbox
                    && !posted.handed
                {
                    self.outbox.handed(row);
                    note_handed(turn.transaction, &envelope)?;
                }
                let state = LedgerState::Handed { envelope, peer };
                self.note_all(turn, &posted.messages, &state)
            }
            TransportReport::Confirmed { envelope, peer } => {
                let Some(posted) = posted(turn.transaction, &envelope)? else {
                    return Ok(());
                };
                if let Some(row) = posted.outbox {
                    self.outbox.remove(turn.transaction, row)?;
                    forget_outbox(turn.transaction, &envelope)?;
                }
                let state = LedgerState::Confirmed { envelope, peer };
                self.note_all(turn, &posted.messages, &state)
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
                let Some(posted) = posted else {
                    return Ok(());
                };
                match posted.outbox {
                    // A peer has it that confirms nothing, as far as can be known.
                    Some(row) if posted.handed => Ok(self.outbox.remove(turn.transaction, row)?),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chat;
    use crate::account::Identity;
    use crate::messenger::Settings;
    use crate::storage::Database;
    use secp256k1::SecretKey;
    use status_devp2p::NodeId;

    /// Whether a public message is sent again by the next start, after these reports on its envelope.
    fn comes_again(reports: &[TransportReport]) -> bool {
        let mut database = Database::in_memory().unwrap();
        let transaction = database.transaction().unwrap();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms: 1_590_000_000_000,
            rng: &mut rand::rng(),
        };
        let key = SecretKey::from_byte_array([1; 32]).unwrap();
        let identity = Identity::from_secret_key(key);
        let load = |turn: &mut Turn<'_>| {
            Messenger::load(turn, Some(&identity), Settings::default()).unwrap()
        };
        let mut messenger = load(&mut turn);
        let chat = Chat::public("status").unwrap();
        messenger.send_text(&mut turn, &chat, "hello").unwrap();
        messenger.finish(&mut turn).unwrap();
        let outbound = messenger.poll_outbound().unwrap().id;
        let envelope = Hash([1; 32]);
        let sealed = TransportReport::Sealed { outbound, envelope };
        for report in std::iter::once(&sealed).chain(reports) {
            messenger
                .handle_transport(&mut turn, report.clone())
                .unwrap();
            messenger.finish(&mut turn).unwrap();
        }
        load(&mut turn).poll_outbound().is_some()
    }

    #[test]
    fn what_no_peer_is_known_to_have_is_sent_again_by_the_next_start() {
        let (envelope, peer) = (Hash([1; 32]), NodeId([2; 64]));
        let handed = TransportReport::Handed { envelope, peer };
        let confirmed = TransportReport::Confirmed { envelope, peer };
        let expired = TransportReport::Expired { envelope };
        assert!(comes_again(&[]));
        assert!(comes_again(std::slice::from_ref(&expired)));
        // It may have died in the connection with the process.
        assert!(comes_again(std::slice::from_ref(&handed)));
        assert!(!comes_again(&[handed.clone(), confirmed]));
        assert!(!comes_again(&[handed, expired]), "nobody confirms");
    }
}
