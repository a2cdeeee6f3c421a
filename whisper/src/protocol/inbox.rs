//! Envelopes that filters want and that wait to be opened.
//!
//! Opening costs up to a hundred times what relaying does, so it happens when the application asks
//! for events, after the envelope is on its way to the neighbours.

use super::config::PeerId;
use crate::envelope::Envelope;
use crate::pool::PoolLimits;
use std::collections::VecDeque;

#[derive(Debug)]
pub(super) struct Pending {
    pub(super) envelope: Envelope,
    pub(super) pow: f64,
    pub(super) peer: Option<PeerId>,
    pub(super) direct: bool,
}

/// A queue with the bounds of the pool: whoever polls events after each packet never meets them.
#[derive(Debug)]
pub(super) struct Inbox {
    limits: PoolLimits,
    queue: VecDeque<Pending>,
    bytes: usize,
}

impl Inbox {
    pub(super) fn new(limits: PoolLimits) -> Self {
        Self {
            limits,
            queue: VecDeque::new(),
            bytes: 0,
        }
    }

    /// Whether there is a place for an envelope of `len` bytes.
    pub(super) fn has_room(&self, len: usize) -> bool {
        self.queue.len() < self.limits.max_envelopes && self.bytes + len <= self.limits.max_bytes
    }

    pub(super) fn push(&mut self, pending: Pending) {
        self.bytes += pending.envelope.rlp().len();
        self.queue.push_back(pending);
    }

    pub(super) fn pop(&mut self) -> Option<Pending> {
        let pending = self.queue.pop_front()?;
        self.bytes -= pending.envelope.rlp().len();
        Some(pending)
    }
}
