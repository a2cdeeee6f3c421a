//! What is said, on its way to the layers below.

use super::account::Account;
use super::data_sync::sync_without;
use super::outbox::Kind;
use super::{LedgerState, Messenger, MessengerError, MessengerEvent, Turn, seen};
use crate::chat::PublicName;
use crate::coupling::{Channel, Protection};
use crate::pipeline::{Outgoing, encrypt_private};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::{DeviceReport, SqliteStore};
use status_payload::{KnownType, MessageId, MessageType};

/// Bytes that a message to a public chat may have, wrapped: what an envelope holds of the 1 MiB that
/// deployed nodes take, with the padding, the signature and the encryption around it.
const MAX_PUBLIC: usize = (1 << 20) - 1_024;

/// Bytes that a private message may have that is not under data sync: a third of that, since there is a
/// ciphertext for each of three devices.
const MAX_PRIVATE: usize = MAX_PUBLIC / 4;

/// To whom something is said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Audience {
    /// To whoever listens to a public chat.
    Public(PublicName),
    /// To people, one's own other devices included if one's own key is among them.
    People(Vec<PublicKey>),
    /// To one's own other devices.
    OwnDevices,
}

/// Something that was said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dispatched {
    /// Its id, by which the ledger knows it.
    pub(super) id: MessageId,
    /// The signed bytes, which everybody gets.
    pub(super) wrapped: Bytes,
    /// What became of it for each device of each person. Of people whose messages are under data sync
    /// this is known when the turn ends, and reported as [`MessengerEvent::Devices`].
    pub(super) devices: Vec<(PublicKey, DeviceReport)>,
}

/// Whether one's own other devices get a copy of a message of this type to others, as they need it to
/// show the same chats.
fn is_copied(message_type: MessageType) -> bool {
    matches!(
        message_type,
        MessageType::Known(KnownType::ChatMessage | KnownType::MembershipUpdateMessage)
    )
}

impl Messenger {
    /// Signs and wraps `encoded`, a message of this type, once, and sends the same bytes to everybody
    /// that it is for, to one's own other devices too if it is said in a chat. It is in the ledger from
    /// then on.
    ///
    /// # Errors
    ///
    /// [`MessengerError`]; all that do not [spoil](MessengerError::spoils) the turn come before anything
    /// has changed.
    pub(super) fn dispatch(
        &mut self,
        turn: &mut Turn<'_>,
        to: Audience,
        message_type: MessageType,
        encoded: Bytes,
    ) -> Result<Dispatched, MessengerError> {
        let account = self.account()?;
        let own = *account.public();
        let signed = Outgoing::wrap(account.key(), message_type, encoded, 0, turn.now_ms);
        let (id, wrapped) = (signed.id, signed.bytes);
        let mut people = match &to {
            Audience::Public(_) => Vec::new(),
            Audience::People(people) => people.clone(),
            Audience::OwnDevices => vec![own],
        };
        let copied = is_copied(message_type) && matches!(to, Audience::People(_));
        people.sort_unstable();
        people.dedup();
        // With oneself alone it is no copy.
        let is_copy = copied && people != [own];
        if copied && !people.contains(&own) {
            people.push(own);
        }
        self.check_dispatch(message_type, wrapped.len(), &people)?;

        seen::remember(turn.transaction, &id)?;
        self.note(turn, id, LedgerState::Queued)?;
        let mut devices = Vec::new();
        if let Audience::Public(name) = to {
            let channel = Channel::Public(name.as_str().into());
            self.post(turn, &channel, wrapped.clone(), Some(id))?;
        }
        for person in &people {
            self.note_written(turn, person)?;
            let copy = is_copy && *person == own;
            if self.is_synced(message_type, person) {
                self.sync_to(turn, &account, person, id, wrapped.clone(), copy)?;
            } else {
                // The ledger is of those it is written to, not of copies.
                let ids = (!copy).then_some(id);
                let sent = self.send_once(turn, &account, person, message_type, ids, &wrapped)?;
                // Without other devices of one's own nothing was sent to them.
                if *person != own || !sent.is_empty() {
                    self.report(MessengerEvent::Devices {
                        message: id,
                        person: *person,
                        devices: sent.clone(),
                    });
                }
                devices.extend(sent.into_iter().map(|report| (*person, report)));
            }
        }
        let unsynced = people
            .iter()
            .filter(|person| **person != own && !self.is_synced(message_type, person));
        sync_without(turn, id, unsynced)?;
        Ok(Dispatched {
            id,
            wrapped,
            devices,
        })
    }

    /// Whether a message of this type to a person is under data sync.
    fn is_synced(&self, message_type: MessageType, person: &PublicKey) -> bool {
        Protection::of(message_type) == Protection::Sessions && self.data_sync(person)
    }

    /// Refuses what would fail halfway.
    fn check_dispatch(
        &self,
        message_type: MessageType,
        size: usize,
        people: &[PublicKey],
    ) -> Result<(), MessengerError> {
        let synced = people
            .iter()
            .filter(|person| self.is_synced(message_type, person))
            .count();
        if synced > 0 {
            self.check_sync(size, synced)?;
        }
        let limit = match people.is_empty() {
            true => MAX_PUBLIC,
            false => MAX_PRIVATE,
        };
        if size > limit {
            return Err(MessengerError::TooLarge { size, limit });
        }
        self.outbox.check_room((people.len() - synced).max(1))
    }

    /// Sends a message to a person without data sync: it is encrypted at once, and waits for a first peer.
    fn send_once(
        &mut self,
        turn: &mut Turn<'_>,
        account: &Account,
        person: &PublicKey,
        message_type: MessageType,
        id: Option<MessageId>,
        wrapped: &Bytes,
    ) -> Result<Vec<DeviceReport>, MessengerError> {
        let protection = Protection::of(message_type);
        let own = person == account.public();
        if own && protection == Protection::Sessions && !self.has_other_devices(turn, account)? {
            return Ok(Vec::new());
        }
        let (endpoint, now_ns) = (account.endpoint(), turn.now_ns());
        let mut store = SqliteStore::new(turn.transaction);
        let encrypted = encrypt_private(
            endpoint,
            &mut store,
            person,
            wrapped,
            protection,
            now_ns,
            &mut turn.rng,
        )?;
        let channel = self.private_channel(account, person, encrypted.agreed);
        self.note_exchange(turn, person)?;
        self.post(turn, &channel, encrypted.message, id)?;
        Ok(encrypted.devices)
    }

    /// Puts a payload into the outbox, with the message that the ledger is to know of.
    fn post(
        &mut self,
        turn: &mut Turn<'_>,
        channel: &Channel,
        payload: Bytes,
        id: Option<MessageId>,
    ) -> Result<(), MessengerError> {
        let deadline = turn.now_ms.saturating_add(self.settings.deadline_ms);
        if let Some(route) = self.routes.of(turn.transaction, channel)? {
            let (kind, ids) = (Kind::Messages, id.into_iter().collect());
            self.outbox
                .put(turn.transaction, kind, deadline, route, payload, ids)?;
        }
        Ok(())
    }
}
