use super::*;
use crate::messenger::{ContactRecord, contacts};
use crate::pipeline::Outgoing;
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
