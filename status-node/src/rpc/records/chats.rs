//! Chats and their messages.

use crate::messenger::{self, ClockFault};
use crate::{Chat, Message, hex_key};
use serde::{Deserialize, Serialize};
use status_conversational_security::trust::ThreeWordName;
use status_payload::Content;

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

/// How the account here stands to a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// It is in it: it reads and writes.
    Joined,
    /// It may join.
    Invited,
    /// It is not in it, or not any more.
    NotMember,
}

impl Membership {
    /// Of whoever is a `member`, and `joined`.
    pub fn of(member: bool, joined: bool) -> Self {
        match (member, joined) {
            (true, true) => Self::Joined,
            (true, false) => Self::Invited,
            (false, _) => Self::NotMember,
        }
    }
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
    /// Whether it is shown: a public chat that is joined, a person who wrote or was written to, a group
    /// that was not left.
    pub active: bool,
    /// Whether its messages are to make no noise.
    pub muted: bool,
    /// Messages that are not read.
    pub unread: u64,
    /// The id of its last message; null without any.
    pub last_message: Option<String>,
    /// How the account stands to a group; null in other chats.
    pub membership: Option<Membership>,
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
    /// The ENS name that its author claims, which nobody verified; may be empty.
    pub ens_name: String,
    /// What it is: `text`, `sticker`, `status`, `emoji`, `system` or `other`.
    pub content: String,
    /// How far its clock is ahead of what others accept, in ms; 0 if it is plausible.
    pub clock_ahead_ms: u64,
    /// How far its clock is behind its envelope, beyond what is usual, in ms; 0 if it is plausible.
    pub clock_behind_ms: u64,
}

impl From<&Chat> for ChatKindName {
    fn from(chat: &Chat) -> Self {
        match chat {
            Chat::Public(_) => Self::Public,
            Chat::Person(_) => Self::Person,
            Chat::Group(_) => Self::Group,
        }
    }
}

impl ChatRecord {
    /// What is known of a chat, and how the account stands to it if it is a group.
    pub(in crate::rpc) fn new(
        known: &messenger::ChatRecord,
        membership: Option<Membership>,
    ) -> Self {
        let name = match &known.chat {
            Chat::Public(name) => name.as_str().to_owned(),
            Chat::Person(person) if known.name.is_empty() => {
                ThreeWordName::of(person.public_key()).to_string()
            }
            Chat::Person(_) | Chat::Group(_) => known.name.clone(),
        };
        Self {
            chat: known.chat.to_string(),
            kind: ChatKindName::from(&known.chat),
            name,
            active: known.active,
            muted: known.muted,
            unread: known.unread,
            last_message: known.last_message.map(|id| id.to_string()),
            membership,
        }
    }
}

impl From<&Message> for MessageRecord {
    fn from(message: &Message) -> Self {
        let content = match &message.content {
            Content::Text => "text",
            Content::Sticker { .. } => "sticker",
            Content::Status => "status",
            Content::Emoji => "emoji",
            Content::SystemMessage => "system",
            Content::Other(_) => "other",
        };
        let (clock_ahead_ms, clock_behind_ms) = match message.fault {
            None => (0, 0),
            Some(ClockFault::Ahead { by_ms }) => (by_ms, 0),
            Some(ClockFault::Behind { by_ms }) => (0, by_ms),
        };
        Self {
            chat: message.chat.to_string(),
            from: hex_key(&message.from),
            text: message.text.clone(),
            id: message.id.to_string(),
            clock: message.clock,
            timestamp: message.timestamp,
            envelope: message.envelope.map(|hash| hash.to_string()),
            received: message.received,
            outgoing: message.outgoing,
            response_to: message.response_to.map(|id| id.to_string()),
            ens_name: message.ens_name.clone(),
            content: content.into(),
            clock_ahead_ms,
            clock_behind_ms,
        }
    }
}
