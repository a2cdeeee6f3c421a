//! Payloads stay below the limit that the caller gives, and what cannot is refused before it is
//! accepted.
#![cfg(test)]

mod support;

use status_mvds::{Config, Dependencies, Draft, Error, GroupSettings, MemoryStore, Numbering};
use support::*;

fn limited(max_payload: usize) -> Config {
    Config {
        max_payload,
        ..Config::default()
    }
}

#[test]
fn a_burst_is_split() {
    let ([mut alice, mut bob], group) = pair(limited(1_000), GroupSettings::default());
    for number in 0..50u8 {
        alice.append(&group, vec![number; 200], 0);
    }
    let packets = alice.transmit(0);
    assert_eq!(packets.len(), 13, "four messages of 230 bytes fit");
    for packet in packets {
        assert!(packet.bytes <= 1_000);
        assert_eq!(payload_of(&packet, Numbering::Deployed), packet.bytes);
        bob.receive(&alice.id, packet.payload, 0);
    }
    let acks = bob.transmit(0);
    assert_eq!(
        acks.iter()
            .map(|packet| packet.payload.acks.len())
            .sum::<usize>(),
        50
    );
    assert_eq!(acks.len(), 2, "27 acknowledgements of 36 bytes fit");
    assert!(acks.iter().all(|packet| packet.bytes <= 1_000));
}

#[test]
fn the_limit_is_inclusive_and_a_larger_message_is_refused_untouched() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let draft = Draft {
        timestamp: Some(1_600_000_000),
        ..Draft::from(vec![1; 200])
    };
    alice.append(&group, draft.clone(), 0);
    let size = alice.transmit(0)[0].bytes;
    let ([mut alice, _], group) = pair(limited(size), GroupSettings::default());
    alice.append(&group, draft.clone(), 0);
    let ([mut alice, _], group) = pair(limited(size - 1), GroupSettings::default());
    let before = format!("{:?}", alice.store);
    let refused = alice.node.append(&mut alice.store, &group, draft, 0);
    match refused {
        Err(Error::TooLarge { size: got, limit }) => assert_eq!((got, limit), (size, size - 1)),
        other => panic!("{other:?}"),
    }
    assert_eq!(format!("{:?}", alice.store), before);
    assert!(alice.node.is_settled());
}

#[test]
fn parents_take_only_the_room_that_is_left() {
    let settings = GroupSettings {
        dependencies: Dependencies::Eventual,
        ..GroupSettings::default()
    };
    for limit in 230..400 {
        let ([mut alice, mut bob], group) = pair(limited(limit), settings);
        // Five heads, since Alice does not know of Bob's when she posts and the other way round.
        let mut packets = Vec::new();
        for number in 0..5u8 {
            let ([mut other, _], _) = pair(Config::default(), settings);
            other.append(&group, vec![number], 0);
            packets.extend(other.transmit(0));
        }
        for packet in packets {
            bob.receive(&alice.id, packet.payload, 0);
        }
        bob.append(&group, vec![9; 100], 0);
        let out = bob.transmit(0);
        let sent = out
            .iter()
            .find(|packet| !packet.payload.messages.is_empty());
        let sent = sent.unwrap();
        assert!(sent.bytes <= limit);
        let metadata = sent.payload.messages[0].metadata.as_ref().unwrap();
        assert!(
            metadata.parents.len() >= ((limit - 190) / 34).min(5),
            "{limit}"
        );
        alice.timeout(0);
    }
}

#[test]
fn a_message_accepted_under_a_larger_limit_still_goes_alone() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    alice.append(&group, vec![1; 5_000], 0);
    alice.append(&group, vec![2; 50], 0);
    alice.node.set_max_payload(500);
    let packets = alice.transmit(0);
    assert_eq!(packets.len(), 2);
    assert!(packets[0].bytes > 5_000 && packets[0].payload.messages.len() == 1);
}

#[test]
fn what_is_not_acknowledged_is_bounded_and_the_caller_hears_of_it() {
    let config = Config {
        max_unacknowledged: 3,
        ..Config::default()
    };
    let ([mut alice, bob], group) = pair(config, GroupSettings::default());
    for body in ["a", "b", "c"] {
        alice.append(&group, body, 0);
    }
    let full = alice.node.append(&mut alice.store, &group, "d", 0);
    assert!(matches!(full, Err(Error::Full { limit: 3 })));
    let mut sides = [alice, bob];
    exchange(&mut sides, 0, nothing_lost);
    sides[0].append(&group, "d", 0);
}

#[test]
fn misuse_is_told_with_its_reason() {
    let ([mut alice, _], group) = pair(Config::default(), GroupSettings::default());
    let store = &mut alice.store;
    let nowhere = "nowhere".into();
    let unknown = alice.node.append(store, &nowhere, "x", 0);
    assert!(matches!(unknown, Err(Error::UnknownGroup(group)) if group == nowhere));
    let unknown = alice.node.add_peer(store, &nowhere, &"bob".into());
    assert!(matches!(unknown, Err(Error::UnknownGroup(_))));
    alice
        .node
        .add_group(store, &nowhere, GroupSettings::default())
        .unwrap();
    let empty = alice.node.append(store, &nowhere, "x", 0);
    assert!(matches!(empty, Err(Error::NoMembers(_))));
    let first = alice
        .node
        .append(store, &group, "same second", 1_000)
        .unwrap();
    let again = alice.node.append(store, &group, "same second", 1_999);
    assert!(matches!(again, Err(Error::AlreadyAppended(id)) if id == first));
    alice
        .node
        .append(store, &group, "same second", 2_000)
        .unwrap();
    let _: &MemoryStore = store;
}
