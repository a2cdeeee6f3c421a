//! `status-node explain` takes bytes apart down to the text, says where everything stands, and why a layer
//! refuses.
#![cfg(test)]
#![cfg(feature = "cli")]

#[path = "../common/mod.rs"]
mod common;

#[cfg(unix)]
mod account;
mod command;
mod guesses;
mod hostile;
mod inputs;
mod kinds;
mod places;
mod vectors;

use serde_json::Value;
use status_node::explain::{Explainer, Kind, Layer, read_hex};

/// The vectors of a file.
fn vectors(name: &str) -> Vec<Value> {
    let path = format!(
        "{}/../conformance/vectors/{name}.json",
        env!("CARGO_MANIFEST_DIR")
    );
    let file: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    file["cases"].as_array().unwrap().clone()
}

fn case(cases: &[Value], wanted: impl Fn(&Value) -> bool) -> &Value {
    cases.iter().find(|case| wanted(case)).unwrap()
}

/// Hex of a vector as a key.
fn key(hex: &Value) -> [u8; 32] {
    let bytes = hex::decode(hex.as_str().unwrap()).unwrap();
    bytes.try_into().unwrap()
}

/// Explains hex by the library.
fn explained(explainer: &Explainer<'_>, hex: &Value, kind: Option<Kind>) -> Layer {
    let bytes = read_hex(hex.as_str().unwrap()).unwrap_or_default();
    explainer.explain(bytes.into(), kind)
}

/// The layer of this name in JSON, wherever it stands.
fn find<'a>(layer: &'a Value, name: &str) -> Option<&'a Value> {
    if layer["layer"] == name {
        return Some(layer);
    }
    let mut inner = layer["inner"].as_array().unwrap().iter();
    inner.find_map(|inner| find(inner, name))
}

/// Bytes at the place of a field.
fn bytes_at<'a>(bytes: &'a [u8], layer: &Value, field: &str) -> &'a [u8] {
    let place = &layer["places"][field];
    let number = |index: usize| usize::try_from(place[index].as_u64().unwrap()).unwrap();
    &bytes[number(0)..number(0) + number(1)]
}
