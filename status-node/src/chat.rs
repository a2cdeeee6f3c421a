//! Chats as people write them: `#name`, somebody's key, a group's id.

use secp256k1::PublicKey;
use status_conversational_security::trust::parse_public_key;
use status_payload::{GroupId, Person};
use std::fmt;
use std::str::FromStr;

/// Bytes the name of a public chat may have. The protocol sets no bound; a name travels in each
/// message, so this one is generous.
const MAX_NAME: usize = 256;

/// Bytes of a group's id: what its creator's key takes, and as much again as an UUID and a name need.
const MAX_GROUP_ID: usize = 256;

/// A chat.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Chat {
    /// A public one, which whoever knows the name can read and write.
    Public(PublicName),
    /// One with a person.
    Person(Person),
    /// One of a group's members.
    Group(GroupId),
}

/// The name of a public chat, as it is or as it might be: not empty, without white space at its ends
/// and without control characters, at most 256 bytes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicName(String);

/// Why a text does not name a chat; whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Not of any form.
    #[error(
        "{0:?} is no chat: write #name for a public one, a public key for a person, the id of a group"
    )]
    Unknown(String),
    /// Nothing after the `#`, or white space at its ends, or a control character.
    #[error("{0:?} is not the name of a public chat")]
    Name(String),
    /// Too long.
    #[error("the name of a public chat has at most {MAX_NAME} bytes, this one has {0}")]
    TooLong(usize),
}

impl PublicName {
    /// The name without `#`, which is also the chat's id in messages.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Chat {
    /// The public chat `name`, without `#`. Capitals and small letters make different chats.
    ///
    /// # Errors
    ///
    /// [`ChatError::Name`] or [`ChatError::TooLong`].
    pub fn public(name: &str) -> Result<Self, ChatError> {
        if name.len() > MAX_NAME {
            return Err(ChatError::TooLong(name.len()));
        }
        if name.is_empty() || name.trim() != name || name.contains(char::is_control) {
            return Err(ChatError::Name(name.into()));
        }
        Ok(Self::Public(PublicName(name.into())))
    }

    /// The chat with a person.
    pub fn person(key: &PublicKey) -> Self {
        Self::Person(Person::from(*key))
    }

    /// The id that messages give the chat: the name without `#`, the person's key in the form `0x04…`,
    /// the group's id. Whose key it is depends on who writes.
    pub fn id(&self) -> String {
        match self {
            Self::Public(name) => name.as_str().into(),
            Self::Person(person) => person.to_string(),
            Self::Group(id) => id.as_str().into(),
        }
    }

    /// The name of a public chat, without `#`; none for the others.
    pub fn public_name(&self) -> Option<&str> {
        match self {
            Self::Public(name) => Some(name.as_str()),
            Self::Person(_) | Self::Group(_) => None,
        }
    }
}

impl FromStr for Chat {
    type Err = ChatError;

    fn from_str(text: &str) -> Result<Self, ChatError> {
        if let Some(name) = text.strip_prefix('#') {
            return Self::public(name);
        }
        if let Ok(key) = parse_public_key(text) {
            return Ok(Self::person(&key));
        }
        match text.parse() {
            Ok(id) if text.len() <= MAX_GROUP_ID && !text.contains(char::is_control) => {
                Ok(Self::Group(id))
            }
            _ => Err(ChatError::Unknown(text.chars().take(MAX_NAME).collect())),
        }
    }
}

/// As people write it; reads back as the same chat.
impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public(name) => write!(f, "#{}", name.as_str()),
            Self::Person(person) => person.fmt(f),
            Self::Group(id) => f.write_str(id.as_str()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_chat_is_written_with_a_number_sign() {
        let chat: Chat = "#status".parse().unwrap();
        assert_eq!(
            (chat.id(), chat.to_string(), chat.public_name()),
            ("status".into(), "#status".into(), Some("status"))
        );
    }

    #[test]
    fn a_person_is_recognised_in_each_form_of_a_key() {
        let short = "zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB";
        let key = parse_public_key(short).unwrap();
        let whole = crate::message::hex_key(&key);
        let compressed = format!("0x{}", hex::encode(key.serialize()));
        for text in [short, &whole, &compressed] {
            let chat: Chat = text.parse().unwrap();
            assert_eq!(chat, Chat::person(&key));
            assert_eq!(chat.to_string(), whole);
            assert_eq!(chat.public_name(), None);
        }
    }

    #[test]
    fn a_group_is_what_ends_in_its_creators_key() {
        let key = parse_public_key("zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB").unwrap();
        let id = GroupId::random(key.into(), &mut rand::rng());
        let chat: Chat = id.as_str().parse().unwrap();
        assert_eq!(chat, Chat::Group(id.clone()));
        assert_eq!(chat.to_string(), id.as_str());
        let long = format!("{}{}", "a".repeat(300), id.as_str());
        assert!(matches!(long.parse::<Chat>(), Err(ChatError::Unknown(_))));
        let broken = format!("a\n{}", id.as_str());
        assert!(matches!(broken.parse::<Chat>(), Err(ChatError::Unknown(_))));
    }

    #[test]
    fn halves_of_keys_and_blank_names_are_refused() {
        assert!(matches!(
            "0x04ab".parse::<Chat>(),
            Err(ChatError::Unknown(_))
        ));
        assert!(matches!("#".parse::<Chat>(), Err(ChatError::Name(_))));
        assert!(matches!("# a".parse::<Chat>(), Err(ChatError::Name(_))));
        assert!(matches!("#a\n".parse::<Chat>(), Err(ChatError::Name(_))));
        let long = format!("#{}", "a".repeat(257));
        assert_eq!(long.parse::<Chat>(), Err(ChatError::TooLong(257)));
    }
}
