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

/// Whether the envelope's topic is the one that belongs to a key, if one does.
fn may_have_topic(key: &NamedKey, envelope: &Envelope) -> bool {
    key.topic.is_none_or(|topic| topic == envelope.topic())
}

/// Says what opened an envelope, and that no node would have tried it if the topic is another's.
fn opened_with(layer: Layer, envelope: &Envelope, key: &NamedKey, role: &str) -> Layer {
    let layer = layer.field("opened_with", format!("{}{role}", key.name));
    if may_have_topic(key, envelope) {
        return layer;
    }
    let sentence = format!(
        "its topic is not that of {}: nodes that listen there do not see it",
        key.name
    );
    layer.field("topic_fault", sentence)
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
            0.. => format!("in {expiry} s"),
            _ => format!("{} s ago", -expiry),
        };
        let chat = self
            .keys
            .iter()
            .find(|key| key.topic == Some(envelope.topic()));
        let mut layer = Layer::new("Whisper envelope")
            .field("hash", envelope.hash().to_string())
            .field("expiry", envelope.expiry())
            .field("expires", when)
            .field("ttl", envelope.ttl())
            .field("topic", envelope.topic().to_string());
        if let Some(key) = chat {
            layer = layer.field("topic_of", key.name.as_str());
        }
        layer = layer
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
        for given in &self.keys {
            for (role, key) in &given.keys {
                match open(envelope, key) {
                    Ok(opened) => {
                        let inner = self.opened(&opened, Some(sent_ms));
                        return opened_with(layer, envelope, given, role).with(inner);
                    }
                    Err(OpenError::Plaintext(error)) => {
                        plaintext_error = Some((given, role, error));
                    }
                    Err(_) => {}
                }
            }
        }
        if let Some((given, role, error)) = plaintext_error {
            let inner = Layer::refused("Whisper plaintext", error);
            return opened_with(layer, envelope, given, role).with(inner);
        }
        let mut reason = match self.keys.len() {
            0 => "no key was given to open it with".to_owned(),
            1 => "the key given does not open it".to_owned(),
            n => format!("none of the {n} keys given opens it"),
        };
        let strangers = self
            .keys
            .iter()
            .filter(|key| !may_have_topic(key, envelope));
        let strangers: Vec<_> = strangers.map(|key| key.name.as_str()).collect();
        if !strangers.is_empty() {
            reason = format!(
                "{reason}; its topic is not that of {}",
                strangers.join(", ")
            );
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Chat;
    use crate::coupling::Route;
    use crate::pipeline::Outgoing;
    use secp256k1::SecretKey;
    use status_whisper::Topic;

    const NOW: u64 = 1_590_000_000_000;

    /// An envelope with the key of `#a`, and its topic if no other is given; without work.
    fn envelope(topic: Option<Topic>) -> Envelope {
        let chat: Chat = "#a".parse().unwrap();
        let author = SecretKey::from_byte_array([7; 32]).unwrap();
        let mut route = Route::of(&chat).unwrap();
        route.topic = topic.unwrap_or(route.topic);
        let message = Outgoing::sign(&author, &chat, "hello", 1, NOW).unwrap();
        let unsealed = message.encrypt(&author, &route, NOW, &mut rand::rng());
        unsealed.unwrap().with_nonce(0)
    }

    fn field<'a>(layer: &'a Layer, name: &str) -> Option<&'a serde_json::Value> {
        let found = layer.fields.iter().find(|field| field.0 == name);
        found.map(|field| &field.1)
    }

    #[test]
    fn a_chat_opens_an_envelope_under_another_topic_and_that_is_said() {
        let chat: Chat = "#a".parse().unwrap();
        let explainer = Explainer::new(NOW).chat(&chat);
        let layer = explainer.decoded_envelope(&envelope(None));
        assert_eq!(field(&layer, "topic_of").unwrap(), "#a");
        assert_eq!(field(&layer, "opened_with").unwrap(), "#a");
        assert_eq!(field(&layer, "topic_fault"), None);

        let layer = explainer.decoded_envelope(&envelope(Some(Topic([1, 2, 3, 4]))));
        assert_eq!(field(&layer, "topic_of"), None);
        assert_eq!(field(&layer, "opened_with").unwrap(), "#a");
        let fault = field(&layer, "topic_fault").unwrap().as_str().unwrap();
        assert!(fault.contains("not that of #a"), "{fault}");
    }

    #[test]
    fn programs_get_numbers_and_bare_hex() {
        let layer = Explainer::new(NOW).decoded_envelope(&envelope(Some(Topic([1, 2, 3, 4]))));
        let expiry = NOW / 1000 + u64::from(crate::pipeline::TTL);
        assert_eq!(field(&layer, "expiry").unwrap(), expiry);
        assert_eq!(field(&layer, "expires").unwrap(), "in 15 s");
        let topic = field(&layer, "topic").unwrap().as_str().unwrap();
        assert_eq!(topic.trim_start_matches("0x"), "01020304");
    }
}
