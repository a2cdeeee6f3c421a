//! What came of a simulation.

use super::options::Options;
use super::person::Person;
use super::record::{Kind, Tally, Written};
use serde::Serialize;
use status_payload::MessageId;
use std::collections::{BTreeMap, BTreeSet};

/// How long texts took from being written to being shown, in ms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Latency {
    /// Half of them took this long at most.
    pub p50: u64,
    /// Nine of ten.
    pub p90: u64,
    /// 99 of a hundred.
    pub p99: u64,
    /// The longest.
    pub max: u64,
}

impl Latency {
    fn of(mut taken: Vec<u64>) -> Option<Self> {
        taken.sort_unstable();
        let max = *taken.last()?;
        let share = |part: usize| {
            let place = (taken.len() * part).div_ceil(100).saturating_sub(1);
            taken.get(place).copied().unwrap_or(max)
        };
        Some(Self {
            p50: share(50),
            p90: share(90),
            p99: share(99),
            max,
        })
    }
}

/// What became of the texts of one kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Texts {
    /// How many were written.
    pub written: u64,
    /// How often one was to be shown to somebody: in a public chat to those whose nodes ran when it was
    /// written, in a group to the members who were known to have joined.
    pub expected: u64,
    /// How often one was.
    pub delivered: u64,
    /// How long that took; none if nothing was delivered.
    pub latency_ms: Option<Latency>,
}

/// What came of a simulation. The options decide all of it.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// What was simulated.
    pub options: Options,
    /// What became of texts, by kind of chat.
    pub texts: BTreeMap<&'static str, Texts>,
    /// How often a text was shown twice to the same person.
    pub duplicates: u64,
    /// How often a text was shown to somebody to whom nobody expected it to be: in a public chat to one
    /// whose node started in time for the rest of the envelope's life.
    pub unexpected: u64,
    /// Bytes of the texts that were shown, each time that one was.
    pub text_bytes: u64,
    /// Bytes on all connections for each byte of text that was shown; none if nothing was shown.
    pub bytes_per_delivered_byte: Option<f64>,
    /// How often an envelope came to a node for each time that it was new there. 1 is the least that
    /// can be.
    pub copies: Option<f64>,
    /// Bytes that left a node in a second on the average.
    pub bytes_per_node_and_second: f64,
    /// The counters of all nodes together.
    pub nodes: Tally,
}

impl Report {
    pub(super) fn of(options: &Options, people: &[&Person]) -> Self {
        let mut written: BTreeMap<MessageId, &Written> = BTreeMap::new();
        let mut nodes = Tally::default();
        for person in people {
            let texts = person.record().written.iter();
            written.extend(texts.map(|text| (text.id, text)));
            nodes.add(&person.tally());
        }
        let mut texts: BTreeMap<&'static str, Texts> = BTreeMap::new();
        let mut taken: BTreeMap<Kind, Vec<u64>> = BTreeMap::new();
        for text in written.values() {
            let texts = texts.entry(text.kind.name()).or_default();
            texts.written += 1;
            texts.expected += count(text.readers.len());
        }
        let (mut duplicates, mut unexpected, mut text_bytes) = (0, 0, 0);
        for (number, person) in (0_u32..).zip(people) {
            let mut seen = BTreeSet::new();
            for shown in &person.record().shown {
                if !seen.insert(shown.id) {
                    duplicates += 1;
                    continue;
                }
                text_bytes += shown.bytes;
                match written.get(&shown.id) {
                    Some(text) if text.readers.contains(&number) => {
                        texts.entry(text.kind.name()).or_default().delivered += 1;
                        let took = shown.at.saturating_sub(text.at);
                        taken.entry(text.kind).or_default().push(took);
                    }
                    _ => unexpected += 1,
                }
            }
        }
        for (kind, taken) in taken {
            texts.entry(kind.name()).or_default().latency_ms = Latency::of(taken);
        }
        let seconds = options.end_ms() / 1000;
        Self {
            options: options.clone(),
            texts,
            duplicates,
            unexpected,
            text_bytes,
            bytes_per_delivered_byte: ratio(nodes.bytes, text_bytes),
            copies: ratio(nodes.envelopes_in, nodes.envelopes_new),
            bytes_per_node_and_second: ratio(nodes.bytes, u64::from(options.nodes) * seconds)
                .unwrap_or(0.0),
            nodes,
        }
    }

    /// All kinds of texts together, but for the latency.
    pub fn all(&self) -> Texts {
        let mut all = Texts::default();
        for texts in self.texts.values() {
            all.written += texts.written;
            all.expected += texts.expected;
            all.delivered += texts.delivered;
        }
        all
    }
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Rounded to a thousandth, so that it reads well.
fn ratio(of: u64, by: u64) -> Option<f64> {
    #[allow(clippy::cast_precision_loss, reason = "rounded anyway")]
    let ratio = of as f64 / by as f64;
    (by > 0).then(|| (ratio * 1000.0).round() / 1000.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_of_what_was_measured() {
        assert_eq!(Latency::of(vec![]), None);
        let one = Latency::of(vec![7]).unwrap();
        assert_eq!((one.p50, one.p99, one.max), (7, 7, 7));
        let many = Latency::of((1..=1000).rev().collect()).unwrap();
        assert_eq!(
            (many.p50, many.p90, many.p99, many.max),
            (500, 900, 990, 1000)
        );
    }

    #[test]
    fn nothing_by_nothing_is_no_number() {
        assert_eq!(ratio(1, 0), None);
        assert_eq!(ratio(1, 3), Some(0.333));
    }
}
