//! Keys as they travel, are compared and are stored: compressed points of secp256k1, and the ids of
//! installations and messages.

use crate::bundle::MAX_INSTALLATION_ID_LEN;
use crate::curve::{SECP256K1, public_key};
use crate::protocol_message::NO_SESSION;
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};
use std::sync::Arc;
use std::{fmt, ops::Deref};

/// Id of a message as whoever delivered it numbers it; here only a handle by which the key of a
/// message that was read is deleted. As deployed: the Keccak-256 of the envelope.
pub type MessageId = [u8; 32];

/// A public key of secp256k1 in its 33-byte form, which nothing has parsed yet: it may be no point
/// at all. Compared and hashed as bytes, which for this form is the same as comparing keys.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CompressedKey([u8; 33]);

impl CompressedKey {
    /// The key of these bytes.
    pub const fn new(bytes: [u8; 33]) -> Self {
        Self(bytes)
    }

    /// The key in a field of a message; none unless it is 33 bytes long.
    pub fn from_field(field: &[u8]) -> Option<Self> {
        field.try_into().ok().map(Self)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 33] {
        &self.0
    }

    /// The point, or none if the bytes are no compressed point of the curve.
    pub fn public_key(&self) -> Option<PublicKey> {
        public_key(&self.0).ok()
    }
}

impl From<&PublicKey> for CompressedKey {
    fn from(key: &PublicKey) -> Self {
        Self(key.serialize())
    }
}

impl fmt::Debug for CompressedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

/// Names one installation (device) of an identity. As deployed a UUID; peers may send any text.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationId(Arc<str>);

impl InstallationId {
    /// Longest id that is taken from others, in bytes. The deployed ones have 36, and one that a
    /// bundle names [128](crate::MAX_INSTALLATION_ID_LEN) at most; without a bound a stranger's ids
    /// could fill the store.
    pub const MAX_LEN: usize = 256;

    /// A fresh random id, a UUID of version 4 as the deployed clients make them. To be taken after
    /// the store was lost or an older copy of it came back: peers cannot read a second session
    /// that the same installation starts on the same prekey.
    pub fn random(rng: &mut impl CryptoRng) -> Self {
        let mut bytes = [0u8; 16];
        rng.fill_bytes(&mut bytes);
        let [.., version, _, variant, _, _, _, _, _, _, _] = &mut bytes;
        *version = *version & 0x0f | 0x40;
        *variant = *variant & 0x3f | 0x80;
        let digits = hex::encode(bytes);
        let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
        let parts = [
            part(0, 8),
            part(8, 12),
            part(12, 16),
            part(16, 20),
            part(20, 32),
        ];
        Self(parts.join("-").into())
    }

    /// Whether a device can have this id: whoever gets a message must find his part under it, and
    /// nobody a part that is for somebody else.
    ///
    /// # Errors
    ///
    /// [`InstallationIdError`].
    pub fn check(id: &str) -> Result<(), InstallationIdError> {
        match id.len() {
            0 => Err(InstallationIdError::Empty),
            _ if id == NO_SESSION => Err(InstallationIdError::Reserved),
            len if len > MAX_INSTALLATION_ID_LEN => Err(InstallationIdError::TooLong { len }),
            _ => Ok(()),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a text cannot be the id of an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InstallationIdError {
    /// It is empty.
    #[error("the installation id is empty")]
    Empty,
    /// It is `none`, under which messages without a session stand.
    #[error("the installation id \"{NO_SESSION}\" is that of messages without a session")]
    Reserved,
    /// It is too long.
    #[error("an installation id has at most {MAX_INSTALLATION_ID_LEN} bytes, this one {len}")]
    TooLong {
        /// Bytes it has.
        len: usize,
    },
}

impl From<&str> for InstallationId {
    fn from(id: &str) -> Self {
        Self(id.into())
    }
}

impl Deref for InstallationId {
    type Target = str;

    fn deref(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&*self.0, f)
    }
}

/// The public half of `secret`.
pub(crate) fn public_of(secret: &SecretKey) -> CompressedKey {
    CompressedKey::from(&secret.public_key(&SECP256K1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_random_installation_id_is_a_uuid_of_version_4() {
        let id = InstallationId::random(&mut rand::rng());
        let lengths: Vec<usize> = id.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12]);
        assert_eq!(id.as_bytes()[14], b'4');
        assert!(b"89ab".contains(&id.as_bytes()[19]));
        assert_ne!(id, InstallationId::random(&mut rand::rng()));
    }

    #[test]
    fn a_field_of_another_length_is_no_key() {
        assert_eq!(CompressedKey::from_field(&[2; 32]), None);
        let no_point = CompressedKey::from_field(&[5; 33]).unwrap();
        assert_eq!(no_point.public_key(), None);
    }
}
