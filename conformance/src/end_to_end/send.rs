//! What a step sent, sent again.

use super::{drawn, replay};
use crate::Case;
use crate::case::Checked;
use crate::security::{Party, equal_messages, in_our_order};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::{NO_SESSION, ProtocolMessage};
use status_node::Chat;
use status_node::coupling::{Protection, Route, SharedSecret};
use status_node::pipeline::{Outgoing, encrypt_private, read_wrapped};

/// Sends what the step sent and compares each layer; gives topic and key.
pub(super) fn again(step: &Case<'_>, from: &mut Party, to: Option<PublicKey>) -> Checked<Route> {
    if !step.has("protocol_message") {
        return public(step, from);
    }
    let wanted = ProtocolMessage::decode(step.bytes("protocol_message")?.into());
    let wanted =
        wanted.map_err(|error| step.differs("protocol_message", "a protocol message", error))?;
    let wanted = wanted.message();
    // The bundle was signed at the moment of sending.
    let now_ns = wanted.bundles.first().map_or(0, |bundle| bundle.timestamp);
    let keys = drawn(step, "sender_generated_keys")?;
    let Some(to) = to else {
        let (endpoint, store) = (&from.endpoint, &mut from.store);
        let mut rng = replay(&keys);
        let Ok(message) = endpoint.public_message(store, Bytes::new(), now_ns, &mut rng);
        equal_messages(step, wanted, &message)?;
        return Ok(Route::contact_code(endpoint.identity()));
    };
    let (payload, protection) = payload(step, from)?;
    let keys = match protection {
        Protection::Sessions => in_our_order(wanted, from, &keys, &to, now_ns),
        Protection::Identity => keys,
    };
    let mut rng = replay(&keys);
    let nonce = wanted.direct_message.get(NO_SESSION);
    if let Some(nonce) = nonce.and_then(|direct| direct.payload.last_chunk::<12>()) {
        rng.give_nonce(*nonce);
    }
    let (endpoint, store) = (&from.endpoint, &mut from.store);
    let Ok(encrypted) =
        encrypt_private(endpoint, store, &to, &payload, protection, now_ns, &mut rng);
    equal_messages(step, wanted, &encrypted.message)?;
    let secret = || SharedSecret::new(*endpoint.negotiated_secret(&to).expose_bytes());
    let agreed = encrypted.agreed.then(secret);
    Ok(Route::private(&to, agreed.as_ref()))
}

/// A public message: the wrapper and nothing else.
fn public(step: &Case<'_>, from: &Party) -> Checked<Route> {
    wrap_again(step, from)?;
    let name = step.child("route").text("topic_string")?;
    let chat = Chat::public(name);
    let chat = chat.map_err(|error| step.differs("route.topic_string", "a chat", error))?;
    Route::of(&chat).ok_or_else(|| step.differs("route.topic_string", "a public chat", name))
}

/// What is encrypted in private, and how.
fn payload(step: &Case<'_>, from: &Party) -> Checked<(Bytes, Protection)> {
    if step.has("mvds_payload") {
        let payload = step.bytes("mvds_payload")?.into();
        return Ok((payload, Protection::Sessions));
    }
    wrap_again(step, from)
}

/// Signs the wrapped message of the step anew: signatures are deterministic.
fn wrap_again(step: &Case<'_>, from: &Party) -> Checked<(Bytes, Protection)> {
    let wrapped = Bytes::from(step.bytes("application_wrapped")?);
    let authored = read_wrapped(wrapped.clone())
        .map_err(|error| step.differs("application_wrapped", "a wrapped message", error))?;
    let message = authored.message();
    let message_type = message.message_type();
    let again = Outgoing::wrap(
        &from.identity,
        message_type,
        message.payload().clone(),
        0,
        0,
    );
    step.equal_bytes("application_wrapped", &again.bytes)?;
    step.equal("application_wrapped", authored.id(), again.id)?;
    Ok((wrapped, Protection::of(message_type)))
}
