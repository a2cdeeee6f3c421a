//! From JSON to values.

use super::cache::Cache;
use super::error::TransitError;
use super::json::Json;
use super::scalar;
use super::value::Value;

/// How many times the bytes of a document its codes may stand for. A code takes five bytes of JSON
/// with its quotes and comma, and the longest keyword of the protocol has 15, so no honest message
/// comes near; without the limit a long string and many codes for it would make megabytes from
/// kilobytes.
pub const MAX_EXPANSION: usize = 16;

/// Bytes that the codes of any document may stand for, however short it is (64 KiB), so that what was
/// read without codes can be written with them.
const FREE_EXPANSION: usize = 1 << 16;

/// The string that makes a map of an array, when it comes first.
const MAP: &str = "^ ";

/// Reads a document.
pub(super) fn read(bytes: &[u8]) -> Result<Value, TransitError> {
    let json = Json::read(bytes)?;
    Reader {
        cache: Cache::default(),
        budget: bytes
            .len()
            .saturating_mul(MAX_EXPANSION)
            .max(FREE_EXPANSION),
    }
    .value(json, false)
}

struct Reader {
    cache: Cache,
    /// Bytes that codes may still stand for.
    budget: usize,
}

/// What a string is, or the codes in its place.
enum Token {
    Value(Value),
    /// A tag, without `~#`.
    Tag(String),
    /// The mark of a map.
    Map,
}

impl Reader {
    /// `as_key`: strings that stand where keys stand get codes even if they are plain text.
    fn value(&mut self, json: Json, as_key: bool) -> Result<Value, TransitError> {
        match json {
            Json::Null => Ok(Value::Nil),
            Json::Bool(value) => Ok(Value::Bool(value)),
            Json::Integer(value) => Ok(Value::Integer(value)),
            Json::Float(value) => Ok(Value::Float(value)),
            Json::Text(text) => match self.token(&text, as_key)? {
                Token::Value(value) => Ok(value),
                Token::Tag(tag) => Ok(Value::Tag(tag)),
                Token::Map => Ok(MAP.into()),
            },
            Json::Array(items) => self.array(items),
            Json::Object(entries) => self.object(entries),
        }
    }

    fn token(&mut self, text: &str, as_key: bool) -> Result<Token, TransitError> {
        if let Some(string) = self.cache.string(text) {
            let left = self.budget.checked_sub(string.len());
            self.budget = left.ok_or(TransitError::Expansion)?;
            return token(string);
        }
        let token = token(text)?;
        if Cache::is_cacheable(text, as_key) {
            self.cache.code_or_insert(text);
        }
        Ok(token)
    }

    fn array(&mut self, items: Vec<Json>) -> Result<Value, TransitError> {
        let mut items = items.into_iter();
        let mut array = Vec::with_capacity(items.len());
        match items.next() {
            None => return Ok(Value::Array(array)),
            Some(Json::Text(text)) => match self.token(&text, false)? {
                Token::Map => return self.map(items),
                Token::Tag(tag) => {
                    // What stands behind the value is not even read, as deployed.
                    let Some(value) = items.next() else {
                        return Err(TransitError::LoneTag { tag });
                    };
                    let value = self.value(value, false)?;
                    return tagged(tag, value);
                }
                Token::Value(first) => array.push(first),
            },
            Some(first) => array.push(self.value(first, false)?),
        }
        for item in items {
            array.push(self.value(item, false)?);
        }
        Ok(Value::Array(array))
    }

    fn map(&mut self, mut items: std::vec::IntoIter<Json>) -> Result<Value, TransitError> {
        let mut entries = Vec::with_capacity(items.len() / 2);
        while let Some(key) = items.next() {
            let key = self.value(key, true)?;
            let value = items.next().ok_or(TransitError::OddMap)?;
            entries.push((key, self.value(value, false)?));
        }
        map(entries)
    }

    /// The verbose form. An object of one entry may be a tag and its value; in it, as deployed, the
    /// value counts as a key where codes are given out.
    fn object(&mut self, entries: Vec<(String, Json)>) -> Result<Value, TransitError> {
        let single = entries.len() == 1;
        let mut result = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            let key = match self.token(&key, true)? {
                Token::Tag(tag) if single => {
                    let value = self.value(value, true)?;
                    return tagged(tag, value);
                }
                Token::Tag(tag) => Value::Tag(tag),
                Token::Map => MAP.into(),
                Token::Value(key) => key,
            };
            result.push((key, self.value(value, single)?));
        }
        map(result)
    }
}

/// A map as it was written. The deployed reader takes some composite keys, and crashes on arrays and
/// maps.
fn map(entries: Vec<(Value, Value)>) -> Result<Value, TransitError> {
    let mut composite = false;
    for (key, _) in &entries {
        if matches!(key, Value::Array(_) | Value::Map(_)) {
            return Err(TransitError::CompositeKey);
        }
        composite |= !key.is_scalar();
    }
    Ok(if composite {
        Value::CompositeMap(entries)
    } else {
        Value::Map(entries)
    })
}

/// What a string is that stands in the document, or that a code stands for.
fn token(text: &str) -> Result<Token, TransitError> {
    if text == MAP {
        return Ok(Token::Map);
    }
    if let Some(tag) = text.strip_prefix("~#") {
        return Ok(Token::Tag(tag.to_owned()));
    }
    match text.strip_prefix('~') {
        Some(escaped) => scalar::parse(escaped).map(Token::Value),
        None => Ok(Token::Value(text.into())),
    }
}

/// Gives the tags of the format itself their meaning.
fn tagged(tag: String, value: Value) -> Result<Value, TransitError> {
    let wrong = |tag, wanted| Err(TransitError::Tagged { tag, wanted });
    match (tag.as_str(), value) {
        ("'", value) => Ok(value),
        ("_", _) => Ok(Value::Nil),
        ("set", Value::Array(items)) => Ok(Value::Set(items)),
        ("list", Value::Array(items)) => Ok(Value::List(items)),
        ("set" | "list", _) => wrong(tag, "an array"),
        ("cmap", Value::Array(items)) => {
            let mut entries = Vec::with_capacity(items.len() / 2);
            let mut items = items.into_iter();
            while let Some(key) = items.next() {
                entries.push((key, items.next().ok_or(TransitError::OddMap)?));
            }
            Ok(Value::CompositeMap(entries))
        }
        ("cmap", _) => wrong(tag, "an array"),
        ("ratio", Value::Array(items)) if is_ratio(&items) => {
            Ok(Value::Tagged(tag, Box::new(Value::Array(items))))
        }
        ("ratio", _) => wrong(tag, "two integers, the second not 0"),
        // Letters of scalars: those are written into the string, never beside it.
        (":" | "?" | "b" | "d" | "i" | "n" | "f" | "c" | "$" | "t" | "m" | "u" | "r" | "z", _) => {
            wrong(tag, "written as one string")
        }
        (_, value) => Ok(Value::Tagged(tag, Box::new(value))),
    }
}

fn is_ratio(items: &[Value]) -> bool {
    let is_integer = |value: &Value| matches!(value, Value::Integer(_) | Value::BigInteger(_));
    let is_zero = |value: &Value| match value {
        Value::Integer(number) => *number == 0,
        Value::BigInteger(digits) => digits.bytes().all(|digit| !(b'1'..=b'9').contains(&digit)),
        _ => true,
    };
    matches!(items, [above, below] if is_integer(above) && is_integer(below) && !is_zero(below))
}

#[cfg(test)]
#[path = "read_tests.rs"]
mod tests;
