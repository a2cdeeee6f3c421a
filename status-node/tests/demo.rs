//! `status-node demo` needs no set-up and proves that messages of every kind arrive, also late.
#![cfg(test)]
#![cfg(feature = "cli")]

mod common;

use common::{Home, json};
use serde_json::Value;
use std::collections::BTreeSet;

#[test]
fn all_messages_of_the_demo_arrive() {
    let steps = json(&Home::new().run(&["demo", "--json"]));
    let step = |name: &str| -> Vec<&Value> {
        let steps = steps.iter().filter(|step| step["step"] == name);
        steps.collect()
    };
    let messages = step("message");
    let mut topics = BTreeSet::new();
    let mut arrived = step("late").len();
    assert_eq!(arrived, 2);
    for message in &messages {
        for envelope in message["envelopes"].as_array().unwrap() {
            topics.insert(envelope["topic_kind"].as_str().unwrap());
            assert!(envelope["pow"].as_f64().unwrap() >= 0.002);
        }
        arrived += message["readers"].as_array().unwrap().len();
    }
    assert_eq!(
        topics,
        BTreeSet::from(["negotiated", "partitioned", "public"])
    );
    assert_eq!(steps.last().unwrap()["arrived"], arrived);

    let secrecy: BTreeSet<&str> = messages
        .iter()
        .flat_map(|message| message["secrecy"].as_array().unwrap())
        .map(|secrecy| secrecy.as_str().unwrap())
        .collect();
    for layer in ["DH only", "double ratchet"] {
        assert!(
            secrecy.iter().any(|text| text.contains(layer)),
            "{secrecy:?}"
        );
    }
    let readers: BTreeSet<&str> = messages
        .iter()
        .flat_map(|message| message["readers"].as_array().unwrap())
        .map(|reader| reader["person"].as_str().unwrap())
        .collect();
    assert_eq!(readers, BTreeSet::from(["Ann", "Bob", "Carol"]));
    assert_eq!(step("contact").len(), 2);
    let ledger = step("ledger")[0]["entries"].as_array().unwrap().clone();
    let states: Vec<_> = ledger.iter().map(|entry| &entry["state"]).collect();
    assert_eq!(states.first().unwrap(), &"queued");
    assert_eq!(states.last().unwrap(), &"acknowledged");
}
