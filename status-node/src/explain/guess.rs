//! What bytes are, where nobody says it.
//!
//! Almost any bytes decode as almost any protobuf message, so each kind is recognised by what it cannot be
//! without, the strictest first. Bytes that are cut short are taken for what they begin as, so that it can
//! be said where they end.

use super::kind::Kind;
use super::piece::Piece;
use super::{Explainer, address, application, envelope, frame, handshake, packet, rlp, shapes};
use bytes::Bytes;
use secp256k1::PublicKey;
use status_conversational_security::{ProtocolMessage, wire};
use status_mvds::{Numbering, Payload};
use status_payload::transit::Message as Transit;
use status_protobuf_wire::{Described, Schema, decode, fields};
use status_whisper::packets::MailserverRequest;

/// The bytes of a compressed public key.
const COMPRESSED: usize = 33;

impl Explainer<'_> {
    /// What the bytes are most likely; none if they look like nothing of the protocol.
    pub fn guess(&self, bytes: &Bytes) -> Option<Kind> {
        candidates(bytes).first().copied()
    }

    /// Whether bytes are surely of the protocol, and not only begin like something of it.
    pub(super) fn recognises(&self, bytes: &Bytes) -> bool {
        strict(bytes).is_some() || !messages(bytes).is_empty() || bare(bytes)
    }
}

/// The kinds that bytes can be, the likeliest first. Several only where nothing in the bytes tells them
/// apart.
pub(super) fn candidates(bytes: &Bytes) -> Vec<Kind> {
    if bytes.is_empty() {
        return Vec::new();
    }
    if let Some(kind) = strict(bytes) {
        return vec![kind];
    }
    let found = messages(bytes);
    if !found.is_empty() {
        return found;
    }
    if bare(bytes) {
        return vec![Kind::Packet];
    }
    cut_short(bytes)
}

/// Formats that nothing else looks like.
fn strict(bytes: &Bytes) -> Option<Kind> {
    if address::looks_like_key(bytes) {
        return Some(Kind::PublicKey);
    }
    if handshake::looks_like(bytes) {
        return Some(Kind::Handshake);
    }
    if address::looks_like_enode(bytes) {
        return Some(Kind::Enode);
    }
    if address::looks_like_record(bytes) {
        return Some(Kind::NodeRecord);
    }
    if Transit::is_likely(bytes) {
        return Some(Kind::Transit);
    }
    let first = rlp::first(&Piece::whole(bytes.clone()));
    if first.is_some_and(|first| first.is_list && first.whole.len() == bytes.len()) {
        return list(bytes);
    }
    if frame::looks_like(bytes) {
        return Some(Kind::Frame);
    }
    envelope::plaintext_looks_right(bytes).then_some(Kind::Plaintext)
}

/// What a whole list of RLP is; none if it is none of the protocol's.
fn list(bytes: &Bytes) -> Option<Kind> {
    if envelope::looks_like(bytes) {
        Some(Kind::Envelope)
    } else if MailserverRequest::decode(bytes).is_ok() {
        Some(Kind::MailserverRequest)
    } else {
        packet::fitting(bytes).map(|_| Kind::Packet)
    }
}

/// Whether bytes are a packet that is no list, and nothing behind it.
fn bare(bytes: &Bytes) -> bool {
    let first = rlp::first(&Piece::whole(bytes.clone()));
    let is_whole = first.is_some_and(|first| !first.is_list && first.whole.len() == bytes.len());
    is_whole && packet::fitting_bare(bytes).is_some()
}

/// What protobuf bytes are.
fn messages(bytes: &Bytes) -> Vec<Kind> {
    match wrapped(bytes) {
        Some(kind) => vec![kind],
        None => shapes::types(bytes)
            .into_iter()
            .map(Kind::Message)
            .collect(),
    }
}

/// What protobuf bytes are, apart from messages that stand in others only.
pub(super) fn wrapped(bytes: &Bytes) -> Option<Kind> {
    if application::looks_like(bytes) {
        return Some(Kind::Metadata);
    }
    let data_sync = Payload::decode(bytes.clone(), Numbering::Deployed);
    if data_sync.is_ok_and(|(payload, _)| !payload.is_empty()) {
        return Some(Kind::DataSync);
    }
    if is_security(bytes) {
        return Some(Kind::Security);
    }
    is_bundle(bytes).then_some(Kind::Bundle)
}

/// Whether bytes are a message of conversational security: keys, a message for devices or one for all; or
/// the name of a device and nothing else.
fn is_security(bytes: &Bytes) -> bool {
    let Ok(message) = ProtocolMessage::decode(bytes.clone()) else {
        return false;
    };
    let message = message.message();
    let mut bundles = message.bundles.iter();
    let mut direct = message.direct_message.values();
    bundles.any(|bundle| bundle.identity.len() == COMPRESSED)
        || direct.any(|direct| direct.header().is_some())
        || message
            .public_message
            .as_ref()
            .is_some_and(|message| !message.is_empty())
        || (!message.installation_id.is_empty()
            && shapes::fits(wire::ProtocolMessage::SCHEMA, bytes))
}

/// Whether bytes are a bundle: whose it is, and keys or a signature.
fn is_bundle(bytes: &Bytes) -> bool {
    let Ok(bundle) = decode::<wire::Bundle>(bytes.clone()) else {
        return false;
    };
    let bundle = bundle.message;
    PublicKey::from_slice(&bundle.identity).is_ok()
        && !(bundle.signature.is_empty() && bundle.signed_pre_keys.is_empty())
}

/// What bytes begin as that are not whole, or are not quite.
fn cut_short(bytes: &Bytes) -> Vec<Kind> {
    let found = messages(&whole_fields(bytes));
    if !found.is_empty() {
        return found;
    }
    if begins_with_a_field_of(Payload::schema(Numbering::Deployed), bytes) {
        return vec![Kind::DataSync];
    }
    let piece = Piece::whole(bytes.clone());
    let first = rlp::first(&piece).filter(|first| first.is_list);
    let is_list = first.is_some_and(|first| first.whole.len() == bytes.len());
    let guess = if handshake::begins_like(bytes) {
        Some(Kind::Handshake)
    } else if frame::begins_like(&piece) {
        Some(Kind::Frame)
    } else if envelope::begins_like(&piece) {
        Some(Kind::Envelope)
    } else {
        // Bytes behind a packet are ignored as deployed.
        let is_followed = !rlp::list(&piece).is_empty() && packet::fitting(bytes).is_some();
        (is_list || rlp::is_cut_list(&piece) || is_followed).then_some(Kind::Packet)
    };
    guess.into_iter().collect()
}

/// The fields of a protobuf message before the one that is cut.
fn whole_fields(bytes: &Bytes) -> Bytes {
    // The schema only names the message in errors.
    let read = fields(wire::ProtocolMessage::SCHEMA, bytes).map_while(Result::ok);
    let end = read.last().map_or(0, |field| field.end);
    if end == bytes.len() {
        // Nothing is cut, and as a whole it is nothing.
        return Bytes::new();
    }
    bytes.slice(..end)
}

/// Whether bytes begin with the tag of a field of data sync, whose numbers no other message has.
fn begins_with_a_field_of(schema: &Schema, bytes: &[u8]) -> bool {
    let mut tag = 0_u64;
    // The tags have three bytes.
    for (index, byte) in bytes.iter().enumerate().take(3) {
        tag |= u64::from(byte & 0x7f) << (7 * index);
        if byte & 0x80 == 0 {
            let known = schema.field(tag >> 3);
            return known.is_some_and(|field| u64::from(field.kind.wire_type()) == tag & 7);
        }
    }
    false
}
