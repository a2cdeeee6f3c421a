//! How far one's own clock is from everybody else's, by the envelopes of those whom one reads.
//!
//! Whoever seals an envelope writes the time into it, and signs it. Against the time of arrival that is
//! off by the difference of the two clocks, and behind by the time on the way: the nonce, the relays and
//! the second that is not written, some two seconds together. So of each sender the sample furthest
//! ahead counts, of the last ten minutes, and of all senders the median: a minority of liars, or of
//! people with wrong clocks, moves it to the values of honest ones at most. Contacts and own devices
//! outvote strangers, of whom anybody can make as many as they like: if three of the former are heard,
//! the latter do not count.
//!
//! The estimate is reported, and changes nothing by itself: neither the time of one's messages nor what
//! is accepted. A clock that is wrong by more than an envelope's life (15 s, with a tolerance of 20 s,
//! or 10 s ahead) makes Whisper drop what comes, with its reason; then nothing is heard here, and the
//! estimate of the whisper layer, which looks at every envelope of every peer, is the one to ask.

use secp256k1::PublicKey;
use std::collections::VecDeque;

/// How many people of each kind, known ones and strangers, are remembered, those heard last: enough for
/// a median that one conversation does not move.
const PEOPLE: usize = 64;

/// How many people must be heard before anything is said.
const ENOUGH: usize = 3;

/// How long the sample furthest ahead of a person counts, in ms.
const BEST_FOR_MS: u64 = 600_000;

/// How long a sample counts at all, in ms: a day, after which a clock may have been set.
const FORGET_AFTER_MS: u64 = 86_400_000;

/// The largest difference that a sample can have, in ms: a day. What says more says nothing of clocks.
const MAX_MS: i64 = 86_400_000;

/// From which difference on, in ms, the user is told: more than messages take on their way.
pub const REPORTED_FROM_MS: i64 = 5_000;

/// An estimate of one's own clock against everybody else's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SkewEstimate {
    /// By how many ms others' clocks are ahead of one's own; negative if they are behind. Some two
    /// seconds too low, which is how long messages are on their way.
    pub others_ahead_ms: i64,
    /// How many people it is the median of.
    pub people: usize,
}

impl SkewEstimate {
    /// Whether the user should be told.
    pub fn is_remarkable(&self) -> bool {
        self.others_ahead_ms.abs() >= REPORTED_FROM_MS
    }
}

#[derive(Debug, Clone, Copy)]
struct Sample {
    person: PublicKey,
    ahead_ms: i64,
    at_ms: u64,
}

/// What was heard of others' clocks since the messenger was loaded.
#[derive(Debug, Default)]
pub(super) struct Skew {
    known: VecDeque<Sample>,
    strangers: VecDeque<Sample>,
    /// What the user was told last.
    told_ms: i64,
}

impl Skew {
    /// Notes that an envelope of a person, made at `sent_ms` by their clock, came at `now_ms` by one's
    /// own; both in ms since 1970.
    pub(super) fn note(&mut self, person: &PublicKey, is_known: bool, sent_ms: u64, now_ms: u64) {
        let ahead_ms = sent_ms.checked_signed_diff(now_ms);
        let ahead_ms = ahead_ms.filter(|ahead| ahead.abs() <= MAX_MS);
        let Some(ahead_ms) = ahead_ms else { return };
        let samples = match is_known {
            true => &mut self.known,
            false => &mut self.strangers,
        };
        let mut sample = Sample {
            person: *person,
            ahead_ms,
            at_ms: now_ms,
        };
        let place = samples.iter().position(|old| old.person == *person);
        if let Some(old) = place.and_then(|place| samples.remove(place))
            && old.ahead_ms > ahead_ms
            && now_ms.abs_diff(old.at_ms) < BEST_FOR_MS
        {
            sample = old;
        }
        if samples.len() >= PEOPLE {
            samples.pop_front();
        }
        samples.push_back(sample);
    }

    /// The estimate at `now_ms`; none while too few people were heard.
    pub(super) fn estimate(&self, now_ms: u64) -> Option<SkewEstimate> {
        let recent = |samples: &VecDeque<Sample>| -> Vec<i64> {
            let recent = samples.iter();
            let recent = recent.filter(|sample| now_ms.abs_diff(sample.at_ms) < FORGET_AFTER_MS);
            recent.map(|sample| sample.ahead_ms).collect()
        };
        let mut samples = recent(&self.known);
        if samples.len() < ENOUGH {
            samples.extend(recent(&self.strangers));
        }
        if samples.len() < ENOUGH {
            return None;
        }
        samples.sort_unstable();
        let others_ahead_ms = *samples.get(samples.len() / 2)?;
        Some(SkewEstimate {
            others_ahead_ms,
            people: samples.len(),
        })
    }

    /// The estimate, if the user should be told and was not: it became remarkable, or another by as
    /// much, or stopped being so.
    pub(super) fn news(&mut self, now_ms: u64) -> Option<SkewEstimate> {
        let estimate = self.estimate(now_ms)?;
        let moved =
            estimate.others_ahead_ms.abs_diff(self.told_ms) >= REPORTED_FROM_MS.unsigned_abs();
        if !moved {
            return None;
        }
        self.told_ms = estimate.others_ahead_ms;
        Some(estimate)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messenger::columns::tests::person;

    const NOW: u64 = 1_590_000_000_000;

    #[test]
    fn whatever_the_skew_it_is_found_among_a_minority_of_liars() {
        for skew in [-86_000_000, -30_000, -5_000, 0, 900, 9_000, 80_000_000] {
            let mut estimator = Skew::default();
            for byte in 1..=9 {
                // Each message is up to two seconds on its way.
                for late in [2_000, u64::from(byte) * 10, 1_500] {
                    let sent = NOW.saturating_add_signed(skew) - late;
                    estimator.note(&person(byte), false, sent, NOW);
                }
            }
            for byte in 10..=15 {
                let lie = if byte % 2 == 0 {
                    NOW * 2
                } else {
                    NOW - 80_000_000
                };
                estimator.note(&person(byte), false, lie, NOW);
            }
            let found = estimator.estimate(NOW).unwrap();
            let error = found.others_ahead_ms - skew;
            assert!((-100..=0).contains(&error), "{skew}: {error}");
        }
    }

    #[test]
    fn two_people_prove_nothing_and_contacts_outvote_strangers() {
        let mut estimator = Skew::default();
        for byte in 1..=2 {
            estimator.note(&person(byte), true, NOW, NOW);
        }
        assert_eq!(estimator.estimate(NOW), None);
        for byte in 10..=40 {
            estimator.note(&person(byte), false, NOW - 60_000, NOW);
        }
        assert_eq!(estimator.estimate(NOW).unwrap().others_ahead_ms, -60_000);
        estimator.note(&person(3), true, NOW, NOW);
        let estimate = estimator.estimate(NOW).unwrap();
        assert_eq!((estimate.others_ahead_ms, estimate.people), (0, 3));
    }

    #[test]
    fn the_user_is_told_once_of_each_change() {
        let mut estimator = Skew::default();
        let mut hear = |ahead: i64, now: u64| {
            for byte in 1..=5 {
                estimator.note(&person(byte), true, now.saturating_add_signed(ahead), now);
            }
            estimator
                .news(now)
                .map(|news| (news.others_ahead_ms, news.is_remarkable()))
        };
        assert_eq!(hear(-1_000, NOW), None);
        assert_eq!(hear(8_000, NOW + 1), Some((8_000, true)));
        assert_eq!(hear(9_000, NOW + 2), None);
        let later = NOW + BEST_FOR_MS + 2;
        assert_eq!(hear(-1_500, later), Some((-1_500, false)));
        assert_eq!(hear(-1_500, later + 1), None);
    }

    #[test]
    fn memory_is_bounded_and_old_samples_are_forgotten() {
        let mut estimator = Skew::default();
        for byte in 1..=200 {
            estimator.note(&person(byte), false, NOW, NOW);
        }
        assert_eq!(estimator.strangers.len(), PEOPLE);
        assert!(estimator.estimate(NOW + FORGET_AFTER_MS - 1).is_some());
        assert_eq!(estimator.estimate(NOW + FORGET_AFTER_MS), None);
    }
}
