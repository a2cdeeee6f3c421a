//! The wrapper of every message: signature, type, payload.

use crate::message_id::MessageId;
use crate::message_type::MessageType;
use crate::{Decoded, wire};
use bytes::Bytes;
use keccak_asm::Keccak256;
use prost::Message as _;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{All, Message, PublicKey, Secp256k1, SecretKey};
use status_protobuf_wire::UnknownFields;
use std::sync::LazyLock;

/// Bytes of a signature: R (32), S (32) and V (1).
pub const SIGNATURE_LEN: usize = 65;

/// One context for the process: making one takes longer than hundreds of signatures.
static SECP256K1: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

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

/// Why no author could be recovered. The sender, or whoever changed the bytes, is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// Not 65 bytes.
    #[error("a signature has {SIGNATURE_LEN} bytes, this one {len}")]
    Length {
        /// Bytes it has.
        len: usize,
    },
    /// V is over 3. The 27 and 28 of Ethereum's transactions are refused, as deployed.
    #[error("the recovery id of a signature is 0 to 3, this one's {id}")]
    RecoveryId {
        /// V.
        id: u8,
    },
    /// R and S are not the signature of any key.
    #[error("no key can have made this signature")]
    NoKey,
}

impl ApplicationMetadataMessage {
    /// Wraps `payload` with the signature of `author` over its Keccak-256. The signature is
    /// deterministic (RFC 6979): the same message wrapped twice has the same bytes and the same id.
    pub fn sign(author: &SecretKey, message_type: MessageType, payload: Bytes) -> Self {
        let digest = Message::from_digest(digest(&payload));
        let (id, compact) = SECP256K1
            .sign_ecdsa_recoverable(digest, author)
            .serialize_compact();
        let mut signature = Vec::with_capacity(SIGNATURE_LEN);
        signature.extend_from_slice(&compact);
        signature.push(i32::from(id) as u8);
        Self::wrap(Some(signature.into()), message_type, payload)
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
    /// If `bytes` are no protobuf message; their sender is at fault, or they are encrypted.
    pub fn decode(bytes: Bytes) -> Result<Self, crate::DecodeError> {
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
            .map(|signature| recover(signature, &self.payload))
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

fn digest(payload: &[u8]) -> [u8; 32] {
    Keccak256::digest(payload).into()
}

fn recover(signature: &[u8], payload: &[u8]) -> Result<PublicKey, SignatureError> {
    let Ok([compact @ .., id]) = <&[u8; SIGNATURE_LEN]>::try_from(signature) else {
        return Err(SignatureError::Length {
            len: signature.len(),
        });
    };
    let id =
        RecoveryId::try_from(i32::from(*id)).map_err(|_| SignatureError::RecoveryId { id: *id })?;
    let signature =
        RecoverableSignature::from_compact(compact, id).map_err(|_| SignatureError::NoKey)?;
    SECP256K1
        .recover_ecdsa(Message::from_digest(digest(payload)), &signature)
        .map_err(|_| SignatureError::NoKey)
}
