//! Messages of 2019, Transit JSON.

use super::layer::{Layer, MAX_ITEMS};
use super::piece::Piece;
use super::{Explainer, Way};
use crate::hex_key;
use status_payload::Received;
use status_payload::transit::{Body, Message, Value};

/// Characters of a value of an unknown kind that are shown: enough to see what it is.
const MAX_SHOWN: usize = 4096;

impl Explainer<'_> {
    /// A message without a wrapper.
    pub(super) fn transit(&self, piece: &Piece, way: &Way) -> Layer {
        let layer = describe(piece);
        let received = match Received::decode(piece.bytes().clone(), way.signer.as_ref()) {
            Ok(received) => received,
            Err(error) => return layer.refuse(error),
        };
        let layer = match way.signer {
            Some(signer) => layer
                .field("id", received.id().to_string())
                .field("author", hex_key(&signer))
                .note("author", "who signed the envelope"),
            None => layer,
        };
        let sent_ms = way.sent_ms.unwrap_or(self.now);
        match received.validate(sent_ms, self.now) {
            Ok(_) => layer,
            Err(rule) => layer.refuse(rule),
        }
    }
}

/// What a message says.
pub(super) fn describe(piece: &Piece) -> Layer {
    const NAME: &str = "message of 2019 (Transit)";
    let message = match Message::decode(piece.bytes().clone()) {
        Ok(message) => message,
        Err(error) => return Layer::refused(NAME, error).at(piece),
    };
    let layer = Layer::new(NAME).at(piece);
    match message.body() {
        Body::Chat(chat) => layer
            .field("tag", "~#c4")
            .note("tag", "something said in a chat")
            .field("text", chat.text.as_str())
            .field("clock", chat.clock)
            .field("timestamp", chat.timestamp_ms)
            .field("content_type", chat.content_type.as_str())
            .field("message_type", chat.message_type.as_str())
            .field("chat_id", chat.content.chat_id.as_str())
            .field("response_to", chat.content.response_to.as_str())
            .field("name", chat.content.name.as_str()),
        Body::Pair(pair) => layer
            .field("tag", "~#p2")
            .note("tag", "a device introduces itself")
            .field("installation_id", pair.installation_id.as_str())
            .field("device_type", pair.device_type.as_str())
            .field("name", pair.name.as_str()),
        Body::Membership(membership) => {
            let layer = layer
                .field("tag", "~#g5")
                .note("tag", "events of a group")
                .field("chat_id", membership.chat_id.as_str());
            layer.with_all("updates", &membership.updates, |update| {
                let layer = Layer::new("update").field("signature", update.signature.as_str());
                layer.with_all("events", &update.events, |event| {
                    let members = event.members.iter().flatten().take(MAX_ITEMS).cloned();
                    Layer::new("event")
                        .field("type", event.kind.name())
                        .field("clock", event.clock)
                        .field("name", event.name.as_str())
                        .field("member", event.member.as_str())
                        .field("members", members.collect::<Vec<_>>())
                })
            })
        }
        Body::Other(value) => layer.field("value", shown(value)),
        _ => layer,
    }
}

/// A value of a kind that is not known here.
fn shown(value: &Value) -> String {
    let text = value.to_verbose();
    text.chars().take(MAX_SHOWN).collect()
}
