//! Two devices on each side: all get everything, and only a device that is still owed gets it again.

use crate::world::World;
use status_conversational_security::{Endpoint, SqliteStore};
use status_node::messenger::LedgerState;

/// Lets each of two devices of one person know and trust the other.
pub(crate) fn pair(world: &mut World, devices: [usize; 2]) {
    for (here, there) in [(devices[0], devices[1]), (devices[1], devices[0])] {
        let key = *world.parties[here].identity.chat_key();
        let other = world.messenger(there).installation().unwrap().clone();
        let own = world.messenger(here).installation().unwrap().clone();
        let person = world.public(here);
        let enabled = world.act(here, |messenger, turn| {
            let settings = messenger.settings().security;
            let endpoint = Endpoint::new(&key, own, settings).unwrap();
            let mut store = SqliteStore::new(turn.transaction);
            Ok(endpoint.enable_installation(&mut store, &person, &other)?)
        });
        assert_eq!(enabled, Some(true), "their keys are known");
    }
}

/// Ann with a phone and a tablet, and Bob with the same.
fn four() -> (World, [usize; 2], [usize; 2]) {
    let mut world = World::quiet();
    let ann = [world.add(1), world.add(1)];
    let bob = [world.add(2), world.add(2)];
    // Contact codes make the devices of one person known to each other.
    world.run(130_000);
    pair(&mut world, ann);
    pair(&mut world, bob);
    // So that each side knows both devices of the other.
    let (to_ann, to_bob) = (world.chat(ann[0]), world.chat(bob[0]));
    for (who, chat) in [
        (ann[0], &to_bob),
        (bob[0], &to_ann),
        (ann[1], &to_bob),
        (bob[1], &to_ann),
    ] {
        world.write(who, chat, "hello");
        world.run(20_000);
    }
    (world, ann, bob)
}

#[test]
fn all_four_see_everything() {
    let (mut world, ann, bob) = four();
    let to_bob = world.chat(bob[0]);
    let id = world.write(ann[0], &to_bob, "to all");
    world.run(20_000);
    for who in [ann[1], bob[0], bob[1]] {
        assert_eq!(world.shown(who).last().unwrap(), "to all", "device {who}");
    }
    let acknowledged = |state: &LedgerState| matches!(state, LedgerState::Acknowledged { .. });
    let states = world.states(ann[0], &id);
    let acknowledged = states.iter().filter(|state| acknowledged(state)).count();
    assert_eq!(acknowledged, 3, "two of Bob's and the copy: {states:?}");
}

#[test]
fn what_one_device_has_goes_to_the_other_alone() {
    let (mut world, ann, bob) = four();
    let to_bob = world.chat(bob[0]);
    world.set_online(bob[1], false);
    let id = world.write(ann[0], &to_bob, "one is away");
    world.run(3_600_000);
    assert_eq!(world.shown(bob[0]).last().unwrap(), "one is away");
    let phone = world.messenger(bob[0]).installation().unwrap().clone();
    let expected = LedgerState::Acknowledged {
        person: world.public(bob[0]),
        installation: phone,
        remaining: 1,
    };
    assert!(world.states(ann[0], &id).contains(&expected));
    // What is repeated is not for the phone, which has it: it could not read it, and says so.
    let refused = world.messenger(bob[0]).counters().refused("unreadable");
    assert!(refused >= 3, "{refused}");
    let duplicates = world.messenger(bob[0]).counters().refused("duplicate");
    assert_eq!(duplicates, 0);
    world.set_online(bob[1], true);
    world.run(1_200_000);
    assert_eq!(world.shown(bob[1]).last().unwrap(), "one is away");
    assert_eq!(world.remaining(ann[0], &id), Some(0));
}

#[test]
fn a_device_that_is_disabled_gets_nothing_more_and_the_ledger_says_so() {
    let (mut world, ann, bob) = four();
    let to_bob = world.chat(bob[0]);
    world.set_online(bob[1], false);
    let id = world.write(ann[0], &to_bob, "before");
    world.run(10_000);
    let key = *world.parties[ann[0]].identity.chat_key();
    let own = world.messenger(ann[0]).installation().unwrap().clone();
    let tablet = world.messenger(bob[1]).installation().unwrap().clone();
    let person = world.public(bob[0]);
    world.act(ann[0], |messenger, turn| {
        let endpoint = Endpoint::new(&key, own, messenger.settings().security).unwrap();
        let mut store = SqliteStore::new(turn.transaction);
        Ok(endpoint.disable_installation(&mut store, &person, &tablet)?)
    });
    let next = world.write(ann[0], &to_bob, "after");
    world.run(20_000);
    assert_eq!(world.remaining(ann[0], &next), Some(0));
    let removed = LedgerState::Removed {
        person,
        installation: tablet,
    };
    assert!(world.states(ann[0], &id).contains(&removed));
}

#[test]
fn a_group_of_oneself_is_on_both_devices() {
    let (mut world, ann, _) = four();
    let group = world.act(ann[0], |messenger, turn| {
        messenger.create_group(turn, "mine", &[])
    });
    world.run(20_000);
    let group = group.unwrap();
    let members = world.look(ann[1], |messenger, turn| messenger.members(turn, &group));
    assert_eq!(members.len(), 1);
}

#[test]
fn a_note_to_oneself_needs_another_device() {
    let (mut world, ann, _) = four();
    let to_oneself = world.chat(ann[0]);
    let id = world.write(ann[0], &to_oneself, "milk");
    world.run(20_000);
    assert_eq!(world.shown(ann[1]).last().unwrap(), "milk");
    assert_eq!(world.remaining(ann[0], &id), Some(0));
    let mut world = World::quiet();
    let alone = world.add(1);
    let refused = world.act(alone, |messenger, turn| {
        Ok(messenger.send_text(turn, &to_oneself, "milk").is_err())
    });
    assert_eq!(refused, Some(true));
}
