//! How many nonces a core tries in a second, whatever the envelope's size.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench, whose groups a macro makes"
)]

mod side_by_side;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keccak_asm::Keccak256;
use side_by_side::report;
use status_whisper::{Envelope, Search, Topic, Work};
use std::hint::black_box;
use std::sync::atomic::AtomicBool;

const TRIES: u64 = 4096;

/// A search that never ends.
fn search(data_len: usize) -> Search {
    let envelope = Envelope::new(
        1_600_000_000,
        15,
        Topic([1, 2, 3, 4]),
        &vec![7; data_len],
        0,
    );
    envelope.search(Work::Target(1e60)).unwrap()
}

fn ratios() {
    let never = AtomicBool::new(false);
    // The goal is 3 million blocks a second: 333 ns each. The limit is one block of the fastest
    // hasher; more than one at a time goes below it.
    let block = [7u8; 100];
    let limit = || Keccak256::digest(black_box(block));
    // The lengths of the envelopes are such that nonce and padding fit one block, but for the
    // last, of which the nonce ends with a block and the padding fills another.
    for (name, len) in [("304", 284), ("64K", 65_836), ("two_blocks", 383)] {
        let mut vectors = search(len);
        let mut scalar = search(len).without_vectors();
        let goal = if name == "two_blocks" {
            "2.2"
        } else {
            "1.10, 333 ns"
        };
        report(
            &format!("pow_try_{name}"),
            goal,
            TRIES as f64,
            || vectors.run(TRIES, &never),
            limit,
        );
        report(
            &format!("pow_try_{name}_without_vectors"),
            goal,
            TRIES as f64,
            || scalar.run(TRIES, &never),
            limit,
        );
    }
}

fn benches(criterion: &mut Criterion) {
    ratios();
    let never = AtomicBool::new(false);
    let mut group = criterion.benchmark_group("proof of work");
    group.throughput(Throughput::Elements(TRIES));
    for len in [284, 65_836] {
        let mut search = search(len);
        group.bench_function(format!("{len} B of data"), |bencher| {
            bencher.iter(|| search.run(TRIES, &never));
        });
    }
    group.finish();
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
