//! What Go's JSON reader forgives and a strict one does not: bytes that are no UTF-8, and halves of
//! surrogate pairs. Both read as U+FFFD.

use std::borrow::Cow;

const REPLACEMENT: char = char::REPLACEMENT_CHARACTER;

/// `bytes` as text that a strict JSON reader takes if Go's takes `bytes`.
pub(super) fn text(bytes: &[u8]) -> Cow<'_, str> {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(replace_invalid(bytes)),
    };
    if !text.contains("\\ud") && !text.contains("\\uD") {
        return text;
    }
    Cow::Owned(replace_lone_surrogates(&text))
}

/// Each byte that is no UTF-8 becomes one U+FFFD.
fn replace_invalid(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| REPLACEMENT));
    }
    text
}

/// Escapes that are half a pair become the escape of U+FFFD.
fn replace_lone_surrogates(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at(at);
        result.push_str(before);
        let taken = match code_unit(escape) {
            Some(0xd800..=0xdbff) => {
                let next = escape.get(6..).unwrap_or_default();
                if matches!(code_unit(next), Some(0xdc00..=0xdfff)) {
                    result.push_str(escape.get(..12).unwrap_or_default());
                    12
                } else {
                    result.push_str("\\ufffd");
                    6
                }
            }
            Some(0xdc00..=0xdfff) => {
                result.push_str("\\ufffd");
                6
            }
            // Any other escape: the backslash and the character behind it.
            _ => {
                let len = 1 + escape.chars().nth(1).map_or(0, char::len_utf8);
                result.push_str(escape.get(..len).unwrap_or_default());
                len
            }
        };
        rest = escape.get(taken..).unwrap_or_default();
    }
    result.push_str(rest);
    result
}

/// The number of the `\uXXXX` at the start of `text`, if there is one.
fn code_unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    u16::from_str_radix(digits, 16).ok()
}

/// Whether a number in the first value of `json`, which is valid, is an integer over 64 bits: the
/// parser makes a float of it, Go refuses it.
pub(super) fn has_huge_integer(json: &str) -> bool {
    let mut rest = json;
    let mut depth = 0usize;
    while let Some(first) = rest.chars().next() {
        let len = match first {
            '"' => text_len(rest),
            '0'..='9' | '-' => number_len(rest),
            other => other.len_utf8(),
        };
        let (token, behind) = rest.split_at_checked(len).unwrap_or((rest, ""));
        rest = behind;
        match first {
            '[' | '{' => depth += 1,
            ']' | '}' => depth = depth.saturating_sub(1),
            ' ' | '\t' | '\r' | '\n' => continue,
            _ if is_huge(token) => return true,
            _ => {}
        }
        if depth == 0 {
            break;
        }
    }
    false
}

/// Bytes of the string, quotes included, at the start of `json`.
fn text_len(json: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in json.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    json.len()
}

/// Bytes of the number at the start of `json`.
fn number_len(json: &str) -> usize {
    let is_part = |byte: u8| byte.is_ascii_digit() || b"+-.eE".contains(&byte);
    json.bytes()
        .position(|byte| !is_part(byte))
        .unwrap_or(json.len())
}

fn is_huge(token: &str) -> bool {
    let digits = token.strip_prefix('-').unwrap_or(token);
    !digits.is_empty()
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && token.parse::<i64>().is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn invalid_bytes_are_replaced_one_by_one() {
        assert_eq!(text(b"a\xffb"), "a\u{fffd}b");
        assert_eq!(text(b"\xe2\x82"), "\u{fffd}\u{fffd}");
        assert_eq!(text("☺".as_bytes()), "☺");
    }

    #[test]
    fn halves_of_pairs_are_replaced_and_pairs_are_not() {
        for (given, wanted) in [
            (r#""\ud83e\udd84""#, r#""\ud83e\udd84""#),
            (r#""\ud83ex""#, r#""\ufffdx""#),
            (r#""\ud83e\u0041""#, r#""\ufffd\u0041""#),
            (r#""\ud83e\ud83e\udd84""#, r#""\ufffd\ud83e\udd84""#),
            (r#""\udd84""#, r#""\ufffd""#),
            (r#""\\ud83e""#, r#""\\ud83e""#),
            (r#""\\\ud83e""#, r#""\\\ufffd""#),
            (r#""\uD83E"#, r#""\ufffd"#),
            (r#""\ud83"#, r#""\ud83"#),
            (r"\ud83e\", r"\ufffd\"),
            ("\\é\\ud83e", "\\é\\ufffd"),
        ] {
            assert_eq!(text(given.as_bytes()), wanted, "{given}");
        }
    }

    #[test]
    fn digits_in_texts_are_no_integers() {
        let huge = "9".repeat(30);
        for (json, wanted) in [
            (format!("[{huge}]"), true),
            (format!("-{huge}"), true),
            (format!("[\"{huge}\",true,false]"), false),
            (format!("[\"\\\"{huge}\",1]"), false),
            (format!("{huge}e5"), false),
            (format!(" [\"é\",1.5e3] {huge}"), false),
            (format!("{{\"a\":[1],\"b\":{huge}}}"), true),
            (format!("[\"a\\\\\",{huge}]"), true),
        ] {
            assert_eq!(has_huge_integer(&json), wanted, "{json}");
        }
    }
}
