//! When sessions start, which one is sent in, and that none is started twice on one prekey.
#![cfg(test)]

mod people;

use people::{DAY_NS, Device, HOUR_NS, direct};
use status_conversational_security::{
    Delivery, Endpoint, InstallationId, NO_SESSION, SessionState, Settings,
};

fn deliveries(sent: &status_conversational_security::Encrypted) -> Vec<Delivery> {
    let devices = sent.devices.iter();
    devices.map(|device| device.delivery.unwrap()).collect()
}

/// Alice and Bob with a session that Alice has opened and Bob has answered.
fn talking() -> (Device, Device) {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    let sent = bob.write(&alice, "hi");
    assert_eq!(alice.read(&bob, &sent), "hi");
    (alice, bob)
}

#[test]
fn without_a_bundle_the_first_message_is_encrypted_to_the_identity() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let sent = alice.write(&bob, "hello");
    assert!(sent.devices.is_empty());
    assert!(direct(&sent, NO_SESSION).dh_header.is_some());
    assert_eq!(bob.read(&alice, &sent), "hello");
    // Its bundle came along, so the answer opens a session.
    let sent = bob.write(&alice, "hi");
    assert_eq!(deliveries(&sent), [Delivery::Opens]);
    assert_eq!(alice.read(&bob, &sent), "hi");
}

#[test]
fn the_opening_is_repeated_until_the_session_is_answered() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let first = alice.write(&bob, "one");
    let second = alice.write(&bob, "two");
    assert_eq!(deliveries(&second), [Delivery::InSession]);
    let opening = direct(&first, "laptop").x3dh_header;
    assert!(opening.is_some());
    assert_eq!(direct(&second, "laptop").x3dh_header, opening);
    assert_eq!(alice.sessions_with(&bob)[0].state(), SessionState::Opening);
    // Either can come first, or be the only one that comes.
    assert_eq!(bob.read(&alice, &second), "two");
    let answer = bob.write(&alice, "three");
    assert_eq!(alice.read(&bob, &answer), "three");
    assert_eq!(bob.read(&alice, &first), "one");
    let third = alice.write(&bob, "four");
    assert_eq!(direct(&third, "laptop").x3dh_header, None);
    assert_eq!(
        alice.sessions_with(&bob)[0].state(),
        SessionState::Established
    );
    assert_eq!(bob.read(&alice, &third), "four");
}

/// As deployed each keeps sending in its own session, and all of it is read.
#[test]
fn both_can_start_at_once() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    bob.learn(&mut alice);
    let (from_alice, from_bob) = (alice.write(&bob, "a1"), bob.write(&alice, "b1"));
    assert_eq!(bob.read(&alice, &from_alice), "a1");
    assert_eq!(alice.read(&bob, &from_bob), "b1");
    for turn in 2..6 {
        let sent = alice.write(&bob, &format!("a{turn}"));
        assert_eq!(deliveries(&sent), [Delivery::InSession]);
        assert_eq!(bob.read(&alice, &sent), format!("a{turn}"));
        let sent = bob.write(&alice, &format!("b{turn}"));
        assert_eq!(alice.read(&bob, &sent), format!("b{turn}"));
    }
    assert_eq!(alice.sessions_with(&bob).len(), 2);
}

#[test]
fn a_newer_bundle_starts_a_new_session_and_the_old_one_is_still_read() {
    let (mut alice, mut bob) = talking();
    let late = alice.write(&bob, "late");
    bob.now_ns += DAY_NS + HOUR_NS;
    alice.now_ns += DAY_NS + HOUR_NS;
    alice.learn(&mut bob);
    let states: Vec<_> = alice
        .sessions_with(&bob)
        .iter()
        .map(|one| one.state())
        .collect();
    assert_eq!(states, [SessionState::Superseded]);
    let sent = alice.write(&bob, "new");
    assert_eq!(deliveries(&sent), [Delivery::Opens]);
    assert_eq!(bob.read(&alice, &sent), "new");
    assert_eq!(bob.read(&alice, &late), "late");
}

/// A session that the peer has opened hangs on our prekey, so replacing that ends sending in it.
#[test]
fn replacing_ones_own_prekey_opens_a_session_on_the_peers() {
    let (mut alice, mut bob) = talking();
    bob.now_ns += DAY_NS + HOUR_NS;
    bob.bundle();
    let sent = bob.write(&alice, "new");
    assert_eq!(deliveries(&sent), [Delivery::Opens]);
    assert_eq!(alice.read(&bob, &sent), "new");
    // Alice has seen Bob's new prekey, so she uses the session that he has opened.
    let sent = alice.write(&bob, "in it");
    assert_eq!(deliveries(&sent), [Delivery::InSession]);
    assert_eq!(bob.read(&alice, &sent), "in it");
}

/// status-go cannot read a second session that one installation opens on one prekey.
#[test]
fn no_second_session_is_opened_on_a_prekey() {
    let (mut alice, mut bob) = talking();
    alice.forget_sessions(&bob);
    let sent = alice.write(&bob, "to your key");
    assert_eq!(deliveries(&sent), [Delivery::ToIdentity]);
    assert!(direct(&sent, NO_SESSION).dh_header.is_some());
    assert!(!sent.agreed);
    assert_eq!(bob.read(&alice, &sent), "to your key");
    // Bob's next prekey ends it.
    bob.now_ns += DAY_NS + HOUR_NS;
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "in a session");
    assert_eq!(deliveries(&sent), [Delivery::Opens]);
    assert_eq!(bob.read(&alice, &sent), "in a session");
}

/// An old copy of the store has the sessions as they were, so the next key of each may have encrypted
/// already. A new installation id sends in none of them, whoever opened it.
#[test]
fn a_new_installation_id_sends_in_no_session_of_an_old_one() {
    for bob_opens in [false, true] {
        let (mut alice, mut bob) = talking();
        if bob_opens {
            (alice, bob) = (bob, alice);
        }
        let copy = alice.store.clone();
        let before = alice.write(&bob, "one secret");
        assert_eq!(bob.read(&alice, &before), "one secret");
        alice.store = copy;
        let secret = [if bob_opens { 2 } else { 1 }; 32];
        let secret = secp256k1::SecretKey::from_byte_array(secret).unwrap();
        let id = InstallationId::random(&mut rand::rng());
        alice.endpoint = Endpoint::new(&secret, id, Settings::default()).unwrap();
        let after = alice.write(&bob, "two secret");
        assert_eq!(deliveries(&after), [Delivery::Opens]);
        let to = bob.id();
        let [before, opening] = [&before, &after].map(|sent| direct(sent, &to).dr_header.unwrap());
        assert_ne!(before.key, opening.key);
        assert_eq!(bob.read(&alice, &after), "two secret");
    }
}

#[test]
fn a_new_installation_id_may_open_on_a_used_prekey() {
    let (mut alice, mut bob) = talking();
    alice.forget_sessions(&bob);
    let secret = secp256k1::SecretKey::from_byte_array([1; 32]).unwrap();
    let id = InstallationId::random(&mut rand::rng());
    alice.endpoint = Endpoint::new(&secret, id, Settings::default()).unwrap();
    let sent = alice.write(&bob, "a new device");
    assert_eq!(deliveries(&sent), [Delivery::Opens]);
    assert_eq!(bob.read(&alice, &sent), "a new device");
    let sent = bob.write(&alice, "welcome");
    assert_eq!(alice.read(&bob, &sent), "welcome");
}
