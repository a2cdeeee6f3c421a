//! Messages of 2019 and of later clients find their chats by the rules of today.
#![cfg(test)]

mod common;

use common::{group_id, key, person};
use status_payload::later::LaterMessage;
use status_payload::{
    ApplicationMetadataMessage, Arrival, Channel, ChatConflict, ChatId, Direction, Misplaced,
    Person, Placed, Received, wire,
};

/// Where somebody (person 1) puts a message that person 0 sent in an envelope of `transport`.
fn arrives(received: &Received, transport: usize) -> Result<Option<Placed>, Misplaced> {
    let author = received.author().copied().map(Person::from);
    let arrival = Arrival {
        receiver: &person(1),
        author: author.as_ref(),
        transport: &person(transport),
        channel: Channel::Private,
    };
    arrival.place_received(received)
}

fn later(message: &LaterMessage) -> Received {
    let wrapped =
        ApplicationMetadataMessage::sign(&key(0), message.message_type(), message.encode());
    Received::decode(wrapped.as_bytes().clone(), None).unwrap()
}

fn transit(text: &str) -> Received {
    let author = person(0);
    Received::decode(text.to_owned().into(), Some(author.public_key())).unwrap()
}

#[test]
fn a_reaction_belongs_to_the_chat_of_what_it_is_about() {
    let reaction = |message_type, chat_id: String| {
        later(&LaterMessage::EmojiReaction(wire::EmojiReaction {
            chat_id,
            message_type,
            ..Default::default()
        }))
    };
    let private = reaction(1, person(1).to_string());
    let chat = ChatId::OneToOne(person(0));
    assert_eq!(arrives(&private, 0).unwrap().unwrap().chat, chat);
    let conflict = |received: &Received, transport| arrives(received, transport).unwrap_err();
    assert_eq!(conflict(&private, 2), ChatConflict::SignersDiffer.into());
    let misnamed = reaction(1, person(2).to_string());
    assert_eq!(conflict(&misnamed, 0), ChatConflict::NotForReceiver.into());
    let to_group = reaction(3, group_id().to_string());
    let placed = arrives(&to_group, 2).unwrap().unwrap();
    assert_eq!(placed.chat, ChatId::Group(group_id().to_string()));
    assert_eq!(placed.conflicts, [ChatConflict::Relayed]);
}

#[test]
fn the_other_later_types_too() {
    let chat_id = group_id().to_string();
    let group = ChatId::Group(chat_id.clone());
    let message_type = 3;
    for message in [
        LaterMessage::PinMessage(wire::PinMessage {
            chat_id: chat_id.clone(),
            message_type,
            ..Default::default()
        }),
        LaterMessage::EditMessage(wire::EditMessage {
            chat_id: chat_id.clone(),
            message_type,
            ..Default::default()
        }),
        LaterMessage::DeleteMessage(wire::DeleteMessage {
            chat_id: chat_id.clone(),
            message_type,
            ..Default::default()
        }),
        LaterMessage::GroupChatInvitation(wire::GroupChatInvitation {
            chat_id,
            ..Default::default()
        }),
    ] {
        assert_eq!(arrives(&later(&message), 0).unwrap().unwrap().chat, group);
    }
    let status = LaterMessage::StatusUpdate(wire::StatusUpdate::default());
    assert_eq!(arrives(&later(&status), 0), Ok(None));
}

#[test]
fn messages_of_2019_follow_the_rules_of_today() {
    let chat = |kind: &str, chat_id: &str| {
        transit(&format!(
            r#"["~#c4",["hi","text/plain","~:{kind}",154593077368201,1545930773682,["^ ","~:chat-id","{chat_id}"]]]"#
        ))
    };
    let recipient = person(1).to_string();
    let private = chat("user-message", &recipient);
    let placed = arrives(&private, 0).unwrap().unwrap();
    assert_eq!(placed.chat, ChatId::OneToOne(person(0)));
    assert_eq!(placed.direction, Direction::Incoming);
    let to_another = chat("user-message", &person(2).to_string());
    assert_eq!(
        arrives(&to_another, 0),
        Err(ChatConflict::NotForReceiver.into())
    );
    // A public one that came in private.
    let public = chat("public-group-user-message", "status");
    assert_eq!(arrives(&public, 0), Err(ChatConflict::OtherChannel.into()));
    let pairing = transit(r#"["~#p2",["installation","ios","phone","token"]]"#);
    assert_eq!(arrives(&pairing, 0), Err(Misplaced::NotFromOwnDevice));
    let unknown = transit(r#"["~#zz",["x"]]"#);
    assert_eq!(arrives(&unknown, 0), Ok(None));
}
