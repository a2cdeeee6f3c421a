//! What the network service counts.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering};

use super::event::{CloseReason, Direction, PeerId};
use crate::NodeId;
use crate::peers::{PolicyCounts, RefusalCounts};

/// A peer and its counters, at one moment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PeerSnapshot {
    /// The connection.
    pub peer: PeerId,
    /// Who it is.
    pub node_id: NodeId,
    /// The other end of the TCP connection.
    pub address: SocketAddr,
    /// Who opened the connection.
    pub direction: Direction,
    /// The node is trusted.
    pub trusted: bool,
    /// The name in its Hello.
    pub client_name: String,
    /// Messages of subprotocols received.
    pub messages_received: u64,
    /// Messages of subprotocols written to the socket.
    pub messages_sent: u64,
    /// Bytes read from the socket.
    pub bytes_received: u64,
    /// Bytes written to the socket.
    pub bytes_sent: u64,
}

/// Counters of a network service since its start.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NetworkStats {
    /// Connections at this moment.
    pub connections: PolicyCounts,
    /// Connections that the policy refused, by reason.
    pub refused: RefusalCounts,
    /// Sockets accepted.
    pub accepted: u64,
    /// Times that accepting failed, such as for want of file descriptors.
    pub accept_errors: u64,
    /// Dials started.
    pub dialled: u64,
    /// Connections that came to Hello and a common subprotocol.
    pub established: u64,
    /// Ends of connections, by reason, those before Hello included.
    pub closed: CloseCounts,
    /// Messages that waited for a peer when its connection ended.
    pub messages_dropped: u64,
    /// Messages of subprotocols received.
    pub messages_received: u64,
    /// Messages of subprotocols written to sockets.
    pub messages_sent: u64,
    /// Bytes read from sockets, ended connections included.
    pub bytes_received: u64,
    /// Bytes written to sockets, ended connections included.
    pub bytes_sent: u64,
    /// Bytes that wait for the application at this moment.
    pub waiting_bytes: usize,
    /// Events other than those of peers that nobody took.
    pub dropped_notices: u64,
}

/// How many connections ended for each [`CloseReason`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct CloseCounts {
    /// [`CloseReason::ByPeer`].
    pub by_peer: u64,
    /// [`CloseReason::ByUs`].
    pub by_us: u64,
    /// [`CloseReason::Refused`].
    pub refused: u64,
    /// [`CloseReason::Handshake`].
    pub handshake: u64,
    /// [`CloseReason::Violation`].
    pub violation: u64,
    /// [`CloseReason::Silent`].
    pub silent: u64,
    /// [`CloseReason::Closed`].
    pub closed: u64,
    /// [`CloseReason::ClosedMidFrame`].
    pub closed_mid_frame: u64,
    /// [`CloseReason::Failed`].
    pub failed: u64,
    /// [`CloseReason::TimedOut`].
    pub timed_out: u64,
    /// [`CloseReason::WriteStalled`].
    pub write_stalled: u64,
    /// [`CloseReason::Stopping`].
    pub stopping: u64,
}

impl CloseCounts {
    pub(super) fn count(&mut self, reason: &CloseReason) {
        let counter = match reason {
            CloseReason::ByPeer(_) => &mut self.by_peer,
            CloseReason::ByUs(_) => &mut self.by_us,
            CloseReason::Refused(_) => &mut self.refused,
            CloseReason::Handshake(_) => &mut self.handshake,
            CloseReason::Violation(_) => &mut self.violation,
            CloseReason::Silent => &mut self.silent,
            CloseReason::Closed => &mut self.closed,
            CloseReason::ClosedMidFrame => &mut self.closed_mid_frame,
            CloseReason::Failed(_) => &mut self.failed,
            CloseReason::TimedOut(_) => &mut self.timed_out,
            CloseReason::WriteStalled(_) => &mut self.write_stalled,
            CloseReason::Stopping => &mut self.stopping,
        };
        *counter += 1;
    }
}

/// Counters that a connection's task writes and anybody reads.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) messages_received: AtomicU64,
    pub(super) messages_sent: AtomicU64,
    pub(super) bytes_received: AtomicU64,
    pub(super) bytes_sent: AtomicU64,
}

impl Traffic {
    /// Adds to a counter. Only the connection's task writes, so a relaxed load and store are
    /// enough and cheaper than a locked addition.
    pub(super) fn add(counter: &AtomicU64, amount: u64) {
        counter.store(
            counter.load(Ordering::Relaxed).wrapping_add(amount),
            Ordering::Relaxed,
        );
    }

    pub(super) fn read(counter: &AtomicU64) -> u64 {
        counter.load(Ordering::Relaxed)
    }
}

impl NetworkStats {
    pub(super) fn add_traffic(&mut self, traffic: &Traffic) {
        self.messages_received += Traffic::read(&traffic.messages_received);
        self.messages_sent += Traffic::read(&traffic.messages_sent);
        self.bytes_received += Traffic::read(&traffic.bytes_received);
        self.bytes_sent += Traffic::read(&traffic.bytes_sent);
    }
}
