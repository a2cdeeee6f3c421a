//! The layers in the order in which a message passes them.
//!
//! | out | in | layer |
//! |---|---|---|
//! | 1. [`Outgoing::sign`] | 5. [`Incoming::read`] | payload: what is said, and who said it |
//! | 2. [`data_sync`] | 4. [`data_sync`] | mvds: that it arrives |
//! | 3. [`security`] | 3. [`security`] | conversational security: that only the right devices read it |
//! | 4. [`Route`] | 2. [`Route`] | coupling: under which topic and key |
//! | 5. [`Outgoing::encrypt`] | 1. [`Incoming::unwrap`] | whisper: the envelope |
//!
//! All functions here are pure: time, randomness and keys come in as arguments, and nothing is
//! remembered. Every refusal is a [`Refusal`], which the node counts.

use crate::Chat;
use crate::coupling::Route;
use crate::message::{Message, OtherMessage};
use bytes::Bytes;
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use status_payload::{
    ApplicationMetadataMessage, Authored, ChatKind, ChatMessage, Decoded, InvalidChatMessage,
    MessageId, MessageType, SignatureError, Unbuildable,
};
use status_whisper::{Envelope, MessageBuilder, Opened, SealError, Unsealed, Work};

/// How long a message of the messenger lives, in seconds.
pub const TTL: u32 = 15;

/// The proof of work of the messenger's envelopes.
pub const POW: f64 = 0.002;

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
    /// Payload: encodes and signs `text` for a public chat.
    pub fn sign(
        author: &SecretKey,
        chat: &Chat,
        text: &str,
        clock: u64,
        now_ms: u64,
    ) -> Result<Self, Unbuildable> {
        let message = ChatMessage::builder()
            .public_chat(chat.name())
            .text(text)
            .clock(clock, now_ms)
            .build()?;
        let wrapped =
            ApplicationMetadataMessage::sign(author, MessageType::CHAT_MESSAGE, message.encode());
        let bytes = wrapped.as_bytes().clone();
        let id = MessageId::of(Some(&crate::account::public_key(author)), &bytes);
        Ok(Self {
            bytes,
            id,
            clock,
            timestamp: now_ms,
        })
    }

    /// Whisper: the envelope, lacking its proof of work. It is always signed: status-go discards
    /// envelopes that are not.
    pub fn encrypt(
        &self,
        author: &SecretKey,
        route: &Route,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Unsealed, SealError> {
        let payload = security(data_sync(self.bytes.clone()));
        MessageBuilder::new(route.topic, &payload)
            .sign(author)
            .ttl(TTL)
            .work(Work::Target(POW))
            .encrypt(route.key.recipient(), unix_seconds(now_ms), rng)
    }
}

/// Data sync passes public messages through: as deployed, nobody acknowledges them.
pub fn data_sync(message: Bytes) -> Bytes {
    message
}

/// Conversational security passes public messages through: as deployed they are a bare
/// ApplicationMetadataMessage, without key exchange or ratchet.
pub fn security(message: Bytes) -> Bytes {
    message
}

/// What came out of an envelope.
#[derive(Debug, Clone)]
pub struct Incoming {
    payload: Bytes,
    signer: PublicKey,
    /// When the envelope was made, by its own account, in ms since 1970.
    sent_ms: u64,
    envelope: status_whisper::Hash,
}

/// What a message turned out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// A text.
    Text(Message),
    /// Something else.
    Other(OtherMessage),
}

/// Why what came out of an envelope is not shown. Its author is at fault, except for
/// [`Refusal::Duplicate`] and [`Refusal::Lagging`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The envelope is not signed.
    #[error("the envelope is not signed")]
    Unsigned,
    /// Its payload is no message.
    #[error("not an application message: {0}")]
    Malformed(String),
    /// The signature is none.
    #[error("bad signature: {0}")]
    Signature(#[from] SignatureError),
    /// It breaks a rule.
    #[error("invalid chat message: {0}")]
    Invalid(#[from] InvalidChatMessage),
    /// It came through one chat and says to belong to another.
    #[error("a message for another chat than the one it came through")]
    WrongChat,
    /// It says to be private and came through a public chat.
    #[error("a message that is not for a public chat came through one")]
    NotPublic,
    /// It came before.
    #[error("a message that came before")]
    Duplicate,
    /// The application does not fetch its messages.
    #[error("the application does not fetch its messages")]
    Lagging,
}

impl Refusal {
    /// A name for counters and logs.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Unsigned => "unsigned",
            Self::Malformed(_) => "malformed",
            Self::Signature(_) => "signature",
            Self::Invalid(_) => "invalid",
            Self::WrongChat => "wrong_chat",
            Self::NotPublic => "not_public",
            Self::Duplicate => "duplicate",
            Self::Lagging => "lagging",
        }
    }
}

impl Incoming {
    /// Whisper: what an opened envelope holds. As deployed, one that is not signed is discarded.
    pub fn unwrap(envelope: &Envelope, opened: &Opened) -> Result<Self, Refusal> {
        Ok(Self {
            payload: opened.payload(),
            signer: *opened.signer().ok_or(Refusal::Unsigned)?,
            sent_ms: u64::from(envelope.sent()) * 1000,
            envelope: envelope.hash(),
        })
    }

    /// Payload, through the two layers between: the message, its author and what it says. An
    /// unsigned message has the envelope's signer for its author, as deployed.
    pub fn read(self, chat: &Chat) -> Result<Read, Refusal> {
        let bytes = data_sync(security(self.payload));
        let authored = ApplicationMetadataMessage::decode(bytes)
            .map_err(|error| Refusal::Malformed(error.to_string()))?
            .recover()?;
        let from = authored.author().copied().unwrap_or(self.signer);
        match decode(&authored)? {
            Decoded::ChatMessage(message) => {
                let message = ChatMessage::validate(message, self.sent_ms)?;
                if message.chat_kind() != ChatKind::Public {
                    return Err(Refusal::NotPublic);
                }
                if message.chat_id() != chat.name() {
                    return Err(Refusal::WrongChat);
                }
                Ok(Read::Text(Message {
                    chat: chat.clone(),
                    from,
                    text: message.text().into(),
                    id: authored.id(),
                    clock: message.clock(),
                    timestamp: message.timestamp_ms(),
                    envelope: self.envelope,
                }))
            }
            _ => Ok(Read::Other(OtherMessage {
                chat: chat.clone(),
                from,
                id: authored.id(),
                message_type: authored.message().message_type(),
                payload: authored.message().payload().clone(),
                envelope: self.envelope,
            })),
        }
    }
}

fn decode(authored: &Authored) -> Result<Decoded, Refusal> {
    authored
        .decode()
        .map_err(|error| Refusal::Malformed(error.to_string()))
}

fn unix_seconds(ms: u64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(u32::MAX)
}
