//! What binds a device's static key to the identity of its user: the identity signed it.
//!
//! Noise proves that the peer holds its static key, and no more. Each side sends its certificate
//! inside the handshake, encrypted, and no session exists before the peer's was verified.

use super::StaticKey;
use super::derive::sha256;
use secp256k1::{All, Message, PublicKey, Secp256k1, SecretKey, ecdsa::Signature};
use std::fmt;
use std::sync::LazyLock;
use thiserror::Error;

/// Keeps this signature apart from every other one that the identity makes.
const LABEL: &[u8] = b"status noise static key 1";

/// The first byte of a certificate.
const VERSION: u8 = 1;

/// Length of a certificate in bytes: version, compressed identity, signature.
pub const CERTIFICATE_LEN: usize = 1 + 33 + 64;

static CURVE: LazyLock<Secp256k1<All>> = LazyLock::new(Secp256k1::new);

/// A static key's certificate. Public; the signature is that of the identity over a label, the identity
/// and the static key (ECDSA over SHA-256, with a low S).
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Certificate {
    identity: PublicKey,
    signature: Signature,
}

/// Why a static key is not accepted as an identity's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CertificateError {
    /// Not as long as a certificate of this version is, or of another version, or without a key.
    #[error(
        "a certificate has version 1 and {CERTIFICATE_LEN} bytes with a key and a signature, not these {len} bytes"
    )]
    Malformed {
        /// How many bytes there are.
        len: usize,
    },
    /// Not signed by the identity in it, or for another key.
    #[error("the identity in the certificate did not sign this key")]
    Signature,
}

impl Certificate {
    /// Signs a static key.
    #[must_use]
    pub fn issue(identity: &SecretKey, key: &StaticKey) -> Self {
        let public = identity.public_key(&CURVE);
        Self {
            identity: public,
            signature: CURVE.sign_ecdsa(digest(&public, key), identity),
        }
    }

    /// The identity that the certificate names.
    #[must_use]
    pub fn identity(&self) -> &PublicKey {
        &self.identity
    }

    /// The bytes to store or send.
    #[must_use]
    pub fn to_bytes(&self) -> [u8; CERTIFICATE_LEN] {
        let mut bytes = [VERSION; CERTIFICATE_LEN];
        let parts = self.identity.serialize().into_iter();
        let parts = parts.chain(self.signature.serialize_compact());
        for (place, byte) in bytes.iter_mut().skip(1).zip(parts) {
            *place = byte;
        }
        bytes
    }

    /// Reads and verifies the certificate of `key`.
    ///
    /// # Errors
    ///
    /// [`CertificateError`]: the peer's fault.
    pub fn verified(bytes: &[u8], key: &StaticKey) -> Result<Self, CertificateError> {
        let malformed = CertificateError::Malformed { len: bytes.len() };
        let bytes: &[u8; CERTIFICATE_LEN] = bytes.try_into().map_err(|_| malformed)?;
        let (&[version], rest) = bytes.split_first_chunk().ok_or(malformed)?;
        let (identity, signature) = rest.split_first_chunk::<33>().ok_or(malformed)?;
        if version != VERSION {
            return Err(malformed);
        }
        let identity = PublicKey::from_byte_array_compressed(*identity).map_err(|_| malformed)?;
        let signature = Signature::from_compact(signature).map_err(|_| malformed)?;
        CURVE
            .verify_ecdsa(digest(&identity, key), &signature, &identity)
            .map_err(|_| CertificateError::Signature)?;
        Ok(Self {
            identity,
            signature,
        })
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Certificate({})", self.identity)
    }
}

fn digest(identity: &PublicKey, key: &StaticKey) -> Message {
    Message::from_digest(sha256(&[LABEL, &identity.serialize(), &key.0]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_holds_for_its_key_and_identity_and_no_other() {
        let identity = SecretKey::from_byte_array([1; 32]).unwrap();
        let key = StaticKey([2; 32]);
        let certificate = Certificate::issue(&identity, &key);
        let bytes = certificate.to_bytes();
        assert_eq!(Certificate::verified(&bytes, &key), Ok(certificate));
        let wrong = Certificate::verified(&bytes, &StaticKey([3; 32]));
        assert_eq!(wrong, Err(CertificateError::Signature));
        let other = SecretKey::from_byte_array([4; 32]).unwrap();
        let mut stolen = bytes;
        stolen[1..34].copy_from_slice(&other.public_key(&CURVE).serialize());
        let wrong = Certificate::verified(&stolen, &key);
        assert_eq!(wrong, Err(CertificateError::Signature));
    }

    #[test]
    fn no_changed_byte_is_accepted() {
        let identity = SecretKey::from_byte_array([1; 32]).unwrap();
        let key = StaticKey([2; 32]);
        let bytes = Certificate::issue(&identity, &key).to_bytes();
        for place in 0..bytes.len() {
            let mut changed = bytes;
            changed[place] ^= 1;
            assert!(Certificate::verified(&changed, &key).is_err(), "{place}");
        }
        assert!(Certificate::verified(&bytes[1..], &key).is_err());
    }
}
