//! A store that forgets everything when it is dropped.

use super::{Held, Saved, SavedClock, SavedMessage, Store};
use crate::id_map::{IdMap, Keyed};
use crate::{GroupId, GroupSettings, Message, MessageId, PeerId, Record};
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::convert::Infallible;
use std::hash::{BuildHasher, RandomState};

/// A store in memory. It forgets everything when it is dropped; a clone is what a copy of a
/// database would be, which serves tests of restarts.
#[derive(Debug, Clone)]
pub struct MemoryStore {
    clock: Option<SavedClock>,
    peers: BTreeMap<u32, PeerId>,
    groups: BTreeMap<u32, (GroupId, GroupSettings)>,
    members: BTreeSet<(u32, u32)>,
    records: HashMap<u64, Record, Keyed>,
    messages: IdMap<(Message, SavedMessage)>,
    remembered: IdMap<Windows>,
    windows: BTreeMap<u32, VecDeque<MessageId>>,
    heads: BTreeMap<u32, Vec<MessageId>>,
    held: BTreeMap<MessageId, Held>,
}

/// In which windows an id is. Mostly it is one, for which nothing is allocated.
#[derive(Debug, Clone)]
struct Windows {
    first: u32,
    others: Vec<u32>,
}

impl Windows {
    fn of(window: u32) -> Self {
        Self {
            first: window,
            others: Vec::new(),
        }
    }

    fn contains(&self, window: u32) -> bool {
        self.first == window || self.others.contains(&window)
    }

    /// Takes a window away, and says whether it was the last.
    fn remove(&mut self, window: u32) -> bool {
        if self.first == window {
            match self.others.pop() {
                Some(other) => self.first = other,
                None => return true,
            }
        }
        self.others.retain(|other| *other != window);
        false
    }
}

impl MemoryStore {
    /// An empty store. The key of its hash tables comes from the standard library's; nothing that the
    /// store does hangs on it.
    pub fn new() -> Self {
        let key = Keyed(RandomState::new().hash_one(0));
        Self {
            clock: None,
            peers: BTreeMap::new(),
            groups: BTreeMap::new(),
            members: BTreeSet::new(),
            records: HashMap::with_hasher(key),
            messages: IdMap::with_hasher(key),
            remembered: IdMap::with_hasher(key),
            windows: BTreeMap::new(),
            heads: BTreeMap::new(),
            held: BTreeMap::new(),
        }
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

type Done = Result<(), Infallible>;

impl Store for MemoryStore {
    type Error = Infallible;

    fn load(&mut self) -> Result<Saved, Infallible> {
        Ok(Saved {
            clock: self.clock,
            peers: self.peers.iter().map(|(n, p)| (*n, p.clone())).collect(),
            groups: self
                .groups
                .iter()
                .map(|(number, (group, settings))| (*number, group.clone(), *settings))
                .collect(),
            members: self.members.iter().copied().collect(),
            records: self.records.iter().map(|(n, r)| (*n, *r)).collect(),
            messages: self.messages.iter().map(|(id, m)| (*id, m.1)).collect(),
            heads: self
                .heads
                .iter()
                .flat_map(|(group, ids)| ids.iter().map(|id| (*group, *id)))
                .collect(),
            held: self.held.iter().map(|(id, h)| (*id, h.clone())).collect(),
            windows: self
                .windows
                .iter()
                .map(|(window, ids)| (*window, ids.len() as u64))
                .collect(),
        })
    }

    fn save_clock(&mut self, clock: SavedClock) -> Done {
        self.clock = Some(clock);
        Ok(())
    }

    fn save_peer(&mut self, number: u32, peer: &PeerId) -> Done {
        self.peers.insert(number, peer.clone());
        Ok(())
    }

    fn remove_peer(&mut self, number: u32) -> Done {
        self.peers.remove(&number);
        Ok(())
    }

    fn save_group(&mut self, number: u32, group: &GroupId, settings: GroupSettings) -> Done {
        self.groups.insert(number, (group.clone(), settings));
        Ok(())
    }

    fn remove_group(&mut self, number: u32) -> Done {
        self.groups.remove(&number);
        self.members.retain(|(group, _)| *group != number);
        self.heads.remove(&number);
        Ok(())
    }

    fn add_member(&mut self, group: u32, peer: u32) -> Done {
        self.members.insert((group, peer));
        Ok(())
    }

    fn remove_member(&mut self, group: u32, peer: u32) -> Done {
        self.members.remove(&(group, peer));
        Ok(())
    }

    fn insert_record(&mut self, number: u64, record: &Record) -> Done {
        self.records.insert(number, *record);
        Ok(())
    }

    fn update_record(&mut self, number: u64, record: &Record) -> Done {
        if let Some(old) = self.records.get_mut(&number) {
            *old = *record;
        }
        Ok(())
    }

    fn remove_record(&mut self, number: u64) -> Done {
        self.records.remove(&number);
        Ok(())
    }

    fn save_message(&mut self, id: &MessageId, message: &Message, about: &SavedMessage) -> Done {
        self.messages.insert(*id, (message.clone(), *about));
        Ok(())
    }

    fn message(&mut self, id: &MessageId) -> Result<Option<Message>, Infallible> {
        Ok(self.messages.get(id).map(|(message, _)| message.clone()))
    }

    fn remove_message(&mut self, id: &MessageId) -> Done {
        self.messages.remove(id);
        Ok(())
    }

    fn remember(&mut self, id: &MessageId, window: u32) -> Result<bool, Infallible> {
        let Entry::Vacant(place) = self.remembered.entry(*id) else {
            return Ok(false);
        };
        place.insert(Windows::of(window));
        self.windows.entry(window).or_default().push_back(*id);
        Ok(true)
    }

    fn remember_too(&mut self, id: &MessageId, window: u32) -> Result<bool, Infallible> {
        match self.remembered.entry(*id) {
            Entry::Occupied(windows) if windows.get().contains(window) => return Ok(false),
            Entry::Occupied(windows) => windows.into_mut().others.push(window),
            Entry::Vacant(place) => {
                place.insert(Windows::of(window));
            }
        }
        self.windows.entry(window).or_default().push_back(*id);
        Ok(true)
    }

    fn is_remembered(&mut self, id: &MessageId) -> Result<bool, Infallible> {
        Ok(self.remembered.contains_key(id))
    }

    fn is_remembered_in(&mut self, id: &MessageId, window: u32) -> Result<bool, Infallible> {
        let windows = self.remembered.get(id);
        Ok(windows.is_some_and(|windows| windows.contains(window)))
    }

    fn forget_oldest(&mut self, window: u32, count: u64) -> Done {
        let ids = self.windows.entry(window).or_default();
        let count = ids.len().min(usize::try_from(count).unwrap_or(usize::MAX));
        for id in ids.drain(..count) {
            let windows = self.remembered.get_mut(&id);
            if windows.is_some_and(|windows| windows.remove(window)) {
                self.remembered.remove(&id);
            }
        }
        Ok(())
    }

    fn add_head(&mut self, group: u32, id: &MessageId) -> Done {
        self.heads.entry(group).or_default().push(*id);
        Ok(())
    }

    fn remove_head(&mut self, group: u32, id: &MessageId) -> Done {
        if let Some(ids) = self.heads.get_mut(&group) {
            ids.retain(|head| head != id);
        }
        Ok(())
    }

    fn save_held(&mut self, id: &MessageId, held: &Held) -> Done {
        self.held.insert(*id, held.clone());
        Ok(())
    }

    fn remove_held(&mut self, id: &MessageId) -> Done {
        self.held.remove(id);
        Ok(())
    }
}
