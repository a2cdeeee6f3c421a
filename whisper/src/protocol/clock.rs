//! An estimate of how far this node's clock is from its peers'.

/// How many envelopes the estimate looks back on. Odd, so that there is a middle one.
const SAMPLES: usize = 63;

/// The median of when envelopes were made against when they arrived. Only reported: a wrong clock
/// makes a node drop what others send, which looks like silence to its user, so somebody should be
/// told (the fifth of the problems known from elsewhere: a skewed clock disconnected peers).
#[derive(Debug, Default)]
pub(super) struct ClockSkew {
    samples: Vec<i64>,
    next: usize,
}

impl ClockSkew {
    /// Notes an envelope made at `sent` that arrived at `now`, both Unix time in seconds.
    pub(super) fn note(&mut self, sent: u32, now: u32) {
        let ahead = i64::from(sent) - i64::from(now);
        match self.samples.get_mut(self.next) {
            Some(sample) => *sample = ahead,
            None => self.samples.push(ahead),
        }
        self.next = (self.next + 1) % SAMPLES;
    }

    /// By how many seconds others' clocks are ahead of this node's, negative if behind: transit and
    /// the time to find work, some seconds together, count as behind. None before there are enough
    /// envelopes to tell.
    pub(super) fn estimate(&self) -> Option<i64> {
        if self.samples.len() < SAMPLES / 4 {
            return None;
        }
        let mut sorted = self.samples.clone();
        sorted.sort_unstable();
        sorted.get(sorted.len() / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_ignores_a_minority_of_liars() {
        let mut skew = ClockSkew::default();
        assert_eq!(skew.estimate(), None);
        for n in 0..200u32 {
            let sent = if n % 3 == 0 { 0 } else { 1000 + 40 };
            skew.note(sent, 1000);
        }
        assert_eq!(skew.estimate(), Some(40));
        assert_eq!(skew.samples.len(), SAMPLES);
    }
}
