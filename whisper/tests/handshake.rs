//! The status packet comes first, from both sides, and only its version is mandatory.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_whisper::packets::{Status, code};
use status_whisper::{
    AddPeerError, Config, DropReason, Event, PeerFault, PeerId, PeerOptions, RateLimiting, Whisper,
};
use support::{PEER, START, config, drain, envelope, events, full_status, join};

#[test]
fn what_is_sent_is_what_status_go_sends() {
    let mut node = Whisper::new(Config {
        min_pow: 0.002,
        ..Config::default()
    });
    node.add_peer(PEER, PeerOptions::default(), START).unwrap();
    let packets = drain(&mut node, PEER);
    assert_eq!((packets.len(), packets[0].code), (1, 0));
    // Captured from statusd of status-go v0.50.0.
    assert_eq!(
        hex::encode(&packets[0].payload),
        "d106883f60624dd2f1a9fc808001c3808080"
    );
}

#[test]
fn settings_are_announced() {
    let mut node = Whisper::new(Config {
        confirmations: status_whisper::Confirmations::Off,
        rate_limiting: Some(RateLimiting {
            per_address: 40,
            per_peer: 42,
            per_topic: 0,
            tolerance: 0,
        }),
        announce_light: true,
        ..config()
    });
    node.add_peer(PEER, PeerOptions::default(), START).unwrap();
    let payload = drain(&mut node, PEER).remove(0).payload;
    assert_eq!(hex::encode(payload), "c90680800180c3282a80");
}

#[test]
fn no_envelope_goes_before_the_peers_status() {
    let mut node = Whisper::new(config());
    node.add_peer(PEER, PeerOptions::default(), START).unwrap();
    node.post(&envelope(1), START).unwrap();
    assert_eq!(drain(&mut node, PEER).len(), 1);
    assert!(events(&mut node).is_empty());
    // The shortest status there is.
    node.handle_packet(PEER, code::STATUS, Bytes::from_static(&[0xc1, 6]), START)
        .unwrap();
    assert!(matches!(events(&mut node)[..], [Event::PeerReady(PEER)]));
    assert_eq!(drain(&mut node, PEER)[0].code, code::MESSAGES);
}

#[test]
fn a_change_before_the_status_went_out_is_in_the_status() {
    let mut node = Whisper::new(config());
    node.add_peer(PEER, PeerOptions::default(), START).unwrap();
    node.set_min_pow(3.0, START).unwrap();
    let packets = drain(&mut node, PEER);
    assert_eq!(packets.len(), 1);
    assert_eq!(
        Status::decode(&packets[0].payload).unwrap().pow_requirement,
        3.0
    );
    node.set_min_pow(4.0, START).unwrap();
    assert_eq!(drain(&mut node, PEER)[0].code, code::POW_REQUIREMENT);
}

#[test]
fn another_packet_before_the_status_is_a_fault() {
    for code in [1, 2, 3, 11, 12, 20, 21, 126, 127, 500] {
        let mut node = Whisper::new(config());
        node.add_peer(PEER, PeerOptions::default(), START).unwrap();
        let result = node.handle_packet(PEER, code, Bytes::from_static(&[0xc1, 6]), START);
        assert_eq!(result, Err(PeerFault::NoStatus { code }));
    }
}

#[test]
fn a_second_status_is_ignored_and_changes_nothing() {
    let mut node = Whisper::new(config());
    join(&mut node, PEER, full_status(), PeerOptions::default());
    let other = Status {
        pow_requirement: 9.0,
        ..Status::default()
    };
    node.handle_packet(PEER, code::STATUS, other.encode(), START)
        .unwrap();
    assert_eq!(node.peer(PEER).unwrap().status, Some(full_status()));
    assert_eq!(node.counters().drops.of(DropReason::RepeatedStatus), 1);
}

#[test]
fn a_peer_that_stays_silent_is_reported() {
    let mut node = Whisper::new(config());
    node.add_peer(PEER, PeerOptions::default(), START).unwrap();
    let due = node.poll_timeout().unwrap();
    assert_eq!(due, START + 10_001);
    node.handle_timeout(due - 1);
    assert!(events(&mut node).is_empty());
    node.handle_timeout(due);
    let fault = PeerFault::StatusTimeout { limit: 10_000 };
    assert!(matches!(&events(&mut node)[..],
        [Event::PeerFailed { peer: PEER, fault: other }] if *other == fault));
}

#[test]
fn peers_are_distinct_and_bounded() {
    let mut node = Whisper::new(Config {
        max_peers: 1,
        ..config()
    });
    let add = |node: &mut Whisper, peer| node.add_peer(peer, PeerOptions::default(), START);
    assert_eq!(add(&mut node, PEER), Ok(()));
    assert_eq!(add(&mut node, PEER), Err(AddPeerError::Duplicate(PEER.0)));
    assert_eq!(add(&mut node, PeerId(1)), Err(AddPeerError::TooMany(1)));
    node.remove_peer(PEER);
    assert_eq!(add(&mut node, PeerId(1)), Ok(()));
    // What its line still delivers is nobody's fault.
    node.handle_packet(PEER, code::MESSAGES, Bytes::new(), START)
        .unwrap();
    assert_eq!(node.counters().drops.of(DropReason::UnknownPeer), 1);
}
