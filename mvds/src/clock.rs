//! Epochs, made of the caller's time.

/// Counts epochs. Only the time that passes between two calls counts: a clock that is set back
/// neither goes back in epochs nor makes them stand still.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    length: u64,
    epoch: u64,
    /// When the epoch began, in ms.
    began: u64,
    /// The latest time seen, in ms.
    now: u64,
}

impl Clock {
    /// A clock that stands at the beginning of `epoch`, or has gone on since `saved_at`.
    pub(crate) fn new(length: u64, epoch: u64, saved_at: u64, now: u64) -> Self {
        let mut clock = Self {
            length: length.max(1),
            epoch,
            began: saved_at,
            now: saved_at,
        };
        clock.advance(now);
        clock
    }

    pub(crate) fn advance(&mut self, now: u64) {
        if let Some(back) = self.now.checked_sub(now) {
            self.began = self.began.saturating_sub(back);
        }
        self.now = now;
        let epochs = now.saturating_sub(self.began) / self.length;
        self.epoch = self.epoch.saturating_add(epochs);
        self.began = self
            .began
            .saturating_add(epochs.saturating_mul(self.length));
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.epoch
    }

    pub(crate) fn now(&self) -> u64 {
        self.now
    }

    /// When the current epoch began.
    pub(crate) fn began(&self) -> u64 {
        self.began
    }

    /// When `epoch` begins; for one that has begun, the present.
    pub(crate) fn start_of(&self, epoch: u64) -> u64 {
        match epoch.checked_sub(self.epoch) {
            None | Some(0) => self.now,
            Some(ahead) => self.began.saturating_add(ahead.saturating_mul(self.length)),
        }
    }

    /// How many epochs `ms` take, rounded up.
    pub(crate) fn epochs_in(&self, ms: u64) -> u64 {
        ms.div_ceil(self.length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn epochs_follow_time_and_outlive_a_restart() {
        let mut clock = Clock::new(300, 0, 1_000, 1_000);
        clock.advance(1_299);
        assert_eq!(clock.epoch(), 0);
        clock.advance(1_300);
        assert_eq!((clock.epoch(), clock.began()), (1, 1_300));
        assert_eq!(clock.start_of(3), 1_900);
        assert_eq!(clock.start_of(1), 1_300);
        let later = Clock::new(300, 1, 1_300, 1_000_000);
        assert_eq!(later.epoch(), 1 + 998_700 / 300);
    }

    #[test]
    fn a_clock_set_back_neither_repeats_nor_stops_epochs() {
        let mut clock = Clock::new(300, 0, 10_000, 10_000);
        clock.advance(10_150);
        clock.advance(4_000);
        assert_eq!(clock.epoch(), 0);
        clock.advance(4_150);
        assert_eq!(clock.epoch(), 1);
        clock.advance(0);
        clock.advance(300);
        assert_eq!(clock.epoch(), 2);
    }

    #[test]
    fn the_end_of_time_is_no_panic() {
        let mut clock = Clock::new(0, u64::MAX, 0, u64::MAX);
        clock.advance(0);
        clock.advance(u64::MAX);
        assert_eq!(clock.epoch(), u64::MAX);
        assert_eq!(clock.start_of(u64::MAX), u64::MAX);
    }
}
