//! A payload of data sync in both numberings.

use bytes::Bytes;
use status_mvds::{Numbering, Payload, Unwrapped};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let original = Bytes::copy_from_slice(data);
    for numbering in [Numbering::Deployed, Numbering::Mdf] {
        let unwrapped = Unwrapped::from_bytes(original.clone(), numbering);
        match Payload::decode(original.clone(), numbering) {
            Ok((payload, _)) => {
                let (again, unknown) = Payload::decode(payload.encode(numbering), numbering)
                    .expect("what was encoded decodes");
                assert_eq!(again, payload);
                assert!(unknown.is_empty());
                let count = payload.messages.len();
                match unwrapped {
                    Unwrapped::DataSync(_) => assert!(!payload.is_empty()),
                    Unwrapped::Other { error, .. } => {
                        assert!(payload.is_empty() && error.is_none())
                    }
                }
                assert!(count <= data.len(), "a message takes more than a byte");
            }
            Err(_) => assert_eq!(
                unwrapped.application_payloads(),
                std::slice::from_ref(&original)
            ),
        }
    }
}
