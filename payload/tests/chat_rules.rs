//! Every rule for chat messages by itself, with its error, and the order of the rules.
#![cfg(test)]

use status_payload::wire::{self, chat_message::Payload};
use status_payload::{
    ChatKind, ChatMessage, ClockError, Content, InvalidChatMessage, MAX_AHEAD_MS, MessageId,
    Unbuildable,
};

const NOW_MS: u64 = 1_590_232_902_104;

fn valid() -> wire::ChatMessage {
    wire::ChatMessage {
        clock: NOW_MS,
        timestamp: NOW_MS,
        text: "text".into(),
        chat_id: "chat".into(),
        message_type: 2,
        content_type: 1,
        ..Default::default()
    }
}

fn sticker(hash: &str) -> Option<Payload> {
    Some(Payload::Sticker(wire::StickerMessage {
        hash: hash.into(),
        pack: -1,
    }))
}

fn check(change: impl FnOnce(&mut wire::ChatMessage)) -> Result<ChatMessage, InvalidChatMessage> {
    let mut message = valid();
    change(&mut message);
    ChatMessage::validate(message, NOW_MS)
}

#[test]
fn each_rule_has_its_own_error() {
    use InvalidChatMessage::*;
    let reference_ms = NOW_MS;
    let clock = NOW_MS + MAX_AHEAD_MS + 1;
    let too_high = Clock(ClockError::TooHigh {
        clock,
        reference_ms,
    });
    assert_eq!(
        check(|message| message.clock = 0),
        Err(Clock(ClockError::Zero))
    );
    assert_eq!(check(|message| message.clock = clock), Err(too_high));
    assert_eq!(check(|message| message.timestamp = 0), Err(NoTimestamp));
    assert_eq!(check(|message| message.text = String::new()), Err(NoText));
    assert_eq!(
        check(|message| message.text = "\t\u{2003}\u{85}\n".into()),
        Err(NoText)
    );
    assert_eq!(
        check(|message| message.chat_id = String::new()),
        Err(NoChatId)
    );
    assert_eq!(
        check(|message| message.content_type = 0),
        Err(NoContentType)
    );
    assert_eq!(
        check(|message| message.content_type = 5),
        Err(TransactionCommand)
    );
    assert_eq!(check(|message| message.message_type = 0), Err(NoChatKind));
    assert_eq!(
        check(|message| message.message_type = 4),
        Err(SystemMessage)
    );
    assert_eq!(check(|message| message.content_type = 2), Err(NoSticker));
    let no_hash = check(|message| {
        message.content_type = 2;
        message.payload = sticker("");
    });
    assert_eq!(no_hash, Err(NoStickerHash));
}

#[test]
fn the_first_rule_in_the_deployed_order_is_reported() {
    use InvalidChatMessage::*;
    // Nothing is right; each step mends what was reported last.
    let mut message = wire::ChatMessage {
        content_type: 0,
        ..Default::default()
    };
    let mut expect = |rule, mend: fn(&mut wire::ChatMessage)| {
        assert_eq!(ChatMessage::validate(message.clone(), NOW_MS), Err(rule));
        mend(&mut message);
    };
    expect(Clock(ClockError::Zero), |message| message.clock = 1);
    expect(NoTimestamp, |message| message.timestamp = 1);
    expect(NoText, |message| message.text = "x".into());
    expect(NoChatId, |message| message.chat_id = " ".into());
    expect(NoContentType, |message| message.content_type = 5);
    expect(TransactionCommand, |message| message.content_type = 2);
    expect(NoChatKind, |message| message.message_type = 4);
    expect(SystemMessage, |message| message.message_type = 1);
    expect(NoSticker, |message| message.payload = sticker(""));
    expect(NoStickerHash, |message| message.payload = sticker("aa"));
    assert!(ChatMessage::validate(message, NOW_MS).is_ok());
}

#[test]
fn what_the_deployed_code_lets_pass_passes() {
    assert!(check(|message| message.clock = 1).is_ok());
    assert!(check(|message| message.clock = NOW_MS + MAX_AHEAD_MS).is_ok());
    assert!(check(|message| message.timestamp = u64::MAX).is_ok());
    assert!(check(|message| message.text = "\u{200b}".into()).is_ok());
    assert!(check(|message| message.chat_id = " ".into()).is_ok());
    assert!(check(|message| message.payload = sticker("")).is_ok());
    let system = check(|message| message.content_type = 6).unwrap();
    assert_eq!(*system.content(), Content::SystemMessage);
    let newer = check(|message| message.message_type = -5).unwrap();
    assert_eq!(newer.chat_kind(), ChatKind::Other(-5));
}

#[test]
fn a_valid_message_keeps_all_it_says() {
    let message = check(|message| {
        message.response_to = "0x01".into();
        message.ens_name = "name.eth".into();
        message.content_type = 2;
        message.payload = sticker("aa");
        message.message_type = 1;
    })
    .unwrap();
    assert_eq!((message.clock(), message.timestamp_ms()), (NOW_MS, NOW_MS));
    assert_eq!((message.text(), message.chat_id()), ("text", "chat"));
    assert_eq!(
        (message.response_to(), message.ens_name()),
        ("0x01", "name.eth")
    );
    assert_eq!(message.chat_kind(), ChatKind::OneToOne);
    let hash = "aa".to_owned();
    assert_eq!(*message.content(), Content::Sticker { hash, pack: -1 });
}

#[test]
fn what_is_built_is_what_the_deployed_client_sends() {
    let built = ChatMessage::builder()
        .public_chat("status")
        .text("hello")
        .clock(1_590_232_902_289, NOW_MS)
        .build()
        .unwrap();
    assert_eq!(
        hex::encode(built.encode()),
        "0891d5918aa42e10d8d3918aa42e1a0568656c6c6f320673746174757338024001"
    );
    let key = secp256k1::SecretKey::from_byte_array([9; 32]).unwrap();
    let key = key.public_key(&secp256k1::Secp256k1::new());
    let private = ChatMessage::builder()
        .one_to_one(&key)
        .text("hi")
        .clock(1, 1)
        .ens_name("name.eth")
        .response_to(MessageId::from([1; 32]))
        .content(Content::Emoji)
        .build()
        .unwrap();
    assert_eq!(private.chat_kind(), ChatKind::OneToOne);
    let id = format!("0x{}", hex::encode(key.serialize_uncompressed()));
    assert_eq!(private.chat_id(), id);
    assert_eq!(private.response_to(), format!("0x{}", "01".repeat(32)));
    let group = ChatMessage::builder()
        .private_group("id")
        .text("hi")
        .clock(1, 1)
        .build()
        .unwrap();
    assert_eq!(group.chat_kind(), ChatKind::PrivateGroup);
}

#[test]
fn nothing_is_built_that_others_would_refuse() {
    let built = |content: Content| {
        ChatMessage::builder()
            .public_chat("status")
            .text("hello")
            .clock(NOW_MS, NOW_MS)
            .content(content)
    };
    assert!(built(Content::Status).build().is_ok());
    let hash = String::new();
    let no_hash = Unbuildable::Refused(InvalidChatMessage::NoStickerHash);
    assert_eq!(
        built(Content::Sticker { hash, pack: 1 }).build(),
        Err(no_hash)
    );
    assert_eq!(built(Content::Other(7)).build(), Err(Unbuildable::Kind));
    assert_eq!(
        built(Content::SystemMessage).build(),
        Err(Unbuildable::Kind)
    );
    let blank = Unbuildable::Refused(InvalidChatMessage::NoText);
    assert_eq!(built(Content::Text).text(" ").build(), Err(blank));
    assert_eq!(
        ChatMessage::builder().text("x").clock(1, 1).build(),
        Err(Unbuildable::NoChat)
    );
    let ahead = built(Content::Text)
        .clock(NOW_MS + MAX_AHEAD_MS + 1, NOW_MS)
        .build();
    assert!(matches!(
        ahead,
        Err(Unbuildable::Refused(InvalidChatMessage::Clock(_)))
    ));
}
