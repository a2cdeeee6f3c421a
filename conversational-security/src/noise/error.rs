//! What goes wrong, and whose fault it is.

use super::{CertificateError, Pattern, PayloadError};
use thiserror::Error;

/// Why a message was refused or a command not carried out. Nothing has changed then.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoiseError {
    /// The bytes are no payload of 35/WAKU2-NOISE: the sender's fault, or they are something else.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// The nametag is none of those expected: a message for somebody else, or one that is further
    /// ahead than [`NAMETAGS_AHEAD`](super::NAMETAGS_AHEAD).
    #[error(
        "the nametag is none of those expected: the message is for somebody else, or too far ahead"
    )]
    UnknownNametag,
    /// One of the last hundred messages that were read, once more and undamaged.
    #[error("the message was read before")]
    AlreadyRead,
    /// The peer speaks another protocol than the one agreed on.
    #[error("the peer speaks protocol number {found}, not {}", .expected.name())]
    OtherPattern {
        /// The one agreed on.
        expected: Pattern,
        /// The number in the message.
        found: u8,
    },
    /// The message does not carry the keys that the handshake has at this place.
    #[error("the message does not have the shape of its place in the handshake")]
    Malformed,
    /// Forged, damaged, or encrypted under other keys.
    #[error("the message does not decrypt: forged, damaged, or of other keys")]
    Undecryptable,
    /// The peer's key would make the shared secret zero.
    #[error("the peer's key is weak: with it the shared secret would be zero")]
    WeakKey,
    /// The plaintext is not padded as agreed: a peer of another revision.
    #[error("the plaintext is not padded as agreed")]
    Padding,
    /// The peer's static key is not bound to an identity.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// The caller left out a key that the pattern needs.
    #[error("the handshake needs a key that was not given")]
    MissingKey,
    /// The caller asks for a message that is not ours to write or to read now.
    #[error("it is not this side's turn in the handshake")]
    Turn,
    /// The caller's text is too long for one message.
    #[error("{len} bytes do not fit into one message, which holds {max}")]
    TooLarge {
        /// What was to be encrypted.
        len: usize,
        /// What can be.
        max: usize,
    },
    /// All 2^64-1 numbers are used up; only a new handshake helps.
    #[error("all 2^64-1 numbers of this session are used up")]
    Exhausted,
    /// A bug of ours.
    #[error("a bug: the handshake library refused what it must accept")]
    Internal,
}

impl NoiseError {
    /// What snow's refusal of a message means.
    pub(super) fn from_snow(error: &snow::Error) -> Self {
        match error {
            snow::Error::Decrypt => Self::Undecryptable,
            snow::Error::Dh => Self::WeakKey,
            snow::Error::Input => Self::Malformed,
            _ => Self::Internal,
        }
    }
}
