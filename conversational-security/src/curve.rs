//! The curve of every key of this layer, secp256k1, and how keys stand on the wire.

use secp256k1::{All, PublicKey, Secp256k1, SecretKey};
use std::fmt::{Debug, Formatter};
use std::sync::LazyLock;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// Bytes of a public key on the wire: compressed.
pub const PUBLIC_KEY_LEN: usize = 33;

/// One context for the process: making one takes longer than hundreds of key agreements.
pub(crate) static SECP256K1: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

/// Why bytes are no public key. Whoever sent them is at fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// Not 33 bytes. An uncompressed key, of 65, is refused as well, as deployed.
    #[error("a compressed public key has {PUBLIC_KEY_LEN} bytes, this one {len}")]
    Length {
        /// Bytes it has.
        len: usize,
    },
    /// The first byte is neither 2 nor 3, or no point of the curve has this X.
    #[error("the {PUBLIC_KEY_LEN} bytes are no compressed point of secp256k1")]
    NotOnCurve,
}

/// A secret of 32 bytes: the outcome of a key agreement. Overwritten when dropped, compared in
/// constant time, absent from `Debug`.
#[derive(Clone)]
pub struct SharedSecret(Zeroizing<[u8; 32]>);

/// Reads a compressed public key.
///
/// # Errors
///
/// [`KeyError`] for anything but the 33 bytes of a point on the curve.
pub fn public_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    let bytes: &[u8; PUBLIC_KEY_LEN] = bytes
        .try_into()
        .map_err(|_| KeyError::Length { len: bytes.len() })?;
    PublicKey::from_byte_array_compressed(*bytes).map_err(|_| KeyError::NotOnCurve)
}

/// The Diffie-Hellman agreement of the deployed clients: the X coordinate of the shared point, 32
/// bytes, big-endian, with its leading zeros. 35 us.
pub fn diffie_hellman(secret: &SecretKey, public: &PublicKey) -> SharedSecret {
    SharedSecret(status_ecies::shared_secret(public, secret))
}

impl SharedSecret {
    /// Takes over 32 secret bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// The secret itself, for deriving keys or storing it.
    pub fn expose_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for SharedSecret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&*other.0).into()
    }
}

impl Eq for SharedSecret {}

impl Debug for SharedSecret {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("SharedSecret(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pair(fill: u8) -> (SecretKey, PublicKey) {
        let secret = SecretKey::from_byte_array([fill; 32]).unwrap();
        (secret, secret.public_key(&SECP256K1))
    }

    #[test]
    fn only_compressed_points_of_the_curve_are_public_keys() {
        let (_, key) = pair(1);
        assert_eq!(public_key(&key.serialize()), Ok(key));
        for len in (0..=70).filter(|len| *len != PUBLIC_KEY_LEN) {
            assert_eq!(public_key(&vec![2; len]), Err(KeyError::Length { len }));
        }
        let uncompressed = key.serialize_uncompressed();
        assert_eq!(public_key(&uncompressed), Err(KeyError::Length { len: 65 }));
        for first in [0, 1, 4, 5, 6, 7, 255] {
            let mut bytes = key.serialize();
            bytes[0] = first;
            assert_eq!(public_key(&bytes), Err(KeyError::NotOnCurve), "{first}");
        }
        // No point has the X coordinate 5, and none one beyond the field's order.
        let mut bytes = [0; PUBLIC_KEY_LEN];
        (bytes[0], bytes[32]) = (2, 5);
        assert_eq!(public_key(&bytes), Err(KeyError::NotOnCurve));
        let mut bytes = [255; PUBLIC_KEY_LEN];
        bytes[0] = 3;
        assert_eq!(public_key(&bytes), Err(KeyError::NotOnCurve));
    }

    #[test]
    fn both_sides_agree_and_others_do_not() {
        let ((a, a_public), (b, b_public), (c, _)) = (pair(1), pair(2), pair(3));
        let secret = diffie_hellman(&a, &b_public);
        assert_eq!(secret, diffie_hellman(&b, &a_public));
        assert_ne!(secret, diffie_hellman(&c, &b_public));
    }

    #[test]
    fn a_secret_is_not_shown() {
        let secret = SharedSecret::new([0xab; 32]);
        assert_eq!(format!("{secret:?}"), "SharedSecret(secret)");
    }
}
