//! The way of an envelope: judged, pooled, queued for the peers, sent, opened, expired.

use super::Whisper;
use super::config::{PeerId, Role};
use super::event::{Event, Received};
use super::fault::{DropReason, PeerFault, PostError};
use super::inbox::Pending;
use super::peer::Packet;
use crate::accept::Rejection;
use crate::envelope::Envelope;
use crate::packets::{BloomFilter, Messages, PowRequirement, code};
use crate::pool::Handle;
use alloy_rlp::Header;
use bytes::Bytes;

/// Milliseconds to the second that envelopes count in.
fn seconds(now: u64) -> u32 {
    u32::try_from(now / 1000).unwrap_or(u32::MAX)
}

/// The length of an RLP list whose items are `len` bytes.
fn list_len(len: usize) -> usize {
    let header = Header {
        list: true,
        payload_length: len,
    };
    header.length_with_payload()
}

impl Whisper {
    /// An envelope from a peer. What comes first costs least: what is in the pool needs no work
    /// computed, what is of no use no place.
    pub(super) fn take_from(
        &mut self,
        id: PeerId,
        envelope: &Envelope,
        now: u64,
    ) -> Result<(), Rejection> {
        let len = envelope.rlp().len();
        self.topics.add(envelope.topic(), len);
        self.counters.envelopes_in += 1;
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.counters.envelopes_in += 1;
            if !peer.admits(envelope.topic()) {
                peer.counters.outside_filter += 1;
                self.counters.outside_filter += 1;
            }
            if let Some(handle) = self.pool.find(&envelope.hash()) {
                peer.known.set(handle.slot, true);
                peer.counters.duplicates += 1;
                self.counters.duplicates += 1;
                return Ok(());
            }
        }
        if let Some(limits) = self.config.rate_limiting
            && !self
                .topic_rates
                .take(envelope.topic(), limits.per_topic, now)
        {
            self.drop_packet(id, DropReason::TopicRate);
            return Ok(());
        }
        let second = seconds(now);
        self.skew.note(envelope.sent(), second);
        let pow = match self.demands.rules(now).judge(envelope, second) {
            Ok(pow) => pow,
            Err(rejection) => {
                self.drop_packet(id, rejection.into());
                return Err(rejection);
            }
        };
        if self.filters.want(envelope.topic()) && !self.inbox.has_room(len) {
            self.drop_packet(id, DropReason::Backlog);
            return Ok(());
        }
        match self.pool.insert(envelope, pow, false) {
            Ok(inserted) => {
                let evicted = inserted.evicted as u64;
                self.counters.drops.add(DropReason::Evicted, evicted);
                self.counters.envelopes_new += 1;
                if let Some(peer) = self.peers.get_mut(&id) {
                    peer.counters.envelopes_new += 1;
                }
                self.spread(envelope, inserted.handle, pow, Some(id));
            }
            Err(_) => self.drop_packet(id, DropReason::PoolFull),
        }
        Ok(())
    }

    /// An envelope of this node's own.
    pub(super) fn take_own(&mut self, envelope: &Envelope, now: u64) -> Result<(), PostError> {
        let mut rules = self.demands.rules(now);
        if self.config.own_outside_bloom {
            rules.bloom = None;
        }
        let pow = rules.judge(envelope, seconds(now))?;
        let (size, limit) = (list_len(envelope.rlp().len()), self.config.max_message_size);
        if size > limit {
            return Err(PostError::TooLarge { size, limit });
        }
        let known = self.pool.contains(&envelope.hash());
        let inserted = self.pool.insert(envelope, pow, true)?;
        let evicted = inserted.evicted as u64;
        self.counters.drops.add(DropReason::Evicted, evicted);
        if !known {
            self.spread(envelope, inserted.handle, pow, None);
        }
        Ok(())
    }

    /// Hands an envelope that is new in the pool to the filters and to the queues of the peers.
    fn spread(&mut self, envelope: &Envelope, handle: Handle, pow: f64, from: Option<PeerId>) {
        if self.filters.want(envelope.topic()) {
            if self.inbox.has_room(envelope.rlp().len()) {
                self.inbox.push(Pending {
                    envelope: envelope.detached(),
                    pow,
                    peer: from,
                    direct: false,
                });
            } else {
                self.counters.drops.add(DropReason::Backlog, 1);
            }
        }
        let keep = from.is_some() && self.keeps_others();
        let Some(entry) = self.pool.entry(handle) else {
            return;
        };
        for (id, peer) in &mut self.peers {
            if keep || from == Some(*id) {
                peer.known.set(handle.slot, true);
            } else if peer.offer(handle, entry, &self.pool) {
                self.with_output.insert(*id);
            }
        }
    }

    /// Whether what others posted is passed on to nobody.
    pub(super) fn keeps_others(&self) -> bool {
        let light = matches!(self.config.role, Role::Light { .. });
        light && !self.config.light_node_relays
    }

    pub(super) fn transmit(&mut self, id: PeerId) -> Option<Packet> {
        let packet = self.next_packet(id);
        let peer = self.peers.get_mut(&id)?;
        if let Some(packet) = &packet {
            for counters in [&mut self.counters, &mut peer.counters] {
                counters.packets_out += 1;
                counters.bytes_out += packet.payload.len() as u64;
            }
        }
        if !peer.has_output() {
            self.with_output.remove(&id);
        }
        packet
    }

    fn next_packet(&mut self, id: PeerId) -> Option<Packet> {
        let status = self.status();
        let peer = self.peers.get_mut(&id)?;
        if !std::mem::replace(&mut peer.status_sent, true) {
            peer.announce_pow = false;
            peer.announce_bloom = false;
            return Some(Packet {
                code: code::STATUS,
                payload: status.encode(),
            });
        }
        if let Some(packet) = peer.pop_control() {
            return Some(packet);
        }
        if std::mem::take(&mut peer.announce_pow) {
            return Some(Packet {
                code: code::POW_REQUIREMENT,
                payload: PowRequirement(status.pow_requirement).encode(),
            });
        }
        if std::mem::take(&mut peer.announce_bloom) {
            let bloom = status.bloom.unwrap_or(crate::Bloom::FULL);
            return Some(Packet {
                code: code::BLOOM_FILTER,
                payload: BloomFilter(bloom).encode(),
            });
        }
        self.next_batch(id)
    }

    /// Gathers envelopes of the peer's queue into one packet.
    fn next_batch(&mut self, id: PeerId) -> Option<Packet> {
        let peer = self.peers.get_mut(&id)?;
        let gathered = self.config.batch_size.min(peer.options.packet_limit);
        let mut batch = Vec::new();
        let mut items = 0;
        while let Some((handle, entry)) = peer.next_queued(&self.pool) {
            let size = list_len(items + entry.rlp.len());
            if batch.is_empty() && size > peer.options.packet_limit {
                peer.counters.drops.add(DropReason::TooLargeForPeer, 1);
                self.counters.drops.add(DropReason::TooLargeForPeer, 1);
                continue;
            }
            if !batch.is_empty() && size > gathered {
                peer.put_back(handle);
                break;
            }
            peer.known.set(handle.slot, true);
            items += entry.rlp.len();
            batch.push(entry);
        }
        if batch.is_empty() {
            return None;
        }
        let mut payload = Vec::with_capacity(list_len(items));
        let header = Header {
            list: true,
            payload_length: items,
        };
        header.encode(&mut payload);
        batch
            .iter()
            .for_each(|entry| payload.extend_from_slice(&entry.rlp));
        peer.counters.envelopes_out += batch.len() as u64;
        self.counters.envelopes_out += batch.len() as u64;
        let own: Vec<_> = batch.iter().filter(|entry| entry.own).collect();
        if !own.is_empty() {
            let hashes = own.iter().map(|entry| entry.hash).collect();
            let expiry = own.iter().map(|entry| entry.expiry()).max();
            if peer.status.is_some_and(|status| status.confirmations) {
                let hash = Messages::batch_hash(&payload);
                let expiry = expiry.unwrap_or_default();
                peer.in_flight.push(hash, hashes, expiry);
            }
            for entry in own {
                let event = Event::Sent {
                    peer: id,
                    envelope: entry.hash,
                };
                if !self.events.push(event, 0) {
                    self.counters.drops.add(DropReason::EventsFull, 1);
                }
            }
        }
        Some(Packet {
            code: code::MESSAGES,
            payload: Bytes::from(payload),
        })
    }

    /// Opens what waits for it until a message comes of it.
    pub(super) fn open_next(&mut self) -> Option<Event> {
        loop {
            let Pending {
                envelope,
                pow,
                peer,
                direct,
            } = self.inbox.pop()?;
            if let Some(found) = self.filters.open(&envelope, pow, direct) {
                return Some(Event::Message(Box::new(Received {
                    filters: found.filters,
                    envelope,
                    opened: found.opened,
                    pow,
                    peer,
                    direct,
                })));
            }
        }
    }

    /// Does what is due at `now`.
    pub(super) fn advance(&mut self, now: u64) {
        let second = seconds(now);
        if self
            .pool
            .next_expiry()
            .is_some_and(|expiry| expiry < second)
        {
            self.sweep(second);
        }
        let own_only = self.keeps_others();
        while let Some((due, id)) = self.wakeups.first().copied() {
            if due > now {
                break;
            }
            self.wakeups.pop_first();
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            if peer.status.is_some() {
                peer.offer_all(&self.pool, own_only, now);
                self.with_output.insert(id);
            } else {
                let limit = self.config.status_timeout;
                let fault = PeerFault::StatusTimeout { limit };
                self.report(Event::PeerFailed { peer: id, fault }, 0);
            }
        }
    }

    fn sweep(&mut self, second: u32) {
        let (events, counters) = (&mut self.events, &mut self.counters);
        self.pool.sweep(second, |swept| {
            if swept.own && !events.push(Event::Expired(swept.hash), 0) {
                counters.drops.add(DropReason::EventsFull, 1);
            }
        });
        for peer in self.peers.values_mut() {
            peer.in_flight.sweep(second);
        }
    }

    /// Brings the node's own bloom filter in line with its role and filters.
    pub(super) fn update_bloom(&mut self, now: u64) {
        let bloom = match self.config.role {
            Role::Full => None,
            Role::Light { topics } => {
                let mut bloom = topics;
                self.filters.add_topics(&mut bloom);
                Some(bloom)
            }
        };
        if self.demands.bloom() == bloom.as_ref() {
            return;
        }
        self.demands.set_bloom(bloom, now);
        for (id, peer) in &mut self.peers {
            peer.announce_bloom = true;
            self.with_output.insert(*id);
        }
    }
}
