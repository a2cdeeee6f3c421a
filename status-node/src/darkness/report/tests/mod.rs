//! Each sentence, from a situation in which it is true; and reports in which it must not stand.

mod envelopes;
mod neighbours;
mod peers;
mod planned;

use super::*;
use crate::Chat;
use crate::account::public_key;
use crate::chat::PublicName;
use crate::coupling::Channel;
use crate::darkness::{Cause, InBloom, OwnEnvelope};
use secp256k1::{PublicKey, SecretKey};
use status_devp2p::NodeId;
use status_whisper::{Bloom, Hash, Topic};

fn key(byte: u8) -> SecretKey {
    SecretKey::from_byte_array([byte; 32]).unwrap()
}

fn person(byte: u8) -> PublicKey {
    public_key(&key(byte))
}

fn peer(byte: u8) -> Neighbour {
    Neighbour {
        node_id: NodeId([byte; 64]),
        bloom: None,
        brought: 0,
        first: 0,
        outside: 0,
    }
}

fn link(peers: u8) -> Link {
    Link {
        node_id: NodeId([0xab; 64]),
        client_name: "status-node/v1".into(),
        relays: true,
        announces_sent: true,
        min_pow: 0.001,
        peers: (1..=peers).map(peer).collect(),
        decoys_per_hour: None,
    }
}

/// A full node with an account, in `#status` and another chat, with one friend.
fn situation(peers: u8) -> Situation {
    let own = person(1);
    let channels = [
        Channel::Partitioned(own),
        Channel::PersonalDiscovery(own),
        Channel::ContactCode(own),
        Channel::Public("status".into()),
        Channel::Public("a-secret-place".into()),
        Channel::ContactCode(person(2)),
        Channel::negotiated(&key(1), &person(2)),
    ];
    Situation {
        now_ms: 1_590_000_000_000,
        link: Some(link(peers)),
        bloom: None,
        account: Some(own),
        heard: channels
            .iter()
            .map(|channel| Heard::of(channel, Some(&own)))
            .collect(),
        envelopes: Vec::new(),
        acknowledges: true,
        others_ahead_ms: None,
    }
}

/// An envelope that the peers 1 to `peers` were handed.
fn sent(channel: &Channel, hour: u64, peers: u8) -> OwnEnvelope {
    let personal = matches!(channel, Channel::Partitioned(_));
    OwnEnvelope {
        hash: Hash([1; 32]),
        topic: channel.topic(),
        personal,
        size: if personal { 645 } else { 560 },
        ttl: 15,
        posted_ms: 1_590_000_000_000 + hour * 3_600_000,
        cause: Cause::Message,
        bloom: InBloom::Full,
        peers: (1..=peers).map(|byte| NodeId([byte; 64])).collect(),
    }
}

fn sentences(situation: &Situation) -> Vec<String> {
    let findings = report(situation, &Assumptions::default());
    findings.iter().map(ToString::to_string).collect()
}

#[track_caller]
fn says(situation: &Situation, start: &str) -> String {
    let said = sentences(situation);
    let found = said.iter().find(|sentence| sentence.starts_with(start));
    found
        .unwrap_or_else(|| panic!("{start:?} is not in {said:#?}"))
        .clone()
}

#[track_caller]
fn says_whole(situation: &Situation, sentence: &str) {
    assert_eq!(says(situation, sentence), sentence);
}

#[track_caller]
fn does_not_say(situation: &Situation, part: &str) {
    let said = sentences(situation);
    assert!(!said.iter().any(|one| one.contains(part)), "{said:#?}");
}

#[test]
fn findings_come_by_observer_and_end_in_no_period() {
    let mut situation = situation(1).as_light();
    let status = Channel::Public("status".into());
    situation.envelopes = vec![sent(&status, 0, 1)];
    let findings = report(&situation, &Assumptions::default());
    assert!(findings.is_sorted_by_key(Finding::observer));
    let to: std::collections::BTreeSet<_> = findings.iter().map(Finding::observer).collect();
    assert_eq!(to.len(), 4);
    for finding in &findings {
        let sentence = finding.to_string();
        assert!(
            !sentence.ends_with('.') && !sentence.contains("  "),
            "{sentence}"
        );
        assert!(!sentence.contains(['{', '\n']), "{sentence}");
    }
    let advice = findings.iter().filter(|finding| finding.advice().is_some());
    assert!(advice.count() >= 3);
}
