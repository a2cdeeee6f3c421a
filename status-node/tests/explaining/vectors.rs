//! The golden vectors, explained: what the reference made of them is what is shown.

use super::{case, explained, find, key, vectors};
use serde_json::Value;
use status_node::explain::{Explainer, Kind};
use status_payload::MessageType;

/// When the vectors were made, in ms since 1970.
const NOW: u64 = 1_795_390_900_000;

/// Texts of all chat messages in a tree.
fn texts(layer: &Value, found: &mut Vec<Value>) {
    if layer["layer"] == "ChatMessage" {
        found.push(layer["fields"]["text"].clone());
    }
    for inner in layer["inner"].as_array().unwrap() {
        texts(inner, found);
    }
}

/// With the keys of a route and of the receiver everything but what is deep in a session is read, down to
/// the text.
#[test]
fn conversations_are_read_through_all_layers_with_the_keys_of_their_people() {
    let mut compared = 0;
    for scenario in vectors("end_to_end") {
        let parties = scenario["parties"].as_array().unwrap();
        for step in scenario["steps"].as_array().unwrap() {
            let rlp = &step["envelope"]["rlp"];
            let Some(receivers) = step["receivers"].as_array().filter(|_| rlp.is_string()) else {
                continue;
            };
            for receiver in receivers {
                let person = case(parties, |party| party["name"] == receiver["party"]);
                let mut explainer = Explainer::new(NOW).key(key(&person["identity_private_key"]));
                if step["route"]["sym_key"].is_string() {
                    explainer = explainer.key(key(&step["route"]["sym_key"]));
                }
                let expected = &receiver["expected"];
                let layer = explained(&explainer, rlp, None).to_json();
                let plaintext = find(&layer, "Whisper plaintext").expect("opened");
                let signer = expected["transport_author"].as_str().unwrap();
                assert_eq!(plaintext["fields"]["signer"], format!("0x{signer}"));
                let mut shown = Vec::new();
                texts(&layer, &mut shown);
                let messages = expected["application_messages"].as_array();
                let wanted = messages
                    .into_iter()
                    .flatten()
                    .map(|message| message["parsed"]["text"].clone());
                let wanted: Vec<_> = wanted.filter(|text| !text.is_null()).collect();
                if !shown.is_empty() {
                    assert_eq!(shown, wanted, "{}", scenario["name"]);
                    compared += wanted.len();
                }
            }
        }
    }
    assert!(compared >= 2, "{compared} texts");
}

#[test]
fn an_opening_is_read_with_the_keys_of_identity_and_prekey() {
    let scenarios = vectors("end_to_end");
    let scenario = case(&scenarios, |case| {
        case["name"] == "one_to_one_conversation_0"
    });
    // Every private key that bob's side made, among them his prekey's.
    let generated = |step: &Value| -> Vec<Value> {
        let own = step["sender_generated_keys"].as_array().cloned();
        own.unwrap_or_default()
    };
    let steps = scenario["steps"].as_array().unwrap();
    let mut explainer = Explainer::new(NOW);
    for party in scenario["parties"].as_array().unwrap() {
        explainer = explainer.key(key(&party["identity_private_key"]));
    }
    for made in steps.iter().flat_map(generated) {
        let made = made.get("private_key").cloned().unwrap_or(made);
        explainer = explainer.key(key(&made));
    }
    explainer = explainer.key(key(&steps[1]["route"]["sym_key"]));
    let layer = explained(&explainer, &steps[1]["envelope"]["rlp"], None);
    let json = layer.to_json();
    let security = find(&json, "ProtocolMessage (conversational security)").unwrap();
    let how = "the opening of its session, by the keys of identity and prekey";
    assert_eq!(security["fields"]["read_with"], how, "{layer}");
    let mut shown = Vec::new();
    texts(&json, &mut shown);
    let expected = &steps[1]["receivers"][0]["expected"]["application_messages"];
    let wanted: Vec<_> = expected.as_array().unwrap().iter().collect();
    let wanted: Vec<_> = wanted
        .iter()
        .map(|one| one["parsed"]["text"].clone())
        .collect();
    assert_eq!(shown, wanted);
}

#[test]
fn each_application_message_has_the_references_id_and_author() {
    for vector in vectors("payload") {
        if vector["kind"] != "application_metadata" || !vector["expected"]["go_error"].is_null() {
            continue;
        }
        let Some(id) = vector["expected"]["message_id"].as_str() else {
            continue;
        };
        let layer = explained(
            &Explainer::new(NOW),
            &vector["wrapped"],
            Some(Kind::Metadata),
        );
        let shown = &layer.to_json()["fields"]["id"];
        if let Some(shown) = shown.as_str() {
            assert_eq!(shown.trim_start_matches("0x"), id.trim_start_matches("0x"));
        } else {
            assert!(layer.is_refused(), "{}", vector["name"]);
        }
    }
}

#[test]
fn what_the_reference_refuses_for_a_rule_is_refused_with_a_sentence() {
    let mut refused = 0;
    for vector in vectors("payload") {
        if vector["kind"] != "validate" {
            continue;
        }
        let number = i32::try_from(vector["type"].as_i64().unwrap()).unwrap();
        let now = vector["whisper_timestamp_ms"]
            .as_str()
            .map(|ms| ms.parse().unwrap());
        let now = now.or(vector["whisper_timestamp_ms"].as_u64()).unwrap();
        let kind = Kind::Message(MessageType::from(number));
        let layer = explained(&Explainer::new(now), &vector["payload"], Some(kind));
        let valid = vector["expected"]["go_error"].is_null() && vector["strict"].is_null();
        if valid {
            assert_eq!(layer.refusals(), [], "{}", vector["name"]);
        }
        refused += usize::from(layer.is_refused());
    }
    assert!(refused > 20, "{refused}");
}

#[test]
fn groups_name_their_members_and_who_signed_each_event() {
    for vector in vectors("payload") {
        let expected = &vector["expected"];
        if vector["kind"] != "group" || !expected["go_error"].is_null() {
            continue;
        }
        let kind = Kind::Message(MessageType::from(3));
        let update = &vector["membership_update_message"];
        let layer = explained(&Explainer::new(NOW), update, Some(kind)).to_json();
        let group = find(&layer, "the group that these events make").unwrap();
        if expected["members"].is_array() && vector["existing_membership_update_message"].is_null()
        {
            let sorted = |members: &Value| {
                let members = members.as_array().unwrap().iter();
                let mut members: Vec<_> = members
                    .map(|one| one.as_str().unwrap().to_owned())
                    .collect();
                members.sort();
                members
            };
            let shown = sorted(&group["fields"]["members"]);
            assert_eq!(shown, sorted(&expected["members"]), "{}", vector["name"]);
        }
        let event = find(&layer, "event").unwrap();
        assert!(
            event["fields"]["author"]
                .as_str()
                .unwrap()
                .starts_with("0x04")
        );
        assert_eq!(event["places"]["signature"][1], 65);
    }
}

#[test]
fn bundles_are_signed_or_refused_as_the_reference_has_it() {
    let mut counts = [0, 0];
    for vector in vectors("security") {
        if vector["kind"] != "bundle_verify" || !vector["go_defect"].is_null() {
            continue;
        }
        let layer = explained(&Explainer::new(NOW), &vector["bundle"], Some(Kind::Bundle));
        let is_valid = vector["expected"]["go_error"].is_null();
        counts[usize::from(is_valid)] += 1;
        if !is_valid {
            assert!(layer.is_refused(), "{}", vector["name"]);
        }
    }
    assert!(counts[0] > 2 && counts[1] > 2, "{counts:?}");
}

#[test]
fn messages_of_2019_are_shown_with_their_tag() {
    let mut tags = [0, 0];
    for vector in vectors("transit") {
        match vector["kind"].as_str().unwrap() {
            "transit_decode" if vector["expected"]["go_error"].is_null() => {
                let layer = explained(
                    &Explainer::new(NOW),
                    &vector["payload"],
                    Some(Kind::Transit),
                );
                let shown = layer.to_json()["fields"].clone();
                tags[0] += usize::from(shown["tag"].is_string());
                if vector["name"] == "decode_unknown_tag_c5" {
                    assert_eq!(shown["value"], "[\"~#c5\",[\"abc\"]]");
                }
            }
            "status_protocol_message" => {
                let layer = explained(&Explainer::new(NOW), &vector["wrapped"], None);
                let inner = &layer.to_json()["inner"][0];
                tags[1] += usize::from(inner["layer"] == "message of 2019 (Transit)");
            }
            _ => {}
        }
    }
    assert!(tags[0] > 5 && tags[1] > 1, "{tags:?}");
}

#[test]
fn no_vector_of_any_kind_is_too_much() {
    let fields = [
        "payload",
        "wrapped",
        "rlp",
        "bundle",
        "encoded",
        "ciphertext",
        "message",
        "body",
        "membership_update_message",
        "packet",
        "auth",
        "ack",
    ];
    let mut seen = 0;
    for file in [
        "whisper_envelopes",
        "whisper_packets",
        "security",
        "payload",
        "mvds",
        "transit",
        "rlpx",
    ] {
        for vector in vectors(file) {
            for field in fields {
                let hex = vector[field].as_str().unwrap_or_default();
                if let Ok(bytes) = hex::decode(hex) {
                    let layer = Explainer::new(NOW).explain(bytes.into(), None);
                    seen += layer.to_string().lines().count();
                }
            }
        }
    }
    assert!(seen > 5_000, "{seen} lines");
}
