//! What it costs to open an envelope, and to find that it is for somebody else.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench, whose groups a macro makes"
)]

mod side_by_side;

use aes_gcm::aead::{AeadInOut, KeyInit, inout::InOutBuf};
use criterion::{Criterion, criterion_group, criterion_main};
use ctr::cipher::{KeyIvInit, StreamCipher};
use hmac::{Hmac, Mac};
use keccak_asm::Keccak256;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey, ecdh};
use sha2::{Digest as _, Sha256};
use side_by_side::report;
use status_whisper::{Envelope, Key, MessageBuilder, Recipient, SymmetricKey, Topic, open};
use std::hint::black_box;

struct Setting {
    private: SecretKey,
    symmetric: SymmetricKey,
    asymmetric_signed: Envelope,
    symmetric_signed: Envelope,
}

fn setting() -> Setting {
    let context = Secp256k1::new();
    let private = SecretKey::from_byte_array([7; 32]).unwrap();
    let signer = SecretKey::from_byte_array([9; 32]).unwrap();
    let symmetric = SymmetricKey::new([3; 32]);
    let message = MessageBuilder::new(Topic([1, 2, 3, 4]), &[0x61; 256]).sign(&signer);
    let public = private.public_key(&context);
    let seal = |recipient| {
        let unsealed = message.encrypt(recipient, 1_600_000_000, &mut rand::rng());
        unsealed.unwrap().with_nonce(0)
    };
    Setting {
        private,
        asymmetric_signed: seal(Recipient::Asymmetric(&public)),
        symmetric_signed: seal(Recipient::Symmetric(&symmetric)),
        symmetric,
    }
}

/// Key agreement, key derivation and authentication as ECIES needs them, called bare: what even a
/// refusal costs.
fn agree_and_authenticate(secret: &SecretKey, data: &[u8]) -> ([u8; 32], [u8; 32]) {
    let ephemeral = PublicKey::from_slice(&data[..65]).unwrap();
    let point = ecdh::shared_secret_point(&ephemeral, secret);
    let mut derivation = Sha256::new();
    sha2::Digest::update(&mut derivation, 1u32.to_be_bytes());
    sha2::Digest::update(&mut derivation, &point[..32]);
    let keys: [u8; 32] = sha2::Digest::finalize(derivation).into();
    let mac_key: [u8; 32] = Sha256::digest(&keys[16..]).into();
    let mut block = [0; 64];
    block[..32].copy_from_slice(&mac_key);
    let mut mac = <Hmac<Sha256> as hmac::KeyInit>::new((&block).into());
    mac.update(&data[65..data.len() - 32]);
    (keys, mac.finalize().into_bytes().into())
}

/// The signer of a plaintext by the bare primitives.
fn recover(context: &Secp256k1<secp256k1::All>, plaintext: &[u8]) -> PublicKey {
    let (signed, signature) = plaintext.split_at(plaintext.len() - 65);
    let id = RecoveryId::try_from(i32::from(signature[64])).unwrap();
    let signature = RecoverableSignature::from_compact(&signature[..64], id).unwrap();
    let digest = Message::from_digest(Keccak256::digest(signed).into());
    context.recover_ecdsa(digest, &signature).unwrap()
}

fn ratios() {
    let setting = setting();
    let context = Secp256k1::new();
    let key = Key::from(setting.private);
    let wrong = SecretKey::from_byte_array([8; 32]).unwrap();
    let data = setting.asymmetric_signed.data().to_vec();
    report(
        "open_asymmetric_signed_256",
        "1.20, 85000 ns",
        1.0,
        || open(&setting.asymmetric_signed, &key).unwrap(),
        || {
            let (keys, _) = agree_and_authenticate(&setting.private, &data);
            let mut plaintext = data[81..data.len() - 32].to_vec();
            ctr::Ctr128BE::<aes::Aes128>::new(
                (&<[u8; 16]>::try_from(&keys[..16]).unwrap()).into(),
                (&<[u8; 16]>::try_from(&data[65..81]).unwrap()).into(),
            )
            .apply_keystream(&mut plaintext);
            recover(&context, &plaintext)
        },
    );
    let wrong_key = Key::from(wrong);
    report(
        "refuse_wrong_private_key_256",
        "1.20",
        1.0,
        || open(&setting.asymmetric_signed, &wrong_key).unwrap_err(),
        || agree_and_authenticate(&wrong, &data),
    );
    let key = Key::from(setting.symmetric.clone());
    let cipher = aes_gcm::Aes256Gcm::new(&[3; 32].into());
    let data = setting.symmetric_signed.data().to_vec();
    let (ciphertext, rest) = data.split_at(data.len() - 28);
    let tag = <[u8; 16]>::try_from(&rest[..16]).unwrap();
    let nonce = <[u8; 12]>::try_from(&rest[16..]).unwrap();
    let mut plaintext = vec![0; ciphertext.len()];
    let mut decrypt = |cipher: &aes_gcm::Aes256Gcm| {
        let buffer = InOutBuf::new(ciphertext, &mut plaintext).unwrap();
        let result = cipher.decrypt_inout_detached((&nonce).into(), b"", buffer, (&tag).into());
        (result.is_ok(), plaintext.clone())
    };
    report(
        "open_symmetric_signed_256",
        "1.20",
        1.0,
        || open(&setting.symmetric_signed, &key).unwrap(),
        || recover(&context, &decrypt(&cipher).1),
    );
    let small = small_symmetric(&setting.symmetric);
    let data = small.data().to_vec();
    let (ciphertext, rest) = data.split_at(data.len() - 28);
    let tag = <[u8; 16]>::try_from(&rest[..16]).unwrap();
    let nonce = <[u8; 12]>::try_from(&rest[16..]).unwrap();
    let mut plaintext = vec![0; ciphertext.len()];
    let wrong_cipher = aes_gcm::Aes256Gcm::new(&[4; 32].into());
    let wrong_key = Key::from(SymmetricKey::new([4; 32]));
    report(
        "refuse_wrong_symmetric_key_256",
        "200 ns",
        1.0,
        || open(&small, &wrong_key).unwrap_err(),
        || {
            let buffer = InOutBuf::new(ciphertext, &mut plaintext).unwrap();
            let tag = (&tag).into();
            wrong_cipher.decrypt_inout_detached((&nonce).into(), b"", buffer, tag)
        },
    );
}

/// An envelope whose plaintext has 256 bytes.
fn small_symmetric(key: &SymmetricKey) -> Envelope {
    MessageBuilder::new(Topic([1, 2, 3, 4]), &[0x61; 100])
        .encrypt(Recipient::Symmetric(key), 1_600_000_000, &mut rand::rng())
        .unwrap()
        .with_nonce(0)
}

fn benches(criterion: &mut Criterion) {
    ratios();
    let setting = setting();
    let private = Key::from(setting.private);
    let symmetric = Key::from(setting.symmetric);
    criterion.bench_function("open asymmetric signed 256 B", |bencher| {
        bencher.iter(|| open(black_box(&setting.asymmetric_signed), &private));
    });
    criterion.bench_function("open symmetric signed 256 B", |bencher| {
        bencher.iter(|| open(black_box(&setting.symmetric_signed), &symmetric));
    });
    criterion.bench_function("symmetric key from a password", |bencher| {
        bencher.iter(|| SymmetricKey::from_password(black_box("status")));
    });
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(300))
        .measurement_time(std::time::Duration::from_secs(1));
    targets = benches
}
criterion_main!(all);
