//! Known problem 19, as far as messages go: what no envelope can carry is refused before it is
//! sent, and what comes in has a limit.
#![cfg(test)]

mod common;

use common::{NOW_MS, key};
use status_payload::{
    ApplicationMetadataMessage, ChatMessage, DecodeError, MAX_MESSAGE_LEN, MessageType, Unbuildable,
};

fn built(text_len: usize) -> Result<ChatMessage, Unbuildable> {
    ChatMessage::builder()
        .public_chat("status")
        .text("x".repeat(text_len))
        .clock(NOW_MS, NOW_MS)
        .build()
}

#[test]
fn the_longest_message_fits_and_one_byte_more_does_not() {
    let mut longest = MAX_MESSAGE_LEN;
    let error = built(longest).unwrap_err();
    let Unbuildable::TooLong { len, max } = error else {
        panic!("{error}");
    };
    assert_eq!(max, MAX_MESSAGE_LEN);
    longest -= len - max;
    assert!(matches!(built(longest + 1), Err(Unbuildable::TooLong { len, .. }) if len == max + 1));
    let message = built(longest).unwrap();
    let chat = MessageType::CHAT_MESSAGE;
    let wrapped = ApplicationMetadataMessage::sign(&key(0), chat, message.encode());
    assert!(wrapped.as_bytes().len() <= MAX_MESSAGE_LEN);
    assert!(ApplicationMetadataMessage::decode(wrapped.as_bytes().clone()).is_ok());
}

#[test]
fn what_is_longer_than_any_envelope_is_refused_unread() {
    let bytes = vec![0xff; MAX_MESSAGE_LEN + 1];
    let too_long = DecodeError::TooLong {
        len: bytes.len(),
        max: MAX_MESSAGE_LEN,
    };
    assert_eq!(
        ApplicationMetadataMessage::decode(bytes.into()),
        Err(too_long)
    );
}
