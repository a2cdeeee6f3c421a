//! Envelopes leave the pool when they expire, and what refers to them with them.
#![cfg(test)]

mod support;

use status_whisper::{Event, PeerOptions, Whisper};
use support::{Network, PEER, START, TOPIC, config, drain, envelope_of, events, full_status, join};

#[test]
fn on_every_node_at_the_end_of_the_second() {
    let mut network = Network::row(3);
    let [short, long] = [(5, 1), (9, 2)].map(|(ttl, n)| envelope_of(START, ttl, TOPIC, 50, n));
    network.post(0, &short);
    network.post(0, &long);
    network.advance(5_999);
    assert!((0..3).all(|node| network.holds(node, short.hash())));
    network.advance(1);
    assert!((0..3).all(|node| !network.holds(node, short.hash())));
    assert!((0..3).all(|node| network.holds(node, long.hash())));
    network.advance(60_000);
    assert!(network.nodes.iter().all(|node| node.pool().is_empty()));
    assert!(
        network
            .nodes
            .iter()
            .all(|node| node.poll_timeout().is_none())
    );
    // Only who posted it hears of its end.
    let expired = |events: &[Event]| -> Vec<_> {
        let hash = |event: &Event| match event {
            Event::Expired(hash) => Some(*hash),
            _ => None,
        };
        events.iter().filter_map(hash).collect()
    };
    assert_eq!(expired(&network.events[0]), [short.hash(), long.hash()]);
    assert_eq!(expired(&network.events[1]), []);
}

#[test]
fn what_expired_in_a_queue_is_not_sent() {
    let mut node = Whisper::new(config());
    join(&mut node, PEER, full_status(), PeerOptions::default());
    let [short, long] = [(5, 1), (60, 2)].map(|(ttl, n)| envelope_of(START, ttl, TOPIC, 50, n));
    node.post(&short, START).unwrap();
    node.post(&long, START).unwrap();
    node.handle_timeout(START + 10_000);
    let sent: Vec<_> = drain(&mut node, PEER)
        .iter()
        .flat_map(support::hashes)
        .collect();
    assert_eq!(sent, [long.hash()]);
    assert!(matches!(
        events(&mut node)[..],
        [Event::Expired(_), Event::Sent { .. }]
    ));
}

#[test]
fn a_new_envelope_in_an_old_place_is_unknown_to_the_peer() {
    let mut node = Whisper::new(config());
    join(&mut node, PEER, full_status(), PeerOptions::default());
    let first = envelope_of(START, 5, TOPIC, 50, 1);
    node.post(&first, START).unwrap();
    assert_eq!(drain(&mut node, PEER).len(), 1);
    let later = START + 20_000;
    let second = envelope_of(later, 5, TOPIC, 50, 2);
    node.post(&second, later).unwrap();
    let sent: Vec<_> = drain(&mut node, PEER)
        .iter()
        .flat_map(support::hashes)
        .collect();
    assert_eq!(sent, [second.hash()]);
}
