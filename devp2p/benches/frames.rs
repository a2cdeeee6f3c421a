//! Frames written and read, in memory and over loopback TCP, against the Keccak of their MACs.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints what it measures and may stop where it cannot"
)]

use bytes::BytesMut;
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use keccak_asm::{Digest, Keccak256};
use status_devp2p::{FrameDecoder, FrameEncoder, Initiator, NodeKey, Recipient};
use std::hint::black_box;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

/// Bytes of payload moved in each measurement.
const VOLUME: usize = 8 << 20;

fn frames() -> (FrameEncoder, FrameDecoder) {
    let rng = &mut rand::rng();
    let (dialler, listener) = (NodeKey::random(rng), NodeKey::random(rng));
    let mut initiator = Initiator::new(rng, &dialler, listener.public_key());
    let mut input = BytesMut::from(&initiator.auth()[..]);
    let accepted = Recipient::new(&listener)
        .handle_bytes(rng, &mut input)
        .unwrap()
        .unwrap();
    let mut input = BytesMut::from(&accepted.ack[..]);
    let ours = initiator.handle_bytes(&mut input).unwrap().unwrap();
    (ours.into_frames().0, accepted.secrets.into_frames().1)
}

/// Seconds for the Keccak of writing and reading `count` frames: each side absorbs the body and
/// two mixed blocks and finalises four digests.
fn limit(count: usize, size: usize) -> f64 {
    let body = vec![1u8; (size + 1).next_multiple_of(16)];
    let start = Instant::now();
    for _ in 0..2 {
        let mut state = Keccak256::new();
        for _ in 0..count {
            let digest = state.clone().finalize();
            state.update(&digest[..16]);
            black_box(state.clone().finalize());
            state.update(&body);
            let digest = state.clone().finalize();
            state.update(&digest[..16]);
            black_box(state.clone().finalize());
        }
    }
    start.elapsed().as_secs_f64()
}

/// Seconds for writing and reading `count` frames, some 64 KiB at a time.
fn in_memory(count: usize, payload: &[u8]) -> f64 {
    let (mut encoder, mut decoder) = frames();
    let mut wire = BytesMut::with_capacity(256 << 10);
    let start = Instant::now();
    let mut read = 0;
    let mut written = 0;
    while read < count {
        while written < count && wire.len() < 64 << 10 {
            encoder.encode(16, payload, &mut wire).unwrap();
            written += 1;
        }
        while let Some(frame) = decoder.decode(&mut wire).unwrap() {
            black_box(frame);
            read += 1;
        }
    }
    start.elapsed().as_secs_f64()
}

/// The same through a TCP connection on loopback, writing and reading in turns on one thread, so
/// that the time is that of one core.
fn over_tcp(count: usize, payload: &[u8]) -> f64 {
    let (mut encoder, mut decoder) = frames();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut sender = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    let (mut receiver, _) = listener.accept().unwrap();
    sender.set_nodelay(true).unwrap();
    let (mut out, mut input) = (BytesMut::new(), BytesMut::new());
    let mut chunk = vec![0; 64 << 10];
    let start = Instant::now();
    let (mut read, mut written) = (0, 0);
    while read < count {
        while written < count && out.len() < 32 << 10 {
            encoder.encode(16, payload, &mut out).unwrap();
            written += 1;
        }
        sender.write_all(&out).unwrap();
        let mut pending = out.len();
        out.clear();
        while pending > 0 {
            let len = receiver.read(&mut chunk).unwrap();
            pending -= len;
            input.extend_from_slice(&chunk[..len]);
        }
        while let Some(frame) = decoder.decode(&mut input).unwrap() {
            black_box(frame);
            read += 1;
        }
    }
    start.elapsed().as_secs_f64()
}

fn measure(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frames");
    for (name, size, goal) in [("1KB", 1000, 127.0), ("16KB", 16_000, 197.0)] {
        let payload = vec![7u8; size];
        let count = VOLUME / size;
        let best = |run: &dyn Fn() -> f64| (0..7).map(|_| run()).fold(f64::MAX, f64::min);
        let keccak = best(&|| limit(count, size));
        let memory = best(&|| in_memory(count, &payload));
        let tcp = best(&|| over_tcp(count, &payload));
        let each = |seconds: f64| seconds * 1e9 / count as f64;
        let rate = |seconds: f64| (count * size) as f64 / 1e6 / seconds;
        for (medium, time) in [("memory", memory), ("tcp", tcp)] {
            println!(
                "ratio frames_{name}_{medium}: ours {:.0} ns, limit {:.0} ns, ratio {:.2} (goal {}): \
                 {:.0} MB/s of Keccak's {:.0} (goal {goal} over TCP)",
                each(time),
                each(keccak),
                time / keccak,
                if size > 1000 { "1.25" } else { "-" },
                rate(time),
                rate(keccak),
            );
        }
        group.throughput(Throughput::Bytes((count * size) as u64));
        group.bench_function(format!("{name}_memory"), |bench| {
            bench.iter(|| in_memory(count, &payload));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default()
        .sample_size(10)
        .measurement_time(Duration::from_secs(1))
        .warm_up_time(Duration::from_millis(200));
    targets = measure
}
criterion_main!(benches);
