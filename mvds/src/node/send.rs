//! What leaves, and when.

use super::Node;
use crate::drops::DropReason;
use crate::event::{Event, GivenUp, Transmit};
use crate::table::{Entry, Place, Slot};
use crate::{
    Error, FirstSend, Message, MessageId, Payload, PeerId, Record, RecordKind, Store, size,
};

/// A payload in the making.
#[derive(Default)]
struct Draught {
    payload: Payload,
    size: usize,
}

impl Draught {
    /// Whether something of `size` bytes still fits. Something always fits in an empty payload.
    fn fits(&self, size: usize, limit: usize) -> bool {
        self.size == 0 || self.size + size <= limit
    }
}

impl Node {
    pub(super) fn try_timeout<S: Store>(
        &mut self,
        store: &mut S,
        now: u64,
    ) -> Result<(), Error<S::Error>> {
        self.clock.advance(now);
        let epoch = self.clock.epoch();
        let (peers, ready) = (&mut self.peers, &mut self.ready);
        self.table.take_due(epoch, |number| {
            if let Some(peer) = peers.get_mut(number)
                && !std::mem::replace(&mut peer.ready, true)
            {
                ready.push_back(number);
            }
        });
        for number in std::mem::take(&mut self.late) {
            if let Some(peer) = self.peers.get_mut(number) {
                peer.late = false;
            }
            self.make_ready(number);
        }
        while let Some((deadline, id)) = self.deadlines.first().copied()
            && deadline <= now
        {
            self.deadlines.pop_first();
            self.give_up(store, &id)?;
        }
        while let Some((until, id)) = self.waiting.next()
            && until <= epoch
        {
            self.end_patience(store, &id)?;
        }
        Ok(())
    }

    /// Stops sending a message to whoever has not acknowledged it.
    fn give_up<S: Store>(&mut self, store: &mut S, id: &MessageId) -> Result<(), Error<S::Error>> {
        let owed = |record: &Record| record.kind != RecordKind::Request;
        while let Some((slot, entry)) = self.table.find(id, owed) {
            self.remove_record(store, slot)?;
            self.report_given_up(*id, entry.record.peer, GivenUp::Deadline);
        }
        self.settle(store, id)
    }

    pub(super) fn report_given_up(&mut self, message: MessageId, peer: u32, reason: GivenUp) {
        if let Some(peer) = self.peers.get(peer) {
            self.events.push_back(Event::GivenUp {
                message,
                peer: peer.id.clone(),
                reason,
            });
        }
    }

    /// Makes a record due as soon as the shortest pause allows. Nothing is written: after a restart
    /// it is due when it would have been.
    pub(super) fn hasten(&mut self, slot: Slot) {
        let (first, _) = self.first_epoch();
        let epoch = self.clock.epoch();
        let Some(entry) = self.table.entry(slot) else {
            return;
        };
        let mut record = entry.record;
        let earliest = match record.count {
            0 => first,
            _ => record
                .last_sent
                .saturating_add(self.config.back_off.shortest())
                .max(first),
        };
        if earliest >= record.epoch {
            return;
        }
        record.epoch = earliest;
        let immediate = self.config.first_send == FirstSend::Immediate;
        if immediate && earliest <= epoch {
            self.table.change(slot, record, Place::Outbox);
            self.make_ready(record.peer);
        } else {
            self.table.change(slot, record, Place::Due);
        }
    }

    pub(super) fn hasten_all(&mut self, id: &PeerId) {
        let epoch = self.clock.epoch();
        let Some(number) = self.peers.number(id) else {
            return;
        };
        let Some(peer) = self.peers.get_mut(number) else {
            return;
        };
        let pause = self.config.back_off.shortest();
        if peer
            .online
            .is_some_and(|last| epoch < last.saturating_add(pause))
        {
            return;
        }
        peer.online = Some(epoch);
        let slots: Vec<_> = self.table.of_peer(number).map(|(slot, _)| slot).collect();
        for slot in slots {
            self.table.forget_attempts(slot);
            self.hasten(slot);
        }
    }

    pub(super) fn try_transmit<S: Store>(
        &mut self,
        store: &mut S,
        now: u64,
    ) -> Result<Option<Transmit>, Error<S::Error>> {
        self.clock.advance(now);
        while let Some(number) = self.ready.pop_front() {
            let draught = self.fill(store, number)?;
            let has_more = self.table.next_out(number).is_some();
            let Some(peer) = self.peers.get_mut(number) else {
                continue;
            };
            peer.ready = has_more || !peer.acks.is_empty();
            if peer.ready {
                self.ready.push_back(number);
            }
            let peer = peer.id.clone();
            self.release(store, number)?;
            if draught.size == 0 {
                continue;
            }
            let payload = draught.payload.into_encoded(self.config.numbering);
            self.counters.payloads_out += 1;
            self.counters.bytes_out += payload.len() as u64;
            return Ok(Some(Transmit { peer, payload }));
        }
        Ok(None)
    }

    /// Makes the next payload for a peer.
    fn fill<S: Store>(&mut self, store: &mut S, number: u32) -> Result<Draught, Error<S::Error>> {
        let limit = self.config.max_payload;
        let per_id = size::of_id(self.config.numbering);
        let mut draught = Draught::default();
        while let Some(peer) = self.peers.get_mut(number)
            && draught.fits(per_id, limit)
            && let Some(id) = peer.acks.pop_front()
        {
            draught.payload.acks.push(id.to_bytes());
            draught.size += per_id;
            self.counters.acks_out += 1;
        }
        while let Some((slot, entry)) = self.table.next_out(number) {
            let entry = *entry;
            let id = entry.record.message;
            match entry.record.kind {
                RecordKind::Message => {
                    let Some(message) = store.message(&id).map_err(Error::Store)? else {
                        self.remove_record(store, slot)?;
                        self.report_given_up(id, number, GivenUp::Lost);
                        self.settle(store, &id)?;
                        continue;
                    };
                    let size = size::of_message(&message, self.config.numbering);
                    if !draught.fits(size, limit) {
                        break;
                    }
                    self.send_message(store, slot, entry, &message)?;
                    draught.payload.messages.push(message);
                    draught.size += size;
                }
                RecordKind::Offer => {
                    if !draught.fits(per_id, limit) {
                        break;
                    }
                    self.mark_sent(store, slot, entry)?;
                    draught.payload.offers.push(id.to_bytes());
                    draught.size += per_id;
                }
                RecordKind::Request => {
                    if !draught.fits(per_id, limit) {
                        break;
                    }
                    if entry.record.attempt >= self.config.max_request_attempts {
                        self.count_drop(DropReason::RequestUnanswered);
                        self.remove_record(store, slot)?;
                        continue;
                    }
                    self.mark_sent(store, slot, entry)?;
                    draught.payload.requests.push(id.to_bytes());
                    draught.size += per_id;
                }
            }
        }
        Ok(draught)
    }

    fn send_message<S: Store>(
        &mut self,
        store: &mut S,
        slot: Slot,
        entry: Entry,
        message: &Message,
    ) -> Result<(), Error<S::Error>> {
        self.counters.messages_out += 1;
        self.counters.repeated_out += u64::from(entry.record.count > 0);
        let metadata = message.metadata.as_ref();
        if !metadata.is_some_and(|metadata| metadata.ephemeral) {
            return self.mark_sent(store, slot, entry);
        }
        self.report_sent(&Record {
            count: entry.record.count.saturating_add(1),
            ..entry.record
        });
        self.remove_record(store, slot)?;
        self.settle(store, &entry.record.message)
    }

    /// Notes that a record is in a payload, and when it is due again.
    fn mark_sent<S: Store>(
        &mut self,
        store: &mut S,
        slot: Slot,
        entry: Entry,
    ) -> Result<(), Error<S::Error>> {
        let epoch = self.clock.epoch();
        let mut record = entry.record;
        record.count = record.count.saturating_add(1);
        record.attempt = record.attempt.saturating_add(1);
        record.last_sent = epoch;
        record.epoch =
            self.config
                .back_off
                .next(record.attempt, record.epoch, epoch, &mut self.jitter);
        self.save_clock(store)?;
        store
            .update_record(entry.number, &record)
            .map_err(Error::Store)?;
        self.table.change(slot, record, Place::Due);
        if record.kind != RecordKind::Request {
            self.report_sent(&record);
        }
        Ok(())
    }

    fn report_sent(&mut self, record: &Record) {
        if let Some(peer) = self.peers.get(record.peer) {
            self.events.push_back(Event::Sent {
                message: record.message,
                peer: peer.id.clone(),
                kind: record.kind,
                count: record.count,
                epoch: self.clock.epoch(),
            });
        }
    }
}
