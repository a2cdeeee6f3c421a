//! What numbers in messages mean: names of enumerations, times as dates.

use status_payload::wire::{
    audio_message, chat_message, emoji_reaction, group_chat_invitation, image_message,
    membership_update_event, status_update,
};
use status_payload::{MessageType, later};

/// What a number means, if it means more than a number.
pub(super) fn of(message: &str, field: &str, number: u64) -> Option<String> {
    // Enumerations are 32 bits with a sign, sent as 64.
    let short = number as u32 as i32;
    let name = match (message, field) {
        ("ApplicationMetadataMessage", "type") => return message_type(short),
        (_, "message_type") => chat_message::MessageType::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        (_, "content_type") => chat_message::ContentType::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("MembershipUpdateEvent", "type") => membership_update_event::EventType::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("ImageMessage", "type") => image_message::ImageType::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("AudioMessage", "type") => audio_message::AudioType::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("EmojiReaction", "type") => emoji_reaction::Type::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("GroupChatInvitation", "state") => group_chat_invitation::State::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("StatusUpdate", "status_type") => status_update::StatusType::try_from(short)
            .ok()
            .map(|kind| kind.as_str_name()),
        ("Bundle", "timestamp") => return date(number / 1_000_000_000),
        // Of data sync.
        ("Message", "timestamp") => return date(number),
        (_, "clock" | "timestamp") => return date(number / 1000),
        _ => None,
    };
    name.map(str::to_owned)
}

/// What a number is to a field that has a sign, if it is negative there.
pub(super) fn negative(number: u64) -> Option<String> {
    let signed = number.cast_signed();
    signed
        .is_negative()
        .then(|| format!("{signed} if it has a sign"))
}

/// The name of a type of message.
pub(super) fn message_type(number: i32) -> Option<String> {
    match MessageType::from(number) {
        known @ MessageType::Known(_) => Some(known.to_string()),
        MessageType::Other(number) => {
            later::later_type_name(number).map(|name| format!("{name}, of later clients"))
        }
    }
}

/// A time, seconds since 1970, as a date in UTC; none before 2001 and after 2286, where numbers mean
/// something else.
pub(super) fn date(seconds: u64) -> Option<String> {
    if !(1_000_000_000..10_000_000_000).contains(&seconds) {
        return None;
    }
    let time = crate::utc(seconds * 1000);
    let (seconds, _) = time.split_once('.')?;
    Some(format!("{seconds} UTC"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_names() {
        let of = |message, field, number| of(message, field, number).unwrap();
        assert_eq!(of("ChatMessage", "content_type", 1), "TEXT_PLAIN");
        assert_eq!(of("MembershipUpdateEvent", "type", 1), "CHAT_CREATED");
        assert_eq!(of("ApplicationMetadataMessage", "type", 1), "CHAT_MESSAGE");
        let later = "EMOJI_REACTION, of later clients";
        assert_eq!(of("ApplicationMetadataMessage", "type", 22), later);
    }

    #[test]
    fn negative_numbers_are_told() {
        assert_eq!(negative(u64::MAX).unwrap(), "-1 if it has a sign");
        assert_eq!(negative(7), None);
    }

    #[test]
    fn times_are_dates() {
        assert_eq!(date(951_782_400), None, "before 2001");
        assert_eq!(date(1_582_934_400).unwrap(), "2020-02-29 00:00:00 UTC");
        assert_eq!(date(1_577_836_799).unwrap(), "2019-12-31 23:59:59 UTC");
        assert_eq!(
            of("Bundle", "timestamp", 1_577_836_800_000_000_000).unwrap(),
            "2020-01-01 00:00:00 UTC"
        );
        assert_eq!(of("ChatMessage", "clock", 5), None);
    }
}
