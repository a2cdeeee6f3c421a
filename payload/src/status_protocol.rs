//! The wrapper of 2019: signature and payload, no type.

use crate::message_id::MessageId;
use crate::signature::{self, SignatureError, keccak};
use crate::wire;
use bytes::Bytes;
use prost::Message as _;
use secp256k1::{PublicKey, SecretKey};

/// The wrapper of a message of 2019, as deployed in status-protocol-go e23b974 (`StatusProtocolMessage`,
/// fields 4001 and 4002).
///
/// The document x8 numbers the fields 1 and 2. That makes it an
/// [`ApplicationMetadataMessage`](crate::ApplicationMetadataMessage) of type 0, and that is how such a
/// one is made and read. [`Received`](crate::Received) tells the two, and everything later, apart.
///
/// Clients before the wrapper sent the payload alone; [`decode`](Self::decode) takes that too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatusProtocolMessage {
    original: Bytes,
    signature: Option<Bytes>,
    payload: Bytes,
    is_wrapped: bool,
}

impl StatusProtocolMessage {
    /// Wraps `payload` with the signature of `author` over its Keccak-256; deterministic (RFC 6979).
    pub fn sign(author: &SecretKey, payload: Bytes) -> Self {
        let signature = signature::sign(author, keccak(&[&payload]));
        Self::wrap(Some(Bytes::copy_from_slice(&signature)), payload)
    }

    /// Wraps `payload` without a signature. Its author is then whoever the transport says.
    pub fn unsigned(payload: Bytes) -> Self {
        Self::wrap(None, payload)
    }

    fn wrap(signature: Option<Bytes>, payload: Bytes) -> Self {
        let message = wire::StatusProtocolMessage {
            signature: signature.clone(),
            payload: payload.clone(),
        };
        Self {
            original: message.encode_to_vec().into(),
            signature,
            payload,
            is_wrapped: true,
        }
    }

    /// Takes what another client sent. What is no protobuf message is a bare payload, as deployed, so
    /// this cannot fail; and what is one of another kind has an empty payload.
    pub fn decode(bytes: Bytes) -> Self {
        let original = bytes.clone();
        match status_protobuf_wire::decode::<wire::StatusProtocolMessage>(bytes) {
            Ok(decoded) => Self {
                original,
                signature: decoded.message.signature,
                payload: decoded.message.payload,
                is_wrapped: true,
            },
            Err(_) => Self {
                payload: original.clone(),
                original,
                signature: None,
                is_wrapped: false,
            },
        }
    }

    /// Recovers the author from the signature; none for a message without one, whose author is the
    /// transport's signer.
    ///
    /// # Errors
    ///
    /// If the signature is not one; the message must then be dropped.
    pub fn author(&self) -> Result<Option<PublicKey>, SignatureError> {
        self.signature
            .as_deref()
            .map(|signature| signature::recover(signature, keccak(&[&self.payload])))
            .transpose()
    }

    /// The message's id, as deployed: bound to the recovered author, but for a bare payload to the
    /// transport's signer; an unsigned message in its wrapper has no key in it.
    ///
    /// # Errors
    ///
    /// If the signature is not one.
    pub fn id(&self, transport_signer: Option<&PublicKey>) -> Result<MessageId, SignatureError> {
        let author = self.author()?;
        let author = if self.is_wrapped {
            author.as_ref()
        } else {
            transport_signer
        };
        Ok(MessageId::of(author, &self.original))
    }

    /// The whole message as it came or will go.
    pub fn as_bytes(&self) -> &Bytes {
        &self.original
    }

    /// The message inside, Transit JSON.
    pub fn payload(&self) -> &Bytes {
        &self.payload
    }

    /// The signature, if there is one; not necessarily of the right length.
    pub fn signature(&self) -> Option<&Bytes> {
        self.signature.as_ref()
    }

    /// Whether it came in its wrapper, not as a bare payload.
    pub fn is_wrapped(&self) -> bool {
        self.is_wrapped
    }
}
