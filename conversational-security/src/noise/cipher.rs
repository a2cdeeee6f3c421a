//! ChaChaPoly as Noise defines it: ChaCha20-Poly1305 with the number of the message as nonce.

use super::NoiseError;
use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit, Nonce, Tag};
use std::fmt;
use zeroize::Zeroizing;

/// Length of the authentication data at the end of a ciphertext.
pub(super) const TAG_LEN: usize = 16;

/// The longest message that Noise allows, authentication data included.
pub const MAX_MESSAGE_LEN: usize = 65_535;

/// One direction of a finished handshake: a key, and no memory of the numbers that were used.
///
/// The caller counts, and must never encrypt twice under one number. Wiped when dropped.
#[derive(Clone)]
pub struct CipherKey(ChaCha20Poly1305);

impl CipherKey {
    /// A key as `Split()` gives it.
    #[must_use]
    pub fn from_bytes(key: &[u8; 32]) -> Self {
        Self(ChaCha20Poly1305::new(key.into()))
    }

    /// Encrypts message `number` with `associated` data; the result is 16 bytes longer.
    ///
    /// # Errors
    ///
    /// [`NoiseError::TooLarge`] over [`MAX_MESSAGE_LEN`], [`NoiseError::Exhausted`] for the number
    /// 2^64-1, which Noise reserves. Both are the caller's fault.
    pub fn encrypt(
        &self,
        number: u64,
        associated: &[u8],
        plaintext: &[u8],
    ) -> Result<Vec<u8>, NoiseError> {
        let len = plaintext.len().saturating_add(TAG_LEN);
        if len > MAX_MESSAGE_LEN {
            return Err(NoiseError::TooLarge {
                len: plaintext.len(),
                max: MAX_MESSAGE_LEN - TAG_LEN,
            });
        }
        if number == u64::MAX {
            return Err(NoiseError::Exhausted);
        }
        let mut out = Vec::with_capacity(len);
        out.extend_from_slice(plaintext);
        let tag = self.seal(&nonce(number), associated, &mut out);
        out.extend_from_slice(&tag);
        Ok(out)
    }

    /// Decrypts message `number`.
    ///
    /// # Errors
    ///
    /// [`NoiseError::Undecryptable`] when it is not what the peer encrypted under this number with
    /// this associated data, [`NoiseError::Exhausted`] for the reserved number.
    pub fn decrypt(
        &self,
        number: u64,
        associated: &[u8],
        ciphertext: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, NoiseError> {
        if number == u64::MAX {
            return Err(NoiseError::Exhausted);
        }
        let (text, tag) = ciphertext
            .split_last_chunk::<TAG_LEN>()
            .ok_or(NoiseError::Undecryptable)?;
        let mut out = Zeroizing::new(text.to_vec());
        self.open(&nonce(number), associated, &mut out, tag)?;
        Ok(out)
    }

    /// Encrypts in place under any nonce. No length that fits into memory is too long for the
    /// primitive, so the error that its interface has does not occur; the zeros that would then
    /// stand for the tag are refused by every receiver.
    pub(crate) fn seal(&self, nonce: &Nonce, associated: &[u8], text: &mut [u8]) -> [u8; TAG_LEN] {
        self.0
            .encrypt_inout_detached(nonce, associated, InOutBuf::from(text))
            .map_or([0; TAG_LEN], Into::into)
    }

    /// Decrypts in place; on failure the text is as it was.
    pub(crate) fn open(
        &self,
        nonce: &Nonce,
        associated: &[u8],
        text: &mut [u8],
        tag: &[u8; TAG_LEN],
    ) -> Result<(), NoiseError> {
        let tag = Tag::from(*tag);
        self.0
            .decrypt_inout_detached(nonce, associated, InOutBuf::from(text), &tag)
            .map_err(|_| NoiseError::Undecryptable)
    }
}

impl fmt::Debug for CipherKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CipherKey(..)")
    }
}

/// Noise's nonce: 32 zero bits, then the number, little-endian.
pub(super) fn nonce(number: u64) -> Nonce {
    let mut nonce = [0; 12];
    for (place, byte) in nonce.iter_mut().skip(4).zip(number.to_le_bytes()) {
        *place = byte;
    }
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserved_number_encrypts_and_decrypts_nothing() {
        let key = CipherKey::from_bytes(&[1; 32]);
        assert_eq!(key.encrypt(u64::MAX, &[], b"x"), Err(NoiseError::Exhausted));
        let last = key.encrypt(u64::MAX - 1, &[], b"x").unwrap();
        assert_eq!(key.decrypt(u64::MAX - 1, &[], &last).unwrap()[..], b"x"[..]);
        assert_eq!(
            key.decrypt(u64::MAX, &[], &last),
            Err(NoiseError::Exhausted)
        );
    }

    #[test]
    fn a_message_is_bound_to_its_number_and_its_associated_data() {
        let key = CipherKey::from_bytes(&[1; 32]);
        let message = key.encrypt(3, b"tag", b"text").unwrap();
        assert!(key.decrypt(3, b"tag", &message).is_ok());
        assert!(key.decrypt(4, b"tag", &message).is_err());
        assert!(key.decrypt(3, b"gat", &message).is_err());
        assert!(key.decrypt(3, b"tag", &message[..15]).is_err());
    }

    #[test]
    fn the_longest_message_of_noise_is_the_limit() {
        let key = CipherKey::from_bytes(&[1; 32]);
        let longest = vec![0; MAX_MESSAGE_LEN - TAG_LEN];
        assert_eq!(
            key.encrypt(0, &[], &longest).unwrap().len(),
            MAX_MESSAGE_LEN
        );
        let (len, max) = (longest.len() + 1, longest.len());
        let refused = key.encrypt(0, &[], &vec![0; len]);
        assert_eq!(refused, Err(NoiseError::TooLarge { len, max }));
    }
}
