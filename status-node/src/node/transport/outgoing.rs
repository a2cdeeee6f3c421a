//! What the messenger wants done: what is listened to, and payloads on their way out.

use super::Transport;
use crate::coupling::EnvelopeKey;
use crate::darkness::Cause;
use crate::messenger::{Outbound, SubscriptionChange, TransportReport};
use crate::node::sending::{Sealed, Sealing, Sending};
use crate::pipeline::encrypt_envelope;
use rand_core::CryptoRng;
use status_whisper::{Filter, PostError, Rejection, Unsealed};

impl Transport {
    /// The messenger was loaded anew: what it listened to and gave out is forgotten, because it says both
    /// again.
    pub(crate) fn begin_anew(&mut self, now_ms: u64) {
        for filter in std::mem::take(&mut self.channels).into_keys() {
            self.whisper.uninstall_filter(filter, now_ms);
        }
        self.sending.forget_waiting();
    }

    /// Listens to something, or no longer.
    pub(crate) fn subscribe(&mut self, change: SubscriptionChange, now_ms: u64) {
        match change {
            SubscriptionChange::Install { channel, route } => {
                let own = self.identity.as_ref().map(|identity| identity.chat_key());
                // Without an account there is no key for what is encrypted to one.
                let Some(key) = route.key.opening(own) else {
                    return;
                };
                let filter = Filter::new(route.topic, key);
                match self.whisper.install_filter(filter, now_ms) {
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
                    self.whisper.uninstall_filter(filter, now_ms);
                }
            }
        }
    }

    /// Takes a payload of the messenger in its `generation`th loading. It waits until there is a peer.
    pub(crate) fn send(&mut self, generation: u64, outbound: Outbound) {
        if !outbound.messages.is_empty() {
            self.counts.sent += 1;
        }
        self.sending.wait(Sending {
            generation,
            outbound,
        });
    }

    /// The payload that waited longest, or else a decoy that is due, encrypted, for its proof of work; none as
    /// long as there is no peer, since an envelope made now would grow old. Its result is given to
    /// [`handle_sealed`](Self::handle_sealed).
    pub(crate) fn poll_seal(
        &mut self,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Option<(Sealing, Unsealed)> {
        while !self.ready.is_empty() {
            let Some(sending) = self.sending.next_waiting() else {
                let (shape, unsealed) = self.poll_decoy(now_ms, rng)?;
                return Some((Sealing::Decoy(shape), unsealed));
            };
            let Some(identity) = &self.identity else {
                self.failed(&sending, "this node has no account to sign as");
                continue;
            };
            let Outbound { route, payload, .. } = &sending.outbound;
            match encrypt_envelope(payload, identity.chat_key(), route, now_ms, rng) {
                Err(error) => self.failed(&sending, error),
                Ok(unsealed) => return Some((Sealing::Payload(sending), unsealed)),
            }
        }
        None
    }

    /// A search for a nonce came to its end: posts the envelope.
    pub(crate) fn handle_sealed(&mut self, Sealed { sending, result }: Sealed, now_ms: u64) {
        let sending = match sending {
            Sealing::Payload(sending) => sending,
            Sealing::Decoy(shape) => return self.post_decoy(&shape, result, now_ms),
        };
        let envelope = match result {
            Ok(envelope) => envelope,
            Err(error) => return self.failed(&sending, error),
        };
        let bloom = self.make_way(envelope.topic(), now_ms);
        match self.whisper.post(&envelope, now_ms) {
            Ok(()) => {
                self.sending.posted(&envelope, &sending);
                let cause = match sending.outbound.messages.is_empty() {
                    true => Cause::Upkeep,
                    false => Cause::Message,
                };
                let personal = matches!(sending.outbound.route.key, EnvelopeKey::Person(_));
                self.note_own(&envelope, personal, cause, bloom, now_ms);
                self.follow(&envelope, &sending.outbound, now_ms);
                if sending.outbound.is_tracked {
                    let report = TransportReport::Sealed {
                        outbound: sending.outbound.id,
                        envelope: envelope.hash(),
                    };
                    self.tell_of(sending.generation, report);
                }
            }
            // The process stood still, or the clock was set, since the envelope was made.
            Err(PostError::Rejected(reason)) if is_of_time(&reason) => self.sending.wait(sending),
            Err(error) => self.failed(&sending, error),
        }
    }

    /// Whether any payload waits that could be sealed.
    pub(crate) fn wants_to_seal(&self) -> bool {
        self.sending.is_waiting() && !self.ready.is_empty()
    }

    /// How many payloads wait.
    pub(crate) fn unsent(&self) -> usize {
        self.sending.waiting()
    }

    /// Whether so much waits that the messenger should repeat nothing.
    pub(crate) fn is_congested(&self) -> bool {
        self.sending.is_congested()
    }

    fn failed(&mut self, sending: &Sending, reason: impl ToString) {
        let outbound = sending.outbound.id;
        let reason = reason.to_string();
        tracing::warn!(reason, "a payload cannot be sent");
        let report = TransportReport::Failed { outbound, reason };
        self.tell_of(sending.generation, report);
    }
}

/// Whether another envelope, made now, would not be rejected.
fn is_of_time(reason: &Rejection) -> bool {
    reason.is_time_sync() || matches!(reason, Rejection::Expired { .. })
}
