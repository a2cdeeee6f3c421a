//! What an observer has seen until a moment, as far as decoys follow it.

/// Steps of the time since something happened: 0 ms, 1 ms, and from there each twice the one before, up to
/// more than two hours; the last is never.
pub(super) const STEPS: usize = 25;

/// From this step on nothing came in for so long that whoever writes begins a conversation: nine minutes.
const IDLE: usize = 20;

/// Milliseconds to the hour.
pub(super) const HOUR: u64 = 3_600_000;

/// The step of a time in ms: the number of its bits.
fn step(ms: u64) -> usize {
    usize::try_from(u64::BITS - ms.leading_zeros()).unwrap_or(usize::MAX)
}

/// The first time in ms of the next step.
fn next_step(ms: u64) -> u64 {
    1_u64
        .checked_shl(u64::BITS - ms.leading_zeros())
        .unwrap_or(u64::MAX)
}

/// What matters of a moment for whether, and what, somebody sends on a topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment {
    /// The step of the time since something came in on the topic.
    pub(super) since_incoming: usize,
    /// The step of the time since the user's own last envelope on it.
    pub(super) since_written: usize,
    /// The hour of the day, UTC.
    pub(super) hour: usize,
    /// The first ms at which another moment begins, if nothing happens until then.
    pub(super) until: u64,
}

impl Moment {
    /// The moment at `now` (ms since 1970), when something came in on the topic at `incoming`, and the user
    /// wrote there at `written`.
    pub(super) fn at(now: u64, incoming: Option<u64>, written: Option<u64>) -> Self {
        let mut until = (now / HOUR + 1) * HOUR;
        let mut of = |since: Option<u64>| {
            let since = since?;
            let ms = now.saturating_sub(since);
            let step = step(ms).min(STEPS - 1);
            if step < STEPS - 1 {
                until = until.min(since.saturating_add(next_step(ms)));
            }
            Some(step)
        };
        Self {
            since_incoming: of(incoming).unwrap_or(STEPS - 1),
            since_written: of(written).unwrap_or(STEPS - 1),
            hour: usize::try_from(now / HOUR % 24).unwrap_or_default(),
            until,
        }
    }

    /// Whether nothing came in for so long that whoever writes begins a conversation.
    pub(super) fn is_idle(&self) -> bool {
        self.since_incoming >= IDLE
    }

    /// How long a time since something came in is of this step, in ms.
    pub(super) fn width(&self) -> u64 {
        1 << self.since_incoming.saturating_sub(1).min(STEPS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_double_and_end_with_never() {
        let steps = |incoming, own| {
            let moment = Moment::at(10 * HOUR, Some(10 * HOUR - incoming), Some(10 * HOUR - own));
            (moment.since_incoming, moment.since_written)
        };
        assert_eq!(steps(0, 0), (0, 0));
        assert_eq!(steps(1, 1), (1, 1));
        assert_eq!(steps(2, 3), (2, 2));
        assert_eq!(steps(4, 7), (3, 3));
        assert_eq!(steps(1_000, 1_000), (10, 10));
        assert_eq!(steps(10 * HOUR, 10 * HOUR), (24, 24));
        let never = Moment::at(10 * HOUR, None, None);
        assert_eq!((never.since_incoming, never.since_written), (24, 24));
        assert_eq!((never.hour, never.until), (10, 11 * HOUR));
    }

    #[test]
    fn a_moment_lasts_until_any_step_changes() {
        let start = 50 * HOUR;
        for (incoming, own) in [(Some(0), None), (None, Some(0)), (Some(0), Some(700))] {
            let since = |at: Option<u64>| at.map(|at| start + at);
            let mut now = start + 1_000;
            let mut last = Moment::at(now, since(incoming), since(own));
            let mut changes = 0;
            while now < start + 20_000 {
                now += 1;
                let moment = Moment::at(now, since(incoming), since(own));
                let changed = (moment.since_incoming, moment.since_written)
                    != (last.since_incoming, last.since_written);
                assert_eq!(changed, now == last.until, "{incoming:?} {own:?} {now}");
                changes += usize::from(changed);
                last = moment;
            }
            assert!(changes > 1);
        }
    }
}
