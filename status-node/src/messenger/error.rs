//! Why the messenger did not do something.

use crate::Chat;
use crate::storage::StorageError;
use status_conversational_security::noise::pairing::PairingError;
use status_conversational_security::trust;
use status_mvds::Error as SyncError;
use status_mvds::store::SqliteError;
use status_payload::{CannotAct, Unbuildable};

/// Why the messenger did not do what it was asked for.
///
/// After an error that [spoils](Self::spoils) the transaction must be rolled back and the messenger
/// loaded anew; every other error leaves everything as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MessengerError {
    /// The database fails. Roll back, and load the messenger anew.
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The database failed in an earlier call. Roll back, and load the messenger anew.
    #[error("the database failed before: the node must be started again")]
    Stale,
    /// There is no account to do it as.
    #[error("this node has no account to do that as")]
    NoIdentity,
    /// Other clients would refuse the message; its author is at fault.
    #[error(transparent)]
    Message(#[from] Unbuildable),
    /// The message is larger than what can be sent; its author is at fault.
    #[error("the message takes {size} bytes, {limit} can be sent")]
    TooLarge {
        /// Its size in bytes, encoded and signed.
        size: usize,
        /// The limit, inclusive.
        limit: usize,
    },
    /// Too much waits to be sent or acknowledged. Try again when some is.
    #[error("{limit} messages wait to be sent or acknowledged, which is the most there can be")]
    Full {
        /// The limit.
        limit: usize,
    },
    /// There is no room for another chat, or contact.
    #[error(
        "there are {} chats or {} contacts already, which is the most there can be",
        super::MAX_CHATS,
        super::MAX_CONTACTS
    )]
    NoRoom,
    /// The account joined neither the group nor can it say anything there.
    #[error("the group is not joined: nobody would see that")]
    NotJoined,
    /// The group would not be changed by that; nothing was sent.
    #[error(transparent)]
    Group(#[from] CannotAct),
    /// It would be done to the account itself.
    #[error("the command concerns somebody else, not oneself")]
    Oneself,
    /// It is for one's own other devices, and there is none that is enabled.
    #[error("no other device of this account is enabled that this could be sent to")]
    Alone,
    /// The device is none of the account's others, or its keys have not come yet.
    #[error("the device is not known: it must announce itself first")]
    UnknownDevice,
    /// This device has no name or no kind, and deployed clients ignore those.
    #[error("the device needs a name and a kind first")]
    NoDeviceName,
    /// No pairing has begun.
    #[error("no pairing of devices has begun")]
    NoPairing,
    /// The pairing refuses it.
    #[error(transparent)]
    Pairing(#[from] PairingError),
    /// There is no such chat, or it is not joined.
    #[error("the chat {0} is not known here")]
    UnknownChat(Box<Chat>),
}

impl MessengerError {
    /// Whether the transaction must be rolled back and the messenger loaded anew.
    pub fn spoils(&self) -> bool {
        matches!(self, Self::Storage(_) | Self::Stale)
    }
}

impl From<trust::SqliteError> for MessengerError {
    fn from(error: trust::SqliteError) -> Self {
        Self::Storage(error.into())
    }
}

impl From<rusqlite::Error> for MessengerError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Storage(error.into())
    }
}

impl From<SqliteError> for MessengerError {
    fn from(error: SqliteError) -> Self {
        Self::Storage(error.into())
    }
}

impl From<status_conversational_security::SqliteError> for MessengerError {
    fn from(error: status_conversational_security::SqliteError) -> Self {
        Self::Storage(error.into())
    }
}

impl From<SyncError<SqliteError>> for MessengerError {
    fn from(error: SyncError<SqliteError>) -> Self {
        match error {
            SyncError::Store(error) => error.into(),
            SyncError::TooLarge { size, limit } => Self::TooLarge { size, limit },
            SyncError::Full { limit } => Self::Full { limit },
            // The others are calls in the wrong order, after which nothing is sure.
            _ => Self::Stale,
        }
    }
}
