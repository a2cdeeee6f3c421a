//! Chats and their messages.

use serde::{Deserialize, Serialize};

/// Kinds of chats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChatKindName {
    /// Of whoever knows its name.
    Public,
    /// With one person.
    Person,
    /// Of a group's members.
    Group,
}

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChatRecord {
    /// The chat, as commands take it: `#name`, a key or a group's id.
    pub chat: String,
    /// Its kind.
    pub kind: ChatKindName,
    /// What people call it: the name of a group, the name that a person gave themselves or, if they
    /// gave none, the three words of their key.
    pub name: String,
    /// Whether it is joined, written to, or not left.
    pub active: bool,
    /// Messages that are not read.
    pub unread: u64,
    /// The id of its last message; null without any.
    pub last_message: Option<String>,
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessageRecord {
    /// The chat that it stands in.
    pub chat: String,
    /// Its author's key.
    pub from: String,
    /// What it says.
    pub text: String,
    /// Its id.
    pub id: String,
    /// Its clock, by which messages are ordered, and then by id.
    pub clock: u64,
    /// When it was written, as its author says.
    pub timestamp: u64,
    /// The envelope that brought it, or that one's own went into; null while there is none.
    pub envelope: Option<String>,
    /// When it came, or was written if it is one's own.
    pub received: u64,
    /// Whether it is one's own, of this device or another.
    pub outgoing: bool,
    /// The message that it answers, or null.
    pub response_to: Option<String>,
    /// What it is: `text`, `sticker`, `status`, `emoji`, `system` or `other`.
    pub content: String,
    /// How far its clock is ahead of what others accept, in ms; 0 if it is plausible.
    pub clock_ahead_ms: u64,
    /// How far its clock is behind its envelope, beyond what is usual, in ms; 0 if it is plausible.
    pub clock_behind_ms: u64,
}
