//! Batches stay within what the peer takes: problem 19 of those known from elsewhere, where a batch
//! of more than 1 MB made the receiver disconnect.
#![cfg(test)]

mod support;

use status_whisper::{Config, DEFAULT_BATCH_SIZE, DEFAULT_MAX_MESSAGE_SIZE, DropReason};
use status_whisper::{PeerOptions, PostError, Whisper};
use support::{
    PEER, START, TOPIC, config, drain, envelope_of, full_status, hashes, join, node_with_peer,
};

#[test]
fn a_pool_of_three_megabytes_goes_in_order_in_packets_below_the_limit() {
    let mut node = Whisper::new(config());
    let envelopes: Vec<_> = (0..3000)
        .map(|n| envelope_of(START, 10, TOPIC, 1000, n))
        .collect();
    for envelope in &envelopes {
        node.post(envelope, START).unwrap();
    }
    join(&mut node, PEER, full_status(), PeerOptions::default());
    let packets = drain(&mut node, PEER);
    assert!(
        packets
            .iter()
            .all(|packet| packet.payload.len() <= DEFAULT_BATCH_SIZE)
    );
    // Full ones but for the last.
    assert_eq!(packets.len(), 6);
    let sent: Vec<_> = packets.iter().flat_map(hashes).collect();
    let posted: Vec<_> = envelopes
        .iter()
        .map(status_whisper::Envelope::hash)
        .collect();
    assert_eq!(sent, posted);
}

#[test]
fn a_batch_may_be_exactly_as_large_as_allowed() {
    let one = envelope_of(START, 10, TOPIC, 300, 1).rlp().len();
    for (limit, packets) in [(2 * one + 3, 1), (2 * one + 2, 2)] {
        let mut node = node_with_peer(Config {
            batch_size: limit,
            ..config()
        });
        for n in 1..3 {
            node.post(&envelope_of(START, 10, TOPIC, 300, n), START)
                .unwrap();
        }
        let sent = drain(&mut node, PEER);
        assert_eq!(sent.len(), packets);
        assert!(sent.iter().all(|packet| packet.payload.len() <= limit));
    }
}

#[test]
fn an_envelope_above_the_batch_size_goes_alone() {
    let mut node = node_with_peer(config());
    for (len, n) in [(100, 1), (900_000, 2), (100, 3)] {
        node.post(&envelope_of(START, 10, TOPIC, len, n), START)
            .unwrap();
    }
    let counts: Vec<_> = drain(&mut node, PEER)
        .iter()
        .map(|p| hashes(p).len())
        .collect();
    assert_eq!(counts, [1, 1, 1]);
}

#[test]
fn a_peer_with_a_smaller_limit_gets_smaller_packets() {
    let mut node = Whisper::new(config());
    let options = PeerOptions {
        packet_limit: 1000,
        ..PeerOptions::default()
    };
    join(&mut node, PEER, full_status(), options);
    for n in 0..10 {
        node.post(&envelope_of(START, 10, TOPIC, 300, n), START)
            .unwrap();
    }
    node.post(&envelope_of(START, 10, TOPIC, 1000, 10), START)
        .unwrap();
    let packets = drain(&mut node, PEER);
    assert!(packets.iter().all(|packet| packet.payload.len() <= 1000));
    assert_eq!(packets.iter().flat_map(hashes).count(), 10);
    assert_eq!(node.counters().drops.of(DropReason::TooLargeForPeer), 1);
}

#[test]
fn an_envelope_that_no_packet_holds_is_refused_when_posted() {
    let mut node = Whisper::new(config());
    // Its size is within the limit, but not with the RLP of a packet around it.
    let envelope = envelope_of(START, 10, TOPIC, DEFAULT_MAX_MESSAGE_SIZE - 20, 1);
    assert!(matches!(
        node.post(&envelope, START),
        Err(PostError::TooLarge { .. })
    ));
    assert!(node.pool().is_empty());
}
