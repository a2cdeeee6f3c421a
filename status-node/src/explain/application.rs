//! Messages of applications in their wrapper, and what the payload layer decides about them.

use super::layer::Layer;
use super::piece::Piece;
use super::protobuf::{self, Shown};
use super::{Explainer, Way, group, kind, shapes, transit};
use crate::coupling::Channel;
use crate::hex_key;
use crate::pipeline::Refusal;
use bytes::Bytes;
use status_payload::{
    ApplicationMetadataMessage, Arrival, Channel as Through, ChatId, Decoded, Generation,
    MessageType, Person, Received, ReceivedContent, StatusProtocolMessage, wire,
};
use status_protobuf_wire::Described;

impl Explainer<'_> {
    /// A message in its wrapper, of any generation.
    pub(super) fn metadata(&self, piece: &Piece, way: &Way) -> Layer {
        let received = Received::decode(piece.bytes().clone(), way.signer.as_ref());
        let generation = received.as_ref().map(Received::generation);
        let layer = match generation {
            Ok(Generation::BareTransit) => return self.transit(piece, way),
            _ if is_of_2019(piece.bytes()) => {
                wrapper::<wire::StatusProtocolMessage>("StatusProtocolMessage of 2019", piece)
            }
            _ => wrapper::<wire::ApplicationMetadataMessage>("ApplicationMetadataMessage", piece),
        };
        let received = match received {
            Ok(received) => received,
            Err(error) => {
                let layer = layer.refuse(error);
                return self.unread_message(layer, piece);
            }
        };
        let (layer, verdict) = self.judged(layer, &received, way);
        let payload = payload_of(piece, received.payload());
        let message = match received.content() {
            ReceivedContent::Current(decoded) => self.message(decoded.message_type(), &payload),
            ReceivedContent::Later(later) => self.message(later.message_type(), &payload),
            _ => transit::describe(&payload),
        };
        layer.with(match verdict {
            Ok(()) => message,
            Err(rule) => message.refuse(rule),
        })
    }

    /// The message in a wrapper that is refused as a whole, as far as it can be shown.
    fn unread_message(&self, layer: Layer, piece: &Piece) -> Layer {
        let Ok(wrapper) = ApplicationMetadataMessage::decode(piece.bytes().clone()) else {
            return layer;
        };
        let payload = payload_of(piece, wrapper.payload());
        match kind::schema(wrapper.message_type()) {
            Some(_) if payload.len() > 0 => {
                layer.with(self.message(wrapper.message_type(), &payload))
            }
            _ => layer,
        }
    }

    /// Who said it, which id it has, where it belongs, and the rule that the message breaks, if it does.
    fn judged(&self, layer: Layer, received: &Received, way: &Way) -> (Layer, Result<(), String>) {
        let mut layer = layer.field("id", received.id().to_string());
        layer = match (received.author(), way.signer) {
            (Some(author), _) => layer.field("author", hex_key(author)),
            (None, Some(signer)) => layer
                .field("author", hex_key(&signer))
                .note("author", "it is unsigned: who signed the envelope"),
            (None, None) => layer
                .field("author", serde_json::Value::Null)
                .note("author", "it is unsigned: who signs the envelope"),
        };
        if let Some(account) = self.account {
            let author = received.author().copied().or(way.signer);
            if author.is_some_and(|author| account.is_blocked(&author)) {
                layer = layer.refuse(Refusal::Blocked);
            } else if account.came_before(&received.id()) {
                layer = layer.refuse(Refusal::Duplicate);
            }
        }
        if let Some(transport) = way.signer {
            layer = self.placed(layer, received, &Person::from(transport), way);
        }
        let sent_ms = way.sent_ms.unwrap_or(self.now);
        let verdict = received.validate(sent_ms, self.now);
        (layer, verdict.map(drop).map_err(|rule| rule.to_string()))
    }

    /// To which chat it belongs; only the account knows for private messages.
    fn placed(&self, layer: Layer, received: &Received, transport: &Person, way: &Way) -> Layer {
        let author = received.author().map(|author| Person::from(*author));
        let (receiver, channel) = match (&way.channel, self.account) {
            (Some(Channel::Public(name)), account) => {
                // In a public chat nothing depends on who the receiver is.
                let receiver = account.map_or(*transport, |account| *account.person());
                (receiver, Through::Public(name))
            }
            (_, Some(account)) => (*account.person(), Through::Private),
            _ => return layer,
        };
        let arrival = Arrival {
            receiver: &receiver,
            author: author.as_ref(),
            transport,
            channel,
        };
        match arrival.place_received(received) {
            Err(misplaced) => layer.refuse(misplaced),
            Ok(None) => layer,
            Ok(Some(placed)) => {
                let chat = match placed.chat {
                    ChatId::OneToOne(person) => person.to_string(),
                    ChatId::Public(name) => format!("#{name}"),
                    ChatId::Group(id) => id,
                };
                let conflicts = placed.conflicts.iter().map(ToString::to_string);
                let conflicts: Vec<_> = conflicts.collect();
                let layer = layer.field("belongs_to", chat);
                match conflicts.is_empty() {
                    true => layer,
                    false => layer.note("belongs_to", conflicts.join(", ")),
                }
            }
        }
    }

    /// A message outside its wrapper, of this type.
    pub(super) fn bare_message(&self, message_type: MessageType, piece: &Piece) -> Layer {
        let layer = self.message(message_type, piece);
        let decoded = Decoded::decode(message_type, piece.bytes().clone());
        let fault = match decoded {
            Err(error) => Some(error.to_string()),
            Ok(decoded) => decoded
                .validate(self.now)
                .err()
                .map(|rule| rule.to_string()),
        };
        match fault {
            None => layer,
            Some(fault) => layer.refuse(fault),
        }
    }

    /// The fields of a message.
    fn message(&self, message_type: MessageType, piece: &Piece) -> Layer {
        let Some(schema) = kind::schema(message_type) else {
            return Layer::new("message of an unknown type")
                .at(piece)
                .bytes("payload", piece.bytes());
        };
        let layer = Layer::new(schema.name).at(piece);
        if message_type.number() == MessageType::CHAT_MESSAGE.number() {
            // What later clients attach stands behind what the schema of 2020 knows.
            let layer = protobuf::plain(layer, schema, piece);
            return match attachment(piece) {
                Some(attachment) => layer.with(attachment),
                None => layer,
            };
        }
        if schema.name == wire::MembershipUpdateMessage::SCHEMA.name {
            return group::update(layer, piece, self.now);
        }
        protobuf::plain(layer, schema, piece)
    }
}

/// The fields that later clients have in chat messages, if the message has one of them.
fn attachment(piece: &Piece) -> Option<Layer> {
    let schema = wire::ChatAttachment::SCHEMA;
    let mut found = Vec::new();
    let mut show = |_: &'static str, field: &'static str, value: &Piece| {
        if field != "payload" {
            return Shown::Plain;
        }
        found.push(value.len());
        Shown::Length
    };
    let all = Layer::new("attachment of later clients");
    let all = protobuf::describe(all, schema, piece, &mut show);
    let mut inner = all.inner.into_iter();
    inner.find(|layer| matches!(layer.name.as_ref(), "image" | "audio"))
}

/// The fields of a wrapper, without what is wrapped.
fn wrapper<M: Described>(name: &'static str, piece: &Piece) -> Layer {
    let mut show = |_: &'static str, field: &'static str, _: &Piece| match field {
        "payload" => Shown::Length,
        _ => Shown::Plain,
    };
    protobuf::describe(Layer::new(name).at(piece), M::SCHEMA, piece, &mut show)
}

/// Where the payload of a wrapper stands in it.
fn payload_of(piece: &Piece, payload: &Bytes) -> Piece {
    let mut found = None;
    for schema in [
        wire::ApplicationMetadataMessage::SCHEMA,
        wire::StatusProtocolMessage::SCHEMA,
    ] {
        let mut show = |_: &'static str, field: &'static str, value: &Piece| {
            if field == "payload" && value.bytes() == payload {
                found = Some(value.clone());
            }
            Shown::Length
        };
        let _ = protobuf::describe(Layer::new(""), schema, piece, &mut show);
    }
    found.unwrap_or_else(|| Piece::whole(payload.clone()))
}

/// Whether bytes are a message in its wrapper: almost any decode as one, so this asks for what it cannot be
/// without. That is a signature, or, unsigned, a payload, a type and nothing else.
pub(super) fn looks_like(bytes: &Bytes) -> bool {
    if let Ok(message) = ApplicationMetadataMessage::decode(bytes.clone()) {
        let signature = message.signature();
        let signed =
            signature.is_some_and(|signature| signature.len() == status_payload::SIGNATURE_LEN);
        let unknown = MessageType::Known(status_payload::KnownType::Unknown);
        let is_typed = message.message_type() != unknown && !message.payload().is_empty();
        let schema = wire::ApplicationMetadataMessage::SCHEMA;
        if signed || (is_typed && shapes::fits(schema, bytes)) {
            return true;
        }
    }
    is_of_2019(bytes)
}

/// Whether bytes are in the wrapper of 2019, whose fields nothing else has, and in no other.
fn is_of_2019(bytes: &Bytes) -> bool {
    let newer = ApplicationMetadataMessage::decode(bytes.clone());
    let older = StatusProtocolMessage::decode(bytes.clone());
    let is_empty = newer.is_ok_and(|newer| newer.payload().is_empty());
    is_empty && older.is_wrapped() && !older.payload().is_empty()
}
