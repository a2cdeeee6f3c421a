//! What Whisper reports: messages, and what became of one's own envelopes.

use super::{Transport, TransportEvent};
use crate::messenger::TransportReport;
use crate::node::desk::Arrival;
use crate::node::event::NodeEvent;
use crate::pipeline::Incoming;
use status_whisper::{Event, Hash, PeerId, Received, Refused, Role};

impl Transport {
    /// Takes the next of what Whisper has to report, which may cost a decryption; false if there is
    /// nothing. Call it only while there is room for what comes of it: until then it stays in Whisper,
    /// within Whisper's bounds.
    pub(crate) fn take_event(&mut self, now_ms: u64) -> bool {
        let event = self.whisper.poll_event();
        let is_some = event.is_some();
        if let Some(event) = event {
            self.handle_event(event, now_ms);
        }
        is_some
    }

    /// The next of what happened.
    pub(crate) fn poll_event(&mut self) -> Option<TransportEvent> {
        self.events.pop_front()
    }

    /// Whether anything happened that was not taken.
    pub(crate) fn has_events(&self) -> bool {
        !self.events.is_empty()
    }

    fn handle_event(&mut self, event: Event, now_ms: u64) {
        match event {
            Event::Message(received) => self.receive(&received, now_ms),
            Event::PeerReady(peer) => self.peer_ready(peer),
            Event::PeerFailed { peer, fault } => self.punish(peer, &fault),
            Event::Sent { peer, envelope } => {
                // A peer that was lost with the packet does not have it: another may take it, or the
                // messenger sends it again once this envelope expires.
                let node_id = match self.peers.get(&peer) {
                    Some(peer) if !peer.lost => peer.node_id,
                    _ => return,
                };
                self.own.handed(&envelope, node_id);
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
            } => self.confirmed(peer, taken, refused),
            Event::Expired(envelope) => self.expired(envelope, now_ms),
            // History is not served or asked for yet.
            Event::RequestComplete { .. }
            | Event::HistoryRequest { .. }
            | Event::SyncRequest { .. }
            | Event::SyncResponse { .. } => {}
        }
    }

    fn confirmed(&mut self, peer: PeerId, taken: Vec<Hash>, refused: Vec<Refused>) {
        let Some(peer) = self.peers.get(&peer).map(|peer| peer.node_id) else {
            return;
        };
        for envelope in taken {
            if self.sending.is_decoy(&envelope) {
                continue;
            }
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
            if self.sending.is_decoy(&envelope) {
                tracing::debug!(%peer, %envelope, reason, "decoy refused");
                continue;
            }
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

    /// An envelope of one's own is gone. If no peer took it the messenger sends its payload again.
    fn expired(&mut self, envelope: Hash, now_ms: u64) {
        let Some(is_tracked) = self.sending.expired(&envelope) else {
            return;
        };
        if is_tracked {
            self.tell(TransportReport::Expired { envelope });
        }
        let config = self.whisper.config();
        if let Role::Light { .. } = config.role
            && !config.own_outside_bloom
        {
            let topics = self.sending.topics();
            self.whisper.set_role(Role::Light { topics }, now_ms);
        }
    }

    fn peer_ready(&mut self, peer: PeerId) {
        self.ready.insert(peer);
        if let Some(known) = self.peers.get(&peer) {
            self.report(NodeEvent::PeerReady {
                node_id: known.node_id,
                client_name: known.client_name.clone(),
            });
        }
    }

    fn receive(&mut self, received: &Received, now_ms: u64) {
        // One's own envelope, on its way out.
        if received.peer.is_none() {
            return;
        }
        self.follow_incoming(received.envelope.topic(), now_ms);
        let mut filters = received.filters.iter();
        // The same key on the same topic is the same channel, by whichever filter.
        let Some(channel) = filters.find_map(|filter| self.channels.get(filter)) else {
            return;
        };
        match Incoming::unwrap(&received.envelope, &received.opened) {
            Ok(incoming) => {
                let channel = channel.clone();
                let arrival = Arrival::Envelope { channel, incoming };
                self.events.push_back(TransportEvent::Arrival(arrival));
            }
            Err(refusal) => {
                tracing::debug!(envelope = %received.envelope.hash(), %refusal, "message dropped");
                self.counts.unsigned += 1;
            }
        }
    }
}
