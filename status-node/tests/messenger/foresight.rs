//! What a message would leave as is known before it is sent, and knowing it changes nothing.

use crate::world::World;
use status_node::Chat;
use status_node::coupling::Channel;
use status_node::messenger::Foreseen;
use status_whisper::Topic;
use std::cell::RefCell;
use std::rc::Rc;

/// What was posted, by topic and size, each as often as somebody hears it.
type Posted = Rc<RefCell<Vec<(Topic, usize)>>>;

/// Two people, the second of whom sees what the first posts.
fn two() -> (World, usize, usize, Posted) {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let posted = Posted::default();
    let seen = Rc::clone(&posted);
    world.censor = Box::new(move |to, envelope| {
        if to == bob {
            seen.borrow_mut().push((envelope.topic(), envelope.size()));
        }
        true
    });
    (world, ann, bob, posted)
}

fn foresee(world: &mut World, who: usize, chat: &Chat, text: &str) -> Vec<Foreseen> {
    let foreseen = world.act(who, |messenger, turn| messenger.foresee(turn, chat, text));
    foreseen.unwrap()
}

fn sorted(foreseen: &[Foreseen]) -> Vec<(Topic, usize)> {
    let mut all: Vec<_> = foreseen.iter().map(|one| (one.topic, one.size)).collect();
    all.sort_unstable();
    all
}

/// Foresees a text, and sends it: both come to the same.
fn compare(
    world: &mut World,
    who: usize,
    chat: &Chat,
    text: &str,
    posted: &Posted,
) -> Vec<Foreseen> {
    let before = world.stored(who);
    posted.borrow_mut().clear();
    let foreseen = foresee(world, who, chat, text);
    assert_eq!(foresee(world, who, chat, text), foreseen);
    assert_eq!(*posted.borrow(), [], "foreseeing sends nothing");
    assert_eq!(world.stored(who), before, "and stores nothing");
    world.write(who, chat, text);
    let mut sent = posted.borrow().clone();
    sent.sort_unstable();
    assert_eq!(sorted(&foreseen), sent);
    foreseen
}

#[test]
fn a_public_message_leaves_in_one_envelope_of_its_size() {
    let (mut world, ann, _, posted) = two();
    let status = Chat::public("status").unwrap();
    for len in [1, 300, 2_000] {
        let foreseen = compare(&mut world, ann, &status, &"x".repeat(len), &posted);
        assert_eq!(foreseen[0].channel, Some(Channel::Public("status".into())));
        assert_eq!(foreseen.len(), 1);
    }
}

#[test]
fn a_private_message_goes_to_the_partition_and_later_to_the_topic_of_the_two() {
    let (mut world, ann, bob, posted) = two();
    let (to_bob, to_ann) = (world.chat(bob), world.chat(ann));
    let partition = Channel::Partitioned(world.public(bob));
    let first = compare(&mut world, ann, &to_bob, "hello", &posted);
    assert_eq!(first[0].channel, Some(partition.clone()));
    assert_eq!(first[0].topic, partition.topic());
    world.run(5_000);
    world.write(bob, &to_ann, "hello back");
    world.run(5_000);
    world.write(ann, &to_bob, "how are you?");
    world.run(5_000);
    let later = compare(
        &mut world,
        ann,
        &to_bob,
        "what was foreseen is sent",
        &posted,
    );
    assert_eq!((later.len(), &later[0].channel), (1, &None));
    assert_ne!(later[0].topic, partition.topic());
    world.run(60_000);
    // No key of the session was used up by it.
    assert_eq!(
        world.shown(bob),
        ["hello", "how are you?", "what was foreseen is sent"]
    );
}

#[test]
fn what_would_be_refused_is_refused() {
    let (mut world, ann, _, _) = two();
    let status = Chat::public("status").unwrap();
    let refused = world.act(ann, |messenger, turn| {
        Ok(messenger.foresee(turn, &status, " ").is_err())
    });
    assert_eq!(refused, Some(true));
    let text = "x".repeat(2 << 20);
    let refused = world.act(ann, |messenger, turn| {
        Ok(messenger.foresee(turn, &status, text).is_err())
    });
    assert_eq!(refused, Some(true));
}
