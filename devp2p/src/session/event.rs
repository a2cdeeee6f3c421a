//! What a session reports.

use super::SessionError;
use crate::{DisconnectReason, Hello, SharedCapability};
use bytes::Bytes;

/// Something the application should know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SessionEvent {
    /// Hello was exchanged; messages may be sent. Always the first event, unless the session
    /// closed before.
    Established {
        /// What the peer said of itself.
        hello: Hello,
        /// What both speak. The index in this list is the `capability` of messages.
        capabilities: Vec<SharedCapability>,
    },
    /// A message of a subprotocol.
    Message {
        /// Index into the shared capabilities.
        capability: usize,
        /// The subprotocol's own code, from 0.
        code: u64,
        /// The payload, decompressed.
        payload: Bytes,
    },
    /// The session is over. Always the last event, and there is exactly one.
    Disconnected(Closed),
}

/// Who ended a session, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Closed {
    /// The peer said so.
    #[error("disconnected by the peer: {0}")]
    ByPeer(DisconnectReason),
    /// This side's application said so.
    #[error("disconnected by us: {0}")]
    ByUs(DisconnectReason),
    /// The peer misbehaved, was silent for too long, or was lost.
    #[error(transparent)]
    Fault(SessionError),
}

impl Closed {
    /// The reason as the base protocol numbers it.
    pub fn reason(&self) -> DisconnectReason {
        match self {
            Self::ByPeer(reason) | Self::ByUs(reason) => *reason,
            Self::Fault(error) => error.reason(),
        }
    }
}

/// Whether a session wants more input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[must_use = "a session whose events wait leaves input behind, which must be given again"]
pub enum Progress {
    /// All complete messages were taken: read more from the peer.
    NeedsInput,
    /// Events wait: take them with `poll_event`, then call `handle_bytes` again with what it left
    /// before reading more.
    EventsWaiting,
    /// The session is over; input is thrown away.
    Closed,
}

/// What went through a session, and what was dropped for which reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Messages of subprotocols received.
    pub messages_in: u64,
    /// Their payloads in bytes, decompressed.
    pub bytes_in: u64,
    /// Messages of subprotocols sent.
    pub messages_out: u64,
    /// Their payloads in bytes, before compression.
    pub bytes_out: u64,
    /// Messages with codes of the base protocol that mean nothing here (a second Hello, 4 to 15)
    /// and were ignored, as deployed.
    pub ignored_base_messages: u64,
    /// Pings that got no Pong of their own since too many were unanswered already.
    pub pongs_omitted: u64,
    /// Messages that were queued but could not go out since the session ended.
    pub unsent_messages: u64,
}
