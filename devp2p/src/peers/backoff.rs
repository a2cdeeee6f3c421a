//! Pauses between attempts that double, up to a longest one, with jitter.

use rand_core::Rng;

/// How long to wait before the next attempt.
///
/// The pause after the n-th failure in a row is `first * 2^(n-1)`, at most `longest`, of which
/// the upper half is drawn at random: nodes that lost the same relay do not come back in step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backoff {
    first: u64,
    longest: u64,
    failures: u32,
}

impl Backoff {
    /// Pauses from `first` to `longest`, both in ms and inclusive.
    pub fn new(first: u64, longest: u64) -> Self {
        Self {
            first,
            longest: longest.max(first),
            failures: 0,
        }
    }

    /// Counts a failure and draws the pause that follows it, in ms.
    pub fn fail(&mut self, rng: &mut impl Rng) -> u64 {
        let doubled = 1u64.checked_shl(self.failures).unwrap_or(u64::MAX);
        let pause = self.first.saturating_mul(doubled).min(self.longest);
        self.failures = self.failures.saturating_add(1);
        let half = pause / 2;
        // 32 bits of fraction: milliseconds do not need more.
        let jitter = (u128::from(rng.next_u32()) * (u128::from(pause - half) + 1)) >> 32;
        half + u64::try_from(jitter).unwrap_or(0)
    }

    /// Starts from the first pause again.
    pub fn reset(&mut self) {
        self.failures = 0;
    }

    /// Failures since the last reset.
    pub fn failures(&self) -> u32 {
        self.failures
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rand::{SeedableRng, rngs::StdRng};

    #[test]
    fn pauses_double_and_stop_at_the_longest() {
        let mut rng = StdRng::seed_from_u64(1);
        let mut backoff = Backoff::new(1_000, 120_000);
        for full in [
            1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000, 120_000, 120_000,
        ] {
            let pause = backoff.fail(&mut rng);
            assert!((full / 2..=full).contains(&pause), "{pause} of {full}");
        }
        assert_eq!(backoff.failures(), 9);
        backoff.reset();
        assert!((500..=1_000).contains(&backoff.fail(&mut rng)));
    }

    #[test]
    fn jitter_spreads_the_pauses() {
        let mut rng = StdRng::seed_from_u64(2);
        let pauses: std::collections::BTreeSet<u64> = (0..100)
            .map(|_| Backoff::new(1_000, 1_000).fail(&mut rng))
            .collect();
        assert!(pauses.len() > 60, "only {} different pauses", pauses.len());
    }

    proptest! {
        #[test]
        fn never_longer_than_the_longest(first: u64, longest: u64, failures in 0u32..200, seed: u64) {
            let mut rng = StdRng::seed_from_u64(seed);
            let mut backoff = Backoff::new(first, longest);
            for _ in 0..failures {
                backoff.fail(&mut rng);
            }
            let pause = backoff.fail(&mut rng);
            prop_assert!(pause <= longest.max(first));
            prop_assert!(pause >= first.min(longest.max(first)) / 2);
        }
    }
}
