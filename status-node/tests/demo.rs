//! `status-node demo` needs no set-up and proves that messages arrive both ways.
#![cfg(test)]

mod common;

use common::{Home, json};

#[test]
fn all_messages_of_the_demo_arrive_both_ways() {
    let steps = json(&Home::new().run(&["demo", "--json"]));
    let messages: Vec<_> = steps
        .iter()
        .filter(|step| step["step"] == "message")
        .collect();
    assert!(messages.iter().any(|step| step["receiver"] == "Ann"));
    assert!(messages.iter().any(|step| step["receiver"] == "Bob"));
    for step in &messages {
        let layers = &step["layers"];
        assert_eq!(layers["layer"], "Whisper envelope");
        assert!(layers["fields"]["pow"].as_f64().unwrap() >= 0.002);
        assert_eq!(layers["refusal"], serde_json::Value::Null);
    }
    assert_eq!(steps.last().unwrap()["arrived"], messages.len());
}
