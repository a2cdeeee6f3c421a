//! The id of a group, which names its creator.

use crate::Person;
use crate::person::NotAPerson;
use rand_core::CryptoRng;
use std::fmt;
use std::str::FromStr;

/// Characters of a UUID in its usual form, 8-4-4-4-12 hex digits.
const UUID_LEN: usize = 36;

/// The id of a group: a UUID, `-`, and the creator's key. So nobody else can create a group of that
/// id, and each event is bound to its group, because its signature covers the id.
///
/// As deployed only the end is checked: whatever stands before the creator's key, at least one
/// byte, passes. [`has_uuid`](Self::has_uuid) tells whether it is what 7/GROUP-CHAT asks for.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupId {
    text: String,
    creator: Person,
}

/// Why a text is not the id of a group. Its author is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum GroupIdError {
    /// It does not end in a public key.
    #[error("the id of a group ends in its creator's key")]
    NoCreator,
    /// It is a public key and nothing else, which is the id of a one-to-one chat.
    #[error("the id of a group is more than its creator's key")]
    OnlyCreator,
}

impl GroupId {
    /// A new id for a group of `creator`, with a random UUID (version 4).
    pub fn random(creator: Person, rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0; 16];
        rng.fill_bytes(&mut bytes);
        let bits = u128::from_be_bytes(bytes);
        // Version 4 and the variant of RFC 4122 stand at fixed places.
        let bits = (bits & !(0xf << 76) & !(0x3 << 62)) | (0x4 << 76) | (0x2 << 62);
        let hex = format!("{bits:032x}");
        let mut text = String::with_capacity(UUID_LEN + 1 + Person::TEXT_LEN);
        for (place, digit) in hex.chars().enumerate() {
            if matches!(place, 8 | 12 | 16 | 20) {
                text.push('-');
            }
            text.push(digit);
        }
        text.push('-');
        text.push_str(&creator.to_string());
        Self { text, creator }
    }

    /// The id as messages write it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Who created the group, or must have.
    pub fn creator(&self) -> &Person {
        &self.creator
    }

    /// Whether it has the form that 7/GROUP-CHAT demands: a UUID of any version, `-`, the key.
    pub fn has_uuid(&self) -> bool {
        let start = self.text.len().saturating_sub(Person::TEXT_LEN);
        let uuid = self
            .text
            .get(..start)
            .and_then(|text| text.strip_suffix('-'));
        uuid.is_some_and(|uuid| {
            uuid.len() == UUID_LEN
                && uuid.bytes().enumerate().all(|(place, byte)| match place {
                    8 | 13 | 18 | 23 => byte == b'-',
                    _ => byte.is_ascii_hexdigit(),
                })
        })
    }
}

impl FromStr for GroupId {
    type Err = GroupIdError;

    fn from_str(text: &str) -> Result<Self, GroupIdError> {
        let start = text
            .len()
            .checked_sub(Person::TEXT_LEN)
            .ok_or(GroupIdError::NoCreator)?;
        let creator = text
            .get(start..)
            .ok_or(NotAPerson)
            .and_then(Person::from_str)
            .map_err(|_| GroupIdError::NoCreator)?;
        if start == 0 {
            return Err(GroupIdError::OnlyCreator);
        }
        Ok(Self {
            text: text.into(),
            creator,
        })
    }
}

impl fmt::Display for GroupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl fmt::Debug for GroupId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "GroupId({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng as _;
    use secp256k1::{Secp256k1, SecretKey};

    fn creator() -> Person {
        let secret = SecretKey::from_byte_array([7; 32]).unwrap();
        secret.public_key(&Secp256k1::new()).into()
    }

    #[test]
    fn a_new_id_has_a_uuid_of_version_4_and_the_creator() {
        let mut rng = rand::rngs::StdRng::seed_from_u64(1);
        let id = GroupId::random(creator(), &mut rng);
        let text = id.to_string();
        assert_eq!((text.len(), &text[14..15]), (169, "4"));
        assert!("89ab".contains(&text[19..20]), "{text}");
        assert!(id.has_uuid());
        assert_eq!(text.parse(), Ok(id.clone()));
        assert_eq!(*id.creator(), creator());
        assert_ne!(GroupId::random(creator(), &mut rng), id);
    }

    #[test]
    fn whatever_precedes_the_key_passes_as_deployed() {
        let key = creator().to_string();
        for start in ["x", "é", "no-uuid-", "a09c5e52-1234-4321-abcd-1234567890ab"] {
            let id: GroupId = format!("{start}{key}").parse().unwrap();
            assert!(!id.has_uuid(), "{start}");
        }
        let upper: GroupId = format!("A09C5E52-1234-4321-ABCD-1234567890AB-{key}")
            .parse()
            .unwrap();
        assert!(upper.has_uuid());
    }

    #[test]
    fn an_id_ends_in_a_key_and_is_more_than_that() {
        let key = creator().to_string();
        assert_eq!(key.parse::<GroupId>(), Err(GroupIdError::OnlyCreator));
        for text in ["", "x", &format!("x-{key}0"), &format!("x-{}", &key[1..])] {
            assert_eq!(text.parse::<GroupId>(), Err(GroupIdError::NoCreator));
        }
        // A boundary inside a character is no reason to panic.
        let odd = format!("é{}", "a".repeat(131));
        assert_eq!(odd.parse::<GroupId>(), Err(GroupIdError::NoCreator));
    }
}
