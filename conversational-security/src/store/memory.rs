//! The store in memory.

use super::{Installation, Peer, PreKeyRecord, Remedy, RemedyKind, STRANGERS_AT_ONCE, Store};
use crate::ratchet::{KeyWindow, MessageKey};
use crate::session::{Session, SessionId};
use crate::{CompressedKey, InstallationId, MessageId};
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::ops::RangeInclusive;

/// How many ids of messages can confirm one key; [`Store::link_message`] says why it is bounded.
pub(super) const MESSAGES_PER_KEY: usize = 4;

/// A [`Store`] in memory, which never fails. A clone is a snapshot: putting it back is what a
/// rollback of a database does.
#[derive(Debug, Clone, Default)]
pub struct MemoryStore {
    /// By identity and key.
    prekeys: HashMap<(CompressedKey, CompressedKey), PreKeyRecord>,
    /// Keys of an installation's prekeys in the order they were put.
    prekeys_of: HashMap<Device, Vec<CompressedKey>>,
    installations: HashMap<CompressedKey, BTreeMap<InstallationId, Installation>>,
    sessions: HashMap<SessionId, Entry>,
    /// Prekeys of the sessions with an installation in the order they were put.
    sessions_with: HashMap<Device, Vec<CompressedKey>>,
    /// The same, but of those that are not superseded.
    current: HashMap<Device, Vec<CompressedKey>>,
    /// Installations with which there is a session on a prekey.
    sessions_on: HashMap<CompressedKey, Vec<Device>>,
    messages: HashMap<MessageId, (SessionId, u64)>,
    peers: HashMap<CompressedKey, Peer>,
    remedies: HashMap<(CompressedKey, RemedyKind), Remedy>,
    /// By identity and key: when it was remembered, as a number, and who has spent it.
    spent: HashMap<(CompressedKey, CompressedKey), (u64, InstallationId)>,
    spent_order: BTreeMap<u64, (CompressedKey, CompressedKey)>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Device {
    identity: CompressedKey,
    installation: InstallationId,
}

#[derive(Debug, Clone)]
struct Entry {
    session: Session,
    /// Kept keys by their sequence, with the messages that confirm each.
    keys: BTreeMap<u64, (MessageKey, Vec<MessageId>)>,
    places: HashMap<(CompressedKey, u32), u64>,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    /// All prekeys, in no order.
    pub fn all_prekeys(&self) -> impl Iterator<Item = &PreKeyRecord> {
        self.prekeys.values()
    }

    /// All installations, in no order.
    pub fn all_installations(&self) -> impl Iterator<Item = &Installation> {
        self.installations.values().flat_map(BTreeMap::values)
    }

    /// All identities, in no order.
    pub fn all_peers(&self) -> impl Iterator<Item = &Peer> {
        self.peers.values()
    }

    /// All sessions, in no order.
    pub fn all_sessions(&self) -> impl Iterator<Item = (&SessionId, &Session)> {
        self.sessions.iter().map(|(id, entry)| (id, &entry.session))
    }

    /// All kept message keys, in no order.
    pub fn all_message_keys(&self) -> impl Iterator<Item = (&SessionId, &MessageKey)> {
        let keys = |(id, entry)| {
            let entry: &Entry = entry;
            entry.keys.values().map(move |(key, _)| (id, key))
        };
        self.sessions.iter().flat_map(keys)
    }

    fn forget_key(&mut self, session: &SessionId, sequence: u64) {
        let entry = self.sessions.get_mut(session);
        if let Some(entry) = entry
            && let Some((key, messages)) = entry.keys.remove(&sequence)
        {
            entry.leave_place(&key);
            for message in messages {
                self.messages.remove(&message);
            }
        }
    }
}

impl Entry {
    /// A key goes; its place stays if a later key of a peer that took up an old chain has it.
    fn leave_place(&mut self, key: &MessageKey) {
        let place = (key.ratchet_key, key.n);
        if self.places.get(&place) == Some(&key.sequence) {
            self.places.remove(&place);
        }
    }
}

impl Device {
    fn of(identity: &CompressedKey, installation: &InstallationId) -> Self {
        Self {
            identity: *identity,
            installation: installation.clone(),
        }
    }

    fn session(&self, prekey: CompressedKey) -> SessionId {
        SessionId {
            identity: self.identity,
            installation: self.installation.clone(),
            prekey,
        }
    }
}

impl From<&SessionId> for Device {
    fn from(id: &SessionId) -> Self {
        Self::of(&id.identity, &id.installation)
    }
}

fn without<T: PartialEq, K: Eq + std::hash::Hash>(map: &mut HashMap<K, Vec<T>>, key: &K, item: &T) {
    if let Some(list) = map.get_mut(key) {
        list.retain(|other| other != item);
        if list.is_empty() {
            map.remove(key);
        }
    }
}

impl Store for MemoryStore {
    type Error = Infallible;

    fn prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<PreKeyRecord>, Infallible> {
        Ok(self.prekeys.get(&(*identity, *key)).cloned())
    }

    fn prekeys(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Vec<PreKeyRecord>, Infallible> {
        let keys = self.prekeys_of.get(&Device::of(identity, installation));
        let keys = keys.into_iter().flatten();
        let mut records: Vec<_> = keys
            .filter_map(|key| self.prekeys.get(&(*identity, *key)).cloned())
            .collect();
        records.sort_by_key(|record| Reverse(record.version));
        Ok(records)
    }

    fn current_prekey(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<PreKeyRecord>, Infallible> {
        let keys = self.prekeys_of.get(&Device::of(identity, installation));
        let records = keys.into_iter().flatten();
        let records = records.filter_map(|key| self.prekeys.get(&(*identity, *key)));
        // The last of the highest in reverse order is the first put.
        let usable = records.filter(|record| !record.expired);
        Ok(usable.rev().max_by_key(|record| record.version).cloned())
    }

    fn put_prekey(&mut self, prekey: &PreKeyRecord) -> Result<(), Infallible> {
        let device = Device::of(&prekey.identity, &prekey.installation);
        let place = (prekey.identity, prekey.key);
        if self.prekeys.insert(place, prekey.clone()).is_none() {
            self.prekeys_of.entry(device).or_default().push(prekey.key);
        }
        Ok(())
    }

    fn expire_prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
        now_ns: i64,
    ) -> Result<(), Infallible> {
        let mut own = false;
        if let Some(record) = self.prekeys.get_mut(&(*identity, *key)) {
            record.expired = true;
            own = record.secret.is_some();
        }
        let devices = self.sessions_on.get(key).into_iter().flatten();
        for device in devices.filter(|device| own || device.identity == *identity) {
            if let Some(entry) = self.sessions.get_mut(&device.session(*key)) {
                entry.session.superseded_ns.get_or_insert(now_ns);
            }
            without(&mut self.current, device, key);
        }
        Ok(())
    }

    fn remove_prekey(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<(), Infallible> {
        if let Some(record) = self.prekeys.remove(&(*identity, *key)) {
            let device = Device::of(&record.identity, &record.installation);
            without(&mut self.prekeys_of, &device, key);
        }
        Ok(())
    }

    fn installations(&mut self, identity: &CompressedKey) -> Result<Vec<Installation>, Infallible> {
        let known = self.installations.get(identity).into_iter();
        let mut known: Vec<_> = known.flat_map(BTreeMap::values).cloned().collect();
        known.sort_by_key(|installation| Reverse(installation.timestamp_ns));
        Ok(known)
    }

    fn installation(
        &mut self,
        identity: &CompressedKey,
        id: &InstallationId,
    ) -> Result<Option<Installation>, Infallible> {
        let known = self.installations.get(identity);
        Ok(known.and_then(|known| known.get(id)).cloned())
    }

    fn put_installation(&mut self, installation: &Installation) -> Result<(), Infallible> {
        let known = self.installations.entry(installation.identity).or_default();
        known.insert(installation.id.clone(), installation.clone());
        Ok(())
    }

    fn remove_installation(
        &mut self,
        identity: &CompressedKey,
        id: &InstallationId,
    ) -> Result<(), Infallible> {
        if let Some(known) = self.installations.get_mut(identity) {
            known.remove(id);
            if known.is_empty() {
                self.installations.remove(identity);
            }
        }
        Ok(())
    }

    fn session(&mut self, id: &SessionId) -> Result<Option<Session>, Infallible> {
        Ok(self.sessions.get(id).map(|entry| entry.session.clone()))
    }

    fn sessions(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Vec<(SessionId, Session)>, Infallible> {
        let device = Device::of(identity, installation);
        let prekeys = self.sessions_with.get(&device).into_iter().flatten();
        let found = prekeys.filter_map(|prekey| {
            let id = device.session(*prekey);
            let entry = self.sessions.get(&id)?;
            Some((id, entry.session.clone()))
        });
        Ok(found.collect())
    }

    fn current_session(
        &mut self,
        identity: &CompressedKey,
        installation: &InstallationId,
    ) -> Result<Option<(SessionId, Session)>, Infallible> {
        let device = Device::of(identity, installation);
        let first = self.current.get(&device).and_then(|list| list.first());
        let Some(prekey) = first.copied() else {
            return Ok(None);
        };
        let id = device.session(prekey);
        Ok(self.session(&id)?.map(|session| (id, session)))
    }

    fn put_session(&mut self, id: &SessionId, session: &Session) -> Result<(), Infallible> {
        let is_current = session.superseded_ns.is_none();
        if let Some(entry) = self.sessions.get_mut(id) {
            let was_current = entry.session.superseded_ns.is_none();
            entry.session = session.clone();
            if was_current && !is_current {
                without(&mut self.current, &Device::from(id), &id.prekey);
            }
            return Ok(());
        }
        let entry = Entry {
            session: session.clone(),
            keys: BTreeMap::new(),
            places: HashMap::new(),
        };
        self.sessions.insert(id.clone(), entry);
        let device = Device::from(id);
        if is_current {
            let current = self.current.entry(device.clone()).or_default();
            current.push(id.prekey);
        }
        let with = self.sessions_with.entry(device.clone()).or_default();
        with.push(id.prekey);
        self.sessions_on.entry(id.prekey).or_default().push(device);
        Ok(())
    }

    fn remove_session(&mut self, id: &SessionId) -> Result<(), Infallible> {
        if let Some(entry) = self.sessions.remove(id) {
            for message in entry.keys.into_values().flat_map(|(_, messages)| messages) {
                self.messages.remove(&message);
            }
            let device = Device::from(id);
            without(&mut self.current, &device, &id.prekey);
            without(&mut self.sessions_with, &device, &id.prekey);
            without(&mut self.sessions_on, &id.prekey, &device);
        }
        Ok(())
    }

    fn message_key(
        &mut self,
        session: &SessionId,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<Option<MessageKey>, Infallible> {
        let found = self.sessions.get(session).and_then(|entry| {
            let sequence = entry.places.get(&(*ratchet_key, n))?;
            let (key, _) = entry.keys.get(sequence)?;
            Some(key.clone())
        });
        Ok(found)
    }

    fn put_message_keys(
        &mut self,
        session: &SessionId,
        keys: &[MessageKey],
        window: KeyWindow,
    ) -> Result<(), Infallible> {
        let Some(entry) = self.sessions.get_mut(session) else {
            return Ok(());
        };
        for key in keys {
            let place = (key.ratchet_key, key.n);
            entry.places.insert(place, key.sequence);
            let messages: Vec<_> = key.message.into_iter().collect();
            for message in &messages {
                let place = (session.clone(), key.sequence);
                self.messages.insert(*message, place);
            }
            entry.keys.insert(key.sequence, (key.clone(), messages));
        }
        while let Some((first, _)) = entry.keys.first_key_value()
            && (*first < window.first_sequence || entry.keys.len() > window.max)
            && let Some((_, (key, messages))) = entry.keys.pop_first()
        {
            entry.leave_place(&key);
            for message in messages {
                self.messages.remove(&message);
            }
        }
        Ok(())
    }

    fn link_message(
        &mut self,
        message: &MessageId,
        session: &SessionId,
        ratchet_key: &CompressedKey,
        n: u32,
    ) -> Result<(), Infallible> {
        let Some(entry) = self.sessions.get_mut(session) else {
            return Ok(());
        };
        let Some(sequence) = entry.places.get(&(*ratchet_key, n)).copied() else {
            return Ok(());
        };
        let Some((_, messages)) = entry.keys.get_mut(&sequence) else {
            return Ok(());
        };
        if !messages.contains(message) {
            messages.push(*message);
            if messages.len() > MESSAGES_PER_KEY {
                self.messages.remove(&messages.remove(0));
            }
        }
        let place = (session.clone(), sequence);
        self.messages.insert(*message, place);
        Ok(())
    }

    fn confirm_message(&mut self, message: &MessageId) -> Result<bool, Infallible> {
        let Some((session, sequence)) = self.messages.remove(message) else {
            return Ok(false);
        };
        self.forget_key(&session, sequence);
        Ok(true)
    }

    fn peer(&mut self, identity: &CompressedKey) -> Result<Option<Peer>, Infallible> {
        Ok(self.peers.get(identity).copied())
    }

    fn put_peer(&mut self, peer: &Peer) -> Result<(), Infallible> {
        self.peers.insert(peer.identity, *peer);
        Ok(())
    }

    fn remove_peer(&mut self, identity: &CompressedKey) -> Result<(), Infallible> {
        self.peers.remove(identity);
        Ok(())
    }

    fn strangers_beyond(&mut self, max: usize) -> Result<Vec<CompressedKey>, Infallible> {
        let strangers = self.peers.values().filter(|peer| !peer.kept);
        let mut strangers: Vec<_> = strangers
            .map(|peer| (Reverse(peer.heard_ns), peer.identity))
            .collect();
        strangers.sort_unstable();
        let beyond = strangers.into_iter().skip(max).take(STRANGERS_AT_ONCE);
        Ok(beyond.map(|(_, identity)| identity).collect())
    }

    fn remedy(
        &mut self,
        identity: &CompressedKey,
        kind: RemedyKind,
    ) -> Result<Option<Remedy>, Infallible> {
        Ok(self.remedies.get(&(*identity, kind)).copied())
    }

    fn put_remedy(&mut self, remedy: &Remedy) -> Result<(), Infallible> {
        let place = (remedy.identity, remedy.kind);
        self.remedies.insert(place, *remedy);
        Ok(())
    }

    fn limit_remedies(&mut self, times_ns: RangeInclusive<i64>) -> Result<usize, Infallible> {
        self.remedies
            .retain(|_, remedy| times_ns.contains(&remedy.since_ns));
        Ok(self.remedies.len())
    }

    fn spent_key(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
    ) -> Result<Option<InstallationId>, Infallible> {
        let spent = self.spent.get(&(*identity, *key));
        Ok(spent.map(|(_, installation)| installation.clone()))
    }

    fn put_spent_key(
        &mut self,
        identity: &CompressedKey,
        key: &CompressedKey,
        installation: &InstallationId,
        max: usize,
    ) -> Result<(), Infallible> {
        let last = self.spent_order.last_key_value();
        let number = last.map_or(1, |(last, _)| last + 1);
        let place = (*identity, *key);
        let spent = (number, installation.clone());
        if let Some((before, _)) = self.spent.insert(place, spent) {
            self.spent_order.remove(&before);
        }
        self.spent_order.insert(number, place);
        while let Some((first, _)) = self.spent_order.first_key_value()
            && *first + max as u64 <= number
            && let Some((_, oldest)) = self.spent_order.pop_first()
        {
            self.spent.remove(&oldest);
        }
        Ok(())
    }
}
