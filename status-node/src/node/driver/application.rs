//! What the messenger wants done: what is listened to, and payloads on their way out.

use super::Driver;
use crate::messenger::{Outbound, SubscriptionChange, TransportReport};
use crate::node::clock::now_ms;
use crate::node::desk::{Arrival, Orders, Reply};
use crate::node::handle::Command;
use crate::node::sending::{Sealed, Sending};
use crate::node::stats::NodeStats;
use crate::pipeline::encrypt_envelope;
use bytes::Bytes;
use status_whisper::{Filter, PostError, Rejection, Role};
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
                let pool = self.whisper.pool();
                let rlp = pool.find(&hash).and_then(|handle| pool.rlp(handle));
                let _ = reply.send(rlp.map(Bytes::copy_from_slice));
            }
            Command::Stop { done } => drop(done),
        }
    }

    /// Does what the messenger wants. What it answers callers comes after what they asked to listen to,
    /// and before what they sent.
    pub(in crate::node) fn handle_orders(&mut self, orders: Orders) {
        if orders.anew {
            for filter in std::mem::take(&mut self.channels).into_keys() {
                self.whisper.uninstall_filter(filter, now_ms());
            }
            self.sending.forget_waiting();
        }
        for change in orders.subscriptions {
            self.subscribe(change);
        }
        orders.replies.into_iter().for_each(Reply::give);
        for outbound in orders.outbounds {
            if !outbound.messages.is_empty() {
                self.counts.sent += 1;
            }
            self.sending.wait(Sending {
                generation: orders.generation,
                outbound,
            });
        }
        self.seal_waiting();
    }

    fn subscribe(&mut self, change: SubscriptionChange) {
        match change {
            SubscriptionChange::Install { channel, route } => {
                let own = self.identity.as_ref().map(|identity| identity.chat_key());
                // Without an account there is no key for what is encrypted to one.
                let Some(key) = route.key.opening(own) else {
                    return;
                };
                let filter = Filter::new(route.topic, key);
                match self.whisper.install_filter(filter, now_ms()) {
                    Ok(filter) => {
                        self.channels.insert(filter, channel);
                    }
                    Err(error) => {
                        self.counts.filters_refused += 1;
                        tracing::error!(%error, ?channel, "a channel is not listened to");
                    }
                }
            }
            SubscriptionChange::Remove { channel } => {
                let mut installed = self.channels.iter();
                let found = installed.find(|(_, installed)| **installed == channel);
                if let Some(filter) = found.map(|(filter, _)| *filter) {
                    self.channels.remove(&filter);
                    self.whisper.uninstall_filter(filter, now_ms());
                }
            }
        }
    }

    /// Goes on with payloads that wait, once there is a peer for them: as many as are sealed at once.
    pub(super) fn seal_waiting(&mut self) {
        while !self.ready.is_empty() && self.sealing.len() < MAX_SEALING {
            match self.sending.next_waiting() {
                Some(sending) => self.seal(sending),
                None => break,
            }
        }
        self.inbox.set_congested(self.sending.is_congested());
    }

    fn seal(&mut self, sending: Sending) {
        let Some(identity) = &self.identity else {
            return self.failed(&sending, "this node has no account to sign as");
        };
        let Outbound { route, payload, .. } = &sending.outbound;
        let key = identity.chat_key();
        match encrypt_envelope(payload, key, route, now_ms(), &mut rand::rng()) {
            Err(error) => self.failed(&sending, error),
            Ok(unsealed) => {
                let search = self.pow.seal(unsealed, POW_LIMIT);
                self.sealing.spawn(async move {
                    let result = search.await;
                    Sealed { sending, result }
                });
            }
        }
    }

    pub(super) fn handle_sealed(&mut self, Sealed { sending, result }: Sealed) {
        let envelope = match result {
            Ok(envelope) => envelope,
            Err(error) => return self.failed(&sending, error),
        };
        if let Role::Light { mut topics } = self.whisper.config().role {
            topics.insert(envelope.topic());
            self.whisper.set_role(Role::Light { topics }, now_ms());
        }
        match self.whisper.post(&envelope, now_ms()) {
            Ok(()) => {
                self.sending.posted(&envelope, &sending);
                if sending.outbound.is_tracked {
                    let report = TransportReport::Sealed {
                        outbound: sending.outbound.id,
                        envelope: envelope.hash(),
                    };
                    self.arrive(sending.generation, report);
                }
            }
            // The process stood still, or the clock was set, since the envelope was made.
            Err(PostError::Rejected(reason)) if is_of_time(&reason) => self.sending.wait(sending),
            Err(error) => self.failed(&sending, error),
        }
    }

    fn failed(&mut self, sending: &Sending, reason: impl ToString) {
        let outbound = sending.outbound.id;
        let reason = reason.to_string();
        tracing::warn!(reason, "a payload cannot be sent");
        self.arrive(
            sending.generation,
            TransportReport::Failed { outbound, reason },
        );
    }

    /// Tells the messenger what became of something that it sent.
    pub(super) fn tell(&mut self, report: TransportReport) {
        self.arrive(0, report);
    }

    fn arrive(&mut self, generation: u64, report: TransportReport) {
        self.inbox.arrive(Arrival::Report { generation, report });
    }

    /// What the node's task knows; the messenger's part is added by whoever asked.
    fn stats(&self) -> NodeStats {
        let (waiting, waiting_bytes) = self.inbox.load();
        let mut refused = BTreeMap::new();
        if self.counts.unsigned > 0 {
            refused.insert("unsigned", self.counts.unsigned);
        }
        let mut stats = NodeStats {
            network: self.network.stats(),
            whisper: *self.whisper.counters(),
            messenger: crate::messenger::Counters::default(),
            ready_peers: self.ready.len(),
            pool_envelopes: self.whisper.pool().len(),
            pool_bytes: self.whisper.pool().bytes(),
            messages: 0,
            sent: self.counts.sent,
            waiting,
            waiting_bytes,
            database_failures: 0,
            refused,
            events_dropped: self.counts.events_dropped,
            packets_lost: self.counts.packets_lost,
            peer_faults: self.counts.peer_faults,
            filters_refused: self.counts.filters_refused,
        };
        self.desk_counts.add_to(&mut stats);
        stats
    }
}

/// Whether another envelope, made now, would not be rejected.
fn is_of_time(reason: &Rejection) -> bool {
    reason.is_time_sync() || matches!(reason, Rejection::Expired { .. })
}
