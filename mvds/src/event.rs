//! What a node reports.

use crate::{GroupId, Message, MessageId, PeerId, RecordKind};
use bytes::Bytes;
use core::fmt;

/// What a [`Node`](crate::Node) reports: messages for the application, and the ledger of what
/// became of its own. Each entry of the ledger follows from something that happened; none is a
/// guess.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A message for the application, once.
    Delivered(Delivery),
    /// The ledger: a message of one's own was accepted and stored.
    Stored {
        /// Its id.
        message: MessageId,
        /// Its group.
        group: GroupId,
        /// To how many peers it goes.
        peers: usize,
    },
    /// The ledger: a message, or the offer of one, is in the payload that
    /// [`poll_transmit`](crate::Node::poll_transmit) gave last. That the transport took it is for
    /// the transport to say.
    Sent {
        /// The message.
        message: MessageId,
        /// To whom.
        peer: PeerId,
        /// [`Offer`](RecordKind::Offer) or [`Message`](RecordKind::Message).
        kind: RecordKind,
        /// How often now, from 1.
        count: u32,
        /// In which epoch.
        epoch: u64,
    },
    /// The ledger: a peer said that it holds a message, or sent it itself.
    Acknowledged {
        /// The message.
        message: MessageId,
        /// By whom.
        peer: PeerId,
        /// When, in ms: the `now` of the call.
        at: u64,
        /// How many peers have not acknowledged it yet.
        remaining: usize,
    },
    /// The ledger: a message is not sent to a peer any more, though the peer has not acknowledged it.
    GivenUp {
        /// The message.
        message: MessageId,
        /// To whom.
        peer: PeerId,
        /// Why.
        reason: GivenUp,
    },
}

/// Why a message was given up: because the application asked for it, or because the store is damaged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum GivenUp {
    /// The deadline that it was appended with has passed.
    Deadline,
    /// The peer was removed from the group, or the group was removed.
    Removed,
    /// The store has a record of it and not the message itself: somebody else removed that, or the
    /// database is damaged.
    Lost,
}

/// One sentence.
impl fmt::Display for GivenUp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Deadline => "its deadline passed before the peer acknowledged it",
            Self::Removed => "the peer was removed from the group, or the group was removed",
            Self::Lost => "only its record is in the store, and the message itself is not",
        })
    }
}

/// A message for the application.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// Its id.
    pub id: MessageId,
    /// Who sent it here; in a group that relays not always its author.
    pub peer: PeerId,
    /// The message.
    pub message: Message,
    /// Parents that it waited for in vain, or, without causal order, that are not here yet.
    pub missing_parents: Vec<MessageId>,
}

/// A payload for a peer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transmit {
    /// To whom.
    pub peer: PeerId,
    /// The encoded payload; never empty.
    pub payload: Bytes,
}
