//! What strangers, and contacts who mean no good, can do to the user's own things: nothing.

use super::*;
use crate::messenger::columns::tests::secret;
use crate::pipeline::Outgoing;
use secp256k1::SecretKey;
use status_payload::wire::{self, application_metadata_message::Type};
use status_payload::{Decoded, Group, GroupEvent};

/// The key of one of many strangers.
fn stranger(number: u32) -> SecretKey {
    let mut bytes = [9; 32];
    bytes[..4].copy_from_slice(&number.to_be_bytes());
    SecretKey::from_byte_array(bytes).unwrap()
}

/// Lets a message of somebody arrive, as it is without encryption inside the envelope.
fn arrive(net: &mut Net, place: usize, from: &SecretKey, kind: Type, message: Decoded) {
    let signed = Outgoing::wrap(from, kind.into(), message.encode(), 0, net.now_ms);
    net.envelopes += 1;
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&net.envelopes.to_be_bytes());
    let own = net.person(place);
    let from = crate::account::public_key(from);
    let incoming = Incoming::new(signed.bytes, from, net.now_ms / 1_000 * 1_000, Hash(hash));
    net.run(place, |messenger, turn| {
        messenger.handle_envelope(turn, &Channel::Partitioned(own), incoming)
    })
    .unwrap();
}

fn contact_update(net: &Net, picture: String) -> Decoded {
    Decoded::ContactUpdate(wire::ContactUpdate {
        clock: net.now_ms,
        ens_name: String::new(),
        profile_image: picture,
    })
}

#[test]
fn who_only_adds_the_user_makes_no_chat() {
    let mut net = Net::new(&[1]);
    let update = contact_update(&net, String::new());
    arrive(&mut net, 0, &stranger(1), Type::ContactUpdate, update);
    assert_eq!(net.ask(0, |messenger, turn| messenger.chats(turn)), []);
    let contacts = net.ask(0, |messenger, turn| messenger.contacts(turn));
    assert!(contacts[0].is_request());
}

#[test]
fn a_picture_of_any_size_keeps_nobody_from_being_told_of() {
    let mut net = Net::new(&[1, 1, 2]);
    let bob = net.person(2);
    for place in [0, 1] {
        net.command(place, |messenger, turn| {
            messenger.set_device(turn, "device", "desktop")?;
            messenger.announce_device(turn)
        });
    }
    net.settle();
    for place in [0, 1] {
        let devices = net.ask(place, |messenger, turn| messenger.devices(turn));
        let other = devices[1].installation.clone();
        net.command(place, |messenger, turn| {
            messenger.enable_device(turn, &other)
        });
    }
    net.settle();
    for size in [
        super::super::MAX_PICTURE,
        super::super::MAX_PICTURE + 1,
        200_000,
    ] {
        net.now_ms += 1_000;
        let update = contact_update(&net, "x".repeat(size));
        arrive(&mut net, 0, &secret(2), Type::ContactUpdate, update);
        net.command(0, |messenger, turn| messenger.add_contact(turn, &bob));
        net.settle();
    }
    let picture = "x".repeat(super::super::MAX_PICTURE);
    net.command(0, |messenger, turn| {
        messenger.set_profile(turn, "ann", &picture)
    });
    net.settle();
    let contact = net.ask(1, |messenger, turn| messenger.contact(turn, &bob));
    assert!(contact.unwrap().added);
}

#[test]
fn who_is_not_blocked_any_more_is_heard() {
    let mut net = Net::new(&[1, 2]);
    let (ann, bob) = (net.person(0), net.person(1));
    let (with_ann, with_bob) = (Chat::person(&ann), Chat::person(&bob));
    for _ in 0..2 {
        net.command(0, |messenger, turn| {
            messenger.send_text(turn, &with_bob, "hello")
        });
        net.settle();
        net.command(1, |messenger, turn| {
            messenger.send_text(turn, &with_ann, "hi")
        });
        net.settle();
    }
    net.command(0, |messenger, turn| messenger.block(turn, &bob));
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &with_ann, "unheard")
    });
    net.command(0, |messenger, turn| messenger.unblock(turn, &bob));
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &with_ann, "heard")
    });
    net.settle();
    assert!(net.texts(0, &with_bob).contains(&"heard".to_owned()));
}

#[test]
fn an_update_full_of_nonsense_is_reported_once_if_at_all() {
    let mut net = Net::new(&[1]);
    let me = net.person(0);
    let creator = stranger(1);
    let mut group = Group::create(&creator, "group", net.now_ms, &mut rand::rng()).unwrap();
    let mut update = group.update(None);
    for number in 0..200 {
        let change = wire::MembershipUpdateEvent {
            clock: net.now_ms - number,
            r#type: 2,
            ..Default::default()
        };
        let event = GroupEvent::sign(&creator, group.id().as_str(), &change);
        let unsigned = [&[0xff; 65][..], event.body()].concat();
        update.events.push(unsigned.into());
    }
    let nonsense = update.clone();
    let kind = Type::MembershipUpdateMessage;
    arrive(
        &mut net,
        0,
        &creator,
        kind,
        Decoded::MembershipUpdate(update),
    );
    assert_eq!(net.devices[0].events.len(), 1, "that there is a new key");
    let invite = status_payload::Action::Invite(vec![me.into()]);
    group.act(&creator, invite, net.now_ms, 0).unwrap();
    arrive(
        &mut net,
        0,
        &creator,
        kind,
        Decoded::MembershipUpdate(group.update(None)),
    );
    net.devices[0].events.clear();
    net.now_ms += 1;
    arrive(
        &mut net,
        0,
        &stranger(2),
        kind,
        Decoded::MembershipUpdate(nonsense),
    );
    let conflict = |event: &&MessengerEvent| matches!(event, MessengerEvent::Conflict { .. });
    assert_eq!(net.devices[0].events.iter().filter(conflict).count(), 1);
}
