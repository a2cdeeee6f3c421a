//! What the messenger wants done: what is listened to, and payloads on their way out.

use super::Driver;
use crate::node::clock::now_ms;
use crate::node::desk::{Orders, Reply};
use crate::node::handle::Command;
use crate::node::sending::Sealed;
use crate::node::stats::{NodeStats, ReadyPeer};
use bytes::Bytes;
use std::collections::BTreeMap;
use std::time::Duration;

/// How long the search for a nonce may take, as the messenger has it.
const POW_LIMIT: Duration = Duration::from_secs(5);

/// Payloads that are sealed at once. The others keep their place in the queue, so that a burst
/// is neither refused by the proof of work nor grows old in front of it.
const MAX_SEALING: usize = 128;

impl Driver {
    pub(super) fn handle_command(&mut self, command: Command) {
        match command {
            Command::Stats { reply } => {
                let _ = reply.send(self.stats());
            }
            Command::Envelope { hash, reply } => {
                let pool = self.transport.whisper().pool();
                let rlp = pool.find(&hash).and_then(|handle| pool.rlp(handle));
                let _ = reply.send(rlp.map(Bytes::copy_from_slice));
            }
            Command::Exposed { reply } => {
                let _ = reply.send(self.transport.exposed());
            }
            Command::Stop { done } => drop(done),
        }
    }

    /// Does what the messenger wants. What it answers callers comes after what they asked to listen to,
    /// and before what they sent.
    pub(in crate::node) fn handle_orders(&mut self, orders: Orders) {
        if orders.anew {
            self.transport.begin_anew(now_ms());
        }
        for change in orders.subscriptions {
            self.transport.subscribe(change, now_ms());
        }
        orders.replies.into_iter().for_each(Reply::give);
        for outbound in orders.outbounds {
            self.transport.send(orders.generation, outbound);
        }
        self.seal_waiting();
    }

    /// Goes on with payloads that wait, once there is a peer for them: as many as are sealed at once.
    pub(super) fn seal_waiting(&mut self) {
        while self.sealing.len() < MAX_SEALING {
            let Some((sending, unsealed)) = self.transport.poll_seal(now_ms(), &mut rand::rng())
            else {
                break;
            };
            let search = self.pow.seal(unsealed, POW_LIMIT);
            self.sealing.spawn(async move {
                let result = search.await;
                Sealed { sending, result }
            });
        }
        self.inbox.set_congested(self.transport.is_congested());
    }

    pub(super) fn handle_sealed(&mut self, sealed: Sealed) {
        self.transport.handle_sealed(sealed, now_ms());
        self.seal_waiting();
    }

    fn ready_peers(&self) -> Vec<ReadyPeer> {
        let ready = self.transport.ready();
        let mut peers: Vec<ReadyPeer> = ready
            .filter_map(|(peer, node_id, client_name)| {
                Some(ReadyPeer {
                    node_id,
                    address: self.connections.get(&peer)?.address,
                    client_name: client_name.to_owned(),
                })
            })
            .collect();
        peers.sort_by_key(|peer| peer.node_id.0);
        peers
    }

    /// What the node's task knows; the messenger's part is added by whoever asked.
    fn stats(&self) -> NodeStats {
        let (waiting, waiting_bytes) = self.inbox.load();
        let (whisper, counts) = (self.transport.whisper(), self.transport.counts());
        let mut refused = BTreeMap::new();
        if counts.unsigned > 0 {
            refused.insert("unsigned", counts.unsigned);
        }
        let mut stats = NodeStats {
            network: self.network.stats(),
            whisper: *whisper.counters(),
            messenger: crate::messenger::Counters::default(),
            ready_peers: self.transport.ready_peers(),
            peers: self.ready_peers(),
            sealing: self.sealing.len(),
            unsent: self.transport.unsent(),
            pool_envelopes: whisper.pool().len(),
            pool_bytes: whisper.pool().bytes(),
            messages: 0,
            sent: counts.sent,
            waiting,
            waiting_bytes,
            database_failures: 0,
            refused,
            events_dropped: counts.events_dropped,
            packets_lost: counts.packets_lost,
            peer_faults: counts.peer_faults,
            filters_refused: counts.filters_refused,
            decoys: self.transport.decoy_counts(),
        };
        self.desk_counts.add_to(&mut stats);
        stats
    }
}
