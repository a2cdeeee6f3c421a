//! Nothing is sent to a peer that is known to hold it: problem 7 of those known from elsewhere, a
//! hundred times the bandwidth that the same chat needs.
#![cfg(test)]

mod support;

use status_whisper::packets::code;
use status_whisper::{PeerId, PeerOptions};
use support::{
    PEER, START, batch, config, drain, envelope, full_status, hashes, join, node_with_peer,
};

const OTHER: PeerId = PeerId(5);

#[test]
fn not_to_the_peer_that_sent_it() {
    let mut node = node_with_peer(config());
    join(&mut node, OTHER, full_status(), PeerOptions::default());
    let envelope = envelope(1);
    let payload = batch(std::slice::from_ref(&envelope));
    node.handle_packet(PEER, code::MESSAGES, payload, START)
        .unwrap();
    assert!(
        drain(&mut node, PEER)
            .iter()
            .all(|packet| packet.code != code::MESSAGES)
    );
    let sent = drain(&mut node, OTHER);
    assert_eq!(
        sent.iter().flat_map(hashes).collect::<Vec<_>>(),
        [envelope.hash()]
    );
}

#[test]
fn not_to_a_peer_that_sends_it_while_it_waits_in_the_queue() {
    let mut node = node_with_peer(config());
    join(&mut node, OTHER, full_status(), PeerOptions::default());
    let payload = batch(&[envelope(1)]);
    for peer in [PEER, OTHER] {
        node.handle_packet(peer, code::MESSAGES, payload.clone(), START)
            .unwrap();
    }
    for peer in [PEER, OTHER] {
        assert!(
            drain(&mut node, peer)
                .iter()
                .all(|packet| packet.code != code::MESSAGES)
        );
    }
    assert_eq!(node.counters().duplicates, 1);
    assert_eq!(node.peers_with_output().count(), 0);
}

#[test]
fn not_again_to_a_peer_that_changes_what_it_wants() {
    let mut node = node_with_peer(config());
    node.post(&envelope(1), START).unwrap();
    assert_eq!(drain(&mut node, PEER).len(), 1);
    for pow in [100.0, 0.0] {
        let payload = status_whisper::packets::PowRequirement(pow).encode();
        node.handle_packet(PEER, code::POW_REQUIREMENT, payload, START)
            .unwrap();
    }
    node.handle_timeout(START + 2000);
    assert_eq!(drain(&mut node, PEER), []);
}
