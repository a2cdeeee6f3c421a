//! What is simulated.

use serde::Serialize;
use std::num::NonZeroUsize;

/// The most nodes: each takes 1 to 2 MB, and a full one also what envelopes live.
pub const MAX_NODES: u32 = 20_000;

/// The most neighbours of a node: half of the connections that one takes from others, which leaves room
/// for those that dial it again before their former connection is known to be gone.
pub const MAX_DEGREE: u32 = 12;

/// The longest text in bytes.
pub const MAX_TEXT: usize = 4096;

/// A tenth of the time in which people write passes until all nodes are started, unless something else is
/// wished, ...
const STARTING: u64 = 10;

/// ... and so many seconds at most.
const MAX_STARTING_S: u64 = 10;

/// How the connections between full nodes are laid.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Topology {
    /// At random: ways are short, some log(nodes).
    Random,
    /// In a circle, each to the nearest on both sides: ways are as long as they can be, some nodes /
    /// degree / 2 on the average.
    Ring,
}

impl Topology {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Random, Self::Ring];

    /// The name in options and reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Random => "random",
            Self::Ring => "ring",
        }
    }
}

/// What is simulated. Everything but [`threads`](Self::threads) decides about the result.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Options {
    /// Nodes, from 2 to [`MAX_NODES`].
    pub nodes: u32,
    /// Decides about everything that is left to chance.
    pub seed: u64,
    /// How the connections between full nodes are laid.
    pub topology: Topology,
    /// Neighbours of each node, at least 2 and at most [`MAX_DEGREE`]. Some have fewer where the chance
    /// that draws the network gives them the same neighbour twice.
    pub degree: u32,
    /// The least time in ms that bytes take to a neighbour, at least 1.
    pub latency_min_ms: u64,
    /// The longest.
    pub latency_max_ms: u64,
    /// The part, from 0 to 0.9, of the packets with envelopes or confirmations that are lost between
    /// one node's Whisper and the next one's.
    pub loss: f64,
    /// From which second on the nodes of even number cannot reach those of odd number.
    pub partition_start_s: u64,
    /// For how many seconds; 0 is never.
    pub partition_s: u64,
    /// How often a node is killed in an hour.
    pub churn: f64,
    /// After how many seconds it is started again.
    pub away_s: u64,
    /// The part of the nodes that are light, from 0 to 0.9: they ask only for what they listen to, and are
    /// connected to two full ones each, which make the network.
    pub light: f64,
    /// Within how many seconds, at times drawn at random, all nodes are started; part of
    /// [`duration_s`](Self::duration_s).
    pub start_s: u64,
    /// For how many seconds people write.
    pub duration_s: u64,
    /// How many seconds follow in which nobody writes and what is under way arrives.
    pub settle_s: u64,
    /// How many texts a person writes in an hour.
    pub rate: f64,
    /// How many of a hundred texts go to a public chat.
    pub public: u32,
    /// How many go to a group; the rest go to one person.
    pub group: u32,
    /// People in a public chat.
    pub chat_size: u32,
    /// People in a group.
    pub group_size: u32,
    /// People to whom a person writes alone.
    pub friends: u32,
    /// Bytes of a text.
    pub text_bytes: usize,
    /// Whether what is written to people and groups is under data sync, which repeats it until it is
    /// acknowledged. Without, what the network loses stays lost.
    pub data_sync: bool,
    /// Threads that do the work. They change nothing but the time that it takes.
    #[serde(skip)]
    pub threads: NonZeroUsize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            nodes: 100,
            seed: 1,
            topology: Topology::Random,
            degree: 4,
            latency_min_ms: 20,
            latency_max_ms: 200,
            loss: 0.0,
            partition_start_s: 60,
            partition_s: 0,
            churn: 0.0,
            away_s: 60,
            light: 0.0,
            start_s: MAX_STARTING_S,
            duration_s: 300,
            settle_s: 60,
            rate: 12.0,
            public: 30,
            group: 10,
            chat_size: 20,
            group_size: 4,
            friends: 3,
            text_bytes: 60,
            data_sync: true,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        }
    }
}

/// Why something cannot be simulated.
#[derive(Debug, Clone, Copy, PartialEq, thiserror::Error)]
pub enum OptionsError {
    /// Too few nodes, or too many.
    #[error("{0} nodes: simulate 2 to {MAX_NODES}")]
    Nodes(u32),
    /// Too few neighbours, or too many.
    #[error("{0} neighbours: a node has 2 to {MAX_DEGREE}")]
    Degree(u32),
    /// The range of latencies is empty, begins with 0, or goes beyond a minute.
    #[error(
        "a latency from {0} to {1} ms: it begins at 1 ms or later, and ends where it begins or later, at 60,000 ms or \
         earlier"
    )]
    Latency(u64, u64),
    /// A part that is none.
    #[error("{1} is no {0}: it is between 0 and {2}")]
    Part(&'static str, f64, f64),
    /// Nothing happens, or too much.
    #[error("{0} seconds: simulate 1 to {MAX_SECONDS}")]
    Duration(u64),
    /// More happens than fits the memory as a plan.
    #[error("about {1} {0} in all: simulate {MAX_HAPPENINGS} at most")]
    Happenings(&'static str, u64),
    /// Nodes are started when nobody writes any more.
    #[error("nodes are started within {0} seconds, but people write for {1} only")]
    Start(u64, u64),
    /// Nobody would notice the partition.
    #[error("a partition from second {0} on in a simulation of {1} seconds")]
    Partition(u64, u64),
    /// More than all texts.
    #[error("{0} of a hundred texts to public chats and {1} to groups are more than a hundred")]
    Mix(u32, u32),
    /// Nobody to talk to, or too many.
    #[error("{1} people as {0}: it takes 2 to 256")]
    People(&'static str, u32),
    /// A text of no bytes, or too many.
    #[error("a text of {0} bytes: it has 16 to {MAX_TEXT}")]
    Text(usize),
}

/// The longest simulation in seconds: a week.
const MAX_SECONDS: u64 = 7 * 24 * 3600;

/// The most texts, and the most kills, in all: drawn beforehand, each takes some 50 bytes.
const MAX_HAPPENINGS: u64 = 5_000_000;

/// The most of something per hour: one each second.
const MAX_RATE: f64 = 3600.0;

impl Options {
    /// Says whether this can be simulated.
    ///
    /// # Errors
    ///
    /// [`OptionsError`].
    pub fn check(&self) -> Result<(), OptionsError> {
        if !(2..=MAX_NODES).contains(&self.nodes) {
            return Err(OptionsError::Nodes(self.nodes));
        }
        if !(2..=MAX_DEGREE).contains(&self.degree) {
            return Err(OptionsError::Degree(self.degree));
        }
        let (first, last) = (self.latency_min_ms, self.latency_max_ms);
        if first == 0 || first > last || last > 60_000 {
            return Err(OptionsError::Latency(first, last));
        }
        for (what, value, most) in [
            ("loss", self.loss, 0.9),
            ("part of light nodes", self.light, 0.9),
            ("number of kills per hour", self.churn, MAX_RATE),
            ("number of texts per hour", self.rate, MAX_RATE),
        ] {
            if !(0.0..=most).contains(&value) {
                return Err(OptionsError::Part(what, value, most));
            }
        }
        for seconds in [
            self.duration_s,
            self.settle_s.max(1),
            self.partition_start_s.max(1),
            self.partition_s.max(1),
            self.away_s,
        ] {
            if !(1..=MAX_SECONDS).contains(&seconds) {
                return Err(OptionsError::Duration(seconds));
            }
        }
        for (what, per_hour) in [("texts", self.rate), ("kills", self.churn)] {
            let count = self.happenings(per_hour);
            if count > MAX_HAPPENINGS {
                return Err(OptionsError::Happenings(what, count));
            }
        }
        if self.start_s > self.duration_s {
            return Err(OptionsError::Start(self.start_s, self.duration_s));
        }
        let seconds = self.duration_s + self.settle_s;
        if self.partition_s > 0 && self.partition_start_s >= seconds {
            return Err(OptionsError::Partition(self.partition_start_s, seconds));
        }
        if self.public.saturating_add(self.group) > 100 {
            return Err(OptionsError::Mix(self.public, self.group));
        }
        for (what, people) in [
            ("a public chat", self.chat_size),
            ("a group", self.group_size),
            ("friends and oneself", self.friends.saturating_add(1)),
        ] {
            if !(2..=256).contains(&people) {
                return Err(OptionsError::People(what, people));
            }
        }
        if !(16..=MAX_TEXT).contains(&self.text_bytes) {
            return Err(OptionsError::Text(self.text_bytes));
        }
        Ok(())
    }

    /// How often something happens to all nodes together that happens so often in an hour to one.
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_precision_loss,
        reason = "an estimate of numbers that were checked: none is negative, huge or NaN"
    )]
    fn happenings(&self, per_hour: f64) -> u64 {
        (f64::from(self.nodes) * per_hour * self.duration_s as f64 / 3600.0) as u64
    }

    /// Within how many seconds all nodes are started if people write for so many and nothing else is wished.
    pub fn usual_start_s(duration_s: u64) -> u64 {
        (duration_s / STARTING).min(MAX_STARTING_S)
    }

    /// How long the simulation is, in ms.
    pub(super) fn end_ms(&self) -> u64 {
        (self.duration_s + self.settle_s) * 1000
    }

    /// Whether bytes that leave at a time, in ms, reach a node from another; if not, when they do.
    pub(super) fn cut_until_ms(&self, now: u64, from: u32, to: u32) -> Option<u64> {
        let start = self.partition_start_s * 1000;
        let end = start + self.partition_s * 1000;
        ((start..end).contains(&now) && from % 2 != to % 2).then_some(end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spoil = fn(&mut Options);

    #[test]
    fn what_cannot_be_simulated_is_refused_by_name() {
        assert_eq!(Options::default().check(), Ok(()));
        let wrong: [(&str, Spoil); 22] = [
            ("1 nodes: simulate 2 to 20000", |o| o.nodes = 1),
            ("20001 nodes: simulate 2 to 20000", |o| o.nodes = 20_001),
            ("1 neighbours: a node has 2 to 12", |o| o.degree = 1),
            ("13 neighbours: a node has 2 to 12", |o| o.degree = 13),
            ("a latency from 0 to 200 ms", |o| o.latency_min_ms = 0),
            ("a latency from 20 to 19 ms", |o| o.latency_max_ms = 19),
            ("NaN is no loss: it is between 0 and 0.9", |o| {
                o.loss = f64::NAN;
            }),
            ("1 is no loss: it is between 0 and 0.9", |o| o.loss = 1.0),
            ("-1 is no number of kills per hour", |o| o.churn = -1.0),
            ("3601 is no number of texts per hour", |o| o.rate = 3601.0),
            ("0.95 is no part of light nodes", |o| o.light = 0.95),
            ("0 seconds: simulate 1 to 604800", |o| o.duration_s = 0),
            ("0 seconds: simulate 1 to 604800", |o| o.away_s = 0),
            ("about 60480000 texts in all: simulate 5000000", |o| {
                (o.rate, o.duration_s) = (3600.0, 604_800);
            }),
            ("about 60480000 kills in all", |o| {
                (o.churn, o.duration_s) = (3600.0, 604_800);
            }),
            (
                "started within 301 seconds, but people write for 300",
                |o| {
                    o.start_s = 301;
                },
            ),
            (
                "a partition from second 360 on in a simulation of 360 seconds",
                |o| (o.partition_start_s, o.partition_s) = (360, 1),
            ),
            ("99 of a hundred texts to public chats and 10", |o| {
                o.public = 99;
            }),
            ("1 people as a group: it takes 2 to 256", |o| {
                o.group_size = 1;
            }),
            ("257 people as a public chat", |o| o.chat_size = 257),
            ("3 bytes: it has 16 to 4096", |o| o.text_bytes = 3),
            ("5000 bytes: it has 16 to 4096", |o| o.text_bytes = 5000),
        ];
        for (words, spoil) in wrong {
            let mut options = Options::default();
            spoil(&mut options);
            let error = options.check().unwrap_err().to_string();
            assert!(error.contains(words), "{error}");
        }
    }

    #[test]
    fn a_partition_cuts_even_from_odd_while_it_lasts() {
        let options = Options {
            partition_start_s: 10,
            partition_s: 5,
            ..Options::default()
        };
        assert_eq!(options.cut_until_ms(9_999, 0, 1), None);
        assert_eq!(options.cut_until_ms(10_000, 0, 1), Some(15_000));
        assert_eq!(options.cut_until_ms(14_999, 3, 2), Some(15_000));
        assert_eq!(options.cut_until_ms(12_000, 0, 2), None);
        assert_eq!(options.cut_until_ms(15_000, 0, 1), None);
    }
}
