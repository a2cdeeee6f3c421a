//! Events of groups: who signed each, and the group that they make.

use super::layer::Layer;
use super::piece::Piece;
use super::protobuf::{self, Shown};
use super::{layer, meaning};
use status_payload::{DeployedGroup, GroupEvent, MembershipUpdate, SIGNATURE_LEN, wire};
use status_protobuf_wire::{Described, decode};

/// An update of a group.
pub(super) fn update(layer: Layer, piece: &Piece, now_ms: u64) -> Layer {
    let schema = wire::MembershipUpdateMessage::SCHEMA;
    let decoded = decode::<wire::MembershipUpdateMessage>(piece.bytes().clone());
    let message = match decoded {
        Ok(decoded) => decoded.message,
        Err(error) => return protobuf::plain(layer, schema, piece).refuse(error),
    };
    let id = message.chat_id.clone();
    let mut events = Vec::new();
    let mut show = |of: &'static str, field: &'static str, value: &Piece| {
        if (of, field) != ("MembershipUpdateMessage", "events") {
            return Shown::Plain;
        }
        let decoded = GroupEvent::decode(&id, value.bytes().clone());
        let layer = event(value, decoded.as_ref().ok());
        Shown::Layer(match decoded {
            Ok(decoded) => {
                events.push(decoded);
                layer
            }
            Err(error) => layer.refuse(error),
        })
    };
    let layer = protobuf::describe(layer, schema, piece, &mut show);
    let group = match DeployedGroup::rebuild(&id, events) {
        Ok(group) => {
            let names = |people: &[status_payload::Target]| -> Vec<String> {
                let shown = people.iter().take(layer::MAX_ITEMS);
                shown.map(ToString::to_string).collect()
            };
            Layer::new("the group that these events make")
                .field("name", group.name())
                .field("members", names(group.members()))
                .field("admins", names(group.admins()))
                .field("joined", names(group.joined()))
        }
        Err(reason) => Layer::refused("the group that these events make", reason),
    };
    let layer = layer.with(group);
    match MembershipUpdate::read_as_deployed(message, now_ms) {
        Ok(_) => layer,
        Err(error) => layer.refuse(error),
    }
}

fn event(piece: &Piece, decoded: Option<&GroupEvent>) -> Layer {
    let signature = piece.part(0..SIGNATURE_LEN);
    let layer = Layer::new("event").at(piece).placed(
        "signature",
        layer::hex0x(signature.bytes()),
        signature.span(),
    );
    let schema = wire::MembershipUpdateEvent::SCHEMA;
    let mut layer = protobuf::plain(layer, schema, &piece.behind(SIGNATURE_LEN));
    if let Some(event) = decoded {
        layer = layer.field("author", event.author().to_string());
        if let Some(date) = meaning::date(event.clock() / 1000) {
            layer = layer.note("clock", date);
        }
    }
    layer
}
