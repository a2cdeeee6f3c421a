//! Chats, keys and ids in parameters: the texts that people write, read as what they mean.

use crate::{Chat, hex_key};
use secp256k1::PublicKey;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serializer};
use status_conversational_security::trust::parse_public_key;
use status_payload::{GroupId, MessageId};
use std::fmt::Display;

/// Something that has a text: a chat, a group's id, a key in any of its forms, a message's id.
pub trait Text: Sized {
    /// Reads it.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, in words.
    fn read(text: &str) -> Result<Self, String>;
    /// Writes it, so that it reads back.
    fn write(&self) -> String;
}

impl Text for Chat {
    fn read(text: &str) -> Result<Self, String> {
        parse(text)
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

impl Text for GroupId {
    fn read(text: &str) -> Result<Self, String> {
        match text.parse() {
            Ok(Chat::Group(id)) => Ok(id),
            _ => Err(format!("{text:?} is no group's id")),
        }
    }

    fn write(&self) -> String {
        self.as_str().into()
    }
}

impl Text for PublicKey {
    fn read(text: &str) -> Result<Self, String> {
        parse_public_key(text).map_err(|error| format!("{text:?} is no public key: {error}"))
    }

    fn write(&self) -> String {
        hex_key(self)
    }
}

impl Text for MessageId {
    fn read(text: &str) -> Result<Self, String> {
        let digits = text.strip_prefix("0x").unwrap_or(text);
        let mut bytes = [0; 32];
        hex::decode_to_slice(digits, &mut bytes)
            .map_err(|_| format!("{text:?} is no message's id: 0x and 64 hex digits"))?;
        Ok(bytes.into())
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

fn parse<T: std::str::FromStr<Err: Display>>(text: &str) -> Result<T, String> {
    text.parse().map_err(|error: T::Err| error.to_string())
}

/// For fields of one value.
pub(super) mod one {
    use super::{Deserialize, Deserializer, Error, Serializer, Text};

    pub(in crate::rpc) fn serialize<T: Text, S: Serializer>(
        value: &T,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&value.write())
    }

    pub(in crate::rpc) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        from: D,
    ) -> Result<T, D::Error> {
        T::read(&String::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// For fields of several values.
pub(super) mod list {
    use super::{Deserialize, Deserializer, Error, Serializer, Text};

    pub(in crate::rpc) fn serialize<T: Text, S: Serializer>(
        values: &[T],
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.collect_seq(values.iter().map(Text::write))
    }

    pub(in crate::rpc) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Vec<T>, D::Error> {
        let texts = Vec::<String>::deserialize(from)?;
        let values = texts.iter().map(|text| T::read(text));
        values.collect::<Result<_, _>>().map_err(D::Error::custom)
    }
}

/// For fields that may be missing; put `default` beside it.
pub(super) mod option {
    use super::{Deserialize, Deserializer, Error, Serializer, Text};

    pub(in crate::rpc) fn serialize<T: Text, S: Serializer>(
        value: &Option<T>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => to.serialize_some(&value.write()),
            None => to.serialize_none(),
        }
    }

    pub(in crate::rpc) fn deserialize<'de, T: Text, D: Deserializer<'de>>(
        from: D,
    ) -> Result<Option<T>, D::Error> {
        let text = Option::<String>::deserialize(from)?;
        let value = text.map(|text| T::read(&text)).transpose();
        value.map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let key = PublicKey::read("zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB").unwrap();
        assert_eq!(PublicKey::read(&key.write()), Ok(key));
        let id = MessageId::from([7; 32]);
        assert_eq!(MessageId::read(&id.write()), Ok(id));
        let group = GroupId::random(key.into(), &mut rand::rng());
        assert_eq!(GroupId::read(&group.write()), Ok(group));
    }

    #[test]
    fn another_thing_is_named_as_what_it_should_be() {
        assert!(MessageId::read("0x12").unwrap_err().contains("message"));
        assert!(GroupId::read("#a").unwrap_err().contains("group"));
        assert!(PublicKey::read("#a").unwrap_err().contains("public key"));
    }
}
