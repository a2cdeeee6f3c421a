//! How many messages may be missing, how long the keys of those that are stay, and that a message
//! that was read can be read again until it is confirmed.
#![cfg(test)]

mod people;

use people::Device;
use status_conversational_security::ratchet::{MAX_GAP, MAX_KEYS_PER_SESSION, RatchetError};
use status_conversational_security::{Encrypted, Unreadable};

fn talking() -> (Device, Device) {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    assert!(bob.confirm(&sent.message));
    (alice, bob)
}

fn burst(alice: &mut Device, bob: &Device, count: usize) -> Vec<Encrypted> {
    let texts = (0..count).map(|number| number.to_string());
    texts.map(|text| alice.write(bob, &text)).collect()
}

fn kept(device: &Device) -> usize {
    device.store.all_message_keys().count()
}

#[test]
fn a_thousand_may_be_missing_and_all_of_them_are_read_later() {
    let (mut alice, mut bob) = talking();
    let sent = burst(&mut alice, &bob, MAX_GAP as usize + 1);
    assert_eq!(bob.read(&alice, &sent[1000]), "1000");
    assert_eq!(kept(&bob), 1001);
    for number in (0..1000).rev() {
        assert_eq!(bob.read(&alice, &sent[number]), number.to_string());
        assert!(bob.confirm(&sent[number].message));
    }
    assert_eq!(kept(&bob), 1, "the last was not confirmed");
}

/// Of one missing more the message is refused, and what lies inside the window still reads.
#[test]
fn one_more_is_refused_and_nothing_is_lost() {
    let (mut alice, mut bob) = talking();
    let sent = burst(&mut alice, &bob, 1002);
    let reason = bob.refuse(&alice, &sent[1001].message);
    assert_eq!(
        reason,
        Unreadable::Ratchet(RatchetError::Gap { missing: 1001 })
    );
    assert_eq!(kept(&bob), 0);
    assert_eq!(bob.read(&alice, &sent[1000]), "1000");
    assert_eq!(bob.read(&alice, &sent[1001]), "1001");
}

/// The oldest keys make room, so new messages never fail for want of it (doubleratchet PR 5).
#[test]
fn beyond_2000_keys_the_oldest_go_first() {
    let (mut alice, mut bob) = talking();
    let sent = burst(&mut alice, &bob, 3003);
    for last in [1000, 2001, 3002] {
        assert_eq!(bob.read(&alice, &sent[last]), last.to_string());
    }
    assert_eq!(kept(&bob), MAX_KEYS_PER_SESSION);
    let gone = bob.refuse(&alice, &sent[1002].message);
    let next = 3004;
    assert_eq!(
        gone,
        Unreadable::Ratchet(RatchetError::KeyGone { n: 1003, next })
    );
    assert_eq!(bob.read(&alice, &sent[1003]), "1003");
    assert_eq!(bob.read(&alice, &sent[3001]), "3001");
    let sent = alice.write(&bob, "and on");
    assert_eq!(bob.read(&alice, &sent), "and on");
}

/// A key that is not used is dropped after 3,000 later ones, however few are kept.
#[test]
fn a_key_is_dropped_3000_keys_later() {
    let (mut alice, mut bob) = talking();
    let sent = burst(&mut alice, &bob, 3002);
    for (number, one) in sent.iter().enumerate().skip(1) {
        assert_eq!(bob.read(&alice, one), number.to_string());
        assert!(bob.confirm(&one.message));
        // Keys made so far: one for "hello", one for message 0, and those read.
        let is_kept = number + 2 <= 3000;
        assert_eq!(kept(&bob), usize::from(is_kept), "after message {number}");
    }
}

#[test]
fn a_message_reads_again_until_it_is_confirmed() {
    let (mut alice, mut bob) = talking();
    let sent = alice.write(&bob, "once");
    for _ in 0..3 {
        assert_eq!(bob.read(&alice, &sent), "once");
    }
    assert!(bob.confirm(&sent.message));
    assert!(!bob.confirm(&sent.message));
    let reason = bob.refuse(&alice, &sent.message);
    assert!(
        matches!(reason, Unreadable::Ratchet(RatchetError::KeyGone { .. })),
        "{reason}"
    );
    assert_eq!(kept(&bob), 0);
}

/// The same ciphertext in another envelope has another id; either confirms it.
#[test]
fn the_last_four_ids_confirm_a_message() {
    let (mut alice, mut bob) = talking();
    let sent = alice.write(&bob, "once");
    for id in 1..=5 {
        assert!(bob.handle(&alice, &sent.message, &[id; 32]).result.is_ok());
    }
    let confirm = |bob: &mut Device, id| bob.endpoint.confirm(&mut bob.store, &[id; 32]);
    assert_eq!(confirm(&mut bob, 1), Ok(false));
    assert_eq!(kept(&bob), 1);
    assert_eq!(confirm(&mut bob, 2), Ok(true));
    assert_eq!(kept(&bob), 0);
    assert_eq!(confirm(&mut bob, 5), Ok(false));
}
