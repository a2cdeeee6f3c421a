//! A message for some devices of a contact reaches these, says why it does not reach others, and
//! makes no noise at the devices that were left out.
#![cfg(test)]

mod people;

use people::{DAY_NS, Device, id_of};
use status_conversational_security::{Delivery, Encrypted, Recovery, Skipped, Unreadable, wire};

fn report(sent: &Encrypted) -> Vec<(&str, Result<Delivery, Skipped>)> {
    let devices = sent.devices.iter();
    devices
        .map(|device| (device.installation.as_str(), device.delivery))
        .collect()
}

/// The names under which messages stand in what was sent.
fn entries(sent: &Encrypted) -> Vec<String> {
    use prost::Message;
    let message = wire::ProtocolMessage::decode(sent.message.clone()).unwrap();
    message.direct_message.into_keys().collect()
}

/// Alice, and two devices of Bob with which she is in sessions that they have answered.
fn talking() -> (Device, Device, Device) {
    let mut alice = Device::new(1, "phone");
    let (mut laptop, mut tablet) = (Device::new(2, "laptop"), Device::new(2, "tablet"));
    alice.learn(&mut laptop);
    alice.learn(&mut tablet);
    let sent = alice.write(&laptop, "hello");
    for device in [&mut laptop, &mut tablet] {
        assert_eq!(device.read(&alice, &sent), "hello");
        let sent = device.write(&alice, "hi");
        assert_eq!(alice.read(device, &sent), "hi");
    }
    (alice, laptop, tablet)
}

#[test]
fn only_the_named_device_gets_it_and_only_it_is_reported() {
    let (mut alice, mut laptop, mut tablet) = talking();
    let before = alice.sessions_with(&laptop);
    let sent = alice.write_for(&laptop, &["tablet"], "once more");
    assert_eq!(report(&sent), [("tablet", Ok(Delivery::InSession))]);
    assert_eq!(entries(&sent), ["tablet"]);
    assert_eq!(tablet.read(&alice, &sent), "once more");
    assert_eq!(
        laptop.refuse(&alice, &sent.message),
        Unreadable::NotForThisDevice { others: 1 }
    );
    assert_eq!(alice.sessions_with(&laptop), before);
    let sent = alice.write(&laptop, "to both");
    assert_eq!(laptop.read(&alice, &sent), "to both");
    assert_eq!(tablet.read(&alice, &sent), "to both");
}

#[test]
fn each_that_is_not_reached_has_its_reason() {
    let mut alice = Device::new(1, "phone");
    let mut devices = ["a", "b", "c", "d"].map(|id| Device::new(2, id));
    for (age, device) in devices.iter_mut().enumerate() {
        device.now_ns += 1_000 * age as i64;
        alice.learn(device);
    }
    let named = ["nobody's", "a", "c"];
    let sent = alice.write_for(&devices[0], &named, "for some");
    let expected = [
        ("c", Ok(Delivery::Opens)),
        ("a", Err(Skipped::OverLimit { max: 3 })),
        ("nobody's", Err(Skipped::Unknown)),
    ];
    assert_eq!(report(&sent), expected);
    assert_eq!(entries(&sent), ["c"]);
    alice.disable(&devices[3]);
    let sent = alice.write_for(&devices[0], &["d", "a"], "for others");
    let expected = [("d", Err(Skipped::Disabled)), ("a", Ok(Delivery::Opens))];
    assert_eq!(report(&sent), expected);
    assert_eq!(devices[0].read(&alice, &sent), "for others");
}

/// The entry that anybody can read would reach those that were left out.
#[test]
fn if_none_of_the_named_is_written_to_there_is_no_message() {
    let (mut alice, laptop, _) = talking();
    alice.disable(&laptop);
    for named in [&["laptop", "nobody's"][..], &[]] {
        let before = alice.sessions_with(&laptop);
        let sent = alice.write_for(&laptop, named, "for nobody");
        assert!(sent.is_for_nobody());
        assert!(sent.message.is_empty());
        assert!(!sent.agreed);
        assert_eq!(sent.devices.len(), named.len());
        assert_eq!(alice.sessions_with(&laptop), before);
    }
}

/// No second session can be opened on its prekey, so the identity key is the only way.
#[test]
fn a_named_device_without_a_session_is_reached_by_the_identity_key() {
    let (mut alice, mut laptop, _) = talking();
    alice.forget_sessions(&laptop);
    let sent = alice.write_for(&laptop, &["laptop"], "by your key");
    assert_eq!(report(&sent), [("laptop", Ok(Delivery::ToIdentity))]);
    assert_eq!(laptop.read(&alice, &sent), "by your key");
    let sent = alice.write_for(&laptop, &["tablet"], "in a session");
    assert_eq!(entries(&sent), ["tablet"]);
}

#[test]
fn agreement_counts_the_named_devices() {
    let (mut alice, laptop, mut tablet) = talking();
    assert!(alice.write_for(&laptop, &["laptop"], "").agreed);
    let mut desk = Device::new(2, "desk");
    alice.learn(&mut desk);
    assert!(!alice.write(&laptop, "").agreed, "the desk has not written");
    assert!(!alice.write_for(&laptop, &["desk", "laptop"], "").agreed);
    let sent = alice.write_for(&laptop, &["tablet"], "found");
    assert!(sent.agreed);
    assert_eq!(tablet.read(&alice, &sent), "found");
}

/// It is not one that the sender does not know, as long as that is sure.
#[test]
fn a_device_that_was_left_out_does_not_answer() {
    let (mut alice, mut laptop, tablet) = talking();
    let left_out = |laptop: &mut Device, sent: &Encrypted, from: &Device| {
        let handled = laptop.handle(from, &sent.message, &id_of(&sent.message));
        assert_eq!(
            handled.result,
            Err(Unreadable::NotForThisDevice { others: 1 })
        );
        handled.recovery
    };
    for days in [0, 3, 6] {
        let sent = alice.write_for(&laptop, &["tablet"], "again");
        laptop.now_ns += days * DAY_NS;
        assert_eq!(left_out(&mut laptop, &sent, &alice), None);
        laptop.now_ns -= days * DAY_NS;
    }
    // Another device of Alice knows the tablet only.
    let mut other = Device::new(1, "desk");
    other.store = alice.store.clone();
    other.forget_sessions(&laptop);
    other.forget_sessions(&tablet);
    let sent = other.write_for(&laptop, &["tablet"], "from my desk");
    assert_eq!(
        left_out(&mut laptop, &sent, &other),
        Some(Recovery::SendBundle)
    );
    // After a week without a word nothing is sure any more.
    let sent = alice.write_for(&laptop, &["tablet"], "again");
    laptop.now_ns += 8 * DAY_NS;
    assert_eq!(
        left_out(&mut laptop, &sent, &alice),
        Some(Recovery::SendBundle)
    );
    // In its session the laptop has never heard this one.
    let mut carol = Device::new(3, "phone");
    laptop.learn(&mut carol);
    laptop.write(&carol, "are you there?");
    let mut bobs = Device::new(2, "tablet");
    carol.learn(&mut bobs);
    let sent = carol.write_for(&laptop, &["tablet"], "hello");
    assert_eq!(
        left_out(&mut laptop, &sent, &carol),
        Some(Recovery::SendBundle)
    );
}
