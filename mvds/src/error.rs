//! Why a call was refused.

use crate::{GroupId, MessageId};

/// Why a call was refused. `E` is the error of the store.
#[derive(Debug, thiserror::Error)]
pub enum Error<E> {
    /// The caller's fault: nobody added this group.
    #[error("the group {0} is not known to data sync")]
    UnknownGroup(GroupId),
    /// The caller's fault: the group has no members, so nobody would ever receive the message.
    #[error("the group {0} has no members to send to")]
    NoMembers(GroupId),
    /// The caller's fault: the message does not fit a payload. Nothing was stored.
    #[error("a payload with this message takes {size} bytes, {limit} are allowed")]
    TooLarge {
        /// What a payload with nothing but the message takes, in bytes.
        size: usize,
        /// The limit, inclusive.
        limit: usize,
    },
    /// The caller's fault: the same body was appended to the same group with the same timestamp, which
    /// is in seconds, so that it is the same message for every peer.
    #[error("the message {0} was appended before")]
    AlreadyAppended(MessageId),
    /// Nobody's fault: too much is not acknowledged yet. Try again when some is.
    #[error("{limit} messages wait for an acknowledgement, which is the most there can be")]
    Full {
        /// The limit.
        limit: usize,
    },
    /// The caller's fault: the store failed in an earlier call, so that the node may be ahead of it.
    /// Load a new one.
    #[error("the store of data sync failed before: its node must be loaded again")]
    Stale,
    /// The store failed. Roll back and load the node again.
    #[error("the store of data sync failed: {0}")]
    Store(#[source] E),
}
