//! Messages of each release stay readable by every later one: same type, same author, same id, and
//! the same message inside. A change of the id function would show old messages twice.
#![cfg(test)]

use bytes::Bytes;
use status_payload::{
    ApplicationMetadataMessage, Decoded, Group, KnownType, MembershipUpdate, MessageId,
    MessageType, Person, Rules, wire,
};

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
        assert_eq!(decoded.message_type(), message.message_type(), "{name}");
        let again = Decoded::decode(message.message_type(), decoded.encode()).unwrap();
        assert_eq!(again, decoded, "{name}");
        // Only where somebody tampered with them do the bytes differ.
        if !name.starts_with("tampered") {
            assert_eq!(decoded.encode(), payload, "{name}");
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

#[test]
fn the_schema_names_the_types_that_were_recorded() {
    let known = wire::application_metadata_message::Type::try_from(14);
    assert_eq!(
        known.unwrap().as_str_name(),
        "SYNC_INSTALLATION_PUBLIC_CHAT"
    );
}

/// A group keeps its state: who was a member stays one whatever the version.
#[test]
fn every_recorded_group_keeps_its_members() {
    let lines: Vec<_> = include_str!("releases/0.1.0-groups.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .collect();
    assert!(lines.len() >= 8);
    for line in lines {
        let [name, update, group_name, members, admins, joined] =
            line.split(' ').collect::<Vec<_>>().try_into().unwrap();
        let update = hex::decode(update).unwrap().into();
        let kind = KnownType::MembershipUpdateMessage.into();
        let Decoded::MembershipUpdate(update) = Decoded::decode(kind, update).unwrap() else {
            panic!("{name} is an update");
        };
        let update = MembershipUpdate::read_as_deployed(update, 1_590_232_902_104).unwrap();
        let id = update.chat_id().parse().unwrap();
        let group = Group::rebuild(id, update.into_events(), Rules::Deployed).unwrap();
        let list = |people: &[Person]| {
            let mut people: Vec<_> = people.iter().map(Person::to_string).collect();
            people.sort();
            if people.is_empty() {
                "-".into()
            } else {
                people.join(",")
            }
        };
        let named = if group_name == "-" { "" } else { group_name };
        assert_eq!(hex::encode(group.name()), named, "{name}");
        assert_eq!(list(group.members()), members, "{name}");
        assert_eq!(list(group.admins()), admins, "{name}");
        assert_eq!(list(group.joined()), joined, "{name}");
        assert_eq!(group.refused().count(), 0, "{name}");
    }
}
