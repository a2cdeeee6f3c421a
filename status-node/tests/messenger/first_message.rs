//! The first message to somebody of whom nothing is known, what follows from it, and the topic of the two.

use crate::world::World;
use status_node::coupling::Channel;
use status_node::messenger::{LedgerState, MessengerEvent};

#[test]
fn a_stranger_is_reached_by_the_identity_key_and_their_device_acknowledges() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "hello");
    world.run(5_000);
    assert_eq!(world.shown(bob), ["hello"]);
    let partition = Channel::Partitioned(world.public(bob)).topic();
    assert_eq!(world.parties[ann].posted[0], partition);
    let phone = world.messenger(bob).installation().unwrap().clone();
    let expected = LedgerState::Acknowledged {
        person: world.public(bob),
        installation: phone.clone(),
        remaining: 0,
    };
    assert!(world.states(ann, &id).contains(&expected));
    // The answer brought the device's keys.
    let device = MessengerEvent::Device {
        person: world.public(bob),
        installation: phone,
    };
    assert!(world.parties[ann].events.contains(&device));
}

#[test]
fn the_topic_of_the_two_is_used_once_both_are_known_to_listen() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let secret = *world.parties[ann].identity.chat_key();
    let negotiated = Channel::negotiated(&secret, &world.public(bob));
    let listens = |world: &World, who| world.listening(who).contains(&negotiated);
    assert!(!listens(&world, ann) && !listens(&world, bob));
    world.acquaint(ann, bob);
    assert!(listens(&world, ann) && listens(&world, bob));
    let before = world.parties[ann].posted.len();
    let to_bob = world.chat(bob);
    world.write(ann, &to_bob, "between us");
    world.run(5_000);
    let topics = &world.parties[ann].posted[before..];
    assert!(!topics.is_empty());
    assert!(topics.iter().all(|topic| *topic == negotiated.topic()));
    assert_eq!(world.shown(bob), ["hello", "between us"]);
    // Their keys are not waited for any more once the chat is left; but the other does not know that, and
    // will go on writing here.
    let to_ann = world.chat(ann);
    world.act(bob, |messenger, turn| messenger.leave(turn, &to_ann));
    assert_eq!(world.listening(bob).len(), 4);
    world.write(ann, &to_bob, "still here?");
    world.run(5_000);
    assert_eq!(world.shown(bob).last().unwrap(), "still here?");
    // Once she is blocked there is nothing left of her.
    let anns = world.public(ann);
    world.act(bob, |messenger, turn| messenger.block(turn, &anns));
    assert_eq!(world.listening(bob).len(), 3);
}

#[test]
fn both_may_write_first_at_the_same_time() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let (to_ann, to_bob) = (world.chat(ann), world.chat(bob));
    for number in 0..10 {
        world.write(ann, &to_bob, &format!("a{number}"));
        world.write(bob, &to_ann, &format!("b{number}"));
        world.run(30);
    }
    world.run(20_000);
    let texts = |letter: &str| -> Vec<_> { (0..10).map(|n| format!("{letter}{n}")).collect() };
    assert_eq!(world.stored(bob), texts("a"));
    assert_eq!(world.stored(ann), texts("b"));
}
