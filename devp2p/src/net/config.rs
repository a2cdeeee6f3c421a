//! What a network service is told when it starts.

use std::net::SocketAddr;
use std::time::Duration;

use super::nat::NatConfig;
use crate::peers::Limits;
use crate::{Enode, NodeId, NodeKey, Subprotocol};

/// Configuration of [`Network::start`](super::Network::start).
#[derive(Debug, Clone)]
pub struct NetworkConfig {
    /// The node's identity.
    pub key: NodeKey,
    /// The name in Hello, such as `Statusd/v0.50.0/linux-amd64/go1.19.8`.
    pub client_name: String,
    /// Where to listen; `None` for a node that only dials. Port 0 lets the system choose.
    pub listen: Option<SocketAddr>,
    /// What this node speaks. [`NetworkEvent::Message`](super::NetworkEvent::Message) and
    /// [`PeerSender`](super::PeerSender) name a subprotocol by its position in this list.
    pub subprotocols: Vec<Subprotocol>,
    /// Nodes to keep connections to.
    pub static_peers: Vec<Enode>,
    /// Nodes that the limits do not concern, whether they dial or are dialled.
    pub trusted_peers: Vec<NodeId>,
    /// Bounds on connections.
    pub limits: Limits,
    /// Whether and how to ask the router for a port mapping.
    pub nat: NatConfig,
    /// Version of devp2p that Hello announces: 5 (snappy, the default) or 4 (none).
    pub protocol_version: u64,
    /// How long things may take.
    pub timeouts: Timeouts,
    /// Bounds on the queues of each connection.
    pub queues: QueueLimits,
    /// Largest payload accepted from a peer in bytes, decompressed, inclusive; at most and by
    /// default [`MAX_MESSAGE_SIZE`](crate::MAX_MESSAGE_SIZE). A connection may hold one while it
    /// arrives, so this bounds memory for each peer.
    pub max_message_size: usize,
}

impl NetworkConfig {
    /// A node that listens nowhere and dials nobody, with default limits.
    pub fn new(
        key: NodeKey,
        client_name: impl Into<String>,
        subprotocols: Vec<Subprotocol>,
    ) -> Self {
        Self {
            key,
            client_name: client_name.into(),
            listen: None,
            subprotocols,
            static_peers: Vec::new(),
            trusted_peers: Vec::new(),
            limits: Limits::default(),
            nat: NatConfig::default(),
            protocol_version: 5,
            timeouts: Timeouts::default(),
            queues: QueueLimits::default(),
            max_message_size: crate::MAX_MESSAGE_SIZE,
        }
    }
}

/// How long things may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// Until TCP is up. Default 15 s, as go-ethereum has it.
    pub dial: Duration,
    /// From TCP being up until both Hellos were exchanged. Default 5 s, as go-ethereum has it for
    /// the encryption handshake.
    pub handshake: Duration,
    /// How long a peer may take nothing of what waits for it. Default 20 s, as go-ethereum has it
    /// for one write.
    pub write_stall: Duration,
    /// How long saying goodbye to a peer may take. Default 2 s.
    pub goodbye: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            dial: Duration::from_secs(15),
            handshake: Duration::from_secs(5),
            write_stall: Duration::from_secs(20),
            goodbye: Duration::from_secs(2),
        }
    }
}

/// Bounds on the queues of each connection. A queue takes one more message while it is below both
/// of its bounds, so it may exceed the second by one message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Messages received and not taken by the application. Default 1,024: a read of 64 KiB holds
    /// no more of the smallest messages that matter.
    pub received_messages: usize,
    /// Their bytes. Default 1 MiB. Above it the socket is not read.
    pub received_bytes: usize,
    /// Messages of one subprotocol waiting to be sent. Default 1,024.
    pub sending_messages: usize,
    /// Their bytes. Default 4 MiB, four of the largest batches that status-go takes. Above it
    /// [`PeerSender::try_send`](super::PeerSender::try_send) refuses.
    pub sending_bytes: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            received_messages: 1024,
            received_bytes: 1 << 20,
            sending_messages: 1024,
            sending_bytes: 4 << 20,
        }
    }
}
