//! What the peers of a node learn: from the connection, and from the filter that they are told.

use super::filter;
use super::finding::Finding;
use super::situation::{Assumptions, Link, Situation, public_topic, tried};
use crate::coupling::PARTITIONS;
use crate::darkness::{InBloom, Place};
use crate::message::hex_node;
use status_whisper::{Bloom, Config};

pub(super) fn findings(situation: &Situation, assumptions: &Assumptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    match &situation.link {
        None => findings.push(Finding::NoNode {}),
        Some(link) => connection(situation, link, &mut findings),
    }
    match &situation.bloom {
        None => findings.push(Finding::TakesAll {}),
        Some(bloom) if *bloom == Bloom::EMPTY => findings.push(Finding::TakesNothing {}),
        Some(bloom) => announced(situation, bloom, assumptions, &mut findings),
    }
    let envelopes = situation.envelopes.len();
    let count = |bloom| {
        let all = situation.envelopes.iter();
        all.filter(|envelope| envelope.bloom == bloom).count()
    };
    let (widened, outside) = (count(InBloom::Widened), count(InBloom::Outside));
    if widened > 0 {
        findings.push(Finding::Widened {
            count: widened,
            envelopes,
        });
    }
    if outside > 0 {
        findings.push(Finding::Outside {
            count: outside,
            envelopes,
        });
    }
    findings
}

/// What the connection itself shows.
fn connection(situation: &Situation, link: &Link, findings: &mut Vec<Finding>) {
    let peers = link.peers.len();
    let envelopes = situation.envelopes.len();
    let handed = |peer: &super::Neighbour| {
        let all = situation.envelopes.iter();
        all.filter(|envelope| envelope.peers.contains(&peer.node_id))
            .count()
    };
    if peers == 0 {
        findings.push(Finding::NoPeers {});
    } else {
        findings.push(Finding::Address {
            peers,
            node_id: hex_node(&link.node_id),
        });
    }
    match link.peers.as_slice() {
        // What it has none of is linked to nobody.
        _ if situation.account.is_none() => {}
        [] => {}
        [peer] => findings.push(Finding::OnePeer {
            peer: hex_node(&peer.node_id),
            envelopes,
            handed: handed(peer),
        }),
        _ if !link.relays => findings.push(Finding::NeverRelays { peers }),
        several => {
            let to_all = situation.envelopes.iter().filter(|envelope| {
                let has = |peer: &super::Neighbour| envelope.peers.contains(&peer.node_id);
                several.iter().all(has)
            });
            findings.push(Finding::ManyPeers {
                peers,
                envelopes,
                handed_to_all: to_all.count(),
            });
        }
    }
    findings.push(Finding::Software {
        client_name: link.client_name.clone(),
    });
    let usual = Config::default().min_pow;
    if link.min_pow != usual {
        findings.push(Finding::OddWork {
            min_pow: link.min_pow,
            usual,
        });
    }
}

/// What a light node's filter shows to whoever tries topics on it.
fn announced(
    situation: &Situation,
    bloom: &Bloom,
    assumptions: &Assumptions,
    findings: &mut Vec<Finding>,
) {
    let (share, bits) = (filter::share(bloom), filter::bits(bloom));
    findings.push(Finding::TakesTopics {
        topics: situation.heard.len(),
        bits,
        share,
    });
    let count = |wanted: fn(&Place) -> bool| {
        let all = situation.heard.iter();
        all.filter(|heard| wanted(&heard.place)).count()
    };
    if situation.account.is_some() {
        let passing = filter::partitions(bloom);
        let (accounts, partitions) = (assumptions.accounts as f64, f64::from(PARTITIONS));
        findings.push(Finding::PartitionPasses {
            passing,
            partitions: PARTITIONS,
            accounts: assumptions.accounts,
            people: f64::from(passing) * accounts / partitions,
        });
        // Partition, own topic and contact code.
        let topics = 3;
        findings.push(Finding::KeyTestable {
            topics,
            chance: f64::from(passing) / partitions * share.powi(2),
        });
    }
    names(situation, bloom, assumptions, findings);
    let contact_codes = count(|place| *place == Place::ContactCode);
    if contact_codes > 0 {
        findings.push(Finding::FriendsTestable {
            contact_codes,
            share,
        });
    }
    let pairs = count(|place| *place == Place::Pair);
    if pairs > 0 {
        findings.push(Finding::FilterRecognised { pairs, bits });
    }
}

/// Which names of public chats pass the filter.
fn names(
    situation: &Situation,
    bloom: &Bloom,
    assumptions: &Assumptions,
    findings: &mut Vec<Finding>,
) {
    let tried = tried(assumptions);
    let is_joined = |name: &str| situation.public_chats().any(|joined| joined == name);
    let (mut joined, mut by_chance) = (Vec::new(), Vec::new());
    for name in tried.iter().filter(|name| bloom.admits(public_topic(name))) {
        let list = match is_joined(name.as_str()) {
            true => &mut joined,
            false => &mut by_chance,
        };
        list.push(name.as_str().to_owned());
    }
    let others = situation
        .public_chats()
        .filter(|chat| tried.iter().all(|name| name.as_str() != *chat));
    findings.push(Finding::NamesPass {
        tried: tried.len(),
        others: others.count(),
        joined,
        by_chance,
    });
}
