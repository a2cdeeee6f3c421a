//! One layer of what is explained, and how it is shown.

use serde_json::{Map, Value, json};
use std::fmt::{self, Display};

/// Items of a list shown one by one; of the rest only the number is said.
pub(super) const MAX_ITEMS: usize = 64;

/// A layer, what it says, why it refuses if it does, and what is inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What the bytes are.
    pub name: &'static str,
    /// Names and values, in order.
    pub fields: Vec<(&'static str, Value)>,
    /// Why a node of the network would refuse the layer, or why it cannot be looked into.
    pub refusal: Option<String>,
    /// The layers inside.
    pub inner: Vec<Layer>,
}

impl Layer {
    pub(super) fn new(name: &'static str) -> Self {
        Self {
            name,
            fields: Vec::new(),
            refusal: None,
            inner: Vec::new(),
        }
    }

    /// A layer that cannot be read.
    pub(super) fn refused(name: &'static str, reason: impl Display) -> Self {
        Self::new(name).refuse(reason)
    }

    pub(super) fn field(mut self, name: &'static str, value: impl Into<Value>) -> Self {
        self.fields.push((name, value.into()));
        self
    }

    pub(super) fn bytes(self, name: &'static str, value: &[u8]) -> Self {
        self.field(name, hex0x(value))
    }

    pub(super) fn refuse(mut self, reason: impl Display) -> Self {
        self.refusal = Some(reason.to_string());
        self
    }

    pub(super) fn with(mut self, inner: Layer) -> Self {
        self.inner.push(inner);
        self
    }

    /// Adds layers for the first of `items`, and says how many there are.
    pub(super) fn with_all<T>(
        mut self,
        name: &'static str,
        items: &[T],
        layer: impl Fn(&T) -> Layer,
    ) -> Self {
        self = self.field(name, items.len());
        self.inner.extend(items.iter().take(MAX_ITEMS).map(layer));
        self
    }

    /// The layer as JSON: `layer`, `fields`, `refusal` and `inner`.
    pub fn to_json(&self) -> Value {
        let fields: Map<String, Value> = self
            .fields
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        json!({
            "layer": self.name,
            "fields": fields,
            "refusal": self.refusal,
            "inner": self.inner.iter().map(Layer::to_json).collect::<Vec<_>>(),
        })
    }

    /// Whether this layer or one inside it refuses.
    pub fn is_refused(&self) -> bool {
        self.refusal.is_some() || self.inner.iter().any(Layer::is_refused)
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, indent: &str) -> fmt::Result {
        write!(f, "{}", self.name)?;
        let width = self.fields.iter().map(|(name, _)| name.len()).max();
        let width = width.unwrap_or_default();
        let mut left = self.fields.len() + usize::from(self.refusal.is_some()) + self.inner.len();
        let mut branch = |f: &mut fmt::Formatter<'_>| {
            left -= 1;
            let (mark, below) = if left == 0 {
                ("└─ ", "   ")
            } else {
                ("├─ ", "│  ")
            };
            write!(f, "\n{indent}{mark}").map(|()| below)
        };
        for (name, value) in &self.fields {
            branch(f)?;
            match value {
                Value::String(text) => write!(f, "{name:width$}  {}", printable(text))?,
                other => write!(f, "{name:width$}  {other}")?,
            }
        }
        if let Some(reason) = &self.refusal {
            branch(f)?;
            write!(f, "REFUSED: {}", printable(reason))?;
        }
        for inner in &self.inner {
            let below = branch(f)?;
            inner.write(f, &format!("{indent}{below}"))?;
        }
        Ok(())
    }
}

impl Display for Layer {
    /// A tree for people; control characters in foreign texts are escaped.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, "")
    }
}

pub(super) fn hex0x(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if c.is_control() {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tree_shows_fields_reasons_and_what_is_inside() {
        let inner = Layer::new("inner").field("text", "a\u{1b}b");
        let layer = Layer::refused("outer", "too old").field("n", 1).with(inner);
        assert_eq!(
            layer.to_string(),
            "outer\n├─ n  1\n├─ REFUSED: too old\n└─ inner\n   └─ text  a\\u{1b}b"
        );
        assert_eq!(layer.to_json()["inner"][0]["fields"]["text"], "a\u{1b}b");
        assert!(layer.is_refused());
    }
}
