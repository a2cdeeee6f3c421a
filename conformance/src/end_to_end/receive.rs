//! What a receiver makes of an envelope, layer by layer.

use super::{drawn, replay};
use crate::Case;
use crate::case::Checked;
use crate::mvds::equal_payload;
use crate::payload::equal_authored;
use crate::security::{Party, equal_bundle};
use bytes::Bytes;
use status_conversational_security::{ProtocolMessage, Received, wire};
use status_node::coupling::Route;
use status_node::pipeline::{Decrypted, Incoming, Messages, POW, TTL, read_wrapped};
use status_whisper::{Envelope, open};

pub(super) fn envelope(
    step: &Case<'_>,
    receiver: &Case<'_>,
    party: &mut Party,
    route: &Route,
) -> Checked<()> {
    let recorded = step.child("envelope");
    let envelope = Envelope::decode(Bytes::from(recorded.bytes("rlp")?))
        .map_err(|error| recorded.differs("rlp", "an envelope", error))?;
    recorded.equal_bytes("hash", envelope.hash().0)?;
    recorded.equal("ttl", TTL, envelope.ttl())?;
    recorded.equal("pow", true, envelope.pow() >= POW)?;
    let expected = receiver.child("expected");
    let incoming = incoming(party, route, &envelope);
    let (result, incoming) = match (expected.text("result")?, incoming) {
        ("ok", Ok(incoming)) => ("ok", incoming),
        ("ok", Err(error)) => return Err(expected.differs("result", "ok", error)),
        (_, Err(_)) => return Ok(()),
        (result, Ok(incoming)) => (result, incoming),
    };
    expected.equal("result", result, "ok")?;
    let signer = expected.public_key("transport_author")?;
    expected.equal("transport_author", &signer, incoming.signer())?;
    expected.equal_bytes("transport_payload", incoming.payload())?;
    let mut rng = replay(&drawn(receiver, "generated_keys")?);
    let now_ns = i64::from(envelope.sent()) * 1_000_000_000;
    let Ok(decrypted) = incoming.decrypt(&party.endpoint, &mut party.store, now_ns, &mut rng);
    encryption_layer(&expected, &decrypted)?;
    expected.equal_bytes("after_encryption_layer", decrypted.payload())?;
    messages(&expected, decrypted.into_messages())
}

/// The outermost layer: opened as the party's filter opens it.
fn incoming(party: &Party, route: &Route, envelope: &Envelope) -> Result<Incoming, String> {
    let key = route.key.opening(Some(&party.identity));
    let key = key.ok_or("no filter of this party opens it")?;
    let opened = open(envelope, &key).map_err(|error| error.to_string())?;
    Incoming::unwrap(envelope, &opened).map_err(|refusal| refusal.to_string())
}

fn encryption_layer(expected: &Case<'_>, decrypted: &Decrypted) -> Checked<()> {
    let layer = expected.child("encryption_layer");
    let used = match &decrypted.handled().result {
        Ok(Received::Private { .. } | Received::Public(_)) => true,
        Ok(Received::Nothing) | Err(_) => false,
    };
    if layer.flag("used")? != used {
        let got = format!("{:?}", decrypted.handled().result);
        return Err(layer.differs("used", !used, got));
    }
    if !layer.has("parsed") {
        return Ok(());
    }
    let parsed = layer.child("parsed");
    let payload = decrypted.incoming().payload().clone();
    let message = ProtocolMessage::decode(payload)
        .map_err(|error| parsed.differs("installation_id", "a protocol message", error))?;
    let message = message.message();
    parsed.equal_text("installation_id", &message.installation_id)?;
    parsed.equal_flag("has_public_message", message.public_message.is_some())?;
    let public = message.public_message.clone().unwrap_or_default();
    parsed.equal_bytes("public_message", public)?;
    let bundles = parsed.list("bundles")?;
    parsed.equal("bundles", bundles.len(), message.bundles.len())?;
    for (expected, bundle) in bundles.iter().zip(&message.bundles) {
        equal_bundle(expected, bundle)?;
    }
    let wanted = parsed.child("direct_message");
    let count = wanted
        .value()
        .as_object()
        .map_or(0, |entries| entries.len());
    parsed.equal("direct_message", count, message.direct_message.len())?;
    for (id, direct) in &message.direct_message {
        equal_direct(&wanted.child(id), direct)?;
    }
    Ok(())
}

fn equal_direct(expected: &Case<'_>, direct: &wire::DirectMessageProtocol) -> Checked<()> {
    expected.equal_bytes("payload", &direct.payload)?;
    let headers = [
        ("x3dh_header", direct.x3dh_header.is_some()),
        ("dr_header", direct.dr_header.is_some()),
        ("dh_header", direct.dh_header.is_some()),
    ];
    for (field, there) in headers {
        expected.equal(field, expected.has(field), there)?;
    }
    if let Some(header) = &direct.x3dh_header {
        let expected = expected.child("x3dh_header");
        expected.equal_bytes("id", &header.id)?;
        expected.equal_bytes("key", &header.key)?;
    }
    if let Some(header) = &direct.dr_header {
        let expected = expected.child("dr_header");
        expected.equal_bytes("id", &header.id)?;
        expected.equal_bytes("key", &header.key)?;
        expected.equal_number("n", header.n)?;
        expected.equal_number("pn", header.pn)?;
    }
    if let Some(header) = &direct.dh_header {
        expected
            .child("dh_header")
            .equal_bytes("key", &header.key)?;
    }
    Ok(())
}

fn messages(expected: &Case<'_>, messages: Messages) -> Checked<()> {
    match (&messages.data_sync, expected.has("datasync_payload")) {
        (Some(payload), true) => equal_payload(&expected.child("datasync_payload"), payload)?,
        (None, false) => {}
        (payload, _) => {
            let got = format!("{payload:?}");
            let wanted = expected.value()["datasync_payload"].to_string();
            return Err(expected.differs("datasync_payload", wanted, got));
        }
    }
    let wanted = expected.list("application_messages")?;
    let count = messages.wrapped.len();
    expected.equal("application_messages", wanted.len(), count)?;
    for (wanted, wrapped) in wanted.iter().zip(messages.wrapped) {
        wanted.equal_bytes("wrapped", &wrapped)?;
        match (wanted.text("result")?, read_wrapped(wrapped)) {
            ("ok", Ok(authored)) => equal_authored(wanted, &authored)?,
            ("ok", Err(refusal)) => return Err(wanted.differs("result", "ok", refusal)),
            (_, Err(_)) => {}
            (result, Ok(_)) => return Err(wanted.differs("result", result, "ok")),
        }
    }
    Ok(())
}
