//! What can go wrong in a session: by the peer's fault, and by the caller's.

use crate::{DisconnectReason, HelloError, MessageError, NodeId};

/// Why a session was ended against the peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionError {
    /// A frame or its compression is broken or too large.
    #[error(transparent)]
    Message(#[from] MessageError),
    /// The peer's Hello is broken.
    #[error(transparent)]
    Hello(#[from] HelloError),
    /// Something other than Hello or Disconnect came first.
    #[error("message with code {code} came before Hello")]
    HelloExpected {
        /// The message's code on the connection.
        code: u64,
    },
    /// Hello names another node than the handshake.
    #[error("Hello names the node {claimed:.16}…, not the one of the handshake")]
    UnexpectedIdentity {
        /// The identifier in Hello.
        claimed: NodeId,
    },
    /// The two speak nothing in common.
    #[error("no capability in common: none of the {offered} that the peer offers is spoken here")]
    NothingShared {
        /// How many the peer offers.
        offered: usize,
    },
    /// A message's code belongs to no shared capability.
    #[error("message with code {code}, but the shared capabilities end at {end}")]
    UnknownCode {
        /// The message's code on the connection.
        code: u64,
        /// The first code that is out of range.
        end: u64,
    },
    /// No Hello within the time.
    #[error("no Hello within {} ms", super::HELLO_TIMEOUT_MS)]
    HelloTimeout,
    /// No message within the time.
    #[error("no message within {} ms", super::IDLE_TIMEOUT_MS)]
    IdleTimeout,
    /// The connection ended without Disconnect.
    #[error("connection lost{}", if *.mid_frame { " in the middle of a frame" } else { "" })]
    Lost {
        /// Whether a frame had begun.
        mid_frame: bool,
    },
}

impl SessionError {
    /// The reason that the peer is told.
    pub fn reason(&self) -> DisconnectReason {
        match self {
            Self::Hello(HelloError::IdentityLength { .. } | HelloError::ZeroIdentity) => {
                DisconnectReason::NullIdentity
            }
            Self::Message(_)
            | Self::Hello(_)
            | Self::HelloExpected { .. }
            | Self::UnknownCode { .. } => DisconnectReason::ProtocolBreach,
            Self::UnexpectedIdentity { .. } => DisconnectReason::UnexpectedIdentity,
            Self::NothingShared { .. } => DisconnectReason::UselessPeer,
            Self::HelloTimeout | Self::IdleTimeout => DisconnectReason::ReadTimeout,
            Self::Lost { .. } => DisconnectReason::TcpError,
        }
    }
}

/// Why a message was not queued. Nothing happened to the session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The queue is full: back-pressure, not a fault. Try again once `is_ready` says so.
    #[error("the outgoing queue of the capability is full: {messages} messages, {bytes} bytes")]
    Full {
        /// Messages in it.
        messages: usize,
        /// Their bytes.
        bytes: usize,
    },
    /// Hello was not exchanged yet.
    #[error("the session is not established yet")]
    NotEstablished,
    /// The session is over.
    #[error("the session is over")]
    Closed,
    /// No shared capability has this index; the caller's fault.
    #[error("there is no shared capability of index {index}, {count} are shared")]
    UnknownCapability {
        /// The index asked for.
        index: usize,
        /// How many there are.
        count: usize,
    },
    /// The capability has no such code; the caller's fault.
    #[error("code {code} is outside the capability's {length} codes")]
    UnknownCode {
        /// The code asked for.
        code: u64,
        /// How many codes there are.
        length: u64,
    },
    /// The payload can be no message; the caller's fault.
    #[error("payload of {size} bytes is over the limit of {limit}")]
    TooLarge {
        /// Its size in bytes.
        size: usize,
        /// The limit in bytes.
        limit: usize,
    },
}
