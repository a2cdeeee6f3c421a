//! Why a peer must go, and why something was dropped though nobody must go.

use crate::accept::Rejection;
use crate::pool::PoolFull;
use crate::rlp::DecodeError;
use std::fmt;

/// What a peer did that ends its connection: disconnect it with devp2p's reason 16, subprotocol
/// error, and call [`Whisper::remove_peer`](crate::Whisper::remove_peer).
///
/// An envelope that is refused is no fault: clocks differ, and requirements change faster than
/// they spread.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerFault {
    /// A packet larger than this node reads.
    #[error("the peer sent packet {code} with {size} bytes, over {limit} bytes")]
    PacketTooLarge {
        /// The packet's code.
        code: u64,
        /// Its size.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// Another packet came before the status.
    #[error("the peer sent packet {code} before its status packet")]
    NoStatus {
        /// The packet's code.
        code: u64,
    },
    /// The status did not come in time.
    #[error("the peer sent no status packet within {limit} ms")]
    StatusTimeout {
        /// The limit.
        limit: u64,
    },
    /// A packet that cannot be read, or a version of Whisper that is not spoken here.
    #[error("the peer's packet {code} is malformed: {source}")]
    Malformed {
        /// The packet's code.
        code: u64,
        /// What is wrong with it.
        source: DecodeError,
    },
    /// Two light clients are of no use to each other.
    #[error("the peer is a light client, as this node is")]
    BothLight,
    /// More packets than the rate limits allow, once too often.
    #[error("the peer sent {exceeded} packets over the rate limit, tolerated are {tolerance}")]
    RateLimited {
        /// Packets that were over a limit.
        exceeded: u64,
        /// How many are tolerated.
        tolerance: u64,
    },
}

/// Why [`Whisper::add_peer`](crate::Whisper::add_peer) took no peer. The caller is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum AddPeerError {
    /// The peer is there already.
    #[error("the peer {0} was added before")]
    Duplicate(u64),
    /// As many peers as [`Config::max_peers`](crate::Config::max_peers) are there.
    #[error("{0} peers are connected already, which is the limit")]
    TooMany(usize),
}

/// Why [`Whisper::post`](crate::Whisper::post) took no envelope.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum PostError {
    /// This node would not take it from a peer either.
    #[error("the node's own rules refuse it: {0}")]
    Rejected(#[from] Rejection),
    /// Alone in a packet it is larger than peers take.
    #[error("the envelope takes a packet of {size} bytes, peers take {limit} bytes")]
    TooLarge {
        /// Size of the packet.
        size: usize,
        /// The limit.
        limit: usize,
    },
    /// Even without all others there is no place in the pool.
    #[error(transparent)]
    PoolFull(#[from] PoolFull),
}

/// A minimum proof of work that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
#[error("a minimum proof of work of {0} is not a finite number from 0 up")]
pub struct InvalidPow(pub f64);

macro_rules! reasons {
    ($($(#[$doc:meta])* $name:ident = $text:literal: $sentence:literal,)*) => {
        /// Why a packet or an envelope was dropped, of which no trace remains but a count.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum DropReason { $($(#[$doc])* $name,)* }

        impl DropReason {
            /// All reasons.
            pub const ALL: &[Self] = &[$(Self::$name,)*];

            /// A name for counters and logs: `low_pow`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }

        /// One sentence.
        impl fmt::Display for DropReason {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(match self { $(Self::$name => $sentence,)* })
            }
        }
    };
}

reasons! {
    /// Envelope made too far in the future.
    FromFuture = "from_future":
        "the envelope was made further in the future than clocks differ",
    /// Envelope expired a moment ago.
    Expired = "expired":
        "the envelope expired a moment ago, on its way",
    /// Envelope expired long ago.
    VeryOld = "very_old":
        "the envelope expired long ago",
    /// Envelope larger than this node takes.
    Oversized = "oversized":
        "the envelope is larger than this node takes",
    /// Envelope with too little work.
    LowPow = "low_pow":
        "the envelope has less proof of work than this node demands",
    /// Envelope of a topic that this light node did not ask for.
    NoBloomMatch = "no_bloom_match":
        "the envelope is of a topic that this light node did not ask for",
    /// Envelope for which there was no place in the pool.
    PoolFull = "pool_full":
        "the pool is full of envelopes with as much work as this one",
    /// Envelope that left the pool before it expired, for one with more work.
    Evicted = "evicted":
        "the envelope left the pool before it expired, for one with more work",
    /// Envelope that filters want while too many wait to be opened; another peer may bring it again.
    Backlog = "backlog":
        "too many envelopes wait to be opened; another peer may bring this one again",
    /// Envelope over the limit of its topic.
    TopicRate = "topic_rate":
        "more envelopes of one topic came than its limit allows",
    /// Packet over the limit of its peer.
    PeerRate = "peer_rate":
        "more packets of one peer came than its limit allows",
    /// Packet over the limit of its address.
    AddressRate = "address_rate":
        "more packets of one address came than its limit allows",
    /// Direct message, history or its completion from a peer that is not trusted.
    Untrusted = "untrusted":
        "a peer that is not trusted sent a direct message, or history",
    /// Request for history that this node does not serve.
    NotServed = "not_served":
        "the peer asks for history, which this node does not serve",
    /// Packet with a code of a version to come.
    UnknownCode = "unknown_code":
        "the packet has a code that is not known here",
    /// Confirmation of a version to come, or one of version 1 that cannot be read.
    UnknownConfirmation = "unknown_confirmation":
        "a confirmation of another version, or one that cannot be read",
    /// Confirmation of a batch without own envelopes, or forgotten meanwhile.
    UnmatchedConfirmation = "unmatched_confirmation":
        "a confirmation of a batch without own envelopes, or forgotten meanwhile",
    /// A status packet that was not the first.
    RepeatedStatus = "repeated_status":
        "the peer sent a second status packet",
    /// Packet of a peer that is not there (any more).
    UnknownPeer = "unknown_peer":
        "the packet is of a peer that is gone",
    /// Event that the application did not fetch in time.
    EventsFull = "events_full":
        "the application did not fetch an event in time",
    /// Confirmation for a peer that does not read.
    ConfirmationsFull = "confirmations_full":
        "no confirmation is sent, since the peer does not read those that wait",
    /// Envelope larger than its next peer takes.
    TooLargeForPeer = "too_large_for_peer":
        "the envelope is larger than the peer it would go to takes",
}

impl From<Rejection> for DropReason {
    fn from(rejection: Rejection) -> Self {
        match rejection {
            Rejection::FromFuture { .. } => Self::FromFuture,
            Rejection::Expired { .. } => Self::Expired,
            Rejection::VeryOld { .. } => Self::VeryOld,
            Rejection::Oversized { .. } => Self::Oversized,
            Rejection::LowPow { .. } => Self::LowPow,
            Rejection::NoBloomMatch { .. } => Self::NoBloomMatch,
        }
    }
}

/// Why [`Whisper::send`](crate::Whisper::send) queued no packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// There is no such peer (any more).
    #[error("the peer is not there (any more)")]
    UnknownPeer,
    /// Its status packet has not arrived.
    #[error("the peer's status packet has not arrived yet")]
    NotReady,
    /// More than the peer reads.
    #[error("the packet has {size} bytes, the peer takes {limit} bytes")]
    TooLarge {
        /// The packet's size.
        size: usize,
        /// The peer's limit.
        limit: usize,
    },
    /// The peer does not read what waits for it already.
    #[error("{packets} packets wait for the peer already, which does not read")]
    Full {
        /// How many.
        packets: usize,
    },
}
