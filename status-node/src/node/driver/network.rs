//! What the network service reports, and what it is handed.

use super::{Connection, Driver, WHISPER};
use crate::node::clock::now_ms;
use status_devp2p::DisconnectReason;
use status_devp2p::net::{ConnectedPeer, NetworkEvent, SendError as QueueError};
use status_whisper::{Packet, PeerId, PeerOptions};

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
                self.transport.handle_packet(peer, code, payload, now_ms());
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

    fn add_peer(&mut self, connected: ConnectedPeer) {
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
        let ConnectedPeer {
            node_id,
            client_name,
            address,
            sender,
            ..
        } = connected;
        let transport = &mut self.transport;
        if let Err(error) = transport.add_peer(peer, node_id, client_name, options, now_ms()) {
            tracing::warn!(%error, "peer refused");
            sender.disconnect(DisconnectReason::TooManyPeers);
            return;
        }
        let connection = Connection {
            address,
            sender,
            blocked: false,
            lost: false,
        };
        self.connections.insert(peer, connection);
    }

    fn remove_peer(&mut self, peer: PeerId, reason: &str) {
        self.connections.remove(&peer);
        self.transport.remove_peer(peer, reason);
    }

    /// Hands the network service what Whisper has for each peer, as far as it takes it. A packet
    /// is made only once there is room for it: what Whisper counts as sent is on its way.
    pub(super) fn transmit(&mut self) {
        for id in self.transport.peers_with_output() {
            let Some(connection) = self.connections.get_mut(&id) else {
                continue;
            };
            while !connection.blocked && !connection.lost {
                match connection.sender.room(WHISPER) {
                    Ok(()) => {}
                    Err(QueueError::Full { .. }) => {
                        connection.blocked = true;
                        let sender = connection.sender.clone();
                        self.blocked.spawn(async move {
                            // An error is the end of the connection, which is reported as such.
                            let _ = sender.wait_for_room(WHISPER).await;
                            id
                        });
                        break;
                    }
                    Err(_) => break,
                }
                let Some(Packet { code, payload }) = self.transport.poll_transmit(id) else {
                    break;
                };
                if let Err(error) = connection.sender.try_send(WHISPER, code, payload) {
                    tracing::debug!(%error, "the connection ended in between");
                    connection.lost = true;
                    self.transport.packet_lost(id);
                }
            }
        }
    }
}
