//! Without data sync a private message goes once, and nobody acknowledges it.

use crate::world::World;
use status_node::messenger::LedgerState;

#[test]
fn it_is_sent_once_and_the_ledger_says_no_more_than_is_known() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let bobs = world.public(bob);
    world.act(ann, |messenger, turn| {
        messenger.set_data_sync(turn, &bobs, false)
    });
    world.load(ann);
    assert!(!world.messenger(ann).data_sync(&bobs));
    let to_bob = world.chat(bob);
    let id = world.write(ann, &to_bob, "hello");
    world.run(60_000);
    assert_eq!(world.shown(bob), ["hello"]);
    assert_eq!(world.parties[ann].posted.len(), 1);
    assert_eq!(world.parties[bob].posted.len(), 0);
    let states = world.states(ann, &id);
    assert!(
        matches!(
            states[..],
            [
                LedgerState::Queued,
                LedgerState::Sealed { .. },
                LedgerState::Handed { .. },
                LedgerState::Confirmed { .. }
            ]
        ),
        "{states:?}"
    );
}

#[test]
fn who_has_it_off_still_reads_and_acknowledges_what_comes_under_it() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let anns = world.public(ann);
    world.act(bob, |messenger, turn| {
        messenger.set_data_sync(turn, &anns, false)
    });
    let (to_ann, to_bob) = (world.chat(ann), world.chat(bob));
    let under = world.write(ann, &to_bob, "under data sync");
    world.run(10_000);
    let without = world.write(bob, &to_ann, "without");
    world.run(10_000);
    assert_eq!(world.shown(bob), ["under data sync"]);
    assert_eq!(world.shown(ann), ["without"]);
    assert_eq!(world.remaining(ann, &under), Some(0));
    assert_eq!(world.remaining(bob, &without), None);
}
