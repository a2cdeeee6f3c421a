//! What the network service reports.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;

use super::nat::NatProtocol;
use super::outbox::PeerSender;
use crate::peers::Refusal;
use crate::session::IDLE_TIMEOUT_MS;
use crate::{Capability, Closed, DisconnectReason, Enode, HandshakeError, NodeId, SessionError};

/// One connection to a peer. Never used twice by a network service.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PeerId(pub u64);

/// Who opened a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Direction {
    /// The peer did.
    Inbound,
    /// We did.
    Outbound,
}

/// What the network service reports. The events of one peer come in order: `PeerConnected`, its
/// messages, `PeerDisconnected`; a connection to the same node is reported only after that.
#[derive(Debug)]
#[non_exhaustive]
pub enum NetworkEvent {
    /// A connection is up and shares a subprotocol with us.
    PeerConnected(Box<ConnectedPeer>),
    /// A message of a subprotocol.
    Message {
        /// Who sent it.
        peer: PeerId,
        /// The subprotocol, as position in
        /// [`NetworkConfig::subprotocols`](super::NetworkConfig::subprotocols).
        subprotocol: usize,
        /// The message's code within the subprotocol, below its length.
        code: u64,
        /// The message, decompressed.
        payload: Bytes,
    },
    /// The connection is over.
    PeerDisconnected {
        /// Which connection.
        peer: PeerId,
        /// The node that was at the other end.
        node_id: NodeId,
        /// Why.
        reason: CloseReason,
    },
    /// A dial did not lead to a connection. It is tried again after a pause if the peer is static.
    DialFailed {
        /// Who was dialled.
        enode: Enode,
        /// Why it failed.
        reason: CloseReason,
    },
    /// The router forwards a port to us; from now on
    /// [`Network::local_enode`](super::Network::local_enode) shows `external`.
    Mapped {
        /// The address under which others reach us.
        external: SocketAddr,
        /// Who gave it to us.
        protocol: NatProtocol,
        /// How long the router keeps it; it is renewed after half of that.
        lifetime: Duration,
    },
    /// There is no mapping, or it could not be renewed. It is tried again.
    MappingFailed {
        /// Why, in words.
        reason: String,
    },
}

/// A peer whose connection is up.
#[derive(Debug)]
pub struct ConnectedPeer {
    /// The connection.
    pub peer: PeerId,
    /// Who it is, proved by the handshake.
    pub node_id: NodeId,
    /// The other end of the TCP connection.
    pub address: SocketAddr,
    /// Who opened the connection.
    pub direction: Direction,
    /// The node is trusted.
    pub trusted: bool,
    /// The name in its Hello.
    pub client_name: String,
    /// The version of devp2p in its Hello.
    pub protocol_version: u64,
    /// All capabilities in its Hello.
    pub capabilities: Vec<Capability>,
    /// The subprotocols that both speak, as positions in
    /// [`NetworkConfig::subprotocols`](super::NetworkConfig::subprotocols).
    pub subprotocols: Vec<usize>,
    /// For sending to it.
    pub sender: PeerSender,
}

/// Why a connection is over, or was not made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CloseReason {
    /// The peer said goodbye.
    #[error("the peer disconnected: {0}")]
    ByPeer(DisconnectReason),
    /// We said goodbye.
    #[error("we disconnected: {0}")]
    ByUs(DisconnectReason),
    /// The policy refused the connection.
    #[error("the connection is refused: {0}")]
    Refused(#[from] Refusal),
    /// The handshake failed: the other end speaks no RLPx, or not to us.
    #[error("the handshake failed: {0}")]
    Handshake(#[from] HandshakeError),
    /// The peer broke the protocol.
    #[error("the peer broke the protocol: {0}")]
    Violation(SessionError),
    /// Nothing came from the peer for too long, no Pong either.
    #[error("the peer was silent for {IDLE_TIMEOUT_MS} ms")]
    Silent,
    /// The peer closed the connection without a word, at the end of a frame.
    #[error("the connection was closed")]
    Closed,
    /// The peer closed the connection in the middle of a frame or of the handshake.
    #[error("the connection was closed in the middle of a frame")]
    ClosedMidFrame,
    /// The socket failed.
    #[error("the connection failed: {0}")]
    Failed(io::ErrorKind),
    /// TCP did not come up, or the handshake did not end in time.
    #[error("no answer within {} ms", .0.as_millis())]
    TimedOut(Duration),
    /// The peer did not take what was sent to it.
    #[error("the peer took nothing for {} ms", .0.as_millis())]
    WriteStalled(Duration),
    /// The network service stops.
    #[error("this node is stopping")]
    Stopping,
}

impl CloseReason {
    /// What a session's end means here. `handshake` is how long Hello might take.
    pub(super) fn of_session(closed: Closed, handshake: Duration) -> Self {
        match closed {
            Closed::ByPeer(reason) => Self::ByPeer(reason),
            Closed::ByUs(reason) => Self::ByUs(reason),
            Closed::Fault(SessionError::Lost { mid_frame: true }) => Self::ClosedMidFrame,
            Closed::Fault(SessionError::Lost { mid_frame: false }) => Self::Closed,
            Closed::Fault(SessionError::HelloTimeout) => Self::TimedOut(handshake),
            Closed::Fault(SessionError::IdleTimeout) => Self::Silent,
            Closed::Fault(error) => Self::Violation(error),
        }
    }
}
