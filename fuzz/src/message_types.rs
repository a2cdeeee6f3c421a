//! A message of the type that the first byte names, also of those that came later: decoding, the rules, its
//! chat, and the way back.

use crate::application_metadata::NOW_MS;
use bytes::Bytes;
use secp256k1::{Secp256k1, SecretKey};
use status_payload::later::{Attachment, LaterMessage};
use status_payload::{
    Arrival, Channel, Decoded, MembershipUpdate, MessageType, Person, Rules, references,
};
use std::sync::LazyLock;

/// Who receives and who sends.
static PEOPLE: LazyLock<[Person; 2]> = LazyLock::new(|| {
    [7, 8].map(|fill| {
        let key = SecretKey::from_byte_array([fill; 32]).expect("a key");
        key.public_key(&Secp256k1::new()).into()
    })
});

/// Feeds `data` to the code under test.
pub fn run(data: &[u8]) {
    let Some((first, payload)) = data.split_first() else {
        return;
    };
    let message_type = MessageType::from(i32::from(*first));
    let payload = Bytes::copy_from_slice(payload);
    later(message_type, &payload);
    let Ok(decoded) = Decoded::decode(message_type, payload) else {
        return;
    };
    assert_eq!(decoded.message_type(), message_type);
    let again = Decoded::decode(message_type, decoded.encode());
    assert_eq!(
        again.as_ref(),
        Ok(&decoded),
        "what was encoded decodes to the same"
    );

    let deployed = decoded.validate(NOW_MS);
    assert_eq!(decoded.validate_by(Rules::Deployed, NOW_MS), deployed);
    let strict = decoded.validate_by(Rules::Strict, NOW_MS);
    assert!(deployed.is_ok() || strict == deployed, "strict means more");

    place(&decoded);
    match decoded {
        Decoded::MembershipUpdate(update) => {
            let Ok(read) = MembershipUpdate::read(update.clone(), NOW_MS) else {
                return;
            };
            let all = read.events().len() + read.refused().len();
            assert_eq!(all, update.events.len());
            let whole = MembershipUpdate::read_as_deployed(update, NOW_MS);
            assert_eq!(whole.is_ok(), read.refused().is_empty());
        }
        Decoded::ChatMessage(message) => {
            for reference in references(&message.text) {
                assert!(message.text.get(reference.range).is_some());
            }
        }
        _ => {}
    }
}

/// The same bytes to who knows the types that came later.
fn later(message_type: MessageType, payload: &Bytes) {
    if let Ok(Some(message)) = LaterMessage::decode(message_type, payload.clone()) {
        assert_eq!(message.message_type(), message_type);
        let again = LaterMessage::decode(message_type, message.encode());
        assert_eq!(again, Ok(Some(message.clone())));
        // One more ms of the reference forbids nothing that was allowed.
        assert!(message.validate(NOW_MS).is_err() || message.validate(NOW_MS + 1).is_ok());
    }
    for content_type in [7, 8] {
        if let Ok(Some(attachment)) = Attachment::decode(content_type, payload.clone()) {
            assert_eq!(attachment.content_type(), content_type);
            let again = Attachment::decode(content_type, attachment.encode());
            assert_eq!(again, Ok(Some(attachment)));
        }
    }
}

fn place(decoded: &Decoded) {
    let [receiver, other] = &*PEOPLE;
    for author in [receiver, other] {
        for transport in [receiver, other] {
            for channel in [Channel::Private, Channel::Public("status")] {
                let arrival = Arrival {
                    receiver,
                    author: Some(author),
                    transport,
                    channel,
                };
                let strict = arrival.place(decoded);
                let deployed = arrival.place_as_deployed(decoded);
                // What is placed by default is placed the same as deployed.
                if strict.is_ok() {
                    assert_eq!(strict, deployed);
                }
            }
        }
    }
}
