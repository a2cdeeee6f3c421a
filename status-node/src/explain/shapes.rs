//! Which message an application may have sent, told by the shape of its fields: the wrapper says the type,
//! but messages are also found without it, in a database or a log.

use super::kind;
use status_payload::{MessageType, PublicChatName};
use status_protobuf_wire::{Kind as Wire, Schema, fields};

/// Length of a hash as text: 0x and 64 digits.
const HASH: usize = 66;

/// Length of an address as text: 0x and 40 digits.
const ADDRESS: usize = 42;

/// Length of a public key as text: 0x04 and 128 digits.
const KEY: usize = 132;

/// Length of a UUID, by which most devices are named.
const UUID: usize = 36;

/// Bytes of a signature.
const SIGNATURE: usize = 65;

/// Numbers of enumerations that are taken for one: more than any has.
const MAX_ENUM: u64 = 32;

/// Fields without which the messages that have them say nothing.
const INDISPENSABLE: [&str; 5] = [
    "address",
    "chat_id",
    "message_id",
    "status_type",
    "transaction_hash",
];

/// The message to which later clients have added fields.
const EXTENDED: &str = "ChatMessage";

/// Fields that are looked at, since all types are tried: a message with more shows what it is by these.
const MAX_FIELDS: usize = 256;

/// The types that the bytes may be, those for which most speaks, the known ones first; several only if as
/// much speaks for each. Nothing but a clock speaks for none.
pub(super) fn types(bytes: &[u8]) -> Vec<MessageType> {
    let all = kind::types().map(|(message_type, schema)| (message_type, clues(schema, bytes)));
    let found: Vec<_> = all
        .filter_map(|(message_type, clues)| clues.map(|clues| (message_type, clues)))
        .collect();
    let most = found.iter().map(|(_, clues)| *clues).max();
    let Some(most) = most.filter(|most| *most > 0) else {
        return Vec::new();
    };
    let best = found.into_iter().filter(|(_, clues)| *clues == most);
    best.map(|(message_type, _)| message_type).collect()
}

/// Whether the bytes are fields of the message and nothing else.
pub(super) fn fits(schema: &'static Schema, bytes: &[u8]) -> bool {
    clues_of(schema, bytes, &mut |_, _| Some(0)).is_some()
}

/// How much speaks for it that bytes are this message; none if something speaks against it.
fn clues(schema: &'static Schema, bytes: &[u8]) -> Option<i32> {
    let mut seen = Vec::new();
    let mut look = |name: &'static str, value: Value<'_>| {
        seen.push(name);
        clue(schema.name, name, value)
    };
    let found = clues_of(schema, bytes, &mut look)?;
    let lacks = |name: &str| {
        let has = schema.fields.iter().any(|field| field.name == name);
        has && !seen.contains(&name)
    };
    // Whoever wrote it gave it a time, if it was not to be refused.
    let found = found - i32::from(lacks("clock"));
    let is_empty = INDISPENSABLE.iter().any(|name| lacks(name));
    // Of that much more is known.
    (!is_empty || schema.name == EXTENDED).then_some(found)
}

/// What a field holds.
#[derive(Clone, Copy)]
enum Value<'a> {
    Number(u64),
    Text(&'a str),
    Bytes(&'a [u8]),
}

/// The sum of what `look` says of each field; none if it says none, or bytes are there that are no field of
/// the message.
fn clues_of(
    schema: &'static Schema,
    bytes: &[u8],
    look: &mut dyn FnMut(&'static str, Value<'_>) -> Option<i32>,
) -> Option<i32> {
    let mut sum = 0;
    for (index, field) in fields(schema, bytes).enumerate() {
        if index >= MAX_FIELDS {
            break;
        }
        let raw = field.ok()?;
        let known = match schema.field(raw.number) {
            Some(known) => known,
            None if schema.name == EXTENDED => continue,
            None => return None,
        };
        if known.kind.wire_type() != raw.wire_type {
            return None;
        }
        let value = bytes.get(raw.value..raw.end)?;
        sum += match known.kind {
            Wire::Varint | Wire::Fixed32 | Wire::Fixed64 => {
                look(known.name, Value::Number(raw.integer(bytes)?))?
            }
            Wire::Text => look(known.name, Value::Text(std::str::from_utf8(value).ok()?))?,
            Wire::Bytes => look(known.name, Value::Bytes(value))?,
            Wire::Message(inner) => clues(inner, value)? + 1,
            Wire::Map(inner) => clues_of(inner, value, &mut |_, _| Some(0))? + 1,
        };
    }
    Some(sum)
}

/// How much a field speaks for its message; none if it is not what stands there in one.
fn clue(message: &str, field: &str, value: Value<'_>) -> Option<i32> {
    match value {
        Value::Number(number) => number_clue(field, number),
        Value::Text(text) => text_clue(message, field, text),
        Value::Bytes(bytes) => match field {
            "events" => (bytes.len() > SIGNATURE).then_some(2),
            "signature" => (bytes.is_empty() || bytes.len() == SIGNATURE).then_some(1),
            _ => Some(0),
        },
    }
}

fn number_clue(field: &str, number: u64) -> Option<i32> {
    match field {
        "pinned" | "retracted" => (number < 2).then_some(1),
        // Later clients have more of these.
        "message_type" | "content_type" => Some(i32::from(number < MAX_ENUM)),
        "type" | "state" | "status_type" => (number < MAX_ENUM).then_some(1),
        // Milliseconds since 1970, from 2001 on.
        "timestamp" | "last_updated" => Some(i32::from(number > 1_000_000_000_000)),
        _ => Some(0),
    }
}

fn text_clue(message: &str, field: &str, text: &str) -> Option<i32> {
    let strong = |it_is: bool| it_is.then_some(2);
    match (message, field) {
        (_, "address") => strong(is_hex(text, ADDRESS)),
        (_, "contract") => Some(if is_hex(text, ADDRESS) { 2 } else { 0 }),
        (_, "message_id" | "transaction_hash") => strong(is_hex(text, HASH)),
        ("SyncInstallationContact", "id") => strong(is_key(text)),
        ("SyncInstallationPublicChat", "id") => text.parse::<PublicChatName>().is_ok().then_some(1),
        (_, "id") => strong(is_hex(text, HASH)),
        (_, "value") => is_amount(text).then_some(1),
        ("PairInstallation", "device_type") => {
            strong(matches!(text, "ios" | "android" | "desktop"))
        }
        ("PairInstallation", "installation_id") => Some(if is_uuid(text) { 2 } else { 0 }),
        (_, "profile_image") => Some(if text.starts_with("data:") { 2 } else { 0 }),
        (_, "ens_name") => Some(if text.ends_with(".eth") { 2 } else { 0 }),
        ("MembershipUpdateMessage" | "GroupChatInvitation", "chat_id") => {
            strong(text.len() > KEY && text.get(text.len() - KEY..).is_some_and(is_key))
        }
        (_, "chat_id") => (!text.is_empty()).then_some(1),
        _ => Some(0),
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    let digits = text.strip_prefix("0x").unwrap_or_default();
    text.len() == length && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
}

fn is_key(text: &str) -> bool {
    is_hex(text, KEY) && text.starts_with("0x04")
}

fn is_uuid(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    text.len() == UUID && text.contains('-') && text.bytes().all(is_digit)
}

/// As deployed clients read it, roughly.
fn is_amount(text: &str) -> bool {
    let is_digit = |byte: u8| byte.is_ascii_digit() || b"+-._eE".contains(&byte);
    text.bytes().any(|byte| byte.is_ascii_digit()) && text.bytes().all(is_digit)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(hex: &str) -> Vec<String> {
        let bytes = hex::decode(hex).unwrap();
        types(&bytes).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_message_is_told_by_what_its_fields_say() {
        let clock = "08d8d3918aa42e";
        let text = |number: u8, text: &str| {
            format!(
                "{:02x}{:02x}{}",
                number << 3 | 2,
                text.len(),
                hex::encode(text)
            )
        };
        let address = text(3, &format!("0x{}", "1f".repeat(20)));
        let id = text(2, &format!("0x{}", "e4".repeat(32)));
        for (hex, wanted) in [
            (
                format!("{clock}{}{address}", text(2, "1.2")),
                vec!["REQUEST_ADDRESS_FOR_TRANSACTION"],
            ),
            (
                format!("{clock}{id}{address}"),
                vec!["ACCEPT_REQUEST_ADDRESS_FOR_TRANSACTION"],
            ),
            // These two are the same but for the type in the wrapper.
            (
                format!("{clock}{id}"),
                vec![
                    "DECLINE_REQUEST_ADDRESS_FOR_TRANSACTION",
                    "DECLINE_REQUEST_TRANSACTION",
                ],
            ),
            (
                format!("{clock}{}", text(2, "status")),
                vec!["SYNC_INSTALLATION_PUBLIC_CHAT"],
            ),
            (
                format!("{clock}{}", text(2, "name.eth")),
                vec!["CONTACT_UPDATE"],
            ),
            (
                format!("{clock}{}{}", text(2, "a"), text(3, "ios")),
                vec!["PAIR_INSTALLATION"],
            ),
            (clock.to_owned(), vec![]),
            // A field that none has.
            (format!("{clock}{id}980609"), vec![]),
        ] {
            assert_eq!(shown(&hex), wanted, "{hex}");
        }
    }
}
