//! Makes chat messages that every client accepts.

use super::{ChatKind, ChatMessage, Content, InvalidChatMessage};
use crate::{MAX_MESSAGE_LEN, MessageId, Person};
use prost::Message as _;

/// What wrapping and signing adds at most: 67 bytes for the signature, 5 in front of the
/// payload, 2 for the type.
const WRAPPER_LEN: usize = 74;

/// Puts a chat message together. Chat, text and clock are needed:
///
/// ```
/// use status_payload::{ChatMessage, next_clock};
/// let now_ms = 1_590_232_902_104;
/// let message = ChatMessage::builder()
///     .public_chat("status")
///     .text("hello")
///     .clock(next_clock(0, now_ms), now_ms)
///     .build()?;
/// assert_eq!(message.chat_id(), "status");
/// # Ok::<(), status_payload::Unbuildable>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct ChatMessageBuilder {
    clock: u64,
    timestamp_ms: u64,
    text: String,
    response_to: String,
    ens_name: String,
    chat: Option<(ChatKind, String)>,
    content: Option<Content>,
}

/// Why no message was made; the caller is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unbuildable {
    /// No chat was named.
    #[error("the message is for no chat")]
    NoChat,
    /// Other clients would refuse the message.
    #[error("other clients would refuse the message: {0}")]
    Refused(#[from] InvalidChatMessage),
    /// No envelope can carry a message of this length.
    #[error("the message has {len} bytes, at most {max} can be sent")]
    TooLong {
        /// Its bytes, wrapped and signed.
        len: usize,
        /// The limit.
        max: usize,
    },
    /// The kind of chat or content is one that this crate does not know, or that a client makes
    /// only for itself.
    #[error("the kind of chat or of content is not one to send to others")]
    Kind,
}

impl ChatMessageBuilder {
    /// For the public chat `name`, without `#`.
    pub fn public_chat(self, name: impl Into<String>) -> Self {
        self.chat(ChatKind::Public, name)
    }

    /// For the person with the public key `recipient`.
    pub fn one_to_one(self, recipient: &secp256k1::PublicKey) -> Self {
        self.chat(ChatKind::OneToOne, Person::from(*recipient).to_string())
    }

    /// For the members of the private group `id`.
    pub fn private_group(self, id: impl Into<String>) -> Self {
        self.chat(ChatKind::PrivateGroup, id)
    }

    fn chat(mut self, kind: ChatKind, id: impl Into<String>) -> Self {
        self.chat = Some((kind, id.into()));
        self
    }

    /// The text; not blank.
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }

    /// The clock, from [`next_clock`](crate::next_clock), and one's own time in milliseconds since
    /// 1970; neither 0. The clock should not be over
    /// [`MAX_AHEAD_MS`](crate::MAX_AHEAD_MS) ahead of the time, or other clients drop the message.
    pub fn clock(mut self, clock: u64, timestamp_ms: u64) -> Self {
        self.clock = clock;
        self.timestamp_ms = timestamp_ms;
        self
    }

    /// The message that this one answers.
    pub fn response_to(mut self, id: MessageId) -> Self {
        self.response_to = id.to_string();
        self
    }

    /// One's own ENS name.
    pub fn ens_name(mut self, name: impl Into<String>) -> Self {
        self.ens_name = name.into();
        self
    }

    /// What the message holds besides its text; [`Content::Text`] if not called.
    pub fn content(mut self, content: Content) -> Self {
        self.content = Some(content);
        self
    }

    /// The message.
    ///
    /// # Errors
    ///
    /// If other clients would refuse it, measured against one's own time.
    pub fn build(self) -> Result<ChatMessage, Unbuildable> {
        let (chat_kind, chat_id) = self.chat.ok_or(Unbuildable::NoChat)?;
        let content = self.content.unwrap_or(Content::Text);
        if matches!(content, Content::SystemMessage | Content::Other(_)) {
            return Err(Unbuildable::Kind);
        }
        let message = ChatMessage {
            clock: self.clock,
            timestamp_ms: self.timestamp_ms,
            text: self.text,
            response_to: self.response_to,
            ens_name: self.ens_name,
            chat_id,
            chat_kind,
            content,
        };
        let wire = message.to_wire();
        ChatMessage::check(&wire, message.timestamp_ms)?;
        let len = wire.encoded_len() + WRAPPER_LEN;
        let max = MAX_MESSAGE_LEN;
        if len > max {
            return Err(Unbuildable::TooLong { len, max });
        }
        Ok(message)
    }
}
