//! What is given away to whoever sees the whole network.

use super::filter;
use super::finding::Finding;
use super::situation::Situation;
use crate::darkness::Cause;
use std::collections::BTreeSet;

/// Milliseconds of an hour.
const HOUR_MS: u64 = 3_600_000;

/// How long envelopes must have been seen before their hours say anything: a day.
const ENOUGH_MS: u64 = 24 * HOUR_MS;

pub(super) fn findings(situation: &Situation) -> Vec<Finding> {
    let mut findings = vec![match &situation.bloom {
        None => Finding::ReceivesAll {},
        Some(bloom) => Finding::ReceivesShare {
            share: filter::share(bloom),
        },
    }];
    if situation.account.is_some() {
        own(situation, &mut findings);
    }
    findings.push(Finding::Links {});
    findings
}

/// What the envelopes of an account show.
fn own(situation: &Situation, findings: &mut Vec<Finding>) {
    findings.push(Finding::FirstSeen {});
    if situation.acknowledges {
        findings.push(Finding::Answers {});
    }
    let envelopes = &situation.envelopes;
    let per_hour = situation
        .link
        .as_ref()
        .and_then(|link| link.decoys_per_hour);
    findings.push(match per_hour {
        None | Some(0) => Finding::NoDecoys {},
        Some(per_hour) => {
            let decoys = envelopes.iter();
            let decoys = decoys.filter(|envelope| envelope.cause == Cause::Decoy);
            Finding::Decoys {
                per_hour,
                decoys: decoys.count(),
                envelopes: envelopes.len(),
            }
        }
    });
    if let (Some(first), Some(last)) = (envelopes.first(), envelopes.last()) {
        let span_ms = last.posted_ms.saturating_sub(first.posted_ms);
        let hours = envelopes
            .iter()
            .map(|envelope| envelope.posted_ms / HOUR_MS % 24);
        if span_ms >= ENOUGH_MS {
            findings.push(Finding::Hours {
                hours: hours.collect::<BTreeSet<u64>>().len(),
                envelopes: envelopes.len(),
                span_ms,
            });
        }
    }
}
