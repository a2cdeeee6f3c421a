//! The chat of a message, whatever its generation: a private message that somebody sent on is refused
//! in each.
#![cfg(test)]

mod common;

use bytes::Bytes;
use common::{key, person};
use prost::Message as _;
use status_payload::transit::{Body, Chat, ChatContent, Membership, Pair, Value};
use status_payload::{
    ApplicationMetadataMessage, Arrival, Channel, ChatConflict, ChatId, Misplaced, Person, Placed,
    Received, Rules, StatusProtocolMessage, wire,
};

/// The three who matter: 0 receives, 1 writes, 2 sends on.
fn arrival<'a>(people: &'a [Person; 3], through: usize, channel: Channel<'a>) -> Arrival<'a> {
    Arrival {
        receiver: &people[0],
        author: Some(&people[1]),
        transport: &people[through],
        channel,
    }
}

fn people() -> [Person; 3] {
    [0, 1, 2].map(person)
}

fn old(body: Body) -> Received {
    let sent = StatusProtocolMessage::sign(&key(1), body.encode());
    Received::decode(sent.as_bytes().clone(), None).unwrap()
}

fn new(message_type: i32, payload: Vec<u8>) -> Received {
    let payload = Bytes::from(payload);
    let sent = ApplicationMetadataMessage::sign(&key(1), message_type.into(), payload);
    Received::decode(sent.as_bytes().clone(), None).unwrap()
}

fn old_chat(message_type: &str, chat_id: String) -> Received {
    old(Body::Chat(Chat {
        text: "psst".into(),
        message_type: message_type.into(),
        content: ChatContent {
            chat_id,
            ..ChatContent::default()
        },
        ..Chat::default()
    }))
}

/// The same kind of message, of every generation and later type, in the chat.
fn messages(kind: i32, chat_id: &str) -> Vec<Received> {
    let chat_id = || chat_id.to_owned();
    let name = match kind {
        1 => "user-message",
        2 => "public-group-user-message",
        _ => "group-user-message",
    };
    let chat = wire::ChatMessage {
        chat_id: chat_id(),
        message_type: kind,
        ..Default::default()
    };
    let reaction = wire::EmojiReaction {
        chat_id: chat_id(),
        message_type: kind,
        ..Default::default()
    };
    let pin = wire::PinMessage {
        chat_id: chat_id(),
        message_type: kind,
        ..Default::default()
    };
    let edit = wire::EditMessage {
        chat_id: chat_id(),
        message_type: kind,
        ..Default::default()
    };
    let delete = wire::DeleteMessage {
        chat_id: chat_id(),
        message_type: kind,
        ..Default::default()
    };
    vec![
        old_chat(name, chat_id()),
        new(1, chat.encode_to_vec()),
        new(22, reaction.encode_to_vec()),
        new(28, pin.encode_to_vec()),
        new(29, edit.encode_to_vec()),
        new(31, delete.encode_to_vec()),
    ]
}

#[test]
fn a_private_message_that_was_sent_on_is_refused_in_every_generation() {
    let people = people();
    let to_me = people[0].to_string();
    for message in messages(1, &to_me) {
        let from_author = arrival(&people, 1, Channel::Private);
        let placed = message.place(&from_author).unwrap().unwrap();
        assert_eq!(placed.chat, ChatId::OneToOne(people[1]));
        let sent_on = arrival(&people, 2, Channel::Private);
        let refused = message.place(&sent_on);
        assert_eq!(
            refused,
            Err(ChatConflict::SignersDiffer.into()),
            "{message:?}"
        );
    }
    for message in messages(1, &people[2].to_string()) {
        let for_another = message.place(&arrival(&people, 1, Channel::Private));
        assert_eq!(
            for_another,
            Err(ChatConflict::NotForReceiver.into()),
            "{message:?}"
        );
    }
}

#[test]
fn a_public_message_belongs_to_the_chat_it_came_through() {
    let people = people();
    for message in messages(2, "status") {
        let placed = message.place(&arrival(&people, 2, Channel::Public("status")));
        assert_eq!(
            placed.unwrap().unwrap().chat,
            ChatId::Public("status".into())
        );
        let elsewhere = message.place(&arrival(&people, 1, Channel::Public("other")));
        assert_eq!(elsewhere, Err(ChatConflict::OtherChannel.into()));
    }
    for message in messages(7, "x") {
        // Kinds that are not known have no place; 2019 has a name for each it knows.
        let placed = message.place(&arrival(&people, 1, Channel::Private));
        match placed {
            Err(Misplaced::UnknownKind { kind: 7 }) => {}
            Ok(Some(Placed {
                chat: ChatId::Group(_),
                ..
            })) => {}
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn the_rest_of_2019_and_of_later_types_has_its_place_too() {
    let people = people();
    let incoming = arrival(&people, 1, Channel::Private);
    let pair = old(Body::Pair(Pair::default()));
    assert_eq!(pair.place(&incoming), Err(Misplaced::NotFromOwnDevice));
    let own = Arrival {
        author: Some(&people[0]),
        transport: &people[0],
        ..incoming
    };
    let placed = pair.place(&own).unwrap().unwrap();
    assert_eq!(placed.chat, ChatId::OneToOne(people[0]));
    let group = old(Body::Membership(Membership {
        chat_id: "group".into(),
        ..Membership::default()
    }));
    let placed = group.place(&incoming).unwrap().unwrap();
    assert_eq!(placed.chat, ChatId::Group("group".into()));
    let other = old(Body::Other(Value::Tagged(
        "c9".into(),
        Box::new(Value::Nil),
    )));
    assert_eq!(other.place(&incoming), Ok(None));
    for message_type in [23, 30, 99] {
        assert_eq!(new(message_type, Vec::new()).place(&incoming), Ok(None));
    }
}

#[test]
fn the_strict_rules_reach_through_the_one_decoder() {
    let now_ms = common::NOW_MS;
    let message = wire::ChatMessage {
        clock: now_ms,
        timestamp: now_ms,
        text: "hi".into(),
        chat_id: "nobody's key".into(),
        message_type: 1,
        content_type: 1,
        ..Default::default()
    };
    let received = new(1, message.encode_to_vec());
    assert!(received.validate(now_ms, now_ms).is_ok());
    assert!(
        received
            .validate_by(Rules::Deployed, now_ms, now_ms)
            .is_ok()
    );
    assert!(received.validate_by(Rules::Strict, now_ms, now_ms).is_err());
}
