//! Cases of `transit.json`: the messages of 2019.
//!
//! Encodings are compared after decoding, since the order of maps is random in the reference code:
//! what it wrote must read as it says, and what we write of the same message must read as ours.

mod json;
mod membership;

use crate::case::Checked;
use crate::{Case, Outcome};
use bytes::Bytes;
use status_payload::transit::{Body, Message, Value};
use status_payload::{Generation, Received, StatusProtocolMessage};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "transit_encode" => encode(case).into(),
        "transit_decode" => decode(case).into(),
        "transit_membership" => membership::run(case).into(),
        "status_protocol_message" => wrapper(case).into(),
        _ => Outcome::Unsupported,
    }
}

/// What is expected of the case: a defect of the Go code that has a `strict` reading gives way to it.
pub(super) fn strictly<'a>(case: &Case<'a>, field: &str) -> Option<&'a serde_json::Value> {
    let value = case.value();
    value.get("go_defect")?;
    value.get("strict")?.get(field)
}

fn encode(case: &Case<'_>) -> Checked<()> {
    let encoded = Bytes::from(case.bytes("encoded")?);
    let theirs = Message::decode(encoded)
        .map_err(|error| case.differs("encoded", "a message that can be read", error))?;
    compare(&case.child("expected"), theirs.body())?;
    // The message as given, in our words.
    let body = if case.has("message") {
        Body::Chat(json::chat(&case.child("message"))?)
    } else if case.has("pair") {
        Body::Pair(json::pair(&case.child("pair"))?)
    } else {
        return Err(case.differs("message", "a message to encode", case.value()));
    };
    let ours = Message::decode(body.encode())
        .map_err(|error| case.differs("message", "an encoding that can be read", error))?;
    case.equal("message", &body, ours.body())?;
    let verbose = Message::decode(body.to_value().to_verbose().into());
    case.equal("message", Ok(&body), verbose.as_ref().map(Message::body))
}

fn decode(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let message = Message::decode(Bytes::from(case.bytes("payload")?));
    let wanted = match strictly(case, "result").or_else(|| strictly(case, "readable")) {
        Some(serde_json::Value::Bool(true)) => "readable",
        Some(serde_json::Value::Bool(false)) => "error",
        Some(result) => result.as_str().unwrap_or("readable"),
        None => expected.text("result")?,
    };
    match (wanted, message) {
        ("error" | "panic", Err(_)) => Ok(()),
        ("readable", Ok(_)) => Ok(()),
        ("ok" | "ok_other", Ok(message)) => {
            compare(&expected, message.body())?;
            // What was read is written and read again alike.
            let again = Message::decode(message.body().encode());
            let again = again.as_ref().map(|again| json::go(again.body()));
            case.equal("payload", Ok(json::go(message.body())), again)
        }
        (wanted, Ok(message)) => {
            Err(expected.differs("result", wanted, format_args!("{:?}", message.body())))
        }
        (wanted, Err(error)) => Err(expected.differs("result", wanted, error)),
    }
}

/// Compares a message with what the Go code read.
pub(super) fn compare(expected: &Case<'_>, body: &Body) -> Checked<()> {
    match body {
        Body::Chat(chat) => {
            expected.equal_text("tag", "c4")?;
            let message = &expected.value()["message"];
            expected.equal("message", message, &json::go_chat(chat))
        }
        Body::Pair(pair) => {
            expected.equal_text("tag", "p2")?;
            expected.equal("pair", &expected.value()["pair"], &json::go_pair(pair))
        }
        Body::Membership(membership) => membership::compare(expected, membership),
        Body::Other(value) => expected.equal_text("go_type", go_type(value)),
        _ => Err(expected.differs("tag", "a known message", "a message of a newer version")),
    }
}

/// The Go type that the reference code reads a value as.
fn go_type(value: &Value) -> &'static str {
    match value {
        Value::Nil => "<nil>",
        Value::Bool(_) => "bool",
        Value::Integer(_) => "int64",
        Value::BigInteger(_) => "*big.Int",
        Value::Float(_) => "float64",
        Value::Decimal(_) => "decimal.Decimal",
        Value::Text(_) => "string",
        Value::Keyword(_) => "transit.Keyword",
        Value::Symbol(_) => "transit.Symbol",
        Value::Tag(_) => "transit.TagId",
        Value::Character(_) => "int32",
        Value::Bytes(_) => "[]uint8",
        Value::Time(_) | Value::Instant(_) => "time.Time",
        Value::Uuid(_) => "uuid.UUID",
        Value::Uri(_) => "*transit.TUri",
        Value::Array(_) => "[]interface {}",
        Value::List(_) => "*list.List",
        Value::Set(_) => "*transit.Set",
        Value::Map(_) => "map[interface {}]interface {}",
        Value::CompositeMap(_) => "*transit.CMap",
        Value::Tagged(tag, _) => match tag.as_str() {
            "ratio" => "big.Rat",
            "link" => "*transit.Link",
            _ => "transit.TaggedValue",
        },
    }
}

fn wrapper(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let bytes = Bytes::from(case.bytes("wrapped")?);
    let transport = if case.has("transport_private_key") {
        let secret = case.secret_key("transport_private_key")?;
        Some(secret.public_key(&secp256k1::Secp256k1::new()))
    } else {
        None
    };
    let message = StatusProtocolMessage::decode(bytes.clone());
    let author = match (expected.text("result")?, message.author()) {
        ("ok", Ok(author)) => author,
        ("error", Err(_)) => return Ok(()),
        (result, Ok(_)) => return Err(expected.differs("result", result, "ok")),
        (result, Err(error)) => return Err(expected.differs("result", result, error)),
    };
    let hexed = author.map(|author| hex::encode(author.serialize_uncompressed()));
    let wanted = expected.value()["author_public_key"].as_str();
    expected.equal("author_public_key", wanted, hexed.as_deref())?;
    expected.equal_bytes("payload", message.payload())?;
    let id = message.id(transport.as_ref());
    let id = id.map_err(|error| expected.differs("message_id", "an id", error))?;
    expected.equal_text("message_id", &id.to_string())?;

    // Signatures are deterministic, so our wrapper of the same payload has the same bytes.
    if message.is_wrapped() && case.has("author_private_key") && case.has("payload") {
        let author = case.secret_key("author_private_key")?;
        let again = StatusProtocolMessage::sign(&author, message.payload().clone());
        case.equal_bytes("wrapped", again.as_bytes())?;
    }
    // The one decoder for every generation sees the same.
    if let Ok(received) = Received::decode(bytes, transport.as_ref())
        && received.generation() != Generation::Protobuf
    {
        expected.equal("author_public_key", author.as_ref(), received.author())?;
        expected.equal_text("message_id", &received.id().to_string())?;
        expected.equal_bytes("payload", received.payload())?;
    }
    Ok(())
}
