//! Counters: of the node, of each peer, and of topics.

use super::fault::DropReason;
use crate::topic::Topic;
use std::collections::BTreeMap;

/// Topics that are counted one by one. The traffic of a Status user shows some tens; beyond this
/// many, which takes 40 KB, the rest is counted together, since anybody can make up topics.
pub const MAX_COUNTED_TOPICS: usize = 1024;

/// How many were dropped, by reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Drops([u64; DropReason::ALL.len()]);

impl Default for Drops {
    fn default() -> Self {
        Self([0; DropReason::ALL.len()])
    }
}

impl Drops {
    /// How many were dropped for `reason`.
    pub fn of(&self, reason: DropReason) -> u64 {
        self.0.get(reason as usize).copied().unwrap_or_default()
    }

    /// The reasons for which anything was dropped, with how many.
    pub fn iter(&self) -> impl Iterator<Item = (DropReason, u64)> + '_ {
        let all = DropReason::ALL.iter().copied();
        all.zip(self.0).filter(|(_, count)| *count > 0)
    }

    pub(super) fn add(&mut self, reason: DropReason, count: u64) {
        if let Some(total) = self.0.get_mut(reason as usize) {
            *total += count;
        }
    }
}

/// Packets, envelopes and bytes, of the whole node or of one peer. A byte is one of a packet's
/// payload before devp2p compresses it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// Packets received.
    pub packets_in: u64,
    /// Their bytes.
    pub bytes_in: u64,
    /// Packets handed out for sending.
    pub packets_out: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// Envelopes received, good or bad.
    pub envelopes_in: u64,
    /// Those that were new and were taken.
    pub envelopes_new: u64,
    /// Those that were in the pool already.
    pub duplicates: u64,
    /// Those that do not pass the filter which their peer told of itself: a light node takes none such
    /// from others, so it made them.
    pub outside_filter: u64,
    /// Envelopes handed out for sending.
    pub envelopes_out: u64,
    /// Envelopes not sent to a peer because it asked for more work.
    pub withheld_for_pow: u64,
    /// Envelopes not sent to a peer because it asked for other topics.
    pub withheld_for_bloom: u64,
    /// What was dropped.
    pub drops: Drops,
}

/// What came in of one topic, duplicates and refused envelopes included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct TopicCounters {
    /// Envelopes.
    pub envelopes: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl TopicCounters {
    fn add(&mut self, bytes: usize) {
        self.envelopes += 1;
        self.bytes += bytes as u64;
    }
}

/// [`TopicCounters`] of up to [`MAX_COUNTED_TOPICS`] topics, first come.
#[derive(Debug, Clone, Default)]
pub struct TopicStats {
    by_topic: BTreeMap<Topic, TopicCounters>,
    others: TopicCounters,
}

impl TopicStats {
    /// The counters of one topic, if it has its own.
    pub fn of(&self, topic: Topic) -> Option<TopicCounters> {
        self.by_topic.get(&topic).copied()
    }

    /// All topics that have their own counters, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Topic, TopicCounters)> + '_ {
        self.by_topic
            .iter()
            .map(|(topic, counters)| (*topic, *counters))
    }

    /// The counters of all other topics together.
    pub fn others(&self) -> TopicCounters {
        self.others
    }

    pub(super) fn add(&mut self, topic: Topic, bytes: usize) {
        if let Some(counters) = self.by_topic.get_mut(&topic) {
            counters.add(bytes);
        } else if self.by_topic.len() < MAX_COUNTED_TOPICS {
            self.by_topic.entry(topic).or_default().add(bytes);
        } else {
            self.others.add(bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_topics_are_counted_together() {
        let mut stats = TopicStats::default();
        for topic in 0..2000u32 {
            stats.add(Topic(topic.to_be_bytes()), 10);
        }
        stats.add(Topic([0; 4]), 5);
        assert_eq!(stats.iter().count(), MAX_COUNTED_TOPICS);
        assert_eq!(stats.of(Topic([0; 4])).unwrap().bytes, 15);
        assert_eq!(stats.others().envelopes, 2000 - 1024);
    }

    #[test]
    fn reasons_have_their_own_counts_and_names() {
        let mut drops = Drops::default();
        drops.add(DropReason::LowPow, 2);
        drops.add(DropReason::TooLargeForPeer, 1);
        let counted: Vec<_> = drops.iter().map(|(reason, n)| (reason.name(), n)).collect();
        assert_eq!(counted, [("low_pow", 2), ("too_large_for_peer", 1)]);
        let names: std::collections::BTreeSet<_> =
            DropReason::ALL.iter().map(|reason| reason.name()).collect();
        assert_eq!(names.len(), DropReason::ALL.len());
    }
}
