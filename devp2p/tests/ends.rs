//! How a session ends: by either application, by silence, by a lost connection.
#![cfg(test)]

mod common;

use bytes::{Bytes, BytesMut};
use common::Pair;
use status_devp2p::session::{HELLO_TIMEOUT_MS, IDLE_TIMEOUT_MS, PING_INTERVAL_MS};
use status_devp2p::{Closed, DisconnectReason, SendError, SessionError, SessionEvent};

fn closed(closed: Closed) -> SessionEvent {
    SessionEvent::Disconnected(closed)
}

#[test]
fn every_reason_reaches_the_other_side() {
    let reasons = DisconnectReason::NAMED.iter().copied();
    for reason in reasons.chain([12, 17, 200, u64::MAX].map(DisconnectReason::from)) {
        let mut pair = Pair::established();
        pair.a.session.disconnect(reason);
        pair.a.session.disconnect(DisconnectReason::UselessPeer);
        pair.exchange(0);
        assert_eq!(pair.a.take_events(), [closed(Closed::ByUs(reason))]);
        assert_eq!(pair.b.take_events(), [closed(Closed::ByPeer(reason))]);
        assert_eq!(
            pair.a.session.send(0, 0, Bytes::new()),
            Err(SendError::Closed)
        );
        assert!(pair.a.session.is_closed() && pair.b.session.is_closed());
        assert_eq!(pair.a.session.poll_timeout(), None);
    }
}

#[test]
fn what_was_accepted_goes_out_before_disconnect() {
    let mut pair = Pair::established();
    pair.a
        .session
        .send(0, 5, Bytes::from_static(b"last words"))
        .unwrap();
    pair.a.session.disconnect(DisconnectReason::ClientQuitting);
    pair.exchange(0);
    let events = pair.b.take_events();
    assert!(
        matches!(&events[0], SessionEvent::Message { code: 5, .. }),
        "{events:?}"
    );
    assert_eq!(
        events[1..],
        [closed(Closed::ByPeer(DisconnectReason::ClientQuitting))]
    );
    assert_eq!(pair.a.session.counters().unsent_messages, 0);
}

#[test]
fn a_peer_too_many_is_told_so_instead_of_hello() {
    let mut pair = Pair::new();
    pair.a.session.disconnect(DisconnectReason::TooManyPeers);
    pair.exchange(0);
    assert_eq!(
        pair.b.take_events(),
        [closed(Closed::ByPeer(DisconnectReason::TooManyPeers))]
    );
}

#[test]
fn a_disconnect_before_our_hello_left_still_brings_the_messages() {
    let mut pair = Pair::new();
    pair.a.session.poll_transmit(&mut pair.b.incoming);
    pair.b.receive(0);
    pair.b.session.send(0, 5, vec![0; 3000].into()).unwrap();
    pair.b.session.disconnect(DisconnectReason::ClientQuitting);
    pair.exchange(0);
    let events = pair.a.take_events();
    assert!(
        matches!(&events[0], SessionEvent::Established { .. }),
        "{events:?}"
    );
    assert!(
        matches!(&events[1], SessionEvent::Message { code: 5, .. }),
        "{events:?}"
    );
    assert_eq!(
        events[2],
        closed(Closed::ByPeer(DisconnectReason::ClientQuitting))
    );
}

#[test]
fn pings_keep_an_idle_connection_for_a_day() {
    let mut pair = Pair::established();
    for now in (0..=24 * 3_600_000).step_by(5000) {
        for side in [&mut pair.a, &mut pair.b] {
            if side.session.poll_timeout().unwrap() <= now {
                side.session.handle_timeout(now);
            }
        }
        pair.exchange(now);
    }
    assert!(pair.a.session.is_established() && pair.b.session.is_established());
}

#[test]
fn a_ping_goes_out_every_15_seconds_and_silence_ends_after_30() {
    let mut pair = Pair::established();
    let mut out = BytesMut::new();
    assert_eq!(pair.a.session.poll_timeout(), Some(PING_INTERVAL_MS));
    pair.a.session.handle_timeout(PING_INTERVAL_MS - 1);
    assert!(!pair.a.session.poll_transmit(&mut out));
    pair.a.session.handle_timeout(PING_INTERVAL_MS);
    assert!(pair.a.session.poll_transmit(&mut out));
    pair.a.session.handle_timeout(IDLE_TIMEOUT_MS - 1);
    assert!(pair.a.session.is_established());
    pair.a.session.handle_timeout(IDLE_TIMEOUT_MS);
    pair.a.receive(IDLE_TIMEOUT_MS);
    assert!(pair.a.session.is_closed());
    let event = pair.a.session.poll_event();
    let last = pair.a.take_events().pop().or(event);
    assert_eq!(last, Some(closed(Closed::Fault(SessionError::IdleTimeout))));
}

#[test]
fn a_driver_that_paused_does_not_blame_the_peer() {
    let mut pair = Pair::established();
    pair.a.session.resume(IDLE_TIMEOUT_MS);
    pair.a.session.handle_timeout(2 * IDLE_TIMEOUT_MS - 1);
    assert!(pair.a.session.is_established());
    pair.a.session.handle_timeout(2 * IDLE_TIMEOUT_MS);
    assert!(pair.a.session.is_closed());
}

#[test]
fn hello_must_come_within_5_seconds() {
    let mut pair = Pair::new();
    assert_eq!(pair.a.session.poll_timeout(), Some(HELLO_TIMEOUT_MS));
    pair.a.session.handle_timeout(HELLO_TIMEOUT_MS - 1);
    assert!(!pair.a.session.is_closed());
    pair.a.session.handle_timeout(HELLO_TIMEOUT_MS);
    let event = pair.a.session.poll_event();
    assert_eq!(
        event,
        Some(closed(Closed::Fault(SessionError::HelloTimeout)))
    );
    assert_eq!(
        SessionError::HelloTimeout.reason(),
        DisconnectReason::ReadTimeout
    );
}

#[test]
fn a_connection_lost_in_the_middle_of_a_frame_is_told_from_one_between() {
    for (cut, mid_frame) in [(0, false), (10, true), (32, true), (50, true)] {
        let mut pair = Pair::established();
        pair.a.session.send(0, 5, vec![9; 300].into()).unwrap();
        pair.a.session.send(0, 6, Bytes::new()).unwrap();
        let mut wire = BytesMut::new();
        pair.a.session.poll_transmit(&mut wire);
        pair.b.incoming.extend_from_slice(&wire[..cut]);
        pair.b.receive(0);
        pair.b.session.send(0, 5, Bytes::new()).unwrap();
        pair.b.session.handle_end(&pair.b.incoming);
        let event = pair.b.session.poll_event();
        assert_eq!(
            event,
            Some(closed(Closed::Fault(SessionError::Lost { mid_frame }))),
            "{cut}"
        );
        assert!(
            !pair.b.session.poll_transmit(&mut wire),
            "nobody is there to read"
        );
        assert_eq!(pair.b.session.counters().unsent_messages, 1);
    }
}
