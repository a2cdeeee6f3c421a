//! Strings that are something else than text: `~` and a letter that says what.

use super::error::TransitError;
use super::time;
use super::value::Value;

/// The value of a string that begins with a tilde, given without it.
pub(super) fn parse(escaped: &str) -> Result<Value, TransitError> {
    let mut characters = escaped.chars();
    let kind = characters.next().ok_or(TransitError::LoneTilde)?;
    let text = characters.as_str();
    let value = match kind {
        // Text that would be something else without its tilde.
        '~' | '^' | '`' => Some(escaped.into()),
        '_' => Some(Value::Nil),
        ':' => Some(Value::Keyword(text.to_owned())),
        '$' => Some(Value::Symbol(text.to_owned())),
        '?' => match text {
            "t" => Some(Value::Bool(true)),
            "f" => Some(Value::Bool(false)),
            _ => None,
        },
        'i' => text.parse().ok().map(Value::Integer),
        'n' => is_integer(text).then(|| Value::BigInteger(text.to_owned())),
        'd' => float(text).map(Value::Float),
        'f' => is_decimal(text).then(|| Value::Decimal(text.to_owned())),
        'c' => text.chars().next().map(Value::Character),
        'b' => decode_base64(text).map(Value::Bytes),
        // As deployed, a time that is no number is the beginning of 1970.
        'm' => Some(Value::Time(time::milliseconds(text))),
        't' => time::is_rfc3339(text).then(|| Value::Instant(text.to_owned())),
        'u' => uuid(text).map(Value::Uuid),
        'r' => Some(Value::Uri(text.to_owned())),
        'z' => match text {
            "NaN" => Some(Value::Float(f64::NAN)),
            "INF" => Some(Value::Float(f64::INFINITY)),
            "-INF" => Some(Value::Float(f64::NEG_INFINITY)),
            _ => None,
        },
        // A quote quotes the value beside it, never a string.
        '\'' => None,
        other => Some(Value::Tagged(other.to_string(), Box::new(text.into()))),
    };
    value.ok_or(TransitError::Scalar { kind })
}

fn is_integer(text: &str) -> bool {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit())
}

/// Digits with at most one point among them, and perhaps an exponent.
fn is_decimal(text: &str) -> bool {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().is_ok()),
        None => (text, true),
    };
    let whole = mantissa.replacen('.', "", 1);
    exponent && is_integer(&whole) && !mantissa.starts_with(".+") && !mantissa.starts_with(".-")
}

/// A float as Go reads it, but for its hexadecimal and underscored forms, which no client wrote.
fn float(text: &str) -> Option<f64> {
    let value: f64 = text.parse().ok()?;
    let overflown = value.is_infinite() && text.bytes().any(|byte| byte.is_ascii_digit());
    (!overflown).then_some(value)
}

/// The forms that Go takes: plain hex, with hyphens, with `urn:uuid:` before it, or in braces.
fn uuid(text: &str) -> Option<[u8; 16]> {
    let text = match text.len() {
        32 => return decode_hex(text),
        36 => text,
        38 => text.get(1..37)?,
        45 if text.get(..9)?.eq_ignore_ascii_case("urn:uuid:") => text.get(9..)?,
        _ => return None,
    };
    let parts: Vec<&str> = text.split('-').collect();
    let lengths: Vec<usize> = parts.iter().map(|part| part.len()).collect();
    if lengths != [8, 4, 4, 4, 12] {
        return None;
    }
    decode_hex(&parts.concat())
}

fn decode_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    if text.len() != 2 * N || !text.is_ascii() {
        return None;
    }
    for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks_exact(2)) {
        let [high, low] = digits else { return None };
        let high = char::from(*high).to_digit(16)?;
        let low = char::from(*low).to_digit(16)?;
        *byte = (high * 16 + low) as u8;
    }
    Some(bytes)
}

const BASE64: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Base64 with padding; ends of lines are skipped and spare bits ignored, as Go does.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let symbols: Vec<u8> = text
        .bytes()
        .filter(|byte| !matches!(byte, b'\r' | b'\n'))
        .collect();
    if !symbols.len().is_multiple_of(4) {
        return None;
    }
    let padding = symbols
        .iter()
        .rev()
        .take(2)
        .take_while(|symbol| **symbol == b'=');
    let data = symbols.len() - padding.count();
    let mut bytes = Vec::with_capacity(data * 3 / 4);
    let (mut bits, mut count) = (0u32, 0);
    for symbol in symbols.iter().take(data) {
        let value = BASE64.iter().position(|candidate| candidate == symbol)?;
        bits = (bits << 6 | value as u32) & 0xffff;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    Some(bytes)
}

/// Base64 with padding.
pub(super) fn encode_base64(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut bits = 0u32;
        for at in 0..3 {
            bits = bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0));
        }
        for at in 0..4 {
            let symbol = BASE64.get((bits >> (18 - 6 * at) & 63) as usize);
            match symbol {
                Some(symbol) if at <= chunk.len() => text.push(char::from(*symbol)),
                _ => text.push('='),
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_is_read() {
        let text = |text: &str| Value::Text(text.into());
        for (escaped, wanted) in [
            ("~a", text("~a")),
            ("^a", text("^a")),
            ("`a", text("`a")),
            ("_", Value::Nil),
            (":chat-id", Value::Keyword("chat-id".into())),
            ("$sym", Value::Symbol("sym".into())),
            ("?t", Value::Bool(true)),
            ("?f", Value::Bool(false)),
            ("i-5", Value::Integer(-5)),
            ("i+5", Value::Integer(5)),
            (
                "n123456789012345678901234567890",
                Value::BigInteger("123456789012345678901234567890".into()),
            ),
            ("d1.5", Value::Float(1.5)),
            ("f-1.50e3", Value::Decimal("-1.50e3".into())),
            ("cé", Value::Character('é')),
            ("bAQID", Value::Bytes(vec![1, 2, 3])),
            ("bAQ==", Value::Bytes(vec![1])),
            ("b", Value::Bytes(vec![])),
            ("m1566864000000", Value::Time(1_566_864_000_000)),
            ("mx", Value::Time(0)),
            (
                "t2019-08-27T00:00:00.000Z",
                Value::Instant("2019-08-27T00:00:00.000Z".into()),
            ),
            (
                "u00000000-0000-0000-0000-0000000000ff",
                Value::Uuid(*b"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\xff"),
            ),
            ("rhttp://a b", Value::Uri("http://a b".into())),
            ("z-INF", Value::Float(f64::NEG_INFINITY)),
            ("xyz", Value::Tagged("x".into(), Box::new(text("yz")))),
        ] {
            assert_eq!(parse(escaped), Ok(wanted), "{escaped}");
        }
        assert!(matches!(parse("zNaN"), Ok(Value::Float(value)) if value.is_nan()));
    }

    #[test]
    fn what_is_not_what_its_letter_says_is_refused() {
        assert_eq!(parse(""), Err(TransitError::LoneTilde));
        for escaped in [
            "?",
            "?x",
            "i",
            "i1.5",
            "i9223372036854775808",
            "n",
            "n1.5",
            "n-",
            "d",
            "dx",
            "d1e999",
            "f",
            "f.",
            "f1.2.3",
            "f1e",
            "f.-5",
            "c",
            "bA",
            "bA===",
            "b====",
            "b!AAA",
            "t2019",
            "u",
            "u0",
            "uzz000000-0000-0000-0000-0000000000ff",
            "z",
            "zinf",
            "'x",
        ] {
            let kind = escaped.chars().next().unwrap();
            assert_eq!(
                parse(escaped),
                Err(TransitError::Scalar { kind }),
                "{escaped}"
            );
        }
    }

    #[test]
    fn every_form_of_a_uuid_is_the_same() {
        let plain = "6a32cec73a154473924df48a97e07344";
        let hyphens = "6a32cec7-3a15-4473-924d-f48a97e07344";
        let expected = uuid(plain);
        assert!(expected.is_some());
        for form in [
            hyphens.to_owned(),
            format!("{{{hyphens}}}"),
            format!("URN:uuid:{hyphens}"),
        ] {
            assert_eq!(uuid(&form), expected, "{form}");
        }
        assert_eq!(uuid(&format!("xxx:uuid:{hyphens}")), None);
        assert_eq!(uuid(&"é".repeat(16)), None);
    }

    #[test]
    fn base64_goes_both_ways() {
        for len in 0..20u8 {
            let bytes: Vec<u8> = (0..len).map(|byte| byte.wrapping_mul(91)).collect();
            assert_eq!(decode_base64(&encode_base64(&bytes)), Some(bytes));
        }
    }
}
