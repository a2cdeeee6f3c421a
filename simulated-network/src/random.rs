//! Randomness that a seed repeats.

use rand_core::{Infallible, TryCryptoRng, TryRng};
use std::ops::RangeInclusive;

/// Randomness that a seed repeats: the generator xoshiro256++, filled by SplitMix64. Written out here so
/// that a seed means the same run with every version of every library.
///
/// It claims to be fit for cryptography, or state machines would not take it. It is not: **for
/// simulations only.**
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// The generator of this seed.
    pub fn new(seed: u64) -> Self {
        let mut counter = seed;
        let state = [(); 4].map(|()| {
            counter = counter.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mut mixed = counter;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            mixed ^ (mixed >> 31)
        });
        Self { state }
    }

    /// A generator of its own, for a part of the simulation whose draws are not to disturb the others'.
    pub fn fork(&mut self) -> Self {
        Self::new(self.draw())
    }

    /// A number below `bound`, each equally likely; 0 if the bound is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        // The high half of the product; the bias is below one in 2^64 / bound.
        let product = u128::from(self.draw()) * u128::from(bound);
        u64::try_from(product >> 64).unwrap_or(0)
    }

    /// A number of the range; its start if it is empty.
    pub fn within(&mut self, range: &RangeInclusive<u64>) -> u64 {
        let (start, end) = (*range.start(), *range.end());
        match end.checked_sub(start) {
            Some(0) | None => start,
            Some(u64::MAX) => self.draw(),
            Some(width) => start + self.below(width + 1),
        }
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        // The draw happens whatever the probability, so that changing it disturbs nothing else.
        let draw = self.draw() >> 11;
        #[allow(clippy::cast_precision_loss, reason = "53 bits fit a double exactly")]
        let fraction = draw as f64 / (1_u64 << 53) as f64;
        fraction < probability
    }

    /// One of the items; none if there are none.
    pub fn choose<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        let place = self.below(u64::try_from(items.len()).unwrap_or(u64::MAX));
        items.get(usize::try_from(place).unwrap_or(0))
    }

    fn draw(&mut self) -> u64 {
        let [first, second, third, fourth] = self.state;
        let result = first
            .wrapping_add(fourth)
            .rotate_left(23)
            .wrapping_add(first);
        let third = third ^ first;
        let fourth = fourth ^ second;
        self.state = [
            first ^ fourth,
            second ^ third,
            third ^ (second << 17),
            fourth.rotate_left(45),
        ];
        result
    }
}

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(u32::try_from(self.draw() >> 32).unwrap_or(0))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        Ok(self.draw())
    }

    fn try_fill_bytes(&mut self, target: &mut [u8]) -> Result<(), Infallible> {
        for part in target.chunks_mut(8) {
            let bytes = self.draw().to_le_bytes();
            for (to, from) in part.iter_mut().zip(bytes) {
                *to = from;
            }
        }
        Ok(())
    }
}

impl TryCryptoRng for Random {}

#[cfg(test)]
mod tests {
    use super::*;
    use rand_core::Rng;

    #[test]
    fn the_numbers_of_a_seed_are_pinned() {
        // The reference implementation of xoshiro256++ from the state 1, 2, 3, 4.
        let mut random = Random {
            state: [1, 2, 3, 4],
        };
        let drawn = [(); 4].map(|()| random.next_u64());
        assert_eq!(
            drawn,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386
            ]
        );
        // The reference implementation of SplitMix64 from 0.
        assert_eq!(Random::new(0).state[0], 0xe220_a839_7b1d_cdaf);
        assert_ne!(Random::new(1), Random::new(2));
    }

    #[test]
    fn chances_are_kept() {
        let mut random = Random::new(3);
        assert!((0..1000).all(|_| random.chance(1.0)));
        assert!(!(0..1000).any(|_| random.chance(0.0)));
        let hits = (0..10_000).filter(|_| random.chance(0.2)).count();
        assert!((1800..2200).contains(&hits), "{hits}");
    }

    #[test]
    fn numbers_stay_in_their_range_and_reach_its_ends() {
        let mut random = Random::new(4);
        let drawn: Vec<u64> = (0..1000).map(|_| random.within(&(3..=5))).collect();
        assert!(drawn.iter().all(|number| (3..=5).contains(number)));
        assert!([3, 4, 5].iter().all(|number| drawn.contains(number)));
        #[allow(
            clippy::reversed_empty_ranges,
            reason = "an empty range is what is tested"
        )]
        let empty = 9..=2;
        assert_eq!(random.within(&empty), 9);
        assert_eq!(random.below(0), 0);
        assert_eq!(random.choose::<u8>(&[]), None);
    }

    #[test]
    fn a_fork_is_another_sequence() {
        let mut random = Random::new(5);
        let mut fork = random.fork();
        assert_ne!(random.next_u64(), fork.next_u64());
    }
}
