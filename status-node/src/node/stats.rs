//! What a node counts.

use crate::pipeline::Refusal;
use status_devp2p::net::NetworkStats;
use status_whisper::Counters;
use std::collections::BTreeMap;

/// Counters of a node since its start, layer by layer. Each drop has a reason.
#[derive(Debug, Clone)]
pub struct NodeStats {
    /// The network service.
    pub network: NetworkStats,
    /// Whisper.
    pub whisper: Counters,
    /// Peers with which envelopes flow at this moment.
    pub ready_peers: usize,
    /// Envelopes in Whisper's pool at this moment.
    pub pool_envelopes: usize,
    /// Their bytes.
    pub pool_bytes: usize,
    /// Texts given to the application.
    pub messages: u64,
    /// Messages of other kinds given to the application.
    pub other_messages: u64,
    /// Messages sent, each counted once however often its envelope was made anew.
    pub sent: u64,
    /// What came out of envelopes and was not shown, by [`Refusal::name`].
    pub refused: BTreeMap<&'static str, u64>,
    /// Events that the application did not fetch in time.
    pub events_dropped: u64,
    /// Packets that were ready when their connection ended.
    pub packets_lost: u64,
    /// Peers disconnected because they broke Whisper's protocol.
    pub peer_faults: u64,
}

/// The counters that the node itself keeps.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) messages: u64,
    pub(super) other_messages: u64,
    pub(super) sent: u64,
    pub(super) refused: BTreeMap<&'static str, u64>,
    pub(super) events_dropped: u64,
    pub(super) packets_lost: u64,
    pub(super) peer_faults: u64,
}

impl Counts {
    pub(super) fn refuse(&mut self, refusal: &Refusal) {
        *self.refused.entry(refusal.name()).or_default() += 1;
    }
}

impl NodeStats {
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
            "pool_envelopes": self.pool_envelopes,
            "pool_bytes": self.pool_bytes,
            "messages": self.messages,
            "other_messages": self.other_messages,
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
