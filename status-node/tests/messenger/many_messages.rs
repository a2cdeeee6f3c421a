//! A long conversation, in which the ratchet turns, arrives whole, once and in order, on a network that
//! loses a third.

use crate::world::World;

#[test]
fn a_hundred_messages_turn_by_turn() {
    let mut world = World::rough(7);
    let (ann, bob) = (world.add(1), world.add(2));
    let (to_ann, to_bob) = (world.chat(ann), world.chat(bob));
    let mut ids = Vec::new();
    for number in 0..50 {
        ids.push((ann, world.write(ann, &to_bob, &format!("a{number:02}"))));
        world.run(1_500);
        ids.push((bob, world.write(bob, &to_ann, &format!("b{number:02}"))));
        world.run(1_500);
    }
    world.run(600_000);
    let texts = |letter: &str| -> Vec<_> { (0..50).map(|n| format!("{letter}{n:02}")).collect() };
    assert_eq!(world.stored(bob), texts("a"));
    assert_eq!(world.stored(ann), texts("b"));
    assert_eq!((world.shown(ann).len(), world.shown(bob).len()), (50, 50));
    for (who, id) in ids {
        assert_eq!(world.remaining(who, &id), Some(0), "{id}");
    }
}

#[test]
fn what_is_said_in_one_turn_goes_in_one_envelope() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    let before = world.parties[ann].posted.len();
    let to_bob = world.chat(bob);
    world.act(ann, |messenger, turn| {
        for number in 0..20 {
            messenger.send_text(turn, &to_bob, format!("{number}").as_str())?;
        }
        Ok(())
    });
    world.run(10_000);
    assert_eq!(world.shown(bob).len(), 21);
    assert_eq!(world.parties[ann].posted.len(), before + 1);
}
