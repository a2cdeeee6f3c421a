//! A peer gets neither envelopes with less work than it demands nor envelopes of topics outside its
//! bloom filter, from its handshake on or after it changed its mind.
#![cfg(test)]

mod support;

use status_whisper::packets::{BloomFilter, PowRequirement, Status, code};
use status_whisper::{Bloom, PeerOptions, Topic, Whisper};
use support::{
    PEER, START, TOPIC, config, drain, envelope, envelope_of, full_status, hashes, join,
    node_with_peer, worked_envelope,
};

const ELSEWHERE: Topic = Topic([90, 80, 70, 60]);

fn told(node: &mut Whisper, code: u64, payload: bytes::Bytes) {
    node.handle_packet(PEER, code, payload, START).unwrap();
}

#[test]
fn work_announced_in_the_handshake() {
    let mut node = Whisper::new(config());
    let status = Status {
        pow_requirement: 4.0,
        ..full_status()
    };
    join(&mut node, PEER, status, PeerOptions::default());
    let [little, enough] = [worked_envelope(1.0), worked_envelope(4.0)];
    for envelope in [&little, &enough] {
        node.post(envelope, START).unwrap();
    }
    let sent: Vec<_> = drain(&mut node, PEER).iter().flat_map(hashes).collect();
    assert_eq!(sent, [enough.hash()]);
    assert_eq!(node.peer(PEER).unwrap().counters.withheld_for_pow, 1);
}

#[test]
fn topics_announced_in_the_handshake() {
    let mut node = Whisper::new(config());
    let status = Status {
        bloom: Some(Bloom::from(TOPIC)),
        ..full_status()
    };
    join(&mut node, PEER, status, PeerOptions::default());
    node.post(&envelope_of(START, 10, ELSEWHERE, 10, 1), START)
        .unwrap();
    node.post(&envelope(2), START).unwrap();
    let sent: Vec<_> = drain(&mut node, PEER).iter().flat_map(hashes).collect();
    assert_eq!(sent, [envelope(2).hash()]);
    assert_eq!(node.peer(PEER).unwrap().counters.withheld_for_bloom, 1);
}

#[test]
fn a_demand_holds_for_what_waits_already() {
    let mut node = node_with_peer(config());
    node.post(&envelope(1), START).unwrap();
    told(
        &mut node,
        code::BLOOM_FILTER,
        BloomFilter(Bloom::EMPTY).encode(),
    );
    assert_eq!(drain(&mut node, PEER), []);
}

#[test]
fn who_wants_more_gets_what_was_withheld() {
    let mut node = node_with_peer(config());
    told(
        &mut node,
        code::BLOOM_FILTER,
        BloomFilter(Bloom::EMPTY).encode(),
    );
    told(
        &mut node,
        code::POW_REQUIREMENT,
        PowRequirement(1e9).encode(),
    );
    node.post(&envelope(1), START).unwrap();
    assert_eq!(drain(&mut node, PEER), []);
    // Again only after a second, however often it changes its mind.
    told(
        &mut node,
        code::POW_REQUIREMENT,
        PowRequirement(0.0).encode(),
    );
    told(
        &mut node,
        code::BLOOM_FILTER,
        BloomFilter(Bloom::from(TOPIC)).encode(),
    );
    assert_eq!(drain(&mut node, PEER), []);
    assert_eq!(node.poll_timeout(), Some(START + 1000));
    node.handle_timeout(START + 1000);
    let sent: Vec<_> = drain(&mut node, PEER).iter().flat_map(hashes).collect();
    assert_eq!(sent, [envelope(1).hash()]);
}
