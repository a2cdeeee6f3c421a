//! A message that was accepted arrives once at every member of its group, in either mode.
#![cfg(test)]

mod support;

use status_mvds::{
    Config, FirstSend, GroupId, GroupSettings, Mode, Numbering, Payload, RecordKind,
};
use support::*;

fn interactive() -> GroupSettings {
    GroupSettings {
        mode: Mode::Interactive,
        ..GroupSettings::default()
    }
}

#[test]
fn in_batch_mode_in_one_exchange() {
    let ([mut alice, mut bob], group) = pair(Config::default(), GroupSettings::default());
    let id = alice.append(&group, "hello", 1);
    let out = alice.transmit(1);
    assert_eq!(out.len(), 1);
    bob.receive(&alice.id, out.into_iter().next().unwrap().payload, 2);
    assert_eq!(bob.delivered[0].id, id);
    assert_eq!(bob.delivered[0].peer, alice.id);
    let back = bob.transmit(2);
    assert_eq!(back[0].payload.acks, [id.0.to_vec()]);
    alice.receive(&bob.id, back.into_iter().next().unwrap().payload, 3);
    assert!(alice.node.is_settled() && bob.node.is_settled());
}

#[test]
fn in_interactive_mode_when_the_peer_asks() {
    let ([mut alice, mut bob], group) = pair(Config::default(), interactive());
    let id = alice.append(&group, "hello", 1);
    let offer = alice.transmit(1).remove(0).payload;
    assert_eq!((offer.offers.len(), offer.messages.len()), (1, 0));
    bob.receive(&alice.id, offer, 1);
    let request = bob.transmit(1).remove(0).payload;
    assert_eq!(request.requests, [id.0.to_vec()]);
    alice.receive(&bob.id, request, 1);
    let kinds: Vec<_> = alice.node.records().map(|record| record.kind).collect();
    assert_eq!(kinds, [RecordKind::Message], "the offer became the message");
    let mut sides = [alice, bob];
    exchange(&mut sides, 1, nothing_lost);
    assert_eq!(sides[1].bodies(), ["hello"]);
    assert!(sides.iter().all(|side| side.node.is_settled()));
}

#[test]
fn with_both_modes_in_one_node() {
    let ([mut alice, mut bob], batch) = pair(Config::default(), GroupSettings::default());
    let offers = GroupId::from("with offers");
    alice.join(&offers, interactive(), &["bob"]);
    bob.join(&offers, interactive(), &["alice"]);
    alice.append(&batch, "at once", 1);
    alice.append(&offers, "on request", 1);
    let out = alice.transmit(1).remove(0).payload;
    assert_eq!((out.messages.len(), out.offers.len()), (1, 1));
    bob.receive(&alice.id, out, 1);
    let mut sides = [alice, bob];
    exchange(&mut sides, 1, nothing_lost);
    assert_eq!(sides[1].bodies(), ["at once", "on request"]);
}

#[test]
fn to_every_member_of_a_group() {
    let group = GroupId::from("three");
    let names = ["alice", "bob", "carol"];
    let mut sides = names.map(|name| Side::new(name, Config::default()));
    for (side, name) in sides.iter_mut().zip(names) {
        let others: Vec<_> = names.into_iter().filter(|other| *other != name).collect();
        side.join(&group, GroupSettings::default(), &others);
    }
    sides[0].append(&group, "to all", 1);
    sides[1].append(&group, "me too", 1);
    // Carol hears nothing at first.
    exchange(&mut sides, 1, |packet| packet.to == "carol".into());
    assert!(sides[2].delivered.is_empty());
    run(&mut sides, 1, 40, &mut nothing_lost);
    assert_eq!(sides[2].delivered.len(), 2);
    assert_eq!(sides[0].bodies(), ["me too"]);
    assert_eq!(sides[1].bodies(), ["to all"]);
}

#[test]
fn through_a_member_that_relays() {
    // Alice and Carol know only Bob.
    let group = GroupId::from("a row");
    let relay = GroupSettings {
        relay: true,
        ..GroupSettings::default()
    };
    let mut sides = ["alice", "bob", "carol"].map(|name| Side::new(name, Config::default()));
    sides[0].join(&group, relay, &["bob"]);
    sides[1].join(&group, relay, &["alice", "carol"]);
    sides[2].join(&group, relay, &["bob"]);
    sides[0].append(&group, "far", 1);
    run(&mut sides, 1, 10, &mut nothing_lost);
    assert_eq!(sides[1].bodies(), ["far"]);
    assert_eq!(sides[2].bodies(), ["far"]);
    assert!(sides[0].delivered.is_empty(), "nobody hears themselves");
}

#[test]
fn with_the_next_epoch_as_deployed() {
    let config = Config {
        first_send: FirstSend::NextEpoch,
        ..Config::default()
    };
    let ([mut alice, mut bob], group) = pair(config, GroupSettings::default());
    alice.append(&group, "slow", 10);
    assert!(alice.transmit(10).is_empty());
    assert_eq!(alice.node.poll_timeout(), Some(EPOCH));
    alice.timeout(EPOCH);
    let out = alice.transmit(EPOCH).remove(0).payload;
    bob.receive(&alice.id, out, EPOCH + 1);
    assert!(bob.transmit(EPOCH + 1).is_empty(), "acks wait too");
    assert_eq!(bob.node.poll_timeout(), Some(2 * EPOCH));
    bob.timeout(2 * EPOCH);
    assert_eq!(bob.transmit(2 * EPOCH)[0].payload.acks.len(), 1);
}

#[test]
fn in_the_numbering_of_master_when_told_so() {
    let config = Config {
        numbering: Numbering::Mdf,
        ..Config::default()
    };
    let ([mut alice, bob], group) = pair(config, GroupSettings::default());
    alice.append(&group, "new", 1);
    let out = alice
        .node
        .poll_transmit(&mut alice.store, 1)
        .unwrap()
        .unwrap();
    assert_eq!(out.peer, bob.id);
    let (read, _) = Payload::decode(out.payload.clone(), Numbering::Deployed).unwrap();
    assert!(read.is_empty());
    let (read, _) = Payload::decode(out.payload, Numbering::Mdf).unwrap();
    assert_eq!(read.messages.len(), 1);
}
