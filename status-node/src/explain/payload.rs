//! What stands inside an envelope: security, data sync, application messages.

use super::layer::hex0x;
use super::{Explainer, Kind, Layer};
use bytes::Bytes;
use status_conversational_security::{ProtocolMessage, wire as security_wire};
use status_mvds::{Numbering, Unwrapped};
use status_payload::{
    ApplicationMetadataMessage, ChatMessage, Decoded, KnownType, MessageType, SIGNATURE_LEN, wire,
};
use status_whisper::packets::MailserverRequest;

/// What protobuf bytes are. Almost any of them decode as almost any message, so each kind is
/// recognised by what it cannot be without.
pub(super) fn guess(bytes: &Bytes) -> Option<Kind> {
    if let Ok(message) = ApplicationMetadataMessage::decode(bytes.clone()) {
        let signed = message
            .signature()
            .is_some_and(|signature| signature.len() == SIGNATURE_LEN);
        let known = !matches!(
            message.message_type(),
            MessageType::Known(KnownType::Unknown)
        );
        if (signed || known) && !message.payload().is_empty() {
            return Some(Kind::Metadata);
        }
    }
    if let Unwrapped::DataSync(payload) = Unwrapped::from_bytes(bytes.clone(), Numbering::Deployed)
        && !payload.is_empty()
    {
        return Some(Kind::DataSync);
    }
    if let Ok(message) = ProtocolMessage::decode(bytes.clone()) {
        let message = message.message();
        let says_something = !message.bundles.is_empty()
            || !message.direct_message.is_empty()
            || message.public_message.is_some();
        if says_something || !message.installation_id.is_empty() {
            return Some(Kind::Security);
        }
    }
    match Decoded::decode(MessageType::CHAT_MESSAGE, bytes.clone()) {
        Ok(Decoded::ChatMessage(message)) if !message.chat_id.is_empty() => Some(Kind::Chat),
        _ => None,
    }
}

impl Explainer {
    /// Whatever an envelope's payload turns out to be.
    pub(super) fn payload(&self, bytes: Bytes, sent_ms: Option<u64>) -> Layer {
        // A request to a mailserver is the only payload that is RLP and no protobuf.
        if let Ok(request) = MailserverRequest::decode(&bytes) {
            return mailserver_request(&request);
        }
        match guess(&bytes) {
            Some(Kind::Security) => self.security(bytes, sent_ms),
            Some(Kind::DataSync) => self.data_sync(bytes, sent_ms),
            Some(Kind::Chat) => self.chat_message(bytes, sent_ms),
            Some(_) => self.metadata(bytes, sent_ms),
            None => Layer::refused("payload", "it is no message of a kind known here")
                .bytes("bytes", &bytes),
        }
    }

    pub(super) fn security(&self, bytes: Bytes, sent_ms: Option<u64>) -> Layer {
        const NAME: &str = "ProtocolMessage (conversational security)";
        let message = match ProtocolMessage::decode(bytes) {
            Ok(message) => message,
            Err(error) => return Layer::refused(NAME, error),
        };
        let message = message.message();
        let mut layer = Layer::new(NAME).field("installation_id", message.installation_id.as_str());
        layer = layer.with_all("bundles", &message.bundles, bundle);
        layer = layer.field("direct_messages", message.direct_message.len());
        for (installation, direct) in message.direct_message.iter().take(super::layer::MAX_ITEMS) {
            layer = layer.with(direct_message(installation, direct));
        }
        match &message.public_message {
            Some(public) => layer.with(self.payload(public.clone(), sent_ms)),
            None => layer,
        }
    }

    pub(super) fn data_sync(&self, bytes: Bytes, sent_ms: Option<u64>) -> Layer {
        const NAME: &str = "data sync payload (MVDS)";
        let payload = match Unwrapped::from_bytes(bytes, Numbering::Deployed) {
            Unwrapped::DataSync(payload) => payload,
            Unwrapped::Other { .. } => {
                return Layer::refused(NAME, "it is no payload of data sync");
            }
        };
        let ids = |ids: &[Bytes]| ids.iter().map(|id| hex0x(id)).collect::<Vec<_>>();
        Layer::new(NAME)
            .field("acks", ids(&payload.acks))
            .field("offers", ids(&payload.offers))
            .field("requests", ids(&payload.requests))
            .with_all("messages", &payload.messages, |message| {
                Layer::new("data sync message")
                    .bytes("id", &message.id().0)
                    .bytes("group_id", &message.group_id)
                    .field("timestamp", message.timestamp)
                    .with(self.payload(message.body.clone(), sent_ms))
            })
    }

    pub(super) fn metadata(&self, bytes: Bytes, sent_ms: Option<u64>) -> Layer {
        const NAME: &str = "ApplicationMetadataMessage";
        let message = match ApplicationMetadataMessage::decode(bytes) {
            Ok(message) => message,
            Err(error) => return Layer::refused(NAME, error),
        };
        let layer = Layer::new(NAME)
            .field("type", message.message_type().to_string())
            .field("payload_length", message.payload().len())
            .field("signed", message.signature().is_some());
        let (message_type, payload) = (message.message_type(), message.payload().clone());
        let layer = match message.recover() {
            Ok(authored) => layer
                .field("id", authored.id().to_string())
                .field("author", authored.author().map(crate::hex_key)),
            Err(error) => return layer.refuse(error),
        };
        if message_type == MessageType::CHAT_MESSAGE {
            return layer.with(self.chat_message(payload, sent_ms));
        }
        let inner = match Decoded::decode(message_type, payload) {
            Ok(Decoded::Unknown { payload, .. }) => {
                Layer::new("message of an unknown type").bytes("payload", &payload)
            }
            Ok(decoded) => {
                let inner = Layer::new("message").field("content", format!("{decoded:?}"));
                match decoded.validate(sent_ms.unwrap_or(self.now)) {
                    Ok(()) => inner,
                    Err(error) => inner.refuse(error),
                }
            }
            Err(error) => Layer::refused("message", error),
        };
        layer.with(inner)
    }

    pub(super) fn chat_message(&self, bytes: Bytes, sent_ms: Option<u64>) -> Layer {
        const NAME: &str = "ChatMessage";
        let message = match Decoded::decode(MessageType::CHAT_MESSAGE, bytes) {
            Ok(Decoded::ChatMessage(message)) => message,
            Ok(_) => return Layer::refused(NAME, "it is another kind of message"),
            Err(error) => return Layer::refused(NAME, error),
        };
        let layer = chat_fields(&message);
        match ChatMessage::validate(message, sent_ms.unwrap_or(self.now)) {
            Ok(_) => layer,
            Err(error) => layer.refuse(error),
        }
    }
}

fn mailserver_request(request: &MailserverRequest) -> Layer {
    let topics: Vec<_> = request.topics.iter().map(|topic| hex0x(topic)).collect();
    let layer = Layer::new("mailserver request")
        .field("lower", request.lower)
        .field("upper", request.upper)
        .bytes("bloom", &request.bloom)
        .field("topics", topics)
        .field("limit", request.limit)
        .bytes("cursor", &request.cursor)
        .field("batch", request.batch);
    match request.validate() {
        Ok(()) => layer,
        Err(error) => layer.refuse(error),
    }
}

fn chat_fields(message: &wire::ChatMessage) -> Layer {
    let kind = wire::chat_message::MessageType::try_from(message.message_type).map_or_else(
        |_| message.message_type.to_string(),
        |kind| kind.as_str_name().into(),
    );
    let content = wire::chat_message::ContentType::try_from(message.content_type).map_or_else(
        |_| message.content_type.to_string(),
        |kind| kind.as_str_name().into(),
    );
    Layer::new("ChatMessage")
        .field("clock", message.clock)
        .field("timestamp", message.timestamp)
        .field("text", message.text.as_str())
        .field("response_to", message.response_to.as_str())
        .field("ens_name", message.ens_name.as_str())
        .field("chat_id", message.chat_id.as_str())
        .field("message_type", kind)
        .field("content_type", content)
}

fn bundle(bundle: &security_wire::Bundle) -> Layer {
    let mut layer = Layer::new("bundle")
        .bytes("identity", &bundle.identity)
        .field("timestamp", bundle.timestamp)
        .bytes("signature", &bundle.signature);
    for (installation, prekey) in bundle.signed_pre_keys.iter().take(super::layer::MAX_ITEMS) {
        layer = layer.with(
            Layer::new("signed prekey")
                .field("installation_id", installation.as_str())
                .bytes("key", &prekey.signed_pre_key)
                .field("version", prekey.version)
                .field("protocol_version", prekey.protocol_version),
        );
    }
    layer
}

fn direct_message(installation: &str, direct: &security_wire::DirectMessageProtocol) -> Layer {
    let mut layer = Layer::new("direct message")
        .field("installation_id", installation)
        .field("ciphertext_length", direct.payload.len());
    if let Some(header) = &direct.x3dh_header {
        layer = layer
            .bytes("x3dh_key", &header.key)
            .bytes("x3dh_prekey", &header.id);
    }
    if let Some(header) = &direct.dr_header {
        layer = layer
            .bytes("ratchet_key", &header.key)
            .field("ratchet_n", header.n)
            .field("ratchet_pn", header.pn)
            .bytes("ratchet_prekey", &header.id);
    }
    if let Some(header) = &direct.dh_header {
        layer = layer.bytes("dh_key", &header.key);
    }
    layer.refuse("its session's keys are needed to read it, which is not built yet")
}
