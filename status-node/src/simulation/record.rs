//! What one node's user wrote and saw, and what the node counted in all its lives.

use crate::messenger;
use crate::node::Counts;
use serde::Serialize;
use status_devp2p::peers::RefusalCounts;
use status_payload::MessageId;
use status_whisper::{Counters, Whisper};
use std::collections::BTreeMap;

/// A kind of chat.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Nobody acknowledges what is said there, and nobody repeats it.
    Public,
    /// Repeated until it is acknowledged.
    OneToOne,
    /// The same, to each member.
    Group,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Public, Self::OneToOne, Self::Group];

    /// The name in reports.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::OneToOne => "one_to_one",
            Self::Group => "group",
        }
    }
}

/// Something that was written.
pub(super) struct Written {
    pub(super) id: MessageId,
    pub(super) at: u64,
    pub(super) kind: Kind,
    /// Who is to see it, by number.
    pub(super) readers: Vec<u32>,
}

/// Something that was shown to a user.
pub(super) struct Shown {
    pub(super) id: MessageId,
    pub(super) at: u64,
    pub(super) bytes: u64,
}

/// Counters of one node in all its lives, or of all nodes together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Tally {
    /// Bytes that left on connections, handshakes included.
    pub bytes: u64,
    /// Pieces of a stream in which they left.
    pub pieces: u64,
    /// Connections that were opened.
    pub connections: u64,
    /// Connections that ended, but for the last.
    pub connections_ended: u64,
    /// Ends of connections that came to nothing before or in the handshake.
    pub dials_failed: u64,
    /// Connections that a node's policy refused, by reason.
    pub connections_refused: BTreeMap<&'static str, u64>,
    /// Packets that the network lost, as it was told to.
    pub packets_lost: u64,
    /// Whisper's packets that left.
    pub packets: u64,
    /// Envelopes of the nodes' own.
    pub posted: u64,
    /// Envelopes that came in, good or bad.
    pub envelopes_in: u64,
    /// Those that were new.
    pub envelopes_new: u64,
    /// Those that the node had already.
    pub envelopes_known: u64,
    /// What Whisper dropped, by reason; and, under `connection_closed`, packets that were ready when their
    /// connection ended.
    pub drops: BTreeMap<&'static str, u64>,
    /// What came out of envelopes and was refused, by reason.
    pub refused: BTreeMap<&'static str, u64>,
    /// Payloads that messengers gave to the transport, repetitions and acknowledgements included.
    pub payloads: u64,
    /// Messages under data sync in them, repetitions included.
    pub synced: u64,
    /// Acknowledgements of messages that came back.
    pub acknowledged: u64,
    /// What users could not do, what the database undid, faults of peers in the protocol, channels that
    /// found no room; nothing, unless there is a mistake here.
    pub failures: u64,
}

impl Tally {
    /// Adds what Whisper counted in one life.
    pub(super) fn add_whisper(&mut self, whisper: &Whisper) {
        let counters: &Counters = whisper.counters();
        self.packets += counters.packets_out;
        self.envelopes_in += counters.envelopes_in;
        self.envelopes_new += counters.envelopes_new;
        self.envelopes_known += counters.duplicates;
        for (reason, count) in counters.drops.iter() {
            add_one(&mut self.drops, reason.name(), count);
        }
    }

    /// Adds what the transport counted in one life.
    pub(super) fn add_transport(&mut self, counts: &Counts) {
        let Counts {
            // Counted as payloads by the messenger, as shown by the record.
            sent: _,
            unsigned,
            events_dropped,
            packets_lost,
            peer_faults,
            filters_refused,
        } = *counts;
        self.failures += events_dropped + peer_faults + filters_refused;
        add_one(&mut self.refused, "unsigned", unsigned);
        add_one(&mut self.drops, "connection_closed", packets_lost);
    }

    /// Adds what the policy for connections counted in one life.
    pub(super) fn add_refusals(&mut self, refusals: RefusalCounts) {
        let RefusalCounts {
            too_many_handshakes,
            too_many_from_address,
            too_many_inbound,
            already_connected,
            own_identity,
            unknown_connection,
        } = refusals;
        for (reason, count) in [
            ("too_many_handshakes", too_many_handshakes),
            ("too_many_from_address", too_many_from_address),
            ("too_many_inbound", too_many_inbound),
            ("already_connected", already_connected),
            ("own_identity", own_identity),
            ("unknown_connection", unknown_connection),
        ] {
            add_one(&mut self.connections_refused, reason, count);
        }
    }

    /// Adds what the messenger counted in one loading.
    pub(super) fn add_messenger(&mut self, counters: &messenger::Counters) {
        self.payloads += counters.outbounds;
        self.synced += counters.synced_out;
        self.acknowledged += counters.acknowledged;
        for (reason, count) in &counters.refused {
            add_one(&mut self.refused, reason, *count);
        }
    }

    /// Adds those of another node.
    pub(super) fn add(&mut self, other: &Self) {
        let Self {
            bytes,
            pieces,
            connections,
            connections_ended,
            dials_failed,
            connections_refused,
            packets_lost,
            packets,
            posted,
            envelopes_in,
            envelopes_new,
            envelopes_known,
            drops,
            refused,
            payloads,
            synced,
            acknowledged,
            failures,
        } = self;
        for (sum, more) in [
            (bytes, other.bytes),
            (pieces, other.pieces),
            (connections, other.connections),
            (connections_ended, other.connections_ended),
            (dials_failed, other.dials_failed),
            (packets_lost, other.packets_lost),
            (packets, other.packets),
            (posted, other.posted),
            (envelopes_in, other.envelopes_in),
            (envelopes_new, other.envelopes_new),
            (envelopes_known, other.envelopes_known),
            (payloads, other.payloads),
            (synced, other.synced),
            (acknowledged, other.acknowledged),
            (failures, other.failures),
        ] {
            *sum += more;
        }
        for (sums, more) in [
            (connections_refused, &other.connections_refused),
            (drops, &other.drops),
            (refused, &other.refused),
        ] {
            for (reason, count) in more {
                add_one(sums, reason, *count);
            }
        }
    }
}

/// Adds to what is counted for a reason; what never happened is not named.
fn add_one(sums: &mut BTreeMap<&'static str, u64>, reason: &'static str, count: u64) {
    if count > 0 {
        *sums.entry(reason).or_default() += count;
    }
}

/// See the module's documentation.
#[derive(Default)]
pub(super) struct Record {
    pub(super) written: Vec<Written>,
    pub(super) shown: Vec<Shown>,
    pub(super) tally: Tally,
}
