//! Bytes as people paste them: hex, base64 of either alphabet, a key or an address as text.

use super::{Explainer, Kind};
use base64::Engine;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use bytes::Bytes;
use status_conversational_security::trust::parse_public_key;

/// Reads base64 as it comes: with or without padding, whatever the spare bits say.
const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_decode_padding_mode(DecodePaddingMode::Indifferent)
    .with_decode_allow_trailing_bits(true);

/// The bytes that a text stands for, with white space anywhere; none if it stands for none. A text that is
/// both hex and base64 is hex. Of base64 only what turns out to be of the protocol is believed, unless
/// `kind` says what it is: any word would do otherwise.
pub fn read_text(explainer: &Explainer<'_>, text: &str, kind: Option<Kind>) -> Option<Bytes> {
    let text = text.trim();
    // What a file begins with that was saved as UTF-8 elsewhere.
    let text = text.trim_start_matches('\u{feff}').trim_start();
    let is_text = ["enode://", "enr:", "[", "{"];
    if is_text.iter().any(|start| text.starts_with(start)) {
        return Some(Bytes::copy_from_slice(text.as_bytes()));
    }
    if let Some(bytes) = read_hex(text) {
        return Some(bytes.into());
    }
    if let Ok(key) = parse_public_key(text) {
        return Some(Bytes::copy_from_slice(&key.serialize_uncompressed()));
    }
    let bytes = Bytes::from(read_base64(text)?);
    let is_known = kind.is_some() || explainer.recognises(&bytes);
    (is_known && !bytes.is_empty()).then_some(bytes)
}

/// Hex of either case with `0x` before it or not, and white space anywhere.
pub fn read_hex(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.split_whitespace().collect();
    let bytes = hex::decode(without_prefix(&digits)).ok()?;
    (!bytes.is_empty()).then_some(bytes)
}

fn without_prefix(digits: &str) -> &str {
    let rest = digits.strip_prefix("0x").or(digits.strip_prefix("0X"));
    rest.unwrap_or(digits)
}

/// Why a text is no hex that was probably meant as such: it begins with `0x`, or has nothing but digits,
/// and those of one byte are not two. Says nothing of what the digits are.
pub fn broken_hex(text: &str) -> Option<String> {
    let digits: String = text.split_whitespace().collect();
    let rest = without_prefix(&digits);
    let is_marked = rest.len() < digits.len();
    let stranger = rest.chars().position(|digit| !digit.is_ascii_hexdigit());
    match stranger {
        Some(at) if is_marked => Some(format!(
            "what follows 0x is no hex: character {} is no digit of it",
            at + 1
        )),
        None if rest.len() % 2 == 1 => Some(format!(
            "{} digits of hex are no whole number of bytes: one is missing, or one too many",
            rest.len()
        )),
        None if rest.is_empty() && is_marked => Some("nothing follows 0x".to_owned()),
        _ => None,
    }
}

fn read_base64(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.split_whitespace().collect();
    let alphabet = match digits.contains(['-', '_']) {
        true => URL_SAFE,
        false => STANDARD,
    };
    GeneralPurpose::new(&alphabet, LENIENT).decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        read_text(&Explainer::new(0), text, None).map(hex::encode)
    }

    #[test]
    fn hex_comes_with_or_without_its_prefix_and_in_lines() {
        for text in [
            "0xd106",
            "d106",
            " d1\n06 ",
            "0xD106\n",
            "0XD1 06",
            "\u{feff}0xd106",
        ] {
            assert_eq!(read(text).unwrap(), "d106", "{text}");
        }
        for text in ["", "0x", "zz", "d10"] {
            assert_eq!(read(text), None, "{text}");
        }
    }

    #[test]
    fn hex_that_is_none_says_what_is_wrong_with_it() {
        let broken = |text: &str| broken_hex(text).unwrap_or_default();
        assert_eq!(
            broken("0xd10g"),
            "what follows 0x is no hex: character 4 is no digit of it"
        );
        assert!(broken("d1 0").starts_with("3 digits of hex are no whole number of bytes"));
        assert_eq!(broken("0x"), "nothing follows 0x");
        assert_eq!(broken("README.md"), "");
        assert_eq!(broken("0xd106"), "");
    }

    #[test]
    fn base64_is_believed_where_it_is_of_the_protocol() {
        // A status packet behind its code.
        let status = "10d106883f60624dd2f1a9fc808001c3808080";
        let bytes = hex::decode(status).unwrap();
        for padding in [DecodePaddingMode::Indifferent] {
            let config = GeneralPurposeConfig::new().with_decode_padding_mode(padding);
            for alphabet in [STANDARD, URL_SAFE] {
                for padded in [true, false] {
                    let config = config.with_encode_padding(padded);
                    let text = GeneralPurpose::new(&alphabet, config).encode(&bytes);
                    assert_eq!(read(&text).unwrap(), status, "{text}");
                }
            }
        }
        assert_eq!(read("nonsense"), None);
        let told = read_text(&Explainer::new(0), "nonsense", Some(Kind::Packet));
        assert_eq!(told.unwrap().len(), 6);
    }
}
