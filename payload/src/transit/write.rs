//! From values to JSON, compact or verbose.

use super::cache::Cache;
use super::scalar::encode_base64;
use super::value::Value;
use std::borrow::Cow;
use std::fmt::Write as _;

/// Integers beyond this, on either side of 0, are strings: a reader whose numbers are floats would
/// change them. As deployed negative ones are not; both forms read alike.
const MAX_JSON_INTEGER: u64 = (1 << 53) - 1;

/// Writes one document.
pub(super) struct Writer {
    out: String,
    /// None in the verbose form.
    cache: Option<Cache>,
}

impl Writer {
    pub(super) fn compact() -> Self {
        Self {
            out: String::new(),
            cache: Some(Cache::default()),
        }
    }

    pub(super) fn verbose() -> Self {
        Self {
            out: String::new(),
            cache: None,
        }
    }

    /// A scalar at the top is quoted: readers expect an array or an object there.
    pub(super) fn document(mut self, value: &Value) -> String {
        if value.is_scalar() {
            self.tagged("'", value);
        } else {
            self.value(value, false);
        }
        self.out
    }

    fn value(&mut self, value: &Value, as_key: bool) {
        match value {
            Value::Array(items) => self.array(items),
            Value::List(items) => self.tagged_array("list", items),
            Value::Set(items) => self.tagged_array("set", items),
            Value::Map(entries) if entries.iter().all(|(key, _)| key.is_scalar()) => {
                self.map(entries);
            }
            Value::Map(entries) | Value::CompositeMap(entries) => self.composite_map(entries),
            Value::Tagged(tag, value) => self.tagged(tag, value),
            Value::Nil if !as_key => self.out.push_str("null"),
            Value::Bool(value) if !as_key => self.display(value),
            Value::Integer(value) if !as_key && value.unsigned_abs() <= MAX_JSON_INTEGER => {
                self.display(value);
            }
            // The point of a float stays, or it would read as an integer.
            Value::Float(value) if !as_key && value.is_finite() => {
                // Writing to a string cannot fail.
                let _ = write!(self.out, "{value:?}");
            }
            scalar => {
                let string = string(scalar);
                self.string(&string, as_key);
            }
        }
    }

    fn display(&mut self, value: impl std::fmt::Display) {
        let _ = write!(self.out, "{value}");
    }

    /// A string as it stands in the document, or its code.
    fn string(&mut self, string: &str, as_key: bool) {
        let code = match &mut self.cache {
            Some(cache) if Cache::is_cacheable(string, as_key) => cache.code_or_insert(string),
            _ => None,
        };
        // Control characters, quotes and backslashes are escaped.
        let quoted = serde_json::Value::String(code.unwrap_or_else(|| string.to_owned()));
        self.display(quoted);
    }

    fn items<'v>(&mut self, items: impl Iterator<Item = &'v Value>) {
        for (index, item) in items.enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            match item {
                // In the first place it would tag what follows, unless it is quoted.
                Value::Tag(_) if index == 0 => self.tagged("'", item),
                item => self.value(item, false),
            }
        }
    }

    fn array(&mut self, items: &[Value]) {
        self.out.push('[');
        self.items(items.iter());
        self.out.push(']');
    }

    fn tagged_array(&mut self, tag: &str, items: &[Value]) {
        self.tag(tag);
        self.array(items);
        self.out.push(']');
    }

    fn composite_map(&mut self, entries: &[(Value, Value)]) {
        self.tag("cmap");
        self.out.push('[');
        self.items(entries.iter().flat_map(|(key, value)| [key, value]));
        self.out.push_str("]]");
    }

    fn tagged(&mut self, tag: &str, value: &Value) {
        self.tag(tag);
        self.value(value, false);
        self.out.push(']');
    }

    /// The start of an array with a tag.
    fn tag(&mut self, tag: &str) {
        self.out.push('[');
        self.string(&format!("~#{tag}"), false);
        self.out.push(',');
    }

    fn map(&mut self, entries: &[(Value, Value)]) {
        let has_tag = entries.iter().any(|(key, _)| matches!(key, Value::Tag(_)));
        if self.cache.is_none() && !has_tag {
            self.out.push('{');
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 {
                    self.out.push(',');
                }
                self.value(key, true);
                self.out.push(':');
                self.value(value, false);
            }
            self.out.push('}');
            return;
        }
        self.out.push_str("[\"^ \"");
        for (key, value) in entries {
            self.out.push(',');
            self.value(key, true);
            self.out.push(',');
            self.value(value, false);
        }
        self.out.push(']');
    }
}

/// A scalar as a string; composite values have none, and are empty here.
fn string(value: &Value) -> Cow<'_, str> {
    let escaped = match value {
        Value::Text(text) if text.starts_with(['~', '^', '`']) => format!("~{text}"),
        Value::Text(text) => return Cow::Borrowed(text),
        Value::Nil => "~_".into(),
        Value::Bool(true) => "~?t".into(),
        Value::Bool(false) => "~?f".into(),
        Value::Integer(value) => format!("~i{value}"),
        Value::BigInteger(digits) => format!("~n{digits}"),
        Value::Float(value) if value.is_nan() => "~zNaN".into(),
        Value::Float(value) if value.is_infinite() => {
            format!("~z{}INF", if *value < 0.0 { "-" } else { "" })
        }
        Value::Float(value) => format!("~d{value:?}"),
        Value::Decimal(digits) => format!("~f{digits}"),
        Value::Keyword(name) => format!("~:{name}"),
        Value::Symbol(name) => format!("~${name}"),
        Value::Tag(tag) => format!("~#{tag}"),
        Value::Character(character) => format!("~c{character}"),
        Value::Bytes(bytes) => format!("~b{}", encode_base64(bytes)),
        Value::Time(ms) => format!("~m{ms}"),
        Value::Instant(time) => format!("~t{time}"),
        Value::Uuid(uuid) => {
            let mut text = String::from("~u");
            for (index, byte) in uuid.iter().enumerate() {
                if matches!(index, 4 | 6 | 8 | 10) {
                    text.push('-');
                }
                let _ = write!(text, "{byte:02x}");
            }
            text
        }
        Value::Uri(uri) => format!("~r{uri}"),
        Value::Array(_)
        | Value::List(_)
        | Value::Set(_)
        | Value::Map(_)
        | Value::CompositeMap(_)
        | Value::Tagged(..) => String::new(),
    };
    Cow::Owned(escaped)
}
