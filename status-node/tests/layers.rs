//! What the layers make of a public message on its way out, and of strange ones on their way in.
#![cfg(test)]

use bytes::Bytes;
use secp256k1::{PublicKey, SecretKey};
use status_node::Chat;
use status_node::account::public_key;
use status_node::coupling::Route;
use status_node::pipeline::{Incoming, Outgoing, Read, Refusal};
use status_payload::{ApplicationMetadataMessage, ChatMessage, MessageType};
use status_whisper::{Envelope, MessageBuilder, Opened, Work, open};
use std::sync::atomic::AtomicBool;

const NOW: u64 = 1_590_232_902_104;

fn chat() -> Chat {
    "#status".parse().unwrap()
}

fn key(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}

fn public(byte: u8) -> PublicKey {
    public_key(&key(byte))
}

fn outgoing(text: &str) -> Outgoing {
    Outgoing::sign(&key(1), &chat(), text, NOW, NOW).unwrap()
}

fn seal(message: &Outgoing, route: &Route, now: u64) -> Envelope {
    let unsealed = message.encrypt(&key(1), route, now, &mut rand::rng());
    unsealed.unwrap().seal(&AtomicBool::new(false)).unwrap()
}

/// What a node reads of `payload`, in an envelope signed by `signer`.
fn read(payload: &[u8], signer: Option<u8>) -> Result<Read, Refusal> {
    let route = Route::of(&chat()).unwrap();
    let signer = signer.map(key);
    let mut builder = MessageBuilder::new(route.topic, payload)
        .ttl(15)
        .work(Work::None);
    if let Some(signer) = &signer {
        builder = builder.sign(signer);
    }
    let recipient = route.key.recipient();
    let seconds = u32::try_from(NOW / 1000).unwrap();
    let unsealed = builder
        .encrypt(recipient, seconds, &mut rand::rng())
        .unwrap();
    let envelope = unsealed.with_nonce(0);
    let opened: Opened = open(&envelope, &route.key.opening(None).unwrap()).unwrap();
    Incoming::unwrap(&envelope, &opened)?.read(&chat())
}

fn wrap(author: u8, message_type: MessageType, payload: Bytes) -> Bytes {
    ApplicationMetadataMessage::sign(&key(author), message_type, payload)
        .as_bytes()
        .clone()
}

#[test]
fn a_public_message_is_nothing_but_the_signed_wrapper_in_a_signed_envelope() {
    let (message, route) = (outgoing("hello"), Route::of(&chat()).unwrap());
    let envelope = seal(&message, &route, NOW);
    assert_eq!(envelope.topic(), route.topic);
    assert_eq!((envelope.ttl(), envelope.sent()), (15, 1_590_232_902));
    assert!(envelope.pow() >= 0.002);
    let opened = open(&envelope, &route.key.opening(None).unwrap()).unwrap();
    assert_eq!(opened.signer(), Some(&public(1)));
    assert_eq!(opened.payload(), message.bytes);
    let wrapped = ApplicationMetadataMessage::decode(opened.payload()).unwrap();
    assert_eq!(wrapped.message_type(), MessageType::CHAT_MESSAGE);
    let authored = wrapped.recover().unwrap();
    assert_eq!(
        (authored.author(), authored.id()),
        (Some(&public(1)), message.id)
    );
}

#[test]
fn a_repeated_message_has_the_same_id_in_another_envelope() {
    let (message, route) = (outgoing("hello"), Route::of(&chat()).unwrap());
    let first = seal(&message, &route, NOW);
    let second = seal(&message, &route, NOW + 16_000);
    assert_ne!(first.hash(), second.hash());
    for envelope in [first, second] {
        let opened = open(&envelope, &route.key.opening(None).unwrap()).unwrap();
        assert_eq!(opened.payload(), message.bytes);
    }
}

#[test]
fn the_author_is_who_signed_the_message_not_who_sent_the_envelope() {
    let Ok(Read::Text(message)) = read(&outgoing("hello").bytes, Some(2)) else {
        panic!("it is a text");
    };
    assert_eq!((message.from, message.text.as_str()), (public(1), "hello"));
    // As deployed the envelope's signer stands in where the message has none.
    let chat_message = ChatMessage::builder()
        .public_chat("status")
        .text("unsigned")
        .clock(NOW, NOW)
        .build()
        .unwrap();
    let unsigned =
        ApplicationMetadataMessage::unsigned(MessageType::CHAT_MESSAGE, chat_message.encode());
    let Ok(Read::Text(message)) = read(unsigned.as_bytes(), Some(2)) else {
        panic!("it is a text");
    };
    assert_eq!(message.from, public(2));
}

#[test]
fn a_message_of_an_unknown_type_is_handed_over_whole() {
    let payload = Bytes::from_static(b"what comes after 2020");
    let wrapped = wrap(1, MessageType::Other(77), payload.clone());
    let Ok(Read::Other(other)) = read(&wrapped, Some(1)) else {
        panic!("it is no text");
    };
    assert_eq!(other.message_type, MessageType::Other(77));
    assert_eq!((other.payload, other.from), (payload, public(1)));
}

#[test]
fn what_must_not_be_shown_is_refused_with_its_reason() {
    let message = |builder: status_payload::ChatMessageBuilder| {
        let message = builder.text("x").clock(NOW, NOW).build().unwrap();
        wrap(1, MessageType::CHAT_MESSAGE, message.encode())
    };
    let elsewhere = message(ChatMessage::builder().public_chat("elsewhere"));
    assert_eq!(read(&elsewhere, Some(1)), Err(Refusal::WrongChat));
    let private = message(ChatMessage::builder().one_to_one(&public(3)));
    assert_eq!(read(&private, Some(1)), Err(Refusal::NotPublic));
    assert_eq!(read(&outgoing("x").bytes, None), Err(Refusal::Unsigned));
    let future = Outgoing::sign(&key(1), &chat(), "x", NOW + 600_000, NOW + 600_000).unwrap();
    let refusal = read(&future.bytes, Some(1)).unwrap_err();
    assert_eq!(refusal.name(), "invalid");
    let garbage = read(b"\xff\xff", Some(1)).unwrap_err();
    assert_eq!(garbage.name(), "malformed");
    let undecodable = wrap(1, MessageType::CHAT_MESSAGE, Bytes::from_static(b"\xff"));
    assert_eq!(read(&undecodable, Some(1)).unwrap_err().name(), "malformed");
}
