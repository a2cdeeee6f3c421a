//! The records in memory, indexed by the epoch they are due in, by peer and by message.
//!
//! Each record is in one queue: that of the epoch in which it is due, or the outbox of its peer.
//! Queues are lists linked through the records, so that adding, moving and removing one costs the
//! same however many there are, and an epoch costs what is due in it.

use crate::id_map::{IdMap, Keyed};
use crate::{MessageId, Record, RecordKind};
use std::collections::BTreeMap;

/// Where a record stands in the table.
pub(crate) type Slot = u32;

/// How many empty places an empty table keeps: some 100 KB, so that a quiet conversation does not
/// allocate anew for each message.
const KEPT: usize = 1_024;

/// A record in the table, with its number in the store.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) record: Record,
    in_outbox: bool,
    /// Neighbours in the queue.
    queue: Links,
    /// Neighbours among the records of the peer.
    owned: Links,
    /// The next record of the same message.
    same_message: Option<Slot>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Links {
    previous: Option<Slot>,
    next: Option<Slot>,
}

#[derive(Debug, Clone, Copy, Default)]
struct List {
    first: Option<Slot>,
    last: Option<Slot>,
}

/// What is kept for each peer that has records.
#[derive(Debug, Clone, Copy, Default)]
struct Lane {
    outbox: List,
    owned: List,
    records: usize,
    requests: usize,
}

/// Where new or changed records go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// To be sent with the next payload.
    Outbox,
    /// To be sent in the epoch that the record names.
    Due,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Table {
    entries: Vec<Option<Entry>>,
    free: Vec<Slot>,
    due: BTreeMap<u64, List>,
    lanes: BTreeMap<u32, Lane>,
    by_message: IdMap<Slot>,
    live: usize,
    requests: usize,
}

/// Which links of an entry a list runs through.
#[derive(Clone, Copy)]
enum Through {
    Queue,
    Owned,
}

impl Table {
    pub(crate) fn new(key: Keyed) -> Self {
        Self {
            by_message: IdMap::with_hasher(key),
            ..Self::default()
        }
    }

    pub(crate) fn insert(&mut self, number: u64, record: Record, place: Place) -> Slot {
        let entry = Entry {
            number,
            record,
            in_outbox: false,
            queue: Links::default(),
            owned: Links::default(),
            same_message: self.by_message.get(&record.message).copied(),
        };
        let slot = match self.free.pop() {
            Some(slot) => {
                if let Some(place) = self.entries.get_mut(slot as usize) {
                    *place = Some(entry);
                }
                slot
            }
            None => {
                self.entries.push(Some(entry));
                (self.entries.len() - 1) as Slot
            }
        };
        self.by_message.insert(record.message, slot);
        let mut owned = self.lane(record.peer).owned;
        self.link(&mut owned, slot, Through::Owned);
        let is_request = usize::from(record.kind == RecordKind::Request);
        let lane = self.lane(record.peer);
        lane.owned = owned;
        lane.records += 1;
        lane.requests += is_request;
        self.requests += is_request;
        self.live += 1;
        self.enqueue(slot, place);
        slot
    }

    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Entry> {
        self.dequeue(slot);
        let entry = *self.entry(slot)?;
        let mut owned = self.lane(entry.record.peer).owned;
        self.unlink(&mut owned, slot, Through::Owned);
        let is_request = usize::from(entry.record.kind == RecordKind::Request);
        let lane = self.lane(entry.record.peer);
        lane.owned = owned;
        lane.records -= 1;
        lane.requests -= is_request;
        if lane.records == 0 {
            self.lanes.remove(&entry.record.peer);
        }
        self.requests -= is_request;
        self.live -= 1;
        self.unchain(slot, &entry);
        *self.entries.get_mut(slot as usize)? = None;
        self.free.push(slot);
        if self.live == 0 && self.entries.len() > KEPT {
            // A burst is over: give its memory back.
            *self = Self::new(*self.by_message.hasher());
        }
        Some(entry)
    }

    /// Changes the schedule or the kind of a record and puts it where it belongs then.
    pub(crate) fn change(&mut self, slot: Slot, record: Record, place: Place) {
        self.dequeue(slot);
        let Some(entry) = self.entry_mut(slot) else {
            return;
        };
        let was_request = entry.record.kind == RecordKind::Request;
        entry.record = record;
        let is_request = record.kind == RecordKind::Request;
        let (less, more) = (usize::from(was_request), usize::from(is_request));
        let lane = self.lane(record.peer);
        lane.requests = lane.requests + more - less;
        self.requests = self.requests + more - less;
        self.enqueue(slot, place);
    }

    /// Lets the back-off of a record begin anew, when it is sent next.
    pub(crate) fn forget_attempts(&mut self, slot: Slot) {
        if let Some(entry) = self.entry_mut(slot) {
            entry.record.attempt = 0;
        }
    }

    /// Moves what is due in `epoch` or before to the outboxes. Calls `peer` for each record's peer.
    pub(crate) fn take_due(&mut self, epoch: u64, mut peer: impl FnMut(u32)) {
        while let Some(entry) = self.due.first_entry() {
            if *entry.key() > epoch {
                return;
            }
            let list = entry.remove();
            let mut next = list.first;
            while let Some(slot) = next {
                let Some(entry) = self.entry_mut(slot) else {
                    return;
                };
                next = entry.queue.next;
                entry.queue = Links::default();
                let number = entry.record.peer;
                self.enqueue(slot, Place::Outbox);
                peer(number);
            }
        }
    }

    /// The first epoch in which anything is due.
    pub(crate) fn next_due(&self) -> Option<u64> {
        self.due.first_key_value().map(|(epoch, _)| *epoch)
    }

    /// What goes to `peer` next.
    pub(crate) fn next_out(&self, peer: u32) -> Option<(Slot, &Entry)> {
        let slot = self.lanes.get(&peer)?.outbox.first?;
        Some((slot, self.entry(slot)?))
    }

    pub(crate) fn entry(&self, slot: Slot) -> Option<&Entry> {
        self.entries.get(slot as usize)?.as_ref()
    }

    /// The records of a message, whosever they are.
    pub(crate) fn of_message(&self, id: &MessageId) -> impl Iterator<Item = (Slot, &Entry)> {
        let mut next = self.by_message.get(id).copied();
        std::iter::from_fn(move || {
            let slot = next?;
            let entry = self.entry(slot)?;
            next = entry.same_message;
            Some((slot, entry))
        })
    }

    /// The first record of a message that fits.
    pub(crate) fn find(
        &self,
        id: &MessageId,
        mut fits: impl FnMut(&Record) -> bool,
    ) -> Option<(Slot, Entry)> {
        let mut records = self.of_message(id);
        let (slot, entry) = records.find(|(_, entry)| fits(&entry.record))?;
        Some((slot, *entry))
    }

    /// The records of a peer, oldest first.
    pub(crate) fn of_peer(&self, peer: u32) -> impl Iterator<Item = (Slot, &Entry)> {
        let mut next = self.lanes.get(&peer).and_then(|lane| lane.owned.first);
        std::iter::from_fn(move || {
            let slot = next?;
            let entry = self.entry(slot)?;
            next = entry.owned.next;
            Some((slot, entry))
        })
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter().flatten()
    }

    pub(crate) fn len(&self) -> usize {
        self.live
    }

    /// How many records are offers or messages: what peers have not acknowledged.
    pub(crate) fn unacknowledged(&self) -> usize {
        self.live - self.requests
    }

    pub(crate) fn has_records(&self, peer: u32) -> bool {
        self.lanes.contains_key(&peer)
    }

    /// How many messages are asked of a peer.
    pub(crate) fn requests_to(&self, peer: u32) -> usize {
        self.lanes.get(&peer).map_or(0, |lane| lane.requests)
    }

    fn entry_mut(&mut self, slot: Slot) -> Option<&mut Entry> {
        self.entries.get_mut(slot as usize)?.as_mut()
    }

    fn lane(&mut self, peer: u32) -> &mut Lane {
        self.lanes.entry(peer).or_default()
    }

    fn enqueue(&mut self, slot: Slot, place: Place) {
        let Some(entry) = self.entry_mut(slot) else {
            return;
        };
        entry.in_outbox = place == Place::Outbox;
        let Record { peer, epoch, .. } = entry.record;
        if place == Place::Outbox {
            let mut list = self.lane(peer).outbox;
            self.link(&mut list, slot, Through::Queue);
            self.lane(peer).outbox = list;
        } else {
            let mut list = self.due.get(&epoch).copied().unwrap_or_default();
            self.link(&mut list, slot, Through::Queue);
            self.due.insert(epoch, list);
        }
    }

    fn dequeue(&mut self, slot: Slot) {
        let Some(Entry {
            record, in_outbox, ..
        }) = self.entry(slot).copied()
        else {
            return;
        };
        if in_outbox {
            let mut list = self.lane(record.peer).outbox;
            self.unlink(&mut list, slot, Through::Queue);
            self.lane(record.peer).outbox = list;
        } else {
            let mut list = self.due.get(&record.epoch).copied().unwrap_or_default();
            self.unlink(&mut list, slot, Through::Queue);
            if list.first.is_some() {
                self.due.insert(record.epoch, list);
            } else {
                self.due.remove(&record.epoch);
            }
        }
    }

    fn links(&mut self, slot: Slot, through: Through) -> Option<&mut Links> {
        let entry = self.entry_mut(slot)?;
        Some(match through {
            Through::Queue => &mut entry.queue,
            Through::Owned => &mut entry.owned,
        })
    }

    fn link(&mut self, list: &mut List, slot: Slot, through: Through) {
        if let Some(links) = self.links(slot, through) {
            links.previous = list.last;
            links.next = None;
        }
        match list.last {
            Some(last) => {
                if let Some(links) = self.links(last, through) {
                    links.next = Some(slot);
                }
            }
            None => list.first = Some(slot),
        }
        list.last = Some(slot);
    }

    fn unlink(&mut self, list: &mut List, slot: Slot, through: Through) {
        let Some(links) = self.links(slot, through) else {
            return;
        };
        let Links { previous, next } = std::mem::take(links);
        match previous {
            Some(previous) => {
                if let Some(links) = self.links(previous, through) {
                    links.next = next;
                }
            }
            None => list.first = next,
        }
        match next {
            Some(next) => {
                if let Some(links) = self.links(next, through) {
                    links.previous = previous;
                }
            }
            None => list.last = previous,
        }
    }

    /// Takes an entry out of the chain of its message, which is as long as the group has members.
    fn unchain(&mut self, slot: Slot, entry: &Entry) {
        let id = entry.record.message;
        let Some(first) = self.by_message.get(&id).copied() else {
            return;
        };
        if first == slot {
            match entry.same_message {
                Some(next) => self.by_message.insert(id, next),
                None => self.by_message.remove(&id),
            };
            return;
        }
        let before = self
            .of_message(&id)
            .find(|(_, other)| other.same_message == Some(slot))
            .map(|(before, _)| before);
        if let Some(before) = before.and_then(|before| self.entry_mut(before)) {
            before.same_message = entry.same_message;
        }
    }
}

#[cfg(test)]
#[path = "table_tests.rs"]
mod tests;
