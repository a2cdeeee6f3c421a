//! What a node tells those who subscribed.

use super::records::{LedgerRecord, MessageRecord, PairingRecord, ReachedDevice};
use crate::messenger::MessengerEvent;
use crate::{NodeEvent, hex_key};
use serde::{Deserialize, Serialize};
use status_devp2p::NodeId;

/// Kinds of reports, which can be subscribed to one by one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Messages of others, and one's own from other devices.
    Message,
    /// What becomes of one's own messages.
    Ledger,
    /// How one's own messages reach devices.
    Reach,
    /// Chats that were made or changed.
    Chat,
    /// Contacts that changed.
    Contact,
    /// Devices that are new.
    Device,
    /// What happens in a pairing of devices.
    Pairing,
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
    /// A message of one's own was encrypted for the devices of a recipient.
    Reach {
        /// The message.
        message: String,
        /// The devices of one recipient, those included that are not reached.
        devices: Vec<ReachedDevice>,
    },
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
    /// Something happened in the pairing that is on its way.
    Pairing(PairingRecord),
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
            Self::Reach { .. } => ReportKind::Reach,
            Self::Chat { .. } => ReportKind::Chat,
            Self::Contact { .. } => ReportKind::Contact,
            Self::Device { .. } => ReportKind::Device,
            Self::Pairing(_) => ReportKind::Pairing,
            Self::Peer { .. } => ReportKind::Peer,
        }
    }

    /// The chat that it is about, as people write it; none if it is about none in particular.
    pub fn chat(&self) -> Option<&str> {
        match self {
            Self::Message(message) => Some(&message.chat),
            Self::Chat { chat } => Some(chat),
            Self::Ledger(_)
            | Self::Reach { .. }
            | Self::Contact { .. }
            | Self::Device { .. }
            | Self::Pairing(_)
            | Self::Peer { .. } => None,
        }
    }
}

impl Report {
    /// What is reported of an event; none of those that only this program's log is for.
    pub fn of(event: &NodeEvent) -> Option<Self> {
        Some(match event {
            NodeEvent::Message(message) => Self::Message(MessageRecord::from(message.as_ref())),
            NodeEvent::Messenger(event) => return Self::of_messenger(event),
            NodeEvent::PeerReady { node_id, .. } => Self::peer(node_id, true),
            NodeEvent::PeerLost { node_id, .. } => Self::peer(node_id, false),
            _ => return None,
        })
    }

    fn of_messenger(event: &MessengerEvent) -> Option<Self> {
        Some(match event {
            MessengerEvent::Message(message) => {
                Self::Message(MessageRecord::from(message.as_ref()))
            }
            MessengerEvent::Chat(chat) => Self::Chat {
                chat: chat.to_string(),
            },
            MessengerEvent::Contact(person) => Self::Contact {
                public_key: hex_key(person),
            },
            MessengerEvent::Device {
                person,
                installation,
            } => Self::Device {
                public_key: hex_key(person),
                installation: installation.to_string(),
            },
            MessengerEvent::Pairing(news) => Self::Pairing(PairingRecord::from(news)),
            MessengerEvent::Ledger { message, entry } => {
                Self::Ledger(LedgerRecord::new(message, entry))
            }
            MessengerEvent::Devices {
                message,
                person,
                devices,
            } => Self::Reach {
                message: message.to_string(),
                devices: match devices.as_slice() {
                    [] => vec![ReachedDevice::unknown(person)],
                    devices => devices
                        .iter()
                        .map(|device| ReachedDevice::new(person, device))
                        .collect(),
                },
            },
            _ => return None,
        })
    }

    fn peer(peer: &NodeId, ready: bool) -> Self {
        Self::Peer {
            peer: format!("0x{}", hex::encode(peer.0)),
            ready,
        }
    }
}
