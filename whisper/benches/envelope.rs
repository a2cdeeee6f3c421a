//! What a node does to each envelope that it passes on.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::indexing_slicing,
    reason = "a bench, whose groups a macro makes"
)]

mod side_by_side;

use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use keccak_asm::{Digest, Keccak256};
use side_by_side::report;
use status_whisper::packets::Messages;
use status_whisper::{AcceptRules, Bloom, Envelope, Topic};
use std::hint::black_box;

const NOW: u32 = 1_600_000_000;

const RULES: AcceptRules<'_> = AcceptRules {
    max_message_size: 1 << 20,
    min_pow: 0.0,
    former_min_pow: None,
    bloom: Some(&Bloom::FULL),
    former_bloom: None,
};

fn envelope(nonce: u64) -> Envelope {
    // 512 bytes of RLP.
    Envelope::new(NOW + 15, 15, Topic([1, 2, 3, 4]), &[7; 490], nonce)
}

fn decode_and_judge(rlp: &Bytes) -> f64 {
    let envelope = Envelope::decode(rlp.clone()).unwrap();
    RULES.judge(&envelope, NOW).unwrap()
}

fn ratios() {
    let rlp = envelope(1000).rlp().clone();
    let without_nonce = rlp.slice(..rlp.len() - 3);
    report(
        "envelope_decode_hash_pow_bloom_512",
        "1.20",
        1.0,
        || decode_and_judge(black_box(&rlp)),
        || {
            let hash = Keccak256::digest(black_box(&rlp));
            let mut pow = Keccak256::new();
            pow.update(black_box(&without_nonce));
            pow.update(1000u64.to_be_bytes());
            (hash, pow.finalize())
        },
    );
}

fn benches(criterion: &mut Criterion) {
    ratios();
    let rlp = envelope(1000).rlp().clone();
    criterion.bench_function("decode, hash, work and bloom of 512 B", |bencher| {
        bencher.iter(|| decode_and_judge(black_box(&rlp)));
    });
    let envelopes: Vec<_> = (0..100).map(envelope).collect();
    let packet = Messages::encode_rlps(envelopes.iter().map(Envelope::rlp));
    criterion.bench_function("decode a packet of 100", |bencher| {
        bencher.iter(|| Messages::decode(black_box(&packet)));
    });
    criterion.bench_function("encode a packet of 100", |bencher| {
        bencher.iter(|| Messages::encode_rlps(envelopes.iter().map(Envelope::rlp)));
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
