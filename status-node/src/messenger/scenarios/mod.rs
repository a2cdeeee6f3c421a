//! Several messengers on virtual time, over a line that loses and reorders: what people do with contacts,
//! groups and devices. Payloads pass without envelopes, to whoever listens to their topic with their key.

mod contacts;
mod devices;
mod examine;
mod groups;
mod pairing;
mod strangers;
mod texts;

use super::columns::tests::{person, secret};
use super::{
    Messenger, MessengerError, MessengerEvent, Settings, SubscriptionChange, TransportReport, Turn,
};
use crate::account::Identity;
use crate::coupling::{Channel, EnvelopeKey, Route};
use crate::pipeline::Incoming;
use crate::{Chat, Message};
use bytes::Bytes;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rusqlite::Connection;
use secp256k1::PublicKey;
use status_devp2p::NodeId;
use status_whisper::Hash;

/// When everything begins, in ms since 1970.
pub(super) const START: u64 = 1_590_000_000_000;

/// A device of somebody.
pub(super) struct Device {
    pub(super) person: PublicKey,
    connection: Connection,
    messenger: Messenger,
    rng: StdRng,
    filters: Vec<(Channel, Route)>,
    pub(super) events: Vec<MessengerEvent>,
    /// Nobody hears it, and it hears nobody.
    pub(super) offline: bool,
}

/// A payload on its way.
struct Flying {
    from: PublicKey,
    route: Route,
    payload: Bytes,
    envelope: Hash,
}

/// Devices, and the line between them.
pub(super) struct Net {
    pub(super) devices: Vec<Device>,
    pub(super) now_ms: u64,
    flying: Vec<Flying>,
    envelopes: u64,
    /// Of a hundred payloads, how many each device misses.
    pub(super) loss: u32,
    rng: StdRng,
}

impl Net {
    /// One device for each byte, which is the secret key of its owner: the same twice is two devices of
    /// one person.
    pub(super) fn new(owners: &[u8]) -> Self {
        let mut net = Self {
            devices: Vec::new(),
            now_ms: START,
            flying: Vec::new(),
            envelopes: 0,
            loss: 0,
            rng: StdRng::seed_from_u64(7),
        };
        for owner in owners {
            net.add(Some(*owner));
        }
        net
    }

    /// Another device, of somebody or without an account. Its place.
    pub(super) fn add(&mut self, owner: Option<u8>) -> usize {
        let place = self.devices.len();
        let mut connection = super::columns::tests::database();
        let mut rng = StdRng::seed_from_u64(place as u64 + 1);
        let messenger = load(&mut connection, &mut rng, owner, self.now_ms);
        self.devices.push(Device {
            person: person(owner.unwrap_or(1)),
            connection,
            messenger,
            rng,
            filters: Vec::new(),
            events: Vec::new(),
            offline: false,
        });
        self.run(place, |_, _| Ok(())).unwrap();
        place
    }

    /// Puts another device in the place of one, with an account and a new database, which `prepare`
    /// writes first.
    pub(super) fn replace(&mut self, place: usize, owner: u8, prepare: impl FnOnce(&mut Turn<'_>)) {
        let mut connection = super::columns::tests::database();
        let device = &mut self.devices[place];
        let transaction = connection.transaction().unwrap();
        prepare(&mut Turn {
            transaction: &transaction,
            now_ms: self.now_ms,
            rng: &mut device.rng,
        });
        transaction.commit().unwrap();
        device.messenger = load(&mut connection, &mut device.rng, Some(owner), self.now_ms);
        device.connection = connection;
        device.filters.clear();
        self.run(place, |_, _| Ok(())).unwrap();
    }

    /// Runs a turn of a device, commits it, and sends what comes of it.
    pub(super) fn run<T>(
        &mut self,
        place: usize,
        work: impl FnOnce(&mut Messenger, &mut Turn<'_>) -> Result<T, MessengerError>,
    ) -> Result<T, MessengerError> {
        let device = &mut self.devices[place];
        let mut work = Some(work);
        let mut result = None;
        let mut reports = Vec::new();
        loop {
            let transaction = device.connection.transaction().unwrap();
            let mut turn = Turn {
                transaction: &transaction,
                now_ms: self.now_ms,
                rng: &mut device.rng,
            };
            if let Some(work) = work.take() {
                result = Some(work(&mut device.messenger, &mut turn));
            }
            for report in reports.drain(..) {
                device
                    .messenger
                    .handle_transport(&mut turn, report)
                    .unwrap();
            }
            device.messenger.finish(&mut turn).unwrap();
            transaction.commit().unwrap();
            while let Some(change) = device.messenger.poll_subscription() {
                match change {
                    SubscriptionChange::Install { channel, route } => {
                        device.filters.push((channel, route));
                    }
                    SubscriptionChange::Remove { channel } => {
                        device.filters.retain(|(known, _)| *known != channel);
                    }
                }
            }
            while let Some(event) = device.messenger.poll_event() {
                device.events.push(event);
            }
            while let Some(outbound) = device.messenger.poll_outbound() {
                self.envelopes += 1;
                let mut hash = [0; 32];
                hash[..8].copy_from_slice(&self.envelopes.to_be_bytes());
                let envelope = Hash(hash);
                reports.push(TransportReport::Sealed {
                    outbound: outbound.id,
                    envelope,
                });
                reports.push(TransportReport::Handed {
                    envelope,
                    peer: NodeId::from(&person(99)),
                });
                if !device.offline {
                    self.flying.push(Flying {
                        from: device.person,
                        route: outbound.route,
                        payload: outbound.payload,
                        envelope,
                    });
                }
            }
            if reports.is_empty() {
                return result.unwrap();
            }
        }
    }

    /// Delivers what flies, in any order, with what that leads to, until nothing flies.
    pub(super) fn deliver(&mut self) {
        while !self.flying.is_empty() {
            let mut flying = std::mem::take(&mut self.flying);
            flying.shuffle(&mut self.rng);
            self.now_ms += 100;
            for payload in flying {
                for place in 0..self.devices.len() {
                    if self.rng.random_range(0..100) < self.loss {
                        continue;
                    }
                    self.receive(place, &payload);
                }
            }
        }
    }

    fn receive(&mut self, place: usize, flying: &Flying) {
        let device = &self.devices[place];
        let own = device.person;
        let opens = |(_, route): &&(Channel, Route)| {
            route.topic == flying.route.topic
                && match (&route.key, &flying.route.key) {
                    (EnvelopeKey::Person(_), EnvelopeKey::Person(person)) => *person == own,
                    (filter, key) => filter == key,
                }
        };
        let Some((channel, _)) = device
            .filters
            .iter()
            .find(opens)
            .filter(|_| !device.offline)
        else {
            return;
        };
        let channel = channel.clone();
        let sent_ms = self.now_ms / 1_000 * 1_000;
        let incoming = Incoming::new(
            flying.payload.clone(),
            flying.from,
            sent_ms,
            flying.envelope,
        );
        self.run(place, |messenger, turn| {
            messenger.handle_envelope(turn, &channel, incoming)
        })
        .unwrap();
    }

    /// Lets time pass until everything that is owed has come, or an hour is over.
    pub(super) fn settle(&mut self) {
        let end = self.now_ms + 3_600_000;
        loop {
            self.deliver();
            let due = |device: &Device| device.messenger.poll_timeout();
            let due = self.devices.iter().filter_map(due).min();
            match due {
                Some(due) if due < end => self.now_ms = self.now_ms.max(due) + 1,
                _ => break,
            }
            for place in 0..self.devices.len() {
                let now_ms = self.now_ms;
                let is_due = self.devices[place].messenger.poll_timeout();
                if is_due.is_some_and(|due| due <= now_ms) {
                    self.run(place, |messenger, turn| messenger.handle_timeout(turn))
                        .unwrap();
                }
            }
        }
    }

    /// A command that must not fail, and what it leads to.
    pub(super) fn command<T>(
        &mut self,
        place: usize,
        work: impl FnOnce(&mut Messenger, &mut Turn<'_>) -> Result<T, MessengerError>,
    ) -> T {
        self.now_ms += 1_000;
        let result = self.run(place, work).unwrap();
        self.deliver();
        result
    }

    /// What a device says of itself.
    pub(super) fn ask<T>(
        &mut self,
        place: usize,
        work: impl FnOnce(&Messenger, &Turn<'_>) -> Result<T, MessengerError>,
    ) -> T {
        self.run(place, |messenger, turn| work(messenger, turn))
            .unwrap()
    }

    /// The texts of a chat on a device, in its order.
    pub(super) fn texts(&mut self, place: usize, chat: &Chat) -> Vec<String> {
        let page = self.page(place, chat);
        page.into_iter().map(|message| message.text).collect()
    }

    pub(super) fn page(&mut self, place: usize, chat: &Chat) -> Vec<Message> {
        let stored = self.run(place, |_, turn| {
            Ok(super::messages::page(turn.transaction, chat, None, 1_000)?)
        });
        stored.unwrap().into_iter().map(|one| one.message).collect()
    }

    pub(super) fn person(&self, place: usize) -> PublicKey {
        self.devices[place].person
    }

    /// How often something was declined on a device for the reason of this name.
    pub(super) fn refused(&self, place: usize, reason: &str) -> u64 {
        self.devices[place].messenger.counters().refused(reason)
    }
}

fn load(
    connection: &mut Connection,
    rng: &mut StdRng,
    owner: Option<u8>,
    now_ms: u64,
) -> Messenger {
    let transaction = connection.transaction().unwrap();
    let mut turn = Turn {
        transaction: &transaction,
        now_ms,
        rng,
    };
    let identity = owner.map(|owner| Identity::from_secret_key(secret(owner)));
    let messenger = Messenger::load(&mut turn, identity.as_ref(), Settings::default()).unwrap();
    transaction.commit().unwrap();
    messenger
}
