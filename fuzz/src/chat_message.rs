//! A chat message: decoding, validation, and the way back.

use crate::application_metadata::NOW_MS;
use bytes::Bytes;
use status_payload::{ChatMessage, Decoded, MessageType};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let payload = Bytes::copy_from_slice(data);
    let Ok(decoded) = Decoded::decode(MessageType::CHAT_MESSAGE, payload) else {
        return;
    };
    let verdict = decoded.validate(NOW_MS);
    let Decoded::ChatMessage(message) = decoded else {
        panic!("the type says what comes out");
    };
    let Ok(message) = ChatMessage::validate(message, NOW_MS) else {
        assert!(verdict.is_err(), "both ways of validating agree");
        return;
    };
    assert!(verdict.is_ok(), "both ways of validating agree");
    assert!(!message.text().trim().is_empty() && !message.chat_id().is_empty());
    assert!(message.clock() != 0 && message.timestamp_ms() != 0);
    let again = Decoded::decode(MessageType::CHAT_MESSAGE, message.encode());
    let Ok(Decoded::ChatMessage(again)) = again else {
        panic!("what was encoded decodes");
    };
    let again = ChatMessage::validate(again, NOW_MS).expect("what was valid stays valid");
    assert_eq!(again, message);
}
