//! Parents: messages are handed over after those they build on when that is asked for, and what is
//! missing is requested.
#![cfg(test)]

mod support;

use status_mvds::{
    Config, Dependencies, DropReason, GroupId, GroupSettings, Message, MessageId, Metadata,
    Payload, PeerId,
};
use support::*;

const CAUSAL: GroupSettings = GroupSettings {
    mode: status_mvds::Mode::Batch,
    dependencies: Dependencies::Causal,
    relay: false,
};

const EVENTUAL: GroupSettings = GroupSettings {
    dependencies: Dependencies::Eventual,
    ..CAUSAL
};

/// Three messages in a row of parents, each in a payload of its own.
fn row(alice: &mut Side, group: &GroupId) -> Vec<Payload> {
    let bodies = ["first", "second", "third"];
    let send = |body| {
        alice.append(group, body, 0);
        alice.transmit(0).remove(0).payload
    };
    bodies.map(send).into()
}

#[test]
fn a_message_names_those_that_have_no_children_yet() {
    let ([mut alice, mut bob], group) = pair(Config::default(), EVENTUAL);
    let first = alice.append(&group, "first", 0);
    let second = bob.append(&group, "second", 0);
    let mut sides = [alice, bob];
    exchange(&mut sides, 0, nothing_lost);
    let third = sides[0].append(&group, "third", 1);
    let out = sides[0].transmit(1).remove(0).payload.messages.remove(0);
    let mut parents = out.metadata.unwrap().parents;
    parents.sort();
    let mut heads = [first.0.to_vec(), second.0.to_vec()];
    heads.sort();
    assert_eq!(parents, heads);
    sides[0].append(&group, "fourth", 2);
    let out = sides[0].transmit(2).remove(0).payload.messages.remove(0);
    assert_eq!(out.metadata.unwrap().parents, [third.0.to_vec()]);
}

#[test]
fn whatever_the_order_of_arrival() {
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let ([mut alice, mut bob], group) = pair(Config::default(), CAUSAL);
        let payloads = row(&mut alice, &group);
        for (step, index) in order.into_iter().enumerate() {
            bob.receive(&alice.id, payloads[index].clone(), 0);
            if step == 1 {
                bob.restart(0);
            }
        }
        assert_eq!(bob.bodies(), ["first", "second", "third"], "{order:?}");
        assert!(bob.delivered.iter().all(|d| d.missing_parents.is_empty()));
        // Everything was acknowledged, whether it waited or not.
        let mut sides = [alice, bob];
        run(&mut sides, 0, 40, &mut nothing_lost);
        assert_eq!(sides[1].delivered.len(), 3);
    }
}

#[test]
fn without_waiting_when_order_does_not_matter() {
    let ([mut alice, mut bob], group) = pair(Config::default(), EVENTUAL);
    let payloads = row(&mut alice, &group);
    bob.receive(&alice.id, payloads[2].clone(), 0);
    assert_eq!(bob.bodies(), ["third"]);
    assert_eq!(bob.delivered[0].missing_parents.len(), 1);
    let out = bob.transmit(0).remove(0).payload;
    assert_eq!(out.requests.len(), 1, "the parent is asked for");
}

#[test]
fn a_missing_parent_is_requested_from_whoever_sent_the_child() {
    // Carol posts while Bob is not in the group; Alice answers to all.
    let group = GroupId::from("g");
    let mut sides = ["alice", "bob", "carol"].map(|name| Side::new(name, Config::default()));
    sides[0].join(&group, CAUSAL, &["bob", "carol"]);
    sides[1].join(&group, CAUSAL, &["alice"]);
    sides[2].join(&group, CAUSAL, &["alice"]);
    let question = sides[2].append(&group, "question", 0);
    exchange(&mut sides, 0, nothing_lost);
    sides[0].append(&group, "answer", 1);
    let out = sides[0]
        .transmit(1)
        .into_iter()
        .find(|out| out.to == "bob".into());
    sides[1].receive(&"alice".into(), out.unwrap().payload, 1);
    assert!(sides[1].delivered.is_empty());
    let request = sides[1].transmit(1).remove(0).payload;
    assert_eq!(request.requests, [question.0.to_vec()]);
    sides[0].receive(&"bob".into(), request, 1);
    run(&mut sides, 1, 40, &mut nothing_lost);
    assert_eq!(sides[1].bodies(), ["question", "answer"]);
}

#[test]
fn as_far_back_as_the_history_reaches() {
    let config = Config {
        max_history: 2,
        ..Config::default()
    };
    let ([mut alice, bob], group) = pair(config, CAUSAL);
    let mut ids = Vec::new();
    for body in ["one", "two", "three"] {
        ids.push(alice.append(&group, body, 0));
    }
    let mut sides = [alice, bob];
    exchange(&mut sides, 0, nothing_lost);
    let ask = |id: &MessageId| Payload {
        requests: vec![id.0.to_vec().into()],
        ..Payload::default()
    };
    sides[0].restart(0);
    for id in &ids {
        sides[0].receive(&"bob".into(), ask(id), 1);
    }
    assert_eq!(
        sides[0]
            .node
            .counters()
            .drops
            .of(DropReason::UnknownRequest),
        1
    );
    assert_eq!(sides[0].node.record_count(), 2);
}

fn with_parents(group: &GroupId, body: &'static str, parents: &[MessageId]) -> Message {
    Message {
        group_id: group.0.clone(),
        timestamp: 1,
        body: body.into(),
        metadata: Some(Metadata {
            parents: parents.iter().map(|id| id.0.to_vec().into()).collect(),
            ephemeral: false,
        }),
    }
}

fn bring(side: &mut Side, from: &'static str, message: Message, now: u64) {
    let payload = Payload {
        messages: vec![message],
        ..Payload::default()
    };
    side.receive(&PeerId::from(from), payload, now);
}

#[test]
fn what_finds_no_place_to_wait_takes_none_from_the_request_for_its_parent() {
    let config = Config {
        max_held_per_peer: 1,
        max_requests_per_peer: 1,
        ..Config::default()
    };
    let ([_, mut bob], group) = pair(config, CAUSAL);
    let parent = with_parents(&group, "parent", &[]);
    let child = with_parents(&group, "child", &[parent.id()]);
    let other = with_parents(&group, "other", &[parent.id()]);
    let offer = |message: &Message| Payload {
        offers: vec![message.id().0.to_vec().into()],
        ..Payload::default()
    };
    bob.receive(&"alice".into(), offer(&other), 0);
    bring(&mut bob, "alice", child, 0);
    bring(&mut bob, "alice", other, 0);
    assert_eq!(bob.node.counters().drops.of(DropReason::TooManyHeld), 1);
    bob.receive(&"alice".into(), offer(&parent), 0);
    let asked = bob
        .transmit(0)
        .into_iter()
        .flat_map(|out| out.payload.requests);
    assert_eq!(asked.collect::<Vec<_>>(), [parent.id().0.to_vec()]);
}

#[test]
fn patience_with_parents_that_never_come_ends() {
    let config = Config {
        patience: 60_000,
        ..Config::default()
    };
    let ([_, mut bob], group) = pair(config, CAUSAL);
    let missing = MessageId([7; 32]);
    let child = with_parents(&group, "child", &[missing]);
    let grandchild = with_parents(&group, "grandchild", &[child.id()]);
    bring(&mut bob, "alice", grandchild, 0);
    bring(&mut bob, "alice", child, 0);
    bob.timeout(59_000);
    assert!(bob.delivered.is_empty());
    bob.restart(59_100);
    bob.timeout(60_300);
    assert_eq!(bob.bodies(), ["child", "grandchild"]);
    assert_eq!(bob.delivered[0].missing_parents, [missing]);
    assert!(bob.delivered[1].missing_parents.is_empty());
    assert_eq!(bob.node.held_count(), 0);
}

#[test]
fn messages_that_wait_for_each_other_or_themselves_do_not_wait_for_ever() {
    let ([_, mut bob], group) = pair(Config::default(), CAUSAL);
    // Parents are not in the id, so that a circle can be made.
    let one = with_parents(&group, "one", &[]).id();
    let two = with_parents(&group, "two", &[]).id();
    bring(&mut bob, "alice", with_parents(&group, "one", &[two]), 0);
    bring(&mut bob, "alice", with_parents(&group, "two", &[one]), 0);
    let own = with_parents(&group, "self", &[]).id();
    bring(&mut bob, "alice", with_parents(&group, "self", &[own]), 0);
    assert_eq!(bob.bodies(), ["self"]);
    bob.timeout(Config::default().patience + EPOCH);
    assert_eq!(bob.delivered.len(), 3);
    assert_eq!(bob.node.held_count(), 0);
}

#[test]
fn parents_are_ignored_as_deployed_unless_a_group_wants_them() {
    let ([_, mut bob], group) = pair(Config::default(), GroupSettings::default());
    bring(
        &mut bob,
        "alice",
        with_parents(&group, "child", &[MessageId([7; 32])]),
        0,
    );
    assert_eq!(bob.bodies(), ["child"]);
    assert!(bob.transmit(0).remove(0).payload.requests.is_empty());
    bob.append(&group, "answer", 0);
    assert_eq!(bob.transmit(0)[0].payload.messages[0].metadata, None);
}

#[test]
fn a_request_that_nobody_answers_is_dropped_in_the_end() {
    let ([_, mut bob], group) = pair(Config::default(), EVENTUAL);
    bring(
        &mut bob,
        "alice",
        with_parents(&group, "child", &[MessageId([7; 32])]),
        0,
    );
    let mut requests = 0;
    for epoch in 0..30_000 {
        bob.timeout(epoch * EPOCH);
        let out = bob.transmit(epoch * EPOCH);
        requests += out
            .iter()
            .map(|out| out.payload.requests.len())
            .sum::<usize>();
    }
    assert_eq!(requests, 12);
    assert_eq!(bob.node.record_count(), 0);
    assert_eq!(
        bob.node.counters().drops.of(DropReason::RequestUnanswered),
        1
    );
}
