//! How many bytes a message of 200 bytes takes on the wire, with its acknowledgement.
#![cfg(test)]

mod support;

use rand::{RngExt, SeedableRng, rngs::StdRng};
use status_mvds::{Config, Draft, GroupId, GroupSettings};
use support::*;

const MESSAGES: usize = 1_000;

/// Bytes on the wire for each message, if each packet is lost with a probability of `lost` percent.
fn cost(max_payload: usize, lost: u32, seed: u64) -> f64 {
    let group = GroupId::from([9; 32]);
    let config = Config {
        max_payload,
        ..Config::default()
    };
    let mut alice = Side::new("alice", config.clone());
    let mut bob = Side::new("bob", config);
    alice.join(&group, GroupSettings::default(), &["bob"]);
    bob.join(&group, GroupSettings::default(), &["alice"]);
    for number in 0..MESSAGES {
        let mut body = vec![7; 200];
        body[..8].copy_from_slice(&number.to_le_bytes());
        let draft = Draft {
            timestamp: Some(1_600_000_000),
            ..Draft::from(body)
        };
        alice.append(&group, draft, 0);
    }
    let mut rng = StdRng::seed_from_u64(seed);
    let mut sides = [alice, bob];
    let bytes = run(&mut sides, 0, 100_000, &mut |_| {
        rng.random_range(0..100) < lost
    });
    assert_eq!(sides[1].delivered.len(), MESSAGES);
    bytes as f64 / MESSAGES as f64
}

#[test]
fn without_loss_290_bytes_at_most() {
    assert!(cost(usize::MAX, 0, 1) <= 290.0);
    assert!(cost(1_024, 0, 1) <= 290.0, "splitting costs nothing");
}

#[test]
fn with_a_fifth_lost_each_way_at_most_1_6_times_that() {
    // Sixteen acknowledgements share a packet and its fate, so that one run says little.
    let seeds = 10;
    let cost = (0..seeds).map(|seed| cost(600, 20, seed)).sum::<f64>() / seeds as f64;
    assert!(cost <= 1.6 * 290.0, "{cost} B");
    assert!(cost >= 1.3 * 290.0, "{cost} B: was anything lost?");
}
