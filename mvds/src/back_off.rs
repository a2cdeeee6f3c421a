//! When a record that nobody answered is sent again.

use rand_core::Rng;

/// A policy of retransmission. Epochs are counted by the [`Node`](crate::Node).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum BackOff {
    /// As deployed in status-go v0.50.0 with vacp2p/mvds v0.0.23, which adds the new epoch to the
    /// old one: 1, 4, 12, 30, 68 and so on from epoch 1, but after an hour of uptime the first
    /// pause is an hour too.
    DeployedV0_0_23,
    /// As on the master branch of vacp2p/mvds: 1, 3, 7, 13, 21, without a bound.
    Master,
    /// Pauses that double up to a bound.
    Bounded(Bounded),
}

/// Pauses that double from `first` to `bound` and stay there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Bounded {
    /// The first pause in epochs; 0 counts as 1.
    pub first: u64,
    /// The longest pause in epochs, before jitter.
    pub bound: u64,
    /// By how many percent a pause is lengthened or shortened at most, so that what was sent
    /// together does not come again together; 100 at most.
    pub jitter: u8,
}

impl Default for Bounded {
    /// 16 epochs (4.8 s), a little more than a message and its acknowledgement take over Whisper
    /// when all goes slowly (1.7 s measured, doubled, and a tick); 2,000 epochs (10 minutes), so
    /// that a peer that comes back unnoticed waits 12 at most with its jitter; 20 %.
    fn default() -> Self {
        Self {
            first: 16,
            bound: 2_000,
            jitter: 20,
        }
    }
}

impl Default for BackOff {
    fn default() -> Self {
        Self::Bounded(Bounded::default())
    }
}

/// The function that status-go v0.50.0 gives its data sync: `epoch` and twice the `count` of
/// transmissions. It wraps as Go does.
pub fn deployed_next_epoch(count: u64, epoch: i64) -> i64 {
    epoch.wrapping_add_unsigned(count.wrapping_mul(2))
}

impl BackOff {
    /// The epoch in which a record is sent next, after it was sent in `epoch` for the `attempt`th
    /// time since its peer was last seen online; `planned` is the epoch it had been due in.
    pub(crate) fn next(self, attempt: u32, planned: u64, epoch: u64, jitter: &mut Jitter) -> u64 {
        let linear = epoch.saturating_add(2 * u64::from(attempt));
        match self {
            Self::DeployedV0_0_23 => planned.saturating_add(linear),
            Self::Master => linear,
            Self::Bounded(bounded) => epoch.saturating_add(bounded.pause(attempt, jitter)),
        }
    }

    /// The shortest time between two transmissions of a record, in epochs, whatever hastens it.
    pub(crate) fn shortest(self) -> u64 {
        match self {
            Self::DeployedV0_0_23 | Self::Master => 2,
            Self::Bounded(bounded) => bounded.first.max(1),
        }
    }
}

impl Bounded {
    fn pause(self, attempt: u32, jitter: &mut Jitter) -> u64 {
        let bound = self.bound.max(1);
        let doublings = attempt.saturating_sub(1).min(63);
        let pause = self.first.max(1).saturating_mul(1 << doublings).min(bound);
        let spread = pause / 100 * u64::from(self.jitter.min(100))
            + pause % 100 * u64::from(self.jitter.min(100)) / 100;
        if spread == 0 {
            return pause;
        }
        let lowest = pause - spread;
        lowest
            .saturating_add(jitter.below(spread.saturating_mul(2).saturating_add(1)))
            .max(1)
    }
}

/// Numbers for jitter, from a seed of the caller: SplitMix64. Nothing secret hangs on them.
#[derive(Debug, Clone)]
pub(crate) struct Jitter(u64);

impl Jitter {
    pub(crate) fn new(rng: &mut impl Rng) -> Self {
        Self(rng.next_u64())
    }

    /// A number from 0 to `bound`, exclusive.
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^= mixed >> 31;
        ((u128::from(mixed) * u128::from(bound)) >> 64) as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn series(policy: BackOff, times: u32) -> Vec<u64> {
        let mut jitter = Jitter(7);
        let mut epoch = 1;
        let mut series = vec![epoch];
        for attempt in 1..=times {
            epoch = policy.next(attempt, epoch, epoch, &mut jitter);
            series.push(epoch);
        }
        series
    }

    #[test]
    fn the_deployed_formulas_give_the_epochs_of_the_go_code() {
        assert_eq!(series(BackOff::DeployedV0_0_23, 4), [1, 4, 12, 30, 68]);
        assert_eq!(series(BackOff::Master, 4), [1, 3, 7, 13, 21]);
        assert_eq!(deployed_next_epoch(1_000, 5), 2_005);
        assert_eq!(deployed_next_epoch(u64::MAX, 5), 3);
        assert_eq!(deployed_next_epoch(1, i64::MAX), i64::MIN + 1);
    }

    #[test]
    fn after_an_hour_the_deployed_pause_is_an_hour_and_ours_is_not() {
        let mut jitter = Jitter(7);
        let uptime = 12_000;
        let deployed = BackOff::DeployedV0_0_23.next(1, uptime + 1, uptime + 1, &mut jitter);
        assert_eq!(deployed - (uptime + 1), 12_003);
        let ours = BackOff::default().next(1, uptime + 1, uptime + 1, &mut jitter);
        assert!(ours - (uptime + 1) <= 20);
    }

    #[test]
    fn without_jitter_pauses_double_up_to_the_bound() {
        let policy = BackOff::Bounded(Bounded {
            first: 3,
            bound: 20,
            jitter: 0,
        });
        assert_eq!(series(policy, 6), [1, 4, 10, 22, 42, 62, 82]);
    }

    proptest! {
        #[test]
        fn a_pause_stays_within_its_jitter_and_goes_forward(
            first in 0..1_000_000u64,
            bound in 0..u64::MAX,
            percent: u8,
            attempt: u32,
            epoch: u64,
            seed: u64,
        ) {
            let bounded = Bounded { first, bound, jitter: percent };
            let mut jitter = Jitter(seed);
            let pause = bounded.pause(attempt, &mut jitter);
            let plain = Bounded { jitter: 0, ..bounded }.pause(attempt, &mut jitter);
            prop_assert!(pause >= 1);
            prop_assert!(plain <= bound.max(1));
            let most = u128::from(plain) * u128::from(percent.min(100)) / 100 + 1;
            prop_assert!(u128::from(pause).abs_diff(u128::from(plain)) <= most);
            let next = BackOff::Bounded(bounded).next(attempt, epoch, epoch, &mut jitter);
            prop_assert!(next > epoch || epoch == u64::MAX);
        }
    }
}
