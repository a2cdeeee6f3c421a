//! What the network service reports, and what it is handed.

use super::{Driver, Peer, WHISPER};
use crate::node::clock::now_ms;
use crate::node::event::NodeEvent;
use status_devp2p::DisconnectReason;
use status_devp2p::net::{ConnectedPeer, NetworkEvent, SendError as QueueError};
use status_whisper::{Packet, PeerFault, PeerId, PeerOptions};

impl Driver {
    pub(super) fn handle_network(&mut self, event: NetworkEvent) {
        match event {
            NetworkEvent::Message {
                peer,
                code,
                payload,
                ..
            } => {
                let peer = PeerId(peer.0);
                if let Err(fault) = self.whisper.handle_packet(peer, code, payload, now_ms()) {
                    self.punish(peer, &fault);
                }
            }
            NetworkEvent::PeerConnected(peer) => self.add_peer(*peer),
            NetworkEvent::PeerDisconnected {
                peer,
                node_id,
                reason,
            } => {
                tracing::info!(%node_id, %reason, "peer lost");
                self.remove_peer(PeerId(peer.0), &reason.to_string());
            }
            NetworkEvent::DialFailed { enode, reason } => {
                tracing::warn!(%enode, %reason, "cannot reach a peer");
            }
            NetworkEvent::Mapped {
                external, protocol, ..
            } => {
                tracing::info!(%external, ?protocol, "the router forwards a port");
            }
            NetworkEvent::MappingFailed { reason } => {
                tracing::warn!(%reason, "the router forwards no port");
            }
            other => tracing::debug!(?other, "an event of the network"),
        }
    }

    pub(super) fn add_peer(&mut self, connected: ConnectedPeer) {
        let peer = PeerId(connected.peer.0);
        let options = PeerOptions {
            trusted: connected.trusted,
            address: Some(connected.address.ip()),
            ..PeerOptions::default()
        };
        tracing::info!(
            node_id = %connected.node_id,
            address = %connected.address,
            client = connected.client_name,
            "peer connected"
        );
        if let Err(error) = self.whisper.add_peer(peer, options, now_ms()) {
            tracing::warn!(%error, "peer refused");
            connected.sender.disconnect(DisconnectReason::TooManyPeers);
            return;
        }
        self.peers.insert(
            peer,
            Peer {
                node_id: connected.node_id,
                client_name: connected.client_name,
                sender: connected.sender,
                blocked: false,
                lost: false,
            },
        );
    }

    pub(super) fn remove_peer(&mut self, peer: PeerId, reason: &str) {
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

    pub(super) fn punish(&mut self, peer: PeerId, fault: &PeerFault) {
        self.counts.peer_faults += 1;
        if let Some(known) = self.peers.get(&peer) {
            tracing::warn!(node_id = %known.node_id, %fault, "peer disconnected");
            known.sender.disconnect(DisconnectReason::SubprotocolError);
        }
        self.remove_peer(peer, &fault.to_string());
    }

    /// Hands the network service what Whisper has for each peer, as far as it takes it. A packet
    /// is made only once there is room for it: what Whisper counts as sent is on its way.
    pub(super) fn transmit(&mut self) {
        let peers: Vec<PeerId> = self.whisper.peers_with_output().collect();
        for id in peers {
            let Some(peer) = self.peers.get_mut(&id) else {
                continue;
            };
            while !peer.blocked && !peer.lost {
                match peer.sender.room(WHISPER) {
                    Ok(()) => {}
                    Err(QueueError::Full { .. }) => {
                        peer.blocked = true;
                        let sender = peer.sender.clone();
                        self.blocked.spawn(async move {
                            // An error is the end of the connection, which is reported as such.
                            let _ = sender.wait_for_room(WHISPER).await;
                            id
                        });
                        break;
                    }
                    Err(_) => break,
                }
                let Some(Packet { code, payload }) = self.whisper.poll_transmit(id) else {
                    break;
                };
                if let Err(error) = peer.sender.try_send(WHISPER, code, payload) {
                    // The connection ended in between. Whisper has already reported the packet's
                    // envelopes as sent to this peer, which is not believed any more.
                    tracing::debug!(node_id = %peer.node_id, %error, "packet lost");
                    peer.lost = true;
                    self.counts.packets_lost += 1;
                }
            }
        }
    }
}
