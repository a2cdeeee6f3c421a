//! Any message of 2019.

use super::chat::{self, Chat};
use super::error::TransitError;
use super::membership::{self, Membership};
use super::pair::{self, Pair};
use super::value::Value;
use bytes::Bytes;

/// A message of 2019 with the bytes it came in, which are what is passed on and stored: they hold what
/// is not known here too.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    original: Bytes,
    body: Body,
}

/// What a message of 2019 says.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Body {
    /// `~#c4`: something said in a chat.
    Chat(Chat),
    /// `~#p2`: a device of one's own introduces itself.
    Pair(Pair),
    /// `~#g5`: events of a group.
    Membership(Membership),
    /// Another tag, or none: a newer client's message is a value, not an error.
    Other(Value),
}

impl Message {
    /// Reads a message. What stands behind its end is ignored, as deployed.
    ///
    /// # Errors
    ///
    /// If the bytes are no Transit, over the bounds of [`transit`](super), or a field of a known message
    /// is not of its kind. The author is at fault.
    pub fn decode(bytes: Bytes) -> Result<Self, TransitError> {
        let body = Body::from_value(Value::read(&bytes)?)?;
        Ok(Self {
            original: bytes,
            body,
        })
    }

    /// The message as it came.
    pub fn as_bytes(&self) -> &Bytes {
        &self.original
    }

    /// What it says.
    pub fn body(&self) -> &Body {
        &self.body
    }

    /// What it says, without the bytes.
    pub fn into_body(self) -> Body {
        self.body
    }

    /// Whether `payload` looks like a message: JSON that begins with a tag, compact or verbose.
    pub fn is_likely(payload: &[u8]) -> bool {
        let rest = payload.trim_ascii_start();
        let Some((b'[' | b'{', rest)) = rest.split_first() else {
            return false;
        };
        rest.trim_ascii_start().starts_with(b"\"~#")
    }
}

impl Body {
    fn from_value(value: Value) -> Result<Self, TransitError> {
        let Value::Tagged(tag, inner) = value else {
            return Ok(Self::Other(value));
        };
        match tag.as_str() {
            chat::TAG => Chat::from_value(*inner).map(Self::Chat),
            pair::TAG => Pair::from_value(*inner).map(Self::Pair),
            membership::TAG => Membership::from_value(*inner).map(Self::Membership),
            _ => Ok(Self::Other(Value::Tagged(tag, inner))),
        }
    }

    /// The message as a value.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Chat(chat) => chat.to_value(),
            Self::Pair(pair) => pair.to_value(),
            Self::Membership(membership) => membership.to_value(),
            Self::Other(value) => value.clone(),
        }
    }

    /// The message as it goes on the wire, in the compact form. Its maps keep the order of their
    /// entries; that of the deployed clients is random.
    pub fn encode(&self) -> Bytes {
        self.to_value().to_compact().into()
    }
}
