//! What may stand behind `simulate`.

use clap::Args;
use status_node::simulation::{Options, Topology};
use std::num::NonZeroUsize;

/// A network to be simulated.
#[derive(Debug, Args)]
pub(crate) struct Simulate {
    /// How many nodes
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) nodes: u32,
    /// What decides about everything that is left to chance
    #[arg(long, value_name = "S", default_value_t = 1)]
    pub(crate) seed: u64,
    /// The part of the packets with envelopes that is lost, from 0 to 0.9
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    pub(crate) loss: f64,
    /// How full nodes are connected: random, or ring, each to the nearest in a circle
    #[arg(long, value_name = "KIND", default_value = "random", value_parser = topology)]
    pub(crate) topology: Topology,
    /// Neighbours of each node
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) degree: u32,
    /// How long bytes take to a neighbour
    #[arg(long, value_name = "MS..MS", default_value = "20..200", value_parser = range)]
    pub(crate) latency: (u64, u64),
    /// From which second until which nodes of even and of odd number cannot reach each other
    #[arg(long, value_name = "S..S", value_parser = period)]
    pub(crate) partition: Option<(u64, u64)>,
    /// How often a node is killed in an hour
    #[arg(long, value_name = "N", default_value_t = 0.0)]
    pub(crate) churn: f64,
    /// After how many seconds a killed node is started again
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) away: u64,
    /// The part of the nodes that are light clients, from 0 to 0.9
    #[arg(long, value_name = "P", default_value_t = 0.0)]
    pub(crate) light_nodes: f64,
    /// Within how many seconds all nodes are started [default: a tenth of the duration, 10 at most]
    #[arg(long, value_name = "SECONDS")]
    pub(crate) start: Option<u64>,
    /// For how many seconds people write
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    pub(crate) duration: u64,
    /// How many seconds follow in which nobody writes
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) settle: u64,
    /// Texts that a person writes in an hour
    #[arg(long, value_name = "N", default_value_t = 12.0)]
    pub(crate) rate: f64,
    /// How many of a hundred texts go to a public chat
    #[arg(long, value_name = "N", default_value_t = 30)]
    pub(crate) public: u32,
    /// How many of a hundred texts go to a group; the rest go to one person
    #[arg(long, value_name = "N", default_value_t = 10)]
    pub(crate) group: u32,
    /// People in a public chat
    #[arg(long, value_name = "N", default_value_t = 20)]
    pub(crate) chat_size: u32,
    /// People in a group
    #[arg(long, value_name = "N", default_value_t = 4)]
    pub(crate) group_size: u32,
    /// People to whom a person writes alone
    #[arg(long, value_name = "N", default_value_t = 3)]
    pub(crate) friends: u32,
    /// Bytes of a text
    #[arg(long, value_name = "N", default_value_t = 60)]
    pub(crate) text_bytes: usize,
    /// Send to people and groups without data sync: what gets lost is not repeated
    #[arg(long)]
    pub(crate) no_data_sync: bool,
    /// Threads that do the work [default: one for each core]; they do not change the result
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<NonZeroUsize>,
    /// Print where the time went and how much memory it took, too: this is not the same each time
    #[arg(long)]
    pub(crate) cpu: bool,
}

impl Simulate {
    /// The same, as the simulation takes it.
    pub(crate) fn options(&self) -> Options {
        let (partition_start_s, partition_end_s) = self.partition.unwrap_or((60, 60));
        Options {
            nodes: self.nodes,
            seed: self.seed,
            topology: self.topology,
            degree: self.degree,
            latency_min_ms: self.latency.0,
            latency_max_ms: self.latency.1,
            loss: self.loss,
            partition_start_s,
            partition_s: partition_end_s.saturating_sub(partition_start_s),
            churn: self.churn,
            away_s: self.away,
            light: self.light_nodes,
            start_s: self.start.unwrap_or(Options::usual_start_s(self.duration)),
            duration_s: self.duration,
            settle_s: self.settle,
            rate: self.rate,
            public: self.public,
            group: self.group,
            chat_size: self.chat_size,
            group_size: self.group_size,
            friends: self.friends,
            text_bytes: self.text_bytes,
            data_sync: !self.no_data_sync,
            threads: self.threads.unwrap_or(Options::default().threads),
        }
    }
}

/// A kind of network by its name.
fn topology(text: &str) -> Result<Topology, String> {
    let named = Topology::ALL.into_iter().find(|kind| kind.name() == text);
    named.ok_or_else(|| {
        format!(
            "a network is laid as {}",
            Topology::ALL.map(Topology::name).join(" or ")
        )
    })
}

/// A range that is not empty.
fn period(text: &str) -> Result<(u64, u64), String> {
    match range(text)? {
        (first, last) if first == last => Err(format!("{text:?} lasts no second")),
        period => Ok(period),
    }
}

/// Two numbers with two dots between them.
fn range(text: &str) -> Result<(u64, u64), String> {
    let wrong = || format!("{text:?} is no range, such as 20..200");
    let (first, last) = text.split_once("..").ok_or_else(wrong)?;
    let read = |number: &str| number.parse::<u64>().map_err(|_| wrong());
    let (first, last) = (read(first)?, read(last)?);
    match first <= last {
        true => Ok((first, last)),
        false => Err(format!("{text:?} ends before it begins")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        simulate: Simulate,
    }

    #[test]
    fn the_command_line_has_the_defaults_of_the_library() {
        let line = Line::parse_from(["simulate"]);
        assert_eq!(line.simulate.options(), Options::default());
    }

    #[test]
    fn ranges_begin_before_they_end() {
        assert_eq!(range("20..200"), Ok((20, 200)));
        for wrong in ["", "20", "5..1", "a..b", "1..", "-1..2"] {
            assert!(range(wrong).is_err(), "{wrong}");
            assert!(period(wrong).is_err(), "{wrong}");
        }
        assert_eq!(range("5..5"), Ok((5, 5)));
        assert_eq!(period("5..5").unwrap_err(), "\"5..5\" lasts no second");
    }

    #[test]
    fn what_is_not_wished_follows_from_the_rest() {
        let options = |line: &[&str]| Line::parse_from(line).simulate.options();
        assert_eq!(options(&["simulate", "--duration", "40"]).start_s, 4);
        assert_eq!(options(&["simulate", "--start", "40"]).start_s, 40);
        assert_eq!(
            options(&["simulate", "--topology", "ring"]).topology,
            Topology::Ring
        );
        assert!(!options(&["simulate", "--no-data-sync"]).data_sync);
        let options = options(&["simulate", "--partition", "60..90"]);
        assert_eq!((options.partition_start_s, options.partition_s), (60, 30));
        assert_eq!(
            topology("star").unwrap_err(),
            "a network is laid as random or ring"
        );
    }
}
