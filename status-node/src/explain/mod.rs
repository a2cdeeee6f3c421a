//! Takes bytes of the protocol apart, layer by layer, and says why a layer refuses.
//!
//! [`Explainer::explain`] accepts what one finds in a log, in a capture or in a database: the payload of a
//! frame (message code and perhaps compressed body), a Whisper packet, an envelope, the plaintext
//! of one, a message of the security layer or of data sync, an application message of any type and
//! generation, keys and addresses. It guesses which it is, unless it is told; with keys, or with the
//! [account](Explainer::account) of a messenger and its sessions, it goes on inside what is encrypted.
//!
//! Nothing here decides anything: it shows what the layer crates say, and where in the bytes they read it.
//!
//! | file | what it shows |
//! |---|---|
//! | `handshake`, `frame`, `packet` | what connections begin with, devp2p and Whisper packets |
//! | `envelope` | envelopes and what they hold, by the keys of `keys` |
//! | `security`, `unlock` | messages for devices, in the account's sessions or by keys that were given |
//! | `data_sync`, `application`, `group`, `transit` | what is said |
//! | `address` | keys, enode URLs, node records |
//! | `kind`, `guess`, `shapes`, `text` | what bytes can be, how one tells, and how they are written |
//! | `piece`, `rlp`, `protobuf`, `meaning` | where things stand in bytes, and what numbers mean |
//! | `layer`, `tree` | the result, for programs and for people |

mod address;
mod application;
mod data_sync;
mod envelope;
mod frame;
mod group;
mod guess;
mod handshake;
mod keys;
mod kind;
mod layer;
mod meaning;
mod packet;
mod piece;
mod protobuf;
pub mod reasons;
mod rlp;
mod security;
mod shapes;
mod text;
mod transit;
mod tree;
mod unlock;

pub use kind::Kind;
pub use layer::{Field, Layer};
pub use piece::Span;
pub use text::{broken_hex, read_hex, read_text};

use crate::coupling::{Channel, Interest};
use crate::messenger::Examination;
use crate::pipeline::Refusal;
use bytes::Bytes;
use keys::{GivenKey, NamedKey};
use piece::Piece;
use secp256k1::PublicKey;
use status_payload::transit::Message as Transit;
use std::fmt;

/// The least proof of work that a status-go node with default settings takes.
pub const DEFAULT_MIN_POW: f64 = 0.001;

/// How many messages may stand in each other. Honest ones have four layers inside an envelope; a hostile
/// one could have a million.
const MAX_DEPTH: u8 = 12;

/// By which way bytes came, as far as they were found inside others.
#[derive(Clone, Default)]
struct Way {
    /// When the envelope was made, by its own account, in ms since 1970.
    sent_ms: Option<u64>,
    /// Who signed the envelope.
    signer: Option<PublicKey>,
    /// Through what it came.
    channel: Option<Channel>,
    /// Which envelope it was.
    envelope: Option<status_whisper::Hash>,
    /// Whether conversational security has encrypted it.
    decrypted: bool,
    /// How deep it stands.
    depth: u8,
}

/// Explains bytes with the keys it was given.
#[derive(Clone)]
pub struct Explainer<'a> {
    keys: Vec<NamedKey>,
    given: Vec<GivenKey>,
    people: Vec<PublicKey>,
    account: Option<&'a Examination<'a>>,
    min_pow: f64,
    now: u64,
}

impl<'a> Explainer<'a> {
    /// Judges expiry and clocks as of `now_ms`, milliseconds since 1970.
    pub fn new(now_ms: u64) -> Self {
        Self {
            keys: Vec::new(),
            given: Vec::new(),
            people: Vec::new(),
            account: None,
            min_pow: DEFAULT_MIN_POW,
            now: now_ms,
        }
    }

    /// Judges the proof of work of envelopes by another minimum than [`DEFAULT_MIN_POW`].
    pub fn min_pow(mut self, min_pow: f64) -> Self {
        self.min_pow = min_pow;
        self
    }

    /// Opens what the account listens to, and decrypts what is for it in its sessions. To be called once.
    pub fn account(mut self, account: &'a Examination<'a>) -> Self {
        self.account = Some(account);
        let own = account.identity();
        for (interest, channel, route) in account.channels() {
            let name = match interest {
                Interest::OwnContactCode => "the account's own contact code".to_owned(),
                Interest::OwnPartition => "the account: its partition".to_owned(),
                Interest::OwnDiscovery => "the account: its personal topic".to_owned(),
                Interest::Public(name) => format!("#{name}"),
                Interest::ContactCode(person) => format!("the contact code of {person}"),
                Interest::Negotiated(person) if person.public_key() == own => {
                    "the topic of the account's own devices".to_owned()
                }
                Interest::Negotiated(person) => {
                    format!("the topic that the account shares with {person}")
                }
            };
            self.listen(name, channel.clone(), route.clone(), Some(account.key()));
        }
        self
    }

    /// Takes `bytes` apart as what they are said to be, or as what they look like.
    pub fn explain(&self, bytes: Bytes, kind: Option<Kind>) -> Layer {
        let piece = &Piece::whole(bytes);
        let candidates = match kind {
            Some(kind) => vec![kind],
            None => guess::candidates(piece.bytes()),
        };
        let Some((kind, others)) = candidates.split_first() else {
            return Layer::refused(
                "unknown bytes",
                "they look like nothing of the protocol, and nobody says what they are",
            )
            .at(piece)
            .from("input")
            .field("length", piece.len())
            .bytes("bytes", piece.bytes());
        };
        let way = &Way::default();
        let layer = match *kind {
            Kind::Handshake => self.handshake(piece),
            Kind::Frame => self.frame(piece),
            Kind::Packet => self.packet_without_code(piece),
            Kind::Envelope => self.envelope(piece),
            Kind::Plaintext => self.plaintext(piece),
            Kind::Security => self.security(piece, way),
            Kind::Bundle => self.bundle(piece),
            Kind::DataSync => self.data_sync(piece, way),
            Kind::Metadata => self.metadata(piece, way),
            Kind::Transit => self.transit(piece, way),
            Kind::MailserverRequest => packet::sure_mailserver_request(piece),
            Kind::Message(message_type) => self.bare_message(message_type, piece),
            Kind::PublicKey => address::public_key(piece),
            Kind::Enode => address::enode(piece),
            Kind::NodeRecord => address::record(piece),
        };
        let layer = Layer {
            span: Some(piece.span()),
            ..layer
        }
        .from("input");
        let others: Vec<_> = others.iter().map(ToString::to_string).collect();
        match others.is_empty() {
            true => layer,
            false => layer.field("could_also_be", others).note(
                "could_also_be",
                "nothing in the bytes tells which: the wrapper says it",
            ),
        }
    }

    /// Whatever an envelope's payload, or what stood in it, turns out to be.
    fn payload(&self, piece: &Piece, way: &Way) -> Layer {
        let way = &Way {
            depth: way.depth + 1,
            ..way.clone()
        };
        if way.depth > MAX_DEPTH {
            let reason = format!("messages stand more than {MAX_DEPTH} deep in each other");
            return Layer::refused("payload", reason).at(piece);
        }
        if piece.len() == 0 {
            return Layer::refused("payload", Refusal::Empty).at(piece);
        }
        // A request to a mailserver is the only payload that is RLP and no protobuf.
        if let Some(request) = packet::mailserver_request(piece) {
            return request;
        }
        match guess::wrapped(piece.bytes()) {
            // What came out of a session is not encrypted in another.
            Some(Kind::Security) if !way.decrypted => self.security(piece, way),
            Some(Kind::DataSync) => self.data_sync(piece, way),
            Some(Kind::Metadata) => self.metadata(piece, way),
            _ if Transit::is_likely(piece.bytes()) => self.transit(piece, way),
            _ => Layer::refused("payload", "it is no message of a kind known here")
                .at(piece)
                .bytes("bytes", piece.bytes()),
        }
    }
}

impl fmt::Debug for Explainer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.keys.iter().map(|key| &key.name).collect();
        f.debug_struct("Explainer")
            .field("keys", &names)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
