//! What the transport reports, for the messenger, the application and the network service.

use super::Driver;
use crate::node::clock::now_ms;
use crate::node::event::NodeEvent;
use crate::node::transport::TransportEvent;
use status_devp2p::DisconnectReason;
use tokio::sync::mpsc;

impl Driver {
    /// Passes on what the transport has to say, and lets it say more as long as the messenger has room for
    /// it. What does not find room stays in Whisper, and the network is not read until there is some.
    pub(super) fn take_events(&mut self) {
        loop {
            while let Some(event) = self.transport.poll_event() {
                self.pass_on(event);
            }
            if self.inbox.has_room() && self.transport.take_event(now_ms()) {
                continue;
            }
            // There may be a first peer, and what cannot be sealed is told.
            self.seal_waiting();
            if !self.transport.has_events() {
                return;
            }
        }
    }

    fn pass_on(&mut self, event: TransportEvent) {
        match event {
            TransportEvent::Arrival(arrival) => self.inbox.arrive(arrival),
            TransportEvent::Node(event) => self.report(event),
            TransportEvent::Disconnect(peer) => {
                if let Some(connection) = self.connections.remove(&peer) {
                    let reason = DisconnectReason::SubprotocolError;
                    connection.sender.disconnect(reason);
                }
            }
        }
    }

    fn report(&mut self, event: NodeEvent) {
        if let Err(mpsc::error::TrySendError::Full(_)) = self.events.try_send(event) {
            self.transport.counts_mut().events_dropped += 1;
        }
    }
}
