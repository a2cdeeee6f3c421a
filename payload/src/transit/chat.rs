//! `~#c4`: something said in a chat.

use super::error::TransitError;
use super::keywords::{self, Entry, entry};
use super::value::Value;
use crate::wire::chat_message::{ContentType, MessageType};
use crate::{ChatKind, ChatMessage, Content, wire};

pub(super) const TAG: &str = "c4";

/// Something said in a chat, as it came: nothing is checked but the kinds of its fields. What a sender
/// leaves out is empty or 0.
///
/// [`Received::validate`](crate::Received::validate) makes a [`ChatMessage`](crate::ChatMessage) of it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Chat {
    /// The text.
    pub text: String,
    /// What it is: `text/plain`, `sticker`, `status`, `emoji`, `command`, `command-request`.
    pub content_type: String,
    /// The kind of chat, without its colon: `public-group-user-message`, `user-message`,
    /// `group-user-message`.
    pub message_type: String,
    /// Lamport clock of the chat.
    pub clock: i64,
    /// The author's time, milliseconds since 1970.
    pub timestamp_ms: i64,
    /// The same again, and more.
    pub content: ChatContent,
    /// Fields of newer clients behind those above, kept and written again.
    pub more: Vec<Value>,
}

/// The map in a [`Chat`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ChatContent {
    /// The chat; in a chat of two the recipient's public key.
    pub chat_id: String,
    /// The text once more.
    pub text: String,
    /// Id of the message that this one answers, or empty.
    pub response_to: String,
    /// The author's ENS name, unverified, or empty.
    pub name: String,
    /// Entries that are not known here, kept and written again: a sticker's pack and hash, say.
    pub other: Vec<(Value, Value)>,
}

impl Chat {
    pub(super) fn from_value(value: Value) -> Result<Self, TransitError> {
        let Value::Array(fields) = value else {
            return Err(TransitError::Tagged {
                tag: TAG.into(),
                wanted: "an array",
            });
        };
        let mut chat = Self::default();
        for (index, field) in fields.into_iter().enumerate() {
            let wrong = |wanted| TransitError::Field {
                message: TAG,
                index,
                wanted,
            };
            match (index, field) {
                (0, Value::Text(text)) => chat.text = text,
                (1, Value::Text(content_type)) => chat.content_type = content_type,
                (0 | 1, _) => return Err(wrong("text")),
                (2, Value::Keyword(message_type)) => chat.message_type = message_type,
                (2, _) => return Err(wrong("a keyword")),
                (3, Value::Integer(clock)) => chat.clock = clock,
                (4, Value::Integer(timestamp)) => chat.timestamp_ms = timestamp,
                (3 | 4, _) => return Err(wrong("an integer of 64 bits")),
                (5, content) => {
                    chat.content = ChatContent::from_value(content)
                        .ok_or_else(|| wrong("a map of keywords, with texts for those known"))?;
                }
                (_, other) => chat.more.push(other),
            }
        }
        Ok(chat)
    }

    pub(super) fn to_value(&self) -> Value {
        let mut fields = vec![
            self.text.as_str().into(),
            self.content_type.as_str().into(),
            Value::Keyword(self.message_type.clone()),
            self.clock.into(),
            self.timestamp_ms.into(),
            self.content.to_value(),
        ];
        fields.extend(self.more.iter().cloned());
        Value::Tagged(TAG.into(), Box::new(Value::Array(fields)))
    }

    /// A message of the later generation in the words of this one, for a recipient who reads no other;
    /// none if it holds something, or is for a kind of chat, that this generation has no word for. The
    /// clock is in hundredths, as in the example of x8: among such clocks one in milliseconds would
    /// stand before all others.
    pub fn from_message(message: &ChatMessage) -> Option<Self> {
        let content_type = match message.content() {
            Content::Text => "text/plain",
            Content::Status => "status",
            Content::Emoji => "emoji",
            _ => return None,
        };
        let message_type = match message.chat_kind() {
            ChatKind::OneToOne => "user-message",
            ChatKind::Public => "public-group-user-message",
            ChatKind::PrivateGroup => "group-user-message",
            ChatKind::Other(_) => return None,
        };
        Some(Self {
            text: message.text().to_owned(),
            content_type: content_type.to_owned(),
            message_type: message_type.to_owned(),
            clock: i64::try_from(hundredths(message.clock())?).ok()?,
            timestamp_ms: i64::try_from(message.timestamp_ms()).ok()?,
            content: ChatContent {
                chat_id: message.chat_id().to_owned(),
                text: message.text().to_owned(),
                response_to: message.response_to().to_owned(),
                name: message.ens_name().to_owned(),
                other: Vec::new(),
            },
            more: Vec::new(),
        })
    }

    /// The message in the words of the later generation, as far as they go, with the clock in its
    /// scale. What has no word there becomes a number that the rules refuse (a clock below 0, an
    /// unknown kind of chat) or that means "not known" (an unknown content type).
    pub fn to_wire(&self) -> wire::ChatMessage {
        let chat_kind = match self.message_type.as_str() {
            "user-message" => MessageType::OneToOne,
            "public-group-user-message" => MessageType::PublicGroup,
            "group-user-message" => MessageType::PrivateGroup,
            _ => MessageType::UnknownMessageType,
        };
        let content_type = match self.content_type.as_str() {
            "" => ContentType::UnknownContentType.into(),
            "text/plain" => ContentType::TextPlain.into(),
            "status" => ContentType::Status.into(),
            "emoji" => ContentType::Emoji.into(),
            "command" | "command-request" => ContentType::TransactionCommand.into(),
            // Stickers too: what they hold is not the later generation's.
            _ => UNKNOWN_CONTENT,
        };
        wire::ChatMessage {
            clock: clock_ms(self.clock),
            timestamp: u64::try_from(self.timestamp_ms).unwrap_or(0),
            text: self.text.clone(),
            response_to: self.content.response_to.clone(),
            ens_name: self.content.name.clone(),
            chat_id: self.content.chat_id.clone(),
            message_type: chat_kind.into(),
            content_type,
            payload: None,
        }
    }
}

/// From here on a clock counts hundredths of a millisecond: in milliseconds this is the year 5138, in
/// hundredths 2001.
const HUNDREDTHS: u64 = 100_000_000_000_000;

/// A clock in milliseconds in the other scale; one before 2001, which would be mistaken for
/// milliseconds there, stays as it is.
fn hundredths(clock: u64) -> Option<u64> {
    let hundredths = clock.checked_mul(100)?;
    Some(if hundredths < HUNDREDTHS {
        clock
    } else {
        hundredths
    })
}

/// A clock of 2019 in milliseconds, as the clocks of the later generation are. Clients of 2019 wrote
/// two scales: status-react a hundred times the time and a count, as in the example of x8,
/// status-protocol-go the time. Negative ones are 0, which no rule lets pass.
pub(crate) fn clock_ms(clock: i64) -> u64 {
    match u64::try_from(clock) {
        Ok(hundredths) if hundredths >= HUNDREDTHS => hundredths / 100,
        Ok(ms) => ms,
        Err(_) => 0,
    }
}

/// A content type that no client of either generation has.
const UNKNOWN_CONTENT: i32 = -1;

impl ChatContent {
    fn from_value(value: Value) -> Option<Self> {
        let mut content = Self::default();
        let other = keywords::entries(value, |key, value| match key {
            "chat-id" => keywords::text(&mut content.chat_id, value),
            "text" => keywords::text(&mut content.text, value),
            "response-to" => keywords::text(&mut content.response_to, value),
            "name" => keywords::text(&mut content.name, value),
            _ => Err(Entry::Unknown(value)),
        })?;
        content.other = other;
        Some(content)
    }

    fn to_value(&self) -> Value {
        let mut entries = vec![
            entry("chat-id", self.chat_id.as_str()),
            entry("text", self.text.as_str()),
        ];
        if !self.response_to.is_empty() {
            entries.push(entry("response-to", self.response_to.as_str()));
        }
        if !self.name.is_empty() {
            entries.push(entry("name", self.name.as_str()));
        }
        entries.extend(self.other.iter().cloned());
        Value::Map(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_scales_of_clocks_are_milliseconds_later() {
        // The example of x8: its clock is a hundred times its time, and one.
        assert_eq!(clock_ms(154_593_077_368_201), 1_545_930_773_682);
        assert_eq!(clock_ms(1_545_930_773_682), 1_545_930_773_682);
        assert_eq!(clock_ms(99_999_999_999_999), 99_999_999_999_999);
        assert_eq!(clock_ms(100_000_000_000_000), 1_000_000_000_000);
        assert_eq!(clock_ms(-1), 0);
        for clock in [1, 5, 999_999_999_999, 1_000_000_000_000, 1_545_930_773_682] {
            let written = hundredths(clock).unwrap();
            assert_eq!(clock_ms(i64::try_from(written).unwrap()), clock);
        }
        assert_eq!(hundredths(u64::MAX), None);
    }

    #[test]
    fn what_the_later_generation_has_no_word_for_is_refused_or_unknown() {
        let chat = |content_type: &str, message_type: &str| {
            let chat = Chat {
                content_type: content_type.into(),
                message_type: message_type.into(),
                ..Chat::default()
            };
            let wire = chat.to_wire();
            (wire.content_type, wire.message_type)
        };
        assert_eq!(chat("text/plain", "user-message"), (1, 1));
        assert_eq!(chat("status", "public-group-user-message"), (3, 2));
        assert_eq!(chat("emoji", "group-user-message"), (4, 3));
        assert_eq!(chat("command", ""), (5, 0));
        assert_eq!(chat("command-request", "x"), (5, 0));
        assert_eq!(chat("sticker", "user-message"), (-1, 1));
        assert_eq!(chat("", "user-message"), (0, 1));
    }
}
