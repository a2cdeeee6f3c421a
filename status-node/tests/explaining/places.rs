//! Every field with a place stands there: the bytes at that place, and no others, are what it says. And
//! whatever is cut off, what is missing is said with its place.

use super::{explained, key, vectors};
use bytes::Bytes;
use proptest::prelude::*;
use serde_json::Value;
use status_node::explain::{Explainer, Layer};

/// When the vectors were made, in ms since 1970.
const NOW: u64 = 1_795_390_900_000;

/// Layers that are made of others and stand nowhere.
const NOWHERE: [&str; 3] = ["session", "the group that these events make", "public key"];

/// Bytes of every kind there are vectors of, with the keys that open them.
fn samples() -> Vec<(String, Bytes, Vec<[u8; 32]>)> {
    let mut samples = Vec::new();
    let mut take = |name: &str, hex: &Value, keys: Vec<[u8; 32]>| {
        if let Some(bytes) = hex.as_str().and_then(|hex| hex::decode(hex).ok()) {
            samples.push((name.to_owned(), bytes.into(), keys));
        }
    };
    for (file, fields) in [
        ("whisper_packets", &["payload"][..]),
        ("whisper_envelopes", &["rlp"]),
        ("security", &["bundle"]),
        ("mvds", &["payload"]),
        (
            "payload",
            &["wrapped", "payload", "membership_update_message"],
        ),
        ("transit", &["encoded", "payload", "wrapped"]),
    ] {
        for case in vectors(file) {
            let name = case["name"].as_str().unwrap();
            for field in fields {
                take(name, &case[*field], Vec::new());
            }
            if let Some(code) = case["code"].as_u64().filter(|code| *code < 0x70) {
                let body = case["payload"].as_str().unwrap();
                let framed = format!("{:02x}{body}", 16 + code);
                take(&format!("{name}, framed"), &framed.into(), Vec::new());
            }
        }
    }
    for case in vectors("rlpx") {
        let name = case["name"].as_str().unwrap();
        if case["kind"] == "hello" {
            let framed = format!("80{}", case["payload"].as_str().unwrap());
            take(name, &framed.into(), Vec::new());
        }
        if case["kind"] == "handshake" {
            let keys = |owner: &str| vec![key(&case[owner])];
            take(
                name,
                &case["auth_packet"],
                keys("recipient_static_private_key"),
            );
            take(
                name,
                &case["ack_packet"],
                keys("initiator_static_private_key"),
            );
        }
    }
    for case in vectors("end_to_end") {
        let name = case["name"].as_str().unwrap();
        for step in case["steps"].as_array().unwrap() {
            let mut keys = Vec::new();
            for party in case["parties"].as_array().unwrap() {
                keys.push(key(&party["identity_private_key"]));
            }
            if step["route"]["sym_key"].is_string() {
                keys.push(key(&step["route"]["sym_key"]));
            }
            take(name, &step["envelope"]["rlp"], keys);
            take(name, &step["protocol_message"], Vec::new());
        }
    }
    samples
}

fn explainer(keys: &[[u8; 32]]) -> Explainer<'static> {
    let explainer = Explainer::new(NOW);
    keys.iter()
        .fold(explainer, |explainer, key| explainer.key(*key))
}

/// What is wrong with the places of a layer and of those inside it. `buffer` are the bytes that they count
/// in; none if they came out of a decryption, which is repeated nowhere else.
fn wrong_places(layer: &Value, buffer: Option<&[u8]>, wrong: &mut Vec<String>) -> usize {
    let inner = match layer["source"].as_str() {
        Some("input") => buffer.map(<[u8]>::to_vec),
        Some("decompressed") => buffer.and_then(|frame| {
            let body = frame.get(1..)?;
            snap::raw::Decoder::new().decompress_vec(body).ok()
        }),
        Some(_) => None,
        None => buffer.map(<[u8]>::to_vec),
    };
    let mut checked = 0;
    if let Some(bytes) = &inner {
        for (name, places) in layer["places"].as_object().unwrap() {
            let value = &layer["fields"][name];
            let pairs = pairs(name, value, places);
            for (value, place) in pairs {
                checked += 1;
                let at = place[0].as_u64().unwrap() as usize;
                let end = at + place[1].as_u64().unwrap() as usize;
                let there = bytes.get(at..end);
                if !there.is_some_and(|there| says(name, there, value)) {
                    let there = there.map(hex::encode);
                    wrong.push(format!(
                        "{}: {name} = {value} at {place}: {there:?}",
                        layer["layer"]
                    ));
                }
            }
        }
    }
    for one in layer["inner"].as_array().unwrap() {
        checked += wrong_places(one, inner.as_deref(), wrong);
    }
    checked
}

/// Whether a field is a list in RLP, which stands in one place.
fn is_one_list(name: &str) -> bool {
    ["capabilities", "topics"].contains(&name)
}

/// Each value with its place.
fn pairs<'a>(name: &str, value: &'a Value, places: &'a Value) -> Vec<(&'a Value, &'a Value)> {
    match (value, places[0].is_array()) {
        (Value::Array(values), true)
            if values.len() == places.as_array().unwrap().len() && !is_one_list(name) =>
        {
            values.iter().zip(places.as_array().unwrap()).collect()
        }
        // A list that stands in one place as a whole.
        (_, true) => vec![(value, &places[0])],
        _ => vec![(value, places)],
    }
}

/// Whether bytes hold a value, in any of the ways in which the protocol writes one.
fn says(name: &str, bytes: &[u8], value: &Value) -> bool {
    let fold = |sum: u64, byte: &u8| sum << 8 | u64::from(*byte);
    let number = |wanted: u64| {
        let varint = bytes
            .iter()
            .rev()
            .fold(0_u128, |sum, byte| sum << 7 | u128::from(byte & 0x7f));
        let is_short = bytes.len() <= 8;
        let fixed = [bytes.iter().fold(0, fold), bytes.iter().rev().fold(0, fold)];
        (is_short && fixed.contains(&wanted))
            || (bytes.len() <= 10 && varint as u64 == wanted)
            // A code from 128 on, with the header of its RLP.
            || bytes.strip_prefix(&[0x81]).is_some_and(|rest| rest.iter().fold(0, fold) == wanted)
            || (bytes == [0x80] && wanted == 0)
    };
    match value {
        Value::Number(wanted) if name.ends_with("_length") => {
            let wanted = wanted.as_u64().unwrap();
            bytes.len() as u64 == wanted || number(wanted)
        }
        Value::Number(wanted) if wanted.is_f64() => number(wanted.as_f64().unwrap().to_bits()),
        Value::Number(wanted) => number(wanted.as_u64().unwrap()),
        Value::Bool(wanted) => number(u64::from(*wanted)),
        Value::Null => bytes.is_empty(),
        Value::String(text) => {
            let hex = text
                .strip_prefix("0x")
                .and_then(|digits| hex::decode(digits).ok());
            hex.is_some_and(|hex| hex == bytes) || *text == String::from_utf8_lossy(bytes)
        }
        // Items of a list in RLP, each behind its header.
        Value::Array(values) => values.iter().all(|value| {
            let text = value.as_str().unwrap();
            let text = text.rsplit_once('/').map_or(text, |(name, _)| name);
            let bytes_of = text
                .strip_prefix("0x")
                .and_then(|digits| hex::decode(digits).ok());
            let wanted = bytes_of.unwrap_or_else(|| text.into());
            wanted.is_empty()
                || text.contains('\u{fffd}')
                || bytes.windows(wanted.len()).any(|window| window == wanted)
        }),
        Value::Object(_) => false,
    }
}

fn check(layer: &Layer, bytes: &[u8]) -> usize {
    let mut wrong = Vec::new();
    let checked = wrong_places(&layer.to_json(), Some(bytes), &mut wrong);
    assert!(wrong.is_empty(), "{}\n{layer}", wrong.join("\n"));
    checked
}

#[test]
fn the_bytes_at_the_place_of_each_field_are_what_it_says() {
    let mut checked = 0;
    for (_, bytes, keys) in samples() {
        checked += check(&explainer(&keys).explain(bytes.clone(), None), &bytes);
    }
    assert!(checked > 2_500, "{checked} fields");
}

#[test]
fn a_plaintexts_fields_stand_in_the_plaintext() {
    for vector in vectors("whisper_envelopes") {
        let plaintext = &vector["expected"]["plaintext"];
        if plaintext.is_string() {
            let layer = explained(&Explainer::new(NOW), plaintext, None);
            check(&layer, &hex::decode(plaintext.as_str().unwrap()).unwrap());
        }
    }
}

/// All refused layers, each with whether it says where it stands.
fn refused(layer: &Layer) -> Vec<(&Layer, bool)> {
    let inner = layer.inner.iter().flat_map(refused);
    let own = layer.refusal.is_some();
    let own = own.then(|| {
        (
            layer,
            layer.span.is_some() || NOWHERE.contains(&&*layer.name),
        )
    });
    own.into_iter().chain(inner).collect()
}

/// Whether a protobuf message is whole if cut there: nothing can tell, then, that something is missing.
fn is_between_fields(bytes: &[u8]) -> bool {
    let schema = <status_payload::wire::ChatMessage as status_protobuf_wire::Described>::SCHEMA;
    status_protobuf_wire::fields(schema, bytes).all(|field| field.is_ok())
}

#[test]
fn wherever_bytes_are_cut_it_is_said_and_where() {
    let mut kinds = std::collections::BTreeMap::new();
    for (name, bytes, keys) in samples() {
        let explainer = explainer(&keys);
        let whole = explainer.explain(bytes.clone(), None);
        // Some of each kind: the rest would say the same.
        let seen: &mut usize = kinds.entry(whole.name.to_string()).or_default();
        *seen += 1;
        if *seen > 6 || bytes.len() > 700 || keys.len() > 1 {
            continue;
        }
        for end in 0..bytes.len() {
            let cut = explainer.explain(bytes.slice(..end), None);
            for (layer, has_place) in refused(&cut) {
                assert!(
                    has_place,
                    "{name} up to {end}: {} stands nowhere",
                    layer.name
                );
            }
            let is_whole_message = is_between_fields(&bytes[..end]);
            assert!(
                // One byte or two may be anything.
                cut.is_refused() || is_whole_message || end < 3,
                "{name} up to {end} of {}: {cut}",
                bytes.len()
            );
        }
    }
    assert!(kinds.len() > 12, "{kinds:?}");
}

#[test]
fn the_sentence_names_the_byte() {
    let envelope = &vectors("whisper_envelopes")[0]["envelope"]["rlp"];
    let bytes = hex::decode(envelope.as_str().unwrap()).unwrap();
    let layer = Explainer::new(0).explain(bytes[..100].to_vec().into(), None);
    let reason = layer.refusals()[0].1.to_owned();
    let there = format!(
        "the item at byte 0 announces {} bytes behind byte 3, of which there are 97",
        bytes.len() - 3
    );
    assert!(reason.contains(&there), "{reason}");
    assert_eq!(layer.name, "Whisper envelope");
    let vectors = vectors("payload");
    let wrapped = super::case(&vectors, |case| case["name"] == "amm_truncated");
    let layer = explained(&Explainer::new(0), &wrapped["wrapped"], None);
    assert_eq!(layer.name, "ApplicationMetadataMessage", "{layer}");
    let reason = layer.refusals()[0].1.to_owned();
    assert!(
        reason.contains("byte 67 of ApplicationMetadataMessage is cut short"),
        "{reason}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Vectors with some bytes changed, so that what stands there is often almost right.
    #[test]
    fn places_are_right_in_changed_bytes(
        sample: prop::sample::Index,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6),
    ) {
        thread_local!(static SAMPLES: Vec<(String, Bytes, Vec<[u8; 32]>)> = samples());
        let (bytes, keys) = SAMPLES.with(|samples| {
            let (_, bytes, keys) = sample.get(samples);
            (bytes.clone(), keys.clone())
        });
        let mut bytes = bytes.to_vec();
        if !bytes.is_empty() {
            for (at, value) in changes {
                let at = at.index(bytes.len());
                bytes[at] = value;
            }
        }
        let layer = explainer(&keys).explain(bytes.clone().into(), None);
        check(&layer, &bytes);
        prop_assert!(refused(&layer).into_iter().all(|(_, has_place)| has_place));
    }
}
