//! Messages that wait for their parents, in memory.

use crate::{MessageId, PeerId};
use std::collections::{BTreeMap, BTreeSet};

/// A message that waits.
#[derive(Debug, Clone)]
pub(crate) struct Waiter {
    pub(crate) from: PeerId,
    pub(crate) until: u64,
    /// Parents that were not handed over yet; never empty but after a restart.
    pub(crate) blockers: Vec<MessageId>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct Waiting {
    held: BTreeMap<MessageId, Waiter>,
    /// Who waits for a message.
    dependents: BTreeMap<MessageId, Vec<MessageId>>,
    by_patience: BTreeSet<(u64, MessageId)>,
    by_sender: BTreeMap<PeerId, usize>,
}

impl Waiting {
    pub(crate) fn add(&mut self, id: MessageId, waiter: Waiter) {
        for blocker in &waiter.blockers {
            self.dependents.entry(*blocker).or_default().push(id);
        }
        self.by_patience.insert((waiter.until, id));
        *self.by_sender.entry(waiter.from.clone()).or_default() += 1;
        self.held.insert(id, waiter);
    }

    /// Ends the waiting of a message, whatever it still waits for.
    pub(crate) fn remove(&mut self, id: &MessageId) -> Option<Waiter> {
        let waiter = self.held.remove(id)?;
        for blocker in &waiter.blockers {
            if let Some(dependents) = self.dependents.get_mut(blocker) {
                dependents.retain(|dependent| dependent != id);
                if dependents.is_empty() {
                    self.dependents.remove(blocker);
                }
            }
        }
        self.by_patience.remove(&(waiter.until, *id));
        if let Some(count) = self.by_sender.get_mut(&waiter.from) {
            *count -= 1;
            if *count == 0 {
                self.by_sender.remove(&waiter.from);
            }
        }
        Some(waiter)
    }

    /// Notes that `parent` was handed over, and ends the waiting of those who waited for nothing
    /// else.
    pub(crate) fn release(&mut self, parent: &MessageId) -> Vec<(MessageId, Waiter)> {
        let dependents = self.dependents.remove(parent).unwrap_or_default();
        let mut released = Vec::new();
        for id in dependents {
            let Some(waiter) = self.held.get_mut(&id) else {
                continue;
            };
            waiter.blockers.retain(|blocker| blocker != parent);
            if waiter.blockers.is_empty()
                && let Some(waiter) = self.remove(&id)
            {
                released.push((id, waiter));
            }
        }
        released
    }

    /// The message whose patience ends first, and the epoch in which it does.
    pub(crate) fn next(&self) -> Option<(u64, MessageId)> {
        self.by_patience.first().copied()
    }

    pub(crate) fn holds(&self, id: &MessageId) -> bool {
        self.held.contains_key(id)
    }

    pub(crate) fn is_awaited(&self, id: &MessageId) -> bool {
        self.dependents.contains_key(id)
    }

    pub(crate) fn held_from(&self, sender: &PeerId) -> usize {
        self.by_sender.get(sender).copied().unwrap_or_default()
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = &MessageId> {
        self.held.keys()
    }

    pub(crate) fn len(&self) -> usize {
        self.held.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(number: u8) -> MessageId {
        MessageId([number; 32])
    }

    fn waiter(until: u64, blockers: &[u8]) -> Waiter {
        Waiter {
            from: PeerId::from("a"),
            until,
            blockers: blockers.iter().copied().map(id).collect(),
        }
    }

    #[test]
    fn a_message_is_released_by_the_last_of_its_parents() {
        let mut waiting = Waiting::default();
        waiting.add(id(3), waiter(9, &[1, 2]));
        waiting.add(id(4), waiter(5, &[2]));
        assert_eq!(waiting.next(), Some((5, id(4))));
        assert!(waiting.release(&id(1)).is_empty());
        let released: Vec<_> = waiting.release(&id(2)).into_iter().map(|r| r.0).collect();
        assert_eq!(released, [id(3), id(4)]);
        assert_eq!((waiting.len(), waiting.next()), (0, None));
        assert!(!waiting.is_awaited(&id(2)) && waiting.held_from(&PeerId::from("a")) == 0);
    }

    #[test]
    fn a_message_named_twice_as_a_parent_blocks_once() {
        let mut waiting = Waiting::default();
        waiting.add(id(3), waiter(9, &[1, 1]));
        assert_eq!(waiting.release(&id(1)).len(), 1);
        assert_eq!(waiting.len(), 0);
    }

    #[test]
    fn whoever_lost_patience_is_awaited_no_less() {
        let mut waiting = Waiting::default();
        waiting.add(id(2), waiter(9, &[1]));
        waiting.add(id(3), waiter(9, &[2]));
        assert_eq!(waiting.remove(&id(2)).unwrap().blockers, [id(1)]);
        assert!(!waiting.is_awaited(&id(1)) && waiting.is_awaited(&id(2)));
        assert_eq!(waiting.release(&id(2)).len(), 1);
    }
}
