//! What Whisper reports: messages, and what became of one's own.

use super::Driver;
use crate::Chat;
use crate::node::event::NodeEvent;
use crate::pipeline::{Incoming, Read, Refusal};
use status_whisper::{Event, PeerId, Received};
use tokio::sync::mpsc;

impl Driver {
    pub(super) fn take_events(&mut self) {
        while let Some(event) = self.whisper.poll_event() {
            self.handle_event(event);
        }
    }

    pub(super) fn handle_event(&mut self, event: Event) {
        match event {
            Event::Message(received) => self.receive(&received),
            Event::PeerReady(peer) => self.peer_ready(peer),
            Event::PeerFailed { peer, fault } => self.punish(peer, &fault),
            Event::Sent { peer, envelope } => {
                // A peer that was lost with the packet does not have it: the message waits for
                // another, or goes into a new envelope once this one expires.
                let node_id = match self.peers.get(&peer) {
                    Some(peer) if !peer.lost => peer.node_id,
                    _ => return,
                };
                if let Some((sending, envelope)) = self.sending.take(&envelope) {
                    self.handed(sending, envelope, node_id);
                }
            }
            Event::Confirmed {
                peer,
                taken,
                refused,
            } => {
                let Some(node_id) = self.peers.get(&peer).map(|peer| peer.node_id) else {
                    return;
                };
                for envelope in taken {
                    self.report(NodeEvent::Confirmed { envelope, node_id });
                }
                for refused in refused {
                    tracing::warn!(%node_id, envelope = %refused.envelope, reason = refused.description, "envelope refused");
                    self.report(NodeEvent::Refused {
                        envelope: refused.envelope,
                        node_id,
                        reason: refused.description,
                    });
                }
            }
            // No peer took it in its lifetime: the same message goes into a new envelope.
            Event::Expired(envelope) => {
                if let Some((sending, _)) = self.sending.take(&envelope) {
                    self.seal(sending);
                }
            }
            // History is not served or asked for yet.
            Event::RequestComplete { .. }
            | Event::HistoryRequest { .. }
            | Event::SyncRequest { .. }
            | Event::SyncResponse { .. } => {}
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

    pub(super) fn receive(&mut self, received: &Received) {
        // One's own envelope, on its way out.
        if received.peer.is_none() {
            return;
        }
        for filter in &received.filters {
            let Some(chat) = self.chat_of.get(filter).cloned() else {
                continue;
            };
            let read = Incoming::unwrap(&received.envelope, &received.opened)
                .and_then(|incoming| incoming.read(&chat));
            match read.and_then(|read| self.deliver(&chat, read)) {
                Ok(()) => {}
                Err(refusal) => {
                    tracing::debug!(%chat, envelope = %received.envelope.hash(), %refusal, "message dropped");
                    self.counts.refuse(&refusal);
                }
            }
        }
    }

    pub(super) fn deliver(&mut self, chat: &Chat, read: Read) -> Result<(), Refusal> {
        let (id, clock) = match &read {
            Read::Text(message) => (message.id, Some(message.clock)),
            Read::Other(other) => (other.id, None),
        };
        if self.recent.contains(&id) {
            return Err(Refusal::Duplicate);
        }
        let is_text = matches!(read, Read::Text(_));
        // Room comes first: a message that finds none must not count as seen, or it could never
        // be shown when it comes again.
        match self.events.try_reserve() {
            Ok(room) => room.send(match read {
                Read::Text(message) => NodeEvent::Message(message),
                Read::Other(other) => NodeEvent::Other(other),
            }),
            Err(mpsc::error::TrySendError::Full(())) => return Err(Refusal::Lagging),
            // Nobody listens, by choice.
            Err(mpsc::error::TrySendError::Closed(())) => {}
        }
        self.recent.insert(id);
        if let Some(clock) = clock {
            self.remember_clock(chat, clock);
        }
        if is_text {
            self.counts.messages += 1;
        } else {
            self.counts.other_messages += 1;
        }
        Ok(())
    }
}
