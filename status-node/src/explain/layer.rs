//! One layer of what is explained: its fields with their places, what was made of it, and why it is
//! refused if it is.

use super::piece::{Piece, Span};
use serde_json::{Map, Value, json};
use std::borrow::Cow;
use std::fmt::Display;

/// Items of a list shown one by one; of the rest only the number is said.
pub(super) const MAX_ITEMS: usize = 64;

/// Values of one field that are listed, more than an honest packet of acknowledgements has. All bounds
/// here keep hostile bytes from taking more than a small multiple of their length.
const MAX_REPEATED: usize = 1024;

/// Layers in one layer that are listed, all lists of it together.
const MAX_INNER: usize = 256;

/// Fields of one layer that are listed; no known message has a quarter of them.
const MAX_FIELDS: usize = 128;

/// Something that a layer says, or that was found out about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Field {
    /// Its name.
    pub name: Cow<'static, str>,
    /// Its value; a list if the field came several times.
    pub value: Value,
    /// What the value means, for people.
    pub note: Option<String>,
    /// Where it stands, each time it came; nowhere if it was found out.
    pub spans: Vec<Span>,
}

/// A layer, what it says, why it refuses if it does, and what is inside it.
#[derive(Debug, Clone, PartialEq)]
pub struct Layer {
    /// What the bytes are.
    pub name: Cow<'static, str>,
    /// Where its bytes are from, if they are not bytes of the layer around it: `input`, `decompressed`,
    /// `decrypted`. Places inside count from their start.
    pub source: Option<&'static str>,
    /// Where it stands; nowhere if it is no bytes.
    pub span: Option<Span>,
    /// What it says, in order.
    pub fields: Vec<Field>,
    /// Why a node of the network would refuse the layer, or why it cannot be looked into.
    pub refusal: Option<String>,
    /// The layers inside.
    pub inner: Vec<Layer>,
    /// How many more fields and layers there are than are listed here.
    pub left_out: usize,
}

impl Layer {
    pub(super) fn new(name: impl Into<Cow<'static, str>>) -> Self {
        Self {
            name: name.into(),
            source: None,
            span: None,
            fields: Vec::new(),
            refusal: None,
            inner: Vec::new(),
            left_out: 0,
        }
    }

    /// A layer that cannot be read.
    pub(super) fn refused(name: impl Into<Cow<'static, str>>, reason: impl Display) -> Self {
        Self::new(name).refuse(reason)
    }

    /// Says where it stands.
    pub(super) fn at(mut self, piece: &Piece) -> Self {
        self.span = Some(piece.span());
        self
    }

    /// Says that its bytes are a buffer of their own.
    pub(super) fn from(mut self, source: &'static str) -> Self {
        self.source = Some(source);
        self
    }

    /// Adds a field. One that is there already gets the value as a further one.
    pub(super) fn add(
        &mut self,
        name: impl Into<Cow<'static, str>>,
        value: Value,
        span: Option<Span>,
    ) {
        let name = name.into();
        let is_full = self.fields.len() >= MAX_FIELDS;
        match self.fields.iter_mut().find(|field| field.name == name) {
            Some(Field {
                value: Value::Array(values),
                ..
            }) if values.len() >= MAX_REPEATED => self.left_out += 1,
            Some(known) => {
                match &mut known.value {
                    Value::Array(values) => values.push(value),
                    first => *first = Value::Array(vec![first.take(), value]),
                }
                known.spans.extend(span);
            }
            None if is_full => self.left_out += 1,
            None => self.fields.push(Field {
                name,
                value,
                note: None,
                spans: span.into_iter().collect(),
            }),
        }
    }

    pub(super) fn field(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
    ) -> Self {
        self.add(name, value.into(), None);
        self
    }

    /// Adds a field that stands in the bytes.
    pub(super) fn placed(
        mut self,
        name: impl Into<Cow<'static, str>>,
        value: impl Into<Value>,
        span: Span,
    ) -> Self {
        self.add(name, value.into(), Some(span));
        self
    }

    pub(super) fn bytes(self, name: impl Into<Cow<'static, str>>, value: &[u8]) -> Self {
        self.field(name, hex0x(value))
    }

    /// Says what a field means that is there.
    pub(super) fn note(mut self, name: &str, note: impl Into<String>) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.note = Some(note.into());
        }
        self
    }

    /// Says where a field stands that is there.
    pub(super) fn locate(mut self, name: &str, span: Span) -> Self {
        if let Some(field) = self.fields.iter_mut().find(|field| field.name == name) {
            field.spans.push(span);
        }
        self
    }

    /// A further reason does not take the place of the first.
    pub(super) fn refuse(mut self, reason: impl Display) -> Self {
        self.refusal.get_or_insert_with(|| reason.to_string());
        self
    }

    pub(super) fn with(mut self, inner: Layer) -> Self {
        self.nest(inner);
        self
    }

    /// Adds a layer inside.
    pub(super) fn nest(&mut self, inner: Layer) {
        match self.inner.len() < MAX_INNER {
            true => self.inner.push(inner),
            false => self.left_out += 1,
        }
    }

    /// Adds what another layer says and has inside.
    pub(super) fn with_all_of(mut self, other: Layer) -> Self {
        self.fields.extend(other.fields);
        self.inner.extend(other.inner);
        self
    }

    pub(super) fn with_some(mut self, inner: Option<Layer>) -> Self {
        self.inner.extend(inner);
        self
    }

    /// Adds layers for the first of `items`, and says how many there are.
    pub(super) fn with_all<T>(
        mut self,
        name: &'static str,
        items: &[T],
        layer: impl FnMut(&T) -> Layer,
    ) -> Self {
        self = self.field(name, items.len());
        self.left_out += items.len().saturating_sub(MAX_ITEMS);
        self.inner.extend(items.iter().take(MAX_ITEMS).map(layer));
        self
    }

    /// Each layer that refuses, from the outside in, with its reason.
    pub fn refusals(&self) -> Vec<(&str, &str)> {
        let mut found = Vec::new();
        self.collect_refusals(&mut found);
        found
    }

    fn collect_refusals<'a>(&'a self, found: &mut Vec<(&'a str, &'a str)>) {
        if let Some(reason) = &self.refusal {
            found.push((&self.name, reason));
        }
        for inner in &self.inner {
            inner.collect_refusals(found);
        }
    }

    /// Whether this layer or one inside it refuses.
    pub fn is_refused(&self) -> bool {
        !self.refusals().is_empty()
    }

    /// The layer as JSON: `layer`, `source`, `at`, `fields`, `notes`, `places`, `refusal`, `left_out` and `inner`.
    /// A place is offset and length in bytes; a field that came several times is a list, and so are its
    /// places.
    pub fn to_json(&self) -> Value {
        let mut fields = Map::new();
        let mut notes = Map::new();
        let mut places = Map::new();
        for field in &self.fields {
            let name = field.name.to_string();
            if let Some(note) = &field.note {
                notes.insert(name.clone(), note.as_str().into());
            }
            match field.spans.as_slice() {
                [] => {}
                [one] if !field.value.is_array() => {
                    places.insert(name.clone(), place(one));
                }
                several => {
                    let several = several.iter().map(place).collect();
                    places.insert(name.clone(), Value::Array(several));
                }
            }
            fields.insert(name, field.value.clone());
        }
        json!({
            "layer": self.name,
            "source": self.source,
            "at": self.span.as_ref().map(place),
            "fields": fields,
            "notes": notes,
            "places": places,
            "refusal": self.refusal,
            "left_out": self.left_out,
            "inner": self.inner.iter().map(Layer::to_json).collect::<Vec<_>>(),
        })
    }
}

fn place(span: &Span) -> Value {
    json!([span.offset, span.length])
}

pub(super) fn hex0x(bytes: &[u8]) -> String {
    format!("0x{}", hex::encode(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_comes_again_is_a_list_with_a_place_for_each() {
        let (offset, length) = (3, 2);
        let layer = Layer::new("a")
            .placed("ack", "0x01", Span { offset: 0, length })
            .placed("ack", "0x02", Span { offset, length })
            .placed(
                "n",
                7,
                Span {
                    offset: 5,
                    length: 1,
                },
            )
            .note("n", "seven");
        let json = layer.to_json();
        assert_eq!(json["fields"]["ack"], json!(["0x01", "0x02"]));
        assert_eq!(json["places"]["ack"], json!([[0, 2], [3, 2]]));
        assert_eq!(json["places"]["n"], json!([5, 1]));
        assert_eq!(json["notes"], json!({"n": "seven"}));
    }

    #[test]
    fn refusals_are_told_from_the_outside_in() {
        let inner = Layer::refused("inner", "too big").refuse("too late");
        let layer = Layer::new("outer").with(Layer::refused("middle", "too old").with(inner));
        assert_eq!(
            layer.refusals(),
            [("middle", "too old"), ("inner", "too big")]
        );
        assert!(layer.is_refused() && !Layer::new("a").is_refused());
        assert_eq!(layer.to_json()["inner"][0]["refusal"], "too old");
    }
}
