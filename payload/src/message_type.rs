//! The type of an application's message.

use crate::wire::application_metadata_message::Type;
use std::fmt;

/// The type of a message, known to this crate or not. An unknown one is a value like any other:
/// the message of a newer client.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MessageType {
    /// A type that status-go v0.50.0 knows, its 0 ("UNKNOWN") included.
    Known(Type),
    /// Any other number.
    Other(i32),
}

impl MessageType {
    /// A chat message, the most frequent one.
    pub const CHAT_MESSAGE: Self = Self::Known(Type::ChatMessage);

    /// The number on the wire.
    pub fn number(self) -> i32 {
        match self {
            Self::Known(known) => known.into(),
            Self::Other(number) => number,
        }
    }
}

impl From<i32> for MessageType {
    fn from(number: i32) -> Self {
        Type::try_from(number).map_or(Self::Other(number), Self::Known)
    }
}

impl From<Type> for MessageType {
    fn from(known: Type) -> Self {
        Self::Known(known)
    }
}

/// Its name in the protobuf schema, or its number.
impl fmt::Display for MessageType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(known) => formatter.write_str(known.as_str_name()),
            Self::Other(number) => number.fmt(formatter),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_survive_and_known_ones_have_names() {
        for number in -2..200 {
            assert_eq!(MessageType::from(number).number(), number);
        }
        assert_eq!(MessageType::from(1), MessageType::CHAT_MESSAGE);
        assert_eq!(
            MessageType::from(14).to_string(),
            "SYNC_INSTALLATION_PUBLIC_CHAT"
        );
        assert_eq!(MessageType::from(0).to_string(), "UNKNOWN");
        assert_eq!(MessageType::from(99).to_string(), "99");
    }
}
