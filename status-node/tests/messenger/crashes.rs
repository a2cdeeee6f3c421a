//! Crashes at any step, on a network that loses a third: what was committed arrives, once, and what was
//! not never happened.

use crate::world::World;
use status_node::Chat;
use status_simulated_network::Link;
use std::collections::BTreeSet;

fn converse(seed: u64) {
    let mut world = World::rough(seed);
    let parties = [world.add(1), world.add(2), world.add(3)];
    world.crash = 0.03;
    let mut written = Vec::new();
    for round in 0..12 {
        for from in parties {
            let to = parties[(from + 1 + round % 2) % 3];
            let text = format!("{round:02} from {from} to {to}");
            let chat = world.chat(to);
            let id = world.write(from, &chat, &text);
            written.push((from, to, id, text));
            world.run(700);
        }
    }
    world.run(120_000);
    world.crash = 0.0;
    world.run(1_800_000);
    let crashes: usize = world.parties.iter().map(|party| party.crashes).sum();
    assert!(crashes > 10, "seed {seed}: {crashes}");
    for who in parties {
        let expected: BTreeSet<_> = written
            .iter()
            .filter(|(_, to, _, _)| *to == who)
            .map(|(_, _, _, text)| text.clone())
            .collect();
        let stored = world.stored(who);
        let found: BTreeSet<_> = stored.iter().cloned().collect();
        assert_eq!(found, expected, "seed {seed}, device {who}");
        assert_eq!(stored.len(), found.len(), "seed {seed}: one came twice");
        let shown = world.shown(who);
        let once: BTreeSet<_> = shown.iter().collect();
        assert_eq!(shown.len(), once.len(), "seed {seed}: one was shown twice");
    }
    for (from, _, id, text) in written {
        assert_eq!(world.remaining(from, &id), Some(0), "seed {seed}: {text}");
    }
}

#[test]
fn everything_arrives_once_whatever_crashes() {
    for seed in 0..5 {
        converse(seed);
    }
}

#[test]
fn what_nobody_acknowledges_reaches_a_first_peer_whatever_crashes() {
    for seed in 0..4 {
        let mut world = World::new(seed, Link::PERFECT);
        let (ann, bob) = (world.add(1), world.add(2));
        let public = Chat::public("status").unwrap();
        world.act(bob, |messenger, turn| messenger.join(turn, &public));
        let (bobs, to_bob) = (world.public(bob), world.chat(bob));
        world.act(ann, |messenger, turn| {
            messenger.set_data_sync(turn, &bobs, false)
        });
        (world.crash, world.spared) = (0.2, Some(bob));
        let mut expected = BTreeSet::new();
        for number in 0..40 {
            let chat = [&public, &to_bob][number % 2];
            let text = format!("{number}");
            world.write(ann, chat, &text);
            world.run(100);
            expected.insert(text);
        }
        world.crash = 0.0;
        world.load(ann);
        world.run(30_000);
        assert!(world.parties[ann].crashes > 10);
        for texts in [world.stored(bob), world.shown(bob)] {
            assert_eq!(texts.len(), 40, "seed {seed}");
            assert_eq!(texts.into_iter().collect::<BTreeSet<_>>(), expected);
        }
    }
}
