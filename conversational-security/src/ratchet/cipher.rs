//! Encryption of one message with its key: AES-256-CTR, then HMAC-SHA-256 over everything.

use super::kdf::hmac;
use super::{RatchetHeader, SecretBytes};
use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use sha2::Sha256;
use std::sync::LazyLock;

type Aes256Ctr = ctr::Ctr128BE<aes::Aes256>;

const LABEL: &[u8] = b"pcwSByyx2CRdryCffXJwy7xgVZWtW5Sh";
const IV_LEN: usize = 16;
const TAG_LEN: usize = 32;

/// Bytes a ciphertext is longer than its plaintext: IV (16) and tag (32).
pub const OVERHEAD: usize = IV_LEN + TAG_LEN;

/// The tag of a message does not match: it was changed, or it is not of this session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it was changed, or is of another session (its tag does not match)")]
pub struct Tag;

/// What a message key is stretched to: the encryption key, the authentication key and the IV. It is
/// HKDF with a salt of 32 zeros and 80 bytes of output, written out so that what depends on the
/// salt alone is computed once: a message has 25 blocks to hash instead of 27.
pub fn message_secrets(key: &SecretBytes) -> (SecretBytes, SecretBytes, [u8; IV_LEN]) {
    static ZERO_SALT: LazyLock<Hmac<Sha256>> = LazyLock::new(|| hmac(&[0; 32]));
    let mut extract = ZERO_SALT.clone();
    extract.update(key.as_bytes());
    let pseudorandom = SecretBytes::new(extract.finalize().into_bytes().into());
    let keyed = hmac(pseudorandom.as_bytes());
    let block = |before: &[u8], number: u8| {
        let mut block = keyed.clone();
        block.update(before);
        block.update(LABEL);
        block.update(&[number]);
        SecretBytes::new(block.finalize().into_bytes().into())
    };
    let encryption = block(&[], 1);
    let authentication = block(encryption.as_bytes(), 2);
    let last = block(authentication.as_bytes(), 3);
    let mut iv = [0; IV_LEN];
    iv.iter_mut()
        .zip(last.as_bytes())
        .for_each(|(to, from)| *to = *from);
    (encryption, authentication, iv)
}

/// Encrypts `plaintext` with the key of its message: IV, ciphertext, tag. A key must never encrypt
/// twice.
pub fn seal(key: &SecretBytes, header: &RatchetHeader, plaintext: &[u8]) -> Vec<u8> {
    let (encryption, authentication, iv) = message_secrets(key);
    let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
    sealed.extend_from_slice(&iv);
    sealed.extend_from_slice(plaintext);
    if let Some(body) = sealed.get_mut(IV_LEN..) {
        Aes256Ctr::new(encryption.as_bytes().into(), &iv.into()).apply_keystream(body);
    }
    let mut mac = hmac(authentication.as_bytes());
    mac.update(&header.associated_data());
    mac.update(&sealed);
    sealed.extend_from_slice(&mac.finalize().into_bytes());
    sealed
}

/// Decrypts what [`seal`] made. The tag is compared in constant time and before anything is
/// decrypted.
///
/// # Errors
///
/// [`Tag`], also if the ciphertext is too short to hold one.
pub fn open(key: &SecretBytes, header: &RatchetHeader, ciphertext: &[u8]) -> Result<Vec<u8>, Tag> {
    let (authenticated, tag) = ciphertext.split_last_chunk::<TAG_LEN>().ok_or(Tag)?;
    let (iv, body) = authenticated.split_first_chunk::<IV_LEN>().ok_or(Tag)?;
    let (encryption, authentication, _) = message_secrets(key);
    let mut mac = hmac(authentication.as_bytes());
    mac.update(&header.associated_data());
    mac.update(authenticated);
    mac.verify(tag.into()).map_err(|_| Tag)?;
    let mut plaintext = body.to_vec();
    // The IV of the message, as deployed; the tag covers it.
    Aes256Ctr::new(encryption.as_bytes().into(), iv.into()).apply_keystream(&mut plaintext);
    Ok(plaintext)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CompressedKey;

    const HEADER: RatchetHeader = RatchetHeader {
        key: CompressedKey::new([2; 33]),
        n: 7,
        pn: 3,
    };

    #[test]
    fn every_changed_byte_is_noticed() {
        let key = SecretBytes::new([9; 32]);
        let sealed = seal(&key, &HEADER, b"payload");
        assert_eq!(sealed.len(), 7 + OVERHEAD);
        assert_eq!(open(&key, &HEADER, &sealed).unwrap(), b"payload");
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert_eq!(open(&key, &HEADER, &changed), Err(Tag), "byte {position}");
        }
        for header in [
            RatchetHeader { n: 8, ..HEADER },
            RatchetHeader { pn: 4, ..HEADER },
            RatchetHeader {
                key: CompressedKey::new([3; 33]),
                ..HEADER
            },
        ] {
            assert_eq!(open(&key, &header, &sealed), Err(Tag), "{header:?}");
        }
    }

    #[test]
    fn short_ciphertexts_are_refused() {
        let key = SecretBytes::new([9; 32]);
        for len in 0..OVERHEAD {
            assert_eq!(open(&key, &HEADER, &vec![0; len]), Err(Tag));
        }
        let empty = seal(&key, &HEADER, b"");
        assert_eq!(open(&key, &HEADER, &empty).unwrap(), b"");
    }

    #[test]
    fn the_stretching_is_hkdf() {
        for fill in 0..8 {
            let key = SecretBytes::new([fill; 32]);
            let mut expected = [0; 80];
            hkdf::Hkdf::<Sha256>::new(Some(&[0; 32]), key.as_bytes())
                .expand(LABEL, &mut expected)
                .unwrap();
            let (encryption, authentication, iv) = message_secrets(&key);
            let ours = [&encryption.as_bytes()[..], authentication.as_bytes(), &iv].concat();
            assert_eq!(ours, expected);
        }
    }
}
