use super::*;
use crate::messenger::{Member, chats};
use crate::pipeline::Outgoing;
use status_payload::{Decoded, GroupEvent, GroupId, KnownType, wire};

fn members(net: &mut Net, place: usize, group: &GroupId) -> Vec<Member> {
    net.ask(place, |messenger, turn| messenger.members(turn, group))
}

fn joined(net: &mut Net, place: usize, group: &GroupId) -> Vec<PublicKey> {
    let members = members(net, place, group);
    members
        .iter()
        .filter(|member| member.joined)
        .map(|member| member.person)
        .collect()
}

fn name(net: &mut Net, place: usize, group: &GroupId) -> String {
    let chat = Chat::Group(group.clone());
    let record = net.ask(place, |_, turn| Ok(chats::get(turn.transaction, &chat)?));
    record.map(|record| record.name).unwrap_or_default()
}

fn agree(net: &mut Net, group: &GroupId, places: &[usize]) {
    let first = members(net, places[0], group);
    let called = name(net, places[0], group);
    for place in &places[1..] {
        assert_eq!(members(net, *place, group), first);
        assert_eq!(name(net, *place, group), called);
    }
}

/// A group of three in which everybody did everything.
fn all_actions(loss: u32, seed: u64) {
    let mut net = Net::new(&[1, 2, 3]);
    net.loss = loss;
    net.rng = StdRng::seed_from_u64(seed);
    let [alice, bob, carol] = [0, 1, 2].map(|place| net.person(place));
    let group = net.command(0, |messenger, turn| {
        messenger.create_group(turn, "three", &[bob])
    });
    let chat = Chat::Group(group.clone());
    net.settle();
    net.command(1, |messenger, turn| messenger.join_group(turn, &group));
    net.settle();
    net.command(0, |messenger, turn| {
        messenger.add_members(turn, &group, &[carol])
    });
    net.settle();
    // Carol was invited and did not join: neither does she see it, nor can she speak.
    net.command(1, |messenger, turn| {
        messenger.send_text(turn, &chat, "without carol")
    });
    net.settle();
    let early = net.run(2, |messenger, turn| {
        messenger.send_text(turn, &chat, "too early")
    });
    assert!(matches!(early, Err(MessengerError::NotJoined)));
    net.command(2, |messenger, turn| messenger.join_group(turn, &group));
    net.settle();
    assert_eq!(joined(&mut net, 2, &group), [alice, bob, carol]);
    agree(&mut net, &group, &[0, 1, 2]);

    net.command(0, |messenger, turn| messenger.promote(turn, &group, &[bob]));
    net.settle();
    net.command(1, |messenger, turn| {
        messenger.rename_group(turn, &group, "all three")
    });
    net.settle();
    for place in 0..3 {
        net.command(place, |messenger, turn| {
            messenger.send_text(turn, &chat, format!("from {place}"))
        });
        net.settle();
    }
    agree(&mut net, &group, &[0, 1, 2]);
    assert_eq!(name(&mut net, 2, &group), "all three");
    let common = ["from 0", "from 1", "from 2"];
    let all = ["without carol", "from 0", "from 1", "from 2"];
    assert_eq!(net.texts(0, &chat), all);
    assert_eq!(net.texts(1, &chat), all);
    assert_eq!(net.texts(2, &chat), common);

    net.command(1, |messenger, turn| {
        messenger.remove_member(turn, &group, &carol)
    });
    net.settle();
    assert_eq!(members(&mut net, 2, &group).len(), 2, "she was told");
    let after = net.run(2, |messenger, turn| {
        messenger.send_text(turn, &chat, "still here?")
    });
    assert!(matches!(after, Err(MessengerError::NotJoined)));
    net.command(0, |messenger, turn| {
        messenger.send_text(turn, &chat, "carol is gone")
    });
    net.settle();
    assert_eq!(net.texts(2, &chat), common);
    net.command(0, |messenger, turn| messenger.leave_group(turn, &group));
    net.settle();
    assert_eq!(members(&mut net, 1, &group).len(), 1);
    let shown = net.ask(0, |_, turn| Ok(chats::get(turn.transaction, &chat)?));
    assert!(!shown.unwrap().active);
    // Nothing was in conflict.
    for device in &net.devices {
        let conflict = |event: &&MessengerEvent| matches!(event, MessengerEvent::Conflict { .. });
        assert_eq!(device.events.iter().find(conflict), None);
    }
}

#[test]
fn a_group_of_three_does_everything() {
    all_actions(0, 1);
}

#[test]
fn a_group_of_three_does_everything_over_a_line_that_loses_a_third() {
    for seed in 1..3 {
        all_actions(33, seed);
    }
}

#[test]
fn who_was_away_sees_what_became_of_the_group() {
    let mut net = Net::new(&[1, 2, 3]);
    let [bob, carol] = [1, 2].map(|place| net.person(place));
    let group = net.command(0, |messenger, turn| {
        messenger.create_group(turn, "three", &[bob, carol])
    });
    net.settle();
    net.command(1, |messenger, turn| messenger.join_group(turn, &group));
    net.command(2, |messenger, turn| messenger.join_group(turn, &group));
    net.settle();
    net.devices[2].offline = true;
    net.command(0, |messenger, turn| messenger.promote(turn, &group, &[bob]));
    net.command(1, |messenger, turn| {
        messenger.rename_group(turn, &group, "two and one")
    });
    net.command(0, |messenger, turn| {
        messenger.remove_member(turn, &group, &carol)
    });
    net.devices[2].offline = false;
    net.settle();
    assert_eq!(members(&mut net, 2, &group).len(), 2);
    agree(&mut net, &group, &[0, 1, 2]);
}

#[test]
fn admins_who_act_at_the_same_time_agree_in_the_end() {
    for seed in 0..2 {
        let mut net = Net::new(&[1, 2, 3]);
        net.rng = StdRng::seed_from_u64(seed);
        let [bob, carol] = [1, 2].map(|place| net.person(place));
        let group = net.command(0, |messenger, turn| {
            messenger.create_group(turn, "three", &[bob, carol])
        });
        net.command(1, |messenger, turn| messenger.join_group(turn, &group));
        net.command(2, |messenger, turn| messenger.join_group(turn, &group));
        net.command(0, |messenger, turn| messenger.promote(turn, &group, &[bob]));
        net.settle();
        // Nobody hears of the others before they have acted.
        net.run(0, |messenger, turn| {
            messenger.rename_group(turn, &group, "of alice")
        })
        .unwrap();
        net.run(1, |messenger, turn| {
            messenger.rename_group(turn, &group, "of bob")
        })
        .unwrap();
        net.run(2, |messenger, turn| messenger.leave_group(turn, &group))
            .unwrap();
        net.settle();
        agree(&mut net, &group, &[0, 1]);
        assert_eq!(members(&mut net, 0, &group).len(), 2);
    }
}

#[test]
fn what_is_not_allowed_is_refused_before_anything_is_sent() {
    let mut net = Net::new(&[1, 2]);
    let [alice, bob] = [0, 1].map(|place| net.person(place));
    let group = net.command(0, |messenger, turn| {
        messenger.create_group(turn, "two", &[bob])
    });
    let refused = [
        net.run(1, |messenger, turn| {
            messenger.rename_group(turn, &group, "mine")
        }),
        net.run(1, |messenger, turn| {
            messenger.remove_member(turn, &group, &alice)
        }),
        net.run(1, |messenger, turn| {
            messenger.add_members(turn, &group, &[person(9)])
        }),
        net.run(0, |messenger, turn| {
            messenger.remove_member(turn, &group, &person(9))
        }),
        net.run(0, |messenger, turn| {
            messenger.rename_group(turn, &group, "")
        }),
    ];
    for refused in refused {
        assert!(
            matches!(refused, Err(MessengerError::Group(_))),
            "{refused:?}"
        );
    }
    let long = "x".repeat(crate::messenger::MAX_CHAT_NAME + 1);
    let refused = net.run(0, |messenger, turn| {
        messenger.rename_group(turn, &group, &long)
    });
    assert!(matches!(refused, Err(MessengerError::TooLarge { .. })));
    assert!(net.flying.is_empty());
    let nowhere = GroupId::random(person(9).into(), &mut rand::rng());
    let refused = net.run(0, |messenger, turn| messenger.join_group(turn, &nowhere));
    assert!(matches!(refused, Err(MessengerError::UnknownChat(_))));
}

#[test]
fn an_event_that_is_not_allowed_is_a_conflict_and_stops_nothing() {
    let mut net = Net::new(&[1, 2]);
    let [alice, bob] = [0, 1].map(|place| net.person(place));
    let group = net.command(0, |messenger, turn| {
        messenger.create_group(turn, "two", &[bob])
    });
    net.settle();
    let clock = net.now_ms;
    let change = |kind, clock| wire::MembershipUpdateEvent {
        clock,
        name: "mine".into(),
        r#type: kind,
        ..Default::default()
    };
    // Bob is no admin; but he may join.
    let events = [
        GroupEvent::sign(&secret(2), group.as_str(), &change(2, clock + 1)),
        GroupEvent::sign(&secret(2), group.as_str(), &change(4, clock + 2)),
    ];
    let update = Decoded::MembershipUpdate(wire::MembershipUpdateMessage {
        chat_id: group.to_string(),
        events: events
            .iter()
            .map(|event| event.as_bytes().clone())
            .collect(),
        message: None,
    });
    let kind = KnownType::MembershipUpdateMessage.into();
    let signed = Outgoing::wrap(&secret(2), kind, update.encode(), 0, clock);
    let incoming = Incoming::new(signed.bytes, bob, clock, Hash([1; 32]));
    let channel = Channel::Partitioned(alice);
    net.run(0, |messenger, turn| {
        messenger.handle_envelope(turn, &channel, incoming)
    })
    .unwrap();
    assert_eq!(name(&mut net, 0, &group), "two");
    assert_eq!(joined(&mut net, 0, &group), [alice, bob]);
    let conflicts = net.devices[0].events.iter().filter(|event| {
        matches!(event, MessengerEvent::Conflict { reason, .. } if reason.contains("admin"))
    });
    assert_eq!(conflicts.count(), 1);
}

#[test]
fn strangers_cannot_invite_without_end() {
    let mut net = Net::new(&[1, 2]);
    let alice = net.person(0);
    for number in 0..70 {
        let name = format!("group {number}");
        net.command(1, |messenger, turn| {
            messenger.create_group(turn, &name, &[alice])
        });
    }
    net.settle();
    let all = net.ask(0, |_, turn| Ok(chats::all(turn.transaction)?));
    let groups = all
        .iter()
        .filter(|record| matches!(record.chat, Chat::Group(_)));
    assert_eq!(groups.count(), 64);
    assert!(net.refused(0, "too_many_invitations") >= 6);
}
