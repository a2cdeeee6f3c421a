//! Who raises the work it demands takes less for ten more seconds, until its peers know: as
//! deployed.
#![cfg(test)]

mod support;

use status_whisper::packets::{BatchReport, MessagesResponse, PowRequirement, code};
use status_whisper::{Config, DropReason, InvalidPow, Whisper};
use support::{PEER, START, TOPIC, batch, config, drain, envelope_of, node_with_peer};

fn take(node: &mut Whisper, n: u64, now: u64) -> bool {
    let before = node.pool().len();
    let payload = batch(&[envelope_of(START, 60, TOPIC, 50, n)]);
    node.handle_packet(PEER, code::MESSAGES, payload, now)
        .unwrap();
    node.pool().len() > before
}

#[test]
fn for_ten_seconds() {
    let mut node = node_with_peer(config());
    node.set_min_pow(1e6, START).unwrap();
    let announced = drain(&mut node, PEER);
    assert_eq!(announced[0].payload, PowRequirement(1e6).encode());
    assert!(take(&mut node, 1, START + 9_999));
    assert!(!take(&mut node, 2, START + 10_000));
    assert_eq!(node.counters().drops.of(DropReason::LowPow), 1);
    // Afterwards the peer hears of it, with the code of a clock that is wrong, and is kept.
    let response = drain(&mut node, PEER)
        .into_iter()
        .rfind(|packet| packet.code == code::MESSAGES_RESPONSE)
        .unwrap();
    let response = MessagesResponse::decode(&response.payload).unwrap();
    let report = BatchReport::decode(&response.content).unwrap();
    assert_eq!(report.errors[0].code, 37);
}

#[test]
fn lowering_takes_effect_at_once() {
    let mut node = node_with_peer(Config {
        min_pow: 1e6,
        ..config()
    });
    assert!(!take(&mut node, 1, START));
    node.set_min_pow(0.0, START).unwrap();
    assert!(take(&mut node, 1, START));
}

#[test]
fn only_numbers_that_can_be_demanded() {
    let mut node = node_with_peer(config());
    for pow in [-1.0, f64::INFINITY] {
        assert_eq!(node.set_min_pow(pow, START), Err(InvalidPow(pow)));
    }
    assert!(node.set_min_pow(f64::NAN, START).is_err());
    assert_eq!(drain(&mut node, PEER), []);
}
