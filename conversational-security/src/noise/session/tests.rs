//! Sessions over their whole life, the last numbers included.

use super::*;
use crate::noise::{Handshake, NAMETAGS_AHEAD, Parameters, Pattern, SecretKey};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

/// The two ends of a session whose counters stand at `number`.
fn pair_at(number: u64) -> (Session, Session) {
    let rng = &mut StdRng::seed_from_u64(1);
    let mut side = |role| {
        let parameters = Parameters {
            pattern: Pattern::Xx,
            role,
            local: SecretKey::random(rng),
            remote: None,
            pre_shared: None,
            prologue: Vec::new(),
        };
        Handshake::new(parameters, rng).unwrap()
    };
    let (mut alice, mut bob) = (side(Role::Initiator), side(Role::Responder));
    bob.read_message(&alice.write_message(&[]).unwrap())
        .unwrap();
    alice
        .read_message(&bob.write_message(&[]).unwrap())
        .unwrap();
    bob.read_message(&alice.write_message(&[]).unwrap())
        .unwrap();
    (
        Session::starting_at(alice.split().unwrap(), Role::Initiator, number),
        Session::starting_at(bob.split().unwrap(), Role::Responder, number),
    )
}

#[test]
fn texts_of_every_length_around_a_block_pass_both_ways() {
    let (mut alice, mut bob) = pair_at(0);
    for len in [0, 1, 247, 248, 249, 496, MAX_TEXT_LEN] {
        let text: Vec<u8> = (0..len).map(|i| i as u8).collect();
        let message = alice.encrypt(&text).unwrap();
        assert_eq!((message.len() - 26 - 16) % PADDING_BLOCK, 0);
        assert_eq!(bob.handle_message(message).unwrap()[..], text[..]);
        let message = bob.encrypt(&text).unwrap();
        assert_eq!(alice.handle_message(message).unwrap()[..], text[..]);
    }
    let (len, max) = (MAX_TEXT_LEN + 1, MAX_TEXT_LEN);
    let refused = alice.encrypt(&vec![0; len]);
    assert_eq!(refused, Err(NoiseError::TooLarge { len, max }));
    assert_eq!(alice.sent(), 7);
}

#[test]
fn the_numbers_end_and_none_is_used_twice() {
    let (mut alice, mut bob) = pair_at(u64::MAX - 2);
    let one = alice.encrypt(b"one").unwrap();
    let two = alice.encrypt(b"two").unwrap();
    for _ in 0..3 {
        assert_eq!(alice.encrypt(b"three"), Err(NoiseError::Exhausted));
    }
    assert_eq!(bob.handle_message(two).unwrap()[..], b"two"[..]);
    assert_eq!(bob.handle_message(one.clone()).unwrap()[..], b"one"[..]);
    assert_eq!(bob.handle_message(one), Err(NoiseError::AlreadyRead));
}

#[test]
fn no_changed_byte_is_accepted_and_the_true_message_still_is() {
    let (mut alice, mut bob) = pair_at(0);
    let message = alice.encrypt(b"text").unwrap();
    for place in 0..message.len() {
        let mut changed = message.to_vec();
        changed[place] ^= 1;
        assert!(bob.handle_message(changed.into()).is_err(), "{place}");
    }
    assert_eq!((bob.missing(), bob.lost()), (0, 0));
    assert_eq!(bob.handle_message(message).unwrap()[..], b"text"[..]);
}

#[test]
fn keys_after_the_handshake_are_refused() {
    let (mut alice, mut bob) = pair_at(0);
    let message = alice.encrypt(b"text").unwrap();
    let mut payload = Payload::decode(message).unwrap();
    payload.keys.push(crate::noise::PayloadKey::Clear([9; 32]));
    assert_eq!(
        bob.handle_message(payload.encode()),
        Err(NoiseError::Malformed)
    );
}

#[test]
fn ones_own_messages_and_those_of_other_sessions_are_not_expected() {
    let (mut alice, mut bob) = pair_at(0);
    let message = alice.encrypt(b"text").unwrap();
    let nametag = Payload::decode(message.clone()).unwrap().nametag;
    assert!(bob.expects(&nametag) && !alice.expects(&nametag));
    assert_eq!(
        alice.handle_message(message.clone()),
        Err(NoiseError::UnknownNametag)
    );
    bob.handle_message(message).unwrap();
    assert!(!bob.expects(&nametag));
}

#[test]
fn nothing_secret_shows() {
    let (alice, _) = pair_at(0);
    let shown = format!("{alice:?}");
    assert!(shown.starts_with("Session { remote: StaticKey("));
    assert!(
        shown.ends_with("sent: 0, missing: 0, lost: 0, .. }"),
        "{shown}"
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    /// Whatever is lost, repeated, damaged or late: each message is read at most once, and every one
    /// that is not further ahead or behind than the window is read.
    #[test]
    fn a_message_inside_the_window_is_read_once(
        actions in proptest::collection::vec((0..60u64, 0..4u8), 1..40)
    ) {
        let (mut alice, mut bob) = pair_at(0);
        let mut messages = Vec::new();
        let mut read = std::collections::BTreeSet::new();
        let mut newest: Option<u64> = None;
        for (offset, action) in actions {
            let base = newest.map_or(0, |newest| newest.saturating_sub(10));
            let number = base + offset;
            while messages.len() as u64 <= number {
                let text = (messages.len() as u64).to_le_bytes();
                messages.push(alice.encrypt(&text).unwrap());
            }
            let message = messages[number as usize].clone();
            if action == 0 {
                let mut damaged = message.to_vec();
                let place = offset as usize * 3 % damaged.len();
                damaged[place] ^= 0x55;
                prop_assert!(bob.handle_message(damaged.into()).is_err());
                continue;
            }
            let ahead = number < newest.map_or(0, |newest| newest + 1) + NAMETAGS_AHEAD as u64;
            let result = bob.handle_message(message);
            if read.contains(&number) || !ahead {
                prop_assert!(result.is_err());
            } else {
                prop_assert_eq!(&result.unwrap()[..], &number.to_le_bytes()[..]);
                read.insert(number);
                newest = newest.max(Some(number));
            }
        }
    }
}
