//! Public keys as people pass them on: in text.

use super::multibase::{MAX_KEY_TEXT, Multibase};
use super::multicodec::{KeyKind, MulticodecKey};
use secp256k1::PublicKey;

/// Why a text is no public key; whoever wrote it is at fault.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyTextError {
    /// There is nothing.
    #[error("the text is empty, where a public key is expected")]
    Empty,
    /// Longer than any key in any encoding; how many bytes it has.
    #[error("a public key has at most {MAX_KEY_TEXT} letters, this text has {0}")]
    TooLong(usize),
    /// No encoding has this letter.
    #[error("no encoding of multibase has the letter {0:?}")]
    UnknownEncoding(char),
    /// Letters that the encoding named by this letter does not have.
    #[error("not a text in the encoding {0:?} of multibase")]
    NotOfEncoding(char),
    /// The bytes of this encoding are no text; only of [`Multibase::IDENTITY`].
    #[error("the bytes are not UTF-8, and cannot be written without an encoding")]
    NotText,
    /// In front of the key no number says of which kind it is, or the number is not written in
    /// its shortest form.
    #[error("no number in front of the key says of which kind it is")]
    NoKind,
    /// The number says another kind of content.
    #[error("{0:#x} is no kind of public key that is known here")]
    UnknownKind(u64),
    /// A kind whose feature was left out when this program was built.
    #[error("keys of {0} are not part of this program")]
    NotBuilt(KeyKind),
    /// Not a point of the curve, or not in the form that was asked for, or of another length.
    #[error("{length} bytes are no {form} public key of {kind}")]
    NotAKey {
        /// What it was said to be.
        kind: KeyKind,
        /// "compressed", "uncompressed".
        form: &'static str,
        /// Bytes after the number.
        length: usize,
    },
    /// A key, but of another curve than that of identities.
    #[error("a key of {0}, where an identity has one of secp256k1")]
    OtherCurve(KeyKind),
}

/// Reads the key of an identity in any form in which it is passed on: `0x04…` or compressed in
/// hexadecimal, or in any encoding of multibase with the number of multicodec in front, compressed or
/// not.
///
/// Many texts name one key: compare keys, not texts.
///
/// # Errors
///
/// If the text is none of that.
pub fn parse_public_key(text: &str) -> Result<PublicKey, KeyTextError> {
    // Bare points begin with 2, 3 or 4 and those with a number with 0xe7, so no text is both.
    if let Some(bare) = text.strip_prefix("0x").filter(|digits| is_point(digits)) {
        let bytes = hex::decode(bare).map_err(|_| KeyTextError::NotOfEncoding('f'))?;
        return super::multicodec::secp256k1_point(&bytes);
    }
    MulticodecKey::parse(text)?.secp256k1()
}

/// The key of an identity as Status shows it: compressed, in base 58 after a `z`. Forty-nine
/// letters that begin with `zQ3sh`.
pub fn public_key_text(key: &PublicKey) -> String {
    let bytes = MulticodecKey::from(*key).compressed();
    // Base 58 is text.
    Multibase::BASE58_BTC.encode(&bytes).unwrap_or_default()
}

/// Whether these digits have the length and the start of a point without a number in front.
fn is_point(digits: &str) -> bool {
    match digits.len() {
        66 => digits.starts_with("02") || digits.starts_with("03"),
        130 => digits.starts_with("04"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const UNCOMPRESSED: &str = "04261c55675e55ff25edb50b345cfb3a3f35f60712d251cbaaab97bd50054c6ebc3cd4e22200c68daf7493e1f8da6a190a68a671e2d3977809612424c7c3888bc6";
    const SHOWN: &str = "zQ3shPyZJnxZK4Bwyx9QsaksNKDYTPmpwPvGSjMYVHoXHeEgB";

    #[test]
    fn the_example_of_the_specification_is_read_in_all_its_forms() {
        let key = parse_public_key(SHOWN).unwrap();
        assert_eq!(hex::encode(key.serialize_uncompressed()), UNCOMPRESSED);
        assert_eq!(public_key_text(&key), SHOWN);
        let compressed = &UNCOMPRESSED[2..66];
        for text in [
            format!("0x{UNCOMPRESSED}"),
            format!("0x02{compressed}"),
            format!("0x02{}", compressed.to_uppercase()),
            format!("0xe701{UNCOMPRESSED}"),
            format!("fe70102{compressed}"),
            format!("FE701{}", UNCOMPRESSED.to_uppercase()),
        ] {
            assert_eq!(parse_public_key(&text), Ok(key), "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_refused_with_its_reason() {
        use KeyTextError::{NoKind, NotAKey, NotOfEncoding, UnknownKind};
        let secp256k1 = |form, length| NotAKey {
            kind: KeyKind::Secp256k1,
            form,
            length,
        };
        for (text, error) in [
            ("0x".to_owned(), NoKind),
            (format!("0x05{}", &UNCOMPRESSED[2..66]), UnknownKind(5)),
            // A bare key without 0x reads as binary digits.
            (UNCOMPRESSED.to_owned(), NotOfEncoding('0')),
            (
                format!("0x04{}", "5".repeat(128)),
                secp256k1("uncompressed", 65),
            ),
            (
                format!("0x02{}", "f".repeat(64)),
                secp256k1("compressed", 33),
            ),
            (format!("0x02{}z", "f".repeat(63)), NotOfEncoding('f')),
            (
                format!("0xe701{}", &UNCOMPRESSED[..128]),
                secp256k1("uncompressed", 64),
            ),
            (
                "0xe7010261".to_owned(),
                secp256k1("compressed or uncompressed", 2),
            ),
            (format!("0xed01{UNCOMPRESSED}"), UnknownKind(0xed)),
            (format!("0xe78100{UNCOMPRESSED}"), NoKind),
            ("0xe7".to_owned(), NoKind),
        ] {
            assert_eq!(parse_public_key(&text), Err(error), "{text}");
        }
    }

    proptest! {
        #[test]
        fn every_key_is_read_back_from_every_encoding(secret in any::<[u8; 32]>()) {
            let Ok(secret) = secp256k1::SecretKey::from_byte_array(secret) else { return Ok(()) };
            let key = secret.public_key(&secp256k1::Secp256k1::new());
            let coded = MulticodecKey::from(key);
            for code in Multibase::CODES.into_iter().skip(1) {
                let encoding = Multibase::from_code(code).unwrap();
                for bytes in [coded.compressed(), coded.uncompressed()] {
                    prop_assert_eq!(parse_public_key(&encoding.encode(&bytes).unwrap()), Ok(key));
                }
            }
            let shown = public_key_text(&key);
            prop_assert!(shown.len() == 49 && shown.starts_with("zQ3sh"), "{}", shown);
        }

        #[test]
        fn no_text_makes_it_panic(text in "(0x|z|f|b|m|0)?\\PC{0,80}") {
            let _ = parse_public_key(&text);
        }
    }
}
