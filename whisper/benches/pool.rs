//! The pool: what an insertion, a look-up and a sweep cost, and how much memory an envelope takes.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench, whose groups a macro makes"
)]

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use status_whisper::{Envelope, Pool, PoolLimits, Topic};
use std::hint::black_box;
use std::time::{Duration, Instant};

const COUNT: u64 = 100_000;
const EXPIRY: u32 = 1_600_000_000;
/// RLP around the data, with numbers of the size that these have.
const AROUND: usize = 22;

const LIMITS: PoolLimits = PoolLimits {
    max_bytes: 1 << 30,
    max_envelopes: 1 << 20,
};

/// An envelope of `len` bytes of RLP that expires within 60 seconds of the others.
fn envelope(len: usize, n: u64) -> Envelope {
    let data = vec![7; len - AROUND];
    Envelope::new(
        EXPIRY + (n % 60) as u32,
        15,
        Topic([1, 2, 3, 4]),
        &data,
        70_000 + n,
    )
}

fn filled(len: usize) -> Pool {
    let mut pool = Pool::new(LIMITS, 7);
    for n in 0..COUNT {
        pool.insert(&envelope(len, n), 1.0, false).unwrap();
    }
    pool
}

/// Memory of this process that is resident, in bytes.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = status.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

/// Compares what the operating system sees with the envelopes' bytes; first, while the heap is
/// fresh.
fn memory() {
    for len in [796, 512, 300] {
        let before = resident();
        let pool = filled(len);
        let used = (resident() - before) as f64 / COUNT as f64;
        let bytes = pool.bytes() as f64 / COUNT as f64;
        let goal = (1.15 * bytes + 100.0) / bytes;
        println!(
            "ratio pool_memory_{len}: ours {used:.0} B, limit {bytes:.0} B, ratio {:.2} (goal {goal:.2})",
            used / bytes
        );
        println!(
            "      of which asked of the allocator: {:.0} B an envelope",
            pool.memory() as f64 / COUNT as f64
        );
        // Kept, so that the next one cannot use its memory again.
        std::mem::forget(pool);
    }
}

/// The least time of five.
fn least(mut measure: impl FnMut() -> Duration) -> f64 {
    let times = (0..5).map(|_| measure().as_nanos() as f64 / COUNT as f64);
    times.fold(f64::INFINITY, f64::min)
}

/// A sweep of 100,000 expired envelopes against giving back as many blocks of memory.
fn sweep() {
    let ours = least(|| {
        let mut pool = filled(512);
        let start = Instant::now();
        pool.sweep(EXPIRY + 60, |swept| {
            black_box(swept);
        });
        start.elapsed()
    });
    let limit = least(|| {
        let blocks: Vec<Box<[u8]>> = (0..COUNT).map(|n| vec![n as u8; 512].into()).collect();
        let start = Instant::now();
        drop(black_box(blocks));
        start.elapsed()
    });
    println!(
        "ratio pool_sweep_100000: ours {ours:.0} ns, limit {limit:.0} ns, ratio {:.2} (goal 5)",
        ours / limit
    );
}

/// An insertion against copying the bytes into a block of memory of their own.
fn insert() {
    let envelopes: Vec<_> = (0..COUNT).map(|n| envelope(512, n)).collect();
    let ours = least(|| {
        let mut pool = Pool::new(LIMITS, 7);
        let start = Instant::now();
        for envelope in &envelopes {
            let _ = black_box(pool.insert(envelope, 1.0, false));
        }
        start.elapsed()
    });
    let limit = least(|| {
        let start = Instant::now();
        let copies: Vec<Box<[u8]>> = envelopes
            .iter()
            .map(|envelope| Box::from(&envelope.rlp()[..]))
            .collect();
        let elapsed = start.elapsed();
        drop(black_box(copies));
        elapsed
    });
    println!(
        "ratio pool_insert_512: ours {ours:.0} ns, limit {limit:.0} ns, ratio {:.2} (goal 3)",
        ours / limit
    );
}

fn benches(criterion: &mut Criterion) {
    memory();
    sweep();
    insert();
    let pool = filled(512);
    let present = envelope(512, 77).hash();
    let absent = envelope(512, COUNT + 1).hash();
    criterion.bench_function("find one of 100,000", |bencher| {
        bencher.iter(|| {
            (
                pool.find(black_box(&present)),
                pool.find(black_box(&absent)),
            )
        });
    });
    criterion.bench_function("sweep 100,000 of which none is due", |bencher| {
        bencher.iter_batched_ref(
            || filled(300),
            |pool| pool.sweep(EXPIRY, |_| ()),
            BatchSize::PerIteration,
        );
    });
}

criterion_group! {
    name = all;
    config = Criterion::default()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_secs(1));
    targets = benches
}
criterion_main!(all);
