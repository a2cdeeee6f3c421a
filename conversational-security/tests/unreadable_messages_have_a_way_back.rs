//! A message that cannot be read says why, changes nothing, and names what brings the peer back.
#![cfg(test)]

mod people;

use people::{DAY_NS, Device, HOUR_NS, changed, direct};
use status_conversational_security::ratchet::RatchetError;
use status_conversational_security::{
    CompressedKey, Delivery, Encrypted, MemoryStore, Received, Recovery, Store, Unreadable, wire,
};

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

/// Has `from`'s message refused by `to` and what to do about it.
fn refused(to: &mut Device, from: &Device, sent: &Encrypted) -> (Unreadable, Option<Recovery>) {
    let handled = to.handle(from, &sent.message, &[7; 32]);
    (handled.result.unwrap_err(), handled.recovery)
}

fn prekey_of(sent: &Encrypted, id: &str) -> CompressedKey {
    CompressedKey::from_field(&direct(sent, id).dr_header.unwrap().id).unwrap()
}

/// In status-go v0.50.0 the answer is meant and never sent.
#[test]
fn a_device_that_the_sender_does_not_know_answers_with_its_bundle() {
    let (mut alice, bob) = talking();
    let mut tablet = Device::new(2, "tablet");
    let sent = alice.write(&bob, "for the laptop only");
    let (reason, recovery) = refused(&mut tablet, &alice, &sent);
    assert_eq!(reason, Unreadable::NotForThisDevice { others: 1 });
    assert!(
        reason.to_string().contains("not for this device"),
        "{reason}"
    );
    assert_eq!(recovery, Some(Recovery::SendBundle));
    let answer = tablet.answer(&alice, Recovery::SendBundle).unwrap();
    let handled = alice.handle(&tablet, &answer, &[1; 32]);
    assert_eq!(&*handled.new_installations[0].id, "tablet");
    assert!(matches!(handled.result, Ok(Received::Private { payload, .. }) if payload.is_empty()));
    let sent = alice.write(&bob, "for both");
    assert_eq!(tablet.read(&alice, &sent), "for both");
}

#[test]
fn answers_are_limited_by_identity_and_time() {
    let (mut alice, bob) = talking();
    let mut tablet = Device::new(2, "tablet");
    let sent = alice.write(&bob, "one");
    assert!(tablet.answer(&alice, Recovery::SendBundle).is_some());
    assert_eq!(refused(&mut tablet, &alice, &sent).1, None);
    assert!(tablet.answer(&alice, Recovery::SendBundle).is_none());
    let carol = Device::new(3, "phone");
    assert!(tablet.answer(&carol, Recovery::SendBundle).is_some());
    tablet.now_ns += 2 * HOUR_NS;
    let recovery = refused(&mut tablet, &alice, &sent).1;
    assert_eq!(recovery, Some(Recovery::SendBundle));
    assert!(tablet.answer(&alice, Recovery::SendBundle).is_some());
    // A clock that was set back does not silence it for long.
    tablet.now_ns -= DAY_NS;
    assert!(tablet.answer(&alice, Recovery::SendBundle).is_some());
}

#[test]
fn an_own_device_that_is_not_paired_gets_no_answer() {
    let (mut alice, bob) = talking();
    let mut tablet = Device::new(1, "tablet");
    let sent = alice.write(&bob, "hello");
    assert_eq!(
        refused(&mut tablet, &alice, &sent),
        (Unreadable::NotPaired { others: 1 }, None)
    );
}

/// The same prekey once more would change nothing: the peer would stay in its session.
#[test]
fn a_session_that_is_not_known_is_answered_with_a_new_prekey() {
    let (mut alice, mut bob) = talking();
    bob.forget_sessions(&alice);
    bob.now_ns += 7 * HOUR_NS;
    let sent = alice.write(&bob, "hello");
    let prekey = prekey_of(&sent, "laptop");
    let (reason, recovery) = refused(&mut bob, &alice, &sent);
    assert_eq!(reason, Unreadable::UnknownSession { prekey });
    assert_eq!(recovery, Some(Recovery::SendFreshBundle));
    let answer = bob.answer(&alice, recovery.unwrap()).unwrap();
    assert!(alice.handle(&bob, &answer, &[1; 32]).result.is_ok());
    let sent = alice.write(&bob, "in a new session");
    assert_eq!(bob.read(&alice, &sent), "in a new session");
}

/// The store was lost and the installation id kept: peers would ignore its lower versions.
#[test]
fn a_prekey_that_was_lost_calls_for_a_new_installation() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    bob.store = MemoryStore::new();
    let sent = alice.write(&bob, "hello");
    let prekey = prekey_of(&sent, "laptop");
    let (reason, recovery) = refused(&mut bob, &alice, &sent);
    assert_eq!(reason, Unreadable::UnknownPrekey { prekey });
    assert_eq!(recovery, Some(Recovery::NewInstallation));
    assert_eq!(bob.answer(&alice, Recovery::NewInstallation), None);
    let mut new = Device::new(2, "a new id");
    alice.learn(&mut new);
    let sent = alice.write(&new, "welcome back");
    assert_eq!(new.read(&alice, &sent), "welcome back");
}

/// Whoever sends what opens on keys that never were is not heard each time.
#[test]
fn a_loss_is_reported_once_for_each_peer_within_the_time() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let mut carol = Device::new(3, "phone");
    alice.learn(&mut bob);
    carol.learn(&mut bob);
    bob.store = MemoryStore::new();
    let reported = |bob: &mut Device, from: &mut Device| {
        let sent = from.write(bob, "hello");
        refused(bob, from, &sent).1
    };
    assert_eq!(
        reported(&mut bob, &mut alice),
        Some(Recovery::NewInstallation)
    );
    assert_eq!(reported(&mut bob, &mut alice), None);
    assert_eq!(
        reported(&mut bob, &mut carol),
        Some(Recovery::NewInstallation)
    );
    // It keeps nobody from getting an answer.
    assert!(bob.answer(&alice, Recovery::SendBundle).is_some());
    bob.now_ns += 2 * HOUR_NS;
    assert_eq!(
        reported(&mut bob, &mut alice),
        Some(Recovery::NewInstallation)
    );
}

/// An old copy of a store, put back: the session goes on where it was, and each of its messages has a
/// place that is taken.
#[test]
fn a_peer_whose_session_is_an_old_copy_is_answered_with_a_new_prekey() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    let copy = alice.store.clone();
    for text in ["1", "2", "3", "4", "5"] {
        let sent = alice.write(&bob, text);
        assert_eq!(bob.read(&alice, &sent), text);
        bob.confirm(&sent.message);
        let sent = bob.write(&alice, text);
        assert_eq!(alice.read(&bob, &sent), text);
    }
    alice.store = copy;
    bob.now_ns += 7 * HOUR_NS;
    let mut recoveries = Vec::new();
    for text in ["a", "b", "c", "d"] {
        let sent = alice.write(&bob, text);
        let (reason, recovery) = refused(&mut bob, &alice, &sent);
        assert!(matches!(reason, Unreadable::Ratchet(_)), "{reason}");
        recoveries.push(recovery);
    }
    let fresh = Some(Recovery::SendFreshBundle);
    assert_eq!(recoveries, [None, None, fresh, fresh]);
    let answer = bob.answer(&alice, Recovery::SendFreshBundle).unwrap();
    assert!(alice.handle(&bob, &answer, &[1; 32]).result.is_ok());
    let sent = alice.write(&bob, "in a new session");
    assert_eq!(bob.read(&alice, &sent), "in a new session");
    // And not again before the time: one that goes on like this gets no bundle for each message.
    let sent = bob.write(&alice, "welcome back");
    for _ in 0..5 {
        let garbled = changed(&sent.message, |_| {});
        alice.handle(&bob, &garbled, &[2; 32]);
    }
    assert!(bob.answer(&alice, Recovery::SendFreshBundle).is_none());
}

/// Messages that come again after they were confirmed are no sign of that.
#[test]
fn a_message_or_two_that_come_again_draw_no_answer() {
    let (mut alice, mut bob) = talking();
    let sent = [alice.write(&bob, "one"), alice.write(&bob, "two")];
    for sent in &sent {
        bob.read(&alice, sent);
        bob.confirm(&sent.message);
    }
    for sent in &sent {
        let (reason, recovery) = refused(&mut bob, &alice, sent);
        assert!(matches!(
            reason,
            Unreadable::Ratchet(RatchetError::KeyGone { .. })
        ));
        assert_eq!(recovery, None);
    }
    // Two hours later it is as if they had not come.
    bob.now_ns += 2 * HOUR_NS;
    assert_eq!(refused(&mut bob, &alice, &sent[0]).1, None);
}

/// As deployed a newer prekey of the other side does not end it.
#[test]
fn a_session_on_the_peers_own_prekey_goes_on_until_it_is_replaced() {
    let (mut alice, mut bob) = talking();
    alice.forget_sessions(&bob);
    for hours in [0, 23] {
        bob.now_ns += hours * HOUR_NS;
        alice.now_ns = bob.now_ns;
        let sent = bob.write(&alice, "are you there?");
        let (reason, recovery) = refused(&mut alice, &bob, &sent);
        assert!(matches!(reason, Unreadable::UnknownSession { .. }));
        assert_eq!(recovery, Some(Recovery::SendFreshBundle));
        let answer = alice.answer(&bob, Recovery::SendFreshBundle).unwrap();
        assert!(bob.handle(&alice, &answer, &[1; 32]).result.is_ok());
    }
    bob.now_ns += 2 * HOUR_NS;
    bob.bundle();
    let sent = bob.write(&alice, "now you are");
    assert_eq!(alice.read(&bob, &sent), "now you are");
}

/// A session is forgotten when there are too many; what opened it may be sent on by anybody.
#[test]
fn an_opening_of_a_session_that_is_gone_is_not_read_again() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "only once");
    assert_eq!(bob.read(&alice, &sent), "only once");
    bob.confirm(&sent.message);
    assert!(bob.forget(&alice));
    let prekey = prekey_of(&sent, "laptop");
    let (reason, recovery) = refused(&mut bob, &alice, &sent);
    assert_eq!(reason, Unreadable::SpentOpening { prekey });
    assert_eq!(recovery, Some(Recovery::SendFreshBundle));
    assert_eq!(bob.sessions_with(&alice), []);
    // Another device of hers may open on the same prekey.
    let mut tablet = Device::new(1, "tablet");
    tablet.learn(&mut bob);
    let sent = tablet.write(&bob, "I am another");
    assert_eq!(bob.read(&tablet, &sent), "I am another");
}

/// A device that was pushed out by others comes back with the prekey that it had.
#[test]
fn a_used_prekey_is_remembered_though_its_device_is_forgotten() {
    use status_conversational_security::MAX_INSTALLATIONS;
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    for age in 0..MAX_INSTALLATIONS {
        let mut other = Device::new(2, &format!("device {age}"));
        other.now_ns += HOUR_NS + 1_000 * age as i64;
        alice.learn(&mut other);
    }
    let identity = CompressedKey::from(&bob.identity());
    let Ok(known) = alice.store.installations(&identity);
    assert!(known.iter().all(|known| known.id != bob.id()), "pushed out");
    bob.now_ns += 2 * HOUR_NS;
    assert_eq!(alice.learn(&mut bob).len(), 1);
    let sent = alice.write(&bob, "by your key");
    assert_eq!(sent.devices[0].installation, bob.id());
    assert_eq!(sent.devices[0].delivery, Ok(Delivery::ToIdentity));
    assert_eq!(bob.read(&alice, &sent), "by your key");
    let Ok(prekeys) = alice.store.prekeys(&identity, &bob.id());
    assert_eq!(
        prekeys.first().map(|prekey| prekey.opened_by.clone()),
        Some(Some("phone".into()))
    );
}

/// Another client that has lost its state, or ours with an old copy of its store.
#[test]
fn a_second_opening_is_answered_with_a_new_prekey() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let copy = alice.store.clone();
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    alice.store = copy;
    let sent = alice.write(&bob, "hello again");
    let prekey = prekey_of(&sent, "laptop");
    bob.now_ns += 7 * HOUR_NS;
    let before = bob.sessions_with(&alice);
    let (reason, recovery) = refused(&mut bob, &alice, &sent);
    assert_eq!(reason, Unreadable::SecondOpening { prekey });
    assert_eq!(recovery, Some(Recovery::SendFreshBundle));
    assert_eq!(bob.sessions_with(&alice), before);
    let answer = bob.answer(&alice, Recovery::SendFreshBundle).unwrap();
    assert!(alice.handle(&bob, &answer, &[1; 32]).result.is_ok());
    let sent = alice.write(&bob, "third time lucky");
    assert_eq!(sent.devices[0].delivery, Ok(Delivery::Opens));
    assert_eq!(bob.read(&alice, &sent), "third time lucky");
}

#[test]
fn a_gap_that_is_too_large_is_answered_with_a_new_prekey() {
    let (mut alice, mut bob) = talking();
    let mut sent = alice.write(&bob, "1");
    for number in 2..=1002 {
        sent = alice.write(&bob, &number.to_string());
    }
    bob.now_ns += 7 * HOUR_NS;
    let (reason, recovery) = refused(&mut bob, &alice, &sent);
    assert_eq!(
        reason,
        Unreadable::Ratchet(RatchetError::Gap { missing: 1001 })
    );
    assert_eq!(recovery, Some(Recovery::SendFreshBundle));
    let answer = bob.answer(&alice, Recovery::SendFreshBundle).unwrap();
    assert!(alice.handle(&bob, &answer, &[1; 32]).result.is_ok());
    let sent = alice.write(&bob, "from the start");
    assert_eq!(bob.read(&alice, &sent), "from the start");
}

/// Peers cannot make a device replace its prekey all the time.
#[test]
fn a_young_prekey_is_not_replaced() {
    let (alice, mut bob) = talking();
    let prekey = bob.bundle().signed_pre_keys["laptop"].clone();
    assert!(bob.answer(&alice, Recovery::SendFreshBundle).is_some());
    assert_eq!(bob.bundle().signed_pre_keys["laptop"], prekey);
    bob.now_ns += 7 * HOUR_NS;
    assert!(bob.answer(&alice, Recovery::SendFreshBundle).is_some());
    assert_eq!(bob.bundle().signed_pre_keys["laptop"].version, 2);
}

#[test]
fn other_faults_have_their_names() {
    let (mut alice, mut bob) = talking();
    let sent = alice.write(&bob, "hello").message;
    let mut reason = |change: &dyn Fn(&mut wire::DirectMessageProtocol)| {
        let bytes = changed(&sent, |message| {
            change(message.direct_message.get_mut("laptop").unwrap());
        });
        bob.refuse(&alice, &bytes)
    };
    let header = |change: &'static dyn Fn(&mut wire::DrHeader)| {
        move |direct: &mut wire::DirectMessageProtocol| change(direct.dr_header.as_mut().unwrap())
    };
    let faults = [
        reason(&|direct| direct.dr_header = None),
        reason(&header(&|header| header.key = vec![2; 32].into())),
        reason(&header(&|header| header.key = vec![2; 65].into())),
        reason(&header(&|header| header.key = vec![5; 33].into())),
        reason(&header(&|header| header.id = vec![].into())),
        reason(&|direct| direct.payload = vec![0; 47].into()),
    ];
    let names = faults.map(|fault| fault.to_string());
    assert_eq!(
        names,
        [
            "no header says how the message is encrypted",
            "a key in the message's header: a compressed public key has 33 bytes, this one 32",
            "a key in the message's header: a compressed public key has 33 bytes, this one 65",
            "its session refuses the message: the ratchet key is no point of secp256k1",
            "a key in the message's header: a compressed public key has 33 bytes, this one 0",
            "its session refuses the message: it was changed, or is of another session (its tag does not match)",
        ]
    );
    let long = changed(&sent, |message| message.installation_id = "x".repeat(257));
    assert_eq!(
        bob.refuse(&alice, &long),
        Unreadable::InstallationId { len: 257 }
    );
    let many = changed(&sent, |message| {
        message.bundles = vec![message.bundles[0].clone(); 9];
    });
    assert_eq!(
        bob.refuse(&alice, &many),
        Unreadable::TooManyBundles { count: 9 }
    );
    let broken = bytes::Bytes::from_static(&[0xff, 1, 2]);
    assert!(matches!(
        bob.refuse(&alice, &broken),
        Unreadable::Malformed(_)
    ));
    let empty = bob.handle(&alice, &bytes::Bytes::new(), &[0; 32]);
    assert_eq!(empty.result, Ok(Received::Nothing));
}
