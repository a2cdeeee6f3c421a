//! The chat of a message, by kind and direction; messages for groups and public chats may be sent on
//! by others, and then say so.
#![cfg(test)]

mod common;

use bytes::Bytes;
use common::{creation, group_id, person};
use prost::Message as _;
use status_payload::{
    Arrival, Channel, ChatConflict, ChatId, ChatKind, Decoded, Direction, KnownType, Misplaced,
    Person, wire,
};

fn arrival<'a>(people: &'a [Person; 3], channel: Channel<'a>) -> Arrival<'a> {
    let [receiver, author, transport] = people;
    Arrival {
        receiver,
        author: Some(author),
        transport,
        channel,
    }
}

#[test]
fn a_public_message_belongs_to_the_chat_it_names_and_comes_through() {
    let people = [0, 1, 1].map(person);
    let status = arrival(&people, Channel::Public("status"));
    let placed = status.place_message(ChatKind::Public, "status").unwrap();
    assert_eq!(placed.chat, ChatId::Public("status".into()));
    assert_eq!(
        (placed.author, placed.direction),
        (person(1), Direction::Incoming)
    );
    assert_eq!(placed.conflicts, []);
    for (through, named) in [
        (Channel::Public("status"), "other"),
        (Channel::Public("status"), "Status"),
        (Channel::Private, "status"),
    ] {
        let arrival = arrival(&people, through);
        let placed = arrival.place_message(ChatKind::Public, named);
        assert_eq!(placed, Err(ChatConflict::OtherChannel.into()));
        let placed = arrival.place_message_as_deployed(ChatKind::Public, named);
        let placed = placed.unwrap();
        assert_eq!(placed.chat, ChatId::Public(named.into()));
        assert_eq!(placed.conflicts, [ChatConflict::OtherChannel]);
    }
    let own = [0, 0, 0].map(person);
    let placed = arrival(&own, Channel::Public("status"))
        .place_message(ChatKind::Public, "status")
        .unwrap();
    assert_eq!(placed.direction, Direction::Own);
}

#[test]
fn what_others_send_on_to_groups_and_public_chats_is_marked() {
    let people = [0, 1, 2].map(person);
    for (kind, channel) in [
        (ChatKind::Public, Channel::Public("x")),
        (ChatKind::PrivateGroup, Channel::Private),
    ] {
        let placed = arrival(&people, channel).place_message(kind, "x").unwrap();
        assert_eq!(placed.author, person(1));
        assert_eq!(placed.conflicts, [ChatConflict::Relayed]);
    }
}

#[test]
fn a_message_to_a_group_comes_in_private() {
    let people = [0, 1, 1].map(person);
    let id = group_id().to_string();
    let private = arrival(&people, Channel::Private);
    let placed = private.place_message(ChatKind::PrivateGroup, &id).unwrap();
    assert_eq!(placed.chat, ChatId::Group(id.clone()));
    assert_eq!(placed.chat.to_string(), id);
    let public = arrival(&people, Channel::Public("status"));
    assert_eq!(
        public.place_message(ChatKind::PrivateGroup, &id),
        Err(ChatConflict::OtherChannel.into())
    );
}

#[test]
fn an_update_of_a_group_carries_messages_for_that_group_only() {
    let people = [0, 1, 2].map(person);
    let private = arrival(&people, Channel::Private);
    let id = group_id().to_string();
    let update = |message_type, chat_id: &str| {
        let message = wire::ChatMessage {
            message_type,
            chat_id: chat_id.into(),
            ..Default::default()
        };
        let update = wire::MembershipUpdateMessage {
            chat_id: id.clone(),
            events: vec![creation().as_bytes().clone()],
            message: Some(message),
        };
        let kind = KnownType::MembershipUpdateMessage.into();
        Decoded::decode(kind, update.encode_to_vec().into()).unwrap()
    };
    let placed = private.place(&update(3, &id)).unwrap().unwrap();
    assert_eq!(placed.chat, ChatId::Group(id.clone()));
    assert_eq!(placed.conflicts, [ChatConflict::Relayed]);
    for foreign in [update(1, &id), update(3, "other"), update(2, "status")] {
        assert_eq!(
            private.place(&foreign),
            Err(ChatConflict::OtherGroup.into())
        );
        let placed = private.place_as_deployed(&foreign).unwrap().unwrap();
        assert!(placed.conflicts.contains(&ChatConflict::OtherGroup));
    }
}

#[test]
fn a_one_to_one_message_of_ones_own_says_to_whom_it_was() {
    let people = [0, 0, 0].map(person);
    let own = arrival(&people, Channel::Private);
    let capitals = person(1).to_string().to_uppercase();
    for chat_id in [person(1).to_string(), capitals] {
        let placed = own.place_message(ChatKind::OneToOne, &chat_id).unwrap();
        assert_eq!(placed.chat, ChatId::OneToOne(person(1)));
    }
    for chat_id in ["", "status", "0x04"] {
        assert_eq!(
            own.place_message(ChatKind::OneToOne, chat_id),
            Err(Misplaced::NoRecipient)
        );
    }
    // Notes to oneself.
    let to_me = own.place_message(ChatKind::OneToOne, &person(0).to_string());
    assert_eq!(to_me.unwrap().chat, ChatId::OneToOne(person(0)));
}

#[test]
fn what_belongs_to_no_chat_is_a_value() {
    let people = [0, 1, 1].map(person);
    let private = arrival(&people, Channel::Private);
    let unknown = Decoded::decode(99.into(), Bytes::new()).unwrap();
    assert_eq!(private.place(&unknown), Ok(None));
    let newer = private.place_message(ChatKind::Other(6), "community");
    assert_eq!(newer, Err(Misplaced::UnknownKind { kind: 6 }));
}
