//! Batches of this node's own envelopes that wait for a peer's confirmation.

use crate::accept::EXPIRY_ALLOWANCE;
use crate::hash::Hash;
use std::collections::VecDeque;

/// Batches per peer that are remembered. A confirmation follows its batch by one round trip; this
/// many would be several hundred packets under way.
const MAX_IN_FLIGHT: usize = 256;

#[derive(Debug)]
struct Batch {
    hash: Hash,
    own: Vec<Hash>,
    /// The last expiry of the envelopes, Unix time in seconds.
    expiry: u32,
}

/// The batches under way to one peer, oldest first.
#[derive(Debug, Default)]
pub(super) struct InFlight(VecDeque<Batch>);

impl InFlight {
    /// Remembers a batch with its own envelopes; forgets the oldest when there are too many.
    pub(super) fn push(&mut self, hash: Hash, own: Vec<Hash>, expiry: u32) {
        if self.0.len() >= MAX_IN_FLIGHT {
            self.0.pop_front();
        }
        self.0.push_back(Batch { hash, own, expiry });
    }

    /// The own envelopes of a batch, which is forgotten with this.
    pub(super) fn take(&mut self, batch: &Hash) -> Option<Vec<Hash>> {
        // Confirmations come in order, so the first is the one as a rule.
        let index = self.0.iter().position(|known| known.hash == *batch)?;
        self.0.remove(index).map(|batch| batch.own)
    }

    /// Forgets what nobody will confirm any more at `now` (Unix time in seconds).
    pub(super) fn sweep(&mut self, now: u32) {
        let over = |batch: &Batch| batch.expiry.saturating_add(EXPIRY_ALLOWANCE) < now;
        self.0.retain(|batch| !over(batch));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hash(n: u16) -> Hash {
        let mut hash = Hash::default();
        hash.0[..2].copy_from_slice(&n.to_be_bytes());
        hash
    }

    #[test]
    fn a_batch_is_confirmed_once() {
        let mut batches = InFlight::default();
        batches.push(hash(1), vec![hash(10)], 100);
        batches.push(hash(2), vec![hash(20)], 100);
        assert_eq!(batches.take(&hash(2)), Some(vec![hash(20)]));
        assert_eq!(batches.take(&hash(2)), None);
        assert_eq!(batches.take(&hash(1)), Some(vec![hash(10)]));
    }

    #[test]
    fn batches_are_bounded_in_number_and_time() {
        let mut batches = InFlight::default();
        for n in 0..1000 {
            batches.push(hash(n), vec![], u32::from(n));
        }
        assert_eq!(batches.0.len(), MAX_IN_FLIGHT);
        assert_eq!(batches.take(&hash(1000 - 257)), None);
        assert!(batches.take(&hash(1000 - 256)).is_some());
        batches.sweep(999 + EXPIRY_ALLOWANCE);
        assert_eq!(batches.0.len(), 1);
    }
}
