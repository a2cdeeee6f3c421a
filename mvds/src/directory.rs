//! Peers and groups in memory, by name and by number.

use crate::{GroupId, GroupSettings, MessageId, PeerId};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The first number of a peer: those below name windows of remembered ids.
const FIRST_PEER: u32 = 2;

#[derive(Debug, Clone, Default)]
pub(crate) struct Peer {
    pub(crate) id: PeerId,
    /// Ids of messages of this peer that arrived.
    pub(crate) acks: VecDeque<MessageId>,
    /// Whether it stands in the queue of those to whom something goes at once.
    pub(crate) ready: bool,
    /// Whether it stands among those whose acknowledgements wait for the next epoch.
    pub(crate) late: bool,
    /// Whether the store knows it.
    pub(crate) saved: bool,
    /// In how many groups it is.
    pub(crate) groups: usize,
    /// Whether it was ever a member, and so has a window of its own.
    pub(crate) has_window: bool,
    /// The epoch in which it was last seen online.
    pub(crate) online: Option<u64>,
}

impl Peer {
    /// A peer to whom nothing binds us but what waits for it.
    pub(crate) fn is_stranger(&self) -> bool {
        self.groups == 0 && !self.has_window
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Peers {
    by_id: BTreeMap<PeerId, u32>,
    by_number: BTreeMap<u32, Peer>,
    strangers: usize,
}

impl Peers {
    pub(crate) fn number(&self, id: &PeerId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Peer> {
        self.by_number.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Peer> {
        self.by_number.get_mut(&number)
    }

    pub(crate) fn strangers(&self) -> usize {
        self.strangers
    }

    /// Adds a peer that is not here yet, as a stranger.
    pub(crate) fn add(&mut self, id: &PeerId) -> u32 {
        let number = self
            .by_number
            .last_key_value()
            .map_or(FIRST_PEER, |(last, _)| last + 1);
        self.restore(number, id.clone(), false);
        number
    }

    pub(crate) fn restore(&mut self, number: u32, id: PeerId, saved: bool) {
        self.by_id.insert(id.clone(), number);
        let peer = Peer {
            id,
            saved,
            ..Peer::default()
        };
        self.by_number.insert(number, peer);
        self.strangers += 1;
    }

    /// Makes a peer one that has, or had, a membership.
    pub(crate) fn acquaint(&mut self, number: u32) {
        if let Some(peer) = self.by_number.get_mut(&number)
            && !std::mem::replace(&mut peer.has_window, true)
        {
            self.strangers -= 1;
        }
    }

    pub(crate) fn remove_stranger(&mut self, number: u32) {
        if let Some(peer) = self.by_number.remove(&number) {
            self.by_id.remove(&peer.id);
            self.strangers -= 1;
        }
    }
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Group {
    pub(crate) id: GroupId,
    pub(crate) settings: GroupSettings,
    pub(crate) members: BTreeSet<u32>,
    /// Messages that no known message has for a parent, oldest first.
    pub(crate) heads: Vec<MessageId>,
    /// Messages that are kept for those who miss a parent, oldest first.
    pub(crate) history: VecDeque<MessageId>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Groups {
    by_id: BTreeMap<GroupId, u32>,
    by_number: BTreeMap<u32, Group>,
}

impl Groups {
    pub(crate) fn number(&self, id: &GroupId) -> Option<u32> {
        self.by_id.get(id).copied()
    }

    pub(crate) fn get(&self, number: u32) -> Option<&Group> {
        self.by_number.get(&number)
    }

    pub(crate) fn get_mut(&mut self, number: u32) -> Option<&mut Group> {
        self.by_number.get_mut(&number)
    }

    /// Adds a group that is not here yet.
    pub(crate) fn add(&mut self, id: &GroupId, settings: GroupSettings) -> u32 {
        let last = self.by_number.last_key_value();
        let number = last.map_or(0, |(last, _)| last + 1);
        self.restore(number, id.clone(), settings);
        number
    }

    pub(crate) fn restore(&mut self, number: u32, id: GroupId, settings: GroupSettings) {
        self.by_id.insert(id.clone(), number);
        let group = Group {
            id,
            settings,
            ..Group::default()
        };
        self.by_number.insert(number, group);
    }

    pub(crate) fn remove(&mut self, number: u32) {
        if let Some(group) = self.by_number.remove(&number) {
            self.by_id.remove(&group.id);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Group> {
        self.by_number.values()
    }
}
