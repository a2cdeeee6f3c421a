//! How long sessions stay that newer ones have taken the place of.
#![cfg(test)]

mod people;

use people::{DAY_NS, Device, HOUR_NS};
use status_conversational_security::{MAX_SESSIONS, Settings};

const AS_IN_2019: Settings = Settings {
    superseded_for_ns: Some(Settings::SUPERSEDED_FOR_2019_NS),
    max_installations: 3,
    stale_after_ns: None,
    answer_every_ns: 0,
};

/// A day later each side has a new prekey and has written on it.
fn next_day(alice: &mut Device, bob: &mut Device) {
    for device in [&mut *alice, &mut *bob] {
        device.now_ns += DAY_NS + HOUR_NS;
    }
    let sent = alice.write(bob, "good morning");
    assert_eq!(bob.read(alice, &sent), "good morning");
    let sent = bob.write(alice, "good morning to you");
    assert_eq!(alice.read(bob, &sent), "good morning to you");
}

fn meet(settings: Settings) -> (Device, Device) {
    let (mut alice, mut bob) = (Device::with(1, "phone", settings), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    (alice, bob)
}

#[test]
fn they_stay_by_default() {
    let (mut alice, mut bob) = meet(Settings::default());
    let late = bob.write(&alice, "from the first day");
    for _ in 0..10 {
        next_day(&mut alice, &mut bob);
    }
    assert!(alice.sessions_with(&bob).len() >= 10);
    assert_eq!(alice.read(&bob, &late), "from the first day");
}

#[test]
fn as_in_2019_they_go_14_days_after_they_were_superseded() {
    let (mut alice, mut bob) = meet(AS_IN_2019);
    for _ in 0..20 {
        next_day(&mut alice, &mut bob);
    }
    let now_ns = alice.now_ns;
    let ages = alice.sessions_with(&bob).into_iter();
    let mut ages = ages.filter_map(|session| Some(now_ns - session.superseded_ns?));
    assert!(ages.all(|age| age <= 15 * DAY_NS));
    assert!(alice.sessions_with(&bob).len() < bob.sessions_with(&alice).len());
    next_day(&mut alice, &mut bob);
}

/// It is the prekey of one's own that was replaced, and the peer was away ever since: it does not
/// know of another session.
#[test]
fn as_in_2019_one_that_the_peer_may_still_use_stays() {
    let (mut alice, mut bob) = (
        Device::with(1, "phone", AS_IN_2019),
        Device::new(2, "laptop"),
    );
    bob.learn(&mut alice);
    let sent = bob.write(&alice, "hello");
    assert_eq!(alice.read(&bob, &sent), "hello");
    for _ in 0..30 {
        alice.now_ns += DAY_NS + HOUR_NS;
        alice.bundle();
        alice.write(&bob, "are you there?");
    }
    let sent = bob.write(&alice, "I was away");
    assert_eq!(alice.read(&bob, &sent), "I was away");
}

#[test]
fn there_are_at_most_32_with_one_device_and_the_newest_stay() {
    let (mut alice, mut bob) = meet(Settings::default());
    for _ in 0..2 * MAX_SESSIONS {
        next_day(&mut alice, &mut bob);
    }
    let sessions = alice.sessions_with(&bob);
    assert_eq!(sessions.len(), MAX_SESSIONS);
    let oldest = sessions.iter().map(|session| session.used_ns).min();
    assert!(oldest > Some(alice.now_ns - 33 * (DAY_NS + HOUR_NS)));
    next_day(&mut alice, &mut bob);
}

/// The promise of the setting: one stays if a message was read in it since, also one that came late.
#[test]
fn a_message_that_comes_late_keeps_its_session_in_use() {
    let (mut alice, mut bob) = meet(AS_IN_2019);
    let late = bob.write(&alice, "from the first day");
    let overtakes = bob.write(&alice, "before the other");
    assert_eq!(alice.read(&bob, &overtakes), "before the other");
    for _ in 0..10 {
        next_day(&mut alice, &mut bob);
    }
    alice.now_ns += HOUR_NS;
    assert_eq!(alice.read(&bob, &late), "from the first day");
    let read_ns = alice.now_ns;
    for _ in 0..10 {
        next_day(&mut alice, &mut bob);
    }
    let sessions = alice.sessions_with(&bob);
    assert!(sessions.iter().any(|session| session.used_ns == read_ns));
}
