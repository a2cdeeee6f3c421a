//! What a node gives its application.

use crate::Chat;
use crate::messenger::ClockFault;
use crate::plain;
use secp256k1::PublicKey;
use status_conversational_security::trust::ThreeWordName;
use status_devp2p::NodeId;
use status_payload::{Content, MessageId, MessageType};
use status_whisper::Hash;
use std::fmt;

/// A message in a chat. The author is who signed it, and id, text and clock are what they
/// signed; whether the author's claims of time are true nobody can know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The chat.
    pub chat: Chat,
    /// The author.
    pub from: PublicKey,
    /// The text; not blank.
    pub text: String,
    /// The id, which no other author's message can have.
    pub id: MessageId,
    /// The chat's logical clock, in ms: messages are ordered by it, then by id.
    pub clock: u64,
    /// When it was written, by the author's account, in ms since 1970.
    pub timestamp: u64,
    /// The envelope that brought it, or that one's own went into first; none while it is in none.
    pub envelope: Option<Hash>,
    /// When it came, or was written if it is one's own, by this machine's clock, in ms since 1970.
    pub received: u64,
    /// Whether it is one's own, written on this device or on another.
    pub outgoing: bool,
    /// The message that it answers, as the author says.
    pub response_to: Option<MessageId>,
    /// The author's ENS name, or empty. Nobody verified it.
    pub ens_name: String,
    /// What it holds besides its text.
    pub content: Content,
    /// What is remarkable about its clock.
    pub fault: Option<ClockFault>,
}

/// A line for people: who wrote it, by the three words of their key or as `me`, and what it says. Nothing in
/// it can do anything to a terminal.
impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = plain(&self.text);
        match self.outgoing {
            true => write!(f, "me: {text}"),
            false => write!(f, "{}: {text}", ThreeWordName::of(&self.from)),
        }
    }
}

/// A message that is no text: of a type that a newer client sends, or one that does not concern
/// public chats. It is kept whole for whoever understands it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OtherMessage {
    /// The chat that it came in.
    pub chat: Chat,
    /// The author.
    pub from: PublicKey,
    /// The id.
    pub id: MessageId,
    /// What it says to be.
    pub message_type: MessageType,
    /// Its bytes, not decoded.
    pub payload: bytes::Bytes,
    /// The envelope that brought it.
    pub envelope: Hash,
}

/// A public key as the protocol writes it: `0x04`, X and Y.
pub fn hex_key(key: &PublicKey) -> String {
    format!("0x{}", hex::encode(key.serialize_uncompressed()))
}

/// A node's id in hex, as reports and records write it.
pub(crate) fn hex_node(node: &NodeId) -> String {
    format!("0x{}", hex::encode(node.0))
}
