//! A handshake, both sides, against the sum of the curve operations that it cannot do without.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints what it measures and may stop where it cannot"
)]

use bytes::BytesMut;
use criterion::{Criterion, criterion_group, criterion_main};
use secp256k1::{Message, Secp256k1, SecretKey};
use status_devp2p::{Initiator, NodeKey, Recipient};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Median of `rounds` runs, in nanoseconds.
fn median(rounds: usize, mut run: impl FnMut()) -> f64 {
    let mut times: Vec<_> = (0..rounds)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos() as f64
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[rounds / 2]
}

fn pair(dialler: &NodeKey, listener: &NodeKey) {
    let rng = &mut rand::rng();
    let mut initiator = Initiator::new(rng, dialler, listener.public_key());
    let mut input = BytesMut::from(&initiator.auth()[..]);
    let mut recipient = Recipient::new(listener);
    let accepted = recipient.handle_bytes(rng, &mut input).unwrap().unwrap();
    let mut input = BytesMut::from(&accepted.ack[..]);
    black_box(initiator.handle_bytes(&mut input).unwrap().unwrap());
}

/// Each side makes two ephemeral keys and multiplies four points (seal, open, static and ephemeral
/// secret); one side signs, the other recovers.
fn limit(context: &Secp256k1<secp256k1::All>, secret: &SecretKey) {
    let public = secret.public_key(context);
    for _ in 1..4 {
        black_box(black_box(secret).public_key(context));
    }
    for _ in 0..8 {
        black_box(status_ecies::shared_secret(black_box(&public), secret));
    }
    let message = Message::from_digest([3; 32]);
    let signature = context.sign_ecdsa_recoverable(message, secret);
    black_box(context.recover_ecdsa(message, &signature).unwrap());
}

fn handshake(criterion: &mut Criterion) {
    let (dialler, listener) = (
        NodeKey::random(&mut rand::rng()),
        NodeKey::random(&mut rand::rng()),
    );
    let context = Secp256k1::new();
    let (mut ours, mut bare) = (f64::MAX, f64::MAX);
    // In turns, so that a busy machine slows both.
    for _ in 0..5 {
        ours = ours.min(median(200, || pair(&dialler, &listener)));
        bare = bare.min(median(200, || limit(&context, listener.secret_key())));
    }
    println!(
        "ratio handshake_pair: ours {ours:.0} ns, limit {bare:.0} ns, ratio {:.2} (goal 1.2)",
        ours / bare
    );
    criterion.bench_function("handshake_pair", |bench| {
        bench.iter(|| pair(&dialler, &listener))
    });
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(20)
        .measurement_time(Duration::from_secs(2))
        .warm_up_time(Duration::from_millis(300));
    targets = handshake
}
criterion_main!(benches);
