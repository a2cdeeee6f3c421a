//! Handshake, transport and pairing against the bare primitives in the same run.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a bench prints its ratios and stops at what cannot happen"
)]

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::{AeadInOut, ChaCha20Poly1305, KeyInit};
use criterion::{Criterion, criterion_group, criterion_main};
use rand::{SeedableRng, rngs::StdRng};
use secp256k1::ecdsa::Signature;
use secp256k1::{Message, PublicKey, Secp256k1, SecretKey as Identity};
use status_conversational_security::noise::{
    Approach, Certificate, Device, Established, Handshake, Initiator, MessageNametag, Parameters,
    Pattern, Responder, Role, SecretKey,
};
use std::hint::black_box;
use std::time::{Duration, Instant};
use x25519_dalek::{PublicKey as Point, StaticSecret};

const TEXT: [u8; 247] = [7; 247];

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
        for _ in 0..5 {
            work();
        }
        calls += 5;
    }
    start.elapsed().as_secs_f64() * 1e9 / f64::from(calls)
}

fn device(byte: u8) -> Device {
    let key = SecretKey::from_bytes(&[byte; 32]);
    let identity = Identity::from_byte_array([byte; 32]).unwrap();
    let certificate = Certificate::issue(&identity, &key.public_key());
    Device { key, certificate }
}

fn session(rng: &mut StdRng, alice: &Device, bob: &Responder) -> (Established, Established) {
    let first = MessageNametag([7; 16]);
    let alice = Initiator::start(alice.clone(), Approach::Unknown, first, rng);
    let (mut alice, opening) = alice.unwrap();
    let (mut bob, response) = bob.handle_opening(opening, rng).unwrap();
    let (alice, last) = alice.handle_response(response).unwrap();
    (alice, bob.handle_final(last).unwrap())
}

/// What the curve costs both sides of XX: two ephemeral keys, the public halves of two static keys,
/// and three secrets on each side.
fn curve_of_xx(secret: &StaticSecret, point: &Point) {
    for _ in 0..4 {
        black_box(Point::from(black_box(secret)));
    }
    for _ in 0..6 {
        black_box(black_box(secret).diffie_hellman(black_box(point)));
    }
}

fn bare(rng: &mut StdRng, alice: &SecretKey, bob: &SecretKey) {
    let mut side = |role, local: &SecretKey| {
        let parameters = Parameters {
            pattern: Pattern::Xx,
            role,
            local: local.clone(),
            remote: None,
            pre_shared: None,
            prologue: Vec::new(),
        };
        Handshake::new(parameters, rng).unwrap()
    };
    let mut alice = side(Role::Initiator, alice);
    let mut bob = side(Role::Responder, bob);
    bob.read_message(&alice.write_message(&[]).unwrap())
        .unwrap();
    alice
        .read_message(&bob.write_message(&[]).unwrap())
        .unwrap();
    bob.read_message(&alice.write_message(&[]).unwrap())
        .unwrap();
    black_box((alice.split().unwrap(), bob.split().unwrap()));
}

fn handshakes(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(1);
    let (secret, other) = (StaticSecret::from([1; 32]), StaticSecret::from([2; 32]));
    let point = Point::from(&other);
    let (alice, bob) = (device(1), device(2));
    let ours = || bare(&mut rng, &alice.key, &bob.key);
    ratio("bare XX, both sides", "1.15", ours, || {
        curve_of_xx(&secret, &point)
    });

    let curve = Secp256k1::new();
    let identity = Identity::from_byte_array([1; 32]).unwrap();
    let digest = Message::from_digest([3; 32]);
    let signature: Signature = curve.sign_ecdsa(digest, &identity);
    let compressed = identity.public_key(&curve).serialize();
    let responder = Responder::new(bob, Approach::Unknown, MessageNametag([7; 16]));
    let mut rng = StdRng::seed_from_u64(2);
    let mut ours = || {
        black_box(session(&mut rng, &alice, &responder));
    };
    // Each side reads the other's identity and verifies its signature.
    let limit = || {
        curve_of_xx(&secret, &point);
        for _ in 0..2 {
            let identity = PublicKey::from_byte_array_compressed(compressed).unwrap();
            curve.verify_ecdsa(digest, &signature, &identity).unwrap();
        }
    };
    ratio(
        "session by XX with certificates, both sides",
        "1.25",
        &mut ours,
        limit,
    );
    criterion.bench_function("session by XX with certificates", |bencher| {
        bencher.iter(&mut ours)
    });
}

fn transport(criterion: &mut Criterion) {
    let mut rng = StdRng::seed_from_u64(3);
    let responder = Responder::new(device(2), Approach::Unknown, MessageNametag([7; 16]));
    let (mut alice, mut bob) = session(&mut rng, &device(1), &responder);
    let cipher = ChaCha20Poly1305::new(&[1; 32].into());
    let mut ours = || {
        let message = alice.session.encrypt(black_box(&TEXT)).unwrap();
        black_box(bob.session.handle_message(message).unwrap());
    };
    // Encrypting and decrypting the padded text, and nothing around it.
    let limit = || {
        let mut text = [7; 248];
        let (nonce, tag) = ([0; 12].into(), &[7; 16]);
        let sealed = cipher.encrypt_inout_detached(&nonce, tag, InOutBuf::from(&mut text[..]));
        let sealed = sealed.unwrap();
        let opened =
            cipher.decrypt_inout_detached(&nonce, tag, InOutBuf::from(&mut text[..]), &sealed);
        opened.unwrap();
        black_box(text);
    };
    ratio(
        "a text of 247 bytes, encrypted and decrypted",
        "2.5",
        &mut ours,
        limit,
    );
    criterion.bench_function("a text of 247 bytes", |bencher| bencher.iter(&mut ours));
}

fn quick() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1))
}

criterion_group! {
    name = benches;
    config = quick();
    targets = handshakes, transport
}
criterion_main!(benches);
