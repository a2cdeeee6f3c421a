//! What a session is told at its start.

use crate::{Hello, MAX_MESSAGE_SIZE, NodeId, Subprotocol, capability};

/// How long the peer's Hello may take in milliseconds. go-ethereum gives it the 30 s of any
/// message; 5 s, its limit for the handshake before, is plenty for a peer that means it.
pub const HELLO_TIMEOUT_MS: u64 = 5_000;

/// How often a Ping goes out in milliseconds, as deployed.
pub const PING_INTERVAL_MS: u64 = 15_000;

/// How long a connection may go without a complete message from the peer, in milliseconds, as
/// deployed. Half of it is the peer's own Ping interval.
pub const IDLE_TIMEOUT_MS: u64 = 30_000;

/// What this node says and allows on a connection.
#[derive(Debug, Clone)]
pub struct SessionConfig {
    /// This node's identifier.
    pub node_id: NodeId,
    /// The base protocol's version: 5, or 4 to go without compression.
    pub protocol_version: u64,
    /// Name and version of the software, for the peer's people.
    pub client_name: String,
    /// What this node speaks. If it is empty, no capability need be shared, as deployed.
    pub subprotocols: Vec<Subprotocol>,
    /// The port in Hello; nobody uses it, and status-go sends 0.
    pub listen_port: u64,
    /// Largest payload accepted from the peer in bytes, decompressed; at most and by default
    /// [`MAX_MESSAGE_SIZE`].
    pub max_message_size: usize,
    /// The bounds of each subprotocol's outgoing queue.
    pub queue: QueueLimits,
}

/// The bounds of one subprotocol's outgoing queue. A queue that is empty takes one message of any
/// size, so nothing is unsendable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct QueueLimits {
    /// Messages, by default 1024: a burst of small ones without a round trip to the driver.
    pub messages: usize,
    /// Bytes of payload, by default 2 MiB: two of Whisper's largest packets.
    pub bytes: usize,
}

impl Default for QueueLimits {
    fn default() -> Self {
        Self {
            messages: 1024,
            bytes: 2 << 20,
        }
    }
}

impl SessionConfig {
    /// Version 5, the deployed limits, port 0.
    pub fn new(
        node_id: NodeId,
        client_name: impl Into<String>,
        subprotocols: Vec<Subprotocol>,
    ) -> Self {
        Self {
            node_id,
            protocol_version: 5,
            client_name: client_name.into(),
            subprotocols,
            listen_port: 0,
            max_message_size: MAX_MESSAGE_SIZE,
            queue: QueueLimits::default(),
        }
    }

    /// The Hello that says so.
    pub fn hello(&self) -> Hello {
        Hello {
            version: self.protocol_version,
            client_name: self.client_name.clone(),
            capabilities: capability::offered(&self.subprotocols),
            listen_port: self.listen_port,
            id: self.node_id,
            additional_items: 0,
        }
    }
}
