use super::*;
use crate::messenger::{ContactRecord, contacts};
use crate::pipeline::Outgoing;
use status_conversational_security::trust::{Standing, TrustEvent};
use status_payload::{Decoded, KnownType, wire};

fn contact(net: &mut Net, place: usize, of: usize) -> ContactRecord {
    let person = net.person(of);
    net.ask(place, |_, turn| {
        Ok(contacts::of(turn.transaction, &person)?)
    })
}

#[test]
fn adding_somebody_tells_them_who_one_is() {
    let mut net = Net::new(&[1, 2]);
    let bob = net.person(1);
    net.command(0, |messenger, turn| {
        messenger.set_profile(turn, "alice.eth", "data:a")
    });
    net.command(0, |messenger, turn| messenger.add_contact(turn, &bob));
    let hers = contact(&mut net, 0, 1);
    assert!(hers.added && !hers.has_added_us && !hers.is_request());
    let his = contact(&mut net, 1, 0);
    assert!(his.is_request());
    assert_eq!(
        (his.ens_name.as_str(), his.picture.as_str()),
        ("alice.eth", "data:a")
    );
    let alice = net.person(0);
    net.command(1, |messenger, turn| messenger.add_contact(turn, &alice));
    assert!(!contact(&mut net, 1, 0).is_request());
    assert!(contact(&mut net, 0, 1).has_added_us);
    net.command(0, |messenger, turn| {
        messenger.set_profile(turn, "", "data:b")
    });
    let his = contact(&mut net, 1, 0);
    assert_eq!(
        (his.ens_name.as_str(), his.picture.as_str()),
        ("", "data:b")
    );
    net.command(0, |messenger, turn| messenger.remove_contact(turn, &bob));
    let gone = contact(&mut net, 0, 1);
    assert!(!gone.added && gone.has_added_us);
    net.command(0, |messenger, turn| {
        messenger.set_profile(turn, "", "data:c")
    });
    assert_eq!(
        contact(&mut net, 1, 0).picture,
        "data:b",
        "he is no contact any more"
    );
}

#[test]
fn an_older_update_changes_nothing_and_a_wrong_clock_does_not_keep_out_the_next() {
    let mut net = Net::new(&[1, 2]);
    let alice = net.person(0);
    let bob = net.person(1);
    let update = |net: &mut Net, picture: &str, clock: u64| {
        let update = Decoded::ContactUpdate(wire::ContactUpdate {
            clock,
            ens_name: String::new(),
            profile_image: picture.into(),
        });
        let kind = KnownType::ContactUpdate.into();
        let signed = Outgoing::wrap(&secret(2), kind, update.encode(), 0, net.now_ms);
        let incoming = Incoming::new(signed.bytes, bob, net.now_ms, Hash([1; 32]));
        let channel = Channel::Partitioned(alice);
        net.run(0, |messenger, turn| {
            messenger.handle_envelope(turn, &channel, incoming)
        })
        .unwrap();
    };
    let now = net.now_ms;
    update(&mut net, "data:2", now);
    update(&mut net, "data:1", now - 1);
    assert_eq!(contact(&mut net, 0, 1).picture, "data:2");
    assert_eq!(net.refused(0, "outdated"), 1);
    update(&mut net, "data:3", now * 3);
    assert_eq!(contact(&mut net, 0, 1).picture, "data:3");
    net.now_ms += 1_000_000;
    let now = net.now_ms;
    update(&mut net, "data:4", now);
    assert_eq!(contact(&mut net, 0, 1).picture, "data:4");
}

#[test]
fn a_key_and_a_device_are_reported_when_they_are_seen_first() {
    let mut net = Net::new(&[1, 2, 2]);
    let [alice, bob] = [0, 1].map(|place| net.person(place));
    let his = Chat::person(&alice);
    for text in ["one", "two"] {
        net.command(1, |messenger, turn| messenger.send_text(turn, &his, text));
    }
    net.command(2, |messenger, turn| {
        messenger.send_text(turn, &his, "from another device")
    });
    let news: Vec<_> = net.devices[0]
        .events
        .iter()
        .filter_map(|event| match event {
            MessengerEvent::Trust(event) => Some(event.clone()),
            _ => None,
        })
        .collect();
    assert_eq!(news[0], TrustEvent::FirstSeen { key: bob });
    assert!(matches!(news[1], TrustEvent::NewInstallation { key, known: 1, .. } if key == bob));
    assert_eq!(news.len(), 2);
    let standing = |net: &mut Net| net.ask(0, |messenger, turn| messenger.standing(turn, &bob));
    assert_eq!(standing(&mut net), Standing::FirstUse);
    net.command(0, |messenger, turn| messenger.verify_key(turn, &bob));
    assert_eq!(standing(&mut net), Standing::Verified);
    net.devices[0].events.clear();
    net.command(0, |messenger, turn| messenger.revoke_key(turn, &bob));
    assert_eq!(standing(&mut net), Standing::Revoked);
    let revoked = MessengerEvent::Trust(TrustEvent::VerificationRevoked { key: bob });
    assert!(net.devices[0].events.contains(&revoked));
    let ours = net.ask(0, |messenger, _| messenger.safety_number(&bob));
    let theirs = net.ask(1, |messenger, _| messenger.safety_number(&alice));
    assert_eq!(ours.to_string(), theirs.to_string());
}

#[test]
fn somebody_who_is_called_like_another_is_reported() {
    let mut net = Net::new(&[1]);
    for byte in [2, 3] {
        net.command(0, |messenger, turn| {
            messenger.set_alias(turn, &person(byte), "Bob")
        });
    }
    let changed = net.devices[0].events.iter().any(|event| {
        let MessengerEvent::Trust(TrustEvent::KeyChanged { known, seen, .. }) = event else {
            return false;
        };
        (*known, *seen) == (person(2), person(3))
    });
    assert!(changed);
}

#[test]
fn nobody_is_their_own_contact() {
    let mut net = Net::new(&[1]);
    let own = net.person(0);
    for refused in [
        net.run(0, |messenger, turn| messenger.add_contact(turn, &own)),
        net.run(0, |messenger, turn| messenger.block(turn, &own)),
    ] {
        assert!(matches!(refused, Err(MessengerError::Oneself)));
    }
}
