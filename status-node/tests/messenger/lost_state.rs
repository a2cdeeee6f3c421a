//! A device that lost everything comes back under another installation id, and is written to.

use crate::world::World;

#[test]
fn both_go_on_after_one_lost_everything() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    world.acquaint(ann, bob);
    let before = world.messenger(bob).installation().unwrap().clone();
    world.lose_state(bob);
    let after = world.messenger(bob).installation().unwrap().clone();
    assert_ne!(before, after);
    let (to_ann, to_bob) = (world.chat(ann), world.chat(bob));
    // Ann does not know yet: this one waits until Bob is heard.
    let id = world.write(ann, &to_bob, "are you there?");
    world.run(20_000);
    world.write(bob, &to_ann, "I have a new phone");
    world.run(20_000);
    assert_eq!(world.shown(ann), ["hello too", "I have a new phone"]);
    let next = world.write(ann, &to_bob, "welcome back");
    world.run(20_000);
    assert!(world.stored(bob).contains(&"welcome back".to_owned()));
    assert_eq!(world.remaining(ann, &next), Some(1), "the lost phone");
    assert_eq!(world.remaining(ann, &id), None);
}
