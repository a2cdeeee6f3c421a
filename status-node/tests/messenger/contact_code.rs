//! One's own keys are published two minutes after the start, then every six hours, and whoever listens
//! starts a session with them.

use crate::world::World;
use status_node::coupling::Channel;
use status_node::messenger::MessengerEvent;

#[test]
fn after_two_minutes_then_every_six_hours() {
    let mut world = World::quiet();
    let ann = world.add(1);
    let topic = Channel::ContactCode(world.public(ann)).topic();
    world.run(119_999);
    assert_eq!(world.parties[ann].posted, []);
    world.run(1);
    assert_eq!(world.parties[ann].posted, [topic]);
    world.run(6 * 3_600_000 - 1);
    assert_eq!(world.parties[ann].posted.len(), 1);
    world.run(1);
    assert_eq!(world.parties[ann].posted, [topic; 2]);
    world.run(24 * 3_600_000);
    assert_eq!(world.parties[ann].posted.len(), 6);
}

#[test]
fn who_listens_starts_a_session_with_the_first_message() {
    let mut world = World::quiet();
    let (ann, bob) = (world.add(1), world.add(2));
    let to_ann = world.chat(ann);
    world.act(bob, |messenger, turn| messenger.join(turn, &to_ann));
    world.run(130_000);
    assert_eq!(world.messenger(bob).counters().bundles_in, 1);
    world.write(bob, &to_ann, "hello");
    let opens = world.parties[bob].events.iter().any(|event| {
        matches!(event, MessengerEvent::Devices { devices, .. }
            if devices.len() == 1
                && devices[0].delivery == Ok(status_conversational_security::Delivery::Opens))
    });
    assert!(opens);
    world.run(5_000);
    assert_eq!(world.shown(ann), ["hello"]);
}
