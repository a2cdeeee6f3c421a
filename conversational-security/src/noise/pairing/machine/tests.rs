//! Attacks by somebody who knows the code, and devices that break the rules from inside.

use super::*;
use rand::{SeedableRng, rngs::StdRng};

const NOW: u64 = 1_600_000_000_000;

fn rng() -> StdRng {
    StdRng::seed_from_u64(1)
}

fn display() -> Pairing {
    Pairing::display(&SecretKey::from_bytes(&[1; 32]), 60_000, NOW, &mut rng()).unwrap()
}

fn pass(from: &mut Pairing, to: &mut Pairing) -> Result<(), PairingError> {
    while let Some(message) = from.poll_transmit() {
        to.handle_message(message, NOW)?;
    }
    Ok(())
}

fn comparing() -> (Pairing, Pairing) {
    let mut shown = display();
    let key = SecretKey::from_bytes(&[2; 32]);
    let mut scanned = Pairing::scan(shown.code(), &key, NOW, &mut rng()).unwrap();
    for _ in 0..2 {
        pass(&mut scanned, &mut shown).unwrap();
        pass(&mut shown, &mut scanned).unwrap();
    }
    (shown, scanned)
}

/// Somebody who read the code answers it in the place of the device that shows it. He has the
/// secret, so all decrypts, but he cannot open the commitment to the true key.
#[test]
fn another_key_than_the_code_commits_to_is_refused() {
    let shown = display();
    let his = SecretKey::from_bytes(&[6; 32]);
    let framed = shown
        .code()
        .handshake(&his, Role::Responder, &mut rng())
        .unwrap();
    let State::Displaying { opening, .. } = &shown.state else {
        panic!("not displaying")
    };
    let opening = opening.clone();
    let state = State::Displaying { framed, opening };
    let mut attacker = Pairing::new(shown.code().clone(), state, NOW + 1);
    let key = SecretKey::from_bytes(&[2; 32]);
    let mut scanned = Pairing::scan(shown.code(), &key, NOW, &mut rng()).unwrap();
    let first = scanned.poll_transmit().unwrap();
    attacker.handle_message(first.clone(), NOW).unwrap();
    let refused = pass(&mut attacker, &mut scanned);
    assert_eq!(refused, Err(PairingError::WrongCommitment));
    // And the true device is still heard.
    assert_eq!(scanned.state(), PairingState::Handshaking);
    let mut shown = shown;
    shown.handle_message(first, NOW).unwrap();
    pass(&mut shown, &mut scanned).unwrap();
    assert_eq!(scanned.state(), PairingState::Comparing);
}

/// The device that takes the code must hold to the key of its first message: else it could try keys
/// until the digits are those it wants.
#[test]
fn another_key_than_the_first_message_commits_to_is_refused() {
    let mut shown = display();
    let key = SecretKey::from_bytes(&[2; 32]);
    let mut scanned = Pairing::scan(shown.code(), &key, NOW, &mut rng()).unwrap();
    pass(&mut scanned, &mut shown).unwrap();
    if let State::Scanned { opening, .. } = &mut scanned.state {
        *opening = Zeroizing::new([0; 32]);
    }
    pass(&mut shown, &mut scanned).unwrap();
    let refused = pass(&mut scanned, &mut shown);
    assert_eq!(refused, Err(PairingError::WrongCommitment));
    assert_eq!(shown.state(), PairingState::Handshaking);
    assert_eq!(shown.digits(), None);
}

#[test]
fn secrets_from_a_device_that_did_not_wait_for_the_user_are_refused() {
    let (mut shown, mut scanned) = comparing();
    let encoded = Bundle::default().encode().unwrap();
    let joined = scanned.joined().unwrap();
    let part = joined.say(parts(&encoded).next().unwrap()).unwrap();
    let refused = shown.handle_message(part.clone(), NOW);
    assert_eq!(refused, Err(PairingError::Unconfirmed));
    // It was refused, not lost: after the user has confirmed the same message is taken.
    shown.confirm(NOW).unwrap();
    shown.handle_message(part, NOW).unwrap();
    let events: Vec<_> = std::iter::from_fn(|| shown.poll_event()).collect();
    let received = PairingEvent::Received(Box::default());
    assert_eq!(events[1..], [PairingEvent::Paired, received]);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let (mut shown, mut scanned) = comparing();
    for nonsense in [
        Message::Confirm { seen: true },
        Message::Received { digest: [1; 32] },
        Message::Part {
            index: 9,
            count: 3,
            content: &[1],
        },
    ] {
        let message = scanned.joined().unwrap().say(nonsense).unwrap();
        assert!(shown.handle_message(message, NOW).is_err());
        assert_eq!(shown.state(), PairingState::Comparing);
        assert_eq!(shown.poll_transmit(), None);
    }
}

#[test]
fn the_digits_are_a_number_below_a_hundred_million_from_the_hash() {
    assert_eq!(Digits(7).to_string(), "0000 0007");
    assert_eq!(Digits(12_345_678).to_string(), "1234 5678");
    let one = Digits::of_handshake(&[1; 32]);
    assert_eq!(one, Digits::of_handshake(&[1; 32]));
    assert_ne!(one, Digits::of_handshake(&[2; 32]));
}
