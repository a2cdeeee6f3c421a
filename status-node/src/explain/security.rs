//! Conversational security: bundles, and the messages for each device.

use super::piece::Piece;
use super::protobuf::{self, Shown};
use super::{Explainer, Layer, Way};
use crate::hex_key;
use crate::pipeline::Refusal;
use status_conversational_security::{
    CompressedKey, Handled, NO_SESSION, ProtocolMessage, Received, Recovery, SessionState,
    Unreadable, VerifiedBundle, wire,
};
use status_payload::DecodeError;
use status_protobuf_wire::{Described, decode};

impl Explainer<'_> {
    pub(super) fn security(&self, piece: &Piece, way: &Way) -> Layer {
        const NAME: &str = "ProtocolMessage (conversational security)";
        let layer = Layer::new(NAME).at(piece);
        let decoded = match ProtocolMessage::decode(piece.bytes().clone()) {
            Ok(decoded) => decoded,
            Err(error) => return layer.refuse(error),
        };
        let message = decoded.message();
        let mut public = None;
        let mut show =
            |message: &'static str, field: &'static str, value: &Piece| match (message, field) {
                ("ProtocolMessage", "bundles") => Shown::Layer(self.bundle(value)),
                ("ProtocolMessage", "direct_message") => Shown::Layer(self.direct(value)),
                ("ProtocolMessage", "public_message") => {
                    public = Some(value.clone());
                    Shown::Length
                }
                _ => Shown::Plain,
            };
        let schema = wire::ProtocolMessage::SCHEMA;
        let layer = protobuf::describe(layer, schema, piece, &mut show);
        if let Some(public) = public {
            return layer.with(self.payload(&public, way));
        }
        if message.direct_message.is_empty() {
            let what = match message.bundles.is_empty() {
                true => "nothing",
                false => "keys, and no message: what a contact code announces",
            };
            return layer.field("content", what);
        }
        let Some(_) = self.account else {
            return self.read_with_keys(layer, message, way);
        };
        // What is not for the account may be for a key that was given.
        let with_keys = || self.read_with_keys(Layer::new(NAME), message, way);
        match self.read_as_account(layer, piece, message, way) {
            layer if layer.refusal.is_some() && self.has_private_keys() => {
                let read = with_keys();
                match read.refusal {
                    None => layer.with_all_of(read),
                    Some(_) => layer,
                }
            }
            layer => layer,
        }
    }

    pub(super) fn bundle(&self, piece: &Piece) -> Layer {
        let schema = wire::Bundle::SCHEMA;
        let layer = protobuf::plain(Layer::new("bundle").at(piece), schema, piece);
        let bundle: Result<_, DecodeError> = decode::<wire::Bundle>(piece.bytes().clone());
        let bundle = match bundle {
            Ok(decoded) => decoded.message,
            Err(error) => return layer.refuse(error),
        };
        match VerifiedBundle::verify(&bundle) {
            Err(error) => layer.refuse(error),
            Ok(verified) => {
                let mut layer = layer.field("signed_by", hex_key(verified.identity()));
                for unusable in verified.unusable() {
                    let reason = format!("{}: {}", unusable.installation_id, unusable.reason);
                    layer = layer.field("unusable_prekey", reason);
                }
                match verified.timestamp_is_plausible() {
                    true => layer,
                    false => layer.refuse(Unreadable::BundleTime {
                        timestamp_ns: verified.timestamp_ns(),
                    }),
                }
            }
        }
    }

    /// A message for one device, as it stands in the map of them.
    fn direct(&self, entry: &Piece) -> Layer {
        let mut for_device = None;
        let mut show =
            |message: &'static str, field: &'static str, value: &Piece| match (message, field) {
                ("DirectMessageProtocol", "payload") => Shown::Length,
                (entry, "key") if entry.ends_with("Entry") => {
                    for_device = Some(String::from_utf8_lossy(value.bytes()).into_owned());
                    Shown::Plain
                }
                _ => Shown::Plain,
            };
        let schema = wire::ProtocolMessage::SCHEMA.fields.iter();
        let entry_schema = schema.clone().find_map(|field| match &field.kind {
            status_protobuf_wire::Kind::Map(entry) => Some(*entry),
            _ => None,
        });
        let layer = Layer::new("direct message").at(entry);
        let Some(entry_schema) = entry_schema else {
            return layer;
        };
        let layer = protobuf::describe(layer, entry_schema, entry, &mut show);
        let own = self.account.map(|account| account.installation().as_str());
        match for_device {
            Some(device) if device == NO_SESSION => {
                layer.note("key", "for whoever has the identity's key, on any device")
            }
            Some(device) if own == Some(&device) => layer.note("key", "this device"),
            Some(_) if own.is_some() => layer.note("key", "another device"),
            _ => layer,
        }
    }

    /// What the account's sessions make of it.
    fn read_as_account(
        &self,
        layer: Layer,
        piece: &Piece,
        message: &wire::ProtocolMessage,
        way: &Way,
    ) -> Layer {
        let (Some(account), Some(from)) = (self.account, way.signer) else {
            return layer.refuse(NO_SENDER);
        };
        let own = account.installation().as_str();
        if from == *account.identity() && message.installation_id == own {
            return layer.refuse(Refusal::Own);
        }
        let direct = message.direct_message.get(own);
        let direct = direct.or_else(|| message.direct_message.get(NO_SESSION));
        let session = direct.map(|direct| self.session(&from, &message.installation_id, direct));
        let id = way
            .envelope
            .unwrap_or_else(|| status_whisper::Hash::of(piece.bytes()));
        let Some(handled) = account.read(&from, piece.bytes().clone(), &id.0) else {
            return layer.refuse("the database of the account fails");
        };
        let layer = layer.with_some(session);
        let Handled {
            result, recovery, ..
        } = handled;
        match result {
            Ok(Received::Private {
                payload,
                installation,
                negotiated,
            }) => {
                let device = account.device(&from, installation.as_str());
                let layer = layer
                    .field("from_device", installation.as_str())
                    .field("knows_the_shared_topic", negotiated);
                let layer = match device {
                    Some(device) if !device.enabled => {
                        layer.note("from_device", "which is not written to: not enabled")
                    }
                    _ => layer,
                };
                layer.with(self.decrypted(payload, way))
            }
            Ok(Received::Public(_) | Received::Nothing) => layer,
            Err(reason) => {
                let layer = layer.refuse(&reason);
                match recovery {
                    Some(recovery) => layer.field("remedy", remedy(recovery)),
                    None => layer,
                }
            }
        }
    }

    /// The session that a message names, before it is read.
    fn session(
        &self,
        from: &secp256k1::PublicKey,
        installation: &str,
        direct: &wire::DirectMessageProtocol,
    ) -> Layer {
        let layer = Layer::new("session");
        let Some(header) = &direct.dr_header else {
            return layer.field("state", "none: it is encrypted to the identity's key");
        };
        let session = self
            .account
            .and_then(|account| account.session(from, installation, &header.id));
        let Some(session) = session else {
            let state = match direct.x3dh_header {
                Some(_) => "not here yet: this message opens it",
                None => "not here, and this message does not open it",
            };
            return layer.field("state", state);
        };
        let state = match session.state() {
            SessionState::Opening => "opened from here, not answered yet",
            SessionState::Established => "established",
            SessionState::Superseded => "superseded by a newer one, still read",
        };
        let ratchet = &session.ratchet;
        let layer = layer
            .field("state", state)
            .field("next_received", ratchet.next_received())
            .field("next_sent", ratchet.next_sent())
            .field("keys_made", ratchet.keys_made());
        let next = ratchet.next_received();
        let same_chain = |key: &CompressedKey| key.as_bytes()[..] == header.key;
        let place = match (ratchet.remote_key().is_some_and(same_chain), header.n) {
            (false, 0) => "message 0, the first of a new chain".to_owned(),
            (false, n) => format!("message {n} of a new chain, {n} missing before it"),
            (true, n) if n == next => format!("message {n}, the next one"),
            (true, n) if n > next => format!("message {n}, {} missing before it", n - next),
            (true, n) => format!("message {n}, older than the next one"),
        };
        layer.field("this_message", place)
    }

    /// What was decrypted, whatever it is.
    pub(super) fn decrypted(&self, payload: bytes::Bytes, way: &Way) -> Layer {
        let way = Way {
            decrypted: true,
            ..way.clone()
        };
        self.payload(&Piece::whole(payload), &way).from("decrypted")
    }
}

/// Nobody knows whose session it is.
pub(super) const NO_SENDER: &str =
    "the envelope is missing, whose signer says whose session it is encrypted in";

/// What the node would do about a message that it cannot read.
fn remedy(recovery: Recovery) -> &'static str {
    match recovery {
        Recovery::SendBundle => {
            "the node would answer with its bundle, so that the sender knows it"
        }
        Recovery::SendFreshBundle => "the node would answer with a new prekey, for a new session",
        Recovery::NewInstallation => {
            "its prekey is lost here: a new installation id would be the way back"
        }
    }
}
