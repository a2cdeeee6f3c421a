//! What the envelopes of a node show: to whoever passes them on, and to whoever can open them.

use super::finding::Finding;
use super::situation::{Assumptions, Situation};
use crate::coupling::PARTITIONS;
use crate::darkness::{Cause, OwnEnvelope, Place};
use crate::pipeline;
use status_whisper::Topic;
use std::collections::{BTreeMap, BTreeSet};

/// Sizes that a finding names, those that were used most.
const MAX_SIZES: usize = 16;

pub(super) fn findings(situation: &Situation, assumptions: &Assumptions) -> Vec<Finding> {
    let envelopes = &situation.envelopes;
    if situation.account.is_none() && envelopes.is_empty() {
        return vec![Finding::NoAccount {}];
    }
    let mut findings = match envelopes.as_slice() {
        [] => vec![Finding::NothingSent {}],
        _ => seen(envelopes),
    };
    placed(situation, assumptions, &mut findings);
    if let Some(others_ahead_ms) = situation.others_ahead_ms {
        findings.push(Finding::Clock { others_ahead_ms });
    }
    findings.push(Finding::Usual {
        ttl: pipeline::TTL,
        pow: pipeline::POW,
    });
    findings.push(Finding::SignerInside {});
    findings
}

/// How many there are of each.
fn tally<T: Ord>(all: impl IntoIterator<Item = T>) -> BTreeMap<T, usize> {
    let mut counts = BTreeMap::new();
    for one in all {
        *counts.entry(one).or_default() += 1;
    }
    counts
}

/// What the bytes in the clear say by themselves.
fn seen(all: &[OwnEnvelope]) -> Vec<Finding> {
    let envelopes = all.len();
    let by_size = tally(all.iter().map(|envelope| envelope.size));
    let different = by_size.len();
    let mut sizes: Vec<(usize, usize)> = by_size.into_iter().collect();
    sizes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    sizes.truncate(MAX_SIZES);
    sizes.sort_unstable();
    let personal = all.iter().filter(|envelope| envelope.personal).count();
    let topics: BTreeMap<Topic, usize> = tally(all.iter().map(|envelope| envelope.topic));
    let ttls: BTreeSet<u32> = all.iter().map(|envelope| envelope.ttl).collect();
    let mut findings = vec![Finding::Sizes {
        envelopes,
        sizes,
        different,
    }];
    if personal > 0 {
        findings.push(Finding::Personal {
            count: personal,
            envelopes,
        });
    }
    findings.push(Finding::Topics {
        envelopes,
        topics: topics.len(),
        most: topics.values().copied().max().unwrap_or_default(),
    });
    findings.push(Finding::Times {
        ttls: ttls.into_iter().collect(),
    });
    findings
}

/// What the topics say to whoever knows where they lead.
fn placed(situation: &Situation, assumptions: &Assumptions, findings: &mut Vec<Finding>) {
    let places = situation.places();
    // A decoy is where the others are, and nobody can open it.
    let real = situation.envelopes.iter();
    let real = real.filter(|envelope| envelope.cause != Cause::Decoy);
    let (mut partitions, mut pairs) = (BTreeMap::new(), BTreeMap::new());
    let mut chats = BTreeMap::new();
    let (mut contact_code, mut unknown) = (0, 0);
    for envelope in real {
        match places.get(&envelope.topic) {
            Some(Place::Partition(number)) => *partitions.entry(*number).or_default() += 1,
            Some(Place::Pair) => *pairs.entry(envelope.topic).or_default() += 1,
            Some(Place::Public(name)) => *chats.entry(name.clone()).or_default() += 1,
            Some(Place::OwnContactCode) => contact_code += 1,
            Some(Place::OwnTopic | Place::ContactCode | Place::Unknown) | None => unknown += 1,
        }
    }
    let sum = |counts: &mut dyn Iterator<Item = &usize>| counts.sum::<usize>();
    let to_partitions = sum(&mut partitions.values());
    let to_pairs = sum(&mut pairs.values());
    let to_chats = sum(&mut chats.values());
    if to_partitions > 0 {
        findings.push(Finding::Partitions {
            count: to_partitions,
            different: partitions.len(),
            partitions: PARTITIONS,
            accounts: assumptions.accounts,
            people: sharing(assumptions.accounts),
        });
    }
    if to_pairs > 0 {
        findings.push(Finding::Pairs {
            count: to_pairs,
            topics: pairs.len(),
        });
    }
    if to_chats > 0 {
        findings.push(Finding::PublicReaders {
            count: to_chats,
            chats: chats.into_keys().collect(),
        });
    }
    if contact_code > 0 {
        findings.push(Finding::ContactCodeReaders {
            count: contact_code,
        });
    }
    if to_partitions + to_pairs > 0 {
        findings.push(Finding::PrivateReaders {
            count: to_partitions + to_pairs,
        });
    }
    if unknown > 0 {
        findings.push(Finding::UnknownReaders { count: unknown });
    }
}

/// How many of so many accounts share a partition.
pub(super) fn sharing(accounts: u64) -> f64 {
    accounts as f64 / f64::from(PARTITIONS)
}
