//! Messages over loopback TCP, from one node's sender to another's events, both nodes on one
//! thread: so bytes per second are bytes per second of one core.
//!
//! Criterion reports elapsed time; the ratios at the end are of processor time of that thread where
//! the system tells it (Linux), so that other programs disturb them less.
//!
//! The limit is what Keccak takes for the MACs of the same frames on both sides, called bare in
//! the same run; AES, the system calls and everything of ours come on top.

#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a program that measures and prints, with nothing to save when it fails"
)]

use std::hint::black_box;
use std::time::{Duration, Instant};

use bytes::Bytes;
use criterion::{Criterion, Throughput};
use keccak_asm::{Digest, Keccak256};
use rand::{Rng, SeedableRng, rngs::StdRng};
use secp256k1::SecretKey;
use status_devp2p::net::{Network, NetworkConfig, NetworkEvent, NetworkEvents, PeerSender};
use status_devp2p::{NodeKey, Subprotocol};
use tokio::runtime::Runtime;

/// Sizes of messages in bytes and the goals in MB/s; without a goal the figure is only reported.
const SIZES: [(usize, Option<f64>); 4] = [
    (512, None),
    (1 << 10, Some(127.0)),
    (16 << 10, Some(197.0)),
    (1 << 20, None),
];

fn config(fill: u8, version: u64) -> NetworkConfig {
    let key = NodeKey::new(SecretKey::from_byte_array([fill; 32]).unwrap());
    let subprotocol = Subprotocol {
        name: "shh".into(),
        version: 6,
        length: 128,
    };
    let mut config = NetworkConfig::new(key, "bench", vec![subprotocol]);
    config.protocol_version = version;
    config.listen = Some("127.0.0.1:0".parse().unwrap());
    config
}

async fn connected(events: &mut NetworkEvents) -> PeerSender {
    loop {
        if let Some(NetworkEvent::PeerConnected(peer)) = events.recv().await {
            return peer.sender;
        }
    }
}

struct Link {
    _nodes: [Network; 2],
    sender: PeerSender,
    _events: NetworkEvents,
    received: NetworkEvents,
}

async fn link(version: u64) -> Link {
    let (listener, mut received) = Network::start(config(2, version)).await.unwrap();
    let (dialler, mut events) = Network::start(config(1, version)).await.unwrap();
    dialler.add_static_peer(listener.local_enode()).unwrap();
    let sender = connected(&mut events).await;
    connected(&mut received).await;
    Link {
        _nodes: [dialler, listener],
        sender,
        _events: events,
        received,
    }
}

/// Sends `count` messages and waits until all have arrived.
async fn transfer(link: &mut Link, payload: &Bytes, count: u64) {
    let sender = link.sender.clone();
    let payload = payload.clone();
    let sending = async move {
        for _ in 0..count {
            sender.send(0, 1, payload.clone()).await.unwrap();
        }
    };
    let receiving = async {
        let mut events = Vec::new();
        let mut left = count;
        while left > 0 {
            left -= link.received.recv_many(&mut events, 256).await as u64;
            events.drain(..).for_each(|event| drop(black_box(event)));
        }
    };
    tokio::join!(sending, receiving);
}

/// What both sides' MACs of one frame cost: the body once, and three digests of 16 bytes more.
fn keccak(size: usize) -> Duration {
    let body = vec![0x5a; size + 16];
    let mut state = Keccak256::new();
    let mut frame = || {
        for _side in 0..2 {
            state.update([1; 16]);
            black_box(state.clone().finalize());
            state.update(&body);
            black_box(state.clone().finalize());
            state.update([2; 16]);
            black_box(state.clone().finalize());
        }
    };
    let rounds = (24 << 20) / (size + 500);
    frame();
    let begin = spent();
    for _ in 0..rounds {
        frame();
    }
    (spent() - begin) / u32::try_from(rounds).unwrap()
}

/// Processor time of this thread, or elapsed time where the system does not tell.
fn spent() -> Duration {
    static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
    std::fs::read_to_string("/proc/thread-self/schedstat")
        .ok()
        .and_then(|text| text.split(' ').next()?.parse().ok())
        .map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// Ours and the limit, the middle of seven runs of each, in turn.
fn measure(runtime: &Runtime, link: &mut Link, payload: &Bytes) -> (Duration, Duration) {
    let count = (24 << 20) / (payload.len() as u64 + 1_000) + 1;
    let (mut ours, mut limits): (Vec<_>, Vec<_>) = (0..7)
        .map(|_| {
            let begin = spent();
            runtime.block_on(transfer(link, payload, count));
            (
                (spent() - begin) / u32::try_from(count).unwrap(),
                keccak(payload.len()),
            )
        })
        .unzip();
    ours.sort();
    limits.sort();
    (ours[3], limits[3])
}

fn main() {
    let mut criterion = Criterion::default()
        .configure_from_args()
        .sample_size(10)
        .warm_up_time(Duration::from_millis(100))
        .measurement_time(Duration::from_millis(600));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let mut lines = Vec::new();
    for version in [4, 5] {
        let mut link = runtime.block_on(link(version));
        for (size, goal) in SIZES {
            // Random, so that snappy finds nothing.
            let mut payload = vec![0; size];
            rng.fill_bytes(&mut payload);
            let payload = Bytes::from(payload);
            let mut group = criterion.benchmark_group(format!("tcp/version {version}"));
            group.throughput(Throughput::Bytes(size as u64));
            group.bench_function(format!("{size} B"), |bencher| {
                bencher.iter_custom(|count| {
                    let begin = Instant::now();
                    runtime.block_on(transfer(&mut link, &payload, count));
                    begin.elapsed()
                });
            });
            group.finish();
            let (ours, limit) = measure(&runtime, &mut link, &payload);
            let rate = |time: Duration| size as f64 / time.as_secs_f64() / 1e6;
            lines.push(format!(
                "ratio tcp_{size}_v{version}: ours {} ns, limit {} ns, ratio {:.2} (goal {}): {:.0} MB/s, Keccak alone {:.0} MB/s",
                ours.as_nanos(),
                limit.as_nanos(),
                ours.as_secs_f64() / limit.as_secs_f64(),
                goal.map_or("none".into(), |goal: f64| format!("{goal} MB/s")),
                rate(ours),
                rate(limit),
            ));
        }
    }
    for line in lines {
        println!("{line}");
    }
    criterion.final_summary();
}
