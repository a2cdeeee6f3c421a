//! Whatever a peer floods, memory stays within bounds that are known beforehand: problem 8 of those
//! known from elsewhere.
#![cfg(test)]

mod support;

use status_whisper::packets::{BloomFilter, code};
use status_whisper::{
    Bloom, Config, DropReason, Filter, PeerId, PeerOptions, PoolLimits, SymmetricKey, Topic,
    Whisper,
};
use support::{
    PEER, START, TOPIC, batch, config, drain, envelope_of, events, full_status, join,
    node_with_peer,
};

const LIMITS: PoolLimits = PoolLimits {
    max_bytes: 100_000,
    max_envelopes: 500,
};

fn small() -> Config {
    Config {
        pool: LIMITS,
        ..config()
    }
}

fn flood(node: &mut Whisper, packets: u64, now: u64) {
    for packet in 0..packets {
        let envelopes: Vec<_> = (0..100)
            .map(|n| envelope_of(now, 10, TOPIC, 100, packet * 100 + n))
            .collect();
        node.handle_packet(PEER, code::MESSAGES, batch(&envelopes), now)
            .unwrap();
    }
}

#[test]
fn of_envelopes_into_the_pool() {
    let mut node = node_with_peer(small());
    flood(&mut node, 100, START);
    assert!(node.pool().len() <= LIMITS.max_envelopes);
    assert!(node.pool().bytes() <= LIMITS.max_bytes);
    let drops = node.counters().drops;
    let lost = drops.of(DropReason::PoolFull) + drops.of(DropReason::Evicted);
    assert_eq!(lost + node.pool().len() as u64, 10_000);
    // The node's own traffic still gets through.
    let own = envelope_of(START, 10, Topic([9; 4]), 100, 1);
    node.post(&own, START).unwrap();
    assert!(node.pool().contains(&own.hash()));
}

#[test]
fn of_confirmations_for_a_peer_that_does_not_read() {
    let mut node = node_with_peer(small());
    let payload = batch(&[envelope_of(START, 10, TOPIC, 100, 1)]);
    for _ in 0..10_000 {
        node.handle_packet(PEER, code::MESSAGES, payload.clone(), START)
            .unwrap();
    }
    assert!(node.counters().drops.of(DropReason::ConfirmationsFull) > 8_000);
    let waiting = drain(&mut node, PEER);
    assert!(
        waiting
            .iter()
            .map(|packet| packet.payload.len())
            .sum::<usize>()
            <= 2 << 20
    );
}

#[test]
fn of_envelopes_for_a_peer_that_does_not_read() {
    let mut node = node_with_peer(small());
    let stalled = PeerId(1);
    join(&mut node, stalled, full_status(), PeerOptions::default());
    for round in 0..50 {
        let now = START + round * 60_000;
        flood(&mut node, 5, now);
        drain(&mut node, PEER);
        let queued = node.peer(stalled).unwrap().queued;
        assert!(queued <= 2 * LIMITS.max_envelopes + 64, "{queued}");
    }
    // When it reads again it gets what is still of use.
    let sent: usize = drain(&mut node, stalled)
        .iter()
        .map(|p| support::hashes(p).len())
        .sum();
    assert_eq!(sent, node.pool().len());
}

#[test]
fn of_envelopes_for_filters_that_nobody_polls() {
    let mut node = node_with_peer(small());
    let filter = Filter::new(TOPIC, SymmetricKey::new([1; 32]));
    let id = node.install_filter(filter, START).unwrap();
    for round in 0..5 {
        flood(&mut node, 5, START + round * 60_000);
    }
    assert!(node.counters().drops.of(DropReason::Backlog) > 0);
    assert!(events(&mut node).is_empty());
    let refused = node
        .filter_counts(id)
        .unwrap()
        .refused(status_whisper::FilterReason::WrongKey);
    assert!(refused > 0 && refused <= LIMITS.max_envelopes as u64);
    // Polled, it takes more.
    flood(&mut node, 1, START + 600_000);
    assert!(events(&mut node).is_empty());
    assert!(
        node.filter_counts(id)
            .unwrap()
            .refused(status_whisper::FilterReason::WrongKey)
            > refused
    );
}

#[test]
fn of_events_that_nobody_polls() {
    let mut node = node_with_peer(config());
    for n in 0..40_000 {
        node.post(&envelope_of(START, 10, TOPIC, 10, n), START)
            .unwrap();
    }
    drain(&mut node, PEER);
    let events = events(&mut node).len() as u64;
    assert_eq!(
        events + node.counters().drops.of(DropReason::EventsFull),
        40_000
    );
    assert!(events < 20_000);
}

#[test]
fn of_changing_demands() {
    let mut node = node_with_peer(config());
    for n in 0..1000 {
        node.post(&envelope_of(START, 10, TOPIC, 10, n), START)
            .unwrap();
    }
    for _ in 0..10_000 {
        for bloom in [Bloom::EMPTY, Bloom::FULL] {
            let payload = BloomFilter(bloom).encode();
            node.handle_packet(PEER, code::BLOOM_FILTER, payload, START)
                .unwrap();
        }
    }
    // Each pass over the pool would have counted or queued a thousand.
    let peer = node.peer(PEER).unwrap();
    assert!(peer.queued <= 1000 && peer.counters.withheld_for_bloom == 0);
}

#[test]
fn of_made_up_topics() {
    let mut node = node_with_peer(config());
    let envelopes: Vec<_> = (0..5000u32)
        .map(|n| envelope_of(START, 10, Topic(n.to_be_bytes()), 10, 1))
        .collect();
    node.handle_packet(PEER, code::MESSAGES, batch(&envelopes), START)
        .unwrap();
    assert_eq!(
        node.topic_stats().iter().count(),
        status_whisper::MAX_COUNTED_TOPICS
    );
    assert_eq!(node.topic_stats().others().envelopes, 5000 - 1024);
}
