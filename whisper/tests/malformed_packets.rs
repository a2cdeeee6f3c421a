//! A packet that cannot be read ends the connection and changes nothing; an envelope that is merely
//! refused does not.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_whisper::packets::{Status, code};
use status_whisper::{Config, DropReason, PeerFault, PeerId, PeerOptions, Whisper};
use support::{PEER, START, batch, config, drain, envelope, events, full_status, join};

/// A node that serves history, with [`PEER`] trusted: nothing is refused for who sends it.
fn node() -> Whisper {
    let mut node = Whisper::new(Config {
        serves_history: true,
        ..config()
    });
    let options = PeerOptions {
        trusted: true,
        ..PeerOptions::default()
    };
    join(&mut node, PEER, full_status(), options);
    node
}

#[test]
fn of_each_code() {
    let garbage: &[(u64, &[u8])] = &[
        (code::MESSAGES, &[]),
        (code::MESSAGES, &[0x05]),
        (code::MESSAGES, &[0xc1, 0x80]),
        (code::MESSAGES, &[0xc2, 0xc1]),
        (code::MESSAGES, &[0xc0, 0x00]),
        (code::POW_REQUIREMENT, &[]),
        (code::POW_REQUIREMENT, &[0x88, 0x7f, 0xf8, 0, 0, 0, 0, 0, 1]),
        (code::BLOOM_FILTER, &[0x80]),
        (code::BLOOM_FILTER, &[0xc0]),
        (code::RATE_LIMITS, &[0xc2, 1, 2]),
        (code::BATCH_ACKNOWLEDGED, &[0x81, 0x80]),
        (code::MESSAGES_RESPONSE, &[0xc1, 1]),
        (code::MESSAGES_RESPONSE, &[0x80]),
        (code::SYNC_REQUEST, &[0xc0]),
        (code::SYNC_RESPONSE, &[0xc0]),
        (code::REQUEST_COMPLETE, &[0xc0]),
        (code::P2P_REQUEST, &[0xc0]),
        (code::P2P_MESSAGE, &[0x80]),
    ];
    for (code, payload) in garbage {
        let mut node = node();
        let before = (node.peer(PEER).unwrap().status, node.pool().len());
        let result = node.handle_packet(PEER, *code, Bytes::from_static(payload), START);
        assert!(
            matches!(&result, Err(PeerFault::Malformed { code: at, .. }) if at == code),
            "{code} {payload:02x?}: {result:?}"
        );
        assert_eq!((node.peer(PEER).unwrap().status, node.pool().len()), before);
        assert!(events(&mut node).is_empty());
        assert_eq!(drain(&mut node, PEER), []);
    }
}

#[test]
fn a_batch_counts_as_a_whole() {
    let mut node = node();
    let mut payload = batch(&[envelope(1), envelope(2)]).to_vec();
    *payload.last_mut().unwrap() = 0; // the nonce of the last, not canonical
    assert!(
        node.handle_packet(PEER, code::MESSAGES, payload.into(), START)
            .is_err()
    );
    assert!(node.pool().is_empty());
}

#[test]
fn of_the_handshake() {
    for payload in [&[][..], &[0x06], &[0xc0], &[0xc1, 5], &[0xc1, 0x80]] {
        let mut node = Whisper::new(config());
        node.add_peer(PEER, PeerOptions::default(), START).unwrap();
        let payload = Bytes::copy_from_slice(payload);
        let result = node.handle_packet(PEER, code::STATUS, payload, START);
        assert!(
            matches!(result, Err(PeerFault::Malformed { code: 0, .. })),
            "{result:?}"
        );
        assert_eq!(node.peer(PEER).unwrap().status, None);
    }
}

#[test]
fn larger_than_is_read() {
    let mut node = node();
    let limit = node.config().max_message_size;
    let payload = Bytes::from(vec![0; limit + 1]);
    let too_large = PeerFault::PacketTooLarge {
        code: 99,
        size: limit + 1,
        limit,
    };
    assert_eq!(
        node.handle_packet(PEER, 99, payload.clone(), START),
        Err(too_large)
    );
    assert_eq!(
        node.handle_packet(PEER, 99, payload.slice(1..), START),
        Ok(())
    );
}

#[test]
fn an_unknown_code_is_no_fault() {
    let mut node = node();
    for code in [4, 10, 13, 19, 21, 122, 128, u64::MAX] {
        node.handle_packet(PEER, code, Bytes::from_static(b"x"), START)
            .unwrap();
    }
    assert_eq!(node.counters().drops.of(DropReason::UnknownCode), 8);
}

#[test]
fn others_are_still_served() {
    let mut node = node();
    let other = PeerId(5);
    join(&mut node, other, Status::default(), PeerOptions::default());
    assert!(
        node.handle_packet(PEER, code::MESSAGES, Bytes::new(), START)
            .is_err()
    );
    node.remove_peer(PEER);
    node.handle_packet(other, code::MESSAGES, batch(&[envelope(1)]), START)
        .unwrap();
    assert_eq!(node.pool().len(), 1);
}
