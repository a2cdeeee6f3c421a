//! The message to an identity key, which needs no session: for a recipient whose bundle is unknown,
//! or on whose prekey a session was founded before and lost.
//!
//! An ephemeral key of the sender and the identity key of the recipient agree on a key for
//! AES-256-GCM; the nonce (12 bytes) stands at the end. Every installation of the recipient can read
//! it, and so can whoever steals the identity key later: there is no forward secrecy. Nothing in it
//! authenticates the sender, which is the transport's word alone.

use crate::curve::{KeyError, diffie_hellman, public_key};
use crate::wire::{DhHeader, DirectMessageProtocol};
use aes_gcm::aead::{AeadInOut, inout::InOutBuf};
use aes_gcm::{Aes256Gcm, KeyInit};
use rand_core::CryptoRng;
use secp256k1::{PublicKey, SecretKey};

const NONCE_LEN: usize = 12;
const TAG_LEN: usize = 16;

/// Bytes by which the payload of a DH-only message is longer than its plaintext: tag and nonce.
pub const DH_MESSAGE_OVERHEAD: usize = TAG_LEN + NONCE_LEN;

/// Why a DH-only message was refused. The sender is at fault, or whoever changed the bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DhMessageError {
    /// The ephemeral key in the header is none.
    #[error("the ephemeral key of a message without a session: {0}")]
    EphemeralKey(#[from] KeyError),
    /// The payload cannot hold a tag and a nonce.
    #[error("a payload of {len} bytes is shorter than the {DH_MESSAGE_OVERHEAD} of tag and nonce")]
    TooShort {
        /// Bytes it has.
        len: usize,
    },
    /// The tag does not match: another recipient's key, or changed bytes.
    #[error("the message without a session does not authenticate")]
    Tag,
}

/// Encrypts `plaintext` to all installations of `recipient`. Takes the ephemeral key (32 bytes) and
/// then the nonce (12 bytes) from `rng`.
pub fn encrypt_to_identity(
    rng: &mut impl CryptoRng,
    recipient: &PublicKey,
    plaintext: &[u8],
) -> DirectMessageProtocol {
    let mut ephemeral = status_ecies::random_secret_key(rng);
    let mut nonce = [0; NONCE_LEN];
    rng.fill_bytes(&mut nonce);
    let payload = seal(&cipher(&ephemeral, recipient), nonce, plaintext);
    let key = ephemeral.public_key(&crate::curve::SECP256K1).serialize();
    ephemeral.non_secure_erase();
    DirectMessageProtocol {
        dh_header: Some(DhHeader {
            key: key.to_vec().into(),
        }),
        payload: payload.into(),
        ..Default::default()
    }
}

/// Decrypts what [`encrypt_to_identity`] made for the public key of `identity`.
///
/// # Errors
///
/// [`DhMessageError`], which says nothing about the secret key.
pub fn decrypt_to_identity(
    identity: &SecretKey,
    header: &DhHeader,
    payload: &[u8],
) -> Result<Vec<u8>, DhMessageError> {
    if payload.len() < DH_MESSAGE_OVERHEAD {
        return Err(DhMessageError::TooShort { len: payload.len() });
    }
    let ephemeral = public_key(&header.key)?;
    open(&cipher(identity, &ephemeral), payload)
}

/// Ciphertext, tag, nonce.
pub(crate) fn seal(cipher: &Aes256Gcm, nonce: [u8; NONCE_LEN], plaintext: &[u8]) -> Vec<u8> {
    let mut payload = Vec::with_capacity(plaintext.len() + DH_MESSAGE_OVERHEAD);
    payload.extend_from_slice(plaintext);
    let text = InOutBuf::from(payload.as_mut_slice());
    // Fails only beyond the 64 GiB of GCM; such a payload is then empty, which nobody accepts.
    match cipher.encrypt_inout_detached(&nonce.into(), b"", text) {
        Ok(tag) => payload.extend_from_slice(&tag),
        Err(_) => payload.clear(),
    }
    payload.extend_from_slice(&nonce);
    payload
}

pub(crate) fn open(cipher: &Aes256Gcm, payload: &[u8]) -> Result<Vec<u8>, DhMessageError> {
    let too_short = DhMessageError::TooShort { len: payload.len() };
    let (sealed, nonce) = payload.split_last_chunk::<NONCE_LEN>().ok_or(too_short)?;
    let (body, tag) = sealed.split_last_chunk::<TAG_LEN>().ok_or(too_short)?;
    let mut plaintext = body.to_vec();
    let text = InOutBuf::from(plaintext.as_mut_slice());
    cipher
        .decrypt_inout_detached(nonce.into(), b"", text, tag.into())
        .map_err(|_| DhMessageError::Tag)?;
    Ok(plaintext)
}

fn cipher(secret: &SecretKey, public: &PublicKey) -> Aes256Gcm {
    Aes256Gcm::new(diffie_hellman(secret, public).expose_bytes().into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn identity() -> SecretKey {
        SecretKey::from_byte_array([7; 32]).unwrap()
    }

    fn sealed(plaintext: &[u8]) -> (DhHeader, Vec<u8>) {
        let recipient = identity().public_key(&crate::curve::SECP256K1);
        let message = encrypt_to_identity(&mut rand::rng(), &recipient, plaintext);
        (message.dh_header.unwrap(), message.payload.to_vec())
    }

    #[test]
    fn the_nonce_stands_at_the_end() {
        // The first of the golden vectors' messages: nothing encrypted.
        let identity =
            hex::decode("f99b2eb58cdb2b4c0a77770f11b76662fd06feb92c0dbbc2a07c254d61bdb47f");
        let identity = SecretKey::from_byte_array(identity.unwrap().try_into().unwrap()).unwrap();
        let key = "02ef1e49560f504975b34713bafa113bbc2a62c60ecb546b97f517746e5bf123f7";
        let header = DhHeader {
            key: hex::decode(key).unwrap().into(),
        };
        let payload = hex::decode("5e9b4473d3d5f3c1fb2b9c6258c72605f3d24fcfff00cea3380df1da");
        let plaintext = decrypt_to_identity(&identity, &header, &payload.unwrap());
        assert_eq!(plaintext, Ok(Vec::new()));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let (header, payload) = sealed(b"hello");
        assert_eq!(payload.len(), 5 + DH_MESSAGE_OVERHEAD);
        for position in 0..payload.len() {
            let mut changed = payload.clone();
            changed[position] ^= 1;
            let result = decrypt_to_identity(&identity(), &header, &changed);
            assert_eq!(result, Err(DhMessageError::Tag), "byte {position}");
        }
        let other = SecretKey::from_byte_array([8; 32]).unwrap();
        let result = decrypt_to_identity(&other, &header, &payload);
        assert_eq!(result, Err(DhMessageError::Tag));
    }

    #[test]
    fn what_cannot_be_a_message_is_refused_with_its_numbers() {
        let (header, payload) = sealed(b"");
        for len in 0..DH_MESSAGE_OVERHEAD {
            let result = decrypt_to_identity(&identity(), &header, &payload[..len]);
            assert_eq!(result, Err(DhMessageError::TooShort { len }));
        }
        for len in [0, 32, 65] {
            let header = DhHeader {
                key: vec![4; len].into(),
            };
            let result = decrypt_to_identity(&identity(), &header, &payload);
            let expected = DhMessageError::EphemeralKey(KeyError::Length { len });
            assert_eq!(result, Err(expected));
        }
    }

    proptest! {
        #[test]
        fn round_trip(plaintext in proptest::collection::vec(any::<u8>(), 0..600)) {
            let (header, payload) = sealed(&plaintext);
            prop_assert_eq!(decrypt_to_identity(&identity(), &header, &payload), Ok(plaintext));
        }
    }
}
