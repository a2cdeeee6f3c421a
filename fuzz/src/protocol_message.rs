//! What travels between installations: the protocol message and the bundle.

use bytes::Bytes;
use status_conversational_security::{Bundle, Content, ProtocolMessage, wire};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let original = Bytes::copy_from_slice(data);
    if let Ok(decoded) = ProtocolMessage::decode(original.clone()) {
        assert_eq!(decoded.as_bytes(), &original, "the original bytes are kept");
        if let Content::Direct(direct) = decoded.content_for("installation") {
            let _ = direct.header();
        }
        let encoded = encode(decoded.message());
        let again = ProtocolMessage::decode(encoded).expect("what was encoded decodes");
        assert_eq!(again.message(), decoded.message());
        assert!(again.unknown_fields().is_empty());
    }
    if let Ok(decoded) = Bundle::decode(original.clone()) {
        assert_eq!(decoded.as_bytes(), &original, "the original bytes are kept");
        let again = Bundle::decode(encode_bundle(decoded.bundle()));
        let again = again.expect("what was encoded decodes");
        assert_eq!(again.bundle(), decoded.bundle());
        // Signed or not, it is judged alike however it is encoded.
        assert_eq!(again.verify(), decoded.verify());
    }
}

fn encode(message: &wire::ProtocolMessage) -> Bytes {
    prost::Message::encode_to_vec(message).into()
}

fn encode_bundle(bundle: &wire::Bundle) -> Bytes {
    prost::Message::encode_to_vec(bundle).into()
}
