//! devp2p: authenticated, encrypted connections between nodes (RLPx), several subprotocols on one
//! connection, and the policy that decides with whom to be connected.
//!
//! Everything but the module [`net`] is pure: no sockets, clock, threads or global randomness.
//! [`net`] (feature `net`, on by default) drives the pure parts with tokio.
#![forbid(unsafe_code)]

pub mod capability;
pub mod disconnect;
mod enode;
pub mod node_key;
pub mod peers;
mod record;

#[cfg(feature = "net")]
pub mod net;

pub use capability::{BASE_PROTOCOL_LENGTH, Capability, SharedCapability, Subprotocol};
pub use disconnect::DisconnectReason;
pub use enode::{Enode, EnodeError};
pub use node_key::{NodeId, NodeIdError, NodeKey};
pub use record::{NodeRecord, RecordError};
