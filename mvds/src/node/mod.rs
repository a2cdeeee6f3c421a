//! The state machine.

mod append;
mod history;
mod load;
mod members;
mod receive;
mod send;
mod wait;

use crate::back_off::Jitter;
use crate::clock::Clock;
use crate::directory::{Groups, Peers};
use crate::drops::{Counters, DropReason};
use crate::event::{Event, Transmit};
use crate::id_map::IdMap;
use crate::table::Table;
use crate::waiting::Waiting;
use crate::{
    Config, Error, GroupId, GroupSettings, MessageId, Payload, PeerId, RecordKind, SavedMessage,
    Store,
};
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// The most parents of a received message that are looked at: 256. 4/MVDS-META bounds them by the
/// number of participants; those beyond are counted and ignored.
pub const MAX_PARENTS: usize = 256;

/// The most parents that are written into a message: 64, the newest, which take 2 KB.
pub const MAX_HEADS: usize = 64;

/// One's own end of data sync with all peers.
///
/// It does no I/O and reads no clock: `now` is Unix time in milliseconds, and may go back. The
/// store is an argument, so that it can be a view of a transaction. The order of calls:
///
/// 1. [`load`](Self::load) once, and [`add_group`](Self::add_group), [`add_peer`](Self::add_peer)
///    for what is not in the store yet; they may be repeated.
/// 2. [`append`](Self::append) for what the application says,
///    [`handle_payload`](Self::handle_payload) for what came,
///    [`handle_timeout`](Self::handle_timeout) when the time of
///    [`poll_timeout`](Self::poll_timeout) has come (it may have changed after any other call).
/// 3. After any of these, [`poll_event`](Self::poll_event) and
///    [`poll_transmit`](Self::poll_transmit) until there is none; a transmission makes events
///    too.
/// 4. Then commit, and only then send the payloads: what was committed is sent again after a crash,
///    what was not never happened.
///
/// An error of the store leaves the node ahead of it: roll back, and load another.
#[derive(Debug, Clone)]
pub struct Node {
    config: Config,
    clock: Clock,
    /// The epoch of the clock in the store.
    saved_epoch: Option<u64>,
    jitter: Jitter,
    peers: Peers,
    groups: Groups,
    table: Table,
    /// Messages whose bodies are in the store.
    messages: IdMap<SavedMessage>,
    deadlines: BTreeSet<(u64, MessageId)>,
    waiting: Waiting,
    /// How many ids each window remembers.
    windows: BTreeMap<u32, u64>,
    /// Peers to whom something goes at once.
    ready: VecDeque<u32>,
    /// Peers whose acknowledgements wait for the next epoch.
    late: Vec<u32>,
    events: VecDeque<Event>,
    counters: Counters,
    next_record: u64,
    next_message: u64,
    stale: bool,
}

/// A message that the application wants to send.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// What it says.
    pub body: Bytes,
    /// When it was made, in seconds since 1970; the current second if none. It is part of the id.
    pub timestamp: Option<i64>,
    /// When it is given up, in ms since 1970; never if none.
    pub deadline: Option<u64>,
    /// Whether it is sent once to each peer, wants no acknowledgement and is not kept (4/MVDS-META).
    pub ephemeral: bool,
}

impl<B: Into<Bytes>> From<B> for Draft {
    fn from(body: B) -> Self {
        Self {
            body: body.into(),
            ..Self::default()
        }
    }
}

/// A record, as [`Node::records`] shows it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RecordView {
    /// To whom it goes.
    pub peer: PeerId,
    /// The group of the message, where it is known.
    pub group: Option<GroupId>,
    /// The message.
    pub message: MessageId,
    /// What it is.
    pub kind: RecordKind,
    /// How often it was sent.
    pub count: u32,
    /// The epoch in which it is due next.
    pub epoch: u64,
}

// Commands.
impl Node {
    /// Adds a group, or changes its settings if it exists. Messages that were accepted keep the mode
    /// that they were accepted in.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`].
    pub fn add_group<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        settings: GroupSettings,
    ) -> Result<(), Error<S::Error>> {
        self.guarded(|node| node.try_add_group(store, group, settings))
    }

    /// Makes a peer a member of a group, and says whether it was none. It gets what is appended from
    /// now on.
    ///
    /// # Errors
    ///
    /// [`Error::UnknownGroup`], [`Error::Store`] or [`Error::Stale`].
    pub fn add_peer<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        peer: &PeerId,
    ) -> Result<bool, Error<S::Error>> {
        self.guarded(|node| node.try_add_peer(store, group, peer))
    }

    /// Ends a membership; what the peer has not acknowledged in this group is given up.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`]. A peer that is no member is none.
    pub fn remove_peer<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        peer: &PeerId,
    ) -> Result<(), Error<S::Error>> {
        self.guarded(|node| node.try_remove_peer(store, group, peer))
    }

    /// Ends a membership as [`remove_peer`](Self::remove_peer) does, except that what the peer has not
    /// acknowledged goes on being sent until it is, or its deadline passes. For a peer that stood for
    /// others, who are members themselves from now on.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`]. A peer that is no member is none.
    pub fn retire_peer<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        peer: &PeerId,
    ) -> Result<(), Error<S::Error>> {
        self.guarded(|node| node.try_retire_peer(store, group, peer))
    }

    /// Removes a group: what is not acknowledged is given up, what waits for parents is handed over
    /// without them.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`]. An unknown group is none.
    pub fn remove_group<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
    ) -> Result<(), Error<S::Error>> {
        self.guarded(|node| node.try_remove_group(store, group))
    }

    /// Accepts a message for all members of a group. Once this is committed, each of them gets it,
    /// unless it is removed or the message's deadline passes.
    ///
    /// # Errors
    ///
    /// Any [`Error`]; all but [`Error::Store`] leave everything as it was.
    pub fn append<S: Store>(
        &mut self,
        store: &mut S,
        group: &GroupId,
        draft: impl Into<Draft>,
        now: u64,
    ) -> Result<MessageId, Error<S::Error>> {
        let draft = draft.into();
        self.guarded(|node| node.try_append(store, group, draft, now))
    }

    /// Notes that a peer is online: what it has not answered goes out again at once, but for what was
    /// sent within the shortest pause, and its back-off begins anew. Calls that follow each other
    /// within that pause count once.
    pub fn peer_online(&mut self, peer: &PeerId, now: u64) {
        self.clock.advance(now);
        self.hasten_all(peer);
    }

    /// Changes the most bytes of a payload, inclusive, from the next one on.
    pub fn set_max_payload(&mut self, bytes: usize) {
        self.config.max_payload = bytes;
    }
}

// What came from the network or the clock.
impl Node {
    /// Processes a payload from `sender`, which the layer below has authenticated. Whatever is in it,
    /// it is no error: what has no effect is counted, see [`counters`](Self::counters).
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`].
    pub fn handle_payload<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        payload: Payload,
        now: u64,
    ) -> Result<(), Error<S::Error>> {
        self.guarded(|node| node.try_payload(store, sender, payload, now))
    }

    /// Does what has become due: sends again, gives up at deadlines, ends the patience with missing
    /// parents. It costs what is due, not what is stored. It may be called at any time.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`].
    pub fn handle_timeout<S: Store>(
        &mut self,
        store: &mut S,
        now: u64,
    ) -> Result<(), Error<S::Error>> {
        self.guarded(|node| node.try_timeout(store, now))
    }
}

// What must go out, be reported, or be woken for.
impl Node {
    /// The next payload for some peer; peers take turns. No payload is empty, nor larger than
    /// [`Config::max_payload`] unless a message alone is.
    ///
    /// # Errors
    ///
    /// [`Error::Store`] or [`Error::Stale`].
    pub fn poll_transmit<S: Store>(
        &mut self,
        store: &mut S,
        now: u64,
    ) -> Result<Option<Transmit>, Error<S::Error>> {
        self.guarded(|node| node.try_transmit(store, now))
    }

    /// The next event.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// When to call [`handle_timeout`](Self::handle_timeout), in ms; never if none. The time may be
    /// past.
    pub fn poll_timeout(&self) -> Option<u64> {
        let due = self.table.next_due().map(|due| self.clock.start_of(due));
        let acks = (!self.late.is_empty())
            .then(|| self.clock.start_of(self.clock.epoch().saturating_add(1)));
        let deadline = self.deadlines.first().map(|(deadline, _)| *deadline);
        let patience = self
            .waiting
            .next()
            .map(|(until, _)| self.clock.start_of(until));
        [due, acks, deadline, patience].into_iter().flatten().min()
    }
}

// Getters.
impl Node {
    /// The current epoch.
    pub fn epoch(&self) -> u64 {
        self.clock.epoch()
    }

    /// The settings.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// Every record, in no particular order.
    pub fn records(&self) -> impl Iterator<Item = RecordView> + '_ {
        self.table.iter().filter_map(|entry| {
            let record = &entry.record;
            let group = record.group.and_then(|number| self.groups.get(number));
            Some(RecordView {
                peer: self.peers.get(record.peer)?.id.clone(),
                group: group.map(|group| group.id.clone()),
                message: record.message,
                kind: record.kind,
                count: record.count,
                epoch: record.epoch,
            })
        })
    }

    /// How many records there are.
    pub fn record_count(&self) -> usize {
        self.table.len()
    }

    /// How many messages wait for their parents.
    pub fn held_count(&self) -> usize {
        self.waiting.len()
    }

    /// Whether nothing is owed to anybody and nothing waits: no record, no acknowledgement, no
    /// message without its parents, no event.
    pub fn is_settled(&self) -> bool {
        self.table.len() == 0
            && self.waiting.len() == 0
            && self.ready.is_empty()
            && self.late.is_empty()
            && self.events.is_empty()
    }

    /// Whether a peer is a member of a group.
    pub fn is_member(&self, group: &GroupId, peer: &PeerId) -> bool {
        let group = self.groups.number(group).and_then(|n| self.groups.get(n));
        let number = self.peers.number(peer);
        matches!((group, number), (Some(group), Some(number)) if group.members.contains(&number))
    }

    /// The members of a group, in the order in which they came to be known.
    pub fn members(&self, group: &GroupId) -> impl Iterator<Item = &PeerId> {
        let group = self.groups.number(group).and_then(|n| self.groups.get(n));
        let members = group.into_iter().flat_map(|group| &group.members);
        members.filter_map(|number| Some(&self.peers.get(*number)?.id))
    }

    /// The settings of a group.
    pub fn group(&self, group: &GroupId) -> Option<GroupSettings> {
        let number = self.groups.number(group)?;
        Some(self.groups.get(number)?.settings)
    }

    /// The groups.
    pub fn groups(&self) -> impl Iterator<Item = &GroupId> {
        self.groups.iter().map(|group| &group.id)
    }

    /// What went through since the node was loaded.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }
}

impl Node {
    /// Runs what writes to the store, and refuses once that failed.
    fn guarded<T, E>(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<T, Error<E>>,
    ) -> Result<T, Error<E>> {
        if self.stale {
            return Err(Error::Stale);
        }
        let result = work(self);
        self.stale = matches!(result, Err(Error::Store(_)));
        result
    }

    fn count_drop(&mut self, reason: DropReason) {
        self.counters.drops.count(reason);
    }
}

#[cfg(test)]
mod tests;
