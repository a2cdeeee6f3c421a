//! Cases of `mvds.json`: the wire formats, the policy of retransmission, and scenarios.

mod scenario;

use crate::case::Checked;
use crate::{Case, Outcome};
use bytes::Bytes;
use status_mvds::{
    Message, Metadata, Numbering, Payload, Unwrapped, deployed_next_epoch, one_to_one_group_id,
};

pub(crate) fn run(case: &Case<'_>) -> Outcome {
    match case.kind() {
        "message_id" => message_id(case).into(),
        "group_id" => group_id(case).into(),
        "payload" => payload(case).into(),
        "unwrap" => unwrap(case).into(),
        "next_epoch" => next_epoch(case).into(),
        "scenario" => numbering(case)
            .and_then(|numbering| scenario::run(case, numbering))
            .into(),
        _ => Outcome::Unsupported,
    }
}

/// The numbering a case was recorded with: nothing in the bytes says it.
fn numbering(case: &Case<'_>) -> Checked<Numbering> {
    Ok(if case.text("wire")?.starts_with("mvds master") {
        Numbering::Mdf
    } else {
        Numbering::Deployed
    })
}

fn timestamp(case: &Case<'_>) -> Checked<i64> {
    signed(case, "timestamp")
}

/// The signed integer in `field`, given as a number or as a decimal string.
fn signed(case: &Case<'_>, field: &str) -> Checked<i64> {
    let value = case.child(field);
    let value = value.value();
    value
        .as_i64()
        .or_else(|| value.as_str()?.parse().ok())
        .ok_or_else(|| case.differs(field, "a number in the vector", value))
}

fn next_epoch(case: &Case<'_>) -> Checked<()> {
    let next = deployed_next_epoch(case.number("count")?, signed(case, "epoch")?);
    let expected = case.child("expected");
    expected.equal("next", signed(&expected, "next")?, next)
}

fn message_id(case: &Case<'_>) -> Checked<()> {
    let message = Message {
        group_id: case.bytes("group_id")?.into(),
        timestamp: timestamp(case)?,
        body: case.bytes("body")?.into(),
        metadata: None,
    };
    let expected = case.child("expected");
    expected.equal_bytes("message_id", message.id().0)?;
    if !expected.has("message_protobuf") {
        return Ok(());
    }
    // The message inside a payload is its key, its length and itself.
    let payload = Payload {
        messages: vec![message],
        ..Payload::default()
    };
    let encoded = payload.encode(numbering(case)?);
    let protobuf = expected.bytes("message_protobuf")?;
    let tail = encoded.len().saturating_sub(protobuf.len());
    expected.equal_bytes("message_protobuf", encoded.get(tail..).unwrap_or_default())
}

fn group_id(case: &Case<'_>) -> Checked<()> {
    let curve = secp256k1::Secp256k1::new();
    let first = case.secret_key("private_key_a")?.public_key(&curve);
    let second = case.secret_key("private_key_b")?.public_key(&curve);
    let expected = case.child("expected");
    expected.equal_bytes("group_id", one_to_one_group_id(&first, &second))?;
    if expected.has("group_id_arguments_swapped") {
        let swapped = one_to_one_group_id(&second, &first);
        expected.equal_bytes("group_id_arguments_swapped", swapped)?;
    }
    if expected.has("peer_id_a") {
        expected.equal_bytes("peer_id_a", first.serialize_uncompressed())?;
    }
    Ok(())
}

fn payload(case: &Case<'_>) -> Checked<()> {
    let numbering = numbering(case)?;
    let bytes = Bytes::from(case.bytes("payload")?);
    let expected = case.child("expected");
    let decoded = Payload::decode(bytes, numbering);
    let result = if decoded.is_ok() { "ok" } else { "error" };
    expected.equal_text("result", result)?;
    let Ok((payload, _)) = decoded else {
        return Ok(());
    };
    equal_payload(&expected.child("parsed"), &payload)?;
    // What was decoded, encoded again, says the same.
    let again = Payload::decode(payload.encode(numbering), numbering);
    expected.equal("parsed", Some(payload), again.ok().map(|(again, _)| again))
}

pub(crate) fn equal_payload(parsed: &Case<'_>, payload: &Payload) -> Checked<()> {
    parsed.equal_flag("is_valid", !payload.is_empty())?;
    equal_ids(parsed, "acks", &payload.acks)?;
    equal_ids(parsed, "offers", &payload.offers)?;
    equal_ids(parsed, "requests", &payload.requests)?;
    let messages = parsed.list("messages")?;
    parsed.equal("messages", messages.len(), payload.messages.len())?;
    for (expected, message) in messages.iter().zip(&payload.messages) {
        expected.equal_bytes("group_id", &message.group_id)?;
        expected.equal("timestamp", timestamp(expected)?, message.timestamp)?;
        expected.equal_bytes("body", &message.body)?;
        expected.equal_bytes("message_id", message.id().0)?;
        let metadata = expected.child("metadata");
        expected.equal(
            "metadata",
            expected.has("metadata"),
            message.metadata.is_some(),
        )?;
        if let Some(Metadata { parents, ephemeral }) = &message.metadata {
            equal_ids(&metadata, "parents", parents)?;
            metadata.equal_flag("ephemeral", *ephemeral)?;
        }
    }
    Ok(())
}

fn equal_ids(parsed: &Case<'_>, field: &str, got: &[Bytes]) -> Checked<()> {
    let expected: Vec<&str> = parsed
        .list(field)?
        .iter()
        .map(|id| id.value().as_str().unwrap_or_default())
        .collect();
    let got: Vec<String> = got.iter().map(hex::encode).collect();
    parsed.equal(field, format!("{expected:?}"), format!("{got:?}"))
}

fn unwrap(case: &Case<'_>) -> Checked<()> {
    let unwrapped = Unwrapped::from_bytes(case.bytes("payload")?.into(), numbering(case)?);
    let expected = case.child("expected");
    let (is_datasync, failed) = match &unwrapped {
        Unwrapped::DataSync(_) => (true, false),
        Unwrapped::Other { error, .. } => (false, error.is_some()),
    };
    expected.equal_flag("is_datasync", is_datasync)?;
    expected.equal("unmarshal_error", expected.has("unmarshal_error"), failed)?;
    let payloads = unwrapped.application_payloads();
    equal_ids(&expected, "application_payloads", &payloads)
}
