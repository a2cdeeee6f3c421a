//! Names of public chats.

use std::fmt;
use std::str::FromStr;

/// The name of a public chat as the official client lets people write it: small letters a to z,
/// digits and hyphens. The protocol itself sets no rule: a message may come from a chat of any name,
/// which stays a plain text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PublicChatName(String);

/// Why a text is not the name of a public chat; whoever wrote it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidName {
    /// There is nothing, or nothing behind the `#`.
    #[error("the name of the public chat is empty")]
    Empty,
    /// It holds something else than small letters, digits and hyphens.
    #[error(
        "the name of a public chat has small letters a to z, digits and hyphens, not {character:?}"
    )]
    Character {
        /// The first character that does not fit.
        character: char,
    },
}

impl PublicChatName {
    /// The name without `#`, which is also the chat's id in messages.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// With or without `#` in front.
impl FromStr for PublicChatName {
    type Err = InvalidName;

    fn from_str(text: &str) -> Result<Self, InvalidName> {
        let name = text.strip_prefix('#').unwrap_or(text);
        if name.is_empty() {
            return Err(InvalidName::Empty);
        }
        let fits = |character: &char| matches!(character, 'a'..='z' | '0'..='9' | '-');
        match name.chars().find(|character| !fits(character)) {
            Some(character) => Err(InvalidName::Character { character }),
            None => Ok(Self(name.into())),
        }
    }
}

/// With `#` in front, as people write it.
impl fmt::Display for PublicChatName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "#{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_letters_digits_and_hyphens_make_a_name() {
        for text in ["status", "#status", "a", "-", "2020-05", "#status-core"] {
            let name: PublicChatName = text.parse().unwrap();
            assert_eq!(name.as_str(), text.trim_start_matches('#'));
            assert_eq!(name.to_string().parse(), Ok(name));
        }
        for text in ["", "#"] {
            assert_eq!(text.parse::<PublicChatName>(), Err(InvalidName::Empty));
        }
        for (text, character) in [
            ("Status", 'S'),
            ("two words", ' '),
            ("##x", '#'),
            ("ünder", 'ü'),
            ("a_b", '_'),
        ] {
            let error = InvalidName::Character { character };
            assert_eq!(text.parse::<PublicChatName>(), Err(error));
        }
    }
}
