//! The maps in messages, whose keys are keywords.

use super::value::Value;

/// Takes apart a map whose keys are keywords: `known` says what becomes of an entry, and gives back
/// what it does not know. Of equal keys the last counts. None if the value is no such map or `known`
/// refuses an entry.
pub(super) fn entries(
    value: Value,
    mut known: impl FnMut(&str, Value) -> Result<(), Entry>,
) -> Option<Vec<(Value, Value)>> {
    let Value::Map(entries) = value else {
        return None;
    };
    let mut others = Vec::new();
    for (key, value) in entries {
        let Value::Keyword(name) = &key else {
            return None;
        };
        match known(name, value) {
            Ok(()) => {}
            Err(Entry::Unknown(value)) => others.push((key, value)),
            Err(Entry::Wrong) => return None,
        }
    }
    Some(others)
}

/// What is not taken from a map.
pub(super) enum Entry {
    /// The key is not known.
    Unknown(Value),
    /// The value is not of the kind that the key asks for.
    Wrong,
}

/// Stores text.
pub(super) fn text(target: &mut String, value: Value) -> Result<(), Entry> {
    match value {
        Value::Text(text) => {
            *target = text;
            Ok(())
        }
        _ => Err(Entry::Wrong),
    }
}

/// An entry to be written.
pub(super) fn entry(key: &str, value: impl Into<Value>) -> (Value, Value) {
    (Value::Keyword(key.to_owned()), value.into())
}
