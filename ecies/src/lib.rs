//! ECIES on secp256k1, exactly as go-ethereum deploys it (`crypto/ecies` with
//! `ECIES_AES128_SHA256`), for the two protocols that need it: the RLPx handshake of devp2p and
//! the asymmetric envelopes of Whisper.
//!
//! A ciphertext is `R (65) || IV (16) || AES-128-CTR(plaintext) || HMAC-SHA-256 (32)`, where `R` is
//! the uncompressed ephemeral public key. The shared secret is the X coordinate of the ECDH point;
//! the NIST SP 800-56 concatenation KDF over SHA-256 stretches it to an encryption key (16 bytes)
//! and a MAC seed (16 bytes), whose SHA-256 is the MAC key. The MAC covers IV, ciphertext and
//! caller-supplied bytes that are not transmitted (`s2` in go-ethereum; RLPx puts the packet's
//! length prefix there, Whisper nothing).
//!
//! ```
//! use secp256k1::{Secp256k1, SecretKey};
//! let secret = SecretKey::from_byte_array([7; 32]).unwrap();
//! let public = secret.public_key(&Secp256k1::new());
//! let sealed = status_ecies::encrypt(&mut rand::rng(), &public, b"hello", b"");
//! assert_eq!(sealed.len(), 5 + status_ecies::OVERHEAD);
//! assert_eq!(status_ecies::decrypt(&secret, &sealed, b"").unwrap(), b"hello");
//! ```
#![forbid(unsafe_code)]

use aes::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, KeyInit, Mac};
use rand_core::CryptoRng;
use secp256k1::{PublicKey, Secp256k1, SecretKey, SignOnly, ecdh};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;
use zeroize::{Zeroize, Zeroizing};

type Aes128Ctr = ctr::Ctr128BE<aes::Aes128>;

const PUBLIC_KEY_LEN: usize = 65;
const IV_LEN: usize = 16;
const TAG_LEN: usize = 32;

/// Bytes a ciphertext is longer than its plaintext: ephemeral key (65), IV (16) and tag (32).
pub const OVERHEAD: usize = PUBLIC_KEY_LEN + IV_LEN + TAG_LEN;

/// Why a ciphertext was refused. In each case the sender, or whoever changed the bytes on their
/// way, is at fault, or the ciphertext was meant for another key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The ciphertext cannot hold an ephemeral key, an IV, a tag and at least one byte between.
    /// go-ethereum refuses an empty plaintext likewise.
    #[error("ciphertext of {len} bytes is shorter than the minimum of {} bytes", OVERHEAD + 1)]
    TooShort {
        /// Length of the refused ciphertext in bytes.
        len: usize,
    },
    /// The first 65 bytes are not an uncompressed point on the curve.
    #[error("ephemeral public key is not an uncompressed point on secp256k1")]
    EphemeralKey,
    /// The tag does not match: wrong key, wrong shared MAC data, or changed bytes.
    #[error(
        "the ciphertext is for another key, or was changed: its authentication code does not match"
    )]
    Tag,
}

/// Encrypts `plaintext` to `recipient`. `shared_mac_data` is authenticated but not part of the
/// result; the recipient must know it. The result is [`OVERHEAD`] bytes longer than `plaintext`.
pub fn encrypt(
    rng: &mut impl CryptoRng,
    recipient: &PublicKey,
    plaintext: &[u8],
    shared_mac_data: &[u8],
) -> Vec<u8> {
    let mut ephemeral = random_secret_key(rng);
    let mut iv = [0u8; IV_LEN];
    rng.fill_bytes(&mut iv);
    let sealed = encrypt_with(&ephemeral, &iv, recipient, plaintext, shared_mac_data);
    ephemeral.non_secure_erase();
    sealed
}

/// Draws a secret key, uniform over the valid scalars.
pub fn random_secret_key(rng: &mut impl CryptoRng) -> SecretKey {
    let mut bytes = Zeroizing::new([0u8; 32]);
    loop {
        rng.fill_bytes(bytes.as_mut());
        // Fails with a chance of 2^-128: zero, or not below the group's order.
        if let Ok(key) = SecretKey::from_byte_array(*bytes) {
            return key;
        }
    }
}

fn encrypt_with(
    ephemeral: &SecretKey,
    iv: &[u8; IV_LEN],
    recipient: &PublicKey,
    plaintext: &[u8],
    shared_mac_data: &[u8],
) -> Vec<u8> {
    static CONTEXT: LazyLock<Secp256k1<SignOnly>> = LazyLock::new(Secp256k1::signing_only);
    let keys = Keys::derive(recipient, ephemeral);
    let mut sealed = Vec::with_capacity(plaintext.len() + OVERHEAD);
    sealed.extend_from_slice(&ephemeral.public_key(&CONTEXT).serialize_uncompressed());
    sealed.extend_from_slice(iv);
    sealed.extend_from_slice(plaintext);
    if let Some(body) = sealed.get_mut(PUBLIC_KEY_LEN + IV_LEN..) {
        keys.cipher(iv).apply_keystream(body);
    }
    let mut mac = keys.mac();
    mac.update(sealed.get(PUBLIC_KEY_LEN..).unwrap_or_default());
    mac.update(shared_mac_data);
    sealed.extend_from_slice(&mac.finalize().into_bytes());
    sealed
}

/// Decrypts what [`encrypt`] made for the public key of `secret`. The tag is compared in constant
/// time and before anything is decrypted.
///
/// # Errors
///
/// [`Error`], which says nothing about the secret key.
pub fn decrypt(
    secret: &SecretKey,
    ciphertext: &[u8],
    shared_mac_data: &[u8],
) -> Result<Vec<u8>, Error> {
    let too_short = Error::TooShort {
        len: ciphertext.len(),
    };
    if ciphertext.len() <= OVERHEAD {
        return Err(too_short);
    }
    let (ephemeral, rest) = ciphertext
        .split_first_chunk::<PUBLIC_KEY_LEN>()
        .ok_or(too_short)?;
    let (authenticated, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(too_short)?;
    let (iv, body) = authenticated
        .split_first_chunk::<IV_LEN>()
        .ok_or(too_short)?;
    // libsecp256k1 also takes the hybrid encodings 06 and 07, which go-ethereum refuses.
    if ephemeral[0] != 4 {
        return Err(Error::EphemeralKey);
    }
    let ephemeral = PublicKey::from_slice(ephemeral).map_err(|_| Error::EphemeralKey)?;
    let keys = Keys::derive(&ephemeral, secret);
    let mut mac = keys.mac();
    mac.update(authenticated);
    mac.update(shared_mac_data);
    mac.verify(tag.into()).map_err(|_| Error::Tag)?;
    let mut plaintext = body.to_vec();
    keys.cipher(iv).apply_keystream(&mut plaintext);
    Ok(plaintext)
}

/// The 32-byte X coordinate of the ECDH point: the shared secret as go-ethereum's
/// `GenerateShared` gives it, which RLPx uses bare as well.
pub fn shared_secret(public: &PublicKey, secret: &SecretKey) -> Zeroizing<[u8; 32]> {
    let mut point = Zeroizing::new(ecdh::shared_secret_point(public, secret));
    let mut x = Zeroizing::new([0u8; 32]);
    x.iter_mut()
        .zip(point.iter())
        .for_each(|(to, from)| *to = *from);
    point.zeroize();
    x
}

struct Keys {
    encryption: Zeroizing<[u8; 16]>,
    mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn derive(public: &PublicKey, secret: &SecretKey) -> Self {
        let shared = shared_secret(public, secret);
        // One round of the concatenation KDF is 32 bytes, which is all that is needed.
        let mut stretched: [u8; 32] = Sha256::new()
            .chain_update(1u32.to_be_bytes())
            .chain_update(*shared)
            .finalize()
            .into();
        let (encryption, mac_seed) = stretched.split_at(16);
        let mut keys = Self {
            encryption: Zeroizing::default(),
            mac: Zeroizing::default(),
        };
        keys.encryption.copy_from_slice(encryption);
        *keys.mac = Sha256::digest(mac_seed).into();
        stretched.zeroize();
        keys
    }

    fn cipher(&self, iv: &[u8; IV_LEN]) -> Aes128Ctr {
        Aes128Ctr::new((&*self.encryption).into(), iv.into())
    }

    fn mac(&self) -> Hmac<Sha256> {
        // A key of 32 bytes is never longer than the block: this is plain initialisation.
        let mut block = Zeroizing::new([0u8; 64]);
        block
            .iter_mut()
            .zip(self.mac.iter())
            .for_each(|(to, from)| *to = *from);
        Hmac::new((&*block).into())
    }
}

/// The quick start of the README, compiled and run by the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair(fill: u8) -> (SecretKey, PublicKey) {
        let secret = SecretKey::from_byte_array([fill; 32]).unwrap();
        (secret, secret.public_key(&Secp256k1::new()))
    }

    #[test]
    fn the_layout_is_key_iv_body_tag() {
        let (_, public) = pair(1);
        let (ephemeral, ephemeral_public) = pair(2);
        let sealed = encrypt_with(&ephemeral, &[9; 16], &public, b"x", b"");
        assert_eq!(sealed[..65], ephemeral_public.serialize_uncompressed());
        assert_eq!(sealed[65..81], [9; 16]);
        assert_eq!(sealed.len(), 114);
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let (secret, public) = pair(1);
        let sealed = encrypt(&mut rand::rng(), &public, b"payload", b"mac data");
        for position in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[position] ^= 1;
            assert!(
                decrypt(&secret, &changed, b"mac data").is_err(),
                "byte {position}"
            );
        }
        assert_eq!(decrypt(&secret, &sealed, b"other"), Err(Error::Tag));
        assert_eq!(decrypt(&pair(3).0, &sealed, b"mac data"), Err(Error::Tag));
    }

    #[test]
    fn short_input_and_hybrid_keys_are_refused() {
        let (secret, public) = pair(1);
        for len in 0..=OVERHEAD {
            let result = decrypt(&secret, &vec![4; len], b"");
            assert_eq!(result, Err(Error::TooShort { len }));
        }
        let mut sealed = encrypt(&mut rand::rng(), &public, b"payload", b"");
        sealed[0] = 6 + (sealed[64] & 1);
        assert_eq!(decrypt(&secret, &sealed, b""), Err(Error::EphemeralKey));
    }

    proptest! {
        #[test]
        fn round_trip(plaintext in proptest::collection::vec(any::<u8>(), 1..600), mac_data: [u8; 2]) {
            let (secret, public) = pair(5);
            let sealed = encrypt(&mut rand::rng(), &public, &plaintext, &mac_data);
            prop_assert_eq!(decrypt(&secret, &sealed, &mac_data).unwrap(), plaintext);
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = decrypt(&pair(5).0, &bytes, b"");
        }
    }
}
