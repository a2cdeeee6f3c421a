//! JSON, bounded, and as forgiving as the deployed reader.

use super::error::TransitError;
use super::forgiving;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::cell::Cell;
use std::collections::HashSet;
use std::fmt;

/// Bytes of the longest document that is read: what the largest Whisper envelope can bring (1 MiB).
pub const MAX_LEN: usize = 1 << 20;

/// Values in a document, each element, entry and list counted: a group of 1,000 events with 5 members
/// each has some 20,000.
pub const MAX_VALUES: usize = 100_000;

/// Levels of nesting, the limit of the JSON parser. Messages of the protocol have 8.
pub const MAX_DEPTH: usize = 127;

/// A JSON value. Objects keep the order of the document, since codes depend on it.
#[derive(Debug)]
pub(super) enum Json {
    Null,
    Bool(bool),
    Integer(i64),
    Float(f64),
    Text(String),
    Array(Vec<Json>),
    Object(Vec<(String, Json)>),
}

/// The words by which an exhausted count travels through the parser's error.
const TOO_MANY: &str = "too many values";
/// The same for an integer over 64 bits.
const RANGE: &str = "integer out of range";

impl Json {
    /// Reads the first value of a document; what follows it is ignored, as deployed.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, TransitError> {
        if bytes.len() > MAX_LEN {
            return Err(TransitError::TooLong { len: bytes.len() });
        }
        let text = forgiving::text(bytes);
        if text.trim_start_matches([' ', '\t', '\r', '\n']).is_empty() {
            return Err(TransitError::Empty);
        }
        let left = Cell::new(MAX_VALUES);
        let value = Reader { left: &left }
            .deserialize(&mut serde_json::Deserializer::from_str(&text))
            .map_err(|error| refusal(&error))?;
        if forgiving::has_huge_integer(&text) {
            return Err(TransitError::IntegerRange);
        }
        Ok(value)
    }
}

fn refusal(error: &serde_json::Error) -> TransitError {
    let reason = error.to_string();
    if reason.starts_with(TOO_MANY) {
        return TransitError::TooManyValues;
    }
    if reason.starts_with(RANGE) {
        return TransitError::IntegerRange;
    }
    TransitError::Json {
        line: error.line(),
        column: error.column(),
        reason,
    }
}

/// Makes one value, and counts it.
#[derive(Clone, Copy)]
struct Reader<'a> {
    /// Values that the document may still have.
    left: &'a Cell<usize>,
}

impl<'de> DeserializeSeed<'de> for Reader<'_> {
    type Value = Json;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Json, D::Error> {
        let left = self.left.get().checked_sub(1);
        let left = left.ok_or_else(|| serde::de::Error::custom(TOO_MANY))?;
        self.left.set(left);
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reader<'_> {
    type Value = Json;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Json, E> {
        i64::try_from(value)
            .map(Json::Integer)
            .map_err(|_| E::custom(RANGE))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Json, E> {
        Ok(Json::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Json, E> {
        Ok(Json::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Json::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Json, A::Error> {
        let mut object: Vec<(String, Json)> = Vec::new();
        while let Some(key) = entries.next_key()? {
            object.push((key, entries.next_value_seed(self)?));
        }
        // Of equal keys the last counts.
        let mut seen = HashSet::new();
        let last: Vec<bool> = object
            .iter()
            .rev()
            .map(|(key, _)| seen.insert(key.as_str()))
            .collect();
        if last.contains(&false) {
            let mut last = last.into_iter().rev();
            object.retain(|_| last.next().unwrap_or(true));
        }
        Ok(Json::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_are_inclusive() {
        let nested = |levels: usize| "[".repeat(levels) + &"]".repeat(levels);
        assert!(Json::read(nested(MAX_DEPTH).as_bytes()).is_ok());
        let deeper = Json::read(nested(MAX_DEPTH + 1).as_bytes());
        assert!(
            matches!(deeper, Err(TransitError::Json { .. })),
            "{deeper:?}"
        );

        let row = |values: usize| format!("[{}0]", "0,".repeat(values - 2));
        assert!(Json::read(row(MAX_VALUES).as_bytes()).is_ok());
        let more = Json::read(row(MAX_VALUES + 1).as_bytes());
        assert!(matches!(more, Err(TransitError::TooManyValues)), "{more:?}");

        let text = |len: usize| format!("\"{}\"", "x".repeat(len - 2));
        assert!(Json::read(text(MAX_LEN).as_bytes()).is_ok());
        let longer = Json::read(text(MAX_LEN + 1).as_bytes());
        let len = MAX_LEN + 1;
        assert!(matches!(longer, Err(TransitError::TooLong { len: got }) if got == len));
    }

    #[test]
    fn integers_have_64_bits() {
        for (text, fits) in [
            ("9223372036854775807", true),
            ("9223372036854775808", false),
            ("-9223372036854775808", true),
            ("-9223372036854775809", false),
            ("[1,99999999999999999999999]", false),
            ("99999999999999999999999.0", true),
            ("1e30", true),
            ("\"99999999999999999999999\"", true),
            ("[1] 99999999999999999999999", true),
        ] {
            let read = Json::read(text.as_bytes());
            assert_eq!(read.is_ok(), fits, "{text}: {read:?}");
        }
        assert!(Json::read(b"1e999").is_err());
    }

    #[test]
    fn of_equal_keys_the_last_counts_in_its_place() {
        let Json::Object(entries) = Json::read(br#"{"a":1,"b":2,"a":3}"#).unwrap() else {
            panic!("an object");
        };
        let entries: Vec<_> = entries
            .iter()
            .map(|(key, value)| (key.as_str(), format!("{value:?}")))
            .collect();
        assert_eq!(
            entries,
            [("b", "Integer(2)".into()), ("a", "Integer(3)".into())]
        );
    }

    #[test]
    fn nothing_is_not_json() {
        assert!(matches!(Json::read(b""), Err(TransitError::Empty)));
        assert!(matches!(Json::read(b" \n"), Err(TransitError::Empty)));
        let Err(TransitError::Json { line, column, .. }) = Json::read(b"[1,\n x]") else {
            panic!("no JSON");
        };
        assert_eq!((line, column), (2, 2));
    }
}
