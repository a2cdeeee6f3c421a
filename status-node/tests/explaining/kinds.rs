//! Each kind of bytes is recognised, and its fields stand where they are said to.

use super::{bytes_at, explained, find, key, vectors};
use serde_json::{Value, json};
use status_node::explain::{Explainer, Kind};

#[test]
fn the_fields_of_an_envelope_stand_at_their_places() {
    for vector in vectors("whisper_envelopes") {
        if vector["kind"] != "open" || vector["expected"]["result"] != "ok" {
            continue;
        }
        let opening = [&vector["sym_key"], &vector["dst_private_key"]];
        let opening = opening.into_iter().find(|key| key.is_string()).unwrap();
        let explainer = Explainer::new(0).key(key(opening));
        let layer = explained(&explainer, &vector["envelope"]["rlp"], None).to_json();
        let rlp = hex::decode(vector["envelope"]["rlp"].as_str().unwrap()).unwrap();
        let topic = layer["fields"]["topic"].as_str().unwrap();
        let topic = topic.trim_start_matches("0x");
        assert_eq!(hex::encode(bytes_at(&rlp, &layer, "topic")), topic);
        let expiry = bytes_at(&rlp, &layer, "expiry").iter();
        let expiry = expiry.fold(0, |number, byte| number << 8 | u64::from(*byte));
        assert_eq!(layer["fields"]["expiry"], expiry);
        let plaintext = find(&layer, "Whisper plaintext").unwrap();
        assert_eq!(plaintext["source"], "decrypted");
        let bytes = hex::decode(vector["expected"]["plaintext"].as_str().unwrap()).unwrap();
        assert_eq!(
            plaintext["at"],
            json!([0, bytes.len()]),
            "{}",
            vector["name"]
        );
        if let Some(signature) = vector["expected"]["signature"].as_str() {
            let shown = hex::encode(bytes_at(&bytes, plaintext, "signature"));
            assert_eq!(shown, signature);
        }
        let payload = vector["expected"]["payload"].as_str().unwrap();
        let inner = &plaintext["inner"][0]["at"];
        if !payload.is_empty() {
            let start = usize::try_from(inner[0].as_u64().unwrap()).unwrap();
            assert!(hex::encode(&bytes[start..]).starts_with(payload));
        }
    }
}

#[test]
fn a_compressed_frame_counts_in_what_was_decompressed() {
    let status = json!("101244d106883f60624dd2f1a9fc808001c3808080");
    let layer = explained(&Explainer::new(0), &status, None).to_json();
    assert_eq!(layer["fields"]["compressed"], true);
    let packet = &layer["inner"][0];
    assert_eq!(packet["source"], "decompressed");
    let plain = hex::decode("d106883f60624dd2f1a9fc808001c3808080").unwrap();
    assert_eq!(bytes_at(&plain, packet, "pow_requirement"), &plain[3..11]);
    assert_eq!(bytes_at(&plain, packet, "confirmations"), [1]);
}

#[test]
fn handshakes_are_opened_with_the_key_of_the_node_that_they_are_for() {
    let mut opened = 0;
    for vector in vectors("rlpx") {
        if vector["kind"] != "handshake" {
            continue;
        }
        for (packet, owner, name) in [
            (
                "auth_packet",
                "recipient_static_private_key",
                "auth, of who dials",
            ),
            (
                "ack_packet",
                "initiator_static_private_key",
                "ack, of who is dialled",
            ),
        ] {
            let explainer = Explainer::new(0).key(key(&vector[owner]));
            let layer = explained(&explainer, &vector[packet], None).to_json();
            assert_eq!(
                layer["layer"], "RLPx handshake packet",
                "{}",
                vector["name"]
            );
            let body = find(&layer, name).unwrap_or_else(|| panic!("{layer}"));
            assert_eq!(body["fields"]["version"], 4);
            let closed = explained(&Explainer::new(0), &vector[packet], None);
            assert!(closed.is_refused());
            opened += 1;
        }
    }
    assert!(opened > 2, "{opened}");
}

#[test]
fn requests_to_a_mailserver_are_known_without_their_envelope() {
    let mut known = 0;
    for vector in vectors("whisper_packets") {
        if vector["kind"] == "mailserver_request_payload"
            && vector["expected"]["go_error"].is_null()
        {
            let layer = explained(&Explainer::new(0), &vector["payload"], None).to_json();
            known += usize::from(layer["layer"] == "mailserver request");
        }
    }
    assert!(known > 2, "{known}");
}

#[test]
fn payloads_of_data_sync_are_taken_apart() {
    let mut messages = 0;
    for vector in vectors("mvds") {
        let deployed = vector["wire"]
            .as_str()
            .is_some_and(|wire| wire.contains("v0.0.23"));
        if vector["kind"] != "payload" || !deployed {
            continue;
        }
        let layer =
            explained(&Explainer::new(0), &vector["payload"], Some(Kind::DataSync)).to_json();
        if let Some(message) = find(&layer, "data sync message") {
            assert!(message["fields"]["id"].as_str().unwrap().len() == 66);
            messages += 1;
        }
    }
    assert!(messages > 2, "{messages}");
}

#[test]
fn addresses_are_read_in_every_form() {
    let explain = |text: &str| {
        let bytes = status_node::explain::read_text(&Explainer::new(0), text, None).unwrap();
        Explainer::new(0).explain(bytes, None).to_json()
    };
    // The test vector of EIP-778.
    let record = "enr:-IS4QHCYrYZbAKWCBRlAy5zzaDZXJBGkcnh4MHcBFZntXNFrdvJjX04jRzjzCBOonrkTfj499SZuOh8R33Ls8RRcy5wBgmlkgnY0gmlwhH8AAAGJc2VjcDI1NmsxoQPKY0yuDUmstAHYpMa2_oxVtw0RW_QAdpzBQA8yWM0xOIN1ZHCCdl8";
    let layer = explain(record);
    assert_eq!(layer["layer"], "node record (EIP-778)");
    assert_eq!(layer["fields"]["sequence"], 1);
    let pairs = find(&layer, "record").unwrap();
    assert_eq!(pairs["fields"]["udp"], "0x765f");
    assert_eq!(pairs["fields"]["ip"], "0x7f000001");
    // It has no TCP port, and that is said.
    assert_eq!(layer["fields"]["enode"], Value::Null);
    assert!(layer["notes"]["enode"].as_str().unwrap().contains("TCP"));
    let id = "ca634cae0d49acb401d8a4c6b6fe8c55b70d115bf400769cc1400f3258cd31387574077f301b421bc84df7266c44e9e6d569fc56be00812904767bf5ccd1fc7f";
    let layer = explain(&format!("enode://{id}@10.3.58.6:30303?discport=30301"));
    assert_eq!(layer["layer"], "enode URL");
    assert_eq!(layer["fields"]["udp"], 30301);
    let layer = explain(&format!("enode://{id}@10.3.58.6"));
    assert!(layer["refusal"].as_str().unwrap().contains("no TCP port"));
    let changed = record.replace("gmlk", "gmll");
    let layer = explain(&changed);
    assert!(
        layer["refusal"].as_str().unwrap().contains("not valid"),
        "{layer}"
    );
}

#[test]
fn text_that_would_upset_a_terminal_is_escaped() {
    let text = "a\u{1b}[2Jb\u{202e}c";
    let encoded = [
        &[0x1a, text.len() as u8][..],
        text.as_bytes(),
        b"\x32\x06status",
    ]
    .concat();
    let kind = "chat".parse::<Kind>().unwrap();
    let layer = Explainer::new(0).explain(encoded.into(), Some(kind));
    let shown = layer.to_string();
    assert!(shown.contains("a\\u{1b}[2Jb\\u{202e}c"), "{shown}");
    assert!(!shown.contains('\u{1b}') && !shown.contains('\u{202e}'));
    assert_eq!(layer.to_json()["fields"]["text"], text);
}
