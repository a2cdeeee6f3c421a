//! What a node counts.

use crate::darkness::decoys;
use crate::messenger;
use status_devp2p::NodeId;
use status_devp2p::net::NetworkStats;
use status_whisper::Counters;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

/// A peer with which envelopes flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadyPeer {
    /// Who.
    pub node_id: NodeId,
    /// Where it is connected from or to.
    pub address: SocketAddr,
    /// What it calls itself: words of a stranger.
    pub client_name: String,
}

/// Counters of a node since its start, layer by layer. Each drop has a reason.
#[derive(Debug, Clone)]
pub struct NodeStats {
    /// The network service.
    pub network: NetworkStats,
    /// Whisper.
    pub whisper: Counters,
    /// Peers with which envelopes flow at this moment.
    pub ready_peers: usize,
    /// Who they are, by their ids; not among the counters of [`NodeStats::to_json`].
    pub peers: Vec<ReadyPeer>,
    /// Envelopes of one's own whose proof of work is searched for, or waits for a thread, at this moment.
    pub sealing: usize,
    /// Payloads of one's own that wait at this moment, for a first peer or because many others are being
    /// sealed.
    pub unsent: usize,
    /// Envelopes in Whisper's pool at this moment.
    pub pool_envelopes: usize,
    /// Their bytes.
    pub pool_bytes: usize,
    /// Messages given to the application.
    pub messages: u64,
    /// Payloads with messages that the messenger gave to the transport, repetitions included.
    pub sent: u64,
    /// What the messenger counts.
    pub messenger: messenger::Counters,
    /// Envelopes and reports that wait for the messenger at this moment.
    pub waiting: usize,
    /// Their bytes.
    pub waiting_bytes: usize,
    /// How often the messenger's work was undone because the database failed.
    pub database_failures: u64,
    /// What came out of envelopes and was not shown, by the [name](crate::pipeline::Refusal::name) of the
    /// reason; `lagging` counts what is kept in the database but was not fetched as an event in time,
    /// `database` what was lost with a transaction that could not be committed.
    pub refused: BTreeMap<&'static str, u64>,
    /// Events that the application did not fetch in time.
    pub events_dropped: u64,
    /// Packets that were ready when their connection ended.
    pub packets_lost: u64,
    /// Peers disconnected because they broke Whisper's protocol.
    pub peer_faults: u64,
    /// Channels that are not listened to because Whisper has no room for more filters.
    pub filters_refused: u64,
    /// Decoys: what was given out, and what was not though it was due.
    pub decoys: decoys::Counts,
}

/// The counters that the node's task keeps.
#[derive(Debug, Default, Clone)]
pub(crate) struct Counts {
    pub(crate) sent: u64,
    pub(crate) unsigned: u64,
    pub(crate) events_dropped: u64,
    pub(crate) packets_lost: u64,
    pub(crate) peer_faults: u64,
    pub(crate) filters_refused: u64,
}

/// The counters that the messenger's thread keeps.
#[derive(Debug, Default)]
pub(crate) struct DeskCounts {
    messages: AtomicU64,
    lagging: AtomicU64,
    events_dropped: AtomicU64,
    failures: AtomicU64,
    lost_envelopes: AtomicU64,
}

impl DeskCounts {
    /// A message was given to the application.
    pub(super) fn shown(&self) {
        self.messages.fetch_add(1, Relaxed);
    }

    /// The application did not fetch an event in time.
    pub(super) fn lag(&self, is_message: bool) {
        match is_message {
            true => self.lagging.fetch_add(1, Relaxed),
            false => self.events_dropped.fetch_add(1, Relaxed),
        };
    }

    /// Something was undone because the database failed.
    pub(super) fn fail(&self) {
        self.failures.fetch_add(1, Relaxed);
    }

    /// A whole turn was, with these envelopes.
    pub(super) fn lose(&self, envelopes: u64) {
        self.fail();
        self.lost_envelopes.fetch_add(envelopes, Relaxed);
    }

    /// How often something was undone.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Relaxed)
    }

    pub(super) fn add_to(&self, stats: &mut NodeStats) {
        stats.messages = self.messages.load(Relaxed);
        stats.events_dropped += self.events_dropped.load(Relaxed);
        stats.database_failures = self.failures.load(Relaxed);
        for (name, count) in [
            ("lagging", &self.lagging),
            ("database", &self.lost_envelopes),
        ] {
            let count = count.load(Relaxed);
            if count > 0 {
                *stats.refused.entry(name).or_default() += count;
            }
        }
    }
}

impl NodeStats {
    /// Adds what the messenger counts.
    pub(super) fn add_messenger(&mut self, counters: messenger::Counters) {
        for (name, count) in &counters.refused {
            *self.refused.entry(name).or_default() += count;
        }
        self.messenger = counters;
    }

    /// The counters as JSON, for logs and scripts.
    pub fn to_json(&self) -> serde_json::Value {
        let drops: BTreeMap<&str, u64> = self
            .whisper
            .drops
            .iter()
            .map(|(reason, count)| (reason.name(), count))
            .collect();
        serde_json::json!({
            "ready_peers": self.ready_peers,
            "sealing": self.sealing,
            "unsent": self.unsent,
            "pool_envelopes": self.pool_envelopes,
            "pool_bytes": self.pool_bytes,
            "messages": self.messages,
            "waiting": self.waiting,
            "waiting_bytes": self.waiting_bytes,
            "database_failures": self.database_failures,
            "filters_refused": self.filters_refused,
            "decoys": {
                "made": self.decoys.made,
                "over_budget": self.decoys.over_budget,
                "missed": self.decoys.missed,
                "unsealed": self.decoys.unsealed,
            },
            "sent": self.sent,
            "refused": self.refused,
            "events_dropped": self.events_dropped,
            "packets_lost": self.packets_lost,
            "peer_faults": self.peer_faults,
            "whisper": {
                "packets_in": self.whisper.packets_in,
                "packets_out": self.whisper.packets_out,
                "bytes_in": self.whisper.bytes_in,
                "bytes_out": self.whisper.bytes_out,
                "envelopes_in": self.whisper.envelopes_in,
                "envelopes_new": self.whisper.envelopes_new,
                "envelopes_out": self.whisper.envelopes_out,
                "duplicates": self.whisper.duplicates,
                "drops": drops,
            },
            "network": {
                "messages_received": self.network.messages_received,
                "messages_sent": self.network.messages_sent,
                "bytes_received": self.network.bytes_received,
                "bytes_sent": self.network.bytes_sent,
                "established": self.network.established,
            },
        })
    }
}
