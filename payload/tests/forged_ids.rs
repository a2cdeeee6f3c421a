//! Known problem 14: ids can be forged to overwrite others' messages. Here an id is computed from
//! the recovered author and the bytes, and nothing in a body can name one.
#![cfg(test)]

use bytes::Bytes;
use proptest::prelude::*;
use secp256k1::{Secp256k1, SecretKey};
use status_payload::{
    ApplicationMetadataMessage, Authored, ChatMessage, MessageType, SIGNATURE_LEN, SignatureError,
};

const NOW_MS: u64 = 1_590_232_902_104;

fn key(fill: u8) -> SecretKey {
    SecretKey::from_byte_array([fill; 32]).unwrap()
}

fn chat_message(text: &str) -> Bytes {
    ChatMessage::builder()
        .public_chat("status")
        .text(text)
        .clock(NOW_MS, NOW_MS)
        .build()
        .unwrap()
        .encode()
}

fn sign(author: &SecretKey, text: &str) -> ApplicationMetadataMessage {
    ApplicationMetadataMessage::sign(author, MessageType::CHAT_MESSAGE, chat_message(text))
}

fn receive(bytes: Bytes) -> Result<Authored, SignatureError> {
    ApplicationMetadataMessage::decode(bytes).unwrap().recover()
}

#[test]
fn the_same_words_of_two_authors_are_two_messages() {
    let honest = receive(sign(&key(1), "hello").as_bytes().clone()).unwrap();
    let other = receive(sign(&key(2), "hello").as_bytes().clone()).unwrap();
    assert_eq!(honest.message().payload(), other.message().payload());
    assert_ne!(honest.id(), other.id());
}

#[test]
fn a_message_resent_without_its_signature_is_another_message() {
    let honest = sign(&key(1), "hello");
    let stripped =
        ApplicationMetadataMessage::unsigned(MessageType::CHAT_MESSAGE, honest.payload().clone());
    let stripped = receive(stripped.as_bytes().clone()).unwrap();
    assert_eq!(stripped.author(), None);
    assert_ne!(stripped.id(), honest.recover().unwrap().id());
}

#[test]
fn an_id_written_into_a_body_names_nobody() {
    let honest = sign(&key(1), "hello").recover().unwrap();
    // The forger answers with the victim's id, the only place of a body where an id can stand.
    let forged = ChatMessage::builder()
        .public_chat("status")
        .text("forged")
        .clock(NOW_MS, NOW_MS)
        .response_to(honest.id())
        .build()
        .unwrap()
        .encode();
    let forged = ApplicationMetadataMessage::sign(&key(2), MessageType::CHAT_MESSAGE, forged);
    assert_ne!(forged.recover().unwrap().id(), honest.id());
}

#[test]
fn a_type_changed_on_the_way_changes_the_id_but_not_the_author() {
    let honest = sign(&key(1), "hello");
    let mut bytes = honest.as_bytes().to_vec();
    *bytes.last_mut().unwrap() = 2;
    let changed = receive(bytes.into()).unwrap();
    assert_eq!(changed.message().message_type().number(), 2);
    let honest = honest.recover().unwrap();
    assert_eq!(changed.author(), honest.author());
    assert_ne!(changed.id(), honest.id());
}

#[test]
fn what_is_no_signature_is_refused_with_its_reason() {
    let signature = sign(&key(1), "hello").signature().unwrap().to_vec();
    let with = |signature: &[u8]| {
        // The wrapper written by hand: signature, payload "x", type 1.
        let mut bytes = vec![0x0a, signature.len() as u8];
        bytes.extend_from_slice(signature);
        bytes.extend_from_slice(b"\x12\x01x\x18\x01");
        receive(bytes.into()).map(|authored| authored.id())
    };
    assert!(with(&signature).is_ok());
    for len in [0, 1, 64, 66] {
        let mut other = signature.clone();
        other.resize(len, 0);
        assert_eq!(with(&other), Err(SignatureError::Length { len }));
    }
    for id in [4, 27, 28, 255] {
        let mut other = signature.clone();
        other[SIGNATURE_LEN - 1] = id;
        assert_eq!(with(&other), Err(SignatureError::RecoveryId { id }));
    }
    assert_eq!(with(&[0; SIGNATURE_LEN]), Err(SignatureError::NoKey));
    let mut overflow = [0xff; SIGNATURE_LEN];
    overflow[SIGNATURE_LEN - 1] = 0;
    assert_eq!(with(&overflow), Err(SignatureError::NoKey));
}

#[test]
fn a_signature_is_found_again_and_is_deterministic() {
    let sent = sign(&key(3), "hello");
    assert_eq!(sent, sign(&key(3), "hello"));
    let author = key(3).public_key(&Secp256k1::new());
    assert_eq!(sent.recover().unwrap().author(), Some(&author));
}

proptest! {
    #[test]
    fn no_changed_byte_leaves_the_id(position: prop::sample::Index, change in 1u8..=255) {
        let honest = sign(&key(1), "hello");
        let mut bytes = honest.as_bytes().to_vec();
        let position = position.index(bytes.len());
        bytes[position] ^= change;
        if let Ok(message) = ApplicationMetadataMessage::decode(bytes.into())
            && let Ok(changed) = message.recover()
        {
            prop_assert_ne!(changed.id(), honest.recover().unwrap().id());
        }
    }
}
