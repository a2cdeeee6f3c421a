//! Wrapping, unwrapping and decoding against the bare primitives in the same run.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its ratios and stops at what cannot happen"
)]

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use keccak_asm::Keccak256;
use prost::Message as _;
use secp256k1::ecdsa::{RecoverableSignature, RecoveryId};
use secp256k1::{Message, Secp256k1, SecretKey};
use status_payload::{ApplicationMetadataMessage, ChatMessage, Decoded, MessageType, wire};
use std::hint::black_box;
use std::time::{Duration, Instant};

const NOW_MS: u64 = 1_590_232_902_104;

/// A chat message of about 200 bytes.
fn chat_message() -> Bytes {
    let message = ChatMessage::builder()
        .public_chat("status")
        .text("word ".repeat(35))
        .clock(NOW_MS, NOW_MS)
        .build();
    message.unwrap().encode()
}

/// The best time of one call out of rounds of ours and limit in turn, so that both see the same
/// machine.
fn ratio(name: &str, goal: &str, mut ours: impl FnMut(), mut limit: impl FnMut()) {
    let (mut best_ours, mut best_limit) = (f64::MAX, f64::MAX);
    for _ in 0..40 {
        best_ours = best_ours.min(round(&mut ours));
        best_limit = best_limit.min(round(&mut limit));
    }
    let ratio = best_ours / best_limit;
    println!(
        "ratio {name}: ours {best_ours:.0} ns, limit {best_limit:.0} ns, ratio {ratio:.2} (goal {goal})"
    );
}

fn round(work: &mut impl FnMut()) -> f64 {
    let start = Instant::now();
    let mut calls = 0u32;
    while start.elapsed() < Duration::from_millis(10) {
        for _ in 0..10 {
            work();
        }
        calls += 10;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn keccak(bytes: &[u8]) -> [u8; 32] {
    Keccak256::digest(bytes).into()
}

fn wrap(criterion: &mut Criterion) {
    let curve = Secp256k1::new();
    let author = SecretKey::from_byte_array([7; 32]).unwrap();
    let payload = chat_message();
    let ours = || {
        let chat = MessageType::CHAT_MESSAGE;
        black_box(ApplicationMetadataMessage::sign(
            &author,
            chat,
            payload.clone(),
        ));
    };
    let limit = || {
        let digest = Message::from_digest(keccak(&payload));
        black_box(
            curve
                .sign_ecdsa_recoverable(digest, &author)
                .serialize_compact(),
        );
    };
    ratio("wrap and sign", "1.25", ours, limit);
    criterion.bench_function("wrap and sign", |bencher| bencher.iter(ours));
}

fn unwrap(criterion: &mut Criterion) {
    let curve = Secp256k1::new();
    let author = SecretKey::from_byte_array([7; 32]).unwrap();
    let chat = MessageType::CHAT_MESSAGE;
    let wrapped = ApplicationMetadataMessage::sign(&author, chat, chat_message());
    let bytes = wrapped.as_bytes().clone();
    let ours = || {
        let message = ApplicationMetadataMessage::decode(bytes.clone()).unwrap();
        black_box(message.recover().unwrap());
    };
    // The primitives: two hashes, parsing the signature, recovery, and the key as bytes.
    let signature: [u8; 65] = wrapped.signature().unwrap()[..].try_into().unwrap();
    let limit = || {
        let [compact @ .., id] = &signature;
        let id = RecoveryId::try_from(i32::from(*id)).unwrap();
        let signature = RecoverableSignature::from_compact(compact, id).unwrap();
        let digest = Message::from_digest(keccak(wrapped.payload()));
        let key = curve.recover_ecdsa(digest, &signature).unwrap();
        let _ = black_box(key.serialize_uncompressed());
        black_box(keccak(&bytes));
    };
    ratio("unwrap and recover", "1.1", ours, limit);
    criterion.bench_function("unwrap and recover", |bencher| bencher.iter(ours));
}

fn decode(criterion: &mut Criterion) {
    let payload = chat_message();
    let ours = || {
        let decoded = Decoded::decode(MessageType::CHAT_MESSAGE, payload.clone());
        if let Ok(Decoded::ChatMessage(message)) = decoded {
            black_box(ChatMessage::validate(message, NOW_MS).unwrap());
        }
    };
    let limit = || {
        black_box(wire::ChatMessage::decode(payload.clone()).unwrap());
    };
    ratio(
        "chat message decoded and validated",
        "at most 300 ns",
        ours,
        limit,
    );
    criterion.bench_function("decode and validate", |bencher| bencher.iter(ours));
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = wrap, unwrap, decode
}
criterion_main!(benches);
