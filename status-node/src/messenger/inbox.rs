//! What came in, layer by layer.

use super::account::Account;
use super::outbox::Kind;
use super::{Messenger, MessengerError, MessengerEvent, Turn, contacts, seen};
use crate::coupling::Channel;
use crate::pipeline::{Decrypted, Incoming, Refusal};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::{
    InstallationId, ProtocolMessage, Received as Secured, Recovery, SqliteStore, Unreadable,
};
use status_payload::{Arrival, Channel as Through, Person, Placed, Received, Said};
use status_whisper::Hash;

/// For how long the answer to a message that cannot be read waits for a peer, in ms: one hour. After that
/// the sender will have written again.
const ANSWER_FOR_MS: u64 = 60 * 60 * 1000;

/// How many such answers are sent within [`ANSWERS_WITHIN_MS`]: whoever makes up identities can ask for
/// any number of them, and each costs a proof of work and an envelope in the network.
const MAX_ANSWERS: u32 = 30;

/// The time in which answers are counted, in ms: one minute.
const ANSWERS_WITHIN_MS: u64 = 60_000;

/// How many answers were sent lately.
#[derive(Debug, Default)]
pub(super) struct Answers {
    since_ms: u64,
    count: u32,
}

impl Answers {
    /// Whether another one may go out now.
    fn admit(&mut self, now_ms: u64) -> bool {
        if now_ms.abs_diff(self.since_ms) >= ANSWERS_WITHIN_MS {
            *self = Self {
                since_ms: now_ms,
                count: 0,
            };
        }
        self.count = self.count.saturating_add(1);
        self.count <= MAX_ANSWERS
    }
}

/// A message that came, with what is known of its way.
#[derive(Debug, Clone)]
pub(super) struct Arrived {
    /// The message, with its original bytes.
    pub(super) received: Received,
    /// What it says, checked by the rules.
    pub(super) said: Said,
    /// Who said it: who signed the message, else who signed the envelope.
    pub(super) author: PublicKey,
    /// Who signed the envelope.
    pub(super) transport_signer: PublicKey,
    /// The installation that sent it, as its sender says; none if it was not encrypted for this one.
    pub(super) installation: Option<InstallationId>,
    /// Through what it came.
    pub(super) channel: Channel,
    /// The envelope it came in.
    pub(super) envelope: Hash,
    /// When that was made, by its own account, in ms since 1970.
    pub(super) envelope_ms: u64,
    /// The chat it belongs to; none if it belongs to none.
    pub(super) placed: Option<Placed>,
}

/// The way by which messages came.
struct Way<'a> {
    channel: &'a Channel,
    signer: PublicKey,
    installation: Option<InstallationId>,
    envelope: Hash,
    envelope_ms: u64,
}

impl<'a> Way<'a> {
    fn new(channel: &'a Channel, incoming: &Incoming) -> Self {
        Self {
            channel,
            signer: *incoming.signer(),
            installation: None,
            envelope: incoming.envelope(),
            envelope_ms: incoming.sent_ms(),
        }
    }
}

impl Messenger {
    /// Handles an envelope that a channel has opened. Nothing that is in it is an error: what is refused
    /// is counted by its reason, and reported where it means something to the user.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn handle_envelope(
        &mut self,
        turn: &mut Turn<'_>,
        channel: &Channel,
        incoming: Incoming,
    ) -> Result<(), MessengerError> {
        self.counters.envelopes_in += 1;
        if contacts::is_blocked(turn.transaction, incoming.signer())? {
            self.refuse(&Refusal::Blocked);
            return Ok(());
        }
        match channel {
            Channel::Public(_) => {
                let wrapped = incoming.payload().clone();
                self.take(turn, &Way::new(channel, &incoming), wrapped)
            }
            Channel::ContactCode(person) if person != incoming.signer() => {
                self.refuse(&Refusal::NotTheirs);
                Ok(())
            }
            _ => self.handle_private(turn, channel, incoming),
        }
    }

    fn handle_private(
        &mut self,
        turn: &mut Turn<'_>,
        channel: &Channel,
        incoming: Incoming,
    ) -> Result<(), MessengerError> {
        let Some(account) = self.account.clone() else {
            self.refuse(&Refusal::NotPublic);
            return Ok(());
        };
        let from = *incoming.signer();
        if from == *account.public() && is_echo(&account, incoming.payload()) {
            self.refuse(&Refusal::Own);
            return Ok(());
        }
        let mut way = Way::new(channel, &incoming);
        let mut store = SqliteStore::new(turn.transaction);
        let (endpoint, now_ns) = (account.endpoint(), turn.now_ns());
        let decrypted = incoming.decrypt(endpoint, &mut store, now_ns, &mut turn.rng)?;
        self.handle_installations(turn, &decrypted.handled().new_installations)?;
        let handled = decrypted.handled();
        match &handled.result {
            Ok(Secured::Private {
                installation,
                negotiated,
                ..
            }) => {
                way.installation = Some(installation.clone());
                if *negotiated {
                    self.note_exchange(turn, &from)?;
                }
                self.take_private(turn, &account, &way, decrypted)?;
                // Whatever was in it was taken or refused: its key has done its work.
                let mut store = SqliteStore::new(turn.transaction);
                endpoint.confirm(&mut store, &way.envelope.0)?;
                Ok(())
            }
            Ok(Secured::Public(_)) => self.take_private(turn, &account, &way, decrypted),
            // As deployed, what a layer can make nothing of goes to the next as it is.
            Ok(Secured::Nothing) if is_bundle(decrypted.payload()) => {
                self.counters.bundles_in += 1;
                Ok(())
            }
            Ok(Secured::Nothing) | Err(Unreadable::Malformed(_)) => {
                self.take_private(turn, &account, &way, decrypted)
            }
            Err(reason) => {
                let (reason, recovery) = (reason.clone(), handled.recovery);
                self.answer(turn, &account, &from, reason, recovery)
            }
        }
    }

    /// Data sync, and then each message that it brings.
    fn take_private(
        &mut self,
        turn: &mut Turn<'_>,
        account: &Account,
        way: &Way<'_>,
        decrypted: Decrypted,
    ) -> Result<(), MessengerError> {
        let messages = decrypted.into_messages();
        let wrapped = match messages.data_sync {
            None => messages.wrapped,
            Some(payload) => {
                let device = way.installation.as_ref();
                self.handle_sync(turn, account, &way.signer, device, payload)?
            }
        };
        for wrapped in wrapped {
            self.take(turn, way, wrapped)?;
        }
        Ok(())
    }

    /// Takes a message: reads it, looks where it belongs, and whether it came before.
    fn take(
        &mut self,
        turn: &mut Turn<'_>,
        way: &Way<'_>,
        wrapped: Bytes,
    ) -> Result<(), MessengerError> {
        if wrapped.is_empty() {
            self.refuse(&Refusal::Empty);
            return Ok(());
        }
        let read = Received::decode(wrapped, Some(&way.signer));
        let received = match read {
            Ok(received) => received,
            Err(error) => {
                self.refuse(&error.into());
                return Ok(());
            }
        };
        let id = received.id();
        if seen::is_known(turn.transaction, &id)? {
            self.refuse(&Refusal::Duplicate);
            return Ok(());
        }
        let author = received.author().copied().unwrap_or(way.signer);
        if author != way.signer && contacts::is_blocked(turn.transaction, &author)? {
            self.refuse(&Refusal::Blocked);
            return Ok(());
        }
        let placed = match self.place(way, &received) {
            Ok(placed) => placed,
            Err(refusal) => {
                if let Refusal::Misplaced(reason) = &refusal {
                    self.report(MessengerEvent::Conflict {
                        message: id,
                        reason: reason.to_string(),
                    });
                }
                self.refuse(&refusal);
                return Ok(());
            }
        };
        let said = match received.validate(way.envelope_ms, turn.now_ms) {
            Ok(said) => said,
            Err(error) => {
                self.refuse(&error.into());
                return Ok(());
            }
        };
        seen::remember(turn.transaction, &id)?;
        self.counters.messages_in += 1;
        let arrived = Arrived {
            received,
            said,
            author,
            transport_signer: way.signer,
            installation: way.installation.clone(),
            channel: way.channel.clone(),
            envelope: way.envelope,
            envelope_ms: way.envelope_ms,
            placed,
        };
        self.handle_said(turn, &arrived)
    }

    fn place(&self, way: &Way<'_>, received: &Received) -> Result<Option<Placed>, Refusal> {
        let transport = Person::from(way.signer);
        let author = received.author().map(|author| Person::from(*author));
        let receiver = self.account.as_ref().map(|account| account.person());
        let arrival = Arrival {
            // Without an account nothing is one's own: no message is by who has no key.
            receiver: receiver.unwrap_or(&self.nobody),
            author: author.as_ref(),
            transport: &transport,
            channel: match way.channel {
                Channel::Public(name) => Through::Public(name),
                _ => Through::Private,
            },
        };
        Ok(arrival.place_received(received)?)
    }

    /// Says that a message cannot be read, and does what may help.
    fn answer(
        &mut self,
        turn: &mut Turn<'_>,
        account: &Account,
        from: &PublicKey,
        reason: Unreadable,
        recovery: Option<Recovery>,
    ) -> Result<(), MessengerError> {
        self.refuse(&Refusal::Unreadable(reason.clone()));
        // One's own messages to others come back through the topics that are shared with them.
        if from == account.public() {
            return Ok(());
        }
        self.report(MessengerEvent::Unreadable {
            person: *from,
            reason,
        });
        let Some(recovery) = recovery else {
            return Ok(());
        };
        if !self.answers.admit(turn.now_ms) {
            self.counters.answers_withheld += 1;
            return Ok(());
        }
        let now_ns = turn.now_ns();
        let mut store = SqliteStore::new(turn.transaction);
        let endpoint = account.endpoint();
        let answer = endpoint.answer(&mut store, from, recovery, now_ns, &mut turn.rng)?;
        if let Some(answer) = answer
            && self.outbox.check_room(1).is_ok()
            && let Some(route) = self
                .routes
                .of(turn.transaction, &Channel::Partitioned(*from))?
        {
            self.counters.answers += 1;
            let until = turn.now_ms.saturating_add(ANSWER_FOR_MS);
            let kind = Kind::Answer;
            self.outbox
                .put(turn.transaction, kind, until, route, answer, Vec::new())?;
        }
        Ok(())
    }

    /// Counts something that is refused.
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        self.counters.refuse(refusal.name());
    }
}

/// Whether a message of one's own identity is this installation's, which hears itself.
fn is_echo(account: &Account, payload: &Bytes) -> bool {
    let own = account.installation().as_str();
    ProtocolMessage::decode(payload.clone())
        .is_ok_and(|decoded| decoded.message().installation_id == own)
}

/// Whether a message in which conversational security found nothing to read is keys and nothing else. A
/// message of another layer may look like one that says nothing.
fn is_bundle(payload: &Bytes) -> bool {
    ProtocolMessage::decode(payload.clone())
        .is_ok_and(|decoded| !decoded.message().bundles.is_empty())
}
