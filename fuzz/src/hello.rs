//! The bodies of Hello and Disconnect.

use bytes::BytesMut;
use status_devp2p::{DisconnectReason, Hello, MAX_HELLO_SIZE};

/// Decodes `data` as both. What decodes has to decode again, from its own encoding, to the same.
pub fn run(data: &[u8]) {
    if let Ok(mut hello) = Hello::decode(data) {
        assert!(data.len() <= MAX_HELLO_SIZE);
        assert_ne!(hello.id.0, [0; 64]);
        hello.additional_items = 0;
        let mut encoded = BytesMut::new();
        hello.encode(&mut encoded);
        // Replacing what is not UTF-8 in names can make it longer than what came.
        if encoded.len() <= MAX_HELLO_SIZE {
            assert_eq!(Hello::decode(&encoded), Ok(hello));
        }
    }
    let reason = DisconnectReason::decode(data);
    let mut encoded = BytesMut::new();
    reason.encode(&mut encoded);
    assert_eq!(DisconnectReason::decode(&encoded), reason);
    assert_eq!(DisconnectReason::from(reason.code()), reason);
}
