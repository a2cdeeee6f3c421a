//! Outwards: from what is said to the envelope.

use super::{POW, TTL};
use crate::Chat;
use crate::account::public_key;
use crate::coupling::{Protection, Route};
use bytes::Bytes;
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use status_conversational_security::{Encrypted, Endpoint, Store};
use status_payload::{
    ApplicationMetadataMessage, ChatMessage, MessageId, MessageType, Unbuildable,
};
use status_whisper::{MessageBuilder, SealError, Unsealed, Work};

/// A message of one's own, signed: its bytes are the same for every recipient and every repetition.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outgoing {
    /// What goes to the layers below.
    pub bytes: Bytes,
    /// The id.
    pub id: MessageId,
    /// The clock, in ms.
    pub clock: u64,
    /// When it was written, in ms since 1970.
    pub timestamp: u64,
}

impl Outgoing {
    /// Payload: encodes and signs `text` for a chat.
    pub fn sign(
        author: &SecretKey,
        chat: &Chat,
        text: &str,
        clock: u64,
        now_ms: u64,
    ) -> Result<Self, Unbuildable> {
        let message = ChatMessage::builder();
        let message = match chat {
            Chat::Public(name) => message.public_chat(name.as_str()),
            Chat::Person(person) => message.one_to_one(person.public_key()),
            Chat::Group(id) => message.private_group(id.as_str()),
        };
        let message = message.text(text).clock(clock, now_ms).build()?;
        Ok(Self::wrap(
            author,
            MessageType::CHAT_MESSAGE,
            message.encode(),
            clock,
            now_ms,
        ))
    }

    /// Payload: signs an encoded message of any type.
    pub fn wrap(
        author: &SecretKey,
        message_type: MessageType,
        payload: Bytes,
        clock: u64,
        now_ms: u64,
    ) -> Self {
        let wrapped = ApplicationMetadataMessage::sign(author, message_type, payload);
        let bytes = wrapped.as_bytes().clone();
        let id = MessageId::of(Some(&public_key(author)), &bytes);
        Self {
            bytes,
            id,
            clock,
            timestamp: now_ms,
        }
    }

    /// Whisper: the envelope of a public message, lacking its proof of work.
    ///
    /// # Errors
    ///
    /// As [`encrypt_envelope`].
    pub fn encrypt(
        &self,
        author: &SecretKey,
        route: &Route,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Unsealed, SealError> {
        encrypt_envelope(&self.bytes, author, route, now_ms, rng)
    }
}

/// Conversational security: encrypts `payload`, which is a wrapped message or a payload of data
/// sync, for a person. What is encrypted to the identity is for no device in particular. Commit the store
/// before the message leaves.
///
/// # Errors
///
/// If the store fails; then roll back.
pub fn encrypt_private<S: Store>(
    endpoint: &Endpoint,
    store: &mut S,
    to: &PublicKey,
    payload: &[u8],
    protection: Protection,
    now_ns: i64,
    rng: &mut impl CryptoRng,
) -> Result<Encrypted, S::Error> {
    match protection {
        Protection::Sessions => endpoint.encrypt(store, to, payload, now_ns, rng),
        Protection::Identity => Ok(Encrypted {
            message: endpoint.encrypt_to_identity(store, to, payload, now_ns, rng)?,
            devices: Vec::new(),
            agreed: false,
            min_protocol_version: 0,
        }),
    }
}

/// Whisper: an envelope of `payload`, lacking its proof of work. It is always signed: status-go
/// discards envelopes that are not.
///
/// # Errors
///
/// If the payload is larger than an envelope can be.
pub fn encrypt_envelope(
    payload: &[u8],
    author: &SecretKey,
    route: &Route,
    now_ms: u64,
    rng: &mut impl CryptoRng,
) -> Result<Unsealed, SealError> {
    builder(payload, author, route).encrypt(route.key.recipient(), unix_seconds(now_ms), rng)
}

/// Whisper: the size in bytes that an envelope of `payload` has
/// ([`Envelope::size`](status_whisper::Envelope::size)).
pub fn envelope_size(payload: &[u8], author: &SecretKey, route: &Route) -> usize {
    builder(payload, author, route).size(route.key.recipient())
}

fn builder<'a>(payload: &'a [u8], author: &'a SecretKey, route: &Route) -> MessageBuilder<'a> {
    MessageBuilder::new(route.topic, payload)
        .sign(author)
        .ttl(TTL)
        .work(Work::Target(POW))
}

fn unix_seconds(ms: u64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(u32::MAX)
}
