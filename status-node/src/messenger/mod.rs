//! The messenger: what people do in chats, over the layers, with all that it must remember in one
//! database.
//!
//! It has no clock, no socket and no thread. Each call is given a [`Turn`]: a transaction of the
//! database, the time and randomness. What must go out is an [`Outbound`], which whoever drives the
//! messenger seals and posts once the transaction is committed, and reports on with a
//! [`TransportReport`].
//!
//! | file | what it does |
//! |---|---|
//! | `commands`, `outgoing` | what the user says, signed once, on its way to everybody it is for |
//! | `data_sync` | repeats private messages until each device acknowledged |
//! | `outbox` | keeps the others until a first peer has them |
//! | `inbox`, `seen` | what came, layer by layer, and once |
//! | `said` | what it means |
//! | `ledger`, `transport` | what became of one's own messages |
//! | `foresee` | what a message would leave as, without sending it |
//! | `subscriptions`, `routes`, `people` | what is listened to |
//! | `contact_code` | one's own keys, for others to find |
//! | `chats`, `messages`, `others`, `order`, `reading` | what the user sees, and in which order |
//! | `contacts`, `groups`, `devices`, `pairing`, `trust` | whom the user knows, and which devices the user has |
//! | `skew` | whether the clock is right |
//! | `examine` | what the account would make of foreign bytes, without taking them in |

mod account;
pub(crate) mod chats;
mod columns;
mod commands;
mod contact_code;
pub(crate) mod contacts;
mod counters;
mod data_sync;
pub(crate) mod devices;
mod error;
mod event;
mod examine;
mod foresee;
pub(crate) mod groups;
mod inbox;
mod ledger;
pub(crate) mod messages;
mod order;
pub(crate) mod others;
mod outbound;
mod outbox;
mod outgoing;
mod pairing;
mod people;
mod reading;
mod routes;
mod said;
#[cfg(test)]
mod scenarios;
mod seen;
mod settings;
mod skew;
mod subscriptions;
mod transport;
mod trust;
mod turn;

pub use chats::{ChatRecord, MAX_CHAT_NAME, MAX_CHATS, MAX_UNCHOSEN_CHATS};
pub use commands::Text;
pub use contacts::{
    ContactRecord, MAX_CONTACT_NAME, MAX_CONTACTS, MAX_PICTURE, MAX_STRANGERS, Profile,
};
pub use counters::Counters;
pub use devices::{Device, DeviceMetadata, MAX_DEVICE_NAME, MAX_DEVICES};
pub use error::MessengerError;
pub use event::{LedgerEntry, LedgerState, MessengerEvent};
pub use examine::Examination;
pub use foresee::Foreseen;
pub use groups::Member;
pub use ledger::{MAX_ENTRIES, MAX_LEDGER, MAX_TRANSPORT_ENTRIES};
pub use messages::{Inserted, MAX_PAGE, MAX_PAGE_BYTES, StoredMessage};
pub use order::ClockFault;
pub use others::{MAX_OTHER, MAX_OTHERS};
pub use outbound::{Outbound, OutboundId, SubscriptionChange, TransportReport};
pub use outbox::MAX_OUTBOX;
pub use pairing::PairingNews;
pub use people::MAX_PEOPLE;
pub use routes::MAX_ROUTES;
pub(crate) use said::Declined;
pub use seen::MAX_SEEN;
pub use settings::Settings;
pub use skew::{REPORTED_FROM_MS, SkewEstimate};
pub use subscriptions::{MAX_MEMBERS_HEARD, MAX_OTHERS_HEARD, MAX_STRANGERS_HEARD};
pub use transport::MAX_ENVELOPES;
pub use turn::Turn;

use crate::account::Identity;
use account::Account;
use data_sync::DataSync;
use groups::GroupCache;
use inbox::{Answers, Arrived};
use outbox::Outbox;
use people::People;
use routes::Routes;
use secp256k1::{PublicKey, SecretKey};
use skew::Skew;
use status_conversational_security::InstallationId;
use status_payload::Person;
use std::collections::VecDeque;
use std::sync::Arc;
use subscriptions::Subscriptions;

/// The tables of the messenger.
pub(crate) const SCHEMA: [&str; 13] = [
    chats::SCHEMA,
    messages::SCHEMA,
    others::SCHEMA,
    contacts::SCHEMA,
    groups::SCHEMA,
    devices::SCHEMA,
    seen::SCHEMA,
    people::SCHEMA,
    routes::SCHEMA,
    ledger::SCHEMA,
    outbox::SCHEMA,
    transport::SCHEMA,
    data_sync::SCHEMA,
];

/// The messenger of one account on one device, or of a node without an account, which hears public chats
/// and says nothing.
///
/// A turn is one transaction with any number of calls:
///
/// 1. [`load`](Self::load), once;
/// 2. commands ([`send_text`](Self::send_text), [`join`](Self::join) and so on), and
///    [`handle_envelope`](Self::handle_envelope), [`handle_transport`](Self::handle_transport),
///    [`handle_timeout`](Self::handle_timeout) when the time of [`poll_timeout`](Self::poll_timeout)
///    has come;
/// 3. [`finish`](Self::finish), as the last call of the turn, which makes what goes out;
/// 4. commit;
/// 5. then [`poll_subscription`](Self::poll_subscription), [`poll_outbound`](Self::poll_outbound) and
///    [`poll_event`](Self::poll_event) until there is nothing more.
///
/// An error that [spoils](MessengerError::spoils) the turn, or a commit that fails, leaves the messenger
/// ahead of the database: roll back, drop it with all it has not given out, and load another. Nothing is
/// lost by that but what was in the turn.
#[derive(Debug)]
pub struct Messenger {
    account: Option<Arc<Account>>,
    settings: Settings,
    /// Nobody's key, which stands for the receiver where there is no account.
    nobody: Person,
    /// With an account only.
    sync: Option<DataSync>,
    people: People,
    routes: Routes,
    subscriptions: Subscriptions,
    outbox: Outbox,
    /// When the contact code is published next, in ms.
    contact_code_ms: Option<u64>,
    answers: Answers,
    events: VecDeque<MessengerEvent>,
    counters: Counters,
    groups: GroupCache,
    skew: Skew,
    noted: trust::Noted,
    /// A Noise pairing on its way, or the last one.
    pairing: Option<pairing::Session>,
}

impl Messenger {
    /// A messenger that goes on where the database left off, for the account `identity`. What waited to
    /// be sent goes out again, and everything that is listened to is reported as a change.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn load(
        turn: &mut Turn<'_>,
        identity: Option<&Identity>,
        settings: Settings,
    ) -> Result<Self, MessengerError> {
        let account = identity
            .map(|identity| Account::load(turn, identity, settings.security).map(Arc::new))
            .transpose()?;
        Self::with_account(turn, account, settings)
    }

    fn with_account(
        turn: &mut Turn<'_>,
        account: Option<Arc<Account>>,
        settings: Settings,
    ) -> Result<Self, MessengerError> {
        let sync = account
            .as_ref()
            .map(|_| DataSync::load(turn, settings.sync.clone()))
            .transpose()?;
        let contact_code_ms = account
            .as_ref()
            .map(|_| turn.now_ms.saturating_add(settings.contact_code_after_ms));
        let mut messenger = Self {
            account,
            settings,
            nobody: Person::from(nobody(turn)),
            sync,
            people: People::load(turn.transaction)?,
            routes: Routes::default(),
            subscriptions: Subscriptions::default(),
            outbox: Outbox::load(turn.transaction)?,
            contact_code_ms,
            answers: Answers::default(),
            events: VecDeque::new(),
            counters: Counters::default(),
            groups: GroupCache::default(),
            skew: Skew::default(),
            noted: trust::Noted::default(),
            pairing: None,
        };
        messenger.interests_changed();
        messenger.finish(turn)?;
        Ok(messenger)
    }

    /// Does what has become due: sends again what nobody acknowledged, gives up what has passed its
    /// deadline, publishes the contact code. It may be called at any time.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn handle_timeout(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        self.sync_timeout(turn)?;
        self.expire_outbox(turn)?;
        self.publish_contact_code(turn)?;
        self.pairing_timeout(turn)
    }

    /// Ends a turn: what was said and what must be acknowledged in it is encrypted, as few messages as
    /// that takes, and what is listened to follows chats, contacts and groups.
    ///
    /// # Errors
    ///
    /// If the database fails.
    pub fn finish(&mut self, turn: &mut Turn<'_>) -> Result<(), MessengerError> {
        self.refresh_subscriptions(turn)?;
        self.flush_sync(turn)?;
        self.outbox.refill(turn.transaction)?;
        // What went to somebody for the first time may be answered on the topic of the two.
        self.refresh_subscriptions(turn)
    }
}

// What must go out, be reported, or be woken for, after the commit.
impl Messenger {
    /// The next payload to be sealed and posted.
    pub fn poll_outbound(&mut self) -> Option<Outbound> {
        let outbound = self.outbox.poll()?;
        self.counters.outbounds += 1;
        self.counters.bytes_out += outbound.payload.len() as u64;
        Some(outbound)
    }

    /// The next change of what is listened to. Apply changes before the payloads of the same turn are
    /// posted, so that no answer to them is missed.
    pub fn poll_subscription(&mut self) -> Option<SubscriptionChange> {
        self.subscriptions.poll()
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<MessengerEvent> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), in ms since 1970; never if none. The time
    /// may be past.
    pub fn poll_timeout(&self) -> Option<u64> {
        let sync = self.sync.as_ref().and_then(DataSync::poll_timeout);
        let pairing = self.pairing_due_ms();
        let behind = self.subscriptions.is_behind().then_some(0);
        [
            behind,
            sync,
            self.outbox.deadline_ms(),
            self.contact_code_ms,
            pairing,
        ]
        .into_iter()
        .flatten()
        .min()
    }
}

// Getters.
impl Messenger {
    /// The account's public key, if there is an account.
    pub fn identity(&self) -> Option<&PublicKey> {
        Some(self.account.as_ref()?.public())
    }

    /// This installation, if there is an account.
    pub fn installation(&self) -> Option<&InstallationId> {
        Some(self.account.as_ref()?.installation())
    }

    /// The settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// What went through since it was loaded.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What went through data sync since it was loaded, if there is an account.
    pub fn sync_counters(&self) -> Option<&status_mvds::Counters> {
        self.sync.as_ref().map(DataSync::counters)
    }

    /// Whether something that is listened to has no topic yet: the next [`finish`](Self::finish) derives
    /// more of them.
    pub fn is_behind(&self) -> bool {
        self.subscriptions.is_behind()
    }

    /// The account, for what cannot be done without one.
    fn account(&self) -> Result<Arc<Account>, MessengerError> {
        self.account.clone().ok_or(MessengerError::NoIdentity)
    }

    /// Whether somebody is the account.
    fn is_me(&self, person: &PublicKey) -> bool {
        self.identity() == Some(person)
    }

    /// Goes on where something could not be sent that nobody asked for: it is counted, and the user can
    /// ask for it.
    fn forgive<T>(&mut self, result: Result<T, MessengerError>) -> Result<(), MessengerError> {
        match result {
            Err(error) if error.spoils() => Err(error),
            Err(error) => {
                tracing::warn!(%error, "not sent");
                self.counters.refuse("not_sent");
                Ok(())
            }
            Ok(_) => Ok(()),
        }
    }

    /// Reports an event, once the turn is committed.
    fn report(&mut self, event: MessengerEvent) {
        self.events.push_back(event);
    }
}

/// A key whose private half is forgotten at once, so that it is nobody's.
fn nobody(turn: &mut Turn<'_>) -> PublicKey {
    loop {
        let mut bytes = [0; 32];
        turn.rng.fill_bytes(&mut bytes);
        // All but one in 2^127 are keys.
        if let Ok(mut key) = SecretKey::from_byte_array(bytes) {
            let public = crate::account::public_key(&key);
            key.non_secure_erase();
            return public;
        }
    }
}

/// The start of a text, `max` bytes at most, that ends between two characters.
fn cut(text: &str, max: usize) -> &str {
    let end = (0..=max.min(text.len())).rev();
    let mut ends = end.filter(|end| text.is_char_boundary(*end));
    ends.next()
        .and_then(|end| text.get(..end))
        .unwrap_or_default()
}
