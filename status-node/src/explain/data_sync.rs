//! Payloads of data sync.

use super::piece::Piece;
use super::protobuf::{self, Shown};
use super::{Explainer, Layer, Way, meaning};
use status_mvds::{Message, Numbering, Payload, one_to_one_group_id};
use status_protobuf_wire::{Kind, Schema};

impl Explainer<'_> {
    pub(super) fn data_sync(&self, piece: &Piece, way: &Way) -> Layer {
        let layer = Layer::new("data sync payload (MVDS)").at(piece);
        let (messages, fault) = match Payload::decode(piece.bytes().clone(), Numbering::Deployed) {
            Ok((payload, _)) if payload.is_empty() => {
                let fault = "it is no payload of data sync: nothing is in the fields 5001 to 5004";
                (Vec::new(), Some(fault.to_owned()))
            }
            Ok((payload, _)) => (payload.messages, None),
            Err(error) => (Vec::new(), Some(error.to_string())),
        };
        let mut messages = messages.into_iter();
        let schema = Payload::schema(Numbering::Deployed);
        let inner = message_schema(schema);
        let mut show = |message: &'static str, field: &'static str, value: &Piece| match (
            message, field, inner,
        ) {
            ("Payload", "messages", Some(inner)) => {
                Shown::Layer(self.synced(value, inner, messages.next(), way))
            }
            _ => Shown::Plain,
        };
        let layer = protobuf::describe(layer, schema, piece, &mut show);
        match fault {
            None => layer,
            Some(reason) => layer.refuse(reason),
        }
    }

    fn synced(
        &self,
        piece: &Piece,
        schema: &'static Schema,
        message: Option<Message>,
        way: &Way,
    ) -> Layer {
        let mut body = None;
        let mut show = |message: &'static str, field: &'static str, value: &Piece| {
            if (message, field) == ("Message", "body") {
                body = Some(value.clone());
                return Shown::Length;
            }
            Shown::Plain
        };
        let layer = Layer::new("data sync message").at(piece);
        let mut layer = protobuf::describe(layer, schema, piece, &mut show);
        if let Some(message) = message {
            layer = layer.bytes("id", &message.id().0);
            if let (Some(account), Some(sender)) = (self.account, way.signer) {
                let own = one_to_one_group_id(account.identity(), &sender);
                let note = match message.group_id == own[..] {
                    true => "of the account and the sender",
                    false => "not that of the account and the sender",
                };
                layer = layer.note("group_id", note);
            }
            let seconds = u64::try_from(message.timestamp).unwrap_or_default();
            if let Some(date) = meaning::date(seconds) {
                layer = layer.note("timestamp", date);
            }
        }
        match body {
            Some(body) => layer.with(self.payload(&body, way)),
            None => layer,
        }
    }
}

/// The schema of the messages in a payload.
fn message_schema(payload: &'static Schema) -> Option<&'static Schema> {
    let field = payload
        .fields
        .iter()
        .find(|field| field.name == "messages")?;
    match field.kind {
        Kind::Message(schema) => Some(schema),
        _ => None,
    }
}
