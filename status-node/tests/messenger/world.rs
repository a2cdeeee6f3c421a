//! People with messengers, and a network between them that loses, doubles and delays envelopes, on
//! virtual time; and crashes at any step, after which a messenger goes on from its database.
//!
//! A turn is what whoever drives a messenger makes of it: a transaction, the calls, the commit, and then
//! what goes out. Envelopes are real, but for their proof of work.

use crate::posted::Posted;
use rand::{RngExt, SeedableRng, rngs::StdRng};
use secp256k1::{PublicKey, SecretKey};
use status_devp2p::NodeId as Peer;
use status_node::Chat;
use status_node::account::Identity;
use status_node::coupling::{Channel, Route};
use status_node::messenger::{
    LedgerState, Messenger, MessengerError, MessengerEvent, Outbound, OutboundId, Settings,
    SubscriptionChange, TransportReport, Turn,
};
use status_node::pipeline::{Incoming, encrypt_envelope};
use status_node::storage::Database;
use status_payload::MessageId;
use status_simulated_network::{Event, Link, Network, NodeId};
use status_whisper::{Envelope, Hash, Topic, open};
use std::collections::BTreeMap;
use std::sync::Arc;

/// When the world begins, in ms since 1970.
pub const START_MS: u64 = 1_590_000_000_000;

/// How long an envelope lives, in ms.
const LIFE_MS: u64 = 15_000;

/// The peer to whom everybody hands their envelopes.
pub const RELAY: Peer = Peer([7; 64]);

/// Somebody's device.
pub struct Party {
    node: NodeId,
    pub identity: Identity,
    database: Database,
    settings: Settings,
    messenger: Option<Messenger>,
    listening: BTreeMap<[u8; 32], (Channel, Route)>,
    /// Everything that was reported, in this life or an earlier one.
    pub events: Vec<MessengerEvent>,
    /// The topics of all envelopes that were posted.
    pub posted: Vec<Topic>,
    /// The same as those see them who pass them on.
    pub seen: Vec<Posted>,
    /// When envelopes of others came in that opened, and their topics.
    pub heard: Vec<(u64, Topic)>,
    rng: StdRng,
    is_online: bool,
    has_account: bool,
    /// Envelopes that no peer took, and when they expire.
    unposted: Vec<(u64, Hash)>,
    pub crashes: usize,
}

/// Whether an envelope reaches somebody.
type Censor = Box<dyn FnMut(usize, &Envelope) -> bool>;

pub struct World {
    network: Network<Arc<Envelope>>,
    pub parties: Vec<Party>,
    /// How likely a crash is at each of the steps at which one can happen.
    pub crash: f64,
    /// Who is spared.
    pub spared: Option<usize>,
    rng: StdRng,
    /// Sees each envelope before it is delivered, and says whether it is.
    pub censor: Censor,
}

/// What a turn gave out.
struct Output {
    outbounds: Vec<Outbound>,
}

impl World {
    pub fn new(seed: u64, link: Link) -> Self {
        Self {
            network: Network::new(seed, link),
            parties: Vec::new(),
            crash: 0.0,
            spared: None,
            rng: StdRng::seed_from_u64(seed),
            censor: Box::new(|_, _| true),
        }
    }

    /// A world in which each envelope takes 50 ms.
    pub fn quiet() -> Self {
        let link = Link {
            delay_ms: 50..=50,
            ..Link::PERFECT
        };
        Self::new(1, link)
    }

    /// A world in which a third of all envelopes is lost, and the rest late, doubled or out of order.
    pub fn rough(seed: u64) -> Self {
        let link = Link {
            loss: 0.33,
            delay_ms: 20..=2_000,
            duplication: 0.2,
            reordering: 0.5,
        };
        Self::new(seed, link)
    }

    pub fn now_ms(&self) -> u64 {
        START_MS + self.network.now()
    }

    /// Somebody's device: the same number is the same person.
    pub fn add(&mut self, person: u8) -> usize {
        self.add_with(Some(person), Settings::default())
    }

    pub fn add_with(&mut self, person: Option<u8>, settings: Settings) -> usize {
        let who = self.parties.len();
        self.parties.push(Party {
            node: self.network.add_node(),
            identity: Identity::from_secret_key(secret(person.unwrap_or(99))),
            database: Database::in_memory().unwrap(),
            settings,
            messenger: None,
            listening: BTreeMap::new(),
            events: Vec::new(),
            posted: Vec::new(),
            seen: Vec::new(),
            heard: Vec::new(),
            rng: StdRng::seed_from_u64(who as u64),
            is_online: true,
            has_account: person.is_some(),
            unposted: Vec::new(),
            crashes: 0,
        });
        self.load(who);
        who
    }

    /// Loads a messenger from the database, as after a crash or a restart.
    pub fn load(&mut self, who: usize) {
        let now_ms = self.now_ms();
        let party = &mut self.parties[who];
        party.messenger = None;
        party.listening.clear();
        let transaction = party.database.transaction().unwrap();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms,
            rng: &mut party.rng,
        };
        let identity = party.has_account.then_some(&party.identity);
        let messenger = Messenger::load(&mut turn, identity, party.settings.clone()).unwrap();
        transaction.commit().unwrap();
        party.messenger = Some(messenger);
        let output = self.drain(who);
        self.post(who, output);
    }

    /// Everything is lost: the device begins with an empty database.
    pub fn lose_state(&mut self, who: usize) {
        self.parties[who].database = Database::in_memory().unwrap();
        self.load(who);
    }

    pub fn set_online(&mut self, who: usize, online: bool) {
        let party = &mut self.parties[who];
        party.is_online = online;
        match online {
            true => self.network.restart(party.node),
            false => self.network.crash(party.node),
        }
        self.set_alarm(who);
    }

    pub fn messenger(&self, who: usize) -> &Messenger {
        self.parties[who].messenger.as_ref().unwrap()
    }

    pub fn public(&self, who: usize) -> PublicKey {
        *self.parties[who].identity.profile().public_key()
    }

    pub fn chat(&self, who: usize) -> Chat {
        Chat::person(&self.public(who))
    }

    /// A turn with one call, and what follows from it. None if it ended in a crash before the commit.
    pub fn act<T>(
        &mut self,
        who: usize,
        call: impl FnOnce(&mut Messenger, &mut Turn<'_>) -> Result<T, MessengerError>,
    ) -> Option<T> {
        let (before, after) = (self.crashes_now(who), self.crashes_now(who));
        let now_ms = self.now_ms();
        let party = &mut self.parties[who];
        let messenger = party.messenger.as_mut().unwrap();
        let transaction = party.database.transaction().unwrap();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms,
            rng: &mut party.rng,
        };
        let result = call(messenger, &mut turn).unwrap();
        messenger.finish(&mut turn).unwrap();
        if before {
            drop(transaction);
            self.restart(who);
            return None;
        }
        transaction.commit().unwrap();
        if after {
            self.restart(who);
            return Some(result);
        }
        let output = self.drain(who);
        self.post(who, output);
        Some(result)
    }

    /// A turn of which nothing remains, to look at what is stored.
    pub fn look<T>(
        &mut self,
        who: usize,
        call: impl FnOnce(&Messenger, &Turn<'_>) -> Result<T, MessengerError>,
    ) -> T {
        let now_ms = self.now_ms();
        let party = &mut self.parties[who];
        let transaction = party.database.transaction().unwrap();
        let turn = Turn {
            transaction: &transaction,
            now_ms,
            rng: &mut party.rng,
        };
        call(party.messenger.as_ref().unwrap(), &turn).unwrap()
    }

    /// Writes, again and again if crashes undo it.
    pub fn write(&mut self, who: usize, chat: &Chat, text: &str) -> MessageId {
        loop {
            let sent = self.act(who, |messenger, turn| messenger.send_text(turn, chat, text));
            if let Some(stored) = sent {
                return stored.message.id;
            }
        }
    }

    fn crashes_now(&mut self, who: usize) -> bool {
        self.crash > 0.0 && self.spared != Some(who) && self.rng.random_bool(self.crash)
    }

    fn restart(&mut self, who: usize) {
        self.parties[who].crashes += 1;
        self.load(who);
    }

    /// What a messenger gives out after a commit. Changes of what is listened to come first.
    fn drain(&mut self, who: usize) -> Output {
        let party = &mut self.parties[who];
        let messenger = party.messenger.as_mut().unwrap();
        while let Some(change) = messenger.poll_subscription() {
            match change {
                SubscriptionChange::Install { channel, route } => {
                    let before = party.listening.insert(channel.digest(), (channel, route));
                    assert!(before.is_none(), "installed twice");
                }
                SubscriptionChange::Remove { channel } => {
                    assert!(party.listening.remove(&channel.digest()).is_some());
                }
            }
        }
        let outbounds = std::iter::from_fn(|| messenger.poll_outbound()).collect();
        party
            .events
            .extend(std::iter::from_fn(|| messenger.poll_event()));
        Output { outbounds }
    }

    /// Seals and posts, and reports on it, which may make more to post.
    fn post(&mut self, who: usize, mut output: Output) {
        while !output.outbounds.is_empty() {
            let mut reports = Vec::new();
            for outbound in output.outbounds {
                if self.crashes_now(who) {
                    return self.restart(who);
                }
                let OutboundId(_) = outbound.id;
                let envelope = self.seal(who, &outbound);
                let hash = envelope.hash();
                reports.push(TransportReport::Sealed {
                    outbound: outbound.id,
                    envelope: hash,
                });
                let listening = self.parties[who].listening.values();
                let posted = Posted::new(self.now_ms(), listening, &outbound, &envelope);
                let expires_ms = self.now_ms() + LIFE_MS;
                let party = &mut self.parties[who];
                if !party.is_online {
                    party.unposted.push((expires_ms, hash));
                    continue;
                }
                party.posted.push(envelope.topic());
                party.seen.push(posted);
                for report in [
                    TransportReport::Handed {
                        envelope: hash,
                        peer: RELAY,
                    },
                    TransportReport::Confirmed {
                        envelope: hash,
                        peer: RELAY,
                    },
                ] {
                    reports.push(report);
                }
                let (from, envelope) = (party.node, Arc::new(envelope));
                for to in 0..self.parties.len() {
                    if to != who && (self.censor)(to, &envelope) {
                        let to = self.parties[to].node;
                        self.network.send(from, to, Arc::clone(&envelope));
                    }
                }
            }
            output = match self.report(who, reports) {
                Some(output) => output,
                None => return,
            };
        }
        self.set_alarm(who);
    }

    fn report(&mut self, who: usize, reports: Vec<TransportReport>) -> Option<Output> {
        let crash = self.crashes_now(who);
        let now_ms = self.now_ms();
        let party = &mut self.parties[who];
        let messenger = party.messenger.as_mut().unwrap();
        let transaction = party.database.transaction().unwrap();
        let mut turn = Turn {
            transaction: &transaction,
            now_ms,
            rng: &mut party.rng,
        };
        for report in reports {
            messenger.handle_transport(&mut turn, report).unwrap();
        }
        messenger.finish(&mut turn).unwrap();
        if crash {
            drop(transaction);
            self.restart(who);
            return None;
        }
        transaction.commit().unwrap();
        Some(self.drain(who))
    }

    fn seal(&mut self, who: usize, outbound: &Outbound) -> Envelope {
        let now_ms = self.now_ms();
        let party = &mut self.parties[who];
        let author = party.identity.chat_key();
        let (payload, route) = (&outbound.payload, &outbound.route);
        let unsealed = encrypt_envelope(payload, author, route, now_ms, &mut party.rng);
        unsealed.unwrap().with_nonce(0)
    }

    /// What a device hears: the first of its channels that opens an envelope.
    pub fn deliver(&mut self, who: usize, envelope: &Envelope) {
        let party = &self.parties[who];
        let own = party.has_account.then(|| *party.identity.chat_key());
        let opened = party.listening.values().find_map(|(channel, route)| {
            if route.topic != envelope.topic() {
                return None;
            }
            let key = route.key.opening(own.as_ref())?;
            Some((channel.clone(), open(envelope, &key).ok()?))
        });
        let Some((channel, opened)) = opened else {
            return;
        };
        let Ok(incoming) = Incoming::unwrap(envelope, &opened) else {
            return;
        };
        let heard = (self.now_ms(), envelope.topic());
        self.parties[who].heard.push(heard);
        self.act(who, |messenger, turn| {
            messenger.handle_envelope(turn, &channel, incoming)
        });
    }

    fn set_alarm(&mut self, who: usize) {
        let party = &self.parties[who];
        let due = party.messenger.as_ref().and_then(Messenger::poll_timeout);
        let expiry = party.unposted.iter().map(|(at, _)| *at).min();
        let at = [due, expiry].into_iter().flatten().min();
        let at = at.map(|at| at.saturating_sub(START_MS));
        self.network.set_alarm(party.node, at);
    }

    fn wake(&mut self, who: usize) {
        let now_ms = self.now_ms();
        let party = &mut self.parties[who];
        let (over, young): (Vec<_>, Vec<_>) =
            party.unposted.drain(..).partition(|(at, _)| *at <= now_ms);
        party.unposted = young;
        self.act(who, |messenger, turn| {
            for (_, envelope) in over {
                messenger.handle_transport(turn, TransportReport::Expired { envelope })?;
            }
            messenger.handle_timeout(turn)
        });
        self.set_alarm(who);
    }

    /// Lets the world go on for some time.
    pub fn run(&mut self, ms: u64) {
        let end = self.network.now() + ms;
        while let Some(event) = self.network.next_event_until(end) {
            match event {
                Event::Packet { to, message, .. } => {
                    let who = to.0 as usize;
                    self.deliver(who, &message);
                    self.set_alarm(who);
                }
                Event::Alarm { node } => self.wake(node.0 as usize),
                Event::Planned { .. } => {}
            }
        }
    }

    /// The texts that were shown, as the application was told.
    pub fn shown(&self, who: usize) -> Vec<String> {
        let messages = self.parties[who]
            .events
            .iter()
            .filter_map(|event| match event {
                MessengerEvent::Message(message) => Some(message.text.clone()),
                _ => None,
            });
        messages.collect()
    }

    /// The texts of others that are stored, in their order.
    pub fn stored(&mut self, who: usize) -> Vec<String> {
        self.look(who, |_, turn| {
            let mut statement = turn
                .transaction
                .prepare("SELECT text FROM node_message WHERE outgoing = 0 ORDER BY clock, id")?;
            let rows = statement.query_map([], |row| row.get(0))?;
            Ok(rows.collect::<Result<_, _>>()?)
        })
    }

    /// The states of a message, without the times.
    pub fn states(&mut self, who: usize, message: &MessageId) -> Vec<LedgerState> {
        let entries = self.look(who, |messenger, turn| messenger.ledger(turn, message));
        entries.into_iter().map(|entry| entry.state).collect()
    }

    /// How many devices had not acknowledged when the last one did; none if none did.
    pub fn remaining(&mut self, who: usize, message: &MessageId) -> Option<usize> {
        let states = self.states(who, message);
        states.iter().rev().find_map(|state| match state {
            LedgerState::Acknowledged { remaining, .. } => Some(*remaining),
            _ => None,
        })
    }

    /// What a device listens to.
    pub fn listening(&self, who: usize) -> Vec<Channel> {
        let party = &self.parties[who];
        party
            .listening
            .values()
            .map(|(channel, _)| channel.clone())
            .collect()
    }

    /// Two people who have written to each other, so that there are sessions.
    pub fn acquaint(&mut self, a: usize, b: usize) {
        let (to_a, to_b) = (self.chat(a), self.chat(b));
        self.write(a, &to_b, "hello");
        self.run(10_000);
        self.write(b, &to_a, "hello too");
        self.run(10_000);
    }
}

pub fn secret(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}
