//! Parents: causal order, and asking for what is missing.

use super::{MAX_PARENTS, Node};
use crate::drops::DropReason;
use crate::event::{Delivery, Event};
use crate::waiting::Waiter;
use crate::{Bookkeeping, Error, Held, Message, MessageId, PeerId, Store};

/// What stands between a message and its delivery in causal order.
#[derive(Default)]
pub(super) struct Gaps {
    /// Parents that are not here.
    pub(super) missing: Vec<MessageId>,
    /// Parents that were not handed over: those, and the ones that wait themselves.
    pub(super) blockers: Vec<MessageId>,
}

impl Node {
    /// The parents that a message names, as far as they are looked at.
    pub(super) fn parents(&mut self, id: &MessageId, message: &Message) -> Vec<MessageId> {
        let Some(metadata) = &message.metadata else {
            return Vec::new();
        };
        let mut parents = Vec::with_capacity(metadata.parents.len().min(MAX_PARENTS));
        for parent in &metadata.parents {
            if parents.len() == MAX_PARENTS {
                self.count_drop(DropReason::TooManyParents);
                continue;
            }
            match <[u8; 32]>::try_from(&parent[..]).ok().map(MessageId) {
                // A message that names itself would wait for ever, and one that names another a
                // hundred times would cost a hundred times as much while it waits.
                Some(parent) if parent == *id || parents.contains(&parent) => {}
                Some(parent) => parents.push(parent),
                None => self.count_drop(DropReason::MalformedId),
            }
        }
        parents
    }

    /// What stands between a message with these `parents` and its delivery.
    pub(super) fn gaps<S: Store>(
        &mut self,
        store: &mut S,
        parents: &[MessageId],
    ) -> Result<Gaps, Error<S::Error>> {
        let mut gaps = Gaps::default();
        for parent in parents {
            let here = store.is_remembered(parent).map_err(Error::Store)?;
            if !here {
                gaps.missing.push(*parent);
            }
            if !here || self.waiting.holds(parent) {
                gaps.blockers.push(*parent);
            }
        }
        Ok(gaps)
    }

    pub(super) fn request_parent<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        group: Option<u32>,
        parent: MessageId,
    ) -> Result<(), Error<S::Error>> {
        if self.config.bookkeeping == Bookkeeping::Specified
            && let Some(number) = self.peers.number(sender)
            && self.asked(number, &parent).is_some()
        {
            return Ok(());
        }
        self.request(store, sender, group, parent)?;
        Ok(())
    }

    /// Lets a message wait until `blockers` were handed over. It was saved before.
    pub(super) fn hold<S: Store>(
        &mut self,
        store: &mut S,
        id: MessageId,
        sender: &PeerId,
        blockers: Vec<MessageId>,
    ) -> Result<(), Error<S::Error>> {
        let patience = self.clock.epochs_in(self.config.patience);
        let until = self.clock.epoch().saturating_add(patience);
        let held = Held {
            from: sender.clone(),
            until,
            parents: blockers.clone(),
        };
        self.save_clock(store)?;
        store.save_held(&id, &held).map_err(Error::Store)?;
        let waiter = Waiter {
            from: held.from,
            until,
            blockers,
        };
        self.waiting.add(id, waiter);
        Ok(())
    }

    /// Hands a message over, and then those that waited for it, and so on.
    pub(super) fn deliver<S: Store>(
        &mut self,
        store: &mut S,
        id: MessageId,
        peer: PeerId,
        message: Message,
        missing_parents: Vec<MessageId>,
    ) -> Result<(), Error<S::Error>> {
        self.report(Delivery {
            id,
            peer,
            message,
            missing_parents,
        });
        let mut delivered = vec![id];
        while let Some(parent) = delivered.pop() {
            for (id, waiter) in self.waiting.release(&parent) {
                if self.hand_over(store, id, waiter, Vec::new())? {
                    delivered.push(id);
                }
            }
        }
        Ok(())
    }

    /// Hands over a message that has waited, and says whether it was there.
    fn hand_over<S: Store>(
        &mut self,
        store: &mut S,
        id: MessageId,
        waiter: Waiter,
        missing_parents: Vec<MessageId>,
    ) -> Result<bool, Error<S::Error>> {
        store.remove_held(&id).map_err(Error::Store)?;
        let message = store.message(&id).map_err(Error::Store)?;
        let found = message.is_some();
        if let Some(message) = message {
            self.report(Delivery {
                id,
                peer: waiter.from,
                message,
                missing_parents,
            });
        }
        self.settle(store, &id)?;
        Ok(found)
    }

    fn report(&mut self, delivery: Delivery) {
        self.counters.delivered += 1;
        self.events.push_back(Event::Delivered(delivery));
    }

    /// Hands over a message without the parents that it waits for, and those that wait for it.
    pub(super) fn end_patience<S: Store>(
        &mut self,
        store: &mut S,
        id: &MessageId,
    ) -> Result<(), Error<S::Error>> {
        let Some(mut waiter) = self.waiting.remove(id) else {
            return Ok(());
        };
        let missing = std::mem::take(&mut waiter.blockers);
        self.hand_over(store, *id, waiter, missing)?;
        let mut delivered = vec![*id];
        while let Some(parent) = delivered.pop() {
            for (id, waiter) in self.waiting.release(&parent) {
                self.hand_over(store, id, waiter, Vec::new())?;
                delivered.push(id);
            }
        }
        Ok(())
    }
}
