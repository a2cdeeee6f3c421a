//! What a node knows of one peer, and what waits to be sent to it.

use super::config::{PeerId, PeerOptions};
use super::confirm::InFlight;
use super::known::Known;
use super::rate::Bucket;
use super::stats::Counters;
use crate::packets::Status;
use crate::pool::{Entry, Handle, Pool};
use crate::topic::Topic;
use bytes::Bytes;
use std::collections::VecDeque;

/// Bytes of packets other than batches that may wait for a peer: two of the largest reports that
/// this node makes. A peer that does not read gets no more of them.
const MAX_CONTROL_BYTES: usize = 2 << 20;

/// Packets other than batches that may wait for a peer.
const MAX_CONTROL: usize = 2048;

/// Least time in ms between two passes over the pool for a peer that keeps changing what it wants:
/// otherwise a packet of 70 bytes would buy milliseconds of work.
const OFFER_INTERVAL: u64 = 1000;

/// A packet to be sent: the code, to which devp2p adds the capability's offset, and the payload
/// before compression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Packet {
    /// The code.
    pub code: u64,
    /// The payload.
    pub payload: Bytes,
}

/// What is known of a peer, for whoever asks.
#[derive(Debug, Clone, PartialEq)]
pub struct PeerInfo {
    /// The peer.
    pub id: PeerId,
    /// What it wants, kept up to date after the handshake; none before.
    pub status: Option<Status>,
    /// What the node was told about it.
    pub options: PeerOptions,
    /// Envelopes in its queue. Some may turn out to be gone or known to it by now.
    pub queued: usize,
    /// Its counters.
    pub counters: Counters,
}

#[derive(Debug)]
pub(super) struct Peer {
    pub(super) options: PeerOptions,
    /// None until the peer's status arrived; kept up to date by its later announcements.
    pub(super) status: Option<Status>,
    /// Until when the status must have arrived, in ms.
    pub(super) deadline: u64,
    pub(super) known: Known,
    queue: VecDeque<Handle>,
    control: VecDeque<Packet>,
    control_bytes: usize,
    pub(super) status_sent: bool,
    pub(super) announce_pow: bool,
    pub(super) announce_bloom: bool,
    pub(super) in_flight: InFlight,
    pub(super) counters: Counters,
    pub(super) bucket: Bucket,
    /// Packets over a rate limit so far.
    pub(super) exceeded: u64,
    /// When the whole pool was looked through for this peer, in ms.
    offered: u64,
}

impl Peer {
    pub(super) fn new(options: PeerOptions, deadline: u64, bucket: Bucket) -> Self {
        Self {
            options,
            status: None,
            deadline,
            known: Known::default(),
            queue: VecDeque::new(),
            control: VecDeque::new(),
            control_bytes: 0,
            status_sent: false,
            announce_pow: false,
            announce_bloom: false,
            in_flight: InFlight::default(),
            counters: Counters::default(),
            bucket,
            exceeded: 0,
            offered: 0,
        }
    }

    /// Whether the peer's own filter, if it told one, lets a topic through.
    pub(super) fn admits(&self, topic: Topic) -> bool {
        let bloom = self.status.and_then(|status| status.bloom);
        bloom.is_none_or(|bloom| bloom.admits(topic))
    }

    /// Whether the peer wants an envelope; counts why not.
    fn wants(&mut self, entry: &Entry) -> bool {
        let Some(status) = &self.status else {
            return false;
        };
        if entry.pow < status.pow_requirement {
            self.counters.withheld_for_pow += 1;
            return false;
        }
        if !self.admits(entry.topic()) {
            self.counters.withheld_for_bloom += 1;
            return false;
        }
        true
    }

    /// A new envelope came into the pool: queues it if the peer wants it. True if it did.
    pub(super) fn offer(&mut self, handle: Handle, entry: &Entry, pool: &Pool) -> bool {
        // The slot may have belonged to an envelope that the peer knew.
        self.known.set(handle.slot, false);
        if !self.wants(entry) {
            return false;
        }
        if self.queue.len() >= 2 * pool.len() + 64 {
            // The peer does not read and the pool moved on; what is left is at most the pool.
            self.queue.retain(|queued| pool.entry(*queued).is_some());
        }
        self.queue.push_back(handle);
        true
    }

    /// When the peer, which wants more than before at `now`, gets what it did not want: at once, but
    /// not more often than each [`OFFER_INTERVAL`].
    pub(super) fn offer_more_at(&mut self, now: u64) -> u64 {
        now.max(self.offered.saturating_add(OFFER_INTERVAL))
    }

    /// Queues all of the pool that the peer wants and does not have; `own_only`, what this node posted
    /// itself. For a peer that is new or that wants more than before.
    pub(super) fn offer_all(&mut self, pool: &Pool, own_only: bool, now: u64) {
        self.offered = now;
        self.queue.clear();
        for handle in pool.handles() {
            if let Some(entry) = pool.entry(handle)
                && (entry.own || !own_only)
                && !self.known.contains(handle.slot)
                && self.wants(entry)
            {
                self.queue.push_back(handle);
            }
        }
    }

    /// The next envelope of the queue that is still there, unknown to the peer, and wanted by it.
    pub(super) fn next_queued<'p>(&mut self, pool: &'p Pool) -> Option<(Handle, &'p Entry)> {
        loop {
            let handle = self.queue.pop_front()?;
            if let Some(entry) = pool.entry(handle)
                && !self.known.contains(handle.slot)
                && self.wants(entry)
            {
                return Some((handle, entry));
            }
        }
    }

    /// Puts back what [`Peer::next_queued`] gave.
    pub(super) fn put_back(&mut self, handle: Handle) {
        self.queue.push_front(handle);
    }

    /// Queues packets before all envelopes, all of them or, if there is no place, none.
    pub(super) fn push_control<const N: usize>(&mut self, packets: [Packet; N]) -> bool {
        let bytes: usize = packets.iter().map(|packet| packet.payload.len()).sum();
        // The first ones always go, or a large one never could.
        let fits = self.control_bytes + bytes <= MAX_CONTROL_BYTES || self.control.is_empty();
        if !fits || self.control.len() + N > MAX_CONTROL {
            return false;
        }
        self.control_bytes += bytes;
        self.control.extend(packets);
        true
    }

    /// How many packets other than batches wait.
    pub(super) fn control_packets(&self) -> usize {
        self.control.len()
    }

    pub(super) fn pop_control(&mut self) -> Option<Packet> {
        let packet = self.control.pop_front()?;
        self.control_bytes -= packet.payload.len();
        Some(packet)
    }

    /// Whether [`Whisper::poll_transmit`](crate::Whisper::poll_transmit) may have something.
    pub(super) fn has_output(&self) -> bool {
        !self.status_sent
            || self.announce_pow
            || self.announce_bloom
            || !self.control.is_empty()
            || !self.queue.is_empty()
    }

    pub(super) fn info(&self, id: PeerId) -> PeerInfo {
        PeerInfo {
            id,
            status: self.status,
            options: self.options.clone(),
            queued: self.queue.len(),
            counters: self.counters,
        }
    }
}
