//! Which messages are kept, and which ids are remembered.

use super::{MAX_HEADS, Node};
use crate::store::{OWN, STRANGERS};
use crate::table::Slot;
use crate::{Error, Message, MessageId, Record, RecordKind, SavedMessage, Store};

impl Node {
    /// Remembers an id in a window, and says whether it was in none. When a window is full, its oldest hundredth is
    /// forgotten.
    pub(super) fn remember<S: Store>(
        &mut self,
        store: &mut S,
        id: &MessageId,
        window: u32,
    ) -> Result<bool, Error<S::Error>> {
        let new = store.remember(id, window).map_err(Error::Store)?;
        // For whoever brings it too it is remembered as well, so that the other one, by bringing as
        // many more as there is room for, does not make it new again. Own ones come back only from
        // those who relay.
        let kept = match window {
            _ if new => true,
            OWN | STRANGERS => false,
            _ => store.remember_too(id, window).map_err(Error::Store)?,
        };
        if !kept {
            return Ok(false);
        }
        let most = self.config.max_remembered.max(1);
        let count = self.windows.entry(window).or_default();
        *count += 1;
        if *count > most {
            let excess = (*count - most).max(most / 100);
            *count -= excess;
            store.forget_oldest(window, excess).map_err(Error::Store)?;
        }
        Ok(new)
    }

    /// The window in which ids of messages from a peer are remembered.
    pub(super) fn window(&self, number: Option<u32>) -> u32 {
        match number.and_then(|number| Some((number, self.peers.get(number)?))) {
            Some((number, peer)) if !peer.is_stranger() => number,
            _ => STRANGERS,
        }
    }

    pub(super) fn save_message<S: Store>(
        &mut self,
        store: &mut S,
        id: &MessageId,
        message: &Message,
        about: SavedMessage,
    ) -> Result<(), Error<S::Error>> {
        store
            .save_message(id, message, &about)
            .map_err(Error::Store)?;
        self.next_message = self.next_message.max(about.number.saturating_add(1));
        if let Some(deadline) = about.deadline {
            self.deadlines.insert((deadline, *id));
        }
        self.messages.insert(*id, about);
        Ok(())
    }

    /// Takes a record out of the table and of the store.
    pub(super) fn remove_record<S: Store>(
        &mut self,
        store: &mut S,
        slot: Slot,
    ) -> Result<Option<Record>, Error<S::Error>> {
        let Some(entry) = self.table.remove(slot) else {
            return Ok(None);
        };
        store.remove_record(entry.number).map_err(Error::Store)?;
        Ok(Some(entry.record))
    }

    /// How many peers have not acknowledged a message.
    pub(super) fn unacknowledged(&self, id: &MessageId) -> usize {
        let records = self.table.of_message(id);
        records
            .filter(|(_, entry)| entry.record.kind != RecordKind::Request)
            .count()
    }

    /// Removes a message that nobody needs any more.
    pub(super) fn settle<S: Store>(
        &mut self,
        store: &mut S,
        id: &MessageId,
    ) -> Result<(), Error<S::Error>> {
        let Some(about) = self.messages.get(id).copied() else {
            return Ok(());
        };
        if self.unacknowledged(id) > 0 {
            return Ok(());
        }
        if let Some(deadline) = about.deadline {
            self.deadlines.remove(&(deadline, *id));
        }
        if about.in_history || self.waiting.holds(id) {
            return Ok(());
        }
        self.messages.remove(id);
        store.remove_message(id).map_err(Error::Store)
    }

    /// Takes note that a message names `parents`: they are no heads any more, it is one unless a
    /// message that came before has it for a parent. Keeps it in the history.
    pub(super) fn update_heads<S: Store>(
        &mut self,
        store: &mut S,
        group: u32,
        id: MessageId,
        parents: &[MessageId],
        has_children: bool,
    ) -> Result<(), Error<S::Error>> {
        // One that waits for its parents must be there for the moment.
        let most = self.config.max_history.max(1);
        let Some(entry) = self.groups.get_mut(group) else {
            return Ok(());
        };
        let mut gone = Vec::new();
        entry.heads.retain(|head| {
            let named = parents.contains(head);
            if named {
                gone.push(*head);
            }
            !named
        });
        if !has_children {
            entry.heads.push(id);
            if entry.heads.len() > MAX_HEADS {
                gone.push(entry.heads.remove(0));
            }
            store.add_head(group, &id).map_err(Error::Store)?;
        }
        for head in gone {
            store.remove_head(group, &head).map_err(Error::Store)?;
        }
        entry.history.push_back(id);
        while let Some(group) = self.groups.get_mut(group)
            && group.history.len() > most
            && let Some(oldest) = group.history.pop_front()
        {
            self.leave_history(store, &oldest)?;
        }
        Ok(())
    }

    pub(super) fn leave_history<S: Store>(
        &mut self,
        store: &mut S,
        id: &MessageId,
    ) -> Result<(), Error<S::Error>> {
        if let Some(about) = self.messages.get_mut(id) {
            about.in_history = false;
        }
        self.settle(store, id)
    }
}
