//! X25519 keys and the pre-shared key, as types that do not mix and do not show what they hold.

use super::derive::sha256;
use rand_core::CryptoRng;
use std::fmt;
use x25519_dalek::{PublicKey, StaticSecret};
use zeroize::Zeroizing;

/// The secret half of a device's static key. Wiped when dropped.
#[derive(Clone)]
pub struct SecretKey(StaticSecret);

impl SecretKey {
    /// A new key.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        Self(StaticSecret::random_from_rng(rng))
    }

    /// A stored key. Every 32 bytes are one: the curve clamps them itself (RFC 7748, section 5).
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(StaticSecret::from(*bytes))
    }

    /// The bytes to store, as they were given or drawn.
    #[must_use]
    pub fn to_bytes(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }

    /// The public half; costs one multiplication on the curve.
    #[must_use]
    pub fn public_key(&self) -> StaticKey {
        StaticKey(PublicKey::from(&self.0).to_bytes())
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// The public half of a device's static key: the X coordinate, little-endian, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct StaticKey(pub [u8; 32]);

impl StaticKey {
    /// The commitment to this key under a random `opening`: whoever sees it learns nothing of the
    /// key, and no other pair of key and opening fits it.
    pub(super) fn commitment(&self, label: &[u8], opening: &[u8; 32]) -> [u8; 32] {
        sha256(&[label, &self.0, opening])
    }
}

impl fmt::Debug for StaticKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("StaticKey(")?;
        for byte in &self.0 {
            write!(f, "{byte:02x}")?;
        }
        f.write_str(")")
    }
}

/// What both sides of XXpsk0 know before they begin. Wiped when dropped.
#[derive(Clone)]
pub struct PreSharedKey(pub(super) Zeroizing<[u8; 32]>);

impl PreSharedKey {
    /// A key of 32 random bytes; words or digits need stretching first.
    #[must_use]
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Zeroizing::new(*bytes))
    }
}

impl fmt::Debug for PreSharedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PreSharedKey(..)")
    }
}
