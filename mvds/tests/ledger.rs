//! What became of a message is told by events, each of which something has proved.
#![cfg(test)]

mod support;

use bytes::Bytes;
use status_mvds::{
    Config, Event, GivenUp, GroupId, GroupSettings, Mode, Payload, PeerId, RecordKind, Store,
};
use support::*;

#[test]
fn stored_sent_again_acknowledged_by_whom_and_when() {
    let ([mut alice, bob], group) = pair(Config::default(), GroupSettings::default());
    alice.join(&group, GroupSettings::default(), &["carol"]);
    let message = alice.append(&group, "hello", 0);
    let sent = |peer: &'static str, count, epoch| Event::Sent {
        message,
        peer: peer.into(),
        kind: RecordKind::Message,
        count,
        epoch,
    };
    let first = alice.transmit(0);
    let stored = Event::Stored {
        message,
        group: group.clone(),
        peers: 2,
    };
    assert_eq!(
        alice.ledger,
        [stored, sent("bob", 1, 0), sent("carol", 1, 0)]
    );
    alice.ledger.clear();
    let mut sides = [alice, bob];
    let packet = first.into_iter().next().unwrap();
    sides[1].receive(&"alice".into(), packet.payload, 1);
    exchange(&mut sides, 5, nothing_lost);
    let acknowledged = |peer: &'static str, at, remaining| Event::Acknowledged {
        message,
        peer: peer.into(),
        at,
        remaining,
    };
    assert_eq!(sides[0].ledger, [acknowledged("bob", 5, 1)]);
    sides[0].ledger.clear();
    let at = sides[0].node.poll_timeout().unwrap();
    sides[0].timeout(at);
    sides[0].transmit(at);
    assert_eq!(sides[0].ledger, [sent("carol", 2, at / EPOCH)]);
}

#[test]
fn an_offer_is_not_told_as_the_message() {
    let settings = GroupSettings {
        mode: Mode::Interactive,
        ..GroupSettings::default()
    };
    let ([mut alice, bob], group) = pair(Config::default(), settings);
    alice.append(&group, "hello", 0);
    let mut sides = [alice, bob];
    exchange(&mut sides, 0, nothing_lost);
    let kinds: Vec<_> = sides[0]
        .ledger
        .iter()
        .filter_map(|event| match event {
            Event::Sent { kind, count, .. } => Some((*kind, *count)),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [(RecordKind::Offer, 1), (RecordKind::Message, 1)]);
}

#[test]
fn nothing_is_told_as_sent_that_did_not_leave() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    alice.append(&group, "hello", 0);
    alice.timeout(0);
    let sent = |event: &Event| matches!(event, Event::Sent { .. });
    assert!(!alice.ledger.iter().any(sent));
    alice.restart(10 * EPOCH);
    alice.timeout(10 * EPOCH);
    assert!(!alice.ledger.iter().any(sent));
    alice.transmit(10 * EPOCH);
    assert_eq!(alice.ledger.iter().filter(|event| sent(event)).count(), 1);
}

#[test]
fn whoever_leaves_is_not_waited_for() {
    let ([mut alice, bob], group) = pair(Config::default(), GroupSettings::default());
    alice.join(&group, GroupSettings::default(), &["carol"]);
    let other = GroupId::from("other");
    alice.join(&other, GroupSettings::default(), &["carol"]);
    let message = alice.append(&group, "hello", 0);
    let elsewhere = alice.append(&other, "elsewhere", 0);
    alice.transmit(0);
    alice.ledger.clear();
    let (carol, store) = ("carol".into(), &mut alice.store);
    alice.node.remove_peer(store, &group, &carol).unwrap();
    alice.node.remove_peer(store, &group, &carol).unwrap();
    assert!(!alice.node.is_member(&group, &carol) && alice.node.is_member(&other, &carol));
    alice.transmit(0);
    let given_up = |message, peer: &'static str| Event::GivenUp {
        message,
        peer: peer.into(),
        reason: GivenUp::Removed,
    };
    assert_eq!(alice.ledger, [given_up(message, "carol")]);
    alice.ledger.clear();
    alice.node.remove_group(&mut alice.store, &group).unwrap();
    alice.transmit(0);
    assert_eq!(alice.ledger, [given_up(message, "bob")]);
    assert_eq!(alice.node.group(&group), None);
    assert!(!alice.node.is_member(&group, &bob.id));
    alice.restart(1);
    let left: Vec<_> = alice.node.records().map(|record| record.message).collect();
    assert_eq!(left, [elsewhere]);
    assert_eq!(alice.node.groups().collect::<Vec<_>>(), [&other]);
}

#[test]
fn whoever_is_replaced_still_gets_what_was_owed_and_nothing_new() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let bob = PeerId::from("bob");
    let first = alice.append(&group, "hello", 0);
    alice
        .node
        .retire_peer(&mut alice.store, &group, &bob)
        .unwrap();
    alice.join(&group, GroupSettings::default(), &["bob's phone"]);
    let members: Vec<_> = alice.node.members(&group).cloned().collect();
    assert_eq!(members, [PeerId::from("bob's phone")]);
    let second = alice.append(&group, "hello again", 0);
    alice.restart(1);
    let owed = |message, peer: &'static str| (PeerId::from(peer), message);
    let records: Vec<_> = alice.node.records().collect();
    let records: Vec<_> = records.into_iter().map(|r| (r.peer, r.message)).collect();
    assert_eq!(records.len(), 2);
    assert!(records.contains(&owed(first, "bob")));
    assert!(records.contains(&owed(second, "bob's phone")));
    alice.ledger.clear();
    let acks = vec![Bytes::copy_from_slice(&first.0)];
    let payload = Payload {
        acks,
        ..Payload::default()
    };
    alice
        .node
        .handle_payload(&mut alice.store, &bob, payload, 2)
        .unwrap();
    let event = alice.node.poll_event();
    assert!(
        matches!(&event, Some(Event::Acknowledged { message, remaining: 0, .. }) if *message == first),
        "{event:?}"
    );
}

#[test]
fn what_the_store_has_lost_is_reported_and_ends() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let message = alice.append(&group, "hello", 0);
    alice.store.remove_message(&message).unwrap();
    assert!(alice.transmit(0).is_empty());
    let lost = Event::GivenUp {
        message,
        peer: "bob".into(),
        reason: GivenUp::Lost,
    };
    assert_eq!(alice.ledger.pop(), Some(lost));
    assert!(alice.node.is_settled());
}
