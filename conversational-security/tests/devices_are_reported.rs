//! To which devices of a contact a message goes, and that the result names every one.
#![cfg(test)]

mod people;

use people::{DAY_NS, Device};
use status_conversational_security::{Delivery, Encrypted, Settings, Skipped};

fn report(sent: &Encrypted) -> Vec<(String, Result<Delivery, Skipped>)> {
    let devices = sent.devices.iter();
    devices
        .map(|device| (device.installation.to_string(), device.delivery))
        .collect()
}

#[test]
fn three_devices_with_the_newest_bundles_get_it_and_the_rest_are_named() {
    let mut alice = Device::new(1, "phone");
    let mut devices: Vec<_> = ["a", "b", "c", "d", "e"]
        .map(|id| Device::new(2, id))
        .into();
    for (age, device) in devices.iter_mut().enumerate() {
        device.now_ns += 1_000 * age as i64;
        assert_eq!(alice.learn(device).len(), 1);
    }
    let sent = alice.write(&devices[0], "hello");
    let over_limit = Err(Skipped::OverLimit { max: 3 });
    let expected = [
        ("e", Ok(Delivery::Opens)),
        ("d", Ok(Delivery::Opens)),
        ("c", Ok(Delivery::Opens)),
        ("b", over_limit),
        ("a", over_limit),
    ];
    assert_eq!(
        report(&sent),
        expected.map(|(id, delivery)| (id.to_owned(), delivery))
    );
    for device in &mut devices[2..] {
        assert_eq!(device.read(&alice, &sent), "hello");
    }
    // A newer bundle moves a device up.
    devices[0].now_ns += 1_000_000;
    alice.learn(&mut devices[0]);
    let sent = alice.write(&devices[0], "again");
    assert_eq!(report(&sent)[0], ("a".to_owned(), Ok(Delivery::Opens)));
    assert_eq!(report(&sent)[3], ("c".to_owned(), over_limit));
}

#[test]
fn a_disabled_device_is_skipped_until_it_is_enabled() {
    let (mut alice, mut bob) = (Device::new(1, "phone"), Device::new(2, "laptop"));
    alice.learn(&mut bob);
    let disabled =
        alice
            .endpoint
            .disable_installation(&mut alice.store, &bob.identity(), &bob.id());
    assert_eq!(disabled, Ok(true));
    let sent = alice.write(&bob, "to your key");
    assert_eq!(
        report(&sent),
        [("laptop".to_owned(), Err(Skipped::Disabled))]
    );
    assert_eq!(
        bob.read(&alice, &sent),
        "to your key",
        "nobody else would get it"
    );
    let unknown = "nobody's".into();
    let enabled = alice
        .endpoint
        .enable_installation(&mut alice.store, &bob.identity(), &unknown);
    assert_eq!(enabled, Ok(false));
}

#[test]
fn own_devices_are_paired_first() {
    let (mut phone, mut tablet) = (Device::new(1, "phone"), Device::new(1, "tablet"));
    let mut bob = Device::new(2, "laptop");
    assert!(!phone.learn(&mut tablet)[0].enabled);
    assert_eq!(phone.bundle().signed_pre_keys.len(), 1);
    let sent = phone.write(&tablet, "not in a session");
    assert_eq!(
        report(&sent),
        [("tablet".to_owned(), Err(Skipped::Disabled))]
    );
    phone.enable("tablet");
    assert_eq!(phone.bundle().signed_pre_keys.len(), 2);
    let sent = phone.write(&tablet, "a copy for you");
    assert_eq!(report(&sent), [("tablet".to_owned(), Ok(Delivery::Opens))]);
    assert_eq!(tablet.read(&phone, &sent), "a copy for you");
    // Contacts learn of both from either, and enable both.
    assert_eq!(bob.learn(&mut phone).len(), 2);
    let sent = bob.write(&phone, "to both");
    assert_eq!(phone.read(&bob, &sent), "to both");
    assert_eq!(tablet.read(&bob, &sent), "to both");
}

#[test]
fn the_own_bundle_names_two_others_at_most() {
    let mut phone = Device::new(1, "phone");
    for (age, id) in ["a", "b", "c"].into_iter().enumerate() {
        let mut other = Device::new(1, id);
        other.now_ns += 1_000 * age as i64;
        phone.learn(&mut other);
        phone.enable(id);
    }
    let bundle = phone.bundle();
    let named: Vec<_> = bundle.signed_pre_keys.keys().collect();
    assert_eq!(named, ["b", "c", "phone"]);
}

/// The text of 2019, section 4.3; off by default.
#[test]
fn a_silent_device_that_no_bundle_names_is_stale_if_so_set() {
    let settings = Settings {
        stale_after_ns: Some(Settings::STALE_AFTER_2019_NS),
        ..Settings::default()
    };
    let mut stale_is_off = Device::new(1, "phone");
    let mut stale_is_on = Device::with(1, "tablet", settings);
    let (mut old, mut new) = (Device::new(2, "old"), Device::new(2, "new"));
    for alice in [&mut stale_is_off, &mut stale_is_on] {
        alice.learn(&mut old);
        alice.now_ns += 8 * DAY_NS;
        new.now_ns = alice.now_ns;
        alice.learn(&mut new);
    }
    let sent = stale_is_off.write(&old, "hello");
    assert!(
        sent.devices
            .iter()
            .all(|device| device.delivery == Ok(Delivery::Opens))
    );
    let sent = stale_is_on.write(&old, "hello");
    let stale = ("old".to_owned(), Err(Skipped::Stale { days: 8 }));
    assert_eq!(
        report(&sent),
        [("new".to_owned(), Ok(Delivery::Opens)), stale]
    );
    // Heard again, it is written to again.
    stale_is_on.learn(&mut old);
    let hello = old.write(&stale_is_on, "I am still here");
    assert_eq!(stale_is_on.read(&old, &hello), "I am still here");
    let sent = stale_is_on.write(&old, "so you are");
    assert_eq!(old.read(&stale_is_on, &sent), "so you are");
}

#[test]
fn many_devices_of_one_identity_leave_room_for_others() {
    use status_conversational_security::{CompressedKey, MAX_INSTALLATIONS, Store};
    let mut alice = Device::new(1, "phone");
    let mut bob = Device::new(2, "laptop");
    alice.learn(&mut bob);
    for age in 0..2 * MAX_INSTALLATIONS {
        let mut device = Device::new(3, &format!("device {age}"));
        device.now_ns += 1_000 * age as i64;
        alice.learn(&mut device);
    }
    let eve = CompressedKey::from(&Device::new(3, "any").identity());
    let Ok(known) = alice.store.installations(&eve);
    assert_eq!(known.len(), MAX_INSTALLATIONS);
    assert_eq!(&*known[0].id, "device 63", "the newest stay");
    let of_eve = alice
        .store
        .all_prekeys()
        .filter(|prekey| prekey.identity == eve);
    assert_eq!(of_eve.count(), MAX_INSTALLATIONS);
    let sent = alice.write(&bob, "still here?");
    assert_eq!(bob.read(&alice, &sent), "still here?");
}

/// Installations that no bundle names can open sessions too.
#[test]
fn sessions_with_devices_that_nobody_announced_are_bounded() {
    use status_conversational_security::MAX_INSTALLATIONS;
    let mut bob = Device::new(2, "laptop");
    for number in 0..MAX_INSTALLATIONS {
        bob.learn(&mut Device::new(3, &format!("announced {number}")));
    }
    for number in 0..MAX_INSTALLATIONS + 8 {
        let mut eve = Device::new(3, &format!("hidden {number}"));
        eve.learn(&mut bob);
        let sent = eve.write(&bob, "hello");
        let hidden = people::changed(&sent.message, |message| message.bundles.clear());
        assert!(
            bob.handle(&eve, &hidden, &[number as u8; 32])
                .result
                .is_ok()
        );
    }
    assert!(bob.store.all_installations().count() <= MAX_INSTALLATIONS);
    assert!(bob.store.all_sessions().count() <= MAX_INSTALLATIONS);
    assert_eq!(
        bob.write(&Device::new(3, "any"), "to whom?")
            .min_protocol_version,
        1
    );
}
