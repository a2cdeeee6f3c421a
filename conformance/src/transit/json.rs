//! Messages of 2019 in the vectors' JSON, both ways.

use crate::Case;
use crate::case::Checked;
use serde_json::{Value, json};
use status_payload::transit::{Body, Chat, ChatContent, Pair};

/// A text, empty if the field is missing.
fn text(case: &Case<'_>, field: &str) -> Checked<String> {
    if case.has(field) {
        case.text(field).map(String::from)
    } else {
        Ok(String::new())
    }
}

/// An integer of 64 bits, as a number or in decimal, 0 if the field is missing.
pub(super) fn integer(case: &Case<'_>, field: &str) -> Checked<i64> {
    let value = &case.value()[field];
    if value.is_null() {
        return Ok(0);
    }
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .ok_or_else(|| case.differs(field, "an integer in the vector", value))
}

pub(super) fn chat(case: &Case<'_>) -> Checked<Chat> {
    let content = case.child("content");
    Ok(Chat {
        text: text(case, "text")?,
        content_type: text(case, "content_type")?,
        message_type: text(case, "message_type")?,
        clock: integer(case, "clock")?,
        timestamp_ms: integer(case, "timestamp")?,
        content: ChatContent {
            chat_id: text(&content, "chat_id")?,
            text: text(&content, "text")?,
            response_to: text(&content, "response_to")?,
            name: text(&content, "name")?,
            other: Vec::new(),
        },
        more: Vec::new(),
    })
}

pub(super) fn pair(case: &Case<'_>) -> Checked<Pair> {
    Ok(Pair {
        installation_id: text(case, "installation_id")?,
        device_type: text(case, "device_type")?,
        name: text(case, "name")?,
        fcm_token: text(case, "fcm_token")?,
        more: Vec::new(),
    })
}

pub(super) fn go_chat(chat: &Chat) -> Value {
    json!({
        "clock": chat.clock.to_string(),
        "content": {
            "chat_id": chat.content.chat_id,
            "name": chat.content.name,
            "response_to": chat.content.response_to,
            "text": chat.content.text,
        },
        "content_type": chat.content_type,
        "message_type": chat.message_type,
        "text": chat.text,
        "timestamp": chat.timestamp_ms.to_string(),
    })
}

pub(super) fn go_pair(pair: &Pair) -> Value {
    json!({
        "device_type": pair.device_type,
        "fcm_token": pair.fcm_token,
        "installation_id": pair.installation_id,
        "name": pair.name,
    })
}

/// Any message, for comparing two of ours: NaN is not equal to itself, its text is.
pub(super) fn go(body: &Body) -> String {
    format!("{body:?}")
}
