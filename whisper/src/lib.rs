//! Whisper v6 (EIP-627) as status-go v0.50.0 deployed it: envelopes, topics, proof of work and
//! gossip, without a socket, a clock, a thread or a global source of randomness.
#![forbid(unsafe_code)]

mod accept;
mod bloom;
mod envelope;
mod filter;
mod hash;
mod key;
mod open;
mod opened;
pub mod packets;
mod pool;
mod pow;
mod protocol;
mod rlp;
mod seal;
mod sponge;
mod topic;
mod wide;

pub use accept::{AcceptRules, EXPIRY_ALLOWANCE, Rejection, SYNC_ALLOWANCE};
pub use bloom::{BLOOM_LEN, Bloom};
pub use envelope::{ENVELOPE_HEADER_LEN, Envelope};
pub use filter::{
    Filter, FilterCounts, FilterId, FilterReason, InstallError, MAX_TOPICS_PER_FILTER,
};
pub use hash::Hash;
pub use key::{Key, PASSWORD_ROUNDS, PrivateKey, SymmetricKey};
pub use open::{OpenError, open};
pub use opened::{MAX_PAYLOAD_LEN, Opened, PADDING_UNIT, PlaintextError, SIGNATURE_LEN};
pub use pool::{Handle, Inserted, Pool, PoolFull, PoolLimits, Swept};
pub use pow::{Best, Progress, Search, Work, required_leading_zeros};
pub use protocol::{
    AddPeerError, Config, Confirmations, Counters, DEFAULT_BATCH_SIZE, DEFAULT_MAX_MESSAGE_SIZE,
    DropReason, Drops, Event, InvalidPow, MAX_COUNTED_TOPICS, Packet, PeerFault, PeerId, PeerInfo,
    PeerOptions, PostError, RateLimiting, Received, Refused, Role, SendError, TopicCounters,
    TopicStats, Whisper,
};
pub use rlp::DecodeError;
pub use seal::{DEFAULT_TTL, MessageBuilder, NotReached, Recipient, SealError, Unsealed};
pub use topic::Topic;

/// The examples of the README, which `cargo test` runs.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
