//! The limits: what the protocol's primitives cost when nothing else is done.

use aes::cipher::{KeyIvInit, StreamCipher};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use secp256k1::{Secp256k1, SecretKey, ecdh};
use sha2::Sha256;
use std::hint::black_box;

fn keyed() -> Hmac<Sha256> {
    Hmac::new((&black_box([1u8; 64])).into())
}

/// A step of a chain: two outputs of HMAC with one key.
pub(crate) fn chain_step() {
    let keyed = keyed();
    for label in [0x0f, 0x10] {
        let mut mac = keyed.clone();
        mac.update(&[label]);
        black_box(mac.finalize());
    }
}

/// A message: a step of its chain, the keys of the message, encryption, authentication.
pub(crate) fn message(text: &[u8]) {
    chain_step();
    let mut keys = [0u8; 80];
    let stretched = Hkdf::<Sha256>::new(Some(&[0; 32]), &black_box([2; 32]));
    stretched.expand(&[3; 32], &mut keys).unwrap();
    let mut body = text.to_vec();
    ctr::Ctr128BE::<aes::Aes256>::new(
        (&keys[..32]).try_into().unwrap(),
        (&keys[64..]).try_into().unwrap(),
    )
    .apply_keystream(&mut body);
    let mut mac = keyed();
    mac.update(&[4; 41]);
    mac.update(&body);
    black_box(mac.finalize());
}

/// Two messages, each encrypted and decrypted, and for each a turn of the ratchet: two agreements,
/// two steps of the root chain, one new key.
pub(crate) fn there_and_back(text: &[u8]) {
    let curve = Secp256k1::signing_only();
    let secret = SecretKey::from_byte_array(black_box([5; 32])).unwrap();
    let public = secret.public_key(&curve);
    for _ in 0..2 {
        message(text);
        message(text);
        black_box(secret.public_key(&curve));
        black_box(secp256k1::PublicKey::from_slice(&public.serialize()).unwrap());
        for _ in 0..2 {
            let shared = ecdh::shared_secret_point(&public, &secret);
            let mut keys = [0u8; 64];
            Hkdf::<Sha256>::new(Some(&shared[..32]), &shared[32..])
                .expand(&[6; 32], &mut keys)
                .unwrap();
            black_box(keys);
        }
    }
}
