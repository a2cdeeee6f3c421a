//! Messages of 2019: reading, writing, reading again agrees, whatever the bytes.

use bytes::Bytes;
use status_payload::transit::{Body, Group, Message, Value};

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let Ok(value) = Value::read(data) else {
        assert!(Message::decode(Bytes::copy_from_slice(data)).is_err());
        return;
    };
    // As text, since NaN is not equal to itself.
    let compact = value.to_compact();
    let again = Value::read(compact.as_bytes()).expect("what was written is read");
    assert_eq!(again.to_compact(), compact);
    let verbose = Value::read(value.to_verbose().as_bytes()).expect("what was written is read");
    let verbose = verbose.to_verbose();
    assert_eq!(
        Value::read(verbose.as_bytes()).map(|value| value.to_verbose()),
        Ok(verbose)
    );

    let Ok(message) = Message::decode(Bytes::copy_from_slice(data)) else {
        return;
    };
    assert_eq!(message.as_bytes(), data);
    let encoded = message.body().encode();
    let again = Message::decode(encoded.clone()).expect("what was written is read");
    assert_eq!(again.body().encode(), encoded);
    match (message.body(), again.body()) {
        (Body::Chat(chat), Body::Chat(again)) => {
            assert_eq!(chat.to_wire(), again.to_wire());
        }
        (Body::Membership(membership), Body::Membership(again)) => {
            for (update, again) in membership.updates.iter().zip(&again.updates) {
                assert_eq!(update.signed_text(), again.signed_text());
            }
            assert_eq!(Group::rebuild(membership), Group::rebuild(again));
        }
        (one, other) => {
            assert_eq!(std::mem::discriminant(one), std::mem::discriminant(other));
        }
    }
}
