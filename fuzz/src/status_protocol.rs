//! Wrappers of every generation, through the decoder that recognises them.

use crate::application_metadata::NOW_MS;
use bytes::Bytes;
use status_payload::{Generation, MessageId, Received, Said, StatusProtocolMessage};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let original = Bytes::copy_from_slice(data);
    let wrapper = StatusProtocolMessage::decode(original.clone());
    assert_eq!(wrapper.as_bytes(), data, "the original bytes are kept");
    if wrapper.is_wrapped() {
        let again = StatusProtocolMessage::unsigned(wrapper.payload().clone());
        let decoded = StatusProtocolMessage::decode(again.as_bytes().clone());
        assert_eq!(decoded, again);
        assert_eq!(again.author(), Ok(None));
    } else {
        assert_eq!(wrapper.payload(), data, "a bare payload is all there is");
        assert_eq!(wrapper.id(None), Ok(MessageId::of(None, data)));
    }

    let Ok(received) = Received::decode(original, None) else {
        return;
    };
    assert_eq!(received.as_bytes(), data, "the original bytes are kept");
    assert_eq!(received.id(), MessageId::of(received.author(), data));
    match received.generation() {
        Generation::TransitNumbered4001 => assert_eq!(wrapper.payload(), received.payload()),
        Generation::BareTransit => assert_eq!(received.payload(), data),
        _ => {}
    }
    if let Ok(Said::Chat { message, .. }) = received.validate(NOW_MS, NOW_MS) {
        assert!(!message.text().trim().is_empty() && !message.chat_id().is_empty());
        assert!(message.clock() != 0 && message.timestamp_ms() != 0);
    }
}
