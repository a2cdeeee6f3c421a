//! Which peers to dial, which to accept, and when to try again: pure policy, no sockets.
//!
//! [`PeerPolicy`] decides; whoever holds the sockets (the network service of the feature `net`,
//! a simulator, a test) tells it what happened and does what it says. Time is milliseconds since
//! any fixed moment, as an argument; jitter comes from a generator that the caller passes in.

mod backoff;
mod limits;
mod policy;
mod refusal;
mod subscriber;

pub use backoff::Backoff;
pub use limits::Limits;
pub use policy::{Admission, ConnectionId, Dial, PeerPolicy, PolicyCounts};
pub use refusal::{Refusal, RefusalCounts, StaticPeerError};
