//! What a payload does.

use super::Node;
use super::wait::Gaps;
use crate::directory::Peer;
use crate::drops::DropReason;
use crate::event::Event;
use crate::store::STRANGERS;
use crate::table::{Entry, Place, Slot};
use crate::{
    Bookkeeping, Dependencies, Error, FirstSend, GroupId, GroupSettings, Message, MessageId,
    Payload, PeerId, Record, RecordKind, SavedMessage, Store, UnknownGroups,
};
use bytes::Bytes;

impl Node {
    pub(super) fn try_payload<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        payload: Payload,
        now: u64,
    ) -> Result<(), Error<S::Error>> {
        self.clock.advance(now);
        self.counters.payloads_in += 1;
        if payload.is_empty() {
            self.count_drop(DropReason::EmptyPayload);
            return Ok(());
        }
        // The order is that of vacp2p/mvds: an offer in the payload that brings the message itself
        // makes a request, which the message then fulfils.
        for id in &payload.acks {
            if let Some(id) = self.parse(id) {
                self.on_ack(store, sender, id)?;
            }
        }
        for id in &payload.requests {
            if let Some(id) = self.parse(id) {
                self.on_request(store, sender, id)?;
            }
        }
        for id in &payload.offers {
            if let Some(id) = self.parse(id) {
                self.on_offer(store, sender, id)?;
            }
        }
        for message in payload.messages {
            self.counters.messages_in += 1;
            self.on_message(store, sender, message)?;
        }
        if let Some(number) = self.peers.number(sender) {
            self.release(store, number)?;
        }
        Ok(())
    }

    fn parse(&mut self, bytes: &Bytes) -> Option<MessageId> {
        let id = <[u8; 32]>::try_from(&bytes[..]).ok().map(MessageId);
        if id.is_none() {
            self.count_drop(DropReason::MalformedId);
        }
        id
    }

    fn on_ack<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        id: MessageId,
    ) -> Result<(), Error<S::Error>> {
        let known = match self.peers.number(sender) {
            Some(number) => self.acknowledge(store, number, &id)?,
            None => false,
        };
        if !known {
            self.count_drop(DropReason::UnknownAck);
        }
        Ok(())
    }

    /// Notes that a peer holds a message, and says whether it was owed to the peer.
    fn acknowledge<S: Store>(
        &mut self,
        store: &mut S,
        number: u32,
        id: &MessageId,
    ) -> Result<bool, Error<S::Error>> {
        let mut owed = false;
        while let Some((slot, _)) = self.owed(number, id) {
            self.remove_record(store, slot)?;
            owed = true;
        }
        if owed {
            let remaining = self.unacknowledged(id);
            if let Some(peer) = self.peers.get(number) {
                self.events.push_back(Event::Acknowledged {
                    message: *id,
                    peer: peer.id.clone(),
                    at: self.clock.now(),
                    remaining,
                });
            }
            if remaining == 0 {
                self.settle(store, id)?;
            }
        }
        Ok(owed)
    }

    /// What is owed to a peer of a message: the offer or the message itself.
    fn owed(&self, peer: u32, id: &MessageId) -> Option<(Slot, Entry)> {
        let owed = |record: &Record| record.peer == peer && record.kind != RecordKind::Request;
        self.table.find(id, owed)
    }

    /// What a peer was asked for.
    pub(super) fn asked(&self, peer: u32, id: &MessageId) -> Option<(Slot, Entry)> {
        let asked = |record: &Record| record.peer == peer && record.kind == RecordKind::Request;
        self.table.find(id, asked)
    }

    fn on_request<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        id: MessageId,
    ) -> Result<(), Error<S::Error>> {
        let Some(about) = self.messages.get(&id) else {
            self.count_drop(DropReason::UnknownRequest);
            return Ok(());
        };
        let group = about.group.and_then(|number| self.groups.get(number));
        let number = self.peers.number(sender);
        let (Some(group_number), Some(group), Some(number)) = (about.group, group, number) else {
            self.count_drop(DropReason::ForbiddenRequest);
            return Ok(());
        };
        if !group.members.contains(&number) {
            self.count_drop(DropReason::ForbiddenRequest);
            return Ok(());
        }
        match self.owed(number, &id) {
            Some((slot, entry)) if self.config.bookkeeping == Bookkeeping::Specified => {
                if entry.record.kind == RecordKind::Message {
                    self.hasten(slot);
                    return Ok(());
                }
                let (epoch, place) = self.first_epoch();
                let record = Record {
                    kind: RecordKind::Message,
                    count: 0,
                    attempt: 0,
                    epoch,
                    ..entry.record
                };
                self.save_clock(store)?;
                store
                    .update_record(entry.number, &record)
                    .map_err(Error::Store)?;
                self.table.change(slot, record, place);
                if place == Place::Outbox {
                    self.make_ready(number);
                }
                Ok(())
            }
            _ if self.table.unacknowledged() >= self.config.max_unacknowledged => {
                self.count_drop(DropReason::TooManyRequested);
                Ok(())
            }
            _ => self.new_record(store, number, Some(group_number), id, RecordKind::Message),
        }
    }

    fn on_offer<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        id: MessageId,
    ) -> Result<(), Error<S::Error>> {
        let specified = self.config.bookkeeping == Bookkeeping::Specified;
        let known = store.is_remembered(&id).map_err(Error::Store)?;
        // Whoever has nothing to do with a message that is held is answered as if it were not.
        let number = match self.peers.number(sender) {
            Some(number) if known && self.may_know(store, number, &id)? => Some(number),
            _ => None,
        };
        if known && (!specified || number.is_some()) {
            self.count_drop(DropReason::KnownOffer);
            if specified && let Some(number) = number {
                // Who offers a message holds it.
                self.acknowledge(store, number, &id)?;
                self.queue_ack(number, id);
            }
            return Ok(());
        }
        if self.config.unknown_groups == UnknownGroups::Refuse
            && !self
                .peers
                .number(sender)
                .is_some_and(|number| self.is_in_a_group(number))
        {
            self.count_drop(DropReason::ForbiddenOffer);
            return Ok(());
        }
        if specified
            && let Some(number) = self.peers.number(sender)
            && let Some((slot, _)) = self.asked(number, &id)
        {
            // The request may have been lost; the peer is there now.
            self.hasten(slot);
            return Ok(());
        }
        self.request(store, sender, None, id)?;
        Ok(())
    }

    fn is_in_a_group(&self, number: u32) -> bool {
        self.peers.get(number).is_some_and(|peer| peer.groups > 0)
    }

    /// Whether a peer may be told that a message is held here: it has sent it, or is to get it; or a
    /// group that the two are in passes messages on, where it may have come from anybody.
    fn may_know<S: Store>(
        &self,
        store: &mut S,
        number: u32,
        id: &MessageId,
    ) -> Result<bool, Error<S::Error>> {
        let members = |group: u32| self.groups.get(group).map(|group| &group.members);
        let about = self.messages.get(id).and_then(|about| about.group);
        let of_group = about.and_then(members);
        if of_group.is_some_and(|members| members.contains(&number))
            || self.owed(number, id).is_some()
        {
            return Ok(true);
        }
        let mut relaying = self.groups.iter().filter(|group| group.settings.relay);
        if relaying.any(|group| group.members.contains(&number)) {
            return Ok(true);
        }
        self.has_brought(store, number, id)
    }

    /// Whether a message is remembered as one that came from this peer.
    fn has_brought<S: Store>(
        &self,
        store: &mut S,
        number: u32,
        id: &MessageId,
    ) -> Result<bool, Error<S::Error>> {
        match self.window(Some(number)) {
            STRANGERS => Ok(false),
            window => store.is_remembered_in(id, window).map_err(Error::Store),
        }
    }

    /// Asks a peer for a message, and says whether that was possible.
    pub(super) fn request<S: Store>(
        &mut self,
        store: &mut S,
        peer: &PeerId,
        group: Option<u32>,
        id: MessageId,
    ) -> Result<bool, Error<S::Error>> {
        let Some(number) = self.peer_or_stranger(peer) else {
            return Ok(false);
        };
        let stranger = self.peers.get(number).is_some_and(Peer::is_stranger);
        let limit = match stranger {
            true => self.config.max_requests_per_peer.div_ceil(64),
            false => self.config.max_requests_per_peer,
        };
        if self.table.requests_to(number) >= limit {
            self.count_drop(DropReason::TooManyRequests);
            return Ok(false);
        }
        self.new_record(store, number, group, id, RecordKind::Request)?;
        Ok(true)
    }

    /// The number of a peer, which becomes a stranger if it was unknown and there is room.
    fn peer_or_stranger(&mut self, peer: &PeerId) -> Option<u32> {
        if let Some(number) = self.peers.number(peer) {
            return Some(number);
        }
        if self.peers.strangers() >= self.config.max_strangers {
            self.count_drop(DropReason::TooManyStrangers);
            return None;
        }
        Some(self.peers.add(peer))
    }

    fn queue_ack(&mut self, number: u32, id: MessageId) {
        let immediate = self.config.first_send == FirstSend::Immediate;
        let limit = self.config.max_acks_per_peer;
        // All strangers together have as much room as one member.
        let of_stranger = (limit / self.config.max_strangers.max(1)).max(1);
        let Some(peer) = self.peers.get_mut(number) else {
            return;
        };
        let limit = match peer.is_stranger() {
            true => of_stranger.min(limit),
            false => limit,
        };
        if peer.acks.len() >= limit {
            self.count_drop(DropReason::TooManyAcks);
            return;
        }
        peer.acks.push_back(id);
        if immediate {
            self.make_ready(number);
        } else if !std::mem::replace(&mut peer.late, true) {
            self.late.push(number);
        }
    }

    fn on_message<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        message: Message,
    ) -> Result<(), Error<S::Error>> {
        let metadata = message.metadata.as_ref();
        let ephemeral = metadata.is_some_and(|metadata| metadata.ephemeral);
        let (group, settings) = match self.admits(sender, &message) {
            Ok(admitted) => admitted,
            Err(reason) if ephemeral => {
                self.count_drop(reason);
                return Ok(());
            }
            Err(reason) => return self.on_message_from_outside(store, sender, &message, reason),
        };
        let id = message.id();
        let parents = match settings.dependencies {
            Dependencies::Ignored => Vec::new(),
            _ => self.parents(&id, &message),
        };
        let Gaps { missing, blockers } = self.gaps(store, &parents)?;
        // Strangers could be as many as they like, so nobody waits for them.
        let waits = settings.dependencies == Dependencies::Causal
            && group.is_some()
            && !blockers.is_empty();
        if waits
            && self.waiting.held_from(sender) >= self.config.max_held_per_peer
            && !store.is_remembered(&id).map_err(Error::Store)?
        {
            self.count_drop(DropReason::TooManyHeld);
            // Its sender repeats it now by itself. To go on asking for it would keep a place from the
            // request for the parent that everything waits for.
            self.withdraw_request(store, sender, &id)?;
            return Ok(());
        }
        let window = self.window(self.peers.number(sender));
        // What is still here is known even if its id was forgotten.
        let new = self.remember(store, &id, window)? && !self.messages.contains_key(&id);
        let has_children = self.fulfil(store, sender, &id)?;
        if !ephemeral && let Some(number) = self.peer_or_stranger(sender) {
            self.queue_ack(number, id);
        }
        if !new {
            self.count_drop(DropReason::Duplicate);
            return Ok(());
        }
        let relays = match group.filter(|_| settings.relay && !ephemeral) {
            Some(group) => self.relays(group, sender),
            None => Vec::new(),
        };
        let in_history =
            group.is_some() && !ephemeral && settings.dependencies != Dependencies::Ignored;
        if waits || in_history || !relays.is_empty() {
            let about = SavedMessage {
                number: self.next_message,
                group,
                deadline: None,
                in_history,
            };
            self.save_message(store, &id, &message.detached(), about)?;
        }
        for member in relays {
            self.new_record(store, member, group, id, RecordKind::Offer)?;
        }
        if let Some(group) = group.filter(|_| in_history) {
            self.update_heads(store, group, id, &parents, has_children)?;
        }
        for parent in &missing {
            self.request_parent(store, sender, group, *parent)?;
        }
        if waits {
            self.hold(store, id, sender, blockers)
        } else {
            self.deliver(store, id, sender.clone(), message, missing)
        }
    }

    /// To whom a message of a group is offered on, if there is room.
    fn relays(&mut self, group: u32, sender: &PeerId) -> Vec<u32> {
        let from = self.peers.number(sender);
        let others: Vec<_> = match self.groups.get(group) {
            Some(group) => {
                let members = group.members.iter().copied();
                members.filter(|member| Some(*member) != from).collect()
            }
            None => Vec::new(),
        };
        if self.table.unacknowledged() + others.len() > self.config.max_unacknowledged {
            self.count_drop(DropReason::TooManyRelayed);
            return Vec::new();
        }
        others
    }

    /// A message that its sender may not send, or may no more: one that came while it might is
    /// acknowledged once more, so that it does not go on for ever.
    fn on_message_from_outside<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        message: &Message,
        reason: DropReason,
    ) -> Result<(), Error<S::Error>> {
        if let Some(number) = self.peers.number(sender) {
            let id = message.id();
            if self.has_brought(store, number, &id)? {
                self.queue_ack(number, id);
                self.count_drop(DropReason::Duplicate);
                return Ok(());
            }
        }
        self.count_drop(reason);
        Ok(())
    }

    /// Whether a message may be taken from its sender: the number and settings of its group, or why
    /// not.
    fn admits(
        &self,
        sender: &PeerId,
        message: &Message,
    ) -> Result<(Option<u32>, GroupSettings), DropReason> {
        let group = self.groups.number(&GroupId(message.group_id.clone()));
        if let Some(number) = group
            && let Some(group) = self.groups.get(number)
        {
            let member = self.peers.number(sender);
            if member.is_some_and(|member| group.members.contains(&member)) {
                return Ok((Some(number), group.settings));
            }
            return Err(DropReason::NotAMember);
        }
        match self.config.unknown_groups {
            UnknownGroups::Accept(settings) => Ok((None, settings)),
            UnknownGroups::Refuse => Err(DropReason::UnknownGroup),
        }
    }

    /// Asks the sender of a message for it no more.
    fn withdraw_request<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        id: &MessageId,
    ) -> Result<(), Error<S::Error>> {
        if let Some(number) = self.peers.number(sender)
            && let Some((slot, _)) = self.asked(number, id)
        {
            self.remove_record(store, slot)?;
        }
        Ok(())
    }

    /// Does away with records that the arrival of a message from `sender` makes pointless, and says
    /// whether a message that came before has it for a parent.
    fn fulfil<S: Store>(
        &mut self,
        store: &mut S,
        sender: &PeerId,
        id: &MessageId,
    ) -> Result<bool, Error<S::Error>> {
        let mut has_children = self.waiting.is_awaited(id);
        let is_request = |record: &Record| record.kind == RecordKind::Request;
        while let Some((slot, entry)) = self.table.find(id, is_request) {
            has_children |= entry.record.group.is_some();
            self.remove_record(store, slot)?;
            self.release(store, entry.record.peer)?;
        }
        if let Some(number) = self.peers.number(sender) {
            self.acknowledge(store, number, id)?;
        }
        Ok(has_children)
    }
}
