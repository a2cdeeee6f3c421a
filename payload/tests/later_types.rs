//! What clients after status-go v0.50.0 add is unknown to `Decoded`, as it was to theirs, and known
//! to those who ask.
#![cfg(test)]

use bytes::Bytes;
use prost::Message as _;
use secp256k1::SecretKey;
use status_payload::later::{
    Attachment, InvalidAttachment, InvalidLater, LaterMessage, MAX_EDITED_CHARACTERS,
    MAX_STATUS_CHARACTERS, later_type_name,
};
use status_payload::wire::audio_message::AudioType;
use status_payload::wire::emoji_reaction::Type as Emoji;
use status_payload::wire::image_message::ImageType;
use status_payload::{
    ApplicationMetadataMessage, ChatMessage, Content, Decoded, MessageType, Received,
    ReceivedContent, Said, wire,
};

const NOW_MS: u64 = 1_600_000_000_000;

fn examples() -> Vec<LaterMessage> {
    let (chat_id, message_id) = (|| "status".to_owned(), || "0x01".to_owned());
    vec![
        LaterMessage::EmojiReaction(wire::EmojiReaction {
            clock: NOW_MS,
            chat_id: chat_id(),
            message_id: message_id(),
            message_type: 2,
            r#type: Emoji::Love.into(),
            ..Default::default()
        }),
        LaterMessage::GroupChatInvitation(wire::GroupChatInvitation {
            clock: NOW_MS,
            chat_id: chat_id(),
            introduction_message: "hi".into(),
            state: 1,
        }),
        LaterMessage::PinMessage(wire::PinMessage {
            clock: NOW_MS,
            chat_id: chat_id(),
            message_id: message_id(),
            pinned: true,
            message_type: 2,
        }),
        LaterMessage::EditMessage(wire::EditMessage {
            clock: NOW_MS,
            text: "better".into(),
            chat_id: chat_id(),
            message_id: message_id(),
            message_type: 2,
            content_type: 1,
            ..Default::default()
        }),
        LaterMessage::StatusUpdate(wire::StatusUpdate {
            clock: NOW_MS,
            status_type: 1,
            custom_text: "here".into(),
        }),
        LaterMessage::DeleteMessage(wire::DeleteMessage {
            clock: NOW_MS,
            chat_id: chat_id(),
            message_id: message_id(),
            message_type: 2,
            ..Default::default()
        }),
    ]
}

fn wrap(message_type: MessageType, payload: Bytes) -> Bytes {
    let author = SecretKey::from_byte_array([7; 32]).unwrap();
    let sent = ApplicationMetadataMessage::sign(&author, message_type, payload);
    sent.as_bytes().clone()
}

#[test]
fn to_those_who_do_not_ask_a_later_type_is_handed_over_whole() {
    for message in examples() {
        let message_type = message.message_type();
        let payload = message.encode();
        let whole = Decoded::Unknown {
            message_type,
            payload: payload.clone(),
        };
        assert_eq!(Decoded::decode(message_type, payload.clone()), Ok(whole));
        assert_eq!(message_type.to_string(), message_type.number().to_string());
        assert!(later_type_name(message_type.number()).is_some());
        // To those who ask it is what it is.
        let decoded = LaterMessage::decode(message_type, payload.clone());
        assert_eq!(decoded, Ok(Some(message.clone())));
        let received = Received::decode(wrap(message_type, payload), None).unwrap();
        assert_eq!(*received.content(), ReceivedContent::Later(message.clone()));
        assert_eq!(received.validate(NOW_MS, NOW_MS), Ok(Said::Later(message)));
    }
}

#[test]
fn types_of_v0_50_0_are_no_later_ones() {
    for number in (0..=21).chain([24, 25, 27, 32, 99, -1]) {
        let decoded = LaterMessage::decode(number.into(), Bytes::new());
        assert_eq!(decoded, Ok(None), "{number}");
    }
    assert!(LaterMessage::decode(22.into(), Bytes::from_static(b"\xff")).is_err());
}

#[test]
fn fields_and_emoji_of_still_later_clients_are_no_errors() {
    let [LaterMessage::EmojiReaction(reaction), ..] = &examples()[..] else {
        panic!("a reaction")
    };
    let mut reaction = reaction.clone();
    reaction.r#type = 77;
    reaction.message_type = 5;
    let newer = [&reaction.encode_to_vec()[..], b"\x7a\x02hi"].concat();
    let decoded = LaterMessage::decode(22.into(), newer.clone().into())
        .unwrap()
        .unwrap();
    assert_eq!(decoded, LaterMessage::EmojiReaction(reaction));
    assert_eq!(decoded.validate(NOW_MS), Ok(()));
    let received = Received::decode(wrap(22.into(), newer.clone().into()), None).unwrap();
    assert_eq!(received.payload(), &newer);
}

#[test]
fn each_rule_has_its_own_error() {
    let empty = |field| Err(InvalidLater::Empty { field });
    for message in examples() {
        assert_eq!(message.validate(NOW_MS - 120_000), Ok(()));
        let ahead = message.validate(NOW_MS - 120_001);
        assert!(matches!(ahead, Err(InvalidLater::Clock(_))), "{message:?}");
        match message {
            LaterMessage::EmojiReaction(right) => {
                let with = |change: &dyn Fn(&mut wire::EmojiReaction)| {
                    let mut message = right.clone();
                    change(&mut message);
                    LaterMessage::EmojiReaction(message).validate(NOW_MS)
                };
                assert_eq!(
                    with(&|message| message.message_id.clear()),
                    empty("message id")
                );
                assert_eq!(with(&|message| message.chat_id.clear()), empty("chat id"));
                assert_eq!(
                    with(&|message| message.r#type = 0),
                    Err(InvalidLater::NoEmoji)
                );
                let kind = with(&|message| message.message_type = 0);
                assert_eq!(kind, Err(InvalidLater::ChatKind { kind: 0 }));
                let kind = with(&|message| message.message_type = 4);
                assert_eq!(kind, Err(InvalidLater::ChatKind { kind: 4 }));
            }
            LaterMessage::GroupChatInvitation(mut message) => {
                message.chat_id.clear();
                let refused = LaterMessage::GroupChatInvitation(message).validate(NOW_MS);
                assert_eq!(refused, empty("chat id"));
            }
            LaterMessage::PinMessage(mut message) => {
                message.message_id.clear();
                assert_eq!(
                    LaterMessage::PinMessage(message).validate(NOW_MS),
                    empty("message id")
                );
            }
            LaterMessage::EditMessage(right) => {
                let with = |text: String| {
                    let text = wire::EditMessage {
                        text,
                        ..right.clone()
                    };
                    LaterMessage::EditMessage(text).validate(NOW_MS)
                };
                assert_eq!(with(" \n".into()), empty("text"));
                let limit = MAX_EDITED_CHARACTERS;
                assert_eq!(with("é".repeat(limit)), Ok(()));
                let characters = limit + 1;
                let long = Err(InvalidLater::TextTooLong { characters, limit });
                assert_eq!(with("é".repeat(characters)), long);
            }
            LaterMessage::StatusUpdate(mut message) => {
                message.custom_text = "x".repeat(MAX_STATUS_CHARACTERS + 1);
                let refused = LaterMessage::StatusUpdate(message.clone()).validate(NOW_MS);
                assert!(matches!(refused, Err(InvalidLater::TextTooLong { .. })));
                message.status_type = 0;
                let refused = LaterMessage::StatusUpdate(message).validate(NOW_MS);
                assert_eq!(refused, Err(InvalidLater::NoStatus));
            }
            LaterMessage::DeleteMessage(mut message) => {
                message.clock = 0;
                let refused = LaterMessage::DeleteMessage(message).validate(NOW_MS);
                assert!(matches!(refused, Err(InvalidLater::Clock(_))));
            }
            _ => unreachable!("the test names every kind"),
        }
    }
}

/// A chat message with the content type, and more bytes behind it.
fn chat_message(content_type: i32, more: &[u8]) -> Bytes {
    let message = wire::ChatMessage {
        clock: NOW_MS,
        timestamp: NOW_MS,
        text: "look".into(),
        chat_id: "status".into(),
        message_type: 2,
        content_type,
        ..Default::default()
    };
    [&message.encode_to_vec()[..], more].concat().into()
}

fn attachments() -> [Attachment; 4] {
    let file = Bytes::from_static(b"file");
    [
        Attachment::Image {
            file: file.clone(),
            format: Ok(ImageType::Png),
        },
        Attachment::Image {
            file: file.clone(),
            format: Err(9),
        },
        Attachment::Audio {
            file: file.clone(),
            format: Ok(AudioType::Aac),
            duration_ms: 1500,
        },
        Attachment::Audio {
            file,
            format: Err(-1),
            duration_ms: 0,
        },
    ]
}

#[test]
fn pictures_and_sound_are_seen_by_those_who_ask_and_text_by_all() {
    for attachment in attachments() {
        let content_type = attachment.content_type();
        let payload = chat_message(content_type, &attachment.encode());
        // As v0.50.0 reads it: the text, and a content type that is not known.
        let decoded = Decoded::decode(MessageType::CHAT_MESSAGE, payload.clone()).unwrap();
        let Decoded::ChatMessage(message) = decoded else {
            panic!("a chat message")
        };
        assert_eq!(message.payload, None);
        let message = ChatMessage::validate(message, NOW_MS).unwrap();
        assert_eq!(*message.content(), Content::Other(content_type));
        // As later clients do.
        let received = Received::decode(wrap(MessageType::CHAT_MESSAGE, payload), None).unwrap();
        let said = received.validate(NOW_MS, NOW_MS).unwrap();
        assert_eq!(
            said,
            Said::Chat {
                message,
                attachment: Some(attachment)
            }
        );
    }
}

#[test]
fn a_promised_file_that_is_not_there_is_refused_by_those_who_ask() {
    let missing = |kind| Err(InvalidAttachment::Missing { kind });
    let image = |payload: &[u8], format| {
        let bytes = Bytes::copy_from_slice(payload);
        let message = wire::ImageMessage {
            payload: bytes,
            r#type: format,
        };
        let attachment = wire::ChatAttachment {
            payload: Some(wire::chat_attachment::Payload::Image(message)),
        };
        attachment.encode_to_vec()
    };
    let decode = |content_type, more: &[u8]| {
        Attachment::decode(content_type, chat_message(content_type, more))
    };
    assert_eq!(decode(7, b""), missing("picture"));
    assert_eq!(decode(8, &image(b"x", 1)), missing("sound"));
    assert_eq!(
        decode(7, &image(b"", 1)),
        Err(InvalidAttachment::Empty { kind: "picture" })
    );
    assert_eq!(
        decode(7, &image(b"x", 0)),
        Err(InvalidAttachment::NoFormat { kind: "picture" })
    );
    let malformed = decode(7, b"\x52\x01\xff");
    assert!(
        matches!(malformed, Err(InvalidAttachment::Malformed(_))),
        "{malformed:?}"
    );
    // The last of several counts.
    let audio = attachments()[2].encode();
    assert_eq!(
        decode(7, &[&image(b"x", 1)[..], &audio].concat()),
        missing("picture")
    );
    // Without the promise nobody looks.
    for content_type in [1, 2, 3, 6, 9] {
        assert_eq!(decode(content_type, b"\x52\x01\xff"), Ok(None));
    }
}
