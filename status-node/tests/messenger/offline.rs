//! Who was offline gets everything when they come back, and soon.

use crate::world::World;
use status_node::messenger::LedgerState;

#[test]
fn a_peer_that_comes_back_after_hours_gets_everything_within_seconds_of_being_heard() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    world.set_online(bob, false);
    let (to_ann, to_bob) = (world.chat(ann), world.chat(bob));
    let ids: Vec<_> = (0..5)
        .map(|number| world.write(ann, &to_bob, &format!("{number}")))
        .collect();
    world.run(6 * 3_600_000);
    assert_eq!(world.shown(bob), ["hello"]);
    for id in &ids {
        assert_eq!(world.remaining(ann, id), None);
    }
    world.set_online(bob, true);
    world.write(bob, &to_ann, "back");
    world.run(10_000);
    assert_eq!(world.stored(bob), ["hello", "0", "1", "2", "3", "4"]);
    for id in &ids {
        assert_eq!(world.remaining(ann, id), Some(0));
    }
}

#[test]
fn who_never_comes_back_is_given_up_at_the_deadline() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    world.set_online(bob, false);
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "anybody there?");
    world.run(7 * 86_400_000 + 1_000);
    let states = world.states(ann, &id);
    let expired = LedgerState::Expired {
        person: Some(world.public(bob)),
    };
    assert_eq!(states.last(), Some(&expired));
    assert_eq!(states.iter().filter(|state| **state == expired).count(), 1);
    let before = world.parties[ann].posted.len();
    world.run(3_600_000);
    let after = world.parties[ann].posted.len();
    assert!(after <= before + 1, "the contact code at most");
}

#[test]
fn what_was_owed_is_owed_after_a_restart() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.set_online(bob, false);
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "hello");
    world.run(60_000);
    world.load(ann);
    world.set_online(bob, true);
    world.run(900_000);
    assert_eq!(world.shown(bob), ["hello"]);
    assert_eq!(world.remaining(ann, &id), Some(0));
}
