//! The strict rules, each with its error; by the deployed ones all of this passes.
#![cfg(test)]

mod common;

use common::{NOW_MS, group_id, person};
use prost::Message;
use status_payload::{
    ClockError, Decoded, Invalid, MAX_AHEAD_MS, MessageType, Rules, Unspecified, wire,
};

/// By the strict rules; the deployed ones must not mind.
fn strict(number: i32, message: &impl Message) -> Result<(), Invalid> {
    let payload = message.encode_to_vec().into();
    let message = Decoded::decode(MessageType::from(number), payload).unwrap();
    assert_eq!(message.validate_by(Rules::Deployed, NOW_MS), Ok(()));
    message.validate_by(Rules::Strict, NOW_MS)
}

fn breaks(rule: Unspecified) -> Result<(), Invalid> {
    Err(Invalid::Unspecified(rule))
}

fn chat_message(change: impl FnOnce(&mut wire::ChatMessage)) -> wire::ChatMessage {
    let mut message = wire::ChatMessage {
        clock: NOW_MS,
        timestamp: NOW_MS,
        text: "text".into(),
        chat_id: "status".into(),
        message_type: 2,
        content_type: 1,
        ..Default::default()
    };
    change(&mut message);
    message
}

#[test]
fn chat_messages_name_chats_and_messages_as_specified() {
    let check = |change: fn(&mut wire::ChatMessage)| strict(1, &chat_message(change));
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|message| message.message_type = 9), Ok(()));
    assert_eq!(
        check(|message| message.message_type = 1),
        breaks(Unspecified::Recipient)
    );
    let to_someone = check(|message| {
        message.message_type = 1;
        message.chat_id = person(1).to_string();
    });
    assert_eq!(to_someone, Ok(()));
    assert_eq!(
        check(|message| message.message_type = 3),
        breaks(Unspecified::GroupId)
    );
    let to_group = check(|message| {
        message.message_type = 3;
        message.chat_id = group_id().to_string();
    });
    assert_eq!(to_group, Ok(()));
    assert_eq!(
        check(|message| message.response_to = "0x01".into()),
        breaks(Unspecified::ResponseTo)
    );
    let answer = check(|message| message.response_to = format!("0x{}", "0a".repeat(32)));
    assert_eq!(answer, Ok(()));
    assert_eq!(
        check(|message| message.content_type = 6),
        breaks(Unspecified::SystemContent)
    );
    assert_eq!(check(|message| message.content_type = 77), Ok(()));
    let sticker = |pack| {
        chat_message(|message| {
            let hash = "aa".into();
            let sticker = wire::StickerMessage { hash, pack };
            message.content_type = 2;
            message.payload = Some(wire::chat_message::Payload::Sticker(sticker));
        })
    };
    assert_eq!(strict(1, &sticker(0)), breaks(Unspecified::StickerPack));
    assert_eq!(strict(1, &sticker(1)), Ok(()));
}

#[test]
fn every_clock_is_checked_also_where_the_deployed_code_follows_it_blindly() {
    let ahead = NOW_MS + MAX_AHEAD_MS + 1;
    let reference_ms = NOW_MS;
    let too_high = Err(Invalid::Clock(ClockError::TooHigh {
        clock: ahead,
        reference_ms,
    }));
    let update = |clock| wire::ContactUpdate {
        clock,
        ..Default::default()
    };
    assert_eq!(strict(2, &update(NOW_MS)), Ok(()));
    assert_eq!(strict(2, &update(ahead)), too_high);
    let account = |clock| wire::SyncInstallationAccount {
        clock,
        ..Default::default()
    };
    assert_eq!(strict(13, &account(NOW_MS)), Ok(()));
    assert_eq!(
        strict(13, &account(0)),
        Err(Invalid::Clock(ClockError::Zero))
    );
    let chat = |clock, id: &str| wire::SyncInstallationPublicChat {
        clock,
        id: id.into(),
    };
    assert_eq!(strict(14, &chat(ahead, "status")), too_high);
    assert_eq!(
        strict(14, &chat(NOW_MS, " ")),
        breaks(Unspecified::PublicChat)
    );
    assert_eq!(strict(14, &chat(NOW_MS, "status")), Ok(()));
    let contact = |clock, id: &str| wire::SyncInstallationContact {
        clock,
        id: id.into(),
        ..Default::default()
    };
    // The deployed code panics at an id of one byte.
    assert_eq!(
        strict(12, &contact(NOW_MS, "0")),
        breaks(Unspecified::Contact)
    );
    assert_eq!(strict(12, &contact(ahead, "0")), too_high);
    let someone = person(1).to_string();
    assert_eq!(strict(12, &contact(NOW_MS, &someone)), Ok(()));
    let mut sync = wire::SyncInstallation {
        contacts: vec![contact(NOW_MS, &someone)],
        public_chats: vec![chat(NOW_MS, "status")],
        account: Some(account(NOW_MS)),
    };
    assert_eq!(strict(5, &sync), Ok(()));
    assert_eq!(strict(5, &wire::SyncInstallation::default()), Ok(()));
    sync.account = Some(account(ahead));
    assert_eq!(strict(5, &sync), too_high);
    sync.public_chats.push(chat(NOW_MS, ""));
    assert_eq!(strict(5, &sync), breaks(Unspecified::PublicChat));
    sync.contacts.push(contact(NOW_MS, ""));
    assert_eq!(strict(5, &sync), breaks(Unspecified::Contact));
}

#[test]
fn devices_are_of_three_kinds_and_groups_have_uuids() {
    let pairing = |device_type: &str| wire::PairInstallation {
        clock: NOW_MS,
        installation_id: "id".into(),
        device_type: device_type.into(),
        name: "name".into(),
    };
    for known in ["ios", "android", "desktop"] {
        assert_eq!(strict(4, &pairing(known)), Ok(()));
    }
    assert_eq!(strict(4, &pairing("iOS")), breaks(Unspecified::DeviceType));
    let update = |chat_id: String, message| wire::MembershipUpdateMessage {
        chat_id,
        events: Vec::new(),
        message,
    };
    assert_eq!(strict(3, &update(group_id().to_string(), None)), Ok(()));
    let no_uuid = format!("x-{}", person(0));
    assert_eq!(
        strict(3, &update(no_uuid, None)),
        breaks(Unspecified::GroupId)
    );
    let message = chat_message(|message| message.message_type = 1);
    let carries = update(group_id().to_string(), Some(message));
    assert_eq!(strict(3, &carries), breaks(Unspecified::Recipient));
}

#[test]
fn what_the_deployed_rules_refuse_the_strict_ones_refuse_first() {
    let empty = Decoded::decode(MessageType::CHAT_MESSAGE, bytes::Bytes::new()).unwrap();
    let refused = empty.validate(NOW_MS);
    assert!(refused.is_err());
    assert_eq!(empty.validate_by(Rules::Strict, NOW_MS), refused);
}
