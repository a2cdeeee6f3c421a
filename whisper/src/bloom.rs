//! The 512-bit filter by which a node tells its peers which topics it wants.

use crate::hash::hex;
use crate::topic::Topic;
use std::fmt;

/// Length of a bloom filter in bytes.
pub const BLOOM_LEN: usize = 64;

/// A bloom filter over topics, 512 bits.
///
/// EIP-627 lets each topic set three bits. As deployed (status-go v0.50.0) a bit is *assigned* to
/// its byte and not added to it, so a topic of which two bits fall into the same byte keeps only
/// the one that was written last. A sender and a receiver must agree on that, since an envelope
/// passes only if *all* its bits are in the filter; this type therefore does as deployed.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bloom(pub [u8; BLOOM_LEN]);

impl Bloom {
    /// The filter that matches nothing.
    pub const EMPTY: Self = Self([0; BLOOM_LEN]);
    /// The filter that matches everything: that of a full node.
    pub const FULL: Self = Self([0xff; BLOOM_LEN]);

    /// The filter of all `topics` together.
    pub fn from_topics(topics: impl IntoIterator<Item = Topic>) -> Self {
        let mut bloom = Self::EMPTY;
        topics.into_iter().for_each(|topic| bloom.insert(topic));
        bloom
    }

    /// Adds a topic.
    pub fn insert(&mut self, topic: Topic) {
        for (position, bits) in marks(topic) {
            if let Some(byte) = self.0.get_mut(position) {
                *byte |= bits;
            }
        }
    }

    /// Whether an envelope with `topic` passes: `contains(&Bloom::from(topic))`, without building
    /// the topic's filter.
    pub fn admits(&self, topic: Topic) -> bool {
        marks(topic)
            .into_iter()
            .all(|(position, bits)| self.0.get(position).is_some_and(|byte| byte & bits == bits))
    }

    /// Whether every bit of `other` is set here too.
    pub fn contains(&self, other: &Self) -> bool {
        self.0
            .iter()
            .zip(&other.0)
            .all(|(have, want)| have & want == *want)
    }

    /// Whether this is [`Bloom::FULL`].
    pub fn is_full(&self) -> bool {
        *self == Self::FULL
    }
}

impl From<Topic> for Bloom {
    fn from(topic: Topic) -> Self {
        Self::from_topics([topic])
    }
}

impl fmt::Display for Bloom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

impl fmt::Debug for Bloom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(f, &self.0)
    }
}

/// The positions and values of the bytes that a topic sets: three bytes of one bit each, or fewer
/// bits where positions coincide (then the same pair is repeated).
fn marks(Topic([a, b, c, high]): Topic) -> [(usize, u8); 3] {
    let bit = |low: u8, shift: u8| usize::from(low) | usize::from(high >> shift & 1) << 8;
    let mark = |bit: usize| (bit / 8, 1u8 << (bit % 8));
    let [mut first, mut second, third] = [mark(bit(a, 0)), mark(bit(b, 1)), mark(bit(c, 2))];
    // The quirk: later assignments replace earlier ones in the same byte.
    if second.0 == third.0 {
        second = third;
    }
    if first.0 == third.0 {
        first = third;
    } else if first.0 == second.0 {
        first = second;
    }
    [first, second, third]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The rule told another way: assignments in order into 64 bytes.
    fn assigned(topic: Topic) -> Bloom {
        let mut bytes = [0u8; 64];
        for j in 0..3 {
            let index = usize::from(topic.0[j]) + 256 * usize::from(topic.0[3] >> j & 1);
            bytes[index / 8] = 1 << (index % 8);
        }
        Bloom(bytes)
    }

    #[test]
    fn two_bits_in_one_byte_lose_the_earlier() {
        let bloom = Bloom::from(Topic([0, 1, 200, 0]));
        assert_eq!(bloom.0[0], 2);
        assert_eq!(bloom.0.iter().map(|byte| byte.count_ones()).sum::<u32>(), 2);
    }

    #[test]
    fn full_and_empty() {
        assert!(Bloom::FULL.is_full());
        assert!(Bloom::FULL.admits(Topic([1, 2, 3, 4])));
        assert!(!Bloom::EMPTY.admits(Topic([1, 2, 3, 4])));
        assert!(Bloom::FULL.contains(&Bloom::EMPTY));
    }

    proptest! {
        #[test]
        fn a_topic_sets_the_assigned_bytes(topic in prop_oneof![any::<[u8; 4]>(), [0..16u8, 0..16u8, 0..16u8, 0..8u8]]) {
            prop_assert_eq!(Bloom::from(Topic(topic)), assigned(Topic(topic)));
        }

        #[test]
        fn admits_agrees_with_contains(topics: Vec<[u8; 4]>, other in [0..32u8, 0..32u8, 0..32u8, 0..8u8]) {
            let bloom = Bloom::from_topics(topics.iter().copied().map(Topic));
            for topic in topics.into_iter().chain([other]).map(Topic) {
                prop_assert_eq!(bloom.admits(topic), bloom.contains(&assigned(topic)));
            }
        }
    }
}
