//! The wrapper of every message: signature, type, payload.

use crate::message_id::MessageId;
use crate::message_type::MessageType;
use crate::signature::{self, SignatureError};
use crate::{Decoded, wire};
use bytes::Bytes;
use prost::Message as _;
use secp256k1::{PublicKey, SecretKey};
use status_protobuf_wire::UnknownFields;

/// How many bytes a wrapped message may have. Whisper as deployed carries nothing over 1 MiB, so nobody
/// sends more; what comes by another way, like a mailserver, is held to the same.
pub const MAX_MESSAGE_LEN: usize = 1 << 20;

/// The wrapper of every application's message, as deployed in status-go v0.50.0 (6/PAYLOADS).
///
/// Make one with [`sign`](Self::sign), or [`decode`](Self::decode) one that came in. It always keeps
/// the bytes it was made from: they are what is hashed, stored and passed on, so what a
/// newer client put there survives. A decoded one says nothing yet about its author:
/// [`recover`](Self::recover) does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApplicationMetadataMessage {
    original: Bytes,
    signature: Option<Bytes>,
    payload: Bytes,
    message_type: MessageType,
    unknown: UnknownFields,
}

/// A wrapped message whose author is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Authored {
    message: ApplicationMetadataMessage,
    author: Option<PublicKey>,
    id: MessageId,
}

impl ApplicationMetadataMessage {
    /// Wraps `payload` with the signature of `author` over its Keccak-256. The signature is
    /// deterministic (RFC 6979): the same message wrapped twice has the same bytes and the same id.
    pub fn sign(author: &SecretKey, message_type: MessageType, payload: Bytes) -> Self {
        let signature = signature::sign(author, signature::keccak(&[&payload]));
        Self::wrap(
            Some(Bytes::copy_from_slice(&signature)),
            message_type,
            payload,
        )
    }

    /// Wraps `payload` without a signature. Its author is then whoever the transport says.
    pub fn unsigned(message_type: MessageType, payload: Bytes) -> Self {
        Self::wrap(None, message_type, payload)
    }

    fn wrap(signature: Option<Bytes>, message_type: MessageType, payload: Bytes) -> Self {
        let message = wire::ApplicationMetadataMessage {
            signature: signature.clone(),
            payload: payload.clone(),
            r#type: message_type.number(),
        };
        Self {
            original: message.encode_to_vec().into(),
            signature,
            payload,
            message_type,
            unknown: UnknownFields::default(),
        }
    }

    /// Decodes what another client wrapped. Tolerant as deployed: bytes of quite another kind often
    /// decode as a message of type 0.
    ///
    /// # Errors
    ///
    /// If `bytes` are no protobuf message; their sender is at fault, or they are encrypted. Also if
    /// they are more than [`MAX_MESSAGE_LEN`].
    pub fn decode(bytes: Bytes) -> Result<Self, crate::DecodeError> {
        if bytes.len() > MAX_MESSAGE_LEN {
            return Err(crate::DecodeError::TooLong {
                len: bytes.len(),
                max: MAX_MESSAGE_LEN,
            });
        }
        let original = bytes.clone();
        let status_protobuf_wire::Decoded { message, unknown } =
            status_protobuf_wire::decode::<wire::ApplicationMetadataMessage>(bytes)?;
        Ok(Self {
            original,
            signature: message.signature,
            payload: message.payload,
            message_type: message.r#type.into(),
            unknown,
        })
    }

    /// Recovers the author from the signature and computes the message's id. High S values are
    /// accepted, as deployed.
    ///
    /// # Errors
    ///
    /// If the signature is not one; the message must then be dropped. A wrong key on the other hand
    /// cannot be told from a right one: who is not the author is simply another author.
    pub fn recover(self) -> Result<Authored, SignatureError> {
        let author = self
            .signature
            .as_deref()
            .map(|signature| signature::recover(signature, signature::keccak(&[&self.payload])))
            .transpose()?;
        let id = MessageId::of(author.as_ref(), &self.original);
        Ok(Authored {
            message: self,
            author,
            id,
        })
    }

    /// The whole message as it came or will go: to be sent, stored and passed on.
    pub fn as_bytes(&self) -> &Bytes {
        &self.original
    }

    /// The encoded message inside.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// What the payload is. No signature covers it: a relay can change it, and the id with it.
    pub fn message_type(&self) -> MessageType {
        self.message_type
    }

    /// The signature, if there is one; not necessarily of the right length.
    pub fn signature(&self) -> Option<&Bytes> {
        self.signature.as_ref()
    }

    /// What this crate does not know in the wrapper. It is kept in [`as_bytes`](Self::as_bytes).
    pub fn unknown_fields(&self) -> &UnknownFields {
        &self.unknown
    }
}

impl Authored {
    /// Who signed the message; none for an unsigned one, whose author is the transport's signer.
    pub fn author(&self) -> Option<&PublicKey> {
        self.author.as_ref()
    }

    /// The message's id, bound to the author.
    pub fn id(&self) -> MessageId {
        self.id
    }

    /// The wrapped message.
    pub fn message(&self) -> &ApplicationMetadataMessage {
        &self.message
    }

    /// Decodes the payload according to the type. A type this crate does not know is
    /// [`Decoded::Unknown`], not an error.
    ///
    /// # Errors
    ///
    /// If the payload is no protobuf message of its type; its author is at fault.
    pub fn decode(&self) -> Result<Decoded, crate::DecodeError> {
        Decoded::decode(self.message.message_type, self.message.payload.clone())
    }
}
