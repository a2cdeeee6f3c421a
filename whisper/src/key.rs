//! Keys that open envelopes. They are erased when dropped and never shown.

use crate::hash::Hash;
use aes_gcm::{Aes256Gcm, KeyInit};
use secp256k1::SecretKey;
use sha2::Sha256;
use std::fmt;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Rounds of PBKDF2 by which a password becomes a key. Not 65536: that is how it was deployed.
pub const PASSWORD_ROUNDS: u32 = 65_356;

/// A key of AES-256-GCM, expanded once. Clones share it.
#[derive(Clone)]
pub struct SymmetricKey(Arc<Expanded>);

struct Expanded {
    bytes: Zeroizing<[u8; 32]>,
    cipher: Aes256Gcm,
}

impl SymmetricKey {
    /// The key with these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        let bytes = Zeroizing::new(bytes);
        let cipher = Aes256Gcm::new((&*bytes).into());
        Self(Arc::new(Expanded { bytes, cipher }))
    }

    /// The key of a password: PBKDF2-HMAC-SHA-256 without salt, [`PASSWORD_ROUNDS`] rounds. Takes
    /// milliseconds, on purpose; derive a key once and keep it.
    pub fn from_password(password: &str) -> Self {
        let mut bytes = Zeroizing::new([0; 32]);
        pbkdf2::pbkdf2_hmac::<Sha256>(password.as_bytes(), b"", PASSWORD_ROUNDS, &mut *bytes);
        Self::new(*bytes)
    }

    /// The key itself, for storing it.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.0.bytes
    }

    /// The Keccak-256 of the key, by which it can be named without revealing it.
    pub fn hash(&self) -> Hash {
        Hash::of(&*self.0.bytes)
    }

    pub(crate) fn cipher(&self) -> &Aes256Gcm {
        &self.0.cipher
    }
}

impl PartialEq for SymmetricKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.bytes.ct_eq(&*other.0.bytes).into()
    }
}

impl Eq for SymmetricKey {}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SymmetricKey").finish_non_exhaustive()
    }
}

/// A secp256k1 secret key to which envelopes are addressed. Clones share it; the last one erases
/// it.
#[derive(Clone)]
pub struct PrivateKey(Arc<Erased>);

struct Erased(SecretKey);

impl Drop for Erased {
    fn drop(&mut self) {
        self.0.non_secure_erase();
    }
}

impl PrivateKey {
    /// Takes a copy; erasing the original is up to the caller.
    pub fn new(key: SecretKey) -> Self {
        Self(Arc::new(Erased(key)))
    }

    pub(crate) fn secret(&self) -> &SecretKey {
        &self.0.0
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey").finish_non_exhaustive()
    }
}

/// What [`open`](crate::open) tries on an envelope.
#[derive(Debug, Clone)]
pub enum Key {
    /// Opens envelopes of those who know the same key.
    Symmetric(SymmetricKey),
    /// Opens envelopes addressed to its public key.
    Private(PrivateKey),
}

impl From<SymmetricKey> for Key {
    fn from(key: SymmetricKey) -> Self {
        Self::Symmetric(key)
    }
}

impl From<PrivateKey> for Key {
    fn from(key: PrivateKey) -> Self {
        Self::Private(key)
    }
}

impl From<SecretKey> for Key {
    fn from(key: SecretKey) -> Self {
        Self::Private(PrivateKey::new(key))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_gives_the_deployed_key() {
        let key = SymmetricKey::from_password("status");
        assert_eq!(
            hex::encode(key.expose_bytes()),
            "36224048e42c49e5c59c57bba5024fbb8822d6b4ee6ac5fbefd8b77f5323ecc4"
        );
        assert_eq!(key, SymmetricKey::new(*key.expose_bytes()));
        assert_ne!(key, SymmetricKey::new([0; 32]));
    }

    #[test]
    fn keys_are_not_in_debug_output() {
        let bytes = [0xab; 32];
        let keys: [Key; 2] = [
            SymmetricKey::new(bytes).into(),
            SecretKey::from_byte_array(bytes).unwrap().into(),
        ];
        for key in keys {
            let shown = format!("{key:?} {key:#?}").to_lowercase();
            assert!(
                !shown.contains("abab") && !shown.contains("171, 171"),
                "{shown}"
            );
        }
    }
}
