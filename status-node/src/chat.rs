//! Chats as people write them: `#name`.

use secp256k1::PublicKey;
use status_conversational_security::trust::{ThreeWordName, parse_public_key};
use std::fmt;
use std::str::FromStr;

/// Bytes the name of a public chat may have. The protocol sets no bound; a name travels in each
/// message, so this one is generous.
const MAX_NAME: usize = 256;

/// A chat. So far only public ones, which whoever knows the name can read and write.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Chat {
    name: String,
}

/// Why a text does not name a chat; whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ChatError {
    /// Not of the form `#name`.
    #[error("{0:?} is not a public chat: only #name is supported so far, not groups")]
    NotPublic(String),
    /// The key of a person, in any form in which keys are passed on.
    #[error(
        "this is the key of {name}: only public chats, #name, are supported so far, not people",
        name = ThreeWordName::of(.0)
    )]
    Person(PublicKey),
    /// Nothing after the `#`, or white space at its ends, or a control character.
    #[error("{0:?} is not the name of a public chat")]
    Name(String),
    /// Too long.
    #[error("the name of a public chat has at most {MAX_NAME} bytes, this one has {0}")]
    TooLong(usize),
}

impl Chat {
    /// The public chat `name`, without `#`. Capitals and small letters make different chats.
    pub fn public(name: &str) -> Result<Self, ChatError> {
        if name.len() > MAX_NAME {
            return Err(ChatError::TooLong(name.len()));
        }
        if name.is_empty() || name.trim() != name || name.contains(char::is_control) {
            return Err(ChatError::Name(name.into()));
        }
        Ok(Self { name: name.into() })
    }

    /// The name without `#`, which is also the chat's id in messages.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl FromStr for Chat {
    type Err = ChatError;

    fn from_str(text: &str) -> Result<Self, ChatError> {
        match text.strip_prefix('#') {
            Some(name) => Self::public(name),
            None => Err(match parse_public_key(text) {
                Ok(key) => ChatError::Person(key),
                Err(_) => ChatError::NotPublic(text.chars().take(MAX_NAME).collect()),
            }),
        }
    }
}

impl fmt::Display for Chat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_chat_is_written_with_a_number_sign() {
        let chat: Chat = "#status".parse().unwrap();
        assert_eq!(
            (chat.name(), chat.to_string()),
            ("status", "#status".into())
        );
    }

    #[test]
    fn a_person_is_recognised_in_each_form_of_a_key() {
        let short = "zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB";
        let key = parse_public_key(short).unwrap();
        let whole = crate::message::hex_key(&key);
        let compressed = format!("0x{}", hex::encode(key.serialize()));
        for text in [short, &whole, &compressed] {
            let error = text.parse::<Chat>().unwrap_err();
            assert_eq!(error, ChatError::Person(key));
            assert!(
                error
                    .to_string()
                    .contains(&ThreeWordName::of(&key).to_string())
            );
        }
    }

    #[test]
    fn people_groups_and_blank_names_are_refused() {
        assert!(matches!(
            "0x04ab".parse::<Chat>(),
            Err(ChatError::NotPublic(_))
        ));
        assert!(matches!("#".parse::<Chat>(), Err(ChatError::Name(_))));
        assert!(matches!("# a".parse::<Chat>(), Err(ChatError::Name(_))));
        assert!(matches!("#a\n".parse::<Chat>(), Err(ChatError::Name(_))));
        let long = format!("#{}", "a".repeat(257));
        assert_eq!(long.parse::<Chat>(), Err(ChatError::TooLong(257)));
    }
}
