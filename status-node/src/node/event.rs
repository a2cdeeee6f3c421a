//! What a node reports to its application.

use crate::Message;
use crate::messenger::MessengerEvent;
use status_devp2p::NodeId;
use status_whisper::Hash;
use tokio::sync::mpsc;

/// Events that wait for the application, beyond which new ones are lost (and counted). A thousand
/// messages are more than a person reads, and take less than 10 MB at their largest usual size.
pub(super) const EVENTS: usize = 1024;

/// Something happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum NodeEvent {
    /// Somebody wrote, or one's own other device did. Each message comes once; those written here do
    /// not. It is in the database, so that one that is not fetched in time is not lost.
    Message(Box<Message>),
    /// Anything else that the messenger has to say; never [`MessengerEvent::Message`].
    Messenger(MessengerEvent),
    /// A peer is connected and envelopes flow.
    PeerReady {
        /// Who.
        node_id: NodeId,
        /// What it calls itself.
        client_name: String,
    },
    /// A peer is gone.
    PeerLost {
        /// Who.
        node_id: NodeId,
        /// Why.
        reason: String,
    },
    /// A peer confirmed that it took an envelope of ours.
    Confirmed {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        node_id: NodeId,
    },
    /// A peer refused an envelope of ours.
    Refused {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        node_id: NodeId,
        /// The peer's words.
        reason: String,
    },
}

impl From<MessengerEvent> for NodeEvent {
    fn from(event: MessengerEvent) -> Self {
        match event {
            MessengerEvent::Message(message) => Self::Message(message),
            event => Self::Messenger(event),
        }
    }
}

/// The events of a node, in order. Dropping it lets the node run on in silence.
#[derive(Debug)]
pub struct NodeEvents(pub(super) mpsc::Receiver<NodeEvent>);

impl NodeEvents {
    /// The next event; none once the node has stopped. Cancelling loses nothing.
    pub async fn next(&mut self) -> Option<NodeEvent> {
        self.0.recv().await
    }

    /// The next message, past all other events; none once the node has stopped.
    pub async fn next_message(&mut self) -> Option<Message> {
        loop {
            if let NodeEvent::Message(message) = self.next().await? {
                return Some(*message);
            }
        }
    }
}
