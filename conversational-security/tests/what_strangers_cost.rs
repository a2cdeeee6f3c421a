//! Strangers, as many as come, cost bounded memory and bounded answers, and take nothing from whomever
//! the user keeps.
#![cfg(test)]

mod people;

use people::{Device, HOUR_NS, changed, id_of};
use secp256k1::{Secp256k1, SecretKey};
use status_conversational_security::{
    CompressedKey, MAX_REMEDIES, MAX_STRANGERS, Recovery, Store, Unreadable, sign_bundle, wire,
};
use std::collections::BTreeMap;

fn stranger(number: usize) -> SecretKey {
    let mut bytes = [7; 32];
    bytes[..8].copy_from_slice(&number.to_le_bytes());
    SecretKey::from_byte_array(bytes).unwrap()
}

/// A bundle of somebody who has nothing but an identity and one prekey for all that come.
fn bundle_of(identity: &SecretKey, of: &wire::Bundle, now_ns: i64) -> wire::Bundle {
    let prekey = of.signed_pre_keys["laptop"].clone();
    let prekeys = BTreeMap::from([(
        "laptop".to_owned(),
        status_conversational_security::PreKey {
            key: status_conversational_security::public_key(&prekey.signed_pre_key).unwrap(),
            version: prekey.version,
            protocol_version: prekey.protocol_version,
        },
    )]);
    sign_bundle(identity, &prekeys, now_ns)
}

#[test]
fn the_one_heard_longest_ago_goes_first_and_whoever_is_kept_stays() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let mut carol = Device::new(3, "tablet");
    alice.learn(&mut bob);
    alice.learn(&mut carol);
    alice.keep(&bob, true);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    let of_bob = bob.bundle();
    let secp = Secp256k1::new();
    for number in 0..MAX_STRANGERS + 10 {
        alice.now_ns += 1;
        let bundle = bundle_of(&stranger(number), &of_bob, alice.now_ns);
        let added = alice
            .endpoint
            .add_bundle(&mut alice.store, &bundle, alice.now_ns);
        assert_eq!(added.unwrap().len(), 1);
    }
    assert_eq!(alice.store.all_peers().count(), MAX_STRANGERS + 1);
    assert_eq!(alice.store.all_installations().count(), MAX_STRANGERS + 1);
    assert_eq!(alice.store.all_prekeys().count(), MAX_STRANGERS + 1 + 1);
    let mut known = |identity| {
        let Ok(known) = alice.store.installations(&identity);
        !known.is_empty()
    };
    assert!(known(CompressedKey::from(&bob.identity())));
    assert!(!known(CompressedKey::from(&carol.identity())));
    let key = |number| CompressedKey::from(&stranger(number).public_key(&secp));
    assert!(!known(key(0)) && !known(key(9)));
    assert!(known(key(10)) && known(key(MAX_STRANGERS + 9)));
    let sent = alice.write(&bob, "still here?");
    assert_eq!(bob.read(&alice, &sent), "still here?");
}

#[test]
fn whoever_is_forgotten_can_come_back() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
    assert!(alice.forget(&bob));
    assert!(!alice.forget(&bob), "nothing is left");
    let own = alice.identity();
    assert_eq!(
        alice.endpoint.forget_identity(&mut alice.store, &own),
        Ok(false)
    );
    assert_eq!(alice.store.all_sessions().count(), 0);
    assert_eq!(alice.store.all_peers().count(), 0);
    // Bob could not read a second session on the same prekey.
    alice.learn(&mut bob);
    let sent = alice.write(&bob, "it is me again");
    assert_eq!(bob.read(&alice, &sent), "it is me again");
    // What he sends in the session that is gone brings him into another.
    bob.now_ns += 25 * HOUR_NS;
    let sent = bob.write(&alice, "where were you?");
    let handled = alice.handle(&bob, &sent.message, &id_of(&sent.message));
    assert!(matches!(
        handled.result,
        Err(Unreadable::UnknownSession { .. })
    ));
    assert_eq!(handled.recovery, Some(Recovery::SendFreshBundle));
    let sent = alice.write(&bob, "here");
    assert_eq!(bob.read(&alice, &sent), "here");
}

/// A message that is for another device draws a bundle, from each identity anew.
#[test]
fn answers_to_strangers_are_bounded_in_all_and_contacts_get_theirs() {
    let mut tablet = Device::new(2, "tablet");
    let secp = Secp256k1::new();
    let mut laptop = Device::new(2, "laptop");
    let mut carol = Device::new(3, "phone");
    carol.learn(&mut laptop);
    let sent = carol.write(&laptop, "for the laptop").message;
    let without_bundle = changed(&sent, |message| message.bundles.clear());
    let mut answers = 0;
    for number in 0..2 * MAX_REMEDIES {
        let peer = stranger(number).public_key(&secp);
        let handled = tablet.handle_of(&peer, &without_bundle);
        assert_eq!(
            handled.result,
            Err(Unreadable::NotForThisDevice { others: 1 })
        );
        if let Some(recovery) = handled.recovery {
            assert_eq!(recovery, Recovery::SendBundle);
            assert!(tablet.answer_to(&peer, recovery).is_some());
            answers += 1;
        } else {
            assert!(tablet.answer_to(&peer, Recovery::SendBundle).is_none());
        }
    }
    assert_eq!(answers, MAX_REMEDIES);
    assert_eq!(
        tablet
            .handle_of(&carol.identity(), &without_bundle)
            .recovery,
        None
    );
    tablet.keep(&carol, true);
    let handled = tablet.handle_of(&carol.identity(), &without_bundle);
    assert_eq!(handled.recovery, Some(Recovery::SendBundle));
    assert!(tablet.answer(&carol, Recovery::SendBundle).is_some());
    tablet.keep(&carol, false);
    // Later there is room again, and what was before is forgotten.
    tablet.now_ns += 3 * HOUR_NS;
    let peer = stranger(9_999).public_key(&secp);
    let recovery = tablet.handle_of(&peer, &without_bundle).recovery;
    assert_eq!(recovery, Some(Recovery::SendBundle));
    let Ok(left) = tablet.store.limit_remedies(i64::MIN..=i64::MAX);
    assert_eq!(left, 0);
}
