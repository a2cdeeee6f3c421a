//! Packets that arrive: who may send what, and what it changes.

use super::Whisper;
use super::config::{Confirmations, PeerId};
use super::event::{Event, Refused};
use super::fault::{DropReason, PeerFault};
use super::inbox::Pending;
use super::peer::Packet;
use super::rate::subscriber;
use crate::hash::Hash;
use crate::packets::{
    BatchAcknowledged, BatchReport, BloomFilter, EnvelopeError, Messages, MessagesResponse,
    P2pMessages, P2pRequest, PowRequirement, RateLimits, RequestComplete, Status, SyncRequest,
    SyncResponse, code,
};
use crate::rlp::DecodeError;
use bytes::Bytes;
use std::collections::BTreeMap;

/// Refused envelopes in one report, at most: 150 bytes each, so that a report stays well below what
/// a peer reads. Beyond, the peer is not told which.
const MAX_REPORTED: usize = 4096;

/// Bytes of a peer's words about a refused envelope that are kept.
const MAX_DESCRIPTION: usize = 256;

impl Whisper {
    pub(super) fn receive(
        &mut self,
        id: PeerId,
        code: u64,
        payload: Bytes,
        now: u64,
    ) -> Result<(), PeerFault> {
        let Some(peer) = self.peers.get_mut(&id) else {
            self.counters.drops.add(DropReason::UnknownPeer, 1);
            return Ok(());
        };
        let (size, limit) = (payload.len(), self.config.max_message_size);
        for counters in [&mut self.counters, &mut peer.counters] {
            counters.packets_in += 1;
            counters.bytes_in += size as u64;
        }
        if size > limit {
            return Err(PeerFault::PacketTooLarge { code, size, limit });
        }
        if !self.within_rate(id, now)? {
            return Ok(());
        }
        let ready = self
            .peers
            .get(&id)
            .is_some_and(|peer| peer.status.is_some());
        let malformed = |source| PeerFault::Malformed { code, source };
        match code {
            code::STATUS if !ready => self.handshake(id, &payload, now),
            _ if !ready => Err(PeerFault::NoStatus { code }),
            code::STATUS => self.ignore(id, DropReason::RepeatedStatus),
            code::MESSAGES => self.messages(id, &payload, now).map_err(malformed),
            code::POW_REQUIREMENT | code::BLOOM_FILTER | code::RATE_LIMITS => {
                self.requirement(id, code, &payload, now).map_err(malformed)
            }
            code::MESSAGES_RESPONSE => self.response(id, &payload).map_err(malformed),
            code::BATCH_ACKNOWLEDGED => self.acknowledged(id, &payload).map_err(malformed),
            code::SYNC_REQUEST..=code::P2P_MESSAGE => {
                self.direct(id, code, &payload).map_err(malformed)
            }
            _ => self.ignore(id, DropReason::UnknownCode),
        }
    }

    pub(super) fn drop_packet(&mut self, id: PeerId, reason: DropReason) {
        self.counters.drops.add(reason, 1);
        if let Some(peer) = self.peers.get_mut(&id) {
            peer.counters.drops.add(reason, 1);
        }
    }

    /// [`Self::drop_packet`], which is no error.
    fn ignore<E>(&mut self, id: PeerId, reason: DropReason) -> Result<(), E> {
        self.drop_packet(id, reason);
        Ok(())
    }

    pub(super) fn report(&mut self, event: Event, bytes: usize) {
        if !self.events.push(event, bytes) {
            self.counters.drops.add(DropReason::EventsFull, 1);
        }
    }

    /// Whether a packet may be looked at. Cheap, and before anything is decoded.
    fn within_rate(&mut self, id: PeerId, now: u64) -> Result<bool, PeerFault> {
        let Some(limits) = self.config.rate_limiting else {
            return Ok(true);
        };
        let Some(peer) = self.peers.get_mut(&id) else {
            return Ok(false);
        };
        let addresses = &mut self.addresses;
        let allowed = |ip| addresses.take(subscriber(ip), limits.per_address, now);
        let reason = if !peer.options.address.is_none_or(allowed) {
            DropReason::AddressRate
        } else if !peer.bucket.take(limits.per_peer, now) {
            DropReason::PeerRate
        } else {
            return Ok(true);
        };
        peer.exceeded += 1;
        let exceeded = peer.exceeded;
        self.drop_packet(id, reason);
        if limits.tolerance > 0 && exceeded > limits.tolerance {
            let tolerance = limits.tolerance;
            return Err(PeerFault::RateLimited {
                exceeded,
                tolerance,
            });
        }
        Ok(false)
    }

    /// The peer's status. From now on it gets envelopes, the pool first.
    fn handshake(&mut self, id: PeerId, payload: &[u8], now: u64) -> Result<(), PeerFault> {
        let status = Status::decode(payload).map_err(|source| PeerFault::Malformed {
            code: code::STATUS,
            source,
        })?;
        let restricted = self.config.restrict_light_to_light && self.config.announce_light;
        if status.light && restricted {
            return Err(PeerFault::BothLight);
        }
        let own_only = self.keeps_others();
        if let Some(peer) = self.peers.get_mut(&id) {
            self.wakeups.remove(&(peer.deadline.saturating_add(1), id));
            peer.status = Some(status);
            peer.offer_all(&self.pool, own_only, now);
            self.with_output.insert(id);
        }
        self.report(Event::PeerReady(id), 0);
        Ok(())
    }

    /// A batch of envelopes: all of it is read before any of it counts.
    fn messages(&mut self, id: PeerId, payload: &Bytes, now: u64) -> Result<(), DecodeError> {
        let messages = Messages::decode(payload)?;
        let mut errors = Vec::new();
        for envelope in &messages.envelopes {
            if let Err(rejection) = self.take_from(id, envelope, now)
                && !rejection.is_silent()
                && errors.len() < MAX_REPORTED
            {
                errors.push(EnvelopeError {
                    hash: envelope.hash(),
                    code: EnvelopeError::TIME_SYNC,
                    description: rejection.report(envelope, self.demands.rules(now).bloom),
                });
            }
        }
        let Some(peer) = self.peers.get_mut(&id) else {
            return Ok(());
        };
        let confirm = match self.config.confirmations {
            Confirmations::Off => false,
            Confirmations::WhenAnnounced => peer.status.is_some_and(|status| status.confirmations),
            Confirmations::Always => true,
        };
        if confirm {
            let batch = Messages::batch_hash(payload);
            let report = Packet {
                code: code::MESSAGES_RESPONSE,
                payload: MessagesResponse::new(&BatchReport { batch, errors }).encode(),
            };
            let acknowledgement = Packet {
                code: code::BATCH_ACKNOWLEDGED,
                payload: BatchAcknowledged(batch).encode(),
            };
            if peer.push_control([report, acknowledgement]) {
                self.with_output.insert(id);
            } else {
                self.drop_packet(id, DropReason::ConfirmationsFull);
            }
        }
        Ok(())
    }

    /// The peer demands something else from now on.
    fn requirement(
        &mut self,
        id: PeerId,
        code: u64,
        payload: &[u8],
        now: u64,
    ) -> Result<(), DecodeError> {
        let Some(peer) = self.peers.get_mut(&id) else {
            return Ok(());
        };
        let Some(status) = &mut peer.status else {
            return Ok(());
        };
        let more = match code {
            code::POW_REQUIREMENT => {
                let PowRequirement(pow) = PowRequirement::decode(payload)?;
                let former = std::mem::replace(&mut status.pow_requirement, pow);
                pow < former
            }
            code::BLOOM_FILTER => {
                let BloomFilter(bloom) = BloomFilter::decode(payload)?;
                let former = status.bloom.replace(bloom);
                former.is_some_and(|former| !former.contains(&bloom))
            }
            _ => {
                status.rate_limits = RateLimits::decode(payload)?;
                false
            }
        };
        if more {
            let due = peer.offer_more_at(now);
            self.wakeups.insert((due, id));
            self.advance(now);
        }
        Ok(())
    }

    /// The report on a batch. As deployed, one of another version or with unreadable contents is
    /// ignored; only its frame must be right.
    fn response(&mut self, id: PeerId, payload: &Bytes) -> Result<(), DecodeError> {
        let response = MessagesResponse::decode(payload)?;
        let known = response.version == MessagesResponse::VERSION;
        match BatchReport::decode(&response.content) {
            Ok(report) if known => self.confirmed(id, report.batch, report.errors),
            _ => self.drop_packet(id, DropReason::UnknownConfirmation),
        }
        Ok(())
    }

    /// The acknowledgement of a batch. It follows the report, which said all there is to say, and
    /// stands alone only from nodes that send no reports.
    fn acknowledged(&mut self, id: PeerId, payload: &[u8]) -> Result<(), DecodeError> {
        let BatchAcknowledged(batch) = BatchAcknowledged::decode(payload)?;
        self.confirmed(id, batch, Vec::new());
        Ok(())
    }

    fn confirmed(&mut self, id: PeerId, batch: Hash, errors: Vec<EnvelopeError>) {
        let peer = self.peers.get_mut(&id);
        let Some(own) = peer.and_then(|peer| peer.in_flight.take(&batch)) else {
            return self.drop_packet(id, DropReason::UnmatchedConfirmation);
        };
        let mut errors: BTreeMap<Hash, EnvelopeError> = errors
            .into_iter()
            .map(|error| (error.hash, error))
            .collect();
        let (mut taken, mut refused) = (Vec::new(), Vec::new());
        for envelope in own {
            let Some(error) = errors.remove(&envelope) else {
                taken.push(envelope);
                continue;
            };
            let mut description = error.description;
            description.truncate(description.floor_char_boundary(MAX_DESCRIPTION));
            refused.push(Refused {
                envelope,
                code: error.code,
                description,
            });
        }
        let event = Event::Confirmed {
            peer: id,
            taken,
            refused,
        };
        self.report(event, 0);
    }

    /// What does not belong to the gossip: direct messages and history. Who may send it is looked
    /// at first; what nobody here wants is not decoded.
    fn direct(&mut self, id: PeerId, code: u64, payload: &Bytes) -> Result<(), DecodeError> {
        let trusted = self.peers.get(&id).is_some_and(|peer| peer.options.trusted);
        // Requests come from anybody, answers only count from those who were asked.
        let request = matches!(code, code::SYNC_REQUEST | code::P2P_REQUEST);
        let archive = request || code == code::SYNC_RESPONSE;
        if !request && !trusted {
            return self.ignore(id, DropReason::Untrusted);
        }
        if archive && !self.config.serves_history {
            return self.ignore(id, DropReason::NotServed);
        }
        let event = match code {
            code::P2P_MESSAGE => return self.direct_messages(id, payload),
            code::REQUEST_COMPLETE => Event::RequestComplete {
                peer: id,
                response: RequestComplete::decode(payload)?,
            },
            code::P2P_REQUEST => Event::HistoryRequest {
                peer: id,
                request: P2pRequest::decode(payload)?,
            },
            code::SYNC_REQUEST => Event::SyncRequest {
                peer: id,
                request: SyncRequest::decode(payload)?,
            },
            _ => Event::SyncResponse {
                peer: id,
                response: SyncResponse::decode(payload)?,
            },
        };
        self.report(event, payload.len());
        Ok(())
    }

    /// Envelopes past the gossip: for the filters alone, whatever their age and work.
    fn direct_messages(&mut self, id: PeerId, payload: &Bytes) -> Result<(), DecodeError> {
        for envelope in P2pMessages::decode(payload)?.envelopes() {
            if !self.filters.want(envelope.topic()) {
                continue;
            }
            if !self.inbox.has_room(envelope.rlp().len()) {
                self.drop_packet(id, DropReason::Backlog);
                continue;
            }
            self.inbox.push(Pending {
                envelope: envelope.detached(),
                pow: envelope.pow(),
                peer: Some(id),
                direct: true,
            });
        }
        Ok(())
    }
}
