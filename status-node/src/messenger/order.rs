//! The one order of messages, and what is made of clocks that cannot be right.
//!
//! **Order.** The messages of a chat stand in the order of [`Position`](status_payload::Position): by
//! the clock that their author signed, and where clocks are equal by their id, compared byte by byte.
//! It depends on the messages and nothing else, not on when they came, on which device, in which
//! envelope, nor on anybody's time; so all who have the same messages see them in the same order, now
//! and after a restart. It is the order of the table of messages, of its pages, and of `messages` and
//! `listen` on the command line. A message that comes late stands where it belongs and counts as unread.
//!
//! **Clocks ahead.** Everybody stamps a message with the time, or one more than the highest clock of the
//! chat. A clock over 120 s ahead of its envelope's time is refused by all clients. What passes, because
//! the envelope's time was wrong too, is *clamped*: the chat's own clock follows it no further than
//! others would accept the next message ([`ChatClock`](status_payload::ChatClock)), so nobody can push
//! the messages of others out of the protocol. The message itself stays where its clock puts it, since
//! moving it would give each device an order of its own; it is flagged with how far it is ahead
//! ([`ClockFault::Ahead`]), and it stands at the end of its chat only until time has caught up.
//!
//! **Clocks behind.** A clock over 120 s behind the envelope's time may be an old message, sent again,
//! or one that its author inserts into the past; 6/PAYLOADS suggests a warning, which is
//! [`ClockFault::Behind`]. The repetitions of data sync are such messages too, so it is no accusation.

use status_payload::{MAX_AHEAD_MS, backdated_by};
use std::fmt;

/// What cannot be right, or is at least remarkable, about the clock of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ClockFault {
    /// It is further ahead of the receiver's own time than others accept.
    Ahead {
        /// By how much further, in ms.
        by_ms: u64,
    },
    /// It is further behind its envelope than 120 s.
    Behind {
        /// By how much further, in ms.
        by_ms: u64,
    },
}

/// One sentence.
impl fmt::Display for ClockFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let limit = MAX_AHEAD_MS / 1000;
        match self {
            Self::Ahead { by_ms } => {
                let ahead = by_ms / 1000 + limit;
                write!(
                    f,
                    "the author's clock is {ahead} s ahead of this one, over {limit} s"
                )
            }
            Self::Behind { by_ms } => {
                let behind = by_ms / 1000 + limit;
                write!(
                    f,
                    "the message is {behind} s older than its envelope, over {limit} s"
                )
            }
        }
    }
}

impl ClockFault {
    /// What is to be said of a message with this clock, in an envelope of the time `envelope_ms`, which
    /// came at `now_ms` by one's own time; all in ms since 1970.
    pub fn of(clock: u64, envelope_ms: u64, now_ms: u64) -> Option<Self> {
        let limit = now_ms.saturating_add(MAX_AHEAD_MS);
        match clock.saturating_sub(limit) {
            0 => backdated_by(clock, envelope_ms).map(|by_ms| Self::Behind { by_ms }),
            by_ms => Some(Self::Ahead { by_ms }),
        }
    }

    /// As a column: ms ahead, or the negative of ms behind.
    pub(super) fn to_column(self) -> i64 {
        match self {
            Self::Ahead { by_ms } => super::columns::number(by_ms),
            Self::Behind { by_ms } => -super::columns::number(by_ms),
        }
    }

    pub(super) fn from_column(column: i64) -> Self {
        let by_ms = column.unsigned_abs();
        if column < 0 {
            Self::Behind { by_ms }
        } else {
            Self::Ahead { by_ms }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_flagged_beyond_two_minutes_to_either_side() {
        let now = 1_590_000_000_000;
        let limit = MAX_AHEAD_MS;
        for plausible in [now, now + limit, now - limit, now + 1, now - 1] {
            assert_eq!(ClockFault::of(plausible, now, now), None);
        }
        let ahead = ClockFault::of(now + limit + 5, now + 10_000, now);
        assert_eq!(ahead, Some(ClockFault::Ahead { by_ms: 5 }));
        let behind = ClockFault::of(now - limit - 7, now, now);
        assert_eq!(behind, Some(ClockFault::Behind { by_ms: 7 }));
        for fault in [ahead, behind].into_iter().flatten() {
            assert_eq!(ClockFault::from_column(fault.to_column()), fault);
        }
    }
}
