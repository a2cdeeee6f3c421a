//! The own installation's prekey, with its secret key.

use super::PreKey;
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use std::fmt::{Debug, Formatter};

/// Age, in nanoseconds, beyond which an installation replaces its prekey: 24 h, as deployed
/// (5/SECURE-TRANSPORT says 24 h, elsewhere 12 h).
pub const REFRESH_AFTER_NS: i64 = 24 * 60 * 60 * 1_000_000_000;

/// Version of the protocol that this crate speaks, as prekeys announce it.
const PROTOCOL_VERSION: u32 = 1;

/// A prekey of this installation. Its secret key is overwritten when dropped and absent from
/// `Debug`. It must be kept after it was replaced: openings of sessions may still be on their way.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnPreKey {
    secret: SecretKey,
    public: PreKey,
    made_ns: i64,
}

impl OwnPreKey {
    /// Makes a prekey at `now_ns` (nanoseconds since 1970) from 32 bytes of `rng`. `highest_version`
    /// is the highest that this installation id is known to have had, 0 if none: peers go on using
    /// an older prekey whose version is higher. At the highest number the version stays.
    pub fn generate(rng: &mut impl CryptoRng, highest_version: u32, now_ns: i64) -> Self {
        let secret = status_ecies::random_secret_key(rng);
        Self::from_parts(secret, highest_version.saturating_add(1), now_ns)
    }

    /// Takes over a prekey that was stored: its secret key, version, and when it was made,
    /// in nanoseconds since 1970.
    pub fn from_parts(secret: SecretKey, version: u32, made_ns: i64) -> Self {
        let public = PreKey {
            key: secret.public_key(&crate::curve::SECP256K1),
            version,
            protocol_version: PROTOCOL_VERSION,
        };
        Self {
            secret,
            public,
            made_ns,
        }
    }

    /// Whether it is more than 24 h old at `now_ns` (nanoseconds since 1970) and must be replaced
    /// before the next bundle is published. So must one that was made more than 24 h from now: the
    /// clock was wrong then, and the prekey would stay until that time comes.
    pub fn is_due(&self, now_ns: i64) -> bool {
        self.made_ns.abs_diff(now_ns) > REFRESH_AFTER_NS.unsigned_abs()
    }

    /// The part that goes into a bundle.
    pub fn public(&self) -> &PreKey {
        &self.public
    }

    /// The public key, by which sessions name the prekey.
    pub fn key(&self) -> &PublicKey {
        &self.public.key
    }

    /// The secret key, for storing it and for [`x3dh::accept`](crate::x3dh::accept).
    pub fn expose_secret(&self) -> &SecretKey {
        &self.secret
    }

    /// When it was made, nanoseconds since 1970.
    pub fn made_ns(&self) -> i64 {
        self.made_ns
    }
}

impl Drop for OwnPreKey {
    fn drop(&mut self) {
        self.secret.non_secure_erase();
    }
}

impl Debug for OwnPreKey {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("OwnPreKey")
            .field("public", &self.public)
            .field("made_ns", &self.made_ns)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_NS: i64 = 1_590_232_902_104_000_000;

    #[test]
    fn a_prekey_is_due_after_24_hours() {
        let pre_key = OwnPreKey::generate(&mut rand::rng(), 0, NOW_NS);
        assert!(!pre_key.is_due(NOW_NS));
        assert!(!pre_key.is_due(NOW_NS + REFRESH_AFTER_NS));
        assert!(pre_key.is_due(NOW_NS + REFRESH_AFTER_NS + 1));
        assert!(!pre_key.is_due(NOW_NS - REFRESH_AFTER_NS));
        let made_by_a_wrong_clock = pre_key.is_due(NOW_NS - REFRESH_AFTER_NS - 1);
        assert!(made_by_a_wrong_clock);
        assert!(pre_key.is_due(i64::MIN));
    }

    #[test]
    fn each_prekey_has_a_higher_version_and_another_key() {
        let first = OwnPreKey::generate(&mut rand::rng(), 0, NOW_NS);
        let second = OwnPreKey::generate(&mut rand::rng(), first.public().version, NOW_NS);
        assert_eq!((first.public().version, second.public().version), (1, 2));
        assert_ne!(first.key(), second.key());
        let last = OwnPreKey::generate(&mut rand::rng(), u32::MAX, NOW_NS);
        assert_eq!(last.public().version, u32::MAX);
    }

    #[test]
    fn a_stored_prekey_comes_back() {
        let pre_key = OwnPreKey::generate(&mut rand::rng(), 4, NOW_NS);
        let again = OwnPreKey::from_parts(*pre_key.expose_secret(), 5, pre_key.made_ns());
        assert_eq!(pre_key, again);
    }

    #[test]
    fn the_secret_key_is_not_shown() {
        let secret = SecretKey::from_byte_array([0xab; 32]).unwrap();
        let shown = format!("{:?}", OwnPreKey::from_parts(secret, 1, 2));
        assert!(shown.contains("made_ns: 2"), "{shown}");
        assert!(!shown.contains("abab"), "{shown}");
        assert!(!shown.to_lowercase().contains("secret"), "{shown}");
    }
}
