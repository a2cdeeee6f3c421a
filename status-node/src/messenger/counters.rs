//! How often what happened.

use std::collections::BTreeMap;

/// What went through a [`Messenger`](super::Messenger) since it was loaded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Counters {
    /// Opened envelopes that came in.
    pub envelopes_in: u64,
    /// Messages that were acted on.
    pub messages_in: u64,
    /// Envelopes with keys and nothing else.
    pub bundles_in: u64,
    /// Payloads given to the transport, repetitions included.
    pub outbounds: u64,
    /// Their bytes.
    pub bytes_out: u64,
    /// Messages that were sent under data sync, repetitions included.
    pub synced_out: u64,
    /// Acknowledgements of one's own messages.
    pub acknowledged: u64,
    /// Answers to messages that could not be read.
    pub answers: u64,
    /// Answers that were not sent, since there had been so many.
    pub answers_withheld: u64,
    /// What was refused, by the [name](crate::pipeline::Refusal::name) of the reason; there are no more
    /// than reasons.
    pub refused: BTreeMap<&'static str, u64>,
}

impl Counters {
    pub(super) fn refuse(&mut self, reason: &'static str) {
        *self.refused.entry(reason).or_default() += 1;
    }

    /// How often something was refused for the reason of this name.
    pub fn refused(&self, reason: &str) -> u64 {
        self.refused.get(reason).copied().unwrap_or_default()
    }
}
