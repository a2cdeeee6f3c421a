//! Maps by message id: one look-up is one place in memory, however many there are.
//!
//! Ids are hashes, but a peer may make up the ones that it offers, or search for messages whose ids
//! collide in a table. So they are hashed once more with a key that nobody outside knows.

use crate::MessageId;
use std::collections::HashMap;
use std::hash::{BuildHasher, Hasher};

/// A map by message id. Nothing may hang on the order in which it is walked.
pub(crate) type IdMap<V> = HashMap<MessageId, V, Keyed>;

/// The key of a map's hashes.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Keyed(pub(crate) u64);

impl BuildHasher for Keyed {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher(self.0)
    }
}

/// Mixes eight bytes at a time by a multiplication of which both halves count.
#[derive(Debug, Clone)]
pub(crate) struct IdHasher(u64);

impl IdHasher {
    fn mix(&mut self, word: u64) {
        let product = u128::from(self.0 ^ word ^ 0x9e37_79b9_7f4a_7c15) * 0xa076_1d64_78bd_642f;
        self.0 = (product as u64) ^ ((product >> 64) as u64) ^ self.0.rotate_left(23);
    }
}

impl Hasher for IdHasher {
    fn write(&mut self, bytes: &[u8]) {
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.mix(u64::from_le_bytes(*word));
        }
        for byte in rest {
            self.mix(u64::from(*byte));
        }
    }

    /// The length of an id, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn ids_that_differ_in_one_bit_and_keys_spread() {
        let mut hashes = BTreeSet::new();
        let mut low = BTreeSet::new();
        for key in [0, 1, 1 << 63] {
            for bit in 0..256 {
                let mut id = [0; 32];
                id[bit / 8] = 1 << (bit % 8);
                let hash = Keyed(key).hash_one(MessageId(id));
                hashes.insert(hash);
                low.insert(hash & 0xffff);
            }
        }
        assert_eq!(hashes.len(), 3 * 256);
        assert!(low.len() > 740, "{} of 768 places", low.len());
    }
}
