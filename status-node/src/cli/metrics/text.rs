//! A node's counters as Prometheus reads them (OpenMetrics 1.0).
//!
//! Each counter is named by its place in [`NodeStats`]. What is counted but not named here does not compile.

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric, MetricEncoder};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use prometheus_client::registry::Registry;
use status_devp2p::net::{CloseCounts, NetworkStats};
use status_devp2p::peers::{PolicyCounts, RefusalCounts};
use status_node::darkness::decoys::Counts as Decoys;
use status_node::messenger;
use status_node::node::NodeStats;
use status_whisper::{Counters, DropReason, Drops};
use std::fmt;

/// Begins the name of every metric.
const PREFIX: &str = "status_node";

/// All metrics.
pub(super) fn of(stats: NodeStats) -> String {
    let mut registry = Registry::with_prefix(PREFIX);
    registry.register_collector(Box::new(Snapshot(stats)));
    let mut text = String::new();
    // Writing to a text cannot fail.
    let _ = prometheus_client::encoding::text::encode(&mut text, &registry);
    text
}

/// The counters at one moment.
#[derive(Debug)]
struct Snapshot(NodeStats);

impl Collector for Snapshot {
    fn encode(&self, encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let mut metrics = Metrics(encoder);
        let NodeStats {
            network,
            whisper,
            ready_peers,
            // Who they are is no number.
            peers: _,
            sealing,
            unsent,
            pool_envelopes,
            pool_bytes,
            messages,
            sent,
            messenger,
            waiting,
            waiting_bytes,
            database_failures,
            refused,
            events_dropped,
            packets_lost,
            peer_faults,
            filters_refused,
            decoys,
        } = &self.0;
        metrics.family(
            MetricType::Gauge,
            "build",
            "Always 1; the version of the program",
            "version",
            [(env!("CARGO_PKG_VERSION"), 1)],
        )?;
        metrics.gauge(
            "ready_peers",
            "Peers with which envelopes flow",
            *ready_peers,
        )?;
        metrics.gauge(
            "sealing",
            "Own envelopes whose proof of work is searched",
            *sealing,
        )?;
        metrics.gauge("unsent", "Payloads that wait to be sealed", *unsent)?;
        metrics.gauge("pool_envelopes", "Envelopes that live", *pool_envelopes)?;
        metrics.gauge("pool_bytes", "Bytes of envelopes that live", *pool_bytes)?;
        metrics.gauge(
            "waiting",
            "Envelopes and reports that wait for the messenger",
            *waiting,
        )?;
        metrics.gauge(
            "waiting_bytes",
            "Bytes that wait for the messenger",
            *waiting_bytes,
        )?;
        metrics.counter(
            "messages",
            "Messages that came in and were shown",
            *messages,
        )?;
        metrics.counter("sent", "Payloads with messages that were given out", *sent)?;
        metrics.family(
            MetricType::Counter,
            "refused",
            "What came out of envelopes and was not shown",
            "reason",
            refused.iter().map(|(reason, count)| (*reason, *count)),
        )?;
        metrics.counter(
            "events_dropped",
            "Events that nobody fetched in time",
            *events_dropped,
        )?;
        metrics.counter(
            "packets_lost",
            "Packets ready when their connection ended",
            *packets_lost,
        )?;
        metrics.counter(
            "peer_faults",
            "Peers that broke the protocol of Whisper",
            *peer_faults,
        )?;
        metrics.counter(
            "filters_refused",
            "Channels for which there was no room",
            *filters_refused,
        )?;
        let Decoys {
            made,
            over_budget,
            missed,
            unsealed,
        } = *decoys;
        metrics.family(
            MetricType::Counter,
            "decoys",
            "Decoys that were due, by what became of them",
            "fate",
            [
                ("made", made),
                ("over_budget", over_budget),
                ("missed", missed),
                ("unsealed", unsealed),
            ],
        )?;
        let failures = "Times that work was undone because the database failed";
        metrics.counter("database_failures", failures, *database_failures)?;
        metrics.messenger(messenger)?;
        metrics.whisper(whisper)?;
        metrics.network(network)
    }
}

/// Writes metrics.
struct Metrics<'a>(DescriptorEncoder<'a>);

impl Metrics<'_> {
    fn messenger(&mut self, counters: &messenger::Counters) -> fmt::Result {
        let messenger::Counters {
            envelopes_in,
            messages_in,
            bundles_in,
            outbounds,
            bytes_out,
            synced_out,
            acknowledged,
            answers,
            answers_withheld,
            // They are part of what the node refused.
            refused: _,
        } = counters;
        for (name, help, value) in [
            (
                "messenger_envelopes_in",
                "Opened envelopes that came in",
                envelopes_in,
            ),
            (
                "messenger_messages_in",
                "Messages that were acted on",
                messages_in,
            ),
            (
                "messenger_bundles_in",
                "Envelopes with keys and nothing else",
                bundles_in,
            ),
            (
                "messenger_outbounds",
                "Payloads given to the transport, repetitions included",
                outbounds,
            ),
            ("messenger_bytes_out", "Their bytes", bytes_out),
            (
                "messenger_synced_out",
                "Messages sent under data sync, repetitions included",
                synced_out,
            ),
            (
                "messenger_acknowledged",
                "Acknowledgements of own messages",
                acknowledged,
            ),
            (
                "messenger_answers",
                "Answers to messages that could not be read",
                answers,
            ),
            (
                "messenger_answers_withheld",
                "Answers not sent, since there were so many",
                answers_withheld,
            ),
        ] {
            self.counter(name, help, *value)?;
        }
        Ok(())
    }

    fn whisper(&mut self, counters: &Counters) -> fmt::Result {
        let Counters {
            packets_in,
            bytes_in,
            packets_out,
            bytes_out,
            envelopes_in,
            envelopes_new,
            duplicates,
            outside_filter,
            envelopes_out,
            withheld_for_pow,
            withheld_for_bloom,
            drops,
        } = counters;
        for (name, help, value) in [
            ("whisper_packets_in", "Packets received", packets_in),
            ("whisper_bytes_in", "Bytes of packets received", bytes_in),
            ("whisper_packets_out", "Packets handed out", packets_out),
            (
                "whisper_bytes_out",
                "Bytes of packets handed out",
                bytes_out,
            ),
            (
                "whisper_envelopes_in",
                "Envelopes received, good or bad",
                envelopes_in,
            ),
            (
                "whisper_envelopes_new",
                "Envelopes that were new and taken",
                envelopes_new,
            ),
            (
                "whisper_duplicates",
                "Envelopes that were there already",
                duplicates,
            ),
            (
                "whisper_outside_filter",
                "Envelopes outside of the filter of the peer who brought them",
                outside_filter,
            ),
            (
                "whisper_envelopes_out",
                "Envelopes handed out",
                envelopes_out,
            ),
            (
                "whisper_withheld_for_pow",
                "Envelopes not sent to a peer that asks for more work",
                withheld_for_pow,
            ),
            (
                "whisper_withheld_for_bloom",
                "Envelopes not sent to a peer that asks for other topics",
                withheld_for_bloom,
            ),
        ] {
            self.counter(name, help, *value)?;
        }
        self.drops(drops)
    }

    /// With those that never happened, so that a first one is seen as a change.
    fn drops(&mut self, drops: &Drops) -> fmt::Result {
        let all = DropReason::ALL.iter();
        let all = all.map(|reason| (reason.name(), drops.of(*reason)));
        let help = "Envelopes, packets and events that Whisper dropped";
        self.family(MetricType::Counter, "whisper_drops", help, "reason", all)
    }

    fn network(&mut self, stats: &NetworkStats) -> fmt::Result {
        let NetworkStats {
            connections,
            refused,
            accepted,
            accept_errors,
            dialled,
            established,
            closed,
            messages_dropped,
            messages_received,
            messages_sent,
            bytes_received,
            bytes_sent,
            waiting_bytes,
            dropped_notices,
        } = stats;
        self.connections(connections)?;
        let help = "Bytes that wait for the application";
        self.gauge("network_waiting_bytes", help, *waiting_bytes)?;
        for (name, help, value) in [
            ("network_accepted", "Sockets accepted", accepted),
            (
                "network_accept_errors",
                "Times that accepting failed",
                accept_errors,
            ),
            ("network_dialled", "Dials started", dialled),
            (
                "network_established",
                "Connections that came to a common protocol",
                established,
            ),
            (
                "network_messages_dropped",
                "Messages that waited when their connection ended",
                messages_dropped,
            ),
            (
                "network_messages_received",
                "Messages received",
                messages_received,
            ),
            ("network_messages_sent", "Messages sent", messages_sent),
            (
                "network_bytes_received",
                "Bytes read from sockets",
                bytes_received,
            ),
            ("network_bytes_sent", "Bytes written to sockets", bytes_sent),
            (
                "network_dropped_notices",
                "Notices that nobody took",
                dropped_notices,
            ),
        ] {
            self.counter(name, help, *value)?;
        }
        self.refusals(refused)?;
        self.closed(closed)
    }

    fn connections(&mut self, counts: &PolicyCounts) -> fmt::Result {
        let PolicyCounts {
            dialling,
            handshaking,
            inbound,
            outbound,
        } = counts;
        let all = [
            ("dialling", dialling),
            ("handshaking", handshaking),
            ("inbound", inbound),
            ("outbound", outbound),
        ];
        let all = all.map(|(state, count)| (state, *count as u64));
        let help = "Connections";
        self.family(MetricType::Gauge, "network_connections", help, "state", all)
    }

    fn refusals(&mut self, counts: &RefusalCounts) -> fmt::Result {
        let RefusalCounts {
            too_many_handshakes,
            too_many_from_address,
            too_many_inbound,
            already_connected,
            own_identity,
            unknown_connection,
        } = counts;
        let all = [
            ("too_many_handshakes", *too_many_handshakes),
            ("too_many_from_address", *too_many_from_address),
            ("too_many_inbound", *too_many_inbound),
            ("already_connected", *already_connected),
            ("own_identity", *own_identity),
            ("unknown_connection", *unknown_connection),
        ];
        let help = "Connections that were refused";
        self.family(MetricType::Counter, "network_refused", help, "reason", all)
    }

    fn closed(&mut self, counts: &CloseCounts) -> fmt::Result {
        let CloseCounts {
            by_peer,
            by_us,
            refused,
            handshake,
            violation,
            silent,
            closed,
            closed_mid_frame,
            failed,
            timed_out,
            write_stalled,
            stopping,
        } = counts;
        let all = [
            ("by_peer", *by_peer),
            ("by_us", *by_us),
            ("refused", *refused),
            ("handshake", *handshake),
            ("violation", *violation),
            ("silent", *silent),
            ("closed", *closed),
            ("closed_mid_frame", *closed_mid_frame),
            ("failed", *failed),
            ("timed_out", *timed_out),
            ("write_stalled", *write_stalled),
            ("stopping", *stopping),
        ];
        let help = "Connections that ended, those before Hello included";
        self.family(MetricType::Counter, "network_closed", help, "reason", all)
    }

    /// What only grows. Its name gets the ending `_total`.
    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let metric = self.metric(name, help, MetricType::Counter)?;
        ConstCounter::new(value).encode(metric)
    }

    /// What is so at this moment.
    fn gauge(&mut self, name: &str, help: &str, value: usize) -> fmt::Result {
        let metric = self.metric(name, help, MetricType::Gauge)?;
        ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX)).encode(metric)
    }

    /// Several values, told apart by a label.
    fn family<'b>(
        &mut self,
        kind: MetricType,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'b str, u64)>,
    ) -> fmt::Result {
        let is_counter = matches!(kind, MetricType::Counter);
        let mut metric = self.metric(name, help, kind)?;
        for (value, count) in values {
            let labels = [(label, value)];
            let one = metric.encode_family(&labels)?;
            match is_counter {
                true => ConstCounter::new(count).encode(one)?,
                false => ConstGauge::new(i64::try_from(count).unwrap_or(i64::MAX)).encode(one)?,
            }
        }
        Ok(())
    }

    fn metric<'s>(
        &'s mut self,
        name: &'s str,
        help: &str,
        kind: MetricType,
    ) -> Result<MetricEncoder<'s>, fmt::Error> {
        self.0.encode_descriptor(name, help, None, kind)
    }
}
