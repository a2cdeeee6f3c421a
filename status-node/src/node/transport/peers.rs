//! Peers, and packets to and from them.

use super::{Transport, TransportEvent};
use crate::node::event::NodeEvent;
use bytes::Bytes;
use status_devp2p::NodeId;
use status_whisper::{AddPeerError, Packet, PeerFault, PeerId, PeerOptions};

/// A connected peer.
#[derive(Debug)]
pub(super) struct Peer {
    pub(super) node_id: NodeId,
    pub(super) client_name: String,
    /// The connection ended while a packet was handed to it; its end is about to be reported.
    pub(super) lost: bool,
}

impl Transport {
    /// A connection is up.
    ///
    /// # Errors
    ///
    /// If Whisper has no room for the peer: end the connection.
    pub(crate) fn add_peer(
        &mut self,
        peer: PeerId,
        node_id: NodeId,
        client_name: String,
        options: PeerOptions,
        now_ms: u64,
    ) -> Result<(), AddPeerError> {
        self.whisper.add_peer(peer, options, now_ms)?;
        let known = Peer {
            node_id,
            client_name,
            lost: false,
        };
        self.peers.insert(peer, known);
        Ok(())
    }

    /// A connection is gone.
    pub(crate) fn remove_peer(&mut self, peer: PeerId, reason: &str) {
        self.whisper.remove_peer(peer);
        if let Some(gone) = self.peers.remove(&peer)
            && self.ready.remove(&peer)
        {
            self.report(NodeEvent::PeerLost {
                node_id: gone.node_id,
                reason: reason.into(),
            });
        }
    }

    /// A packet of a peer arrived.
    pub(crate) fn handle_packet(&mut self, peer: PeerId, code: u64, payload: Bytes, now_ms: u64) {
        if let Err(fault) = self.whisper.handle_packet(peer, code, payload, now_ms) {
            self.punish(peer, &fault);
        }
    }

    pub(super) fn punish(&mut self, peer: PeerId, fault: &PeerFault) {
        self.counts.peer_faults += 1;
        if let Some(known) = self.peers.get(&peer) {
            tracing::warn!(node_id = %known.node_id, %fault, "peer disconnected");
            self.events.push_back(TransportEvent::Disconnect(peer));
        }
        self.remove_peer(peer, &fault.to_string());
    }

    /// The peers with which envelopes flow: who they are, and what they call themselves.
    pub(crate) fn ready(&self) -> impl Iterator<Item = (PeerId, NodeId, &str)> {
        let ready = self.ready.iter();
        ready.filter_map(|id| {
            let peer = self.peers.get(id)?;
            Some((*id, peer.node_id, peer.client_name.as_str()))
        })
    }

    /// The peers for which there may be packets.
    pub(crate) fn peers_with_output(&self) -> Vec<PeerId> {
        self.whisper.peers_with_output().collect()
    }

    /// The next packet for a peer; ask only once there is room for it, because what Whisper counts as
    /// sent is on its way.
    pub(crate) fn poll_transmit(&mut self, peer: PeerId) -> Option<Packet> {
        self.whisper.poll_transmit(peer)
    }

    /// The connection ended just when a packet was handed to it. Whisper has already reported the
    /// packet's envelopes as sent to this peer, which is not believed any more.
    pub(crate) fn packet_lost(&mut self, peer: PeerId) {
        self.counts.packets_lost += 1;
        if let Some(peer) = self.peers.get_mut(&peer) {
            tracing::debug!(node_id = %peer.node_id, "packet lost");
            peer.lost = true;
        }
    }
}
