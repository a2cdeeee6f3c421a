//! Inwards: from the envelope to what is said.

use super::Refusal;
use crate::Chat;
use crate::message::{Message, OtherMessage};
use bytes::Bytes;
use rand_core::CryptoRng;
use secp256k1::PublicKey;
use status_conversational_security::{Endpoint, Handled, Received, Store};
use status_mvds::{Numbering, Payload, Unwrapped};
use status_payload::{
    ApplicationMetadataMessage, Authored, ChatKind, ChatMessage, Decoded, MessageId,
};
use status_whisper::{Envelope, Opened};

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

    /// What came out of an envelope that something else has opened: its payload, who signed it, when it
    /// was made by its own account, in ms since 1970, and its hash.
    pub fn new(
        payload: Bytes,
        signer: PublicKey,
        sent_ms: u64,
        envelope: status_whisper::Hash,
    ) -> Self {
        Self {
            payload,
            signer,
            sent_ms,
            envelope,
        }
    }

    /// Who sent the envelope: the identity that key agreement and data sync go by.
    pub fn signer(&self) -> &PublicKey {
        &self.signer
    }

    /// When the envelope was made, by its sender's account, in ms since 1970.
    pub fn sent_ms(&self) -> u64 {
        self.sent_ms
    }

    /// The envelope's hash.
    pub fn envelope(&self) -> status_whisper::Hash {
        self.envelope
    }

    /// What the envelope holds.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Conversational security: what this device can read of a private message. The message is
    /// [confirmed](Endpoint::confirm) by the hash of the envelope.
    ///
    /// # Errors
    ///
    /// If the store fails; then roll back.
    pub fn decrypt<S: Store>(
        self,
        endpoint: &Endpoint,
        store: &mut S,
        now_ns: i64,
        rng: &mut impl CryptoRng,
    ) -> Result<Decrypted, S::Error> {
        let (from, id) = (self.signer, self.envelope.0);
        let sealed = self.payload.clone();
        let handled = endpoint.handle_message(store, &from, sealed, &id, now_ns, rng)?;
        let payload = match &handled.result {
            Ok(Received::Private { payload, .. } | Received::Public(payload)) => payload.clone(),
            Ok(Received::Nothing) | Err(_) => self.payload.clone(),
        };
        Ok(Decrypted {
            incoming: self,
            handled,
            payload,
        })
    }

    /// Payload: a public message, its author and what it says. An unsigned message has the
    /// envelope's signer for its author, as deployed.
    pub fn read(self, chat: &Chat) -> Result<Read, Refusal> {
        let authored = read_wrapped(self.payload)?;
        let from = authored.author().copied().unwrap_or(self.signer);
        match decode(&authored)? {
            Decoded::ChatMessage(message) => {
                let message = ChatMessage::validate(message, self.sent_ms)?;
                if message.chat_kind() != ChatKind::Public {
                    return Err(Refusal::NotPublic);
                }
                if message.chat_id() != chat.id() {
                    return Err(Refusal::WrongChat);
                }
                Ok(Read::Text(Message {
                    chat: chat.clone(),
                    from,
                    text: message.text().into(),
                    id: authored.id(),
                    clock: message.clock(),
                    timestamp: message.timestamp_ms(),
                    envelope: Some(self.envelope),
                    received: self.sent_ms,
                    outgoing: false,
                    response_to: response_to(message.response_to()),
                    ens_name: message.ens_name().into(),
                    content: message.content().clone(),
                    fault: None,
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

/// A private message after conversational security.
#[derive(Debug, Clone)]
pub struct Decrypted {
    incoming: Incoming,
    handled: Handled,
    payload: Bytes,
}

/// What data sync carries.
#[derive(Debug, Clone, PartialEq)]
pub struct Messages {
    /// The payload of data sync, for the node's own; none if the message came without.
    pub data_sync: Option<Payload>,
    /// The wrapped messages.
    pub wrapped: Vec<Bytes>,
}

impl Decrypted {
    /// What conversational security found, also why it could read nothing.
    pub fn handled(&self) -> &Handled {
        &self.handled
    }

    /// The envelope it came in.
    pub fn incoming(&self) -> &Incoming {
        &self.incoming
    }

    /// What was encrypted. As deployed a layer that can make nothing of a message leaves it as it
    /// is to the next, so this is the envelope's payload if nothing was encrypted that this device
    /// can read.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// Data sync: the messages in a payload of it, or the one that came without.
    pub fn into_messages(self) -> Messages {
        let unwrapped = Unwrapped::from_bytes(self.payload, Numbering::Deployed);
        let wrapped = unwrapped.application_payloads();
        let data_sync = match unwrapped {
            Unwrapped::DataSync(payload) => Some(payload),
            Unwrapped::Other { .. } => None,
        };
        Messages { data_sync, wrapped }
    }
}

/// Payload: a wrapped message and its author.
///
/// # Errors
///
/// [`Refusal::Malformed`] or [`Refusal::Signature`].
pub fn read_wrapped(wrapped: Bytes) -> Result<Authored, Refusal> {
    let message = ApplicationMetadataMessage::decode(wrapped)
        .map_err(|error| Refusal::Malformed(error.to_string()))?;
    Ok(message.recover()?)
}

/// The id of the message that another answers, as its author writes it.
fn response_to(text: &str) -> Option<MessageId> {
    let mut bytes = [0; 32];
    hex::decode_to_slice(text.strip_prefix("0x")?, &mut bytes).ok()?;
    Some(bytes.into())
}

fn decode(authored: &Authored) -> Result<Decoded, Refusal> {
    authored
        .decode()
        .map_err(|error| Refusal::Malformed(error.to_string()))
}
