//! Two devices pair, whatever the network does, and nobody else gets anything.
#![cfg(test)]
#![cfg(feature = "noise")]

use bytes::Bytes;
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};
use secp256k1::{Secp256k1, SecretKey as Identity};
use status_conversational_security::noise::pairing::{
    AccountSecrets, Bundle, CLOCK_TOLERANCE_MS, Contact, Outcome, Pairing, PairingCode,
    PairingError, PairingEvent, PairingState, STEP_WITHIN_MS,
};
use status_conversational_security::noise::{NoiseError, SecretKey};

const NOW: u64 = 1_600_000_000_000;
const LIFETIME: u64 = 60_000;

fn key(byte: u8) -> SecretKey {
    SecretKey::from_bytes(&[byte; 32])
}

fn show(seed: u64) -> Pairing {
    Pairing::display(&key(1), LIFETIME, NOW, &mut StdRng::seed_from_u64(seed)).unwrap()
}

fn scan(code: &PairingCode, byte: u8, seed: u64) -> Pairing {
    Pairing::scan(code, &key(byte), NOW, &mut StdRng::seed_from_u64(seed)).unwrap()
}

/// The code as it comes through its text.
fn copied(shown: &Pairing) -> PairingCode {
    shown.code().to_text().parse().unwrap()
}

fn bundle(contacts: usize) -> Bundle {
    let identity = Identity::from_byte_array([9; 32]).unwrap();
    let contact = Contact {
        identity: identity.public_key(&Secp256k1::new()),
        name: "somebody".repeat(10),
        blocked: false,
    };
    Bundle {
        account: Some(AccountSecrets::new(&identity, Some("some words".into()))),
        contacts: vec![contact; contacts],
        installations: Vec::new(),
    }
}

fn take(pairing: &mut Pairing) -> Vec<Bytes> {
    std::iter::from_fn(|| pairing.poll_transmit()).collect()
}

fn events(pairing: &mut Pairing) -> Vec<PairingEvent> {
    std::iter::from_fn(|| pairing.poll_event()).collect()
}

/// Carries everything both ways until nobody has anything to say.
fn carry(one: &mut Pairing, other: &mut Pairing, now_ms: u64) {
    loop {
        let (out, back) = (take(one), take(other));
        if out.is_empty() && back.is_empty() {
            return;
        }
        out.into_iter()
            .for_each(|message| other.handle_message(message, now_ms).unwrap());
        back.into_iter()
            .for_each(|message| one.handle_message(message, now_ms).unwrap());
    }
}

/// Two devices that show their digits.
fn comparing() -> (Pairing, Pairing) {
    let mut shown = show(1);
    let mut scanned = scan(&copied(&shown), 2, 2);
    carry(&mut shown, &mut scanned, NOW);
    assert_eq!(shown.state(), PairingState::Comparing);
    (shown, scanned)
}

fn paired() -> (Pairing, Pairing) {
    let (mut shown, mut scanned) = comparing();
    shown.confirm(NOW).unwrap();
    scanned.confirm(NOW).unwrap();
    carry(&mut shown, &mut scanned, NOW);
    events(&mut shown);
    events(&mut scanned);
    assert_eq!(scanned.state(), PairingState::Paired);
    (shown, scanned)
}

#[test]
fn the_account_passes_either_way() {
    let (mut shown, mut scanned) = comparing();
    let digits = shown.digits().unwrap();
    assert_eq!(scanned.digits(), Some(digits));
    let text = digits.to_string();
    assert!(text.len() == 9 && text.chars().filter(char::is_ascii_digit).count() == 8);
    assert_eq!(events(&mut shown), [PairingEvent::Compare(digits)]);
    assert_eq!(shown.peer_key(), None);
    shown.confirm(NOW).unwrap();
    scanned.confirm(NOW).unwrap();
    carry(&mut shown, &mut scanned, NOW);
    assert_eq!(events(&mut shown), [PairingEvent::Paired]);
    assert_eq!(shown.peer_key(), Some(&key(2).public_key()));
    assert_eq!(scanned.peer_key(), Some(&key(1).public_key()));

    scanned.send(&bundle(3), NOW).unwrap();
    shown.send(&bundle(2_000), NOW).unwrap();
    carry(&mut shown, &mut scanned, NOW);
    let received = |contacts| PairingEvent::Received(Box::new(bundle(contacts)));
    let happened = events(&mut shown);
    assert!(happened.contains(&received(3)) && happened.contains(&PairingEvent::Delivered));
    let happened = events(&mut scanned);
    assert!(happened.contains(&received(2_000)) && happened.contains(&PairingEvent::Delivered));
    assert_eq!(shown.send(&bundle(1), NOW), Err(PairingError::SecondBundle));

    for pairing in [&mut shown, &mut scanned] {
        pairing.handle_timeout(NOW + STEP_WITHIN_MS);
        assert_eq!(events(pairing), [PairingEvent::Over(Outcome::Finished)]);
        assert_eq!(pairing.poll_timeout(), None);
    }
}

#[test]
fn a_code_works_once() {
    let mut shown = show(1);
    let code = copied(&shown);
    let (mut first, mut second) = (scan(&code, 2, 2), scan(&code, 3, 3));
    let late = take(&mut second).remove(0);
    for message in take(&mut first) {
        shown.handle_message(message, NOW).unwrap();
    }
    assert_eq!(shown.state(), PairingState::Handshaking);
    assert_eq!(
        shown.handle_message(late.clone(), NOW),
        Err(PairingError::CodeUsed)
    );
    carry(&mut shown, &mut first, NOW);
    assert_eq!(shown.handle_message(late, NOW), Err(PairingError::CodeUsed));
    assert_eq!(shown.state(), PairingState::Comparing);
}

#[test]
fn an_expired_code_is_refused_by_both() {
    let mut shown = show(1);
    let code = copied(&shown);
    assert_eq!(code.expires_ms(), NOW + LIFETIME);
    let mut scanned = scan(&code, 2, 2);
    let message = take(&mut scanned).remove(0);
    let (expired_ms, now_ms) = (NOW + LIFETIME, NOW + LIFETIME);
    let refused = shown.handle_message(message, now_ms);
    assert_eq!(refused, Err(PairingError::Expired { expired_ms, now_ms }));
    assert_eq!(shown.state(), PairingState::Over(Outcome::Expired));

    let limit = code.expires_ms() + CLOCK_TOLERANCE_MS;
    let mut rng = StdRng::seed_from_u64(4);
    assert!(Pairing::scan(&code, &key(2), limit - 1, &mut rng).is_ok());
    assert!(Pairing::scan(&code, &key(2), limit, &mut rng).is_err());
    for lifetime in [0, 600_001] {
        assert!(Pairing::display(&key(1), lifetime, NOW, &mut rng).is_err());
    }
}

#[test]
fn a_replayed_handshake_leads_nowhere() {
    let mut shown = show(1);
    let mut scanned = scan(&copied(&shown), 2, 2);
    let recorded = take(&mut scanned);
    // A new code of the same device: neither secret nor keys are those of the recording.
    let mut again = show(7);
    for message in &recorded {
        shown.handle_message(message.clone(), NOW).unwrap();
        let refused = again.handle_message(message.clone(), NOW);
        assert_eq!(
            refused,
            Err(PairingError::Noise(NoiseError::UnknownNametag))
        );
    }
    assert_eq!(again.state(), PairingState::Displaying);
}

#[test]
fn without_the_secret_nothing_is_answered() {
    let mut shown = show(1);
    let mut guessed = show(8);
    let mut stranger = scan(&copied(&guessed), 3, 3);
    let mut message = take(&mut stranger).remove(0).to_vec();
    // The nametag travels in clear, so somebody on the way can put it on a message of his own.
    message[..16].copy_from_slice(&shown.code().nametag().0);
    let refused = shown.handle_message(message.into(), NOW);
    assert_eq!(refused, Err(PairingError::Noise(NoiseError::Undecryptable)));
    assert_eq!(shown.state(), PairingState::Displaying);
    assert!(take(&mut shown).is_empty() && take(&mut guessed).is_empty());
}

#[test]
fn who_read_the_code_cannot_play_the_device_that_shows_it() {
    let shown = show(1);
    let code = copied(&shown);
    let mut scanned = scan(&code, 2, 2);
    // He answers in its place, with the code's secret but a static key of his own.
    let mut attacker = show(1);
    let mut forged =
        Pairing::display(&key(6), LIFETIME, NOW, &mut StdRng::seed_from_u64(1)).unwrap();
    assert_eq!(forged.code().nametag(), code.nametag());
    for message in take(&mut scanned) {
        // The commitment is part of what both must agree on, so he does not even get that far.
        let refused = forged.handle_message(message.clone(), NOW);
        assert_eq!(refused, Err(PairingError::Noise(NoiseError::Undecryptable)));
        attacker.handle_message(message, NOW).unwrap();
    }
    assert_eq!(scanned.state(), PairingState::Handshaking);
}

#[test]
fn a_man_in_the_middle_with_a_code_of_his_own_shows_other_digits() {
    for seed in 0..20 {
        let mut shown = show(seed);
        // He passes a code of his own on, and takes the true one himself.
        let mut his_shown = Pairing::display(
            &key(6),
            LIFETIME,
            NOW,
            &mut StdRng::seed_from_u64(90 + seed),
        )
        .unwrap();
        let mut his_scan = scan(&copied(&shown), 6, 50 + seed);
        let mut victim = scan(&copied(&his_shown), 2, 70 + seed);
        carry(&mut shown, &mut his_scan, NOW);
        carry(&mut his_shown, &mut victim, NOW);
        assert_eq!(shown.digits(), his_scan.digits());
        assert_ne!(shown.digits().unwrap(), victim.digits().unwrap());
        // The user sees that, and nothing has passed.
        victim.reject();
        shown.reject();
        carry(&mut his_shown, &mut victim, NOW);
        assert_eq!(
            his_shown.state(),
            PairingState::Over(Outcome::RejectedByPeer)
        );
        assert_eq!(his_scan.confirm(NOW), Ok(()));
        assert!(his_scan.send(&bundle(0), NOW).is_err());
    }
}

#[test]
fn nothing_passes_before_both_confirmed() {
    let (mut shown, mut scanned) = comparing();
    let comparing = Err(PairingError::State(PairingState::Comparing));
    assert_eq!(scanned.send(&bundle(1), NOW), comparing);
    scanned.confirm(NOW).unwrap();
    assert_eq!(scanned.send(&bundle(1), NOW), comparing);
    assert_eq!(scanned.confirm(NOW), comparing);
    carry(&mut shown, &mut scanned, NOW);
    assert_eq!(shown.state(), PairingState::Comparing);
    assert_eq!(shown.send(&bundle(1), NOW), comparing);
    shown.confirm(NOW).unwrap();
    assert_eq!(shown.state(), PairingState::Paired);
    assert_eq!(scanned.state(), PairingState::Comparing);
    carry(&mut shown, &mut scanned, NOW);
    assert_eq!(scanned.state(), PairingState::Paired);
}

#[test]
fn rejection_ends_it_on_both() {
    let (mut shown, mut scanned) = comparing();
    scanned.confirm(NOW).unwrap();
    carry(&mut shown, &mut scanned, NOW);
    events(&mut scanned);
    shown.reject();
    carry(&mut shown, &mut scanned, NOW);
    assert_eq!(
        events(&mut scanned),
        [PairingEvent::Over(Outcome::RejectedByPeer)]
    );
    assert_eq!(shown.state(), PairingState::Over(Outcome::Rejected));
    assert!(shown.confirm(NOW).is_err() && scanned.send(&bundle(0), NOW).is_err());
}

#[test]
fn unconfirmed_digits_expire() {
    let (mut shown, mut scanned) = comparing();
    scanned.confirm(NOW).unwrap();
    take(&mut scanned);
    for pairing in [&mut shown, &mut scanned] {
        pairing.handle_timeout(NOW + STEP_WITHIN_MS - 1);
        assert_eq!(pairing.state(), PairingState::Comparing);
        pairing.handle_timeout(NOW + STEP_WITHIN_MS);
        assert_eq!(pairing.state(), PairingState::Over(Outcome::Expired));
        assert_eq!(pairing.digits(), None);
    }
}

#[test]
fn lost_messages_are_sent_again_with_growing_pauses() {
    let mut scanned = scan(&copied(&show(1)), 2, 2);
    assert_eq!(take(&mut scanned).len(), 1);
    let mut times = Vec::new();
    for _ in 0..6 {
        let due = scanned.poll_timeout().unwrap();
        times.push(due - NOW);
        scanned.handle_timeout(due - 1);
        assert!(take(&mut scanned).is_empty());
        scanned.handle_timeout(due);
        assert_eq!(take(&mut scanned).len(), 1);
    }
    assert_eq!(times, [2_000, 6_000, 14_000, 22_000, 30_000, 38_000]);
}

#[test]
fn nothing_secret_shows() {
    let (shown, scanned) = paired();
    for pairing in [shown, scanned] {
        let text = format!("{pairing:?} {:?}", pairing.code());
        let hidden = pairing.code().to_text();
        assert!(text.contains("Paired") && !text.contains(&hidden[20..40]));
        let digits = pairing.digits().unwrap().to_string();
        assert!(!text.contains(&digits[..4]) && !text.contains(&digits[5..]));
    }
}

#[derive(Clone, Copy, Debug)]
enum Fate {
    Deliver,
    Drop,
    Twice,
    Later,
    Damage,
}

fn fates() -> impl Strategy<Value = Vec<Fate>> {
    let fate = prop_oneof![
        3 => Just(Fate::Deliver),
        2 => Just(Fate::Drop),
        1 => Just(Fate::Twice),
        2 => Just(Fate::Later),
        1 => Just(Fate::Damage),
    ];
    proptest::collection::vec(fate, 0..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Whatever the network does for a while, two devices whose user confirms get the bundle across,
    /// once, and neither before both confirmed.
    #[test]
    fn pairing_survives_every_finite_trouble(fates in fates(), seed in 0u64..1_000) {
        let mut shown = Pairing::display(&key(1), 600_000, NOW, &mut StdRng::seed_from_u64(seed)).unwrap();
        let scanned = scan(&copied(&shown), 2, seed + 1);
        let mut fates = fates.into_iter();
        let sides = [&mut shown, &mut { scanned }];
        let mut waiting: [Vec<Bytes>; 2] = Default::default();
        let (mut received, mut delivered, mut asked) = (0, 0, [false; 2]);
        let mut now = NOW;
        while delivered == 0 {
            prop_assert!(now < NOW + STEP_WITHIN_MS, "stuck");
            for from in 0..2 {
                let mut messages = std::mem::take(&mut waiting[from]);
                messages.extend(take(sides[from]));
                for message in messages {
                    let times = match fates.next().unwrap_or(Fate::Deliver) {
                        Fate::Deliver => 1,
                        Fate::Drop => 0,
                        Fate::Twice => 2,
                        Fate::Later => {
                            waiting[from].insert(0, message.clone());
                            0
                        }
                        Fate::Damage => {
                            let mut damaged = message.to_vec();
                            let place = damaged.len() / 2;
                            damaged[place] ^= 1;
                            prop_assert!(sides[1 - from].handle_message(damaged.into(), now).is_err());
                            0
                        }
                    };
                    for _ in 0..times {
                        // A message that outlived its step is refused, and that is all.
                        let _ = sides[1 - from].handle_message(message.clone(), now);
                    }
                }
            }
            for side in 0..2 {
                for event in events(sides[side]) {
                    match event {
                        PairingEvent::Compare(_) => asked[side] = true,
                        PairingEvent::Paired if side == 0 => sides[0].send(&bundle(1_500), now).unwrap(),
                        PairingEvent::Received(got) => {
                            prop_assert_eq!(side, 1);
                            prop_assert_eq!(*got, bundle(1_500));
                            received += 1;
                        }
                        PairingEvent::Delivered => delivered += 1,
                        PairingEvent::Over(outcome) => prop_assert!(false, "{outcome:?}"),
                        _ => {}
                    }
                }
                // The user takes his time.
                if asked[side] && now > NOW + 3_000 {
                    asked[side] = false;
                    sides[side].confirm(now).unwrap();
                }
            }
            now += 500;
            sides[0].handle_timeout(now);
            sides[1].handle_timeout(now);
        }
        prop_assert_eq!((received, delivered), (1, 1));
    }
}
