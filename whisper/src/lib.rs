//! Whisper v6 (EIP-627) as status-go v0.50.0 deployed it: envelopes, topics, proof of work and
//! gossip, without a socket, a clock, a thread or a global source of randomness.
#![forbid(unsafe_code)]

mod accept;
mod bloom;
mod envelope;
mod hash;
pub mod packets;
mod rlp;
mod topic;

pub use accept::{AcceptRules, EXPIRY_ALLOWANCE, Rejection, SYNC_ALLOWANCE};
pub use bloom::{BLOOM_LEN, Bloom};
pub use envelope::{ENVELOPE_HEADER_LEN, Envelope};
pub use hash::Hash;
pub use rlp::DecodeError;
pub use topic::Topic;
