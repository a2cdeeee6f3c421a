//! Cases of `payload.json`.

mod group;
mod json;

use crate::case::Checked;
use crate::{Case, Outcome};
use bytes::Bytes;
use status_payload::{
    ApplicationMetadataMessage, Authored, Decoded, MembershipUpdate, MessageType, next_clock,
};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "application_metadata" => application_metadata(case).into(),
        "validate" => validate(case).into(),
        "group" => group::group(case).into(),
        "next_clock" => clock(case).into(),
        _ => Outcome::Unsupported,
    }
}

fn message_type(case: &Case<'_>) -> Checked<MessageType> {
    case.value()["type"]
        .as_i64()
        .and_then(|number| i32::try_from(number).ok())
        .map(MessageType::from)
        .ok_or_else(|| case.differs("type", "a number in the vector", case.value()))
}

fn application_metadata(case: &Case<'_>) -> Checked<()> {
    let wrapped = Bytes::from(case.bytes("wrapped")?);
    let expected = case.child("expected");
    let opened = ApplicationMetadataMessage::decode(wrapped)
        .map_err(|error| error.to_string())
        .and_then(|message| message.recover().map_err(|error| error.to_string()));
    match (expected.text("result")?, opened) {
        ("ok", Ok(authored)) => {
            equal_authored(&expected, &authored)?;
            wrap_again(case, &authored)
        }
        ("error", Err(_)) => Ok(()),
        (result, Ok(_)) => Err(expected.differs("result", result, "ok")),
        (result, Err(error)) => Err(expected.differs("result", result, error)),
    }
}

pub(crate) fn equal_authored(expected: &Case<'_>, authored: &Authored) -> Checked<()> {
    let author = authored
        .author()
        .map(|author| hex::encode(author.serialize_uncompressed()));
    let wanted = expected.value()["author_public_key"]
        .as_str()
        .map(String::from);
    expected.equal("author_public_key", wanted, author)?;
    expected.equal_text("message_id", &authored.id().to_string())?;
    let message = authored.message();
    expected.equal_bytes("payload", message.payload())?;
    expected.equal_bytes(
        "signature",
        message.signature().cloned().unwrap_or_default(),
    )?;
    expected.equal("type", message_type(expected)?, message.message_type())?;
    expected.equal_text("type_name", &message.message_type().to_string())?;
    // A payload that is no message of its type is nothing to the Go code, like an unknown type.
    let parsed = authored.decode().ok();
    let parsed = parsed.as_ref().map(json::go_json).unwrap_or_default();
    expected.equal("parsed", &expected.value()["parsed"], &parsed)
}

/// Signatures are deterministic, so our wrapper of the same payload has the same bytes.
fn wrap_again(case: &Case<'_>, authored: &Authored) -> Checked<()> {
    if !case.has("type") || !case.has("payload") {
        return Ok(());
    }
    let payload = Bytes::from(case.bytes("payload")?);
    let message_type = message_type(case)?;
    let wrapped = if case.has("author_private_key") {
        let author = case.secret_key("author_private_key")?;
        ApplicationMetadataMessage::sign(&author, message_type, payload)
    } else {
        ApplicationMetadataMessage::unsigned(message_type, payload)
    };
    case.equal_bytes("wrapped", wrapped.as_bytes())?;
    let again = wrapped.recover().map(|again| again.id());
    case.equal("expected.message_id", Ok(authored.id()), again)
}

fn validate(case: &Case<'_>) -> Checked<()> {
    let payload = Bytes::from(case.bytes("payload")?);
    let decoded = Decoded::decode(message_type(case)?, payload)
        .map_err(|error| case.differs("payload", "a message", error))?;
    if case.has("message") {
        let message = json::go_json(&decoded);
        case.equal("message", &case.value()["message"], &message)?;
    }
    let time_ms = case.number("whisper_timestamp_ms")?;
    let valid = match &decoded {
        // The deployed code recovers the authors of all events before it looks at any clock.
        Decoded::MembershipUpdate(update) => {
            let read = MembershipUpdate::read_as_deployed(update.clone(), time_ms);
            read.is_ok() && decoded.validate(time_ms).is_ok()
        }
        _ => decoded.validate(time_ms).is_ok(),
    };
    let expected = case.child("expected");
    expected.equal_flag("valid", valid)?;
    // A chat message that may be shown is one that becomes a typed one.
    if let Decoded::ChatMessage(message) = decoded {
        let typed = status_payload::ChatMessage::validate(message, time_ms);
        expected.equal_flag("valid", typed.is_ok())?;
    }
    Ok(())
}

fn clock(case: &Case<'_>) -> Checked<()> {
    let time_ms = case.number("time_ms")?;
    let clock = next_clock(case.number("last_clock")?, time_ms);
    let expected = case.child("expected");
    expected.equal_number("clock", clock)?;
    // The author's time goes beside the clock as it is.
    expected.equal_number("timestamp", time_ms)
}
