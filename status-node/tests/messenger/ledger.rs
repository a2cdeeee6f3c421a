//! Each state of a message has the event that proves it, in its order, over restarts.

use crate::two_devices::pair;
use crate::world::{RELAY, World};
use status_node::messenger::{LedgerState, MessengerEvent};

#[test]
fn from_queued_to_acknowledged() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    world.set_online(ann, false);
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "hello");
    let states = world.states(ann, &id);
    let [LedgerState::Queued, LedgerState::Sealed { .. }] = states[..] else {
        panic!("nobody has it: {states:?}");
    };
    world.set_online(ann, true);
    world.load(ann);
    world.run(30_000);
    let states = world.states(ann, &id);
    let [
        LedgerState::Queued,
        LedgerState::Sealed { envelope: first },
        LedgerState::Sealed { envelope },
        LedgerState::Handed {
            envelope: handed,
            peer: to,
        },
        LedgerState::Confirmed {
            envelope: confirmed,
            peer: by,
        },
        LedgerState::Acknowledged { remaining: 0, .. },
    ] = &states[..]
    else {
        panic!("{states:?}");
    };
    assert_ne!(first, envelope);
    assert_eq!((handed, confirmed), (envelope, envelope));
    assert_eq!((to, by), (&RELAY, &RELAY));
    let stored = world.look(ann, |messenger, turn| messenger.message(turn, &id));
    assert_eq!(stored.unwrap().message.envelope, Some(*first));
    // Each entry was reported when it was made.
    let reported: Vec<_> = world.parties[ann]
        .events
        .iter()
        .filter_map(|event| match event {
            MessengerEvent::Ledger { message, entry } if *message == id => {
                Some(entry.state.clone())
            }
            _ => None,
        })
        .collect();
    assert_eq!(reported, states);
}

#[test]
fn each_device_of_a_recipient_is_reported_with_how_it_is_reached() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "hello");
    let reports: Vec<_> = world.parties[ann]
        .events
        .iter()
        .filter_map(|event| match event {
            MessengerEvent::Devices {
                message,
                person,
                devices,
            } if *message == id => Some((*person, devices.clone())),
            _ => None,
        })
        .collect();
    let [(person, devices)] = &reports[..] else {
        panic!("{reports:?}");
    };
    assert_eq!(*person, world.public(bob));
    assert_eq!(devices.len(), 1);
    assert!(devices[0].delivery.is_ok());
}

#[test]
fn an_acknowledgement_of_ones_own_tablet_is_nobody_elses() {
    let mut world = World::quiet();
    let (phone, tablet, bob) = (world.add(1), world.add(1), world.add(2));
    world.run(130_000);
    pair(&mut world, [phone, tablet]);
    let (bobs, to_bob) = (world.public(bob), world.chat(bob));
    world.act(phone, |messenger, turn| {
        messenger.set_data_sync(turn, &bobs, false)
    });
    world.set_online(bob, false);
    let id = world.write(phone, &to_bob, "hello");
    world.run(20_000);
    assert!(world.remaining(phone, &id) > Some(0), "the tablet has it");
    // What was given up is not acknowledged either.
    world.act(phone, |messenger, turn| {
        messenger.set_data_sync(turn, &bobs, true)
    });
    world.set_online(tablet, false);
    let id = world.write(phone, &to_bob, "hello?");
    world.act(phone, |messenger, turn| messenger.block(turn, &bobs));
    world.set_online(tablet, true);
    world.run(900_000);
    assert!(world.remaining(phone, &id) > Some(0));
    let expired = LedgerState::Expired { person: Some(bobs) };
    assert!(world.states(phone, &id).contains(&expired));
}
