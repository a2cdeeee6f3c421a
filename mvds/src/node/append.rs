//! Accepting a message of one's own, and making records.

use super::{Draft, Node};
use crate::event::Event;
use crate::store::{OWN, SavedClock};
use crate::table::Place;
use crate::{
    Dependencies, Error, FirstSend, GroupId, Message, MessageId, Metadata, Mode, Record,
    RecordKind, SavedMessage, Store, size,
};

/// What longer lengths may take beside the parents: 2 bytes in the metadata, 2 in the message.
const MARGIN: usize = 4;

impl Node {
    pub(super) fn try_append<S: Store>(
        &mut self,
        store: &mut S,
        id: &GroupId,
        draft: Draft,
        now: u64,
    ) -> Result<MessageId, Error<S::Error>> {
        self.clock.advance(now);
        let Some(number) = self.groups.number(id) else {
            return Err(Error::UnknownGroup(id.clone()));
        };
        let Some(group) = self.groups.get(number) else {
            return Err(Error::UnknownGroup(id.clone()));
        };
        if group.members.is_empty() {
            return Err(Error::NoMembers(id.clone()));
        }
        let limit = self.config.max_unacknowledged;
        if self.table.unacknowledged() + group.members.len() > limit {
            return Err(Error::Full { limit });
        }
        let settings = group.settings;
        let with_parents = settings.dependencies != Dependencies::Ignored && !draft.ephemeral;
        let mut message = Message {
            group_id: group.id.0.clone(),
            timestamp: draft.timestamp.unwrap_or((now / 1_000) as i64),
            body: draft.body,
            metadata: (with_parents || draft.ephemeral).then(|| Metadata {
                parents: Vec::new(),
                ephemeral: draft.ephemeral,
            }),
        };
        let members: Vec<_> = group.members.iter().copied().collect();
        let (size, limit) = (
            size::of_message(&message, self.config.numbering),
            self.config.max_payload,
        );
        if size > limit {
            return Err(Error::TooLarge { size, limit });
        }
        let mut parents: Vec<MessageId> = Vec::new();
        if with_parents && let Some(metadata) = &mut message.metadata {
            // The newest that fit; the others remain heads and are named later.
            let room = (limit - size).saturating_sub(MARGIN) / size::OF_PARENT;
            let skipped = group.heads.len().saturating_sub(room);
            parents.extend(group.heads.iter().skip(skipped));
            metadata.parents = parents.iter().map(|id| id.to_bytes()).collect();
        }
        let id = message.id();
        if self.messages.contains_key(&id) || !self.remember(store, &id, OWN)? {
            return Err(Error::AlreadyAppended(id));
        }
        let about = SavedMessage {
            number: self.next_message,
            group: Some(number),
            deadline: draft.deadline,
            in_history: with_parents,
        };
        self.save_message(store, &id, &message, about)?;
        // An ephemeral message need not arrive, so it goes without asking.
        let kind = match settings.mode {
            Mode::Interactive if !draft.ephemeral => RecordKind::Offer,
            _ => RecordKind::Message,
        };
        self.events.push_back(Event::Stored {
            message: id,
            group: GroupId(message.group_id),
            peers: members.len(),
        });
        for member in members {
            self.new_record(store, member, Some(number), id, kind)?;
        }
        if with_parents {
            self.update_heads(store, number, id, &parents, false)?;
        }
        Ok(id)
    }

    /// Adds a record that was never sent.
    pub(super) fn new_record<S: Store>(
        &mut self,
        store: &mut S,
        peer: u32,
        group: Option<u32>,
        message: MessageId,
        kind: RecordKind,
    ) -> Result<(), Error<S::Error>> {
        self.ensure_saved(store, peer)?;
        let (epoch, place) = self.first_epoch();
        let record = Record {
            peer,
            group,
            message,
            kind,
            count: 0,
            attempt: 0,
            epoch,
            last_sent: 0,
        };
        let number = self.next_record;
        self.next_record += 1;
        self.save_clock(store)?;
        store.insert_record(number, &record).map_err(Error::Store)?;
        self.table.insert(number, record, place);
        if place == Place::Outbox {
            self.make_ready(peer);
        }
        Ok(())
    }

    /// When something new is due, and where it waits until then.
    pub(super) fn first_epoch(&self) -> (u64, Place) {
        let epoch = self.clock.epoch();
        match self.config.first_send {
            FirstSend::Immediate => (epoch, Place::Outbox),
            FirstSend::NextEpoch => (epoch.saturating_add(1), Place::Due),
        }
    }

    /// Puts a peer into the queue of those to whom something goes at once.
    pub(super) fn make_ready(&mut self, number: u32) {
        if let Some(peer) = self.peers.get_mut(number)
            && !std::mem::replace(&mut peer.ready, true)
        {
            self.ready.push_back(number);
        }
    }

    /// Keeps the clock in the store at the epoch in which records were written last.
    pub(super) fn save_clock<S: Store>(&mut self, store: &mut S) -> Result<(), Error<S::Error>> {
        let epoch = self.clock.epoch();
        if self.saved_epoch == Some(epoch) {
            return Ok(());
        }
        self.saved_epoch = Some(epoch);
        let began = self.clock.began();
        store
            .save_clock(SavedClock { epoch, began })
            .map_err(Error::Store)
    }
}
