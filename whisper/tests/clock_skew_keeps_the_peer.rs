//! Clocks that disagree cost envelopes, never connections: problem 5 of those known from elsewhere,
//! where a "future" envelope disconnected the peer.
#![cfg(test)]

mod support;

use status_whisper::DropReason;
use status_whisper::packets::code;
use support::{PEER, START, TOPIC, batch, config, envelope_of, node_with_peer};

#[test]
fn whatever_the_skew() {
    const TTL: u32 = 15;
    for skew in -120..=120i64 {
        let mut node = node_with_peer(config());
        // The peer's clock is ahead by `skew`.
        let theirs = START.saturating_add_signed(skew * 1000);
        for n in 0..20 {
            let payload = batch(&[envelope_of(theirs, TTL, TOPIC, 50, n)]);
            node.handle_packet(PEER, code::MESSAGES, payload, START)
                .unwrap();
        }
        let drops = node.counters().drops;
        let outcome = match skew {
            11.. => drops.of(DropReason::FromFuture),
            -15..=10 => node.counters().envelopes_new,
            -35..=-16 => drops.of(DropReason::Expired),
            _ => drops.of(DropReason::VeryOld),
        };
        assert_eq!(outcome, 20, "skew {skew}");
        assert_eq!(node.clock_skew(), Some(skew));
        assert!(node.peer(PEER).is_some());
    }
}
