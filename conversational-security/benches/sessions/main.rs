//! Sessions against the bare primitives and against vodozemac (the Olm ratchet, on Curve25519), all
//! in the same run: `cargo bench -p status-conversational-security --features sqlite`.

#![allow(
    missing_docs,
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a bench prints its ratios and stops at what cannot happen"
)]

mod durable;
mod pair;
mod primitives;
mod start;

use criterion::{Criterion, criterion_group, criterion_main};
use pair::{Olm, Pair, TEXT};
use status_conversational_security::MemoryStore;
use std::hint::black_box;
use std::time::{Duration, Instant};

/// Nanoseconds of one call of `work` in the best of some rounds.
struct Best(f64);

impl Best {
    fn new() -> Self {
        Self(f64::MAX)
    }

    /// One round: calls for a few milliseconds.
    fn round(&mut self, mut work: impl FnMut()) {
        let start = Instant::now();
        let mut calls = 0u32;
        while start.elapsed() < Duration::from_millis(5) {
            for _ in 0..10 {
                work();
            }
            calls += 10;
        }
        self.take(start.elapsed(), calls);
    }

    /// One round that was timed elsewhere.
    fn take(&mut self, elapsed: Duration, calls: u32) {
        self.0 = self.0.min(elapsed.as_secs_f64() * 1e9 / f64::from(calls));
    }
}

fn print(name: &str, goal: &str, ours: &Best, limit: &Best, peer: Option<&Best>) {
    let (ours, limit) = (ours.0, limit.0);
    let ratio = ours / limit;
    print!("ratio {name}: ours {ours:.0} ns, limit {limit:.0} ns, ratio {ratio:.2} (goal {goal})");
    match peer {
        Some(peer) => println!("; vodozemac {:.0} ns", peer.0),
        None => println!(),
    }
}

/// Messages of 256 bytes, one after the other, on one chain.
fn same_chain(criterion: &mut Criterion) {
    let (mut ours, mut olm) = (Pair::new(MemoryStore::new, 0), Olm::new());
    let [mut encrypt, mut decrypt, mut confirm, mut limit] = [(); 4].map(|()| Best::new());
    let [mut olm_encrypt, mut olm_decrypt] = [(); 2].map(|()| Best::new());
    for _ in 0..40 {
        const COUNT: u32 = 1_000;
        let start = Instant::now();
        let sent: Vec<_> = (0..COUNT).map(|_| ours.alice_encrypts()).collect();
        encrypt.take(start.elapsed(), COUNT);
        let start = Instant::now();
        for message in &sent {
            black_box(ours.bob_decrypts(message));
        }
        decrypt.take(start.elapsed(), COUNT);
        let start = Instant::now();
        let last = ours.messages();
        for message in last - u64::from(COUNT)..last {
            ours.bob_confirms(message + 1);
        }
        confirm.take(start.elapsed(), COUNT);
        let start = Instant::now();
        let sent: Vec<_> = (0..COUNT)
            .map(|_| olm.alice.encrypt(TEXT).unwrap())
            .collect();
        olm_encrypt.take(start.elapsed(), COUNT);
        let start = Instant::now();
        for message in &sent {
            black_box(olm.bob.decrypt(message).unwrap());
        }
        olm_decrypt.take(start.elapsed(), COUNT);
        limit.round(|| primitives::message(&TEXT));
    }
    print(
        "encrypt 256 B, same chain",
        "2500 ns",
        &encrypt,
        &limit,
        Some(&olm_encrypt),
    );
    print(
        "decrypt 256 B, same chain",
        "2500 ns",
        &decrypt,
        &limit,
        Some(&olm_decrypt),
    );
    println!("confirming it: {:.0} ns", confirm.0);
    criterion.bench_function("encrypt 256 B, same chain", |bencher| {
        bencher.iter(|| ours.alice_encrypts());
    });
}

/// A message there and one back: two Diffie-Hellman steps, one on each side.
fn ping_pong(criterion: &mut Criterion) {
    let (mut ours, mut olm) = (Pair::new(MemoryStore::new, 0), Olm::new());
    let [mut best, mut peer, mut limit] = [(); 3].map(|()| Best::new());
    for _ in 0..20 {
        best.round(|| ours.there_and_back());
        peer.round(|| olm.there_and_back());
        limit.round(|| primitives::there_and_back(&TEXT));
    }
    // The goal is for one message: encrypted on one side, decrypted with a step on the other.
    for best in [&mut best, &mut peer, &mut limit] {
        best.0 /= 2.0;
    }
    let name = "message with a DH step, both sides";
    print(name, "120000 ns", &best, &limit, Some(&peer));
    criterion.bench_function(name, |bencher| bencher.iter(|| ours.there_and_back()));
}

/// The first message that comes after 1,000 which did not.
fn after_a_gap(_: &mut Criterion) {
    let [mut best, mut peer, mut limit] = [(); 3].map(|()| Best::new());
    for _ in 0..10 {
        let (mut ours, mut olm) = (Pair::new(MemoryStore::new, 0), Olm::new());
        for _ in 0..1_000 {
            ours.alice_encrypts();
            olm.alice.encrypt(TEXT).unwrap();
        }
        let (late, olm_late) = (ours.alice_encrypts(), olm.alice.encrypt(TEXT).unwrap());
        let start = Instant::now();
        ours.bob_reads(&late);
        best.take(start.elapsed(), 1);
        let start = Instant::now();
        black_box(olm.bob.decrypt(&olm_late).unwrap());
        peer.take(start.elapsed(), 1);
        let start = Instant::now();
        for _ in 0..1_000 {
            primitives::chain_step();
        }
        limit.take(start.elapsed(), 1);
    }
    let name = "first message after 1,000 skipped, in memory";
    print(name, "1000000 ns", &best, &limit, Some(&peer));
}

fn config() -> Criterion {
    Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(500))
}

criterion_group! {
    name = sessions;
    config = config();
    targets = same_chain, ping_pong, after_a_gap, durable::batches, durable::after_a_gap,
        durable::among_others, start::with_bundle
}
criterion_main!(sessions);
