//! The three messages of 2019: what is read, what is refused, what is kept of newer clients.
#![cfg(test)]

use secp256k1::{Secp256k1, SecretKey};
use status_payload::transit::{
    Body, Chat, ChatContent, Event, EventKind, Group, InvalidGroup, MAX_LEGACY_EVENTS, Membership,
    Message, Pair, TransitError, Update, UpdateSignatureError, Value,
};

fn decode(payload: &str) -> Result<Body, TransitError> {
    Message::decode(payload.to_owned().into()).map(Message::into_body)
}

fn chat(payload: &str) -> Chat {
    match decode(payload) {
        Ok(Body::Chat(chat)) => chat,
        other => panic!("{payload}: {other:?}"),
    }
}

/// The example of the document x8.
const EXAMPLE: &str = r#"["~#c4",["abc123","text/plain","~:public-group-user-message",154593077368201,1545930773682,["^ ","~:chat-id","testing-adamb","~:text","abc123"]]]"#;

#[test]
fn the_example_of_the_document_is_read_and_written_as_it_stands() {
    let chat = chat(EXAMPLE);
    assert_eq!(chat.text, "abc123");
    assert_eq!(chat.content_type, "text/plain");
    assert_eq!(chat.message_type, "public-group-user-message");
    assert_eq!(
        (chat.clock, chat.timestamp_ms),
        (154_593_077_368_201, 1_545_930_773_682)
    );
    assert_eq!(chat.content.chat_id, "testing-adamb");
    assert_eq!(Body::Chat(chat).encode(), EXAMPLE);
    let message = Message::decode(EXAMPLE.into()).unwrap();
    assert_eq!(message.as_bytes(), EXAMPLE);
}

#[test]
fn each_field_of_a_chat_message_has_its_kind() {
    let with = |index: usize, value: &str| {
        let mut fields = [
            r#""t""#,
            r#""text/plain""#,
            r#""~:user-message""#,
            "1",
            "2",
            r#"["^ "]"#,
        ];
        fields[index] = value;
        decode(&format!(r#"["~#c4",[{}]]"#, fields.join(",")))
    };
    for (index, value) in [
        (0, "null"),
        (0, "5"),
        (0, r#""~:t""#),
        (1, "null"),
        (2, r#""user-message""#),
        (3, r#""1""#),
        (3, "1.5"),
        (3, r#""~n1""#),
        (4, "null"),
        (5, r#""x""#),
        (5, r#"["^ ","chat-id","c"]"#),
        (5, r#"["^ ","~:text",5]"#),
        (5, r#"["^ ","~:name",null]"#),
        (5, "[]"),
    ] {
        let refused = with(index, value);
        let Err(TransitError::Field {
            message, index: at, ..
        }) = refused
        else {
            panic!("{index} {value}: {refused:?}");
        };
        assert_eq!((message, at), ("c4", index));
    }
    assert!(with(3, r#""~i9007199254740993""#).is_ok());
    assert!(with(5, r#"{"~:chat-id":"c","~:text":"t"}"#).is_ok());
    let not_an_array = decode(r#"["~#c4","x"]"#);
    assert!(
        matches!(not_an_array, Err(TransitError::Tagged { .. })),
        "{not_an_array:?}"
    );
}

#[test]
fn fields_left_out_are_empty_and_fields_of_newer_clients_are_kept() {
    assert_eq!(chat(r#"["~#c4",[]]"#), Chat::default());
    let newer = r#"["~#c4",["t","text/plain","~:user-message",1,2,["^ ","~:chat-id","c","~:text","t","~:response-to","0x1","~:name","n.eth","~:hash","ab"],"x",7]]"#;
    let read = chat(newer);
    assert_eq!(
        read.content,
        ChatContent {
            chat_id: "c".into(),
            text: "t".into(),
            response_to: "0x1".into(),
            name: "n.eth".into(),
            other: vec![(Value::Keyword("hash".into()), "ab".into())],
        }
    );
    assert_eq!(read.more, [Value::from("x"), 7.into()]);
    assert_eq!(Body::Chat(read).encode(), newer);
}

#[test]
fn a_device_introduces_itself() {
    let pair = Pair {
        installation_id: "inst-1".into(),
        device_type: "desktop".into(),
        name: "~n".into(),
        fcm_token: "token".into(),
        more: vec![5.into()],
    };
    let encoded = Body::Pair(pair.clone()).encode();
    assert_eq!(encoded, r#"["~#p2",["inst-1","desktop","~~n","token",5]]"#);
    assert_eq!(
        decode(std::str::from_utf8(&encoded).unwrap()),
        Ok(Body::Pair(pair))
    );
    let short = Pair {
        installation_id: "i".into(),
        ..Pair::default()
    };
    assert_eq!(decode(r#"["~#p2",["i"]]"#), Ok(Body::Pair(short)));
    for (index, payload) in [(2, r#"["~#p2",["i","d",null,""]]"#), (0, r#"["~#p2",[1]]"#)] {
        let refused = decode(payload);
        assert!(
            matches!(refused, Err(TransitError::Field { message: "p2", index: at, .. }) if at == index)
        );
    }
    assert!(decode(r#"["~#p2",{"~:a":1}]"#).is_err());
}

#[test]
fn other_tags_and_plain_values_are_news_not_errors() {
    let tagged = Value::Tagged("c5".into(), Box::new(Value::Array(vec!["abc".into()])));
    assert_eq!(decode(r#"["~#c5",["abc"]]"#), Ok(Body::Other(tagged)));
    assert_eq!(decode(r#"["~#'","x"]"#), Ok(Body::Other("x".into())));
}

fn key(seed: u8) -> SecretKey {
    SecretKey::from_byte_array([seed; 32]).unwrap()
}

fn name(seed: u8) -> String {
    let public = key(seed).public_key(&Secp256k1::new());
    format!("0x{}", hex::encode(public.serialize_uncompressed()))
}

fn event(kind: &str, clock: i64) -> Event {
    Event::new(kind.into(), clock)
}

fn about(kind: &str, clock: i64, member: u8) -> Event {
    Event {
        member: name(member),
        ..event(kind, clock)
    }
}

fn about_all(kind: &str, clock: i64, members: &[u8]) -> Event {
    Event {
        members: Some(members.iter().map(|member| name(*member)).collect()),
        ..event(kind, clock)
    }
}

fn renamed(kind: &str, clock: i64, to: &str) -> Event {
    Event {
        name: to.into(),
        member: if kind == "chat-created" {
            name(1)
        } else {
            String::new()
        },
        ..event(kind, clock)
    }
}

/// A group of 1, with what others sign.
fn group(updates: &[(u8, Vec<Event>)]) -> Membership {
    let chat_id = format!("6a32cec7-3a15-4473-924d-f48a97e07344-{}", name(1));
    let updates = updates
        .iter()
        .map(|(signer, events)| Update::sign(&key(*signer), &chat_id, events.clone()))
        .collect();
    Membership {
        chat_id,
        updates,
        message: None,
        more: Vec::new(),
    }
}

fn created() -> Event {
    renamed("chat-created", 10, "my group")
}

#[test]
fn events_of_a_group_are_read_as_they_were_written_and_signed() {
    let mut membership = group(&[
        (1, vec![created(), about_all("members-added", 11, &[2, 3])]),
        (2, vec![about("member-joined", 12, 2)]),
    ]);
    membership.message = Some(chat(EXAMPLE));
    membership.more = vec![Value::Nil, 5.into()];
    membership.updates[0].other = vec![(Value::Keyword("extra".into()), 1.into())];
    membership.updates[1].events[0].other = vec![(Value::Keyword("extra".into()), 2.into())];
    let body = Body::Membership(membership.clone());
    let read = decode(std::str::from_utf8(&body.encode()).unwrap()).unwrap();
    assert_eq!(read, body);
    let Body::Membership(read) = read else {
        panic!("a group")
    };
    for (update, signer) in read.updates.iter().zip([1, 2]) {
        assert_eq!(
            update.author(),
            Ok(key(signer).public_key(&Secp256k1::new()))
        );
    }
    let rebuilt = Group::rebuild(&read).unwrap();
    assert_eq!(rebuilt.name(), "my group");
    assert_eq!(rebuilt.members().len(), 3);
    assert_eq!(rebuilt.admins().iter().collect::<Vec<_>>(), [&name(1)]);
    assert_eq!(rebuilt.joined().iter().collect::<Vec<_>>(), [&name(2)]);
    assert_eq!(rebuilt.chat_id(), read.chat_id);
}

#[test]
fn a_group_with_anything_malformed_in_it_is_refused_whole() {
    let update = r#"["^ ","~:chat-id","c","~:events",[],"~:signature","00"]"#;
    let with = |updates: &str| decode(&format!(r#"["~#g5",["c",["~#list",[{updates}]]]]"#));
    assert!(with(update).is_ok());
    assert!(with("").is_ok());
    for broken in [
        "5",
        r#"["^ ","~:chat-id","c","~:events",[]]"#,
        r#"["^ ","~:events",[],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:signature","00"]"#,
        r#"["^ ","~:chat-id",1,"~:events",[],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[5],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[["^ ","~:type","x"]],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[["^ ","~:clock-value",1]],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[["^ ","~:type","~:x","~:clock-value",1]],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[["^ ","~:type","x","~:clock-value",1,"~:members",["a"]]],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[["^ ","~:type","x","~:clock-value",1,"~:members",["~#set",[1]]]],"~:signature","00"]"#,
        r#"["^ ","~:chat-id","c","~:events",[["^ ","~:type","x","~:clock-value",1,"~:name",1]],"~:signature","00"]"#,
    ] {
        // Before a good one too: the deployed reader then skips the event and the rest of its update,
        // so that another text is hashed and another author found.
        for updates in [broken.to_owned(), format!("{broken},{update}")] {
            let refused = with(&updates);
            assert!(
                matches!(
                    refused,
                    Err(TransitError::Field {
                        message: "g5",
                        index: 1,
                        ..
                    })
                ),
                "{updates}: {refused:?}"
            );
        }
    }
    assert!(decode(r#"["~#g5",["c",[]]]"#).is_err());
    assert!(decode(r#"["~#g5",[5]]"#).is_err());
    assert!(decode(r#"["~#g5",["c",["~#list",[]],null]]"#).is_ok());
    assert!(decode(r#"["~#g5",["c",["~#list",[]],"x"]]"#).is_err());
    assert!(decode(r#"["~#g5",["c",["~#list",[]],["~#c9",[]]]]"#).is_err());
    assert!(decode(r#"["~#g5",["c",["~#list",[]],["~#c4",[5]]]]"#).is_err());
}

#[test]
fn the_rules_of_2019_say_who_may_do_what() {
    let start = || (1, vec![created(), about_all("members-added", 11, &[2, 3])]);
    let refused_at = |updates: &[(u8, Vec<Event>)]| match Group::rebuild(&group(updates)) {
        Ok(_) => None,
        Err(InvalidGroup::Event { clock, .. }) => Some(clock),
        Err(other) => panic!("{other}"),
    };
    let then = |signer: u8, event: Event| refused_at(&[start(), (signer, vec![event])]);
    // Everything an admin may do.
    assert_eq!(then(1, renamed("name-changed", 12, "new")), None);
    assert_eq!(then(1, about_all("admins-added", 12, &[2, 9])), None);
    assert_eq!(then(1, about("member-removed", 12, 2)), None);
    assert_eq!(then(1, about("admin-removed", 12, 1)), None);
    // And a member, or a stranger about themselves.
    assert_eq!(then(2, about("member-joined", 12, 2)), None);
    assert_eq!(then(9, about("member-removed", 12, 9)), None);
    // Nobody may do these.
    assert_eq!(then(1, renamed("chat-created", 12, "again")), Some(12));
    assert_eq!(then(1, renamed("name-changed", 12, "")), Some(12));
    assert_eq!(then(2, renamed("name-changed", 12, "new")), Some(12));
    assert_eq!(then(2, about_all("members-added", 12, &[4])), Some(12));
    assert_eq!(then(2, about("member-joined", 12, 3)), Some(12));
    assert_eq!(then(9, about("member-joined", 12, 9)), Some(12));
    assert_eq!(then(2, about("member-removed", 12, 3)), Some(12));
    assert_eq!(then(1, about_all("admins-added", 12, &[9])), Some(12));
    assert_eq!(then(2, about_all("admins-added", 12, &[2])), Some(12));
    assert_eq!(then(2, about("admin-removed", 12, 1)), Some(12));
    assert_eq!(then(1, event("something-newer", 12)), Some(12));
    assert_eq!(
        refused_at(&[(1, vec![renamed("name-changed", 5, "new")])]),
        Some(5)
    );
    let second_admin = (1, vec![about_all("admins-added", 12, &[2])]);
    let removes = (2, vec![about("member-removed", 13, 1)]);
    assert_eq!(refused_at(&[start(), second_admin, removes]), Some(13));
}

#[test]
fn updates_may_come_in_any_order_but_only_of_one_group() {
    let mut membership = group(&[
        (2, vec![about("member-joined", 12, 2)]),
        (1, vec![about_all("members-added", 11, &[2]), created()]),
    ]);
    assert_eq!(Group::rebuild(&membership).unwrap().joined().len(), 1);

    let mut other = membership.clone();
    other.updates[0] = Update::sign(&key(2), "another", vec![about("member-joined", 12, 2)]);
    assert!(matches!(
        Group::rebuild(&other),
        Err(InvalidGroup::OtherChat { .. })
    ));

    membership.chat_id = format!("x{}", membership.chat_id);
    assert!(matches!(
        Group::rebuild(&membership),
        Err(InvalidGroup::OtherChat { .. })
    ));

    // Signed by another than the one whose key ends the id, or with no prefix before it.
    assert_eq!(
        Group::rebuild(&group(&[(2, vec![created()])])),
        Err(InvalidGroup::ChatId)
    );
    let bare = Membership {
        chat_id: name(1),
        updates: vec![Update::sign(&key(1), &name(1), vec![created()])],
        ..Membership::default()
    };
    assert_eq!(Group::rebuild(&bare), Err(InvalidGroup::ChatId));

    assert_eq!(
        Group::rebuild(&Membership::default()),
        Err(InvalidGroup::NoEvents)
    );
    let mut unsigned = group(&[(1, vec![created()])]);
    unsigned.updates[0].signature.clear();
    let refused = Group::rebuild(&unsigned);
    let Err(InvalidGroup::Signature { index: 0, error }) = refused else {
        panic!("{refused:?}");
    };
    assert!(matches!(error, UpdateSignatureError::Signature(_)));
}

#[test]
fn a_group_is_bounded_before_any_signature_is_recovered() {
    let mut large = group(&[(1, vec![created()])]);
    let renames = (11..).map(|clock| renamed("name-changed", clock, "n"));
    let events: Vec<Event> = renames.take(MAX_LEGACY_EVENTS - 1).collect();
    large
        .updates
        .push(Update::sign(&key(1), &large.chat_id, events));
    assert!(Group::rebuild(&large).is_ok());
    let events = MAX_LEGACY_EVENTS + 1;
    // It has no signature, and nobody looks.
    large.updates.push(Update::default());
    assert_eq!(
        Group::rebuild(&large),
        Err(InvalidGroup::TooMany { events })
    );
}

#[test]
fn kinds_of_events_keep_their_names() {
    for name in [
        "chat-created",
        "name-changed",
        "members-added",
        "member-joined",
        "member-removed",
        "admins-added",
        "admin-removed",
        "something-newer",
    ] {
        let kind = EventKind::from(name);
        assert_eq!(kind.to_string(), name);
        assert_eq!(
            matches!(kind, EventKind::Other(_)),
            name == "something-newer"
        );
    }
}
