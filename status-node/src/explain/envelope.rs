//! Whisper's envelopes and what is inside them.

use super::{Explainer, Layer, NamedKey};
use bytes::Bytes;
use status_whisper::{AcceptRules, Envelope, OpenError, Opened, open};

/// What a status-go node with default settings demands.
const RULES: AcceptRules<'static> = AcceptRules {
    max_message_size: 1 << 20,
    min_pow: 0.001,
    former_min_pow: None,
    bloom: None,
    former_bloom: None,
};

pub(super) fn looks_like(bytes: &Bytes) -> bool {
    Envelope::decode(bytes.clone()).is_ok()
}

/// A signature is the only thing by which a plaintext can be told from other bytes.
pub(super) fn plaintext_looks_signed(bytes: &Bytes) -> bool {
    bytes.len().is_multiple_of(256)
        && Opened::parse(bytes.clone()).is_ok_and(|opened| opened.signer().is_some())
}

impl Explainer {
    pub(super) fn envelope(&self, rlp: Bytes) -> Layer {
        match Envelope::decode(rlp) {
            Ok(envelope) => self.decoded_envelope(&envelope),
            Err(error) => Layer::refused("Whisper envelope", error),
        }
    }

    pub(super) fn decoded_envelope(&self, envelope: &Envelope) -> Layer {
        let now = u32::try_from(self.now / 1000).unwrap_or(u32::MAX);
        let expiry = i64::from(envelope.expiry()) - i64::from(now);
        let when = match expiry {
            0.. => format!("{} (in {expiry} s)", envelope.expiry()),
            _ => format!("{} ({} s ago)", envelope.expiry(), -expiry),
        };
        let chat = self
            .keys
            .iter()
            .find(|key| key.topic == Some(envelope.topic()));
        let topic = match chat {
            Some(key) => format!("{} ({})", envelope.topic(), key.name),
            None => envelope.topic().to_string(),
        };
        let mut layer = Layer::new("Whisper envelope")
            .field("hash", envelope.hash().to_string())
            .field("expiry", when)
            .field("ttl", envelope.ttl())
            .field("topic", topic)
            .field("nonce", envelope.nonce())
            .field("pow", envelope.pow())
            .field("size", envelope.size())
            .field("data_length", envelope.data().len());
        if let Err(rejection) = RULES.judge(envelope, now) {
            layer = layer.refuse(rejection);
        }
        self.open(envelope, layer)
    }

    fn open(&self, envelope: &Envelope, layer: Layer) -> Layer {
        let sent_ms = u64::from(envelope.sent()) * 1000;
        let mut plaintext_error = None;
        for NamedKey { name, topic, key } in &self.keys {
            if topic.is_some_and(|topic| topic != envelope.topic()) {
                continue;
            }
            match open(envelope, key) {
                Ok(opened) => {
                    let inner = self.opened(&opened, Some(sent_ms));
                    return layer.field("opened_with", name.as_str()).with(inner);
                }
                Err(OpenError::Plaintext(error)) => plaintext_error = Some((name, error)),
                Err(_) => {}
            }
        }
        if let Some((name, error)) = plaintext_error {
            let inner = Layer::refused("Whisper plaintext", error);
            return layer.field("opened_with", name.as_str()).with(inner);
        }
        let reason = match self.keys.len() {
            0 => "no key was given to open it with".to_owned(),
            n => format!("none of the {n} keys given opens it"),
        };
        layer.with(Layer::refused("Whisper ciphertext", reason))
    }

    pub(super) fn plaintext(&self, bytes: Bytes, sent_ms: Option<u64>) -> Layer {
        match Opened::parse(bytes) {
            Ok(opened) => self.opened(&opened, sent_ms),
            Err(error) => Layer::refused("Whisper plaintext", error),
        }
    }

    fn opened(&self, opened: &Opened, sent_ms: Option<u64>) -> Layer {
        let mut layer = Layer::new("Whisper plaintext")
            .field("flags", opened.flags())
            .field("payload_length", opened.payload().len())
            .field("padding_length", opened.padding().len());
        layer = match opened.signer() {
            Some(signer) => layer.field("signer", crate::hex_key(signer)),
            None => layer.refuse("it is not signed, so status-go discards it"),
        };
        layer.with(self.payload(opened.payload(), sent_ms))
    }
}
