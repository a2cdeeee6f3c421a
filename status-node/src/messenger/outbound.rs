//! What the messenger wants done by the transport, and what the transport has to say of it.

use crate::coupling::{Channel, Route};
use bytes::Bytes;
use status_devp2p::NodeId;
use status_payload::MessageId;
use status_whisper::Hash;

/// Names an [`Outbound`] while the messenger is loaded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutboundId(pub u64);

/// A payload to be sealed in an envelope, signed by the account's key, and posted. It may leave only
/// after the transaction in which it was made is committed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outbound {
    /// Its number, for reports on it.
    pub id: OutboundId,
    /// Under which topic and key.
    pub route: Route,
    /// What is sealed.
    pub payload: Bytes,
    /// The messages that it carries, for the ledger; none if it only acknowledges, or announces keys.
    pub messages: Vec<MessageId>,
    /// Whether anybody wants a report on it. What only acknowledges is made again if it is lost.
    pub is_tracked: bool,
}

/// What became of an [`Outbound`] and of its envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TransportReport {
    /// It is in an envelope, which has its proof of work and waits for peers.
    Sealed {
        /// Which.
        outbound: OutboundId,
        /// Its envelope.
        envelope: Hash,
    },
    /// The envelope was handed to a peer's connection.
    Handed {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        peer: NodeId,
    },
    /// A peer confirmed that it took the envelope (code 11, or 12 without an error).
    Confirmed {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        peer: NodeId,
    },
    /// A peer refused the envelope (code 12).
    Refused {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        peer: NodeId,
        /// The peer's words.
        reason: String,
    },
    /// The envelope's time to live is over.
    Expired {
        /// The envelope.
        envelope: Hash,
    },
    /// No envelope could be made of it, or the node's own rules refuse that.
    Failed {
        /// Which.
        outbound: OutboundId,
        /// Why.
        reason: String,
    },
}

/// A change of what is listened to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SubscriptionChange {
    /// From now on.
    Install {
        /// The channel, which comes back with each envelope that it brings.
        channel: Channel,
        /// Its topic and key. A route to a person's key is opened with the account's own.
        route: Route,
    },
    /// No longer.
    Remove {
        /// The channel.
        channel: Channel,
    },
}
