//! What the messenger reports.

use super::{PairingNews, SkewEstimate};
use crate::{Chat, Message, OtherMessage};
use secp256k1::PublicKey;
use status_conversational_security::trust::TrustEvent;
use status_conversational_security::{DeviceReport, InstallationId, Unreadable};
use status_devp2p::NodeId;
use status_payload::{GroupEvent, GroupId, MessageId};
use status_whisper::Hash;

/// What is known of a message of one's own. No state is entered without the event that proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LedgerState {
    /// It is in the database: a crash does not lose it.
    Queued,
    /// It is in an envelope with its proof of work.
    Sealed {
        /// The envelope.
        envelope: Hash,
    },
    /// An envelope with it was handed to a peer's connection.
    Handed {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        peer: NodeId,
    },
    /// A peer confirmed an envelope with it.
    Confirmed {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        peer: NodeId,
    },
    /// A peer refused an envelope with it.
    Refused {
        /// The envelope.
        envelope: Hash,
        /// The peer.
        peer: NodeId,
        /// The peer's words.
        reason: String,
    },
    /// A device of a recipient acknowledged it (data sync).
    Acknowledged {
        /// The recipient.
        person: PublicKey,
        /// The device.
        installation: InstallationId,
        /// How many devices that it goes to have not acknowledged it yet.
        remaining: usize,
    },
    /// It is not sent any more, though a device has not acknowledged it, or no peer ever took it: its
    /// deadline passed.
    Expired {
        /// The recipient who lacks it; none if nobody took it.
        person: Option<PublicKey>,
    },
    /// It is not sent to a device any more, because nothing is sent to that device any more: it was
    /// disabled, or others of its person are newer and there are more than a message goes to.
    Removed {
        /// The recipient.
        person: PublicKey,
        /// The device.
        installation: InstallationId,
    },
    /// It cannot be sent.
    Failed {
        /// Why.
        reason: String,
    },
}

/// An entry of the ledger of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerEntry {
    /// When, in ms since 1970, by this machine's clock.
    pub at_ms: u64,
    /// What.
    pub state: LedgerState,
}

/// Something that the application may want to show. Reported after the commit of the transaction in
/// which it happened.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MessengerEvent {
    /// A message is to be shown, once: somebody's, or one's own from another device.
    Message(Box<Message>),
    /// A message came that is no text and that nothing here acts on; it is kept.
    Other(Box<OtherMessage>),
    /// A chat was made or changed: its name, its members, what is unread.
    Chat(Chat),
    /// Somebody changed a group that was known.
    Membership {
        /// The group.
        group: GroupId,
        /// What they did.
        event: Box<GroupEvent>,
    },
    /// A contact changed, or a stranger wants to be one.
    Contact(PublicKey),
    /// A device of somebody is new, one's own included.
    Device {
        /// Whose.
        person: PublicKey,
        /// Which.
        installation: InstallationId,
    },
    /// A key, or a device of a known one, was never seen before.
    Trust(TrustEvent),
    /// Something happened in the pairing that is on its way.
    Pairing(PairingNews),
    /// One's own clock differs from others', by another amount than was said before, or not any more.
    Skew(SkewEstimate),
    /// What happened to a message of one's own.
    Ledger {
        /// The message.
        message: MessageId,
        /// What.
        entry: LedgerEntry,
    },
    /// Which devices of a person a message of one's own was encrypted for, and which not, why. None of them
    /// means that none is known: it was encrypted to the person's identity key.
    Devices {
        /// The message.
        message: MessageId,
        /// The recipient.
        person: PublicKey,
        /// Each device.
        devices: Vec<DeviceReport>,
    },
    /// Somebody's message cannot be read.
    Unreadable {
        /// Who signed the envelope.
        person: PublicKey,
        /// Why.
        reason: Unreadable,
    },
    /// A message with the id of another one of different content, or that says to be from a chat where
    /// it does not belong, was refused.
    Conflict {
        /// Its id.
        message: MessageId,
        /// What is wrong, in words.
        reason: String,
    },
}
