//! Protocol 30 of 35/WAKU2-NOISE: a text under a shared ChaChaPoly key, without a handshake.

use super::cipher::{CipherKey, MAX_MESSAGE_LEN, TAG_LEN};
use super::padding::{PADDING_BLOCK, pad, unpad};
use super::{MessageNametag, NoiseError, Payload, Protocol};
use bytes::Bytes;
use rand_core::CryptoRng;
use std::fmt;
use zeroize::Zeroizing;

const NONCE_LEN: usize = 12;

/// The longest text of one symmetric payload, in bytes.
pub const MAX_SYMMETRIC_TEXT_LEN: usize =
    (MAX_MESSAGE_LEN - TAG_LEN - NONCE_LEN) / PADDING_BLOCK * PADDING_BLOCK - 1;

/// A key that several share. Wiped when dropped.
///
/// Nonces are random: of 2^32 texts under one key two have the same nonce with a probability of
/// 2^-33, so a key should not live for more.
#[derive(Clone)]
pub struct SymmetricKey(CipherKey);

impl SymmetricKey {
    /// A key of 32 random bytes.
    #[must_use]
    pub fn from_bytes(key: &[u8; 32]) -> Self {
        Self(CipherKey::from_bytes(key))
    }

    /// Encrypts a text, with its nametag as associated data.
    ///
    /// # Errors
    ///
    /// [`NoiseError::TooLarge`] over [`MAX_SYMMETRIC_TEXT_LEN`].
    pub fn encrypt(
        &self,
        nametag: MessageNametag,
        text: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Bytes, NoiseError> {
        let (len, max) = (text.len(), MAX_SYMMETRIC_TEXT_LEN);
        if len > max {
            return Err(NoiseError::TooLarge { len, max });
        }
        let mut nonce = [0; NONCE_LEN];
        rng.fill_bytes(&mut nonce);
        let mut padded = pad(text);
        let tag = self.0.seal(&nonce.into(), &nametag.0, &mut padded);
        let payload = Payload {
            nametag,
            protocol: Protocol::ChaChaPoly,
            keys: Vec::new(),
            text: [&nonce[..], &padded, &tag].concat().into(),
        };
        Ok(payload.encode())
    }

    /// Decrypts a payload of somebody who has the key.
    ///
    /// # Errors
    ///
    /// [`NoiseError`]: it is no such payload, damaged, or of another key.
    pub fn decrypt(&self, message: Bytes) -> Result<Zeroizing<Vec<u8>>, NoiseError> {
        let payload = Payload::decode(message)?;
        if payload.protocol != Protocol::ChaChaPoly {
            return Err(NoiseError::Malformed);
        }
        let refused = NoiseError::Undecryptable;
        let (nonce, rest) = payload
            .text
            .split_first_chunk::<NONCE_LEN>()
            .ok_or(refused)?;
        let (text, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(refused)?;
        let mut text = Zeroizing::new(text.to_vec());
        self.0
            .open(&(*nonce).into(), &payload.nametag.0, &mut text, tag)?;
        unpad(&mut text)?;
        Ok(text)
    }
}

impl fmt::Debug for SymmetricKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SymmetricKey(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_text_comes_back_with_its_key_and_nametag_only() {
        let key = SymmetricKey::from_bytes(&[1; 32]);
        let nametag = MessageNametag([2; 16]);
        let message = key
            .encrypt(nametag, b"text", &mut StdRng::seed_from_u64(1))
            .unwrap();
        assert_eq!(message.len(), 26 + 12 + 248 + 16);
        assert_eq!(key.decrypt(message.clone()).unwrap()[..], b"text"[..]);
        let other = SymmetricKey::from_bytes(&[3; 32]);
        assert_eq!(
            other.decrypt(message.clone()).err(),
            Some(NoiseError::Undecryptable)
        );
        for place in 0..message.len() {
            let mut changed = message.to_vec();
            changed[place] ^= 1;
            assert!(key.decrypt(changed.into()).is_err(), "{place}");
        }
    }

    #[test]
    fn the_longest_text_fits_and_one_byte_more_does_not() {
        let key = SymmetricKey::from_bytes(&[1; 32]);
        let nametag = MessageNametag([2; 16]);
        let longest = vec![5; MAX_SYMMETRIC_TEXT_LEN];
        let message = key
            .encrypt(nametag, &longest, &mut StdRng::seed_from_u64(1))
            .unwrap();
        assert_eq!(key.decrypt(message).unwrap()[..], longest[..]);
        let more = vec![5; MAX_SYMMETRIC_TEXT_LEN + 1];
        assert!(
            key.encrypt(nametag, &more, &mut StdRng::seed_from_u64(1))
                .is_err()
        );
    }
}
