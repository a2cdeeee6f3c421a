//! The Lamport clock that orders the messages of a chat.

/// How far a message's clock may be ahead of the time it is checked against, inclusive, in
/// milliseconds. There is no limit to the past. As deployed in status-go v0.50.0.
pub const MAX_AHEAD_MS: u64 = 120_000;

/// Why a clock was refused; the message's author is at fault, or one of the two clocks is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClockError {
    /// Zero, or no clock at all.
    #[error("the clock is 0")]
    Zero,
    /// Too far ahead: it would hold the chat's end against everybody with a correct clock.
    #[error("the clock {clock} ms is over {MAX_AHEAD_MS} ms ahead of {reference_ms} ms")]
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

    proptest! {
        #[test]
        fn each_clock_is_higher_than_the_last(last in 1..u64::MAX, now_ms: u64) {
            prop_assert!(next_clock(last, now_ms) > last);
        }
    }
}
