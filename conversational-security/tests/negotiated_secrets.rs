//! When both sides may use the secret from which transports derive a topic and a key.
#![cfg(test)]

mod people;

use people::{Device, changed};
use status_conversational_security::{Delivery, Received};

/// Whether the message of `from` tells `to` that its device computes the secret.
fn announces(to: &mut Device, from: &Device, bytes: &bytes::Bytes) -> bool {
    match to.handle(from, bytes, &people::id_of(bytes)).result {
        Ok(Received::Private { negotiated, .. }) => negotiated,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_is_agreed_once_the_device_has_written() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let first = alice.write(&bob, "hello");
    assert!(!first.agreed);
    assert_eq!(first.min_protocol_version, 0);
    assert!(announces(&mut bob, &alice, &first.message));
    let second = bob.write(&alice, "hi");
    assert!(second.agreed);
    assert_eq!(second.min_protocol_version, 1);
    assert!(announces(&mut alice, &bob, &second.message));
    assert!(alice.write(&bob, "so it is").agreed);
    let ours = alice.endpoint.negotiated_secret(&bob.identity());
    assert_eq!(ours, bob.endpoint.negotiated_secret(&alice.identity()));
}

#[test]
fn all_devices_that_a_message_goes_to_must_have_written() {
    let mut alice = Device::new(1, "phone");
    let (mut laptop, mut tablet) = (Device::new(2, "laptop"), Device::new(2, "tablet"));
    alice.learn(&mut laptop);
    alice.learn(&mut tablet);
    let sent = laptop.write(&alice, "from the laptop");
    assert_eq!(alice.read(&laptop, &sent), "from the laptop");
    assert!(!alice.write(&laptop, "to both").agreed);
    let sent = tablet.write(&alice, "from the tablet");
    assert_eq!(alice.read(&tablet, &sent), "from the tablet");
    assert!(alice.write(&laptop, "to both").agreed);
}

/// A device that is written to by its identity key must find the message as well.
#[test]
fn a_device_without_a_session_counts_too() {
    let mut alice = Device::new(1, "phone");
    let (mut laptop, mut tablet) = (Device::new(2, "laptop"), Device::new(2, "tablet"));
    alice.learn(&mut laptop);
    alice.learn(&mut tablet);
    let sent = laptop.write(&alice, "from the laptop");
    assert_eq!(alice.read(&laptop, &sent), "from the laptop");
    alice.write(&laptop, "a session with each");
    alice.forget_sessions(&tablet);
    let sent = alice.write(&laptop, "to both");
    let deliveries = sent.devices.iter().map(|device| device.delivery.unwrap());
    assert!(deliveries.clone().any(|one| one == Delivery::ToIdentity));
    assert!(deliveries.clone().any(|one| one == Delivery::InSession));
    assert!(!sent.agreed);
}

/// The version counts only in the sender's own bundle of that very message.
#[test]
fn only_the_bundle_of_the_same_message_announces_it() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    let mut carol = Device::new(3, "phone");
    let sent = alice.write(&bob, "hello").message;
    let without = changed(&sent, |message| message.bundles.clear());
    assert!(!announces(&mut bob, &alice, &without));
    let others = changed(&sent, |message| message.bundles = vec![carol.bundle()]);
    assert!(!announces(&mut bob, &alice, &others));
    let old = changed(&sent, |message| {
        let own = message.bundles[0].signed_pre_keys.get_mut("phone");
        own.unwrap().protocol_version = 0;
    });
    assert!(!announces(&mut bob, &alice, &old));
    assert!(!bob.write(&alice, "no").agreed);
    assert!(announces(&mut bob, &alice, &sent));
    assert!(bob.write(&alice, "yes").agreed);
}
