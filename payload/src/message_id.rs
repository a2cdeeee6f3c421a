//! The id of a message.

use keccak_asm::{Digest, Keccak256};
use secp256k1::PublicKey;
use std::fmt;

/// The id of a message: Keccak-256 over the author's uncompressed key (65 bytes) and the whole
/// wrapped message; without a signature there are no key bytes. As deployed in status-go v0.50.0
/// (whose comment says "compressed").
///
/// This is the one place that computes ids, and nothing reads an id out of a message's body. So an
/// id is bound to its author: whoever copies, replays or edits somebody's message gets another id,
/// and cannot take the place of the original (`legacy#6956` was such a hole). Duplicates on the
/// other hand have equal bytes and so equal ids, on every device and after every restart.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MessageId([u8; 32]);

impl MessageId {
    /// The id of `wrapped`, the bytes of an `ApplicationMetadataMessage`, whose signature was made
    /// by `author`. It is for [`Authored`](crate::Authored) and for tools; the caller vouches for
    /// the author.
    pub fn of(author: Option<&PublicKey>, wrapped: &[u8]) -> Self {
        let mut hash = Keccak256::new();
        if let Some(author) = author {
            hash.update(author.serialize_uncompressed());
        }
        hash.update(wrapped);
        Self(hash.finalize().into())
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// An id that was stored.
impl From<[u8; 32]> for MessageId {
    fn from(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// `0x` and lower-case hex, the form that the protocol writes into `response_to`.
impl fmt::Display for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("0x")?;
        self.0
            .iter()
            .try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for MessageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MessageId({self})")
    }
}
