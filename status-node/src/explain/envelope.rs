//! Whisper's envelopes and what is inside them.

use super::keys::NamedKey;
use super::piece::{Piece, Span};
use super::{Explainer, Layer, Way, meaning, rlp};
use crate::coupling::Channel;
use bytes::Bytes;
use status_whisper::{AcceptRules, Envelope, OpenError, Opened, open};

/// What a status-go node with default settings demands besides the work.
const RULES: AcceptRules<'static> = AcceptRules {
    max_message_size: 1 << 20,
    min_pow: super::DEFAULT_MIN_POW,
    former_min_pow: None,
    bloom: None,
    former_bloom: None,
};

/// The five items of an envelope.
const ITEMS: [&str; 5] = ["expiry", "ttl", "topic", "data_length", "nonce"];

/// Which of them is the ciphertext.
const DATA: usize = 3;

/// An envelope that cannot be decoded, as far as its items can be told.
fn unread(name: &'static str, error: impl std::fmt::Display, piece: &Piece) -> Layer {
    let mut layer = Layer::refused(name, rlp::explained(error, piece)).at(piece);
    for (name, item) in ITEMS.into_iter().zip(rlp::items_of_cut_list(piece)) {
        let (bytes, span) = (item.value.bytes(), item.value.span());
        layer = match name {
            "data_length" => layer.placed(name, bytes.len(), span),
            _ => layer.placed(name, super::layer::hex0x(bytes), span),
        };
    }
    layer
}

/// What the lengths of plaintexts are multiples of.
const PADDED: usize = 256;

pub(super) fn looks_like(bytes: &Bytes) -> bool {
    Envelope::decode(bytes.clone()).is_ok()
}

/// Whether bytes begin as an envelope does, one whose end is missing or that has something wrong with it.
pub(super) fn begins_like(piece: &Piece) -> bool {
    let items = rlp::items_of_cut_list(piece);
    let lengths: Vec<_> = items.iter().map(|item| item.value.len()).collect();
    let is_list = rlp::is_cut_list(piece) || !rlp::list(piece).is_empty();
    is_list && matches!(lengths.as_slice(), [1..=4, 1..=4, 4, ..])
}

/// Whether bytes are what an envelope holds: flags that nothing else begins with, and what they announce,
/// be it a signature that a key has made, or a payload and padding.
pub(super) fn plaintext_looks_right(bytes: &Bytes) -> bool {
    let flags = bytes.first().copied().unwrap_or_default();
    let is_padded = bytes.len().is_multiple_of(PADDED);
    (1..8).contains(&flags)
        && Opened::parse(bytes.clone()).is_ok_and(|opened| {
            opened.signer().is_some() || (is_padded && !opened.payload().is_empty())
        })
}

/// Says what opened an envelope, and that no node would have tried it if the topic is another's.
fn opened_with(layer: Layer, envelope: &Envelope, key: &NamedKey, role: &str) -> Layer {
    let layer = layer.field("opened_with", format!("{}{role}", key.name));
    if key.may_have(envelope.topic()) {
        return layer;
    }
    let sentence = format!(
        "its topic is not that of {}: nodes that listen there do not see it",
        key.name
    );
    layer.field("topic_fault", sentence)
}

impl Explainer<'_> {
    pub(super) fn envelope(&self, piece: &Piece) -> Layer {
        const NAME: &str = "Whisper envelope";
        let envelope = match Envelope::decode(piece.bytes().clone()) {
            Ok(envelope) => envelope,
            Err(error) => return unread(NAME, error, piece),
        };
        let now = u32::try_from(self.now / 1000).unwrap_or(u32::MAX);
        let expiry = i64::from(envelope.expiry()) - i64::from(now);
        let when = match expiry {
            0.. => format!("in {expiry} s"),
            _ => format!("{} s ago", -expiry),
        };
        let mut layer = Layer::new(NAME)
            .at(piece)
            .field("expiry", envelope.expiry())
            .field("ttl", envelope.ttl())
            .field("topic", envelope.topic().to_string())
            .field("data_length", envelope.data().len())
            .field("nonce", envelope.nonce());
        for (name, item) in ITEMS.into_iter().zip(rlp::list(piece)) {
            layer = layer.locate(name, item.value.span());
        }
        let dates = [("expiry", envelope.expiry()), ("sent", envelope.sent())];
        layer = layer
            .field("hash", envelope.hash().to_string())
            .field("sent", envelope.sent())
            .field("expires", when)
            .field("pow", envelope.pow())
            .field("size", envelope.size());
        for (name, seconds) in dates {
            if let Some(date) = meaning::date(seconds.into()) {
                layer = layer.note(name, date);
            }
        }
        let mut owners = self.keys.iter().filter(|key| key.topic.is_some());
        if let Some(owner) = owners.find(|key| key.may_have(envelope.topic())) {
            layer = layer.field("topic_of", owner.name.as_str());
        }
        let rules = AcceptRules {
            min_pow: self.min_pow,
            ..RULES
        };
        if let Err(rejection) = rules.judge(&envelope, now) {
            layer = layer.refuse(rejection);
        }
        self.open(&envelope, piece, layer)
    }

    fn open(&self, envelope: &Envelope, piece: &Piece, layer: Layer) -> Layer {
        let mut way = Way {
            sent_ms: Some(u64::from(envelope.sent()) * 1000),
            envelope: Some(envelope.hash()),
            ..Way::default()
        };
        let mut plaintext_error = None;
        // Those first to whose topic it belongs.
        let (near, far): (Vec<_>, Vec<_>) = self
            .keys
            .iter()
            .partition(|key| key.topic.is_some() && key.may_have(envelope.topic()));
        // An account listens to thousands of topics: of the others' keys only those given are tried.
        let far = far.into_iter().filter(|key| !key.of_account);
        for given in near.into_iter().chain(far) {
            for (role, key) in &given.keys {
                match open(envelope, key) {
                    Ok(opened) => {
                        way.channel = given.channel.clone();
                        let inner = self.opened(&opened, way).from("decrypted");
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
        let closed = Layer::refused("Whisper ciphertext", self.why_closed(envelope));
        layer.with(match rlp::list(piece).get(DATA) {
            Some(data) => closed.at(&data.value),
            None => closed,
        })
    }

    /// Why no key opens an envelope.
    fn why_closed(&self, envelope: &Envelope) -> String {
        let given: Vec<_> = self.keys.iter().filter(|key| !key.of_account).collect();
        let mut reason = match (given.len(), self.account) {
            (0, Some(_)) => {
                "it is for nobody and no chat that the account listens to: its topic is another"
                    .to_owned()
            }
            (0, None) => "no key was given to open it with".to_owned(),
            (1, _) => "the key given does not open it".to_owned(),
            (n, _) => format!("none of the {n} keys given opens it"),
        };
        let heard = self.keys.iter().filter(|key| key.of_account);
        let mut heard = heard.filter(|key| key.may_have(envelope.topic()));
        if let Some(key) = heard.next() {
            let topic = format!("the account listens to its topic for {}", key.name);
            return format!(
                "{topic}, whose key does not open it: it is for somebody else, or changed"
            );
        }
        let strangers = given
            .iter()
            .filter(|key| !key.may_have(envelope.topic()))
            .map(|key| key.name.as_str());
        let strangers: Vec<_> = strangers.collect();
        if !strangers.is_empty() {
            let strangers = strangers.join(", ");
            reason = format!("{reason}; its topic is not that of {strangers}");
        }
        reason
    }

    pub(super) fn plaintext(&self, piece: &Piece) -> Layer {
        match Opened::parse(piece.bytes().clone()) {
            Ok(opened) => self.opened(&opened, Way::default()),
            Err(error) => Layer::refused("Whisper plaintext", error).at(piece),
        }
    }

    fn opened(&self, opened: &Opened, mut way: Way) -> Layer {
        let piece = Piece::whole(opened.plaintext().clone());
        let (len, payload) = (piece.len(), opened.payload().len());
        let size = usize::from(opened.flags() & 3);
        let padding_end = len - opened.signature().map_or(0, |signature| signature.len());
        let padding_start = padding_end - opened.padding().len();
        let payload_start = 1 + size;
        let span = |start: usize, end: usize| Span {
            offset: start,
            length: end.saturating_sub(start),
        };
        let mut layer = Layer::new("Whisper plaintext")
            .at(&piece)
            .placed("flags", opened.flags(), span(0, 1))
            .placed("payload_length", payload, span(1, payload_start))
            .placed(
                "padding_length",
                opened.padding().len(),
                span(padding_start, padding_end),
            );
        if let Some(signature) = opened.signature() {
            let signature = super::layer::hex0x(signature);
            layer = layer.placed("signature", signature, span(padding_end, len));
        }
        layer = match opened.signer() {
            Some(signer) => layer.field("signer", crate::hex_key(signer)),
            None => layer.refuse("it is not signed, so status-go discards it"),
        };
        way.signer = opened.signer().copied();
        if let Some(reason) = self.refused_signer(&way) {
            layer = layer.refuse(reason);
        }
        let payload = piece.part(payload_start..payload_start + payload);
        layer.with(self.payload(&payload, &way))
    }

    /// Why the account takes nothing from whoever signed an envelope.
    fn refused_signer(&self, way: &Way) -> Option<String> {
        let (account, signer) = (self.account?, way.signer?);
        match &way.channel {
            _ if account.is_blocked(&signer) => Some(crate::pipeline::Refusal::Blocked.to_string()),
            Some(Channel::ContactCode(person)) if *person != signer => {
                Some(crate::pipeline::Refusal::NotTheirs.to_string())
            }
            _ => None,
        }
    }
}
