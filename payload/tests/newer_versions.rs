//! Known problem 10: a newer version crashes an older one. Here a type, field, enumeration value or
//! wire type that is not known is a value: kept, reported, and no error.
#![cfg(test)]

use bytes::Bytes;
use proptest::prelude::*;
use secp256k1::SecretKey;
use status_payload::{
    ApplicationMetadataMessage, ChatKind, ChatMessage, Content, Decoded, MessageType, Reason,
};

const NOW_MS: u64 = 1_590_232_902_104;

fn author() -> SecretKey {
    SecretKey::from_byte_array([7; 32]).unwrap()
}

fn chat_message() -> Bytes {
    ChatMessage::builder()
        .public_chat("status")
        .text("hello")
        .clock(NOW_MS, NOW_MS)
        .build()
        .unwrap()
        .encode()
}

fn with(bytes: &Bytes, more: &[u8]) -> Bytes {
    [bytes, more].concat().into()
}

#[test]
fn an_unknown_type_is_handed_over_whole() {
    let payload = Bytes::from_static(b"\xff\xff whatever it is");
    for number in [0, 15, 99, i32::MAX, i32::MIN, -1] {
        let message_type = MessageType::from(number);
        let sent = ApplicationMetadataMessage::sign(&author(), message_type, payload.clone());
        let received = ApplicationMetadataMessage::decode(sent.as_bytes().clone())
            .unwrap()
            .recover()
            .unwrap();
        let unknown = Decoded::Unknown {
            message_type,
            payload: payload.clone(),
        };
        assert_eq!(received.decode().unwrap(), unknown);
        assert_eq!(unknown.validate(NOW_MS), Ok(()));
    }
}

#[test]
fn an_unknown_field_of_the_wrapper_is_kept_and_reported() {
    let sent =
        ApplicationMetadataMessage::sign(&author(), MessageType::CHAT_MESSAGE, chat_message());
    // Field 15, text, and field 3 as text: the first not known, the second of the wrong wire type.
    let newer = with(sent.as_bytes(), b"\x7a\x02hi\x1a\x01x");
    let received = ApplicationMetadataMessage::decode(newer.clone()).unwrap();
    assert_eq!(*received.as_bytes(), newer);
    let reasons: Vec<_> = received
        .unknown_fields()
        .first()
        .iter()
        .map(|field| (field.number, field.reason))
        .collect();
    assert_eq!(reasons, [(15, Reason::Number), (3, Reason::WireType)]);
    assert_eq!(received.message_type(), MessageType::CHAT_MESSAGE);
    let received = received.recover().unwrap();
    assert_eq!(received.author(), sent.recover().unwrap().author());
}

#[test]
fn a_chat_message_with_unknown_fields_is_shown() {
    let newer = with(&chat_message(), b"\x52\x02hi\xa2\x06\x00");
    let Decoded::ChatMessage(message) = Decoded::decode(MessageType::CHAT_MESSAGE, newer).unwrap()
    else {
        panic!("a chat message");
    };
    assert_eq!(
        ChatMessage::validate(message, NOW_MS).unwrap().text(),
        "hello"
    );
}

#[test]
fn unknown_kinds_of_chat_and_content_are_values() {
    // Kind of chat 5 and content type 7 win over those before: the last of a field counts.
    let newer = with(&chat_message(), b"\x38\x05\x40\x07");
    let Decoded::ChatMessage(message) = Decoded::decode(MessageType::CHAT_MESSAGE, newer).unwrap()
    else {
        panic!("a chat message");
    };
    let message = ChatMessage::validate(message, NOW_MS).unwrap();
    assert_eq!(message.chat_kind(), ChatKind::Other(5));
    assert_eq!(*message.content(), Content::Other(7));
    assert_eq!(message.text(), "hello");
}

proptest! {
    #[test]
    fn no_bytes_behind_a_known_type_crash(
        number in -1i32..20, bytes in proptest::collection::vec(any::<u8>(), 0..80),
    ) {
        if let Ok(decoded) = Decoded::decode(number.into(), bytes.into()) {
            let _ = decoded.validate(NOW_MS);
        }
    }

    #[test]
    fn fields_of_a_newer_schema_change_nothing_that_is_known(
        number in 10u32..1000, text in "[ -~]{0,30}",
    ) {
        let mut more = Vec::new();
        prost::encoding::string::encode(number, &text, &mut more);
        let newer = with(&chat_message(), &more);
        let decoded = Decoded::decode(MessageType::CHAT_MESSAGE, newer).unwrap();
        let plain = Decoded::decode(MessageType::CHAT_MESSAGE, chat_message()).unwrap();
        prop_assert_eq!(decoded, plain);
    }
}
