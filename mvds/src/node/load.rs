//! A node from what the store holds.

use super::Node;
use crate::back_off::Jitter;
use crate::clock::Clock;
use crate::directory::{Groups, Peers};
use crate::id_map::{IdMap, Keyed};
use crate::table::{Place, Table};
use crate::waiting::{Waiter, Waiting};
use crate::{Config, Counters, Error, Saved, Store};
use rand_core::Rng;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

impl Node {
    /// A node that goes on where `store` left off; time that has passed since counts. `rng` gives the
    /// seed of the jitter and the key of the hash tables: nodes with equal seeds do the same on equal calls.
    ///
    /// # Errors
    ///
    /// [`Error::Store`].
    pub fn load<S: Store>(
        config: Config,
        store: &mut S,
        rng: &mut impl Rng,
        now: u64,
    ) -> Result<Self, Error<S::Error>> {
        let saved = store.load().map_err(Error::Store)?;
        let clock = match saved.clock {
            Some(clock) => Clock::new(config.epoch, clock.epoch, clock.began, now),
            None => Clock::new(config.epoch, 0, now, now),
        };
        let key = Keyed(rng.next_u64());
        let mut node = Self {
            config,
            clock,
            saved_epoch: saved.clock.map(|clock| clock.epoch),
            jitter: Jitter::new(rng),
            peers: Peers::default(),
            groups: Groups::default(),
            table: Table::new(key),
            messages: IdMap::with_hasher(key),
            deadlines: BTreeSet::new(),
            waiting: Waiting::default(),
            windows: BTreeMap::new(),
            ready: VecDeque::new(),
            late: Vec::new(),
            events: VecDeque::new(),
            counters: Counters::default(),
            next_record: 0,
            next_message: 0,
            stale: false,
        };
        node.restore(store, saved)?;
        Ok(node)
    }

    fn restore<S: Store>(&mut self, store: &mut S, saved: Saved) -> Result<(), Error<S::Error>> {
        for (number, id) in saved.peers {
            self.peers.restore(number, id, true);
        }
        for (number, id, settings) in saved.groups {
            self.groups.restore(number, id, settings);
        }
        for (group, peer) in saved.members {
            if let Some(group) = self.groups.get_mut(group) {
                group.members.insert(peer);
            }
            if let Some(peer) = self.peers.get_mut(peer) {
                peer.groups += 1;
            }
            self.peers.acquaint(peer);
        }
        for (window, count) in saved.windows {
            self.windows.insert(window, count);
            self.peers.acquaint(window);
        }
        for (group, id) in saved.heads {
            if let Some(group) = self.groups.get_mut(group) {
                group.heads.push(id);
            }
        }
        let mut records = saved.records;
        records.sort_unstable_by_key(|(number, _)| *number);
        for (number, record) in records {
            self.next_record = number.saturating_add(1);
            self.table.insert(number, record, Place::Due);
        }
        let mut messages = saved.messages;
        messages.sort_unstable_by_key(|(_, about)| about.number);
        for (id, about) in messages {
            self.next_message = about.number.saturating_add(1);
            if let Some(group) = about.group.filter(|_| about.in_history)
                && let Some(group) = self.groups.get_mut(group)
            {
                group.history.push_back(id);
            }
            if let Some(deadline) = about.deadline {
                self.deadlines.insert((deadline, id));
            }
            self.messages.insert(id, about);
        }
        let held: BTreeSet<_> = saved.held.iter().map(|(id, _)| *id).collect();
        for (id, was) in saved.held {
            let mut blockers = was.parents;
            let mut here = Vec::new();
            for parent in &blockers {
                if !held.contains(parent) && store.is_remembered(parent).map_err(Error::Store)? {
                    here.push(*parent);
                }
            }
            blockers.retain(|parent| !here.contains(parent));
            let waiter = Waiter {
                from: was.from,
                until: was.until,
                blockers,
            };
            self.waiting.add(id, waiter);
        }
        Ok(())
    }
}
