//! What it costs a node to pass an envelope on, sockets apart: a packet with one envelope from a
//! peer, to a packet for another.
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
use status_whisper::packets::{Messages, Status, code};
use status_whisper::{
    Config, Confirmations, Envelope, Filter, PeerId, PeerOptions, SymmetricKey, Topic, Whisper,
};
use std::hint::black_box;

const NOW: u64 = 1_600_000_000_000;
const SOURCE: PeerId = PeerId(0);
/// Packets per measured call; the pool is swept once in each.
const PACKETS: u64 = 2000;

/// Packets of `batch` envelopes of 512 bytes of RLP each.
fn packets(batch: u64) -> Vec<Bytes> {
    let envelope = |nonce| Envelope::new(1_600_000_015, 15, Topic([1, 2, 3, 4]), &[7; 490], nonce);
    let nonces: Vec<u64> = (1000..1000 + PACKETS).collect();
    nonces
        .chunks(batch as usize)
        .map(|nonces| {
            let envelopes: Vec<_> = nonces.iter().copied().map(envelope).collect();
            Messages::encode_rlps(envelopes.iter().map(Envelope::rlp))
        })
        .collect()
}

/// A node with a source and `sinks` full nodes.
fn node(sinks: u64, confirmations: Confirmations) -> Whisper {
    let mut node = Whisper::new(Config {
        min_pow: 0.0,
        confirmations,
        ..Config::default()
    });
    for peer in 0..=sinks {
        let peer = PeerId(peer);
        node.add_peer(peer, PeerOptions::default(), NOW).unwrap();
        let status = Status {
            confirmations: true,
            ..Status::default()
        };
        node.handle_packet(peer, code::STATUS, status.encode(), NOW)
            .unwrap();
        while node.poll_transmit(peer).is_some() {}
    }
    while node.poll_event().is_some() {}
    node
}

/// Relays all packets the way a driver does, then lets them expire.
fn relay(node: &mut Whisper, packets: &[Bytes]) -> usize {
    let mut sent = 0;
    let mut ready = Vec::new();
    for packet in packets {
        node.handle_packet(SOURCE, code::MESSAGES, packet.clone(), NOW)
            .unwrap();
        ready.clear();
        ready.extend(node.peers_with_output());
        for peer in &ready {
            while let Some(packet) = node.poll_transmit(*peer) {
                sent += black_box(packet).payload.len();
            }
        }
        while let Some(event) = node.poll_event() {
            black_box(event);
        }
        black_box(node.poll_timeout());
    }
    node.handle_timeout(NOW + 60_000);
    sent
}

/// Both hashes of an envelope: of its identity and of its work.
fn hashes(packet: &Bytes) -> impl FnMut() -> Vec<u8> {
    let rlp = Messages::decode(packet).unwrap().envelopes[0].rlp().clone();
    move || {
        let hash = Keccak256::digest(black_box(&rlp));
        let mut work = Keccak256::new();
        work.update(black_box(&rlp[..rlp.len() - 3]));
        work.update(1000u64.to_be_bytes());
        [hash.to_vec(), work.finalize().to_vec()].concat()
    }
}

fn ratios() {
    let units = PACKETS as f64;
    let single = packets(1);
    let mut one = node(1, Confirmations::Off);
    report(
        "whisper_relay_512",
        "1.35",
        units,
        || relay(&mut one, &single),
        hashes(&single[0]),
    );
    let hundred = packets(100);
    report(
        "whisper_relay_512_100_per_packet",
        "1.35",
        units,
        || relay(&mut one, &hundred),
        hashes(&single[0]),
    );
    let mut eight = node(8, Confirmations::Off);
    report(
        "whisper_relay_512_to_8",
        "2",
        units,
        || relay(&mut eight, &single),
        hashes(&single[0]),
    );
    // The batch's hash makes three.
    let mut confirming = node(1, Confirmations::Always);
    report(
        "whisper_relay_512_confirmed",
        "2",
        units,
        || relay(&mut confirming, &single),
        hashes(&single[0]),
    );
    let mut reading = node(1, Confirmations::Off);
    for n in 0..100u32 {
        let topic = Topic(n.to_be_bytes());
        let key = SymmetricKey::new([n as u8; 32]);
        reading
            .install_filter(Filter::new(topic, key), NOW)
            .unwrap();
    }
    report(
        "whisper_relay_512_past_100_filters",
        "1.35",
        units,
        || relay(&mut reading, &single),
        hashes(&single[0]),
    );
}

fn benches(criterion: &mut Criterion) {
    ratios();
    let single = packets(1);
    let mut one = node(1, Confirmations::Off);
    criterion.bench_function("relay 2000 envelopes of 512 B, one per packet", |bencher| {
        bencher.iter(|| relay(&mut one, &single));
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
