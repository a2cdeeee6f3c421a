//! What a bundle may change, and when.
#![cfg(test)]

mod people;

use people::{DAY_NS, Device, HOUR_NS, changed};
use secp256k1::SecretKey;
use status_conversational_security::{
    AddBundleError, BundleError, Delivery, PreKey, Unreadable, sign_bundle, wire,
};

fn add(
    device: &mut Device,
    bundle: &wire::Bundle,
) -> Result<usize, AddBundleError<std::convert::Infallible>> {
    let added = device
        .endpoint
        .add_bundle(&mut device.store, bundle, device.now_ns);
    added.map(|added| added.len())
}

/// Known problem: status-go stores a bundle before it checks it, so that a forged one ends sending to
/// the victim's prekey.
#[test]
fn a_forged_one_changes_nothing() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let mut forged = bob.bundle();
    forged.signed_pre_keys.get_mut("laptop").unwrap().version = 1_000;
    forged
        .signed_pre_keys
        .get_mut("laptop")
        .unwrap()
        .signed_pre_key = vec![2; 33].into();
    let before = format!("{:?}", alice.store);
    let error = add(&mut alice, &forged).unwrap_err();
    assert!(matches!(
        error,
        AddBundleError::Bundle(BundleError::NotTheIdentity | BundleError::NoKey)
    ));
    assert_eq!(format!("{:?}", alice.store), before);
    let sent = alice.write(&bob, "hello");
    assert_eq!(bob.read(&alice, &sent), "hello");
}

#[test]
fn an_older_one_that_comes_late_is_not_used() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let old = bob.bundle();
    bob.now_ns += DAY_NS + HOUR_NS;
    let new = bob.bundle();
    assert_eq!(new.signed_pre_keys["laptop"].version, 2);
    assert_eq!(add(&mut alice, &new).unwrap(), 1);
    assert_eq!(add(&mut alice, &old).unwrap(), 0);
    let sent = alice.write(&bob, "hello");
    let header = people::direct(&sent, "laptop").x3dh_header.unwrap();
    assert_eq!(header.id, new.signed_pre_keys["laptop"].signed_pre_key);
    assert_eq!(sent.devices[0].delivery, Ok(Delivery::Opens));
    // Again: the session stays the one to send in.
    assert_eq!(add(&mut alice, &old).unwrap(), 0);
    assert_eq!(
        alice.write(&bob, "and on").devices[0].delivery,
        Ok(Delivery::InSession)
    );
}

/// A signature covers version and time without a separator between them, so digits can move: the
/// highest version there is would end all later ones.
#[test]
fn digits_moved_from_the_time_to_a_version_are_refused() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let mut moved = bob.bundle();
    let (first, rest) = (
        moved.timestamp / 1_000_000_000_000_000_000,
        moved.timestamp % 1_000_000_000_000_000_000,
    );
    let prekey = moved.signed_pre_keys.get_mut("laptop").unwrap();
    prekey.version = prekey.version * 10 + first as u32;
    moved.timestamp = rest;
    let error = add(&mut alice, &moved).unwrap_err();
    assert_eq!(error, AddBundleError::Time { timestamp_ns: rest });
    // Where the prekey is known, its version is as well.
    let honest = bob.bundle();
    assert_eq!(add(&mut alice, &honest).unwrap(), 1);
    assert!(add(&mut alice, &moved).is_err());
    assert_eq!(
        alice.write(&bob, "hello").devices[0].delivery,
        Ok(Delivery::Opens)
    );
}

/// A bundle has a signature of its own: it is kept though the message that brought it is not read.
#[test]
fn one_is_kept_though_its_message_cannot_be_read() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let sent = alice.write(&bob, "hello").message;
    let broken = changed(&sent, |message| {
        let direct = message.direct_message.values_mut().next().unwrap();
        direct.payload = vec![0; 40].into();
    });
    let handled = bob.handle(&alice, &broken, &[1; 32]);
    assert!(matches!(handled.result, Err(Unreadable::ToIdentity(_))));
    assert_eq!(&*handled.new_installations[0].id, "phone");
    assert_eq!(
        bob.write(&alice, "hi").devices[0].delivery,
        Ok(Delivery::Opens)
    );
}

/// A message with a bundle that is refused is refused, as deployed, before anything is decrypted.
#[test]
fn a_refused_one_refuses_its_message() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let sent = alice.write(&bob, "hello").message;
    let broken = changed(&sent, |message| message.bundles[0].timestamp += 1);
    assert!(matches!(bob.refuse(&alice, &broken), Unreadable::Bundle(_)));
    assert_eq!(bob.store.all_installations().count(), 0);
}

#[test]
fn each_sending_signs_anew_and_a_prekey_lasts_24_hours() {
    let mut bob = Device::new(2, "laptop");
    let (first, second) = (bob.bundle(), bob.bundle());
    assert_eq!(first.signed_pre_keys, second.signed_pre_keys);
    assert!(second.timestamp > first.timestamp);
    assert_ne!(second.signature, first.signature);
    bob.now_ns += DAY_NS;
    assert_eq!(bob.bundle().signed_pre_keys["laptop"].version, 2);
}

/// A store that was lost, with the same installation id: what paired devices remember of it lifts
/// the version over the old ones.
#[test]
fn versions_rise_over_what_paired_devices_remember() {
    let (mut phone, mut tablet) = (Device::new(1, "phone"), Device::new(1, "tablet"));
    for _ in 0..5 {
        phone.bundle();
        phone.now_ns += DAY_NS + HOUR_NS;
    }
    tablet.learn(&mut phone);
    tablet.enable("phone");
    let mut phone = Device::new(1, "phone");
    assert_eq!(phone.bundle().signed_pre_keys["phone"].version, 1);
    tablet.now_ns += DAY_NS;
    phone.learn(&mut tablet);
    assert_eq!(phone.bundle().signed_pre_keys["phone"].version, 7);
}

/// Prekeys are public: whoever signs a stranger's into a bundle of his own takes it from nobody.
#[test]
fn a_prekey_that_somebody_else_claims_still_serves_its_owner() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let mallory = SecretKey::from_byte_array([3; 32]).unwrap();
    let bundle = bob.bundle();
    let claim = |version| {
        let key = &bundle.signed_pre_keys["laptop"].signed_pre_key;
        let key = status_conversational_security::public_key(key).unwrap();
        let prekey = PreKey {
            key,
            version,
            protocol_version: 1,
        };
        let prekeys = [("laptop".to_owned(), prekey)].into();
        sign_bundle(&mallory, &prekeys, bundle.timestamp)
    };
    let mut take = |bundle: &wire::Bundle| {
        let now_ns = alice.now_ns;
        let added = alice.endpoint.add_bundle(&mut alice.store, bundle, now_ns);
        assert_eq!(added.map(|added| added.len()), Ok(1));
    };
    take(&claim(9));
    take(&bundle);
    let sent = alice.write(&bob, "hello");
    assert_eq!(sent.devices[0].delivery, Ok(Delivery::Opens));
    assert_eq!(bob.read(&alice, &sent), "hello");
}
