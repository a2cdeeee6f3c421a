//! A message in a chat, valid by construction.

mod builder;

pub use builder::{ChatMessageBuilder, Unbuildable};

use crate::clock::{self, ClockError};
use crate::wire;
use crate::wire::chat_message::{ContentType, MessageType, Payload};
use bytes::Bytes;
use prost::Message as _;

/// A message in a chat that passed all rules by which status-go v0.50.0 decides whether to show it.
/// [`validate`](Self::validate) makes it from what somebody else sent,
/// [`builder`](Self::builder) from one's own words.
///
/// Its author and its id are not in it: they come from the wrapper
/// ([`Authored`](crate::Authored)), and nothing in a body can change them. Whether `chat_id` names
/// the chat through which the message came is for the application to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChatMessage {
    clock: u64,
    timestamp_ms: u64,
    text: String,
    response_to: String,
    ens_name: String,
    chat_id: String,
    chat_kind: ChatKind,
    content: Content,
}

/// The kind of chat a message is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChatKind {
    /// Two people; `chat_id` is the recipient's public key.
    OneToOne,
    /// Everybody who knows the name; `chat_id` is the name without `#`.
    Public,
    /// The members of a group; `chat_id` is the group's id.
    PrivateGroup,
    /// A kind that is not known here, 5 or higher or negative: passed on as deployed, not shown.
    Other(i32),
}

/// What a message holds besides its text.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Content {
    /// Nothing: it is its text.
    Text,
    /// A sticker; the text is what a client shows that has no stickers.
    Sticker {
        /// Content hash of the picture, hex; not empty.
        hash: String,
        /// Number of the pack.
        pack: i32,
    },
    /// A status line.
    Status,
    /// Emoji, to be shown large.
    Emoji,
    /// What a client writes into a group for itself. status-go v0.50.0 lets it pass from others too.
    SystemMessage,
    /// Content that is not known here; the text says it as well as it can.
    Other(i32),
}

/// The rule that a chat message breaks, in the order in which they are checked. The author is at
/// fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidChatMessage {
    /// The clock is 0 or too high.
    #[error(transparent)]
    Clock(#[from] ClockError),
    /// The author's time is 0.
    #[error("the timestamp of the message is 0")]
    NoTimestamp,
    /// The text is empty or nothing but Unicode white space (a zero-width space is text).
    #[error("the message's text is empty")]
    NoText,
    /// The chat id is empty; white space passes.
    #[error("the chat id of the message is empty")]
    NoChatId,
    /// The content type is 0.
    #[error("the message has no content type")]
    NoContentType,
    /// The content type is one that a client makes only for itself.
    #[error("a transaction command is not accepted from others")]
    TransactionCommand,
    /// The kind of chat is 0.
    #[error("the message has no kind of chat")]
    NoChatKind,
    /// The kind of chat is one that a client makes only for itself.
    #[error("a system message is not accepted from others")]
    SystemMessage,
    /// The content type says sticker, but there is none.
    #[error("the message has no sticker")]
    NoSticker,
    /// The sticker has no hash.
    #[error("the sticker has no hash")]
    NoStickerHash,
}

impl ChatMessage {
    /// A message of one's own.
    pub fn builder() -> ChatMessageBuilder {
        ChatMessageBuilder::default()
    }

    /// Checks a message that came in. `whisper_time_ms` is the time of the envelope that brought it,
    /// in milliseconds since 1970 (its seconds times 1000): the clock may be at most
    /// [`MAX_AHEAD_MS`](crate::MAX_AHEAD_MS) ahead of it.
    ///
    /// # Errors
    ///
    /// The first rule it breaks.
    pub fn validate(
        message: wire::ChatMessage,
        whisper_time_ms: u64,
    ) -> Result<Self, InvalidChatMessage> {
        Self::check(&message, whisper_time_ms)?;
        let content = match (ContentType::try_from(message.content_type), message.payload) {
            (Ok(ContentType::Sticker), Some(Payload::Sticker(sticker))) => Content::Sticker {
                hash: sticker.hash,
                pack: sticker.pack,
            },
            (Ok(ContentType::TextPlain), _) => Content::Text,
            (Ok(ContentType::Status), _) => Content::Status,
            (Ok(ContentType::Emoji), _) => Content::Emoji,
            (Ok(ContentType::SystemMessageContentPrivateGroup), _) => Content::SystemMessage,
            _ => Content::Other(message.content_type),
        };
        Ok(Self {
            clock: message.clock,
            timestamp_ms: message.timestamp,
            text: message.text,
            response_to: message.response_to,
            ens_name: message.ens_name,
            chat_id: message.chat_id,
            chat_kind: ChatKind::from_number(message.message_type),
            content,
        })
    }

    /// The rules of [`validate`](Self::validate), in the order of status-go v0.50.0.
    pub(crate) fn check(
        message: &wire::ChatMessage,
        whisper_time_ms: u64,
    ) -> Result<(), InvalidChatMessage> {
        clock::check(message.clock, whisper_time_ms)?;
        if message.timestamp == 0 {
            return Err(InvalidChatMessage::NoTimestamp);
        }
        if message.text.trim().is_empty() {
            return Err(InvalidChatMessage::NoText);
        }
        if message.chat_id.is_empty() {
            return Err(InvalidChatMessage::NoChatId);
        }
        let content = ContentType::try_from(message.content_type);
        match content {
            Ok(ContentType::UnknownContentType) => return Err(InvalidChatMessage::NoContentType),
            Ok(ContentType::TransactionCommand) => {
                return Err(InvalidChatMessage::TransactionCommand);
            }
            _ => {}
        }
        match MessageType::try_from(message.message_type) {
            Ok(MessageType::UnknownMessageType) => return Err(InvalidChatMessage::NoChatKind),
            Ok(MessageType::SystemMessagePrivateGroup) => {
                return Err(InvalidChatMessage::SystemMessage);
            }
            _ => {}
        }
        if content == Ok(ContentType::Sticker) {
            let Some(Payload::Sticker(sticker)) = &message.payload else {
                return Err(InvalidChatMessage::NoSticker);
            };
            if sticker.hash.is_empty() {
                return Err(InvalidChatMessage::NoStickerHash);
            }
        }
        Ok(())
    }

    /// The message as it goes on the wire, to be wrapped and signed as
    /// [`MessageType::CHAT_MESSAGE`](crate::MessageType::CHAT_MESSAGE). For a message that came in,
    /// pass on the original bytes instead: they may hold what is not known here.
    pub fn encode(&self) -> Bytes {
        self.to_wire().encode_to_vec().into()
    }

    /// The message as a part of another: an update of a group carries it
    /// ([`Group::update`](crate::Group::update)).
    pub fn to_wire(&self) -> wire::ChatMessage {
        let (content_type, payload) = match &self.content {
            Content::Text => (ContentType::TextPlain.into(), None),
            Content::Sticker { hash, pack } => (
                ContentType::Sticker.into(),
                Some(Payload::Sticker(wire::StickerMessage {
                    hash: hash.clone(),
                    pack: *pack,
                })),
            ),
            Content::Status => (ContentType::Status.into(), None),
            Content::Emoji => (ContentType::Emoji.into(), None),
            Content::SystemMessage => (ContentType::SystemMessageContentPrivateGroup.into(), None),
            Content::Other(number) => (*number, None),
        };
        wire::ChatMessage {
            clock: self.clock,
            timestamp: self.timestamp_ms,
            text: self.text.clone(),
            response_to: self.response_to.clone(),
            ens_name: self.ens_name.clone(),
            chat_id: self.chat_id.clone(),
            message_type: self.chat_kind.number(),
            content_type,
            payload,
        }
    }

    /// Lamport clock of the chat: its messages are ordered by it.
    pub fn clock(&self) -> u64 {
        self.clock
    }

    /// The author's time, in milliseconds since 1970. Never 0, otherwise whatever the author says.
    pub fn timestamp_ms(&self) -> u64 {
        self.timestamp_ms
    }

    /// The text; not blank.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Id of the message that this one answers, as the author wrote it, or empty. Nobody checks it.
    pub fn response_to(&self) -> &str {
        &self.response_to
    }

    /// The author's ENS name, or empty. It is a claim: to be verified before it is shown.
    pub fn ens_name(&self) -> &str {
        &self.ens_name
    }

    /// The chat, as the author names it; not empty.
    pub fn chat_id(&self) -> &str {
        &self.chat_id
    }

    /// The kind of chat.
    pub fn chat_kind(&self) -> ChatKind {
        self.chat_kind
    }

    /// What it holds besides the text.
    pub fn content(&self) -> &Content {
        &self.content
    }
}

impl ChatKind {
    /// The kind of this number on the wire.
    pub fn from_number(number: i32) -> Self {
        match MessageType::try_from(number) {
            Ok(MessageType::OneToOne) => Self::OneToOne,
            Ok(MessageType::PublicGroup) => Self::Public,
            Ok(MessageType::PrivateGroup) => Self::PrivateGroup,
            _ => Self::Other(number),
        }
    }

    fn number(self) -> i32 {
        match self {
            Self::OneToOne => MessageType::OneToOne.into(),
            Self::Public => MessageType::PublicGroup.into(),
            Self::PrivateGroup => MessageType::PrivateGroup.into(),
            Self::Other(number) => number,
        }
    }
}
