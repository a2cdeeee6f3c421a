//! Messages of each release stay readable by every later one: same type, same author, same id, and
//! the same message inside. A change of the id function would show old messages twice.
#![cfg(test)]

use bytes::Bytes;
use prost::Message;
use status_payload::{ApplicationMetadataMessage, Decoded, MessageId, MessageType, wire};

struct Recorded {
    name: &'static str,
    wrapped: Bytes,
    message_type: MessageType,
    author: Option<String>,
    id: &'static str,
}

fn release() -> Vec<Recorded> {
    include_str!("releases/0.1.0.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| {
            let [name, wrapped, message_type, author, id] =
                line.split(' ').collect::<Vec<_>>().try_into().unwrap();
            Recorded {
                name,
                wrapped: hex::decode(wrapped).unwrap().into(),
                message_type: message_type.parse::<i32>().unwrap().into(),
                author: (author != "-").then(|| author.to_owned()),
                id,
            }
        })
        .collect()
}

#[test]
fn every_recorded_message_keeps_its_type_author_and_id() {
    assert!(release().len() >= 37);
    for recorded in release() {
        let name = recorded.name;
        let message = ApplicationMetadataMessage::decode(recorded.wrapped).unwrap();
        let authored = message.recover().unwrap();
        let author = authored
            .author()
            .map(|author| hex::encode(author.serialize_uncompressed()));
        assert_eq!(
            authored.message().message_type(),
            recorded.message_type,
            "{name}"
        );
        assert_eq!(author, recorded.author, "{name}");
        assert_eq!(authored.id().to_string(), recorded.id, "{name}");
    }
}

#[test]
fn every_recorded_message_decodes_and_encodes_to_the_same_payload() {
    let mut types = std::collections::BTreeSet::new();
    for recorded in release() {
        let name = recorded.name;
        let message = ApplicationMetadataMessage::decode(recorded.wrapped).unwrap();
        let payload = message.payload().clone();
        let Ok(decoded) = Decoded::decode(message.message_type(), payload.clone()) else {
            assert_eq!(name, "inner_payload_not_protobuf");
            continue;
        };
        types.insert(message.message_type().number());
        let again = Decoded::decode(message.message_type(), encode(&decoded)).unwrap();
        assert_eq!(again, decoded, "{name}");
        // Only where somebody tampered with them do the bytes differ.
        if !name.starts_with("tampered") {
            assert_eq!(encode(&decoded), payload, "{name}");
        }
    }
    assert!((1..=14).all(|known| types.contains(&known)), "{types:?}");
}

/// Known problem 13: the same message twice is one message, whenever and by whomever it is hashed.
#[test]
fn an_id_depends_on_nothing_but_author_and_bytes() {
    for recorded in release() {
        let first = ApplicationMetadataMessage::decode(recorded.wrapped.clone()).unwrap();
        let first = first.recover().unwrap();
        // As another device or a later run computes it, from copies of the bytes.
        let copy = Bytes::from(recorded.wrapped.to_vec());
        assert_eq!(
            first.id(),
            MessageId::of(first.author(), &copy),
            "{}",
            recorded.name
        );
        // And as it is stored and read back.
        assert_eq!(MessageId::from(*first.id().as_bytes()), first.id());
    }
}

fn encode(decoded: &Decoded) -> Bytes {
    match decoded {
        Decoded::ChatMessage(message) => message.encode_to_vec(),
        Decoded::ContactUpdate(message) => message.encode_to_vec(),
        Decoded::MembershipUpdate(message) => message.encode_to_vec(),
        Decoded::PairInstallation(message) => message.encode_to_vec(),
        Decoded::SyncInstallation(message) => message.encode_to_vec(),
        Decoded::RequestAddressForTransaction(message) => message.encode_to_vec(),
        Decoded::AcceptRequestAddressForTransaction(message) => message.encode_to_vec(),
        Decoded::DeclineRequestAddressForTransaction(message) => message.encode_to_vec(),
        Decoded::RequestTransaction(message) => message.encode_to_vec(),
        Decoded::SendTransaction(message) => message.encode_to_vec(),
        Decoded::DeclineRequestTransaction(message) => message.encode_to_vec(),
        Decoded::SyncInstallationContact(message) => message.encode_to_vec(),
        Decoded::SyncInstallationAccount(message) => message.encode_to_vec(),
        Decoded::SyncInstallationPublicChat(message) => message.encode_to_vec(),
        Decoded::Unknown { payload, .. } => payload.to_vec(),
        _ => unreachable!("the test names every kind"),
    }
    .into()
}

#[test]
fn the_schema_names_the_types_that_were_recorded() {
    let known = wire::application_metadata_message::Type::try_from(14);
    assert_eq!(
        known.unwrap().as_str_name(),
        "SYNC_INSTALLATION_PUBLIC_CHAT"
    );
}
