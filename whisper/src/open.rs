//! Opening an envelope with a key.

use crate::envelope::Envelope;
use crate::key::{Key, SymmetricKey};
use crate::opened::{Opened, PlaintextError};
use aes_gcm::aead::{AeadInOut, inout::InOutBuf};

/// Length in bytes of the nonce that stands behind a symmetric ciphertext.
pub(crate) const NONCE_LEN: usize = 12;
/// Length in bytes of the tag between ciphertext and nonce.
pub(crate) const TAG_LEN: usize = 16;

/// Why an envelope does not open. Only [`OpenError::Plaintext`] is somebody's fault: most
/// envelopes that a node sees are meant for others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The data cannot hold a nonce and a tag.
    #[error("a symmetric ciphertext of {len} bytes is shorter than nonce and tag")]
    TooShort {
        /// Length of the data.
        len: usize,
    },
    /// Another key, or changed bytes.
    #[error("the symmetric key does not open the envelope")]
    SymmetricKey,
    /// Another key, changed bytes, or no such ciphertext.
    #[error("the private key does not open the envelope: {0}")]
    PrivateKey(#[from] status_ecies::Error),
    /// The key fits, but what is inside is no message.
    #[error(transparent)]
    Plaintext(#[from] PlaintextError),
}

/// Decrypts an envelope and checks its form and signature.
///
/// The price of a wrong key is one pass of GHASH over the data, or one multiplication on the
/// curve: look at [`Envelope::topic`] first.
///
/// # Errors
///
/// [`OpenError`].
pub fn open(envelope: &Envelope, key: &Key) -> Result<Opened, OpenError> {
    let plaintext = match key {
        Key::Symmetric(key) => decrypt_symmetric(key, envelope.data())?,
        Key::Private(key) => status_ecies::decrypt(key.secret(), envelope.data(), b"")?,
    };
    Ok(Opened::parse(plaintext.into())?)
}

/// AES-256-GCM without associated data: `ciphertext || tag || nonce`.
fn decrypt_symmetric(key: &SymmetricKey, data: &[u8]) -> Result<Vec<u8>, OpenError> {
    let too_short = OpenError::TooShort { len: data.len() };
    let (rest, nonce) = data.split_last_chunk::<NONCE_LEN>().ok_or(too_short)?;
    let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(too_short)?;
    let mut plaintext = vec![0; ciphertext.len()];
    let buffer = InOutBuf::new(ciphertext, &mut plaintext).map_err(|_| OpenError::SymmetricKey)?;
    key.cipher()
        .decrypt_inout_detached(nonce.into(), b"", buffer, tag.into())
        .map_err(|_| OpenError::SymmetricKey)?;
    Ok(plaintext)
}
