//! The Lamport clock that orders the messages of a chat.

/// How far a message's clock may be ahead of the time it is checked against, inclusive, in
/// milliseconds. There is no limit to the past. As deployed in status-go v0.50.0.
pub const MAX_AHEAD_MS: u64 = 120_000;

/// Why a clock was refused; the message's author is at fault, or one of the two clocks is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Zero, or no clock at all.
    #[error("the clock of the message is 0")]
    Zero,
    /// Too far ahead: it would hold the chat's end against everybody with a correct clock.
    #[error(
        "the clock of the message is {} s ahead of its time, over {} s",
        clock.saturating_sub(*.reference_ms) / 1000,
        MAX_AHEAD_MS / 1000
    )]
    TooHigh {
        /// The clock.
        clock: u64,
        /// The time it was checked against, milliseconds since 1970.
        reference_ms: u64,
    },
}

/// The clock of the next message in a chat whose highest clock so far is `last` (0 for none), at
/// `now_ms` milliseconds since 1970: the time, or one more than `last` if that is not behind it.
/// At the end of the numbers it stays there.
pub fn next_clock(last: u64, now_ms: u64) -> u64 {
    if last == 0 || last < now_ms {
        now_ms
    } else {
        last.saturating_add(1)
    }
}

/// The Lamport clock of one chat: what one's own messages in it are stamped with.
///
/// As deployed it follows the highest clock that it saw ([`next_clock`]). Unlike there it
/// does not follow one that is further ahead of one's own time than others would accept: a clock
/// that passed, because the envelope's time was wrong too, cannot make one's own messages
/// unacceptable to everybody else.
///
/// [`observe`](Self::observe) each message that is shown, and stamp one's own with
/// [`next`](Self::next).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ChatClock {
    last: u64,
}

/// What became of a clock that was observed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Observed {
    /// It is not higher than what was known.
    Known,
    /// It is the new highest one.
    Followed,
    /// It is implausible: the clock follows it only as far as others accept.
    Clamped {
        /// How far it is ahead of that, in milliseconds.
        by_ms: u64,
    },
}

impl ChatClock {
    /// The clock of a chat whose highest clock so far is `last`, 0 for none.
    pub fn new(last: u64) -> Self {
        Self { last }
    }

    /// The clock of the next message of one's own, at `now_ms` milliseconds since 1970. Each is
    /// higher than the one before, up to the end of the numbers.
    pub fn next(&mut self, now_ms: u64) -> u64 {
        self.last = next_clock(self.last, now_ms);
        self.last
    }

    /// Follows the clock of a message that was accepted, at `now_ms` milliseconds since 1970 by
    /// one's own time.
    pub fn observe(&mut self, clock: u64, now_ms: u64) -> Observed {
        // One less than the limit, so that the next clock is within it.
        let limit = now_ms.saturating_add(MAX_AHEAD_MS - 1);
        let followed = clock.min(limit).max(self.last);
        let is_news = followed > self.last;
        self.last = followed;
        match clock.saturating_sub(limit) {
            0 if is_news => Observed::Followed,
            0 => Observed::Known,
            by_ms => Observed::Clamped { by_ms },
        }
    }

    /// The highest clock so far, 0 for none; to be stored.
    pub fn last(&self) -> u64 {
        self.last
    }
}

/// By how many milliseconds a message's clock is further behind `reference_ms`, the envelope's time,
/// than the 120 s that 6/PAYLOADS allows before it suggests a warning; none if it is not. Such a
/// message may be inserted into the past of a chat, or just have been sent again.
pub fn backdated_by(clock: u64, reference_ms: u64) -> Option<u64> {
    let behind = reference_ms.saturating_sub(clock);
    behind.checked_sub(MAX_AHEAD_MS).filter(|by_ms| *by_ms > 0)
}

/// Checks the clock of a message against the time it came with, in milliseconds since 1970.
pub(crate) fn check(clock: u64, reference_ms: u64) -> Result<(), ClockError> {
    if clock == 0 {
        return Err(ClockError::Zero);
    }
    if clock.saturating_sub(reference_ms) > MAX_AHEAD_MS {
        return Err(ClockError::TooHigh {
            clock,
            reference_ms,
        });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_clock_follows_time_and_never_stands_still() {
        assert_eq!(next_clock(0, 100), 100);
        assert_eq!(next_clock(99, 100), 100);
        assert_eq!(next_clock(100, 100), 101);
        assert_eq!(next_clock(107, 100), 108);
        assert_eq!(next_clock(0, 0), 0);
        assert_eq!(next_clock(u64::MAX, 100), u64::MAX);
    }

    #[test]
    fn the_limit_is_inclusive_and_the_past_is_open() {
        assert_eq!(check(0, 5), Err(ClockError::Zero));
        assert_eq!(check(1, 1_590_232_902_104), Ok(()));
        assert_eq!(check(5 + MAX_AHEAD_MS, 5), Ok(()));
        let clock = 6 + MAX_AHEAD_MS;
        let reference_ms = 5;
        let too_high = ClockError::TooHigh {
            clock,
            reference_ms,
        };
        assert_eq!(check(clock, reference_ms), Err(too_high));
        assert_eq!(check(u64::MAX, u64::MAX), Ok(()));
    }

    #[test]
    fn an_implausible_clock_is_followed_only_as_far_as_others_accept() {
        let now_ms = 1_590_232_902_104;
        let mut clock = ChatClock::new(0);
        assert_eq!(clock.observe(now_ms - 5, now_ms), Observed::Followed);
        assert_eq!(clock.observe(now_ms - 5, now_ms), Observed::Known);
        assert_eq!(clock.last(), now_ms - 5);
        assert_eq!(clock.next(now_ms), now_ms);
        assert_eq!(clock.next(now_ms), now_ms + 1);
        let by_ms = u64::MAX - (now_ms + MAX_AHEAD_MS - 1);
        assert_eq!(clock.observe(u64::MAX, now_ms), Observed::Clamped { by_ms });
        assert_eq!(check(clock.next(now_ms), now_ms), Ok(()));
        // What was stored is not taken back.
        let mut clock = ChatClock::new(u64::MAX - 1);
        assert_eq!(clock.observe(now_ms, now_ms), Observed::Known);
        assert_eq!(clock.next(now_ms), u64::MAX);
    }

    #[test]
    fn what_is_far_behind_its_envelope_is_flagged() {
        let now_ms = 1_590_232_902_104;
        assert_eq!(backdated_by(now_ms + 5, now_ms), None);
        assert_eq!(backdated_by(now_ms - MAX_AHEAD_MS, now_ms), None);
        assert_eq!(backdated_by(now_ms - MAX_AHEAD_MS - 1, now_ms), Some(1));
        assert_eq!(backdated_by(1, 0), None);
    }

    proptest! {
        #[test]
        fn each_clock_is_higher_than_the_last(last in 1..u64::MAX, now_ms: u64) {
            prop_assert!(next_clock(last, now_ms) > last);
        }
    }
}
