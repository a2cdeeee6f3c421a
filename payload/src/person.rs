//! People, as messages name them.

use secp256k1::PublicKey;
use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

/// Somebody, by their public key. Messages write it as `0x04`, X and Y in lower-case hex: 132
/// characters, which are also the id of the one-to-one chat with that person. The deployed code
/// compares these texts, so only this form names anybody.
#[derive(Clone, Copy)]
pub struct Person {
    key: PublicKey,
    /// X and Y, by which people are compared: much cheaper than comparing keys.
    coordinates: [u8; 64],
}

/// The text is not a public key in the form in which messages name people; whoever wrote it is at
/// fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a public key of the form 0x04 with 128 lower-case hex digits")]
pub struct NotAPerson;

impl Person {
    /// Characters of a person's name in messages.
    pub const TEXT_LEN: usize = 132;

    /// The public key.
    pub fn public_key(&self) -> &PublicKey {
        &self.key
    }
}

impl From<PublicKey> for Person {
    fn from(key: PublicKey) -> Self {
        let [_, coordinates @ ..] = key.serialize_uncompressed();
        Self { key, coordinates }
    }
}

impl FromStr for Person {
    type Err = NotAPerson;

    fn from_str(text: &str) -> Result<Self, NotAPerson> {
        let digits = text.strip_prefix("0x").ok_or(NotAPerson)?.as_bytes();
        let mut bytes = [0; 65];
        if digits.len() != 2 * bytes.len() {
            return Err(NotAPerson);
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            for digit in pair {
                let value = match digit {
                    b'0'..=b'9' => digit - b'0',
                    b'a'..=b'f' => digit - b'a' + 10,
                    _ => return Err(NotAPerson),
                };
                *byte = (*byte << 4) | value;
            }
        }
        // The library would also take the hybrid forms 06 and 07, which name nobody here.
        match bytes {
            [4, ..] => PublicKey::from_slice(&bytes)
                .map(Self::from)
                .map_err(|_| NotAPerson),
            _ => Err(NotAPerson),
        }
    }
}

impl fmt::Display for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = String::with_capacity(Self::TEXT_LEN);
        text.push_str("0x04");
        for byte in self.coordinates {
            for digit in [byte >> 4, byte & 15] {
                let digit = DIGITS.get(usize::from(digit)).copied().unwrap_or_default();
                text.push(char::from(digit));
            }
        }
        formatter.write_str(&text)
    }
}

impl fmt::Debug for Person {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Person({self})")
    }
}

impl PartialEq for Person {
    fn eq(&self, other: &Self) -> bool {
        self.coordinates == other.coordinates
    }
}

impl Eq for Person {}

impl Hash for Person {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.coordinates.hash(state);
    }
}

impl Ord for Person {
    fn cmp(&self, other: &Self) -> Ordering {
        self.coordinates.cmp(&other.coordinates)
    }
}

impl PartialOrd for Person {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use secp256k1::{Secp256k1, SecretKey};

    fn person(fill: u8) -> Person {
        let secret = SecretKey::from_byte_array([fill; 32]).unwrap();
        secret.public_key(&Secp256k1::new()).into()
    }

    #[test]
    fn the_text_is_the_uncompressed_key() {
        let someone = person(7);
        let key = someone.public_key().serialize_uncompressed();
        assert_eq!(someone.to_string(), format!("0x{}", hex::encode(key)));
        assert_eq!(someone.to_string().len(), Person::TEXT_LEN);
        assert_eq!(someone.to_string().parse(), Ok(someone));
        assert_eq!(format!("{someone:?}"), format!("Person({someone})"));
        assert!(person(7) != person(8) && person(7) == someone);
    }

    #[test]
    fn no_other_form_names_anybody() {
        let text = person(7).to_string();
        let hybrid = text.replacen("0x04", "0x06", 1);
        let compressed = format!("0x{}", hex::encode(person(7).public_key().serialize()));
        let off_curve = format!("{}1", &text[..131]);
        for other in [
            &text[2..],
            &text[..130],
            &text.to_uppercase(),
            &format!("0x{}", text[2..].to_uppercase()),
            &hybrid,
            &compressed,
            &off_curve,
            &format!("{text}00"),
            &format!("{}é", &text[..130]),
            "",
        ] {
            assert_eq!(other.parse::<Person>(), Err(NotAPerson), "{other}");
        }
    }

    proptest! {
        #[test]
        fn the_order_is_total_and_agrees_with_equality(a in 1..255u8, b in 1..255u8) {
            let (one, two) = (person(a), person(b));
            prop_assert_eq!(one == two, a == b);
            prop_assert_eq!(one.cmp(&two), one.to_string().cmp(&two.to_string()));
        }
    }
}
