//! One decoder takes messages of every generation, and says in one type what they say.
#![cfg(test)]

use bytes::Bytes;
use proptest::prelude::*;
use secp256k1::{PublicKey, Secp256k1, SecretKey};
use status_payload::transit::{
    Body, Chat, ChatContent, Event, Membership, Pair, TransitError, Update,
};
use status_payload::{
    ApplicationMetadataMessage, ChatKind, ChatMessage, Content, Decoded, Generation, GroupUpdate,
    InvalidChatMessage, InvalidReceived, MessageId, MessageType, Pairing, Received,
    ReceivedContent, Rules, Said, SignatureError, StatusProtocolMessage, Unreadable, wire,
};

const NOW_MS: u64 = 1_570_000_000_000;

fn author() -> SecretKey {
    SecretKey::from_byte_array([7; 32]).unwrap()
}

fn public(secret: &SecretKey) -> PublicKey {
    secret.public_key(&Secp256k1::new())
}

fn transport() -> PublicKey {
    public(&SecretKey::from_byte_array([8; 32]).unwrap())
}

fn old_chat() -> Chat {
    Chat {
        text: "hello".into(),
        content_type: "text/plain".into(),
        message_type: "public-group-user-message".into(),
        clock: NOW_MS as i64 * 100 + 1,
        timestamp_ms: NOW_MS as i64,
        content: ChatContent {
            chat_id: "status".into(),
            text: "hello".into(),
            ..ChatContent::default()
        },
        more: Vec::new(),
    }
}

fn new_chat() -> Bytes {
    ChatMessage::builder()
        .public_chat("status")
        .text("hello")
        .clock(NOW_MS, NOW_MS)
        .build()
        .unwrap()
        .encode()
}

/// The same words in every generation.
fn hellos() -> [(Generation, Bytes); 4] {
    let old = Body::Chat(old_chat()).encode();
    let unknown = MessageType::from(0);
    [
        (Generation::BareTransit, old.clone()),
        (
            Generation::TransitNumbered1And2,
            ApplicationMetadataMessage::sign(&author(), unknown, old.clone())
                .as_bytes()
                .clone(),
        ),
        (
            Generation::TransitNumbered4001,
            StatusProtocolMessage::sign(&author(), old)
                .as_bytes()
                .clone(),
        ),
        (
            Generation::Protobuf,
            ApplicationMetadataMessage::sign(&author(), MessageType::CHAT_MESSAGE, new_chat())
                .as_bytes()
                .clone(),
        ),
    ]
}

#[test]
fn the_same_words_are_the_same_whatever_the_generation() {
    for (generation, bytes) in hellos() {
        let received = Received::decode(bytes.clone(), Some(&transport())).unwrap();
        assert_eq!(received.generation(), generation);
        assert_eq!(received.as_bytes(), &bytes);
        let is_bare = generation == Generation::BareTransit;
        let signer = if is_bare {
            transport()
        } else {
            public(&author())
        };
        assert_eq!(
            received.author(),
            (!is_bare).then_some(&signer),
            "{generation:?}"
        );
        assert_eq!(received.id(), MessageId::of(Some(&signer), &bytes));
        let said = received.validate(NOW_MS, NOW_MS).unwrap();
        let Said::Chat {
            message,
            attachment: None,
        } = said
        else {
            panic!("{said:?}");
        };
        assert_eq!(message.text(), "hello");
        assert_eq!(message.chat_id(), "status");
        assert_eq!(message.chat_kind(), ChatKind::Public);
        assert_eq!(*message.content(), Content::Text);
        assert_eq!((message.clock(), message.timestamp_ms()), (NOW_MS, NOW_MS));
    }
}

#[test]
fn an_id_of_x8_is_what_later_clients_compute_for_the_type_they_do_not_know() {
    let [_, (_, bytes), ..] = hellos();
    let later = ApplicationMetadataMessage::decode(bytes.clone())
        .unwrap()
        .recover()
        .unwrap();
    assert!(matches!(later.decode(), Ok(Decoded::Unknown { .. })));
    let received = Received::decode(bytes, None).unwrap();
    assert_eq!(later.id(), received.id());
    assert_eq!(later.author(), received.author());
}

#[test]
fn unsigned_messages_have_no_author_of_their_own() {
    let payload = Body::Chat(old_chat()).encode();
    let unsigned = StatusProtocolMessage::unsigned(payload.clone());
    for transport in [None, Some(transport())] {
        let received = Received::decode(unsigned.as_bytes().clone(), transport.as_ref()).unwrap();
        assert_eq!(received.author(), None);
        // In its wrapper an unsigned message has the same id for everybody, a bare one has not.
        assert_eq!(received.id(), MessageId::of(None, unsigned.as_bytes()));
        let bare = Received::decode(payload.clone(), transport.as_ref()).unwrap();
        assert_eq!(bare.id(), MessageId::of(transport.as_ref(), &payload));
    }
}

#[test]
fn what_is_no_signature_is_refused_in_every_generation() {
    let payload = Body::Chat(old_chat()).encode();
    let signature = Some(Bytes::from_static(b"short"));
    let deployed = wire::StatusProtocolMessage {
        signature: signature.clone(),
        payload: payload.clone(),
    };
    let numbered = wire::ApplicationMetadataMessage {
        signature,
        payload,
        r#type: 0,
    };
    use prost::Message as _;
    for bytes in [deployed.encode_to_vec(), numbered.encode_to_vec()] {
        let refused = Received::decode(bytes.into(), None);
        let length = SignatureError::Length { len: 5 };
        assert_eq!(refused, Err(Unreadable::Signature(length)));
    }
}

#[test]
fn a_wrapper_of_2020_wins_over_what_is_appended_to_it() {
    let [_, _, (_, older), (_, newer)] = hellos();
    // The fields of 2019 behind those of 2020 are unknown ones, and change only the id.
    let both = Bytes::from([&newer[..], &older[..]].concat());
    let received = Received::decode(both, None).unwrap();
    assert_eq!(received.generation(), Generation::Protobuf);
    assert_ne!(received.id(), Received::decode(newer, None).unwrap().id());
}

#[test]
fn what_is_nothing_known_says_so() {
    let wrapper = Received::decode(Bytes::from_static(b"\xff\xffencrypted"), None);
    assert!(
        matches!(wrapper, Err(Unreadable::Wrapper(_))),
        "{wrapper:?}"
    );
    let transit = StatusProtocolMessage::unsigned("not transit".into());
    let transit = Received::decode(transit.as_bytes().clone(), None);
    assert!(
        matches!(transit, Err(Unreadable::Transit(_))),
        "{transit:?}"
    );
    let nothing = StatusProtocolMessage::sign(&author(), Bytes::new());
    let nothing = Received::decode(nothing.as_bytes().clone(), None);
    assert_eq!(nothing, Err(Unreadable::Transit(TransitError::Empty)));
    let payload = ApplicationMetadataMessage::unsigned(MessageType::CHAT_MESSAGE, "\u{7f}".into());
    let payload = Received::decode(payload.as_bytes().clone(), None);
    assert!(
        matches!(payload, Err(Unreadable::Payload { .. })),
        "{payload:?}"
    );
    // A type nobody knows is news.
    let unknown = ApplicationMetadataMessage::unsigned(MessageType::from(99), "\u{7f}".into());
    let unknown = Received::decode(unknown.as_bytes().clone(), None).unwrap();
    let said = unknown.validate(NOW_MS, NOW_MS);
    assert!(
        matches!(said, Ok(Said::Other(Decoded::Unknown { .. }))),
        "{said:?}"
    );
    assert_eq!(unknown.payload(), "\u{7f}");
    // So is a tag nobody knows, and nothing at all is a message of type 0.
    let tag = Received::decode(r#"["~#c9",[]]"#.into(), None).unwrap();
    assert!(matches!(tag.validate(0, 0), Ok(Said::OtherTransit(_))));
    let empty = Received::decode(Bytes::new(), None).unwrap();
    assert_eq!(empty.generation(), Generation::Protobuf);
}

fn validate(body: &Body) -> Result<Said, InvalidReceived> {
    Received::decode(body.encode(), None)
        .unwrap()
        .validate(NOW_MS, NOW_MS)
}

#[test]
fn messages_of_2019_obey_the_rules_of_2020() {
    let broken = |change: &dyn Fn(&mut Chat)| {
        let mut chat = old_chat();
        change(&mut chat);
        match validate(&Body::Chat(chat)) {
            Err(InvalidReceived::Rule(status_payload::Invalid::ChatMessage(rule))) => rule,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(
        broken(&|chat| chat.text = " ".into()),
        InvalidChatMessage::NoText
    );
    assert_eq!(
        broken(&|chat| chat.timestamp_ms = -1),
        InvalidChatMessage::NoTimestamp
    );
    assert_eq!(
        broken(&|chat| chat.content.chat_id.clear()),
        InvalidChatMessage::NoChatId
    );
    assert_eq!(
        broken(&|chat| chat.message_type = "x".into()),
        InvalidChatMessage::NoChatKind
    );
    assert_eq!(
        broken(&|chat| chat.content_type.clear()),
        InvalidChatMessage::NoContentType
    );
    assert_eq!(
        broken(&|chat| chat.content_type = "command".into()),
        InvalidChatMessage::TransactionCommand
    );
    for clock in [
        -5,
        0,
        NOW_MS as i64 + 120_001,
        (NOW_MS as i64 + 120_001) * 100,
    ] {
        assert!(
            matches!(
                broken(&|chat| chat.clock = clock),
                InvalidChatMessage::Clock(_)
            ),
            "{clock}"
        );
    }
    let mut latest = old_chat();
    latest.clock = (NOW_MS as i64 + 120_000) * 100;
    assert!(validate(&Body::Chat(latest)).is_ok());
    // A sticker is its text: what it holds is not the later generation's.
    let mut sticker = old_chat();
    sticker.content_type = "sticker".into();
    let said = validate(&Body::Chat(sticker)).unwrap();
    assert!(matches!(said, Said::Chat { message, .. } if *message.content() == Content::Other(-1)));
}

#[test]
fn a_message_of_2020_can_be_said_in_the_words_of_2019() {
    let newer = |kind: i32, content_type: i32| wire::ChatMessage {
        clock: NOW_MS,
        timestamp: NOW_MS,
        text: "~hello".into(),
        response_to: "0x01".into(),
        ens_name: "me.eth".into(),
        chat_id: "status".into(),
        message_type: kind,
        content_type,
        ..Default::default()
    };
    for (kind, content_type, has_words) in [
        (1, 1, true),
        (2, 1, true),
        (3, 1, true),
        (2, 3, true),
        (2, 4, true),
        (5, 1, false),
        (2, 7, false),
    ] {
        let message = ChatMessage::validate(newer(kind, content_type), NOW_MS).unwrap();
        let chat = Chat::from_message(&message);
        assert_eq!(chat.is_some(), has_words, "{kind} {content_type}");
        let Some(chat) = chat else { continue };
        let said = validate(&Body::Chat(chat)).unwrap();
        let Said::Chat { message: again, .. } = said else {
            panic!("{said:?}")
        };
        assert_eq!(again, message);
    }
}

#[test]
fn the_strict_rules_reach_through_the_one_decoder() {
    use prost::Message as _;
    let message = wire::ChatMessage {
        clock: NOW_MS,
        timestamp: NOW_MS,
        text: "hi".into(),
        chat_id: "nobody's key".into(),
        message_type: 1,
        content_type: 1,
        ..Default::default()
    };
    let payload = message.encode_to_vec().into();
    let wrapped = ApplicationMetadataMessage::unsigned(MessageType::CHAT_MESSAGE, payload);
    let received = Received::decode(wrapped.as_bytes().clone(), None).unwrap();
    assert!(received.validate(NOW_MS, NOW_MS).is_ok());
    assert!(
        received
            .validate_by(Rules::Deployed, NOW_MS, NOW_MS)
            .is_ok()
    );
    assert!(received.validate_by(Rules::Strict, NOW_MS, NOW_MS).is_err());
}

#[test]
fn generations_are_ordered_by_age() {
    let ages: Vec<Generation> = hellos()
        .into_iter()
        .map(|(generation, _)| generation)
        .collect();
    assert!(ages.is_sorted());
    assert_eq!(ages.into_iter().max(), Some(Generation::Protobuf));
}

#[test]
fn pairings_of_both_generations_are_one_type() {
    let old = Body::Pair(Pair {
        installation_id: "id".into(),
        device_type: "ios".into(),
        name: "phone".into(),
        ..Pair::default()
    });
    let pairing = |clock| Pairing {
        installation_id: "id".into(),
        device_type: "ios".into(),
        name: "phone".into(),
        clock,
    };
    assert_eq!(validate(&old), Ok(Said::Pairing(pairing(None))));
    use prost::Message as _;
    let new = wire::PairInstallation {
        clock: NOW_MS,
        installation_id: "id".into(),
        device_type: "ios".into(),
        name: "phone".into(),
    };
    let wrapped = ApplicationMetadataMessage::unsigned(4.into(), new.encode_to_vec().into());
    let received = Received::decode(wrapped.as_bytes().clone(), None).unwrap();
    assert_eq!(
        received.validate(NOW_MS, 0),
        Ok(Said::Pairing(pairing(Some(NOW_MS))))
    );
    assert!(validate(&Body::Pair(Pair::default())).is_err());
}

#[test]
fn a_message_that_breaks_a_rule_leaves_the_events_it_came_with() {
    use prost::Message as _;
    let chat_message = |text: &str| wire::ChatMessage {
        clock: NOW_MS,
        timestamp: NOW_MS,
        text: text.into(),
        chat_id: "group".into(),
        message_type: 3,
        content_type: 1,
        ..Default::default()
    };
    for (text, is_valid) in [("hi", true), (" ", false)] {
        let update = wire::MembershipUpdateMessage {
            chat_id: "group".into(),
            events: Vec::new(),
            message: Some(chat_message(text)),
        };
        let payload = update.encode_to_vec().into();
        let wrapped = ApplicationMetadataMessage::unsigned(3.into(), payload);
        let received = Received::decode(wrapped.as_bytes().clone(), None).unwrap();
        let said = received.validate(NOW_MS, NOW_MS).unwrap();
        let Said::Group {
            update: GroupUpdate::Events(read),
            message: Some(message),
        } = said
        else {
            panic!("{said:?}");
        };
        assert_eq!(read, update);
        assert_eq!(message.is_ok(), is_valid);
    }
}

#[test]
fn groups_of_2019_come_with_what_they_make() {
    let creator = format!(
        "0x{}",
        hex::encode(public(&author()).serialize_uncompressed())
    );
    let chat_id = format!("uuid-{creator}");
    let created = Event {
        name: "group".into(),
        member: creator.clone(),
        ..Event::new("chat-created".into(), NOW_MS as i64)
    };
    let membership = |event: Event, message| {
        Body::Membership(Membership {
            chat_id: chat_id.clone(),
            updates: vec![Update::sign(&author(), &chat_id, vec![event])],
            message,
            more: Vec::new(),
        })
    };
    let said = validate(&membership(created.clone(), Some(old_chat()))).unwrap();
    let Said::Group {
        update: GroupUpdate::Legacy {
            group,
            membership: read,
        },
        message: Some(Ok(message)),
    } = said
    else {
        panic!("{said:?}");
    };
    assert_eq!(group.name(), "group");
    assert!(group.admins().contains(&creator));
    assert_eq!(read.message, Some(old_chat()));
    assert_eq!(message.text(), "hello");
    // Clocks are held against the receiver's own time, the message in it by its own rules.
    let mut ahead = created.clone();
    ahead.clock = NOW_MS as i64 + 120_001;
    assert!(matches!(
        validate(&membership(ahead, None)),
        Err(InvalidReceived::Rule(_))
    ));
    let mut blank = old_chat();
    blank.text.clear();
    let said = validate(&membership(created, Some(blank)));
    let no_text = Some(Err(InvalidChatMessage::NoText));
    assert!(matches!(said, Ok(Said::Group { message, .. }) if message == no_text));
    let nobody = Event::new("member-joined".into(), NOW_MS as i64);
    assert!(matches!(
        validate(&membership(nobody, None)),
        Err(InvalidReceived::Group(_))
    ));
}

proptest! {
    #[test]
    fn no_bytes_crash_the_decoder(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        if let Ok(received) = Received::decode(bytes.clone().into(), None) {
            prop_assert_eq!(received.as_bytes(), &bytes);
            let _ = received.validate(NOW_MS, NOW_MS);
        }
    }

    #[test]
    fn no_changed_byte_crashes_it_either(which in 0usize..4, at: prop::sample::Index, byte: u8) {
        let (_, bytes) = &hellos()[which];
        let mut changed = bytes.to_vec();
        let at = at.index(changed.len());
        changed[at] = byte;
        if let Ok(received) = Received::decode(changed.into(), Some(&transport())) {
            let _ = received.validate(NOW_MS, NOW_MS);
        }
    }
}

#[test]
fn what_was_received_can_be_seen_as_it_was_written() {
    for (generation, bytes) in hellos() {
        let received = Received::decode(bytes, None).unwrap();
        let is_transit = matches!(received.content(), ReceivedContent::Transit(Body::Chat(_)));
        assert_eq!(is_transit, generation != Generation::Protobuf);
    }
}
