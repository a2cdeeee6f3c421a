//! Whoever sends what it likes costs a bounded amount of memory and disturbs nobody else.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_mvds::{
    Config, Dependencies, DropReason, Error, GroupId, GroupSettings, Message, Metadata, Payload,
    PeerId, UnknownGroups,
};
use support::*;

fn id(number: usize) -> Bytes {
    let mut id = [0; 32];
    id[..8].copy_from_slice(&number.to_le_bytes());
    Bytes::copy_from_slice(&id)
}

fn message(group: &GroupId, body: impl Into<Bytes>) -> Payload {
    Payload {
        messages: vec![Message {
            group_id: group.0.clone(),
            body: body.into(),
            ..Message::default()
        }],
        ..Payload::default()
    }
}

#[test]
fn offers_beyond_the_bound_are_dropped() {
    let config = Config {
        max_requests_per_peer: 10,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, GroupSettings::default());
    let flood = Payload {
        offers: (0..1_000).map(id).collect(),
        ..Payload::default()
    };
    alice.receive(&"bob".into(), flood.clone(), 0);
    alice.receive(&"bob".into(), flood, 0);
    assert_eq!(alice.node.record_count(), 10);
    assert_eq!(
        alice.node.counters().drops.of(DropReason::TooManyRequests),
        1_980
    );
    // Others are heard.
    alice.join(&group, GroupSettings::default(), &["carol"]);
    let offer = Payload {
        offers: vec![id(5_000)],
        ..Payload::default()
    };
    alice.receive(&"carol".into(), offer, 0);
    assert_eq!(alice.node.record_count(), 11);
}

#[test]
fn strangers_share_a_bound_and_leave_nothing_behind() {
    let config = Config {
        max_strangers: 5,
        ..Config::default()
    };
    let ([mut alice, _], _) = pair(config, GroupSettings::default());
    let before = format!("{:?}", alice.store);
    let offer = Payload {
        offers: vec![id(1)],
        ..Payload::default()
    };
    for stranger in 0..100u8 {
        alice.receive(&PeerId::from([stranger]), offer.clone(), 0);
    }
    assert_eq!(alice.node.record_count(), 5);
    assert_eq!(
        alice.node.counters().drops.of(DropReason::TooManyStrangers),
        95
    );
    alice.restart(0);
    for epoch in 0..30_000 {
        alice.timeout(epoch * EPOCH);
        alice.transmit(epoch * EPOCH);
    }
    assert!(alice.node.is_settled());
    let without_clock = |text: &str| text.split_once("peers").map(|(_, rest)| rest.to_string());
    let after = format!("{:?}", alice.store);
    assert_eq!(without_clock(&after), without_clock(&before));
}

#[test]
fn acknowledgements_that_nobody_fetches_are_bounded() {
    let config = Config {
        max_acks_per_peer: 3,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, GroupSettings::default());
    for number in 0..5u8 {
        alice.receive(&"bob".into(), message(&group, vec![number]), 0);
    }
    assert_eq!(alice.delivered.len(), 5);
    assert_eq!(alice.node.counters().drops.of(DropReason::TooManyAcks), 2);
    assert_eq!(alice.transmit(0)[0].payload.acks.len(), 3);
}

#[test]
fn a_message_of_a_group_from_outside_of_it_is_dropped() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    alice.receive(&"mallory".into(), message(&group, "let me in"), 0);
    assert!(alice.delivered.is_empty() && alice.transmit(0).is_empty());
    assert_eq!(alice.node.counters().drops.of(DropReason::NotAMember), 1);
    // The same message from a member is as good as new.
    alice.receive(&"bob".into(), message(&group, "let me in"), 0);
    assert_eq!(alice.bodies(), ["let me in"]);
}

#[test]
fn a_group_that_nobody_added_is_accepted_or_refused_as_configured() {
    let group = GroupId::from("new");
    let ([mut alice, _], _) = pair(Config::default(), GroupSettings::default());
    alice.receive(&"stranger".into(), message(&group, "hello"), 0);
    assert_eq!(alice.bodies(), ["hello"]);
    assert_eq!(alice.transmit(0)[0].to, "stranger".into());
    let config = Config {
        unknown_groups: UnknownGroups::Refuse,
        ..Config::default()
    };
    let ([mut alice, _], _) = pair(config, GroupSettings::default());
    alice.receive(&"stranger".into(), message(&group, "hello"), 0);
    assert!(alice.delivered.is_empty() && alice.transmit(0).is_empty());
    assert_eq!(alice.node.counters().drops.of(DropReason::UnknownGroup), 1);
    alice.join(&group, GroupSettings::default(), &["stranger"]);
    alice.receive(&"stranger".into(), message(&group, "hello"), 1);
    assert_eq!(alice.bodies(), ["hello"]);
}

#[test]
fn a_request_from_outside_of_the_group_is_not_served() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let secret = alice.append(&group, "for bob", 0);
    alice.transmit(0);
    alice.join(
        &GroupId::from("other"),
        GroupSettings::default(),
        &["carol"],
    );
    let ask = Payload {
        requests: vec![Bytes::copy_from_slice(&secret.0)],
        ..Payload::default()
    };
    for outsider in ["mallory", "carol"] {
        alice.receive(&outsider.into(), ask.clone(), 0);
        assert!(alice.transmit(0).is_empty());
    }
    assert_eq!(
        alice.node.counters().drops.of(DropReason::ForbiddenRequest),
        2
    );
}

#[test]
fn a_stranger_is_not_told_what_is_held() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let held = alice.append(&group, "for bob", 0);
    alice.transmit(0);
    alice.join(
        &GroupId::from("other"),
        GroupSettings::default(),
        &["carol"],
    );
    // A stranger is answered as to any other id, and so is a member of another group.
    for outsider in ["mallory", "carol"] {
        for probe in [Bytes::copy_from_slice(&held.0), id(77)] {
            let offer = Payload {
                offers: vec![probe.clone()],
                ..Payload::default()
            };
            alice.receive(&outsider.into(), offer, 0);
            let answer = alice.transmit(0).remove(0).payload;
            assert_eq!((answer.acks.len(), answer.requests), (0, vec![probe]));
        }
    }
    assert_eq!(alice.node.counters().drops.of(DropReason::KnownOffer), 0);
}

#[test]
fn strangers_are_asked_for_nothing_where_their_groups_are_refused() {
    let config = Config {
        unknown_groups: UnknownGroups::Refuse,
        ..Config::default()
    };
    let ([mut alice, _], _) = pair(config, GroupSettings::default());
    let offer = Payload {
        offers: vec![id(1)],
        ..Payload::default()
    };
    alice.receive(&"mallory".into(), offer.clone(), 0);
    assert_eq!(alice.node.record_count(), 0);
    assert!(alice.node.is_settled());
    let drops = alice.node.counters().drops;
    assert_eq!(drops.of(DropReason::ForbiddenOffer), 1);
    alice.receive(&"bob".into(), offer, 0);
    assert_eq!(alice.transmit(0)[0].payload.requests.len(), 1);
}

#[test]
fn acknowledgements_for_all_strangers_share_the_room_of_one_member() {
    let config = Config {
        max_acks_per_peer: 12,
        max_strangers: 4,
        ..Config::default()
    };
    let ([mut alice, _], _) = pair(config, GroupSettings::default());
    for stranger in 0..9u8 {
        for number in 0..9u8 {
            let group = GroupId::from([stranger]);
            alice.receive(
                &PeerId::from([stranger]),
                message(&group, [number].to_vec()),
                0,
            );
        }
    }
    assert_eq!(alice.delivered.len(), 81);
    let acks: Vec<_> = alice.transmit(0);
    assert_eq!(acks.len(), 4);
    assert!(acks.iter().all(|packet| packet.payload.acks.len() == 3));
}

/// The id of a message that several bring is remembered for each.
#[test]
fn whoever_brought_a_message_first_does_not_make_it_new_for_others() {
    let config = Config {
        max_remembered: 10,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, GroupSettings::default());
    alice.join(&group, GroupSettings::default(), &["mallory"]);
    for restarted in [false, true] {
        let body = format!("shared {restarted}");
        let shared = || message(&group, body.clone());
        alice.receive(&"mallory".into(), shared(), 0);
        alice.receive(&"bob".into(), shared(), 0);
        for number in 0..100u8 {
            let flood = format!("{restarted} {number}");
            alice.receive(&"mallory".into(), message(&group, flood), 0);
        }
        if restarted {
            alice.restart(0);
        }
        alice.receive(&"bob".into(), shared(), 0);
        let times = alice
            .bodies()
            .iter()
            .filter(|other| **other == body)
            .count();
        assert_eq!(times, 1);
    }
}

/// What somebody sent as a stranger is remembered for him once he has a group and sends it again.
#[test]
fn a_stranger_that_became_a_member_is_not_pushed_out_by_strangers() {
    let config = Config {
        max_remembered: 10,
        ..Config::default()
    };
    let ([mut alice, _], _) = pair(config, GroupSettings::default());
    let group = GroupId::from("new");
    alice.receive(&"carol".into(), message(&group, "hello"), 0);
    alice.join(&group, GroupSettings::default(), &["carol"]);
    alice.receive(&"carol".into(), message(&group, "hello"), 0);
    for number in 0..100u8 {
        let stranger = PeerId::from([number]);
        alice.receive(&stranger, message(&GroupId::from([number]), "flood"), 0);
        alice.transmit(0);
    }
    alice.receive(&"carol".into(), message(&group, "hello"), 0);
    assert_eq!(
        alice
            .bodies()
            .iter()
            .filter(|body| **body == "hello")
            .count(),
        1
    );
}

#[test]
fn messages_that_wait_for_invented_parents_are_bounded_and_not_acknowledged_beyond() {
    let settings = GroupSettings {
        dependencies: Dependencies::Causal,
        ..GroupSettings::default()
    };
    let config = Config {
        max_held_per_peer: 4,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, settings);
    alice.join(&group, settings, &["carol"]);
    let child = |number: usize| {
        let mut payload = message(&group, number.to_le_bytes().to_vec());
        payload.messages[0].metadata = Some(Metadata {
            parents: vec![id(100_000 + number)],
            ephemeral: false,
        });
        payload
    };
    for number in 0..10 {
        alice.receive(&"bob".into(), child(number), 0);
    }
    assert_eq!(alice.node.held_count(), 4);
    assert_eq!(alice.node.counters().drops.of(DropReason::TooManyHeld), 6);
    assert_eq!(alice.transmit(0)[0].payload.acks.len(), 4);
    alice.receive(&"carol".into(), child(77), 0);
    assert_eq!(alice.node.held_count(), 5);
}

#[test]
fn nobody_waits_for_the_parents_of_strangers() {
    let settings = GroupSettings {
        dependencies: Dependencies::Causal,
        ..GroupSettings::default()
    };
    let config = Config {
        unknown_groups: UnknownGroups::Accept(settings),
        ..Config::default()
    };
    let ([mut alice, _], _) = pair(config, settings);
    let mut payload = message(&GroupId::from("new"), "child");
    payload.messages[0].metadata = Some(Metadata {
        parents: (0..100).map(id).collect(),
        ephemeral: false,
    });
    alice.receive(&"stranger".into(), payload, 0);
    assert_eq!(alice.node.held_count(), 0);
    assert_eq!(alice.delivered[0].missing_parents.len(), 100);
    assert_eq!(
        alice.node.record_count(),
        64,
        "a stranger is asked for less"
    );
}

#[test]
fn offering_on_is_bounded() {
    let settings = GroupSettings {
        relay: true,
        ..GroupSettings::default()
    };
    let config = Config {
        max_unacknowledged: 10,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, settings);
    alice.join(&group, settings, &["carol"]);
    for number in 0..30u8 {
        alice.receive(&"bob".into(), message(&group, vec![number]), 0);
    }
    assert_eq!((alice.delivered.len(), alice.node.record_count()), (30, 10));
    assert_eq!(
        alice.node.counters().drops.of(DropReason::TooManyRelayed),
        20
    );
}

#[test]
fn parents_beyond_the_bound_are_ignored() {
    let settings = GroupSettings {
        dependencies: Dependencies::Eventual,
        ..GroupSettings::default()
    };
    let ([mut alice, _], group) = pair(Config::default(), settings);
    let mut payload = message(&group, "child");
    payload.messages[0].metadata = Some(Metadata {
        parents: (0..status_mvds::MAX_PARENTS + 9).map(id).collect(),
        ephemeral: false,
    });
    alice.receive(&"bob".into(), payload, 0);
    assert_eq!(alice.node.record_count(), status_mvds::MAX_PARENTS);
    assert_eq!(
        alice.node.counters().drops.of(DropReason::TooManyParents),
        9
    );
}

#[test]
fn a_parent_that_is_named_again_and_again_is_one() {
    let settings = GroupSettings {
        dependencies: Dependencies::Causal,
        ..GroupSettings::default()
    };
    let ([mut alice, _], group) = pair(Config::default(), settings);
    let mut payload = message(&group, "child");
    payload.messages[0].metadata = Some(Metadata {
        parents: vec![id(1); 200],
        ephemeral: false,
    });
    alice.receive(&"bob".into(), payload, 0);
    alice.timeout(Config::default().patience);
    assert_eq!(alice.delivered[0].missing_parents.len(), 1);
}

#[test]
fn what_a_member_asks_for_is_bounded() {
    let settings = GroupSettings {
        dependencies: Dependencies::Eventual,
        ..GroupSettings::default()
    };
    let config = Config {
        max_unacknowledged: 2,
        ..Config::default()
    };
    let ([mut alice, mut bob], group) = pair(config, settings);
    let mut ask = Payload::default();
    for number in 0..3 {
        let id = alice.append(&group, format!("{number}"), 0);
        ask.requests.push(Bytes::copy_from_slice(&id.0));
        for packet in alice.transmit(0) {
            bob.receive(&"alice".into(), packet.payload, 0);
        }
        for packet in bob.transmit(0) {
            alice.receive(&"bob".into(), packet.payload, 0);
        }
    }
    assert_eq!(alice.node.record_count(), 0);
    alice.receive(&"bob".into(), ask, 0);
    assert_eq!(alice.node.record_count(), 2);
    assert_eq!(
        alice.node.counters().drops.of(DropReason::TooManyRequested),
        1
    );
}

#[test]
fn what_is_still_here_is_known_even_if_its_id_was_forgotten() {
    let settings = GroupSettings {
        dependencies: Dependencies::Eventual,
        ..GroupSettings::default()
    };
    let config = Config {
        max_remembered: 1,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, settings);
    for body in ["first", "second", "first"] {
        alice.receive(&"bob".into(), message(&group, body), 0);
    }
    assert_eq!(alice.bodies(), ["first", "second"]);
    let own = alice.append(&group, "mine", 0);
    alice.append(&group, "mine too", 0);
    let again = alice.node.append(&mut alice.store, &group, "mine", 0);
    assert!(matches!(again, Err(Error::AlreadyAppended(id)) if id == own));
}

#[test]
fn remembered_ids_are_bounded_for_each_peer_by_itself() {
    let config = Config {
        max_remembered: 10,
        ..Config::default()
    };
    let ([mut alice, _], group) = pair(config, GroupSettings::default());
    alice.join(&group, GroupSettings::default(), &["mallory"]);
    alice.receive(&"bob".into(), message(&group, "bob's"), 0);
    for number in 0..100u8 {
        alice.receive(&"mallory".into(), message(&group, vec![number]), 0);
    }
    alice.receive(&"bob".into(), message(&group, "bob's"), 0);
    assert_eq!(alice.delivered.len(), 101, "bob's id outlived the flood");
    alice.receive(&"mallory".into(), message(&group, vec![0]), 0);
    assert_eq!(alice.delivered.len(), 102, "mallory's own did not");
    alice.receive(&"mallory".into(), message(&group, vec![99]), 0);
    assert_eq!(alice.delivered.len(), 102);
}
