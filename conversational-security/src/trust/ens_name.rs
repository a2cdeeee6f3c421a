//! Names of ENS, as others claim them.

use std::fmt;

/// The longest name that is kept, in bytes: that of the domain name system.
pub const MAX_ENS_NAME: usize = 255;

/// A name that somebody claims to own, such as `alice.stateofus.eth`. Whoever sends a message writes
/// what he likes into it; that it leads to the sender's key could be seen only by asking the
/// Ethereum network, which nothing here does. So this is the only type of such names: there is no
/// verified one, and [`fmt::Display`] says so wherever the name is shown.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UnverifiedEnsName(String);

/// Why a text is not carried as a name; whoever claims it is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum EnsNameError {
    /// How many bytes it has.
    #[error("an ENS name has at most {MAX_ENS_NAME} bytes, this one has {0}")]
    TooLong(usize),
    /// Empty, or two dots next to each other or at an end.
    #[error("a part of the ENS name is empty")]
    EmptyPart,
    /// White space, a control character, or one that turns the direction of writing or cannot be
    /// seen: it would make one name look like another.
    #[error("{0:?} cannot be part of an ENS name")]
    Character(char),
}

impl UnverifiedEnsName {
    /// Takes over a claim, letter for letter, if it has the form of a name.
    ///
    /// # Errors
    ///
    /// If it has not.
    pub fn claimed(name: &str) -> Result<Self, EnsNameError> {
        if name.len() > MAX_ENS_NAME {
            return Err(EnsNameError::TooLong(name.len()));
        }
        if let Some(wrong) = name.chars().find(|letter| !is_visible(*letter)) {
            return Err(EnsNameError::Character(wrong));
        }
        if name.split('.').any(str::is_empty) {
            return Err(EnsNameError::EmptyPart);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name alone. Show nobody this as if it were proved.
    pub fn unverified(&self) -> &str {
        &self.0
    }

    /// Whether letters of other scripts are in it, some of which look like Latin ones.
    pub fn may_deceive(&self) -> bool {
        !self.0.is_ascii()
    }
}

/// Whether a letter can be seen and stays in its place.
fn is_visible(letter: char) -> bool {
    !letter.is_control()
        && !letter.is_whitespace()
        && !matches!(
            letter,
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}'
        )
}

impl fmt::Display for UnverifiedEnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (unverified)", self.0)
    }
}

impl fmt::Debug for UnverifiedEnsName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "UnverifiedEnsName({:?})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_says_that_nobody_verified_it() {
        let name = UnverifiedEnsName::claimed("alice.stateofus.eth").unwrap();
        assert_eq!(name.to_string(), "alice.stateofus.eth (unverified)");
        assert!(format!("{name:?}").starts_with("Unverified"));
        assert_eq!(name.unverified(), "alice.stateofus.eth");
        assert!(!name.may_deceive());
        // The second letter is Cyrillic.
        let lookalike = UnverifiedEnsName::claimed("аlice.stateofus.eth").unwrap();
        assert!(lookalike.may_deceive());
        assert_ne!(lookalike, name);
    }

    #[test]
    fn what_would_look_like_another_name_is_refused() {
        use EnsNameError::{Character, EmptyPart, TooLong};
        for (name, error) in [
            ("", EmptyPart),
            ("alice..eth", EmptyPart),
            (".eth", EmptyPart),
            ("eth.", EmptyPart),
            ("alice eth", Character(' ')),
            ("alice\n.eth", Character('\n')),
            ("\u{202e}htE.ecila", Character('\u{202e}')),
            ("ali\u{200b}ce.eth", Character('\u{200b}')),
            (&"a".repeat(256), TooLong(256)),
        ] {
            assert_eq!(UnverifiedEnsName::claimed(name), Err(error), "{name:?}");
        }
    }
}
