//! A number that two people compare to know that nobody stands between them.

use secp256k1::PublicKey;
use sha2::{Digest, Sha512};
use std::fmt;

/// Turns of the hash: whoever wants a key with a given number pays them for each try.
const TURNS: u32 = 5200;

/// What the hash begins with: the purpose, and the version of this definition in two bytes.
const DOMAIN: &[u8] = b"status safety number\x00\x01";

/// Groups of five digits for each of the two.
const GROUPS: usize = 6;

/// Bytes of the hash in the text that is scanned: as strong as the curve and no more to draw.
const SCANNED: usize = 32;

/// In front of the text that is scanned; the version again. Capitals, digits and colons alone, which a
/// QR code holds in little space.
const SCANNED_PREFIX: &str = "STATUS-SAFETY:1:";

/// The number of two identities: sixty digits, the same for both of them. If they are the same on both
/// screens, each has the other's true key.
///
/// Computed from the two keys and nothing else, so it stays the same with every device, and changes
/// when a key does. Some 10 ms of work. `SPEC.md` of this crate has the definition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyNumber {
    own: [u8; 64],
    other: [u8; 64],
}

/// What scanning the other one's code showed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scan {
    /// It is the code of the same two identities: the other one's key is verified.
    Match,
    /// It is a code of other identities: somebody stands between the two, or it is somebody else's.
    Mismatch,
}

/// Why a scanned text says nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ScanError {
    /// Some other code.
    #[error("the text is not the code of a safety number")]
    NotASafetyNumber,
    /// A newer or older program made it.
    #[error("the safety number is of version {0:?}, and this program knows version 1")]
    OtherVersion(String),
}

impl SafetyNumber {
    /// The number of `own` and `other`.
    pub fn of(own: &PublicKey, other: &PublicKey) -> Self {
        Self {
            own: fingerprint(own),
            other: fingerprint(other),
        }
    }

    /// Twelve groups of five digits, to be read out.
    pub fn groups(&self) -> [String; 2 * GROUPS] {
        let (mut first, mut second) = (digits(&self.own), digits(&self.other));
        if first > second {
            std::mem::swap(&mut first, &mut second);
        }
        let [a, b, c, d, e, f] = first;
        let [g, h, i, j, k, l] = second;
        [a, b, c, d, e, f, g, h, i, j, k, l]
    }

    /// The text of the code that the other one scans.
    pub fn scannable(&self) -> String {
        let [own, other] = [&self.own, &self.other].map(scanned);
        format!("{SCANNED_PREFIX}{own}{other}")
    }

    /// Compares with the text of the other one's code.
    ///
    /// # Errors
    ///
    /// If the text is not such a code.
    pub fn compare(&self, scanned_text: &str) -> Result<Scan, ScanError> {
        let rest = scanned_text
            .strip_prefix("STATUS-SAFETY:")
            .ok_or(ScanError::NotASafetyNumber)?;
        let Some(both) = scanned_text.strip_prefix(SCANNED_PREFIX) else {
            let version = rest.split(':').next().unwrap_or_default();
            return Err(ScanError::OtherVersion(version.chars().take(8).collect()));
        };
        let well_formed = both.len() == 4 * SCANNED && both.bytes().all(|b| b.is_ascii_hexdigit());
        if !well_formed {
            return Err(ScanError::NotASafetyNumber);
        }
        // What is the other one's own is the other one here.
        let expected = [scanned(&self.other), scanned(&self.own)].concat();
        Ok(if both.eq_ignore_ascii_case(&expected) {
            Scan::Match
        } else {
            Scan::Mismatch
        })
    }
}

impl fmt::Display for SafetyNumber {
    /// Three lines of four groups.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, group) in self.groups().iter().enumerate() {
            let before = match (place, place % 4) {
                (0, _) => "",
                (_, 0) => "\n",
                _ => " ",
            };
            write!(f, "{before}{group}")?;
        }
        Ok(())
    }
}

/// The slow hash of one key.
fn fingerprint(key: &PublicKey) -> [u8; 64] {
    let key = key.serialize();
    let mut hash = Sha512::new()
        .chain_update(DOMAIN)
        .chain_update(key)
        .finalize();
    for _ in 1..TURNS {
        hash = Sha512::new()
            .chain_update(hash)
            .chain_update(key)
            .finalize();
    }
    hash.into()
}

/// Thirty digits: the remainders of six numbers of five bytes.
fn digits(fingerprint: &[u8; 64]) -> [String; GROUPS] {
    let mut chunks = fingerprint.chunks_exact(5);
    std::array::from_fn(|_| {
        let chunk = chunks.next().unwrap_or_default();
        let number = chunk
            .iter()
            .fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:05}", number % 100_000)
    })
}

fn scanned(fingerprint: &[u8; 64]) -> String {
    hex::encode_upper(fingerprint.get(..SCANNED).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn key(secret: u8) -> PublicKey {
        let secret = secp256k1::SecretKey::from_byte_array([secret; 32]).unwrap();
        secret.public_key(&secp256k1::Secp256k1::new())
    }

    #[test]
    fn the_number_of_two_known_keys_never_changes() {
        // Computed by a program of its own from the definition in SPEC.md.
        let number = SafetyNumber::of(&key(1), &key(2));
        assert_eq!(
            number.to_string(),
            "93463 26190 08901 65875\n44929 92508 93953 87809\n37707 60155 81340 61659"
        );
        assert_eq!(
            number.scannable(),
            "STATUS-SAFETY:1:84498BFC612D5D0132411CACC15D0BCC0637F9FB225444C5FC262F64549B99C75EF94E717726DC476ECE94DB3A93453C8B96FCB3CB1E8133A1272353653CC4CF"
        );
    }

    #[test]
    fn both_see_one_number_and_read_each_other_s_code() {
        let (alice, bob) = (
            SafetyNumber::of(&key(1), &key(2)),
            SafetyNumber::of(&key(2), &key(1)),
        );
        assert_eq!(alice.to_string(), bob.to_string());
        assert_eq!(alice.compare(&bob.scannable()), Ok(Scan::Match));
        assert_eq!(
            bob.compare(
                &alice
                    .scannable()
                    .to_lowercase()
                    .replace("status-safety", "STATUS-SAFETY")
            ),
            Ok(Scan::Match)
        );
        // One's own code, held in front of a mirror, proves nothing.
        assert_eq!(alice.compare(&alice.scannable()), Ok(Scan::Mismatch));
    }

    #[test]
    fn somebody_in_between_is_seen() {
        let (alice, mallory_to_bob) = (
            SafetyNumber::of(&key(1), &key(3)),
            SafetyNumber::of(&key(3), &key(2)),
        );
        let bob = SafetyNumber::of(&key(2), &key(3));
        assert_ne!(alice.to_string(), bob.to_string());
        assert_eq!(alice.compare(&bob.scannable()), Ok(Scan::Mismatch));
        assert_eq!(
            alice.compare(&mallory_to_bob.scannable()),
            Ok(Scan::Mismatch)
        );
    }

    #[test]
    fn other_codes_are_told_apart_from_a_mismatch() {
        let number = SafetyNumber::of(&key(1), &key(2));
        let cut = number.scannable();
        for (text, error) in [
            ("https://example.org", ScanError::NotASafetyNumber),
            ("STATUS-SAFETY:1:00", ScanError::NotASafetyNumber),
            (&cut[..cut.len() - 1], ScanError::NotASafetyNumber),
            ("STATUS-SAFETY:2:AB", ScanError::OtherVersion("2".into())),
        ] {
            assert_eq!(number.compare(text), Err(error), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(16))]
        #[test]
        fn sixty_digits_symmetric_and_of_no_others(a in 1u8..100, b in 100u8..200, c in 200u8..255) {
            let number = SafetyNumber::of(&key(a), &key(b));
            let digits = number.groups().concat();
            prop_assert!(digits.len() == 60 && digits.bytes().all(|digit| digit.is_ascii_digit()));
            prop_assert_eq!(&digits, &SafetyNumber::of(&key(b), &key(a)).groups().concat());
            prop_assert_ne!(&digits, &SafetyNumber::of(&key(a), &key(c)).groups().concat());
        }
    }
}
