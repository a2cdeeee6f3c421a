//! Cases of groups of 2019.

use super::{json, strictly};
use crate::Case;
use crate::case::Checked;
use bytes::Bytes;
use serde_json::Value;
use status_payload::transit::{Body, Event, Group, Membership, Message, Update};
use std::collections::BTreeSet;

pub(super) fn run(case: &Case<'_>) -> Checked<()> {
    let expected = case.child("expected");
    let message = Message::decode(Bytes::from(case.bytes("encoded")?));
    if let Some(readable) = strictly(case, "readable") {
        let wanted = readable.as_bool().unwrap_or(true);
        case.equal("strict.readable", wanted, message.is_ok())?;
        return match message {
            Ok(message) => round_trip(case, message.body()),
            Err(_) => Ok(()),
        };
    }
    let message = match (expected.text("result")?, message) {
        ("ok", Ok(message)) => message,
        ("error", Err(_)) => return Ok(()),
        // Signatures are recovered after decoding, which is an error of its own here.
        ("error", Ok(message)) if !all_signed(message.body()) => return Ok(()),
        (result, Ok(_)) => return Err(expected.differs("result", result, "ok")),
        (result, Err(error)) => return Err(expected.differs("result", result, error)),
    };
    let Body::Membership(membership) = message.body() else {
        return Err(expected.differs("tag", "g5", format_args!("{:?}", message.body())));
    };
    compare(&expected, membership)?;
    sign_again(case, membership)?;
    round_trip(case, message.body())
}

fn all_signed(body: &Body) -> bool {
    let Body::Membership(membership) = body else {
        return true;
    };
    let mut updates = membership.updates.iter();
    updates.all(|update| update.author().is_ok())
}

fn round_trip(case: &Case<'_>, body: &Body) -> Checked<()> {
    let again = Message::decode(body.encode());
    case.equal("encoded", Ok(body), again.as_ref().map(Message::body))
}

pub(super) fn compare(expected: &Case<'_>, membership: &Membership) -> Checked<()> {
    if expected.has("tag") {
        expected.equal_text("tag", "g5")?;
    }
    expected.equal_text("chat_id", &membership.chat_id)?;
    let message = membership.message.as_ref().map(json::go_chat);
    let message = message.unwrap_or_default();
    expected.equal("message", &expected.value()["message"], &message)?;
    let updates = expected.list("updates")?;
    expected.equal("updates", updates.len(), membership.updates.len())?;
    for (wanted, update) in updates.iter().zip(&membership.updates) {
        compare_update(wanted, update)?;
    }
    if expected.has("group") {
        compare_group(&expected.child("group"), membership)?;
    }
    Ok(())
}

fn compare_update(wanted: &Case<'_>, update: &Update) -> Checked<()> {
    wanted.equal_text("chat_id", &update.chat_id)?;
    wanted.equal_text("signature", &update.signature)?;
    if wanted.has("signature_material") {
        wanted.equal_text("signature_material", &update.signed_text())?;
    }
    if wanted.has("signature_material_hex") {
        wanted.equal_bytes("signature_material_hex", update.signed_text())?;
    }
    if wanted.has("from") {
        let author = update
            .author()
            .map_err(|error| wanted.differs("from", "an author", error))?;
        let author = hex::encode(author.serialize_uncompressed());
        wanted.equal_text("from", &format!("0x{author}"))?;
    }
    // The Go code sorts the events it got when it checks their signature.
    let mut events: Vec<&Event> = update.events.iter().collect();
    events.sort_by_key(|event| event.clock);
    let listed = wanted.list("events")?;
    wanted.equal("events", listed.len(), events.len())?;
    for (wanted, event) in listed.iter().zip(events) {
        wanted.equal_text("type", event.kind.name())?;
        wanted.equal(
            "clock_value",
            json::integer(wanted, "clock_value")?,
            event.clock,
        )?;
        wanted.equal_text("name", &event.name)?;
        wanted.equal_text("member", &event.member)?;
        let mut members = event.members.clone().unwrap_or_default();
        members.sort();
        let sorted: Vec<&str> = texts(wanted, "members_sorted");
        wanted.equal(
            "members_sorted",
            sorted,
            members.iter().map(String::as_str).collect(),
        )?;
    }
    Ok(())
}

fn texts<'a>(case: &Case<'a>, field: &str) -> Vec<&'a str> {
    let list = case.value()[field].as_array();
    list.into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

fn compare_group(wanted: &Case<'_>, membership: &Membership) -> Checked<()> {
    let group = match (wanted.text("result")?, Group::rebuild(membership)) {
        ("ok", Ok(group)) => group,
        ("error", Err(_)) => return Ok(()),
        (result, Ok(_)) => return Err(wanted.differs("result", result, "ok")),
        (result, Err(error)) => return Err(wanted.differs("result", result, error)),
    };
    wanted.equal_text("name", group.name())?;
    for (field, got) in [
        ("members", group.members()),
        ("admins", group.admins()),
        ("joined", group.joined()),
    ] {
        if wanted.has(field) {
            let listed: BTreeSet<&str> = texts(wanted, field).into_iter().collect();
            wanted.equal(field, listed, got.iter().map(String::as_str).collect())?;
        }
    }
    Ok(())
}

/// Signatures are deterministic, so ours over the same events has the same bytes.
fn sign_again(case: &Case<'_>, membership: &Membership) -> Checked<()> {
    let keys = case.value()["signer_private_keys"].as_array();
    for (index, (key, update)) in keys
        .into_iter()
        .flatten()
        .zip(&membership.updates)
        .enumerate()
    {
        let field = format!("signer_private_keys.{index}");
        let secret = key
            .as_str()
            .and_then(|key| hex::decode(key).ok())
            .and_then(|key| <[u8; 32]>::try_from(key).ok())
            .and_then(|key| secp256k1::SecretKey::from_byte_array(key).ok())
            .ok_or_else(|| case.differs(&field, "a secret key in the vector", key))?;
        let again = Update::sign(&secret, &update.chat_id, update.events.clone());
        case.equal(&field, &update.signature, &again.signature)?;
    }
    Ok(())
}
