//! Public chats: heard by who joined, also without an account, and not listened to any more once left.

use crate::world::World;
use status_node::Chat;
use status_node::coupling::Channel;
use status_node::messenger::Settings;

fn join(world: &mut World, who: usize, chat: &Chat) {
    let joined = world.act(who, |messenger, turn| messenger.join(turn, chat));
    assert_eq!(joined, Some(true));
}

#[test]
fn whoever_joined_sees_a_text_once_and_the_author_not_again() {
    let mut world = World::quiet();
    let (ann, bob, cleo) = (world.add(1), world.add(2), world.add(3));
    let chat = Chat::public("status").unwrap();
    join(&mut world, ann, &chat);
    join(&mut world, bob, &chat);
    world.write(ann, &chat, "hello");
    world.run(1_000);
    assert_eq!(world.shown(bob), ["hello"]);
    assert_eq!(world.stored(bob), ["hello"]);
    assert_eq!(world.shown(ann), [""; 0]);
    assert_eq!(world.shown(cleo), [""; 0]);
}

#[test]
fn a_node_without_an_account_listens_and_says_nothing() {
    let mut world = World::quiet();
    let ann = world.add(1);
    let ear = world.add_with(None, Settings::default());
    let chat = Chat::public("status").unwrap();
    join(&mut world, ear, &chat);
    assert_eq!(
        world.listening(ear),
        [Channel::Public("status".into())],
        "and to nothing else"
    );
    world.write(ann, &chat, "hello");
    world.run(1_000);
    assert_eq!(world.shown(ear), ["hello"]);
    let refused = world.act(ear, |messenger, turn| {
        Ok(messenger
            .send_text(turn, &chat, "x")
            .unwrap_err()
            .to_string())
    });
    assert_eq!(refused.unwrap(), "this node has no account to do that as");
}

#[test]
fn what_is_left_is_not_listened_to_also_after_a_restart() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let own = world.listening(bob).len();
    assert_eq!(own, 3, "contact code, partition and one's own topic");
    let chats = ["a", "b"].map(|name| Chat::public(name).unwrap());
    for chat in &chats {
        join(&mut world, bob, chat);
    }
    let writer = world.chat(ann);
    world.act(bob, |messenger, turn| messenger.join(turn, &writer));
    assert_eq!(world.listening(bob).len(), own + 3);
    world.load(bob);
    assert_eq!(world.listening(bob).len(), own + 3);
    for chat in chats.iter().chain([&writer]) {
        world.act(bob, |messenger, turn| messenger.leave(turn, chat));
    }
    assert_eq!(world.listening(bob).len(), own);
    world.load(bob);
    assert_eq!(world.listening(bob).len(), own);
    world.write(ann, &chats[0], "hello");
    world.run(1_000);
    assert_eq!(world.shown(bob), [""; 0]);
}

#[test]
fn a_text_waits_for_a_first_peer_through_expiry_and_restart() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let chat = Chat::public("status").unwrap();
    join(&mut world, bob, &chat);
    world.set_online(ann, false);
    let id = world.write(ann, &chat, "hello");
    world.run(40_000);
    world.load(ann);
    world.run(40_000);
    world.set_online(ann, true);
    assert_eq!(world.shown(bob), [""; 0]);
    world.load(ann);
    world.run(40_000);
    assert_eq!(world.shown(bob), ["hello"]);
    let states = world.states(ann, &id);
    let handed = |state: &&_| matches!(state, status_node::messenger::LedgerState::Handed { .. });
    assert_eq!(states.iter().filter(handed).count(), 1);
    world.load(ann);
    world.run(40_000);
    assert_eq!(world.shown(bob), ["hello"], "and is not sent again");
}
