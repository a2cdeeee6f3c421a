//! The codes that stand for strings which came before.

use std::collections::HashMap;

/// Digits of a code.
const DIGITS: usize = 44;
/// The character of the digit 0; the others follow it in ASCII.
const ZERO: u8 = b'0';
/// Strings that have a code at once. With one more all codes start again.
const CAPACITY: usize = DIGITS * DIGITS;
/// Bytes of the shortest string that gets a code.
const SHORTEST: usize = 4;

/// The strings that have a code, in the order in which they came. Reader and writer each keep one, and
/// as both see the same strings, theirs are equal at every place of a document. Bounded by its 1,936
/// codes.
#[derive(Debug, Default)]
pub(super) struct Cache {
    strings: Vec<String>,
    codes: HashMap<String, usize>,
}

impl Cache {
    /// Whether a string as it stands in the document gets a code.
    pub(super) fn is_cacheable(string: &str, as_key: bool) -> bool {
        string.len() >= SHORTEST
            && (as_key
                || string.starts_with("~#")
                || string.starts_with("~:")
                || string.starts_with("~$"))
    }

    /// The string that `code` stands for, if it is a code that was given out.
    pub(super) fn string(&self, code: &str) -> Option<&str> {
        self.strings.get(index(code)?).map(String::as_str)
    }

    /// The code of `string`, which came before, or gives it one and returns none.
    pub(super) fn code_or_insert(&mut self, string: &str) -> Option<String> {
        if let Some(index) = self.codes.get(string) {
            return Some(code(*index));
        }
        if self.strings.len() >= CAPACITY {
            self.strings.clear();
            self.codes.clear();
        }
        self.codes.insert(string.to_owned(), self.strings.len());
        self.strings.push(string.to_owned());
        None
    }
}

fn digit(value: usize) -> char {
    char::from(ZERO.saturating_add(value as u8))
}

fn code(index: usize) -> String {
    let (high, low) = (index / DIGITS, index % DIGITS);
    if high == 0 {
        ['^', digit(low)].iter().collect()
    } else {
        ['^', digit(high), digit(low)].iter().collect()
    }
}

/// Codes have one digit, or two of which the first is not 0.
fn index(code: &str) -> Option<usize> {
    let value = |digit: u8| {
        let value = usize::from(digit.checked_sub(ZERO)?);
        (value < DIGITS).then_some(value)
    };
    match code.as_bytes() {
        [b'^', low] => value(*low),
        [b'^', high, low] if *high != ZERO => Some(value(*high)? * DIGITS + value(*low)?),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_index_has_one_code_and_back() {
        let mut seen = std::collections::HashSet::new();
        for wanted in 0..CAPACITY {
            let code = code(wanted);
            assert_eq!(index(&code), Some(wanted), "{code}");
            assert!(seen.insert(code));
        }
        assert_eq!(code(0), "^0");
        assert_eq!(code(43), "^[");
        assert_eq!(code(44), "^10");
        for no_code in [
            "", "^", "^ ", "^00", "^0[", "^\\", "^1\\", "^100", "0", "^é",
        ] {
            assert_eq!(index(no_code), None, "{no_code}");
        }
    }

    #[test]
    fn a_full_cache_starts_again() {
        let mut cache = Cache::default();
        let name = |number: usize| format!("~:name-{number}");
        for number in 0..CAPACITY {
            assert_eq!(cache.code_or_insert(&name(number)), None);
        }
        assert_eq!(cache.code_or_insert(&name(0)).as_deref(), Some("^0"));
        assert_eq!(cache.string("^[["), Some(name(CAPACITY - 1).as_str()));
        assert_eq!(cache.code_or_insert(&name(CAPACITY)), None);
        assert_eq!(cache.string("^0"), Some(name(CAPACITY).as_str()));
        assert_eq!(cache.string("^1"), None);
    }

    #[test]
    fn short_strings_and_plain_text_have_no_code() {
        assert!(Cache::is_cacheable("~#c4", false));
        assert!(!Cache::is_cacheable("~:a", false));
        assert!(!Cache::is_cacheable("text", false));
        assert!(Cache::is_cacheable("text", true));
        assert!(!Cache::is_cacheable("key", true));
    }
}
