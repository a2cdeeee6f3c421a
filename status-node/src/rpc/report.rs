//! What a node tells those who subscribed.

use super::records::{LedgerRecord, MessageRecord};
use serde::{Deserialize, Serialize};

/// Kinds of reports, which can be subscribed to one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Messages of others, and one's own from other devices.
    Message,
    /// What becomes of one's own messages.
    Ledger,
    /// Chats that were made or changed.
    Chat,
    /// Contacts that changed.
    Contact,
    /// Devices that are new.
    Device,
    /// Peers that came or went.
    Peer,
}

/// A report: what happened, after it was stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "record", rename_all = "snake_case")]
pub enum Report {
    /// A message is to be shown.
    Message(MessageRecord),
    /// Something became of a message of one's own.
    Ledger(LedgerRecord),
    /// A chat was made or changed: its name, its members, what is unread.
    Chat {
        /// Which.
        chat: String,
    },
    /// A contact changed, or a stranger wants to be one.
    Contact {
        /// Whose key.
        public_key: String,
    },
    /// A device of somebody is new, one's own included.
    Device {
        /// Whose.
        public_key: String,
        /// Which.
        installation: String,
    },
    /// A peer came or went.
    Peer {
        /// The node's id.
        peer: String,
        /// Whether envelopes flow with it now.
        ready: bool,
    },
}

impl Report {
    /// Its kind.
    pub fn kind(&self) -> ReportKind {
        match self {
            Self::Message(_) => ReportKind::Message,
            Self::Ledger(_) => ReportKind::Ledger,
            Self::Chat { .. } => ReportKind::Chat,
            Self::Contact { .. } => ReportKind::Contact,
            Self::Device { .. } => ReportKind::Device,
            Self::Peer { .. } => ReportKind::Peer,
        }
    }

    /// The chat that it is about, as people write it; none if it is about none in particular.
    pub fn chat(&self) -> Option<&str> {
        match self {
            Self::Message(message) => Some(&message.chat),
            Self::Chat { chat } => Some(chat),
            Self::Ledger(_) | Self::Contact { .. } | Self::Device { .. } | Self::Peer { .. } => {
                None
            }
        }
    }
}
