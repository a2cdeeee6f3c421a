//! The wrapper of every application's message, and whatever is inside.

use bytes::Bytes;
use status_payload::{ApplicationMetadataMessage, MessageId};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let original = Bytes::copy_from_slice(data);
    let Ok(message) = ApplicationMetadataMessage::decode(original.clone()) else {
        return;
    };
    assert_eq!(message.as_bytes(), &original, "the original bytes are kept");
    // Wrapped anew it says the same, but for a signature that is present and empty, which our own
    // messages never have.
    let again =
        ApplicationMetadataMessage::unsigned(message.message_type(), message.payload().clone());
    let decoded = ApplicationMetadataMessage::decode(again.as_bytes().clone());
    assert_eq!(decoded.as_ref(), Ok(&again));
    let unsigned = again.recover().expect("no signature, nothing to refuse");
    assert_eq!(unsigned.author(), None);

    let Ok(authored) = message.recover() else {
        return;
    };
    assert_eq!(authored.id(), MessageId::of(authored.author(), data));
    if let Ok(decoded) = authored.decode() {
        let _ = decoded.validate(crate::application_metadata::NOW_MS);
    }
}

/// A time within the seeds' clocks.
pub(crate) const NOW_MS: u64 = 1_590_232_902_104;
