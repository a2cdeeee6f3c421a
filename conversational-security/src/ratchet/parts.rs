//! The state of a ratchet laid open, for storing it and for comparing it with other software's.

use super::{ChainKey, Ratchet, SecretBytes};
use crate::CompressedKey;
use secp256k1::SecretKey;
use zeroize::Zeroizing;

/// All that a [`Ratchet`] consists of. It holds the session's secrets in the open and has no
/// `Debug`; they are erased when it is dropped.
#[derive(Clone)]
pub struct RatchetParts {
    /// Root key.
    pub root: Zeroizing<[u8; 32]>,
    /// Secret half of the own ratchet key.
    pub own_secret: Zeroizing<[u8; 32]>,
    /// Own ratchet key.
    pub own_public: CompressedKey,
    /// The peer's ratchet key.
    pub remote: Option<CompressedKey>,
    /// Key of the sending chain.
    pub sending: Zeroizing<[u8; 32]>,
    /// Number of the next message to send.
    pub sending_n: u32,
    /// Key of the receiving chain.
    pub receiving: Zeroizing<[u8; 32]>,
    /// Number of the next message to receive.
    pub receiving_n: u32,
    /// Length of the sending chain before.
    pub previous: u32,
    /// Message keys made for reading.
    pub keys_made: u64,
}

impl Ratchet {
    /// Lays the state open.
    pub fn to_parts(&self) -> RatchetParts {
        let open = |secret: &SecretBytes| Zeroizing::new(*secret.as_bytes());
        RatchetParts {
            root: open(&self.root),
            own_secret: Zeroizing::new(self.own_secret.secret_bytes()),
            own_public: self.own_public,
            remote: self.remote,
            sending: open(&self.sending.key),
            sending_n: self.sending.n,
            receiving: open(&self.receiving.key),
            receiving_n: self.receiving.n,
            previous: self.previous,
            keys_made: self.keys_made,
        }
    }

    /// Puts a state together again; none if the secret key is none. That the public key belongs to
    /// it is not checked: that would cost more than a message.
    pub fn from_parts(parts: &RatchetParts) -> Option<Self> {
        let chain = |key: &[u8; 32], n| ChainKey {
            key: SecretBytes::new(*key),
            n,
        };
        Some(Self {
            root: SecretBytes::new(*parts.root),
            own_secret: SecretKey::from_byte_array(*parts.own_secret).ok()?,
            own_public: parts.own_public,
            remote: parts.remote,
            sending: chain(&parts.sending, parts.sending_n),
            receiving: chain(&parts.receiving, parts.receiving_n),
            previous: parts.previous,
            keys_made: parts.keys_made,
        })
    }
}
