//! The report for people.

use super::report::{Report, Texts};
use std::fmt;

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { options, nodes, .. } = self;
        writeln!(
            f,
            "{} nodes of {} neighbours, {}, seed {}: {} s of writing and {} s after it",
            options.nodes,
            options.degree,
            options.topology.name(),
            options.seed,
            options.duration_s,
            options.settle_s
        )?;
        for (kind, texts) in &self.texts {
            write_texts(f, kind, texts)?;
        }
        writeln!(f, "shown twice: {}", self.duplicates)?;
        if self.unexpected > 0 {
            writeln!(f, "shown to somebody who came later: {}", self.unexpected)?;
        }
        write!(
            f,
            "bytes: {} on all connections, {:.0} a node and second",
            nodes.bytes, self.bytes_per_node_and_second
        )?;
        if let Some(ratio) = self.bytes_per_delivered_byte {
            write!(f, ", {ratio:.0} for each byte of text that was shown")?;
        }
        writeln!(f)?;
        write!(
            f,
            "envelopes: {} posted, {} taken by nodes",
            nodes.posted, nodes.envelopes_new
        )?;
        if let Some(copies) = self.copies {
            write!(f, ", each brought {copies:.2} times")?;
        }
        writeln!(f)?;
        writeln!(
            f,
            "data sync: {} messages sent, {} acknowledged",
            nodes.synced, nodes.acknowledged
        )?;
        writeln!(
            f,
            "connections: {} ends opened, {} ended, {} dials failed",
            nodes.connections, nodes.connections_ended, nodes.dials_failed
        )?;
        if nodes.packets_lost > 0 {
            writeln!(
                f,
                "lost: {} packets of {}",
                nodes.packets_lost, nodes.packets
            )?;
        }
        for (what, reasons) in [
            ("connections refused", &nodes.connections_refused),
            ("dropped", &nodes.drops),
            ("refused", &nodes.refused),
        ] {
            for (reason, count) in reasons {
                writeln!(f, "{what}: {count} for {reason}")?;
            }
        }
        write!(f, "failures: {}", nodes.failures)
    }
}

fn write_texts(f: &mut fmt::Formatter<'_>, kind: &str, texts: &Texts) -> fmt::Result {
    write!(
        f,
        "{kind}: {} texts, {} of {} delivered",
        texts.written, texts.delivered, texts.expected
    )?;
    if let Some(latency) = texts.latency_ms {
        write!(
            f,
            ", after {} ms (half of them), {} (90%), {} (99%), {} at most",
            latency.p50, latency.p90, latency.p99, latency.max
        )?;
    }
    writeln!(f)
}
