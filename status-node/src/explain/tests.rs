//! What all kinds have in common.

use super::*;
use proptest::prelude::*;

#[test]
fn keys_are_not_in_debug_output() {
    let explainer = Explainer::new(0).key([0xab; 32]);
    let text = format!("{explainer:?}");
    assert!(text.contains("key 1"), "{text}");
    assert!(
        !text.contains("abab") && !text.contains("171, 171"),
        "{text}"
    );
}

#[test]
fn messages_in_messages_end_somewhere() {
    // A ProtocolMessage whose public message is one, and so on.
    let mut message = vec![0x12, 1, b'a'];
    for _ in 0..2_000 {
        let mut outer = vec![0xb2, 0x06];
        prost_varint(message.len(), &mut outer);
        outer.extend(message);
        message = outer;
    }
    let layer = Explainer::new(0).explain(message.into(), Some(Kind::Security));
    let refusals = layer.refusals();
    assert_eq!(refusals.len(), 1);
    assert!(refusals[0].1.contains("more than 12 deep"), "{refusals:?}");
}

/// A length as protobuf writes it.
fn prost_varint(mut number: usize, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

proptest! {
    #[test]
    fn any_bytes_are_explained_as_anything(bytes: Vec<u8>, chosen in 0usize..37) {
        let explainer = Explainer::new(1_590_000_000_000).key([1; 32]);
        let kind = Kind::all().nth(chosen).map(|(kind, _)| kind);
        let layer = explainer.explain(bytes.into(), kind);
        prop_assert!(!layer.to_string().is_empty());
        prop_assert!(layer.to_json().is_object());
    }

    #[test]
    fn a_small_code_before_any_bytes_is_no_panic(code in 0u8..=0x81, bytes: Vec<u8>) {
        let mut frame = vec![code];
        frame.extend(bytes);
        let _ = Explainer::new(0).explain(frame.into(), Some(Kind::Frame)).to_string();
    }

    #[test]
    fn places_lie_within_their_bytes(bytes: Vec<u8>, chosen in 0usize..37) {
        let kind = Kind::all().nth(chosen).map(|(kind, _)| kind);
        let layer = Explainer::new(0).explain(bytes.into(), kind);
        prop_assert!(is_within(&layer, 0));
    }
}

/// Whether all places are inside the bytes that they count in.
fn is_within(layer: &Layer, buffer: usize) -> bool {
    let buffer = match (layer.source, layer.span) {
        (Some(_), Some(span)) => span.length,
        _ => buffer,
    };
    let spans = layer.fields.iter().flat_map(|field| &field.spans);
    let mut spans = spans.chain(&layer.span);
    spans.all(|span| span.offset + span.length <= buffer)
        && layer.inner.iter().all(|inner| is_within(inner, buffer))
}
