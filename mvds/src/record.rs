//! What is owed to a peer: an offer, a request or a message that it has not answered.

use crate::MessageId;

/// The kind of a record. There is none for acknowledgements: they are never repeated by themselves.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RecordKind {
    /// The peer was offered a message and has not asked for it.
    Offer,
    /// The peer was asked for a message and has not sent it.
    Request,
    /// The peer was sent a message and has not acknowledged it.
    Message,
}

/// A record as a [`Store`](crate::Store) keeps it. Peers and groups stand in it by their numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Record {
    /// The number of the peer.
    pub peer: u32,
    /// The number of the group, where it is known: an offer does not name one.
    pub group: Option<u32>,
    /// The message.
    pub message: MessageId,
    /// What was sent, or is to be sent.
    pub kind: RecordKind,
    /// How often it was sent.
    pub count: u32,
    /// How often it was sent since the peer was last seen online: what the back-off goes by.
    pub attempt: u32,
    /// The epoch in which it is due next.
    pub epoch: u64,
    /// The epoch in which it was sent last; 0 if never.
    pub last_sent: u64,
}
