//! Types of messages that later clients added.

use crate::clock::{self, ClockError};
use crate::message_type::MessageType;
use crate::wire;
use crate::wire::chat_message::MessageType as ChatKind;
use crate::wire::emoji_reaction::Type as Emoji;
use crate::wire::status_update::StatusType;
use bytes::Bytes;
use status_protobuf_wire::decode;

/// Characters of the longest text that an edit may set, as in later status-go. Chat messages have no
/// such limit in v0.50.0.
pub const MAX_EDITED_CHARACTERS: usize = 4096;

/// Characters of the longest text of a status, as in later status-go.
pub const MAX_STATUS_CHARACTERS: usize = 128;

/// A message of a type that later clients added, decoded but not yet validated.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum LaterMessage {
    /// Type 22: somebody's feelings about a message.
    EmojiReaction(wire::EmojiReaction),
    /// Type 23: somebody wants to join a group.
    GroupChatInvitation(wire::GroupChatInvitation),
    /// Type 28: a message is held at the top of its chat.
    PinMessage(wire::PinMessage),
    /// Type 29: the author says something else instead.
    EditMessage(wire::EditMessage),
    /// Type 30: whether somebody is there.
    StatusUpdate(wire::StatusUpdate),
    /// Type 31: the author takes a message back.
    DeleteMessage(wire::DeleteMessage),
}

/// The rule that a message of a later type breaks; its author is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidLater {
    /// The clock is 0 or too high.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// A field that must not be empty is, or a text holds nothing but white space.
    #[error("the {field} of a later client's message is empty")]
    Empty {
        /// The field, in words.
        field: &'static str,
    },
    /// The kind of chat is 0, or one that a client makes only for itself.
    #[error("the message is for a chat of the kind {kind}, which is not known here")]
    ChatKind {
        /// Its number.
        kind: i32,
    },
    /// The emoji is 0.
    #[error("the reaction has no emoji")]
    NoEmoji,
    /// The status is 0.
    #[error("the status update says no status")]
    NoStatus,
    /// A text is too long.
    #[error("the text has {characters} characters, over the limit of {limit}")]
    TextTooLong {
        /// Its characters.
        characters: usize,
        /// The most there may be.
        limit: usize,
    },
}

impl LaterMessage {
    /// Decodes `payload` as a message of `message_type`; none if no later client's type that is known
    /// here has this number.
    ///
    /// # Errors
    ///
    /// If the payload is no protobuf message of its type, or holds text that is not UTF-8.
    pub fn decode(
        message_type: MessageType,
        payload: Bytes,
    ) -> Result<Option<Self>, crate::DecodeError> {
        Ok(Some(match message_type.number() {
            22 => Self::EmojiReaction(decode(payload)?.message),
            23 => Self::GroupChatInvitation(decode(payload)?.message),
            28 => Self::PinMessage(decode(payload)?.message),
            29 => Self::EditMessage(decode(payload)?.message),
            30 => Self::StatusUpdate(decode(payload)?.message),
            31 => Self::DeleteMessage(decode(payload)?.message),
            _ => return Ok(None),
        }))
    }

    /// The message's type.
    pub fn message_type(&self) -> MessageType {
        MessageType::Other(match self {
            Self::EmojiReaction(_) => 22,
            Self::GroupChatInvitation(_) => 23,
            Self::PinMessage(_) => 28,
            Self::EditMessage(_) => 29,
            Self::StatusUpdate(_) => 30,
            Self::DeleteMessage(_) => 31,
        })
    }

    /// The message as it goes on the wire, to be wrapped and signed as its
    /// [`message_type`](Self::message_type). For a message that came in pass on the original bytes.
    pub fn encode(&self) -> Bytes {
        use prost::Message as _;
        match self {
            Self::EmojiReaction(message) => message.encode_to_vec(),
            Self::GroupChatInvitation(message) => message.encode_to_vec(),
            Self::PinMessage(message) => message.encode_to_vec(),
            Self::EditMessage(message) => message.encode_to_vec(),
            Self::StatusUpdate(message) => message.encode_to_vec(),
            Self::DeleteMessage(message) => message.encode_to_vec(),
        }
        .into()
    }

    /// Checks the message as later status-go does, but for two things it leaves to chance: the clock of
    /// each is held against `reference_ms`, as that of a chat message is, so that no edit or pin can
    /// hold its place for ever; and a pin must name its message and chat.
    ///
    /// `reference_ms` is the time of the envelope, in milliseconds since 1970.
    ///
    /// # Errors
    ///
    /// The first rule that the message breaks.
    pub fn validate(&self, reference_ms: u64) -> Result<(), InvalidLater> {
        let check_clock = |clock| clock::check(clock, reference_ms);
        match self {
            Self::EmojiReaction(message) => {
                check_clock(message.clock)?;
                about(&message.message_id, &message.chat_id)?;
                if message.r#type == i32::from(Emoji::UnknownEmojiReactionType) {
                    return Err(InvalidLater::NoEmoji);
                }
                chat_kind(message.message_type)
            }
            Self::GroupChatInvitation(message) => {
                check_clock(message.clock)?;
                not_empty(&message.chat_id, "chat id")
            }
            Self::PinMessage(message) => {
                check_clock(message.clock)?;
                about(&message.message_id, &message.chat_id)?;
                chat_kind(message.message_type)
            }
            Self::EditMessage(message) => {
                check_clock(message.clock)?;
                about(&message.message_id, &message.chat_id)?;
                chat_kind(message.message_type)?;
                not_empty(message.text.trim(), "text")?;
                at_most(&message.text, MAX_EDITED_CHARACTERS)
            }
            Self::StatusUpdate(message) => {
                check_clock(message.clock)?;
                if message.status_type == i32::from(StatusType::UnknownStatusType) {
                    return Err(InvalidLater::NoStatus);
                }
                at_most(&message.custom_text, MAX_STATUS_CHARACTERS)
            }
            Self::DeleteMessage(message) => {
                check_clock(message.clock)?;
                about(&message.message_id, &message.chat_id)?;
                chat_kind(message.message_type)
            }
        }
    }
}

fn not_empty(text: &str, field: &'static str) -> Result<(), InvalidLater> {
    if text.is_empty() {
        return Err(InvalidLater::Empty { field });
    }
    Ok(())
}

/// The message and the chat that a message is about.
fn about(message_id: &str, chat_id: &str) -> Result<(), InvalidLater> {
    not_empty(message_id, "message id")?;
    not_empty(chat_id, "chat id")
}

/// Unknown kinds of chat pass, as they do for chat messages.
fn chat_kind(kind: i32) -> Result<(), InvalidLater> {
    match ChatKind::try_from(kind) {
        Ok(ChatKind::UnknownMessageType | ChatKind::SystemMessagePrivateGroup) => {
            Err(InvalidLater::ChatKind { kind })
        }
        _ => Ok(()),
    }
}

fn at_most(text: &str, limit: usize) -> Result<(), InvalidLater> {
    let characters = text.chars().count();
    if characters > limit {
        return Err(InvalidLater::TextTooLong { characters, limit });
    }
    Ok(())
}
