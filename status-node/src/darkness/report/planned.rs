//! What a message that is not sent yet would give away.

use super::envelopes::sharing;
use super::finding::Finding;
use super::situation::{Assumptions, Situation};
use crate::coupling::PARTITIONS;
use crate::darkness::Place;
use crate::pipeline;
use status_whisper::Topic;

/// An envelope that a message would leave in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// Its topic.
    pub topic: Topic,
    /// Where it would go.
    pub place: Place,
    /// Its size in bytes.
    pub size: usize,
}

/// What these envelopes, which one message would leave in, would give away.
pub fn lint(situation: &Situation, planned: &[Planned], assumptions: &Assumptions) -> Vec<Finding> {
    let mut findings = Vec::new();
    for envelope in planned {
        findings.extend(of_place(situation, envelope, assumptions));
        findings.extend(of_filter(situation, envelope.topic));
    }
    let mut sizes: Vec<usize> = planned.iter().map(|envelope| envelope.size).collect();
    sizes.sort_unstable();
    sizes.dedup();
    let envelopes = planned.len();
    findings.push(Finding::Leaves { envelopes, sizes });
    if envelopes > 1 {
        findings.push(Finding::Together { envelopes });
    }
    findings.push(Finding::Times {
        ttls: vec![pipeline::TTL],
    });
    findings.push(Finding::SignerInside {});
    if let Some(others_ahead_ms) = situation.others_ahead_ms {
        findings.push(Finding::Clock { others_ahead_ms });
    }
    // The peers, and whether anything hides that one speaks: as in the report, but for what was sent.
    let whole = super::report(situation, assumptions);
    findings.extend(whole.into_iter().filter(|finding| {
        matches!(
            finding,
            Finding::NoNode {}
                | Finding::NoPeers {}
                | Finding::OnePeer { .. }
                | Finding::NeverRelays { .. }
                | Finding::ManyPeers { .. }
                | Finding::FirstSeen {}
                | Finding::NoDecoys {}
                | Finding::Decoys { .. }
        )
    }));
    findings.sort_by_key(Finding::observer);
    let mut distinct: Vec<Finding> = Vec::new();
    for finding in findings {
        if !distinct.contains(&finding) {
            distinct.push(finding);
        }
    }
    distinct
}

fn of_place(
    situation: &Situation,
    envelope: &Planned,
    assumptions: &Assumptions,
) -> Option<Finding> {
    let topic = envelope.topic.to_string();
    Some(match &envelope.place {
        Place::Public(chat) => Finding::ToPublic {
            chat: chat.clone(),
            topic,
        },
        Place::Partition(partition) => Finding::ToPartition {
            partition: *partition,
            partitions: PARTITIONS,
            topic,
            accounts: assumptions.accounts,
            people: sharing(assumptions.accounts),
        },
        Place::Pair => {
            let before = situation.envelopes.iter();
            let before = before.filter(|own| own.topic == envelope.topic);
            Finding::ToPair {
                topic,
                before: before.count(),
            }
        }
        Place::OwnTopic | Place::OwnContactCode | Place::ContactCode | Place::Unknown => {
            return None;
        }
    })
}

/// What becomes of the filter.
fn of_filter(situation: &Situation, topic: Topic) -> Option<Finding> {
    let link = situation.link.as_ref()?;
    let bloom = situation.bloom.as_ref()?;
    if bloom.admits(topic) {
        return None;
    }
    let topic = topic.to_string();
    Some(match link.announces_sent {
        true => Finding::WouldWiden {
            topic,
            peers: link.peers.len(),
        },
        false => Finding::WouldBeOutside { topic },
    })
}
