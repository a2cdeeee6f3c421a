//! An envelope crosses nodes that are not connected directly, at once and once per line.
#![cfg(test)]

mod support;

use support::{Network, START, TOPIC, envelope, envelope_of};

#[test]
fn along_a_row_of_three() {
    let mut network = Network::row(3);
    let envelope = envelope(1);
    network.post(0, &envelope);
    // No time passes: nothing waits for a tick.
    network.run();
    for node in 0..3 {
        assert!(network.holds(node, envelope.hash()), "node {node}");
    }
    assert_eq!(network.times_sent(0, 1, envelope.hash()), 1);
    assert_eq!(network.times_sent(1, 2, envelope.hash()), 1);
    assert!(network.faults.is_empty());
}

#[test]
fn bytes_are_passed_on_unchanged_and_in_order() {
    let mut network = Network::row(3);
    let envelopes: Vec<_> = (0..20)
        .map(|n| envelope_of(START, 10, TOPIC, 10 * n as usize, n))
        .collect();
    for envelope in &envelopes {
        network.post(0, envelope);
    }
    network.run();
    let pool = network.nodes[2].pool();
    let rlps: Vec<_> = pool
        .handles()
        .map(|handle| pool.rlp(handle).unwrap())
        .collect();
    assert_eq!(
        rlps,
        envelopes.iter().map(|e| &e.rlp()[..]).collect::<Vec<_>>()
    );
}

#[test]
fn around_a_ring_it_stops() {
    let mut network = Network::row(4);
    network.connect(3, 0);
    network.run();
    let envelope = envelope(1);
    network.post(0, &envelope);
    network.run();
    let counters: Vec<_> = network.nodes.iter().map(|node| *node.counters()).collect();
    assert_eq!(counters.iter().map(|c| c.envelopes_new).sum::<u64>(), 3);
    // Where both ways round meet one copy is one too many, and no more than that.
    assert!(counters.iter().map(|c| c.duplicates).sum::<u64>() <= 2);
}

#[test]
fn a_node_that_joins_later_gets_what_the_pool_holds_once() {
    let mut network = Network::row(2);
    let envelopes: Vec<_> = (0..5).map(envelope).collect();
    for envelope in &envelopes {
        network.post(0, envelope);
    }
    network
        .nodes
        .push(status_whisper::Whisper::new(support::config()));
    network.events.push(Vec::new());
    network.run();
    network.connect(1, 2);
    network.advance(3000);
    for envelope in &envelopes {
        assert_eq!(network.times_sent(1, 2, envelope.hash()), 1);
    }
}
