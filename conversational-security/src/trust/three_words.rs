//! The three words by which people see a key.

use secp256k1::PublicKey;
use std::fmt;
use std::sync::LazyLock;

static ADJECTIVES: LazyLock<Vec<&str>> =
    LazyLock::new(|| words(include_str!("words/adjectives.txt")));
static ANIMALS: LazyLock<Vec<&str>> = LazyLock::new(|| words(include_str!("words/animals.txt")));

/// Which bits of the shift register are fed back: as deployed.
const TAPS: u64 = 0xB8;

/// The name that a key has by itself: two adjectives and an animal, the same in every client
/// (2/ACCOUNT; as deployed in status-go v0.50.0).
///
/// It helps to tell people apart and proves nothing: there are some 3 x 10^9 names, so whoever wants
/// a key with a given name computes one within the hour. Compare a [`super::SafetyNumber`] instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ThreeWordName {
    words: [&'static str; 3],
}

impl ThreeWordName {
    /// The name of `key`.
    pub fn of(key: &PublicKey) -> Self {
        let [
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            _,
            seed @ ..,
        ] = key.serialize();
        Self::from_seed(u64::from_be_bytes(seed))
    }

    /// The name of a key whose X ends in these eight bytes.
    pub fn from_seed(seed: u64) -> Self {
        let mut state = seed;
        let mut pick = |list: &[&'static str]| {
            state = step(state);
            let place = state.checked_rem(list.len() as u64).unwrap_or_default();
            // Less than the length of a list, which is a usize.
            list.get(place as usize).copied().unwrap_or_default()
        };
        Self {
            words: [pick(&ADJECTIVES), pick(&ADJECTIVES), pick(&ANIMALS)],
        }
    }

    /// Adjective, adjective, animal.
    pub fn words(&self) -> [&'static str; 3] {
        self.words
    }
}

impl fmt::Display for ThreeWordName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, second, animal] = self.words;
        write!(f, "{first} {second} {animal}")
    }
}

/// One turn of the linear-feedback shift register.
fn step(state: u64) -> u64 {
    let fed_back = (state & TAPS).count_ones() & 1;
    state << 1 | u64::from(fed_back)
}

/// The lines that are no comment.
fn words(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.starts_with('#')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_those_of_status_go() {
        assert_eq!((ADJECTIVES.len(), ANIMALS.len()), (1389, 1704));
        assert!(ADJECTIVES.iter().chain(&*ANIMALS).all(|word| {
            word.starts_with(|c: char| c.is_ascii_uppercase())
                && word.chars().all(|c| c.is_ascii_alphabetic())
        }));
    }

    #[test]
    fn names_known_from_the_tests_of_status_go() {
        assert_eq!(
            ThreeWordName::from_seed(42).to_string(),
            "Hard Tame Brownbutterfly"
        );
        let key = "04eedbaafd6adf4a9233a13e7b1c3c14461fffeba2e9054b8d456ce5f6ebeafadcbf3dce3716253fbc391277fa5a086b60b283daf61fb5b1f26895f456c2f31ae3";
        let key = PublicKey::from_slice(&hex::decode(key).unwrap()).unwrap();
        assert_eq!(
            ThreeWordName::of(&key).to_string(),
            "Darkorange Blue Bubblefish"
        );
    }

    #[test]
    fn the_register_shifts_in_the_parity_of_its_taps() {
        assert_eq!(step(0), 0);
        assert_eq!(step(0b1000), 0b1_0001);
        assert_eq!(step(0b1_1000), 0b11_0000);
        assert_eq!(step(1 << 63 | 1 << 7), 1 << 8 | 1);
    }

    #[test]
    fn keys_that_differ_only_in_sign_share_their_name() {
        // The name sees X alone: a key and its negation are called the same.
        let key = secp256k1::SecretKey::from_byte_array([3; 32]).unwrap();
        let curve = secp256k1::Secp256k1::new();
        let (key, negated) = (key.public_key(&curve), key.negate().public_key(&curve));
        assert_ne!(key, negated);
        assert_eq!(ThreeWordName::of(&key), ThreeWordName::of(&negated));
    }
}
