//! What Whisper reports: messages, and what became of one's own envelopes.

use super::Driver;
use crate::messenger::TransportReport;
use crate::node::clock::now_ms;
use crate::node::desk::Arrival;
use crate::node::event::NodeEvent;
use crate::pipeline::Incoming;
use status_whisper::{Event, Hash, PeerId, Received, Role};

impl Driver {
    /// Takes what Whisper has to say, as long as the messenger has room for it. What does not find room
    /// stays in Whisper, and the network is not read until there is some.
    pub(super) fn take_events(&mut self) {
        while self.inbox.has_room() {
            let Some(event) = self.whisper.poll_event() else {
                break;
            };
            self.handle_event(event);
        }
    }

    fn handle_event(&mut self, event: Event) {
        match event {
            Event::Message(received) => self.receive(&received),
            Event::PeerReady(peer) => self.peer_ready(peer),
            Event::PeerFailed { peer, fault } => self.punish(peer, &fault),
            Event::Sent { peer, envelope } => {
                // A peer that was lost with the packet does not have it: another may take it, or the
                // messenger sends it again once this envelope expires.
                let node_id = match self.peers.get(&peer) {
                    Some(peer) if !peer.lost => peer.node_id,
                    _ => return,
                };
                if self.sending.handed(&envelope) {
                    self.tell(TransportReport::Handed {
                        envelope,
                        peer: node_id,
                    });
                }
            }
            Event::Confirmed {
                peer,
                taken,
                refused,
            } => {
                let Some(peer) = self.peers.get(&peer).map(|peer| peer.node_id) else {
                    return;
                };
                for envelope in taken {
                    if self.sending.confirmed(&envelope) {
                        self.tell(TransportReport::Confirmed { envelope, peer });
                    }
                    self.report(NodeEvent::Confirmed {
                        envelope,
                        node_id: peer,
                    });
                }
                for refused in refused {
                    let (envelope, reason) = (refused.envelope, refused.description);
                    tracing::warn!(%peer, %envelope, reason, "envelope refused");
                    if self.sending.concerns_messages(&envelope) {
                        self.tell(TransportReport::Refused {
                            envelope,
                            peer,
                            reason: reason.clone(),
                        });
                    }
                    self.report(NodeEvent::Refused {
                        envelope,
                        node_id: peer,
                        reason,
                    });
                }
            }
            Event::Expired(envelope) => self.expired(envelope),
            // History is not served or asked for yet.
            Event::RequestComplete { .. }
            | Event::HistoryRequest { .. }
            | Event::SyncRequest { .. }
            | Event::SyncResponse { .. } => {}
        }
    }

    /// An envelope of one's own is gone. If no peer took it the messenger sends its payload again.
    fn expired(&mut self, envelope: Hash) {
        let Some(is_tracked) = self.sending.expired(&envelope) else {
            return;
        };
        if is_tracked {
            self.tell(TransportReport::Expired { envelope });
        }
        if let Role::Light { .. } = self.whisper.config().role {
            let topics = self.sending.topics();
            self.whisper.set_role(Role::Light { topics }, now_ms());
        }
    }

    pub(super) fn peer_ready(&mut self, peer: PeerId) {
        self.ready.insert(peer);
        if let Some(known) = self.peers.get(&peer) {
            self.report(NodeEvent::PeerReady {
                node_id: known.node_id,
                client_name: known.client_name.clone(),
            });
        }
        self.seal_waiting();
    }

    fn receive(&mut self, received: &Received) {
        // One's own envelope, on its way out.
        if received.peer.is_none() {
            return;
        }
        let mut filters = received.filters.iter();
        // The same key on the same topic is the same channel, by whichever filter.
        let Some(channel) = filters.find_map(|filter| self.channels.get(filter)) else {
            return;
        };
        match Incoming::unwrap(&received.envelope, &received.opened) {
            Ok(incoming) => self.inbox.arrive(Arrival::Envelope {
                channel: channel.clone(),
                incoming,
            }),
            Err(refusal) => {
                tracing::debug!(envelope = %received.envelope.hash(), %refusal, "message dropped");
                self.counts.unsigned += 1;
            }
        }
    }
}
