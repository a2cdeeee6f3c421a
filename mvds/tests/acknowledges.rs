//! A message is acknowledged each time it arrives, and handed over the first time only; what an
//! acknowledgement, a request or an offer names in vain does no harm.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_mvds::{
    Config, DropReason, Event, GroupId, GroupSettings, Message, Mode, Payload, PeerId,
    UnknownGroups,
};
use support::*;

fn id(number: u8) -> Bytes {
    Bytes::copy_from_slice(&[number; 32])
}

#[test]
fn every_arrival_also_after_a_restart() {
    let ([mut alice, mut bob], group) = pair(Config::default(), GroupSettings::default());
    alice.append(&group, "again", 0);
    let sent = alice.transmit(0).remove(0).payload;
    for time in 0..3 {
        bob.receive(&alice.id, sent.clone(), time);
        assert_eq!(bob.transmit(time)[0].payload.acks.len(), 1);
        bob.restart(time);
    }
    assert_eq!(bob.bodies(), ["again"]);
    bob.receive(&alice.id, sent, 4);
    assert_eq!(bob.node.counters().drops.of(DropReason::Duplicate), 1);
}

/// The acknowledgement was lost, and its sender removed before the message came again.
#[test]
fn what_a_removed_peer_repeats_and_nothing_else_of_it() {
    for refuse in [false, true] {
        let unknown_groups = match refuse {
            true => UnknownGroups::Refuse,
            false => UnknownGroups::default(),
        };
        let config = Config {
            unknown_groups,
            ..Config::default()
        };
        let ([mut alice, mut bob], group) = pair(config, GroupSettings::default());
        alice.append(&group, "before", 0);
        let before = alice.transmit(0).remove(0).payload;
        alice.append(&group, "after", 0);
        let after = alice.transmit(0).remove(0).payload;
        bob.receive(&alice.id, before.clone(), 0);
        bob.transmit(0);
        bob.node
            .remove_peer(&mut bob.store, &group, &alice.id)
            .unwrap();
        bob.restart(1);
        bob.receive(&alice.id, before.clone(), 1);
        let acks = bob.transmit(1).remove(0).payload.acks;
        assert_eq!(acks, [before.messages[0].id().0[..].to_vec()]);
        bob.receive(&alice.id, after.clone(), 2);
        assert!(bob.transmit(2).is_empty());
        assert_eq!(bob.node.counters().drops.of(DropReason::NotAMember), 1);
        assert_eq!(bob.bodies(), ["before"]);
        bob.node.remove_group(&mut bob.store, &group).unwrap();
        bob.receive(&alice.id, before, 3);
        assert_eq!(bob.transmit(3)[0].payload.acks.len(), 1);
        assert_eq!(bob.bodies(), ["before"]);
    }
}

#[test]
fn several_with_one_payload_and_beside_what_goes_there_anyway() {
    let ([mut alice, mut bob], group) = pair(Config::default(), GroupSettings::default());
    for body in ["one", "two", "three"] {
        alice.append(&group, body, 0);
        let sent = alice.transmit(0).remove(0).payload;
        bob.receive(&alice.id, sent, 0);
    }
    bob.append(&group, "answer", 0);
    let out = bob.transmit(0);
    assert_eq!(out.len(), 1);
    assert_eq!(out[0].payload.acks.len(), 3);
    assert_eq!(out[0].payload.messages.len(), 1);
}

#[test]
fn only_the_peer_to_whom_it_was_sent_can_acknowledge() {
    let ([mut alice, mut bob], group) = pair(Config::default(), GroupSettings::default());
    let message = alice.append(&group, "for bob", 0);
    alice.transmit(0);
    let ack = Payload {
        acks: vec![Bytes::copy_from_slice(&message.0)],
        ..Payload::default()
    };
    alice.join(
        &GroupId::from("other"),
        GroupSettings::default(),
        &["carol"],
    );
    for stranger in ["mallory", "carol"] {
        alice.receive(&PeerId::from(stranger), ack.clone(), 0);
        assert_eq!(alice.node.record_count(), 1);
    }
    assert_eq!(alice.node.counters().drops.of(DropReason::UnknownAck), 2);
    alice.receive(&bob.id, ack.clone(), 7);
    assert_eq!(alice.node.record_count(), 0);
    let acknowledged = Event::Acknowledged {
        message,
        peer: bob.id.clone(),
        at: 7,
        remaining: 0,
    };
    assert_eq!(alice.ledger.last(), Some(&acknowledged));
    alice.receive(&bob.id, ack, 8);
    assert_eq!(alice.node.counters().drops.of(DropReason::UnknownAck), 3);
    bob.timeout(9);
}

#[test]
fn an_unknown_id_does_not_keep_the_rest_from_being_read() {
    let ([mut alice, bob], group) = pair(Config::default(), GroupSettings::default());
    let message = alice.append(&group, "hello", 0);
    alice.transmit(0);
    let payload = Payload {
        acks: vec![
            id(1),
            Bytes::from_static(b"short"),
            Bytes::copy_from_slice(&message.0),
        ],
        requests: vec![id(2), Bytes::new()],
        offers: vec![Bytes::from(vec![3; 33]), id(4)],
        messages: vec![Message {
            group_id: group.0.clone(),
            body: "hi".into(),
            ..Message::default()
        }],
    };
    alice.receive(&bob.id, payload, 1);
    let drops = alice.node.counters().drops;
    assert_eq!(drops.of(DropReason::UnknownAck), 1);
    assert_eq!(drops.of(DropReason::UnknownRequest), 1);
    assert_eq!(drops.of(DropReason::MalformedId), 3);
    assert_eq!(alice.bodies(), ["hi"]);
    let out = alice.transmit(1).remove(0).payload;
    assert_eq!(out.requests, [id(4)], "the offer was taken up");
    assert_eq!(out.acks.len(), 1);
}

#[test]
fn empty_payloads_are_counted_and_never_answered() {
    let ([mut alice, bob], _) = pair(Config::default(), GroupSettings::default());
    alice.receive(&bob.id, Payload::default(), 0);
    assert!(alice.transmit(0).is_empty());
    assert_eq!(alice.node.counters().drops.of(DropReason::EmptyPayload), 1);
    assert!(alice.node.is_settled());
}

#[test]
fn an_offer_of_what_is_held_is_answered_so_that_it_ends() {
    let settings = GroupSettings {
        mode: Mode::Interactive,
        ..GroupSettings::default()
    };
    let ([mut alice, mut bob], group) = pair(Config::default(), settings);
    alice.append(&group, "hello", 0);
    let offer = alice.transmit(0).remove(0).payload;
    let mut sides = [alice, bob];
    sides[1].receive(&"alice".into(), offer.clone(), 0);
    // The last acknowledgement is lost, and Alice begins anew with her offer.
    exchange(&mut sides, 0, |packet| !packet.payload.acks.is_empty());
    [alice, bob] = sides;
    bob.receive(&alice.id, offer, 1);
    let answer = bob.transmit(1).remove(0).payload;
    assert_eq!((answer.acks.len(), answer.requests.len()), (1, 0));
    alice.receive(&bob.id, answer, 1);
    assert!(alice.node.is_settled() && bob.node.is_settled());
}

#[test]
fn a_repeated_offer_or_request_neither_stalls_nor_multiplies() {
    let settings = GroupSettings {
        mode: Mode::Interactive,
        ..GroupSettings::default()
    };
    let ([mut alice, mut bob], group) = pair(Config::default(), settings);
    alice.append(&group, "hello", 0);
    let offer = alice.transmit(0).remove(0).payload;
    for _ in 0..5 {
        bob.receive(&alice.id, offer.clone(), 0);
    }
    let requests = bob.transmit(0);
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].payload.requests.len(), 1);
    for _ in 0..5 {
        alice.receive(&bob.id, requests[0].payload.clone(), 0);
    }
    let messages = alice.transmit(0);
    assert_eq!(messages.len(), 1);
    assert_eq!(messages[0].payload.messages.len(), 1);
    assert_eq!(alice.node.record_count(), 1);
}
