//! Whatever the network does with messages, one that is in order can be read: lists of actions of
//! four devices, of which one is hostile.
#![cfg(test)]

mod network;

use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]
    #[test]
    fn every_genuine_message_is_read(actions in proptest::collection::vec(any::<[u8; 4]>(), 0..160)) {
        network::run(&actions);
    }
}

/// Alice to Bob, n messages, Bob reads only the last, and so on in turns.
#[test]
fn reading_only_every_tenth_message_loses_none() {
    let mut actions = Vec::new();
    for turn in 0..6u8 {
        let (from, to) = if turn % 2 == 0 { (0, 1) } else { (1, 0) };
        actions.extend([[0, from, to, 0]; 10]);
        actions.push([5, 0, 0, to]);
        actions.push([15, 0, 0, 1]);
    }
    network::run(&actions);
}

#[test]
fn damage_of_every_kind_changes_nothing() {
    let mut actions = vec![[0, 0, 1, 0], [5, 0, 0, 1], [0, 1, 0, 0], [5, 0, 0, 0]];
    actions.extend([[0, 0, 1, 0]; 3]);
    for how in 0..=255 {
        actions.push([11, 0, how % 5, how]);
    }
    network::run(&actions);
}
