//! A protobuf message field by field, with the place of each: also what the schema does not know, which
//! the layers skip as deployed.

use super::layer::{Layer, hex0x};
use super::meaning;
use super::piece::Piece;
use serde_json::Value;
use status_protobuf_wire::{Field, Kind, RawField, Schema, fields};

/// What a field is shown as, where whoever asks for the message knows better than the schema.
pub(super) enum Shown {
    /// As the schema says.
    Plain,
    /// As a layer inside.
    Layer(Layer),
    /// By its length only, since what is in it is shown elsewhere.
    Length,
}

/// Adds the fields of `message` to `layer`. `show` is asked for each field that the schema knows, in this
/// message and in those inside, by the names of message and field.
pub(super) fn describe(
    mut layer: Layer,
    schema: &'static Schema,
    message: &Piece,
    show: &mut dyn FnMut(&'static str, &'static str, &Piece) -> Shown,
) -> Layer {
    for found in fields(schema, message.bytes()) {
        let raw = match found {
            Ok(raw) => raw,
            Err(error) => return layer.refuse(error),
        };
        let value = message.part(raw.value..raw.end);
        match schema.field(raw.number) {
            Some(field) if field.kind.wire_type() == raw.wire_type => {
                layer = known(layer, schema, field, (message, raw, &value), show);
            }
            Some(field) => {
                let name = format!("{} of wire type {}", field.name, raw.wire_type);
                layer = layer.placed(name.clone(), hex0x(value.bytes()), value.span());
                layer = layer.note(&name, "not the field's own wire type: skipped");
            }
            None => {
                let name = format!("field {}", raw.number);
                layer = layer.placed(name.clone(), hex0x(value.bytes()), value.span());
                let note = format!("unknown, of wire type {}: skipped", raw.wire_type);
                layer = layer.note(&name, note);
            }
        }
    }
    layer
}

/// A message of which nothing more is known than its schema.
pub(super) fn plain(layer: Layer, schema: &'static Schema, message: &Piece) -> Layer {
    describe(layer, schema, message, &mut |_, _, _| Shown::Plain)
}

fn known(
    mut layer: Layer,
    schema: &'static Schema,
    field: &'static Field,
    (message, raw, value): (&Piece, RawField, &Piece),
    show: &mut dyn FnMut(&'static str, &'static str, &Piece) -> Shown,
) -> Layer {
    match show(schema.name, field.name, value) {
        Shown::Layer(inner) => return layer.with(inner),
        Shown::Length => {
            let name = format!("{}_length", field.name);
            return layer.placed(name, value.len(), value.span());
        }
        Shown::Plain => {}
    }
    match &field.kind {
        Kind::Message(inner) | Kind::Map(inner) => {
            let nested = Layer::new(field.name).at(value);
            layer.nest(describe(nested, inner, value, show));
            layer
        }
        Kind::Text => {
            let text = String::from_utf8_lossy(value.bytes()).into_owned();
            layer.placed(field.name, text, value.span())
        }
        Kind::Bytes => layer.placed(field.name, hex0x(value.bytes()), value.span()),
        Kind::Varint | Kind::Fixed64 | Kind::Fixed32 => {
            let number = raw.integer(message.bytes()).unwrap_or_default();
            layer = layer.placed(field.name, Value::from(number), value.span());
            let meant = meaning::of(schema.name, field.name, number);
            match meant.or_else(|| meaning::negative(number)) {
                Some(note) => layer.note(field.name, note),
                None => layer,
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use status_payload::wire;
    use status_protobuf_wire::Described;

    #[test]
    fn what_the_schema_does_not_know_is_shown_as_skipped() {
        // The clock, the text as a number, field 99 and the text.
        let bytes = Bytes::from_static(b"\x08\x05\x18\x07\x98\x06\x09\x1a\x02hi");
        let schema = <wire::ChatMessage as Described>::SCHEMA;
        let layer = plain(Layer::new("a"), schema, &Piece::whole(bytes));
        let json = layer.to_json();
        assert_eq!(json["fields"]["clock"], 5);
        assert_eq!(json["places"]["clock"], serde_json::json!([1, 1]));
        assert_eq!(json["fields"]["text"], "hi");
        assert_eq!(json["places"]["text"], serde_json::json!([9, 2]));
        assert_eq!(json["fields"]["text of wire type 0"], "0x07");
        assert_eq!(json["fields"]["field 99"], "0x09");
        assert_eq!(json["refusal"], Value::Null);
    }

    #[test]
    fn a_cut_is_shown_behind_what_is_whole() {
        let bytes = Bytes::from_static(b"\x08\x05\x1a\x09hi");
        let schema = <wire::ChatMessage as Described>::SCHEMA;
        let layer = plain(Layer::new("a"), schema, &Piece::whole(bytes));
        assert_eq!(layer.to_json()["fields"]["clock"], 5);
        let refusal = layer.refusal.unwrap();
        assert!(refusal.contains("byte 2 of ChatMessage"), "{refusal}");
    }
}
