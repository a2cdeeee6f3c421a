//! Two devices that pair, as lists of actions of two users, the network, and somebody who has neither
//! the code nor the keys.

use arbitrary::{Arbitrary, Unstructured};
use bytes::Bytes;
use rand::SeedableRng;
use rand::rngs::StdRng;
use secp256k1::SecretKey as Identity;
use status_conversational_security::noise::SecretKey;
use status_conversational_security::noise::pairing::{
    AccountSecrets, Bundle, Digits, Pairing, PairingEvent, PairingState,
};

#[derive(Debug, Arbitrary)]
enum Action {
    /// The network carries the message at this place.
    Deliver {
        side: bool,
        place: u8,
    },
    /// The network loses it.
    Drop {
        side: bool,
        place: u8,
    },
    /// It comes, and stays on the network to come again.
    Replay {
        side: bool,
        place: u8,
    },
    /// A byte of a copy is changed.
    Corrupt {
        side: bool,
        place: u8,
        byte: u16,
        mask: u8,
    },
    /// Anybody's bytes.
    Forge {
        side: bool,
        bytes: Vec<u8>,
    },
    /// Time passes, in 500 ms.
    Wait {
        steps: u8,
    },
    /// The user confirms, if asked.
    Confirm {
        side: bool,
    },
    Reject {
        side: bool,
    },
    /// The device passes a bundle.
    Send {
        side: bool,
    },
}

const START: u64 = 1_600_000_000_000;

struct Side {
    pairing: Pairing,
    /// On their way to this side; the fuzzer's own bound on memory.
    network: Vec<Bytes>,
    digits: Option<Digits>,
    confirmed: bool,
    sent: bool,
    received: usize,
}

impl Side {
    fn new(pairing: Pairing) -> Self {
        let (network, digits) = (Vec::new(), None);
        let (confirmed, sent, received) = (false, false, 0);
        Self {
            pairing,
            network,
            digits,
            confirmed,
            sent,
            received,
        }
    }
}

fn bundle(side: usize) -> Bundle {
    let identity = Identity::from_byte_array([side as u8 + 1; 32]).unwrap();
    Bundle::of_account(AccountSecrets::new(&identity, Some("words".into())))
}

/// Plays the actions. Whatever happens: digits agree, nothing passes before both users confirmed, a
/// bundle arrives at most once and as it was sent, and what was changed is never accepted.
pub fn run(data: &[u8]) {
    let mut rng = StdRng::seed_from_u64(1);
    let key = SecretKey::from_bytes(&[1; 32]);
    let shown = Pairing::display(&key, 600_000, START, &mut rng).unwrap();
    let key = SecretKey::from_bytes(&[2; 32]);
    let scanned = Pairing::scan(shown.code(), &key, START, &mut rng).unwrap();
    let mut sides = [Side::new(shown), Side::new(scanned)];
    let mut now = START;
    let mut input = Unstructured::new(data);
    settle(&mut sides);
    for _ in 0..200 {
        let Ok(action) = Action::arbitrary(&mut input) else {
            break;
        };
        act(&mut sides, action, &mut now);
        settle(&mut sides);
    }
}

fn act(sides: &mut [Side; 2], action: Action, now: &mut u64) {
    match action {
        Action::Deliver { side, place } => {
            let side = &mut sides[usize::from(side)];
            if let Some(place) = at(side, place) {
                let message = side.network.remove(place);
                let _ = side.pairing.handle_message(message, *now);
            }
        }
        Action::Drop { side, place } => {
            let side = &mut sides[usize::from(side)];
            if let Some(place) = at(side, place) {
                side.network.remove(place);
            }
        }
        Action::Replay { side, place } => {
            let side = &mut sides[usize::from(side)];
            if let Some(place) = at(side, place) {
                let message = side.network[place].clone();
                let _ = side.pairing.handle_message(message, *now);
            }
        }
        Action::Corrupt {
            side,
            place,
            byte,
            mask,
        } => {
            let side = &mut sides[usize::from(side)];
            if let Some(place) = at(side, place).filter(|_| mask != 0) {
                let mut message = side.network[place].to_vec();
                let byte = usize::from(byte) % message.len();
                message[byte] ^= mask;
                refused(side, message.into(), *now);
            }
        }
        Action::Forge { side, bytes } => refused(&mut sides[usize::from(side)], bytes.into(), *now),
        Action::Wait { steps } => {
            *now += 500 * u64::from(steps);
            for side in sides {
                side.pairing.handle_timeout(*now);
                assert!(side.pairing.poll_timeout().is_none_or(|due| due > *now));
            }
        }
        Action::Confirm { side } => {
            let side = &mut sides[usize::from(side)];
            if side.pairing.confirm(*now).is_ok() {
                assert!(side.digits.is_some());
                side.confirmed = true;
            }
        }
        Action::Reject { side } => sides[usize::from(side)].pairing.reject(),
        Action::Send { side } => {
            let index = usize::from(side);
            let both = sides[0].confirmed && sides[1].confirmed;
            let side = &mut sides[index];
            if side.pairing.send(&bundle(index), *now).is_ok() {
                assert!(both && !side.sent);
                side.sent = true;
            }
        }
    }
}

/// What nobody wrote is refused, and changes nothing that can be seen.
fn refused(side: &mut Side, message: Bytes, now: u64) {
    let before = (side.pairing.state(), side.pairing.digits());
    assert!(side.pairing.handle_message(message, now).is_err());
    let over = matches!(side.pairing.state(), PairingState::Over(_));
    assert!(over || (side.pairing.state(), side.pairing.digits()) == before);
    assert!(side.pairing.poll_transmit().is_none());
}

fn at(side: &Side, place: u8) -> Option<usize> {
    usize::from(place).checked_rem(side.network.len())
}

/// Puts what both say on the network, and judges what they report.
fn settle(sides: &mut [Side; 2]) {
    for from in 0..2 {
        while let Some(message) = sides[from].pairing.poll_transmit() {
            if sides[1 - from].network.len() < 64 {
                sides[1 - from].network.push(message);
            }
        }
        while let Some(event) = sides[from].pairing.poll_event() {
            match event {
                PairingEvent::Compare(digits) => sides[from].digits = Some(digits),
                PairingEvent::Paired => assert!(sides[0].confirmed && sides[1].confirmed),
                PairingEvent::Received(got) => {
                    assert!(sides[0].confirmed && sides[1].confirmed && sides[1 - from].sent);
                    assert_eq!(*got, bundle(1 - from));
                    sides[from].received += 1;
                    assert_eq!(sides[from].received, 1);
                }
                PairingEvent::Delivered => assert_eq!(sides[1 - from].received, 1),
                _ => {}
            }
        }
    }
    if let [Some(one), Some(other)] = [sides[0].digits, sides[1].digits] {
        assert_eq!(one, other);
    }
}
