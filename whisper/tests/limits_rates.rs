//! With rate limits, what is over them is dropped before it is decoded, by peer, by address and by
//! topic.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_whisper::packets::code;
use status_whisper::{Config, DropReason, PeerFault, PeerId, PeerOptions, RateLimiting, Whisper};
use support::{START, TOPIC, batch, config, envelope, envelope_of, full_status, join};

fn node(limits: RateLimiting) -> Whisper {
    Whisper::new(Config {
        rate_limiting: Some(limits),
        ..config()
    })
}

fn options(last: u8) -> PeerOptions {
    PeerOptions {
        address: Some([127, 0, 0, last].into()),
        ..PeerOptions::default()
    }
}

/// Sends one envelope in each of `packets` packets; how many were taken.
fn sent(node: &mut Whisper, peer: u64, packets: std::ops::Range<u64>, now: u64) -> u64 {
    let before = node.counters().envelopes_new;
    for n in packets {
        let payload = batch(&[envelope_of(START, 60, TOPIC, 50, n)]);
        node.handle_packet(PeerId(peer), code::MESSAGES, payload, now)
            .unwrap();
    }
    node.counters().envelopes_new - before
}

#[test]
fn by_peer() {
    let mut node = node(RateLimiting {
        per_peer: 10,
        ..RateLimiting::default()
    });
    for peer in [1, 2] {
        join(&mut node, PeerId(peer), full_status(), options(peer as u8));
    }
    // The status was one of the ten.
    assert_eq!(sent(&mut node, 1, 0..50, START), 9);
    assert_eq!(sent(&mut node, 2, 50..100, START), 9);
    assert_eq!(sent(&mut node, 1, 100..150, START + 500), 5);
    assert_eq!(
        node.peer(PeerId(1))
            .unwrap()
            .counters
            .drops
            .of(DropReason::PeerRate),
        86
    );
}

#[test]
fn by_address() {
    let mut node = node(RateLimiting {
        per_address: 10,
        ..RateLimiting::default()
    });
    for (peer, address) in [(1, 1), (2, 1), (3, 2)] {
        join(&mut node, PeerId(peer), full_status(), options(address));
    }
    assert_eq!(sent(&mut node, 1, 0..5, START), 5);
    assert_eq!(sent(&mut node, 2, 5..20, START), 3);
    assert_eq!(sent(&mut node, 3, 20..40, START), 9);
}

#[test]
fn by_topic_which_is_nobodys_fault() {
    let mut node = node(RateLimiting {
        per_topic: 10,
        tolerance: 1,
        ..RateLimiting::default()
    });
    join(&mut node, PeerId(1), full_status(), options(1));
    assert_eq!(sent(&mut node, 1, 0..50, START), 10);
    // A repeated envelope costs the topic nothing.
    assert_eq!(sent(&mut node, 1, 0..10, START + 100), 0);
    assert_eq!(sent(&mut node, 1, 50..60, START + 100), 1);
    assert_eq!(node.counters().drops.of(DropReason::TopicRate), 40 + 9);
}

#[test]
fn until_tolerance_ends() {
    let mut node = node(RateLimiting {
        per_peer: 1,
        tolerance: 3,
        ..RateLimiting::default()
    });
    join(&mut node, PeerId(1), full_status(), options(1));
    // Garbage, to show that it is not looked at.
    let mut send = || node.handle_packet(PeerId(1), code::MESSAGES, Bytes::new(), START);
    assert!((0..3).all(|_| send() == Ok(())));
    let fault = PeerFault::RateLimited {
        exceeded: 4,
        tolerance: 3,
    };
    assert_eq!(send(), Err(fault));
}

#[test]
fn without_limits_nothing_is_held_back() {
    let mut node = Whisper::new(config());
    join(&mut node, PeerId(1), full_status(), options(1));
    assert_eq!(sent(&mut node, 1, 0..1000, START), 1000);
    assert_eq!(node.post(&envelope(1), START), Ok(()));
}
