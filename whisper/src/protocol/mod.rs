//! The gossip between nodes, as a state machine without socket, clock or thread.

mod clock;
mod config;
mod confirm;
mod event;
mod fault;
mod inbox;
mod known;
mod peer;
mod rate;
mod receive;
mod relay;
mod settings;
mod stats;

pub use config::{
    Config, Confirmations, DEFAULT_BATCH_SIZE, DEFAULT_MAX_MESSAGE_SIZE, PeerId, PeerOptions,
    RateLimiting, Role,
};
pub use event::{Event, Received, Refused};
pub use fault::{AddPeerError, DropReason, InvalidPow, PeerFault, PostError, SendError};
pub use peer::{Packet, PeerInfo};
pub use stats::{Counters, Drops, MAX_COUNTED_TOPICS, TopicCounters, TopicStats};

use crate::bloom::Bloom;
use crate::envelope::Envelope;
use crate::filter::{Filter, FilterCounts, FilterId, Filters, InstallError};
use crate::packets::{Decoded, RateLimits, Status};
use crate::pool::Pool;
use crate::topic::Topic;
use bytes::Bytes;
use clock::ClockSkew;
use event::Events;
use inbox::Inbox;
use peer::Peer;
use rate::{Bucket, Buckets};
use settings::Demands;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

/// A Whisper node: the pool, the filters, and what it knows of each peer.
///
/// It does no I/O and reads no clock: `now` is Unix time in milliseconds. The order of calls:
///
/// 1. [`add_peer`](Self::add_peer) when a connection has the capability `shh/6`, and
///    [`remove_peer`](Self::remove_peer) when it ends.
/// 2. [`handle_packet`](Self::handle_packet) for each packet that arrived; on a
///    [`PeerFault`] disconnect and remove the peer.
/// 3. [`handle_timeout`](Self::handle_timeout) when the time of
///    [`poll_timeout`](Self::poll_timeout) has come.
/// 4. After each command and each `handle_*`: for each of
///    [`peers_with_output`](Self::peers_with_output) whose connection takes packets,
///    [`poll_transmit`](Self::poll_transmit) until it yields nothing; then
///    [`poll_event`](Self::poll_event) until it yields nothing. In this order, since events may
///    cost a decryption each and the neighbours need not wait for that.
///
/// A peer whose connection is full is simply not polled: what waits for it stays in the pool, once
/// for all peers, and expires there.
#[derive(Debug)]
pub struct Whisper {
    config: Config,
    demands: Demands,
    pool: Pool,
    filters: Filters,
    peers: BTreeMap<PeerId, Peer>,
    with_output: BTreeSet<PeerId>,
    /// When a peer's status is late or its queue is to be filled anew, in ms.
    wakeups: BTreeSet<(u64, PeerId)>,
    events: Events,
    inbox: Inbox,
    addresses: Buckets<IpAddr>,
    topic_rates: Buckets<Topic>,
    skew: ClockSkew,
    counters: Counters,
    topics: TopicStats,
}

/// Commands.
impl Whisper {
    /// A node without peers, filters or envelopes.
    pub fn new(config: Config) -> Self {
        let bloom = match config.role {
            Role::Full => None,
            Role::Light { topics } => Some(topics),
        };
        Self {
            demands: Demands::new(config.max_message_size, config.min_pow, bloom),
            pool: Pool::new(config.pool, config.seed),
            filters: Filters::new(config.max_filters),
            peers: BTreeMap::new(),
            with_output: BTreeSet::new(),
            wakeups: BTreeSet::new(),
            events: Events::default(),
            inbox: Inbox::new(config.pool),
            addresses: Buckets::default(),
            topic_rates: Buckets::default(),
            skew: ClockSkew::default(),
            counters: Counters::default(),
            topics: TopicStats::default(),
            config,
        }
    }

    /// A connection to a peer is up. The status packet is ready to be sent at once; envelopes follow
    /// when the peer's own arrived, beginning with what the pool holds.
    ///
    /// # Errors
    ///
    /// [`AddPeerError`] if the peer is there already or there are too many.
    pub fn add_peer(
        &mut self,
        peer: PeerId,
        options: PeerOptions,
        now: u64,
    ) -> Result<(), AddPeerError> {
        if self.peers.contains_key(&peer) {
            return Err(AddPeerError::Duplicate(peer.0));
        }
        if self.peers.len() >= self.config.max_peers {
            return Err(AddPeerError::TooMany(self.peers.len()));
        }
        let rate = self.config.rate_limiting.unwrap_or_default().per_peer;
        let deadline = now.saturating_add(self.config.status_timeout);
        let state = Peer::new(options, deadline, Bucket::full(rate, now));
        self.peers.insert(peer, state);
        self.with_output.insert(peer);
        // The allowance is inclusive.
        self.wakeups.insert((deadline.saturating_add(1), peer));
        Ok(())
    }

    /// The connection to a peer is gone. Packets of it that still arrive are dropped and counted.
    pub fn remove_peer(&mut self, peer: PeerId) {
        self.peers.remove(&peer);
        self.with_output.remove(&peer);
        self.wakeups.retain(|(_, other)| *other != peer);
    }

    /// Sets whether the direct messages of a peer are taken; false if there is no such peer.
    pub fn set_trusted(&mut self, peer: PeerId, trusted: bool) -> bool {
        let state = self.peers.get_mut(&peer);
        state.map(|state| state.options.trusted = trusted).is_some()
    }

    /// Takes an envelope of this node's own into the pool, for all peers that want it and for the
    /// node's own filters. [`Event::Sent`], [`Event::Confirmed`] and [`Event::Expired`] tell what
    /// becomes of it. Posting what is in the pool already does nothing more.
    ///
    /// # Errors
    ///
    /// [`PostError`] if the envelope breaks the rules of this node, a light node's filter included
    /// (as deployed; see [`Config::own_outside_bloom`]), or if no peer would take it for its size. Nothing changed then.
    pub fn post(&mut self, envelope: &Envelope, now: u64) -> Result<(), PostError> {
        self.advance(now);
        self.take_own(envelope, now)
    }

    /// Queues a packet for a peer before all envelopes: a request for history, or its answer.
    ///
    /// # Errors
    ///
    /// [`SendError`] if there is no such peer, its handshake is not done, the packet is larger than
    /// it takes, or too much waits for it.
    pub fn send(&mut self, peer: PeerId, packet: &Decoded) -> Result<(), SendError> {
        let state = self.peers.get_mut(&peer).ok_or(SendError::UnknownPeer)?;
        if state.status.is_none() {
            return Err(SendError::NotReady);
        }
        let (code, payload) = (packet.code(), packet.encode());
        let (size, limit) = (payload.len(), state.options.packet_limit);
        if size > limit {
            return Err(SendError::TooLarge { size, limit });
        }
        if !state.push_control([Packet { code, payload }]) {
            return Err(SendError::Full {
                packets: state.control_packets(),
            });
        }
        self.with_output.insert(peer);
        Ok(())
    }

    /// Installs a filter; envelopes that arrive from now on are tried on it. A light node tells its
    /// peers if this widens its bloom filter.
    ///
    /// # Errors
    ///
    /// [`InstallError`] if there are too many filters or topics.
    pub fn install_filter(&mut self, filter: Filter, now: u64) -> Result<FilterId, InstallError> {
        let id = self.filters.install(filter)?;
        self.update_bloom(now);
        Ok(id)
    }

    /// Removes a filter; none if there is no such filter. A light node tells its peers if this
    /// narrows its bloom filter, and takes the former topics for ten more seconds.
    pub fn uninstall_filter(&mut self, id: FilterId, now: u64) -> Option<Filter> {
        let filter = self.filters.uninstall(id)?;
        self.update_bloom(now);
        Some(filter)
    }

    /// Demands another minimum of work and tells the peers. A lower former demand suffices for ten
    /// more seconds, as deployed.
    ///
    /// # Errors
    ///
    /// [`InvalidPow`] unless it is finite and not negative.
    pub fn set_min_pow(&mut self, min_pow: f64, now: u64) -> Result<(), InvalidPow> {
        if !min_pow.is_finite() || min_pow < 0.0 {
            return Err(InvalidPow(min_pow));
        }
        self.demands.set_min_pow(min_pow, now);
        for (id, peer) in &mut self.peers {
            peer.announce_pow = true;
            self.with_output.insert(*id);
        }
        Ok(())
    }

    /// Becomes a full or a light node, or changes a light node's additional topics, and tells the
    /// peers if the bloom filter changes.
    pub fn set_role(&mut self, role: Role, now: u64) {
        self.config.role = role;
        self.update_bloom(now);
    }
}

/// What came in.
impl Whisper {
    /// A packet of a peer arrived: its code without the capability's offset, and its payload after
    /// decompression. Envelopes that are new are queued for the other peers and, if filters want
    /// their topics, kept for [`Whisper::poll_event`]. Packets of a peer that was removed, of
    /// unknown codes, and of peers that may not send them are dropped and counted.
    ///
    /// # Errors
    ///
    /// [`PeerFault`]: disconnect the peer and remove it. Nothing of the packet was taken.
    pub fn handle_packet(
        &mut self,
        peer: PeerId,
        code: u64,
        payload: Bytes,
        now: u64,
    ) -> Result<(), PeerFault> {
        self.advance(now);
        self.receive(peer, code, payload, now)
    }

    /// The time that [`Whisper::poll_timeout`] named has come. Calling it at other times does no
    /// harm; the other methods that take `now` do the same work when it is due.
    pub fn handle_timeout(&mut self, now: u64) {
        self.advance(now);
    }
}

/// What must go out, be reported or be woken for.
impl Whisper {
    /// The peers for which [`Whisper::poll_transmit`] may have something, in order of their ids.
    pub fn peers_with_output(&self) -> impl Iterator<Item = PeerId> + '_ {
        self.with_output.iter().copied()
    }

    /// The next packet for a peer, which counts as sent with this. The status comes first, then
    /// answers and announcements, then envelopes gathered up to [`Config::batch_size`].
    pub fn poll_transmit(&mut self, peer: PeerId) -> Option<Packet> {
        self.transmit(peer)
    }

    /// The next event. What came first is reported first, save that messages, which are decrypted
    /// here, come after all other events.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop().or_else(|| self.open_next())
    }

    /// When to call [`Whisper::handle_timeout`], in ms; none if there is nothing to wait for.
    pub fn poll_timeout(&self) -> Option<u64> {
        let expired = |expiry: u32| (u64::from(expiry) + 1) * 1000;
        let sweep = self.pool.next_expiry().map(expired);
        let wakeup = self.wakeups.first().map(|(time, _)| *time);
        sweep.into_iter().chain(wakeup).min()
    }
}

/// Getters.
impl Whisper {
    /// The pool.
    pub fn pool(&self) -> &Pool {
        &self.pool
    }

    /// What the node was started with; role and work as changed since.
    pub fn config(&self) -> &Config {
        &self.config
    }

    /// The least work the node demands now.
    pub fn min_pow(&self) -> f64 {
        self.demands.min_pow()
    }

    /// The bloom filter it announces now; none for a full node.
    pub fn bloom(&self) -> Option<&Bloom> {
        self.demands.bloom()
    }

    /// The status packet as a peer that connects now would get it.
    pub fn status(&self) -> Status {
        let limits = self.config.rate_limiting.unwrap_or_default();
        Status {
            pow_requirement: self.demands.min_pow(),
            bloom: self.demands.bloom().copied(),
            light: self.config.announce_light,
            confirmations: self.config.confirmations.enabled(),
            rate_limits: RateLimits {
                ip: limits.per_address,
                peer_id: limits.per_peer,
                topic: limits.per_topic,
            },
        }
    }

    /// The peers, in order of their ids.
    pub fn peers(&self) -> impl Iterator<Item = PeerInfo> + '_ {
        self.peers.iter().map(|(id, peer)| peer.info(*id))
    }

    /// One peer.
    pub fn peer(&self, peer: PeerId) -> Option<PeerInfo> {
        self.peers.get(&peer).map(|state| state.info(peer))
    }

    /// An installed filter.
    pub fn filter(&self, id: FilterId) -> Option<&Filter> {
        self.filters.get(id)
    }

    /// The installed filters, in order of installation.
    pub fn filters(&self) -> impl Iterator<Item = (FilterId, &Filter)> + '_ {
        self.filters.iter()
    }

    /// What became of the envelopes of a filter's topics.
    pub fn filter_counts(&self, id: FilterId) -> Option<&FilterCounts> {
        self.filters.counts(id)
    }

    /// Counters of all peers together, those that are gone included.
    pub fn counters(&self) -> &Counters {
        &self.counters
    }

    /// What came in, by topic.
    pub fn topic_stats(&self) -> &TopicStats {
        &self.topics
    }

    /// By how many seconds other nodes' clocks seem to be ahead of this one's (behind if negative),
    /// from the envelopes that arrived lately; some seconds behind are normal, envelopes being made
    /// before they arrive. None as long as there were too few.
    pub fn clock_skew(&self) -> Option<i64> {
        self.skew.estimate()
    }
}
