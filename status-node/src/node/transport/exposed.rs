//! What the transport shows of itself to others, for whoever asks what that gives away.

use super::Transport;
use crate::darkness::report::{Link, Neighbour, Situation};
use crate::darkness::{Cause, InBloom, OwnEnvelope};
use status_devp2p::NodeId;
use status_whisper::{Bloom, Envelope, PeerId, Role, Topic};

/// The part of a [`Situation`] that the transport knows.
#[derive(Debug)]
pub(in crate::node) struct Exposed {
    bloom: Option<Bloom>,
    relays: bool,
    announces_sent: bool,
    min_pow: f64,
    decoys_per_hour: Option<u32>,
    peers: Vec<Neighbour>,
    envelopes: Vec<OwnEnvelope>,
}

impl Exposed {
    /// Completes what the messenger knows.
    pub(in crate::node) fn add_to(
        self,
        situation: &mut Situation,
        node_id: NodeId,
        client_name: String,
    ) {
        situation.bloom = self.bloom;
        situation.envelopes = self.envelopes;
        situation.link = Some(Link {
            node_id,
            client_name,
            relays: self.relays,
            announces_sent: self.announces_sent,
            min_pow: self.min_pow,
            peers: self.peers,
            decoys_per_hour: self.decoys_per_hour,
        });
    }
}

impl Transport {
    /// What it shows of itself, and what it posted last.
    pub(in crate::node) fn exposed(&self) -> Exposed {
        let config = self.whisper.config();
        let neighbour = |id: &PeerId| {
            let peer = self.whisper.peer(*id)?;
            let known = self.peers.get(id)?;
            Some(Neighbour {
                node_id: known.node_id,
                bloom: peer.status?.bloom,
                brought: peer.counters.envelopes_in,
                first: peer.counters.envelopes_new,
                outside: peer.counters.outside_filter,
            })
        };
        Exposed {
            bloom: self.whisper.bloom().copied(),
            relays: config.role == Role::Full || config.light_node_relays,
            announces_sent: !config.own_outside_bloom,
            min_pow: self.whisper.min_pow(),
            decoys_per_hour: self.decoys_per_hour(),
            peers: self.ready.iter().filter_map(neighbour).collect(),
            envelopes: self.own.iter().cloned().collect(),
        }
    }

    /// How a topic stands to the filter that is announced now.
    pub(super) fn in_bloom(&self, topic: Topic) -> InBloom {
        match self.whisper.bloom() {
            None => InBloom::Full,
            Some(bloom) if bloom.admits(topic) => InBloom::Inside,
            Some(_) => InBloom::Outside,
        }
    }

    /// Remembers an envelope that was posted here.
    pub(super) fn note_own(
        &mut self,
        envelope: &Envelope,
        personal: bool,
        cause: Cause,
        bloom: InBloom,
        now_ms: u64,
    ) {
        self.own.post(OwnEnvelope {
            hash: envelope.hash(),
            topic: envelope.topic(),
            personal,
            size: envelope.size(),
            ttl: envelope.ttl(),
            posted_ms: now_ms,
            cause,
            bloom,
            peers: Vec::new(),
        });
    }
}
