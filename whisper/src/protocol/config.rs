//! What a node is told when it starts, and what it is told about a peer.

use crate::bloom::Bloom;
use crate::pool::PoolLimits;
use std::net::IpAddr;

/// Largest packet in bytes that status-go v0.50.0 takes by default, inclusive, and the largest
/// envelope: 1 MiB.
pub const DEFAULT_MAX_MESSAGE_SIZE: usize = 1024 * 1024;

/// Envelopes are gathered into packets of at most this many bytes by default, inclusive.
///
/// Half of what a peer takes by default: large enough that the cost per packet vanishes, and a
/// peer that halved its limit still takes it.
pub const DEFAULT_BATCH_SIZE: usize = DEFAULT_MAX_MESSAGE_SIZE / 2;

/// Which envelopes a node wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Role {
    /// All of them: it passes on everything. Its bloom filter in the handshake is empty (0 bytes).
    #[default]
    Full,
    /// Those of its topics. The filter it announces holds the topics of its
    /// [`Filter`](crate::Filter)s and of `topics`. Unless [`Config::own_outside_bloom`] is set,
    /// `topics` stand for those a node sends to but does not listen to: as deployed, an envelope
    /// outside the node's own filter is refused even when the node itself posts it.
    Light {
        /// Topics wanted beside those of the filters.
        topics: Bloom,
    },
}

/// Whether batches of envelopes are confirmed to the peer that sent them (packets 12 and 11).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Confirmations {
    /// Never; the handshake says so.
    Off,
    /// To peers that announced in their handshake that they confirm too.
    WhenAnnounced,
    /// To every peer, whatever it announced: as deployed.
    #[default]
    Always,
}

impl Confirmations {
    pub(crate) fn enabled(self) -> bool {
        self != Self::Off
    }
}

/// Packets and envelopes per second that a node lets through; 0 is no limit. The same three numbers
/// are announced to the peers. A second's worth may come at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RateLimiting {
    /// Packets per second from one address (of IPv6 one /64 network), all of its peers together.
    pub per_address: u64,
    /// Packets per second from one peer.
    pub per_peer: u64,
    /// Envelopes per second of one topic, from all peers together.
    pub per_topic: u64,
    /// After this many packets over a limit the peer is at fault
    /// ([`PeerFault::RateLimited`](crate::PeerFault::RateLimited)); 0 is never. Until then they are
    /// dropped undecoded and counted. Envelopes over a topic's limit are no peer's fault.
    pub tolerance: u64,
}

/// Settings of a [`Whisper`](crate::Whisper).
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    /// Least proof of work of an envelope, inclusive; finite and not negative.
    pub min_pow: f64,
    /// Full node or light node.
    pub role: Role,
    /// Whether the handshake calls this node a light client. As deployed a status-go node with
    /// `LightClient` sends a bloom filter and leaves this flag unset.
    pub announce_light: bool,
    /// Whether a peer that calls itself a light client is refused when this node does too.
    pub restrict_light_to_light: bool,
    /// Whether a light node passes on what it receives. As deployed it does, to peers whose filter
    /// matches; EIP-627 wants it not to.
    pub light_node_relays: bool,
    /// Whether a light node posts envelopes of its own outside the filter that it announces. As
    /// deployed it does not, so that whoever sends adds the topic to the filter first and thereby
    /// tells all peers where it sends to. A full peer takes either: it judges by its own filter.
    pub own_outside_bloom: bool,
    /// Whether batches are confirmed.
    pub confirmations: Confirmations,
    /// Limits on what peers send; none by default, as deployed.
    pub rate_limiting: Option<RateLimiting>,
    /// Largest envelope taken and largest packet read, in bytes, inclusive.
    pub max_message_size: usize,
    /// Envelopes for a peer are gathered up to this many bytes, inclusive; a larger envelope goes
    /// alone.
    pub batch_size: usize,
    /// Bounds of the pool.
    pub pool: PoolLimits,
    /// Most peers at a time. Each costs a few hundred bytes, one bit per pooled envelope and what
    /// waits in its queue (at most 16 bytes per pooled envelope).
    pub max_peers: usize,
    /// Most filters at a time; each may try its key on each envelope of its topic.
    pub max_filters: usize,
    /// How long a peer may take to send its status, in milliseconds, inclusive.
    pub status_timeout: u64,
    /// Whether requests for history (packets 123 and 126) are reported. They come from peers that
    /// are not trusted, so a node that does not serve history drops and counts them.
    pub serves_history: bool,
    /// Keys the hash tables, so that nobody can aim collisions at them. Give a random number; a
    /// fixed one replays a run. It decides no order.
    pub seed: u64,
}

impl Default for Config {
    /// A full node as status-go v0.50.0 starts it.
    fn default() -> Self {
        Self {
            min_pow: 0.001,
            role: Role::Full,
            announce_light: false,
            restrict_light_to_light: true,
            light_node_relays: true,
            own_outside_bloom: false,
            confirmations: Confirmations::Always,
            rate_limiting: None,
            max_message_size: DEFAULT_MAX_MESSAGE_SIZE,
            batch_size: DEFAULT_BATCH_SIZE,
            pool: PoolLimits::default(),
            max_peers: 1024,
            max_filters: 4096,
            status_timeout: 10_000,
            serves_history: false,
            seed: 0,
        }
    }
}

/// Names one connection to a peer. Whoever drives the node gives them out; a number must not be
/// used again while packets of its former owner may still arrive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PeerId(pub u64);

/// What the node is told about a peer that connected.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerOptions {
    /// Whether its direct messages (packets 124, 125, 127) are taken.
    pub trusted: bool,
    /// Where it connects from, for the limit per address.
    pub address: Option<IpAddr>,
    /// The largest packet in bytes, inclusive, that it takes. Peers do not announce it.
    pub packet_limit: usize,
}

impl Default for PeerOptions {
    fn default() -> Self {
        Self {
            trusted: false,
            address: None,
            packet_limit: DEFAULT_MAX_MESSAGE_SIZE,
        }
    }
}
