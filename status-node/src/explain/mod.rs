//! Takes bytes of the protocol apart, layer by layer, and says why a layer refuses.
//!
//! [`Explainer::explain`] accepts what one finds in a log, in a capture or in a database: the payload of a
//! frame (message code and perhaps compressed body), a Whisper packet, an envelope, the plaintext
//! of one, a message of the security layer or of data sync, an application message. It guesses
//! which it is, unless it is told; with keys it goes on inside envelopes.
//!
//! Nothing here decides anything: it shows what the layer crates say.

mod envelope;
mod key;
mod layer;
mod network;
mod payload;

pub use layer::Layer;

use crate::Chat;
use crate::coupling::Route;
use bytes::Bytes;
use secp256k1::SecretKey;
use status_whisper::{Key, SymmetricKey, Topic};
use std::fmt;
use std::str::FromStr;

/// What bytes are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The payload of a devp2p frame: a message code and a body, which is compressed or not.
    Frame,
    /// A Whisper packet without its code.
    Packet,
    /// A Whisper envelope.
    Envelope,
    /// What a Whisper envelope holds, decrypted.
    Plaintext,
    /// A ProtocolMessage of conversational security.
    Security,
    /// A payload of data sync.
    DataSync,
    /// An ApplicationMetadataMessage.
    Metadata,
    /// A ChatMessage.
    Chat,
    /// A public key, compressed or not, with the number of its kind in front or not.
    PublicKey,
}

impl Kind {
    const ALL: [(Self, &'static str); 9] = [
        (Self::Frame, "frame"),
        (Self::Packet, "packet"),
        (Self::Envelope, "envelope"),
        (Self::Plaintext, "plaintext"),
        (Self::Security, "security"),
        (Self::DataSync, "mvds"),
        (Self::Metadata, "metadata"),
        (Self::Chat, "chat"),
        (Self::PublicKey, "key"),
    ];
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(_, name)| *name == text);
        found.map(|(kind, _)| *kind).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|(_, name)| *name).collect();
            format!("{text:?} is no kind of bytes: {}", names.join(", "))
        })
    }
}

/// What was given to open envelopes with, and how it is called when it fits.
#[derive(Debug, Clone)]
struct NamedKey {
    name: String,
    /// The topic that belongs to it; none if it may be any.
    topic: Option<Topic>,
    /// What it may be, each with what is said of it then.
    keys: Vec<(&'static str, Key)>,
}

/// Explains bytes with the keys it was given.
#[derive(Clone)]
pub struct Explainer {
    keys: Vec<NamedKey>,
    now: u64,
}

impl Explainer {
    /// Judges expiry and clocks as of `now_ms`, milliseconds since 1970.
    pub fn new(now_ms: u64) -> Self {
        Self {
            keys: Vec::new(),
            now: now_ms,
        }
    }

    /// Opens envelopes of a public chat; those of others need a key. Takes some 7 ms.
    pub fn chat(mut self, chat: &Chat) -> Self {
        let Some(route) = Route::of(chat) else {
            return self;
        };
        self.keys.push(NamedKey {
            name: chat.to_string(),
            topic: Some(route.topic),
            keys: route
                .key
                .opening(None)
                .map(|key| ("", key))
                .into_iter()
                .collect(),
        });
        self
    }

    /// Tries 32 bytes on envelopes, as a symmetric key and as a private key.
    pub fn key(mut self, bytes: [u8; 32]) -> Self {
        let number = self.keys.len() + 1;
        let mut keys = vec![(", symmetric", SymmetricKey::new(bytes).into())];
        if let Ok(key) = SecretKey::from_byte_array(bytes) {
            keys.push((", private", key.into()));
        }
        self.keys.push(NamedKey {
            name: format!("key {number}"),
            topic: None,
            keys,
        });
        self
    }

    /// Takes `bytes` apart as what they are said to be, or as what they look like.
    pub fn explain(&self, bytes: Bytes, kind: Option<Kind>) -> Layer {
        let Some(kind) = kind.or_else(|| self.guess(&bytes)) else {
            return Layer::refused("unknown bytes", "they look like nothing of the protocol")
                .field("length", bytes.len())
                .bytes("bytes", &bytes);
        };
        match kind {
            Kind::Frame => self.frame(bytes),
            Kind::Packet => self.packet_without_code(bytes),
            Kind::Envelope => self.envelope(bytes),
            Kind::Plaintext => self.plaintext(bytes, None),
            Kind::Security => self.security(bytes, None),
            Kind::DataSync => self.data_sync(bytes, None),
            Kind::Metadata => self.metadata(bytes, None),
            Kind::Chat => self.chat_message(bytes, None),
            Kind::PublicKey => self.public_key(&bytes),
        }
    }

    /// The first kind that the bytes could be, the strictest formats first.
    fn guess(&self, bytes: &Bytes) -> Option<Kind> {
        let first = *bytes.first()?;
        if key::looks_like(bytes) {
            return Some(Kind::PublicKey);
        }
        if first >= 0xc0 {
            return Some(if envelope::looks_like(bytes) {
                Kind::Envelope
            } else {
                Kind::Packet
            });
        }
        if self.looks_like_frame(bytes) {
            return Some(Kind::Frame);
        }
        if envelope::plaintext_looks_signed(bytes) {
            return Some(Kind::Plaintext);
        }
        payload::guess(bytes)
    }
}

impl fmt::Debug for Explainer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.keys.iter().map(|key| &key.name).collect();
        f.debug_struct("Explainer")
            .field("keys", &names)
            .field("now", &self.now)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn keys_are_not_in_debug_output() {
        let explainer = Explainer::new(0).key([0xab; 32]);
        let text = format!("{explainer:?}");
        assert!(text.contains("key 1"), "{text}");
        assert!(
            !text.contains("abab") && !text.contains("171, 171"),
            "{text}"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_explained_as_anything(bytes: Vec<u8>, chosen in 0usize..10) {
            let explainer = Explainer::new(1_590_000_000_000).key([1; 32]);
            let kind = Kind::ALL.get(chosen).map(|(kind, _)| *kind);
            let layer = explainer.explain(bytes.into(), kind);
            prop_assert!(!layer.to_string().is_empty());
            prop_assert!(layer.to_json().is_object());
        }

        #[test]
        fn a_small_code_before_any_bytes_is_no_panic(code in 0u8..=0x81, bytes: Vec<u8>) {
            let mut frame = vec![code];
            frame.extend(bytes);
            let _ = Explainer::new(0).explain(frame.into(), Some(Kind::Frame)).to_string();
        }
    }
}
