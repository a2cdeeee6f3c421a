//! Every protocol message of the recorded end-to-end conversations is written again to the byte, and
//! read by all who read it then.
#![cfg(test)]

use bytes::Bytes;
use prost::Message;
use rand_core::{Infallible, TryCryptoRng, TryRng};
use secp256k1::{PublicKey, SecretKey};
use serde_json::Value;
use status_conversational_security::{Endpoint, MemoryStore, NO_SESSION, Received, Settings, wire};
use std::collections::{HashMap, VecDeque};

/// Randomness that hands out what was recorded, by length.
struct Recorded(VecDeque<Vec<u8>>);

impl TryRng for Recorded {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("only bytes are drawn")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("only bytes are drawn")
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        let fits = self.0.iter().position(|bytes| bytes.len() == out.len());
        out.copy_from_slice(&self.0.remove(fits.expect("a recorded value")).unwrap());
        Ok(())
    }
}

impl TryCryptoRng for Recorded {}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn drawn(keys: &Value) -> VecDeque<Vec<u8>> {
    let keys = keys.as_array().into_iter().flatten();
    keys.map(|key| bytes(&key["private_key"])).collect()
}

struct Party {
    endpoint: Endpoint,
    store: MemoryStore,
}

/// Writes the message of a step again, at the time and with the keys of then.
fn write(party: &mut Party, to: Option<PublicKey>, step: &Value, recorded: &wire::ProtocolMessage) {
    let receiver = &step["receivers"][0]["expected"];
    let mut random = drawn(&step["sender_generated_keys"]);
    if let Some(to_identity) = recorded.direct_message.get(NO_SESSION) {
        let nonce = to_identity.payload.len() - 12;
        random.push_back(to_identity.payload[nonce..].to_vec());
    }
    let (now_ns, mut rng) = (recorded.bundles[0].timestamp, Recorded(random));
    let Party { endpoint, store } = party;
    let written = match to {
        Some(to) if !recorded.direct_message.is_empty() => {
            let payload = bytes(&receiver["after_encryption_layer"]);
            let Ok(sent) = endpoint.encrypt(store, &to, &payload, now_ns, &mut rng);
            sent.message
        }
        _ => {
            let Ok(sent) = endpoint.public_message(store, Bytes::new(), now_ns, &mut rng);
            sent
        }
    };
    // The order of entries of a map is free, so decoded messages are compared.
    let written = wire::ProtocolMessage::decode(written).unwrap();
    assert_eq!(&written, recorded);
}

fn read(party: &mut Party, from: &PublicKey, message: Bytes, receiver: &Value) -> bool {
    let mut rng = Recorded(drawn(&receiver["generated_keys"]));
    let Party { endpoint, store } = party;
    let Ok(handled) = endpoint.handle_message(store, from, message, &[0; 32], 0, &mut rng);
    let expected = &receiver["expected"];
    let used = expected["encryption_layer"]["used"].as_bool().unwrap();
    match handled.result {
        Ok(Received::Private { payload, .. }) => {
            assert!(used);
            assert_eq!(payload, bytes(&expected["after_encryption_layer"]));
        }
        // Otherwise the bytes go on as they are.
        other => assert!(!used, "{other:?}"),
    }
    used
}

#[test]
fn recorded_conversations_are_written_and_read_again() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../conformance/vectors/end_to_end.json"
    );
    let file: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let mut messages_read = 0;
    for case in file["cases"].as_array().unwrap() {
        let mut parties = HashMap::new();
        for party in case["parties"].as_array().unwrap() {
            let secret = bytes(&party["identity_private_key"]).try_into().unwrap();
            let secret = SecretKey::from_byte_array(secret).unwrap();
            let id = party["installation_id"].as_str().unwrap();
            let endpoint = Endpoint::new(&secret, id.into(), Settings::default()).unwrap();
            let store = MemoryStore::new();
            parties.insert(party["name"].as_str().unwrap(), Party { endpoint, store });
        }
        for step in case["steps"].as_array().unwrap() {
            let Some(message) = step.get("protocol_message").filter(|one| one.is_string()) else {
                continue;
            };
            let message = Bytes::from(bytes(message));
            let recorded = wire::ProtocolMessage::decode(message.clone()).unwrap();
            let to = step["to"]
                .as_str()
                .map(|to| *parties[to].endpoint.identity());
            let sender = parties.get_mut(step["from"].as_str().unwrap()).unwrap();
            write(sender, to, step, &recorded);
            let from = *sender.endpoint.identity();
            for receiver in step["receivers"].as_array().unwrap() {
                let name = receiver["party"].as_str().unwrap();
                let party = parties.get_mut(name).unwrap();
                messages_read += usize::from(read(party, &from, message.clone(), receiver));
            }
        }
    }
    assert!(messages_read >= 8, "only {messages_read} were read");
}
