//! The network service: devp2p on tokio.
//!
//! [`Network::start`] listens, dials, keeps connections alive and reports through
//! [`NetworkEvents`]; each [`ConnectedPeer`] brings a [`PeerSender`]. Everything in between is
//! bounded: an application that does not take events lets the sockets wait, a peer that does not
//! read lets [`PeerSender::try_send`] say so.

mod codec;
mod config;
mod connection;
mod driver;
mod event;
mod handshake;
mod inbox;
pub mod nat;
mod outbox;
mod service;
mod stats;

pub use codec::{CodecError, FrameCodec, MessageCodec};
pub use config::{NetworkConfig, QueueLimits, Timeouts};
pub use event::{CloseReason, ConnectedPeer, Direction, NetworkEvent, PeerId};
pub use inbox::NetworkEvents;
pub use outbox::{PeerSender, SendError};
pub use service::{Network, StartError};
pub use stats::{CloseCounts, NetworkStats, PeerSnapshot};
