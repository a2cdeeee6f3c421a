//! Ciphertexts that the Go code made (status-go v0.50.0's Whisper, go-ethereum's RLPx) are opened
//! to the plaintexts it recorded.
#![cfg(test)]

use secp256k1::SecretKey;
use serde_json::Value;
use std::path::Path;

fn cases(file: &str) -> Vec<Value> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../conformance/vectors")
        .join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let mut file: Value = serde_json::from_str(&text).unwrap();
    serde_json::from_value(file["cases"].take()).unwrap()
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn secret_key(value: &Value) -> SecretKey {
    SecretKey::from_byte_array(bytes(value).try_into().unwrap()).unwrap()
}

#[test]
fn whisper_envelopes_open() {
    let mut opened = 0;
    for case in cases("whisper_envelopes.json") {
        if case["kind"] != "open" || !case["dst_private_key"].is_string() {
            continue;
        }
        let envelope = bytes(&case["envelope"]["rlp"]);
        let data_len = usize::try_from(case["envelope"]["data_len"].as_u64().unwrap()).unwrap();
        // The data is the fourth of five fields; behind it stands the nonce, an integer of at
        // most nine bytes, so the one tail that opens is the data.
        let plaintext = (1..=9).find_map(|nonce_len| {
            let end = envelope.len() - nonce_len;
            let data = &envelope[end.checked_sub(data_len)?..end];
            status_ecies::decrypt(&secret_key(&case["dst_private_key"]), data, b"").ok()
        });
        match case["expected"]["result"].as_str().unwrap() {
            "decrypt_failed" => assert!(plaintext.is_none(), "{}", case["name"]),
            "ok" => {
                assert_eq!(
                    plaintext,
                    Some(bytes(&case["expected"]["plaintext"])),
                    "{}",
                    case["name"]
                );
                opened += 1;
            }
            _ => assert!(plaintext.is_some(), "{}", case["name"]),
        }
    }
    assert!(opened >= 20, "only {opened} envelopes were opened");
}

#[test]
fn rlpx_handshake_packets_open() {
    let mut opened = 0;
    for case in cases("rlpx.json") {
        if case["kind"] != "handshake" {
            continue;
        }
        for (packet, key, plaintext) in [
            (
                "auth_packet",
                "recipient_static_private_key",
                "auth_plaintext",
            ),
            (
                "ack_packet",
                "initiator_static_private_key",
                "ack_plaintext",
            ),
        ] {
            let packet = bytes(&case[packet]);
            // EIP-8: a length of two bytes stands before the ciphertext and is authenticated.
            let (prefix, body) = if case["format"] == "eip8" {
                packet.split_at(2)
            } else {
                packet.split_at(0)
            };
            let opened_bytes =
                status_ecies::decrypt(&secret_key(&case[key]), body, prefix).unwrap();
            assert!(
                opened_bytes.starts_with(&bytes(&case["expected"][plaintext])),
                "{}",
                case["name"]
            );
            opened += 1;
        }
    }
    assert!(opened >= 8, "only {opened} packets were opened");
}
