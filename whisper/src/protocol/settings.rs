//! What this node demands of envelopes now, and what it still tolerates after a change.

use crate::accept::{AcceptRules, SYNC_ALLOWANCE};
use crate::bloom::Bloom;

/// How long, in milliseconds, peers may go by what this node demanded before: as deployed, the same
/// allowance as for clocks.
const TOLERANCE: u64 = SYNC_ALLOWANCE as u64 * 1000;

/// The demands of the node, with the former ones and until when they suffice (exclusive).
#[derive(Debug)]
pub(super) struct Demands {
    max_message_size: usize,
    min_pow: f64,
    former_min_pow: Option<(f64, u64)>,
    /// None takes every topic.
    bloom: Option<Bloom>,
    former_bloom: Option<(Bloom, u64)>,
}

impl Demands {
    pub(super) fn new(max_message_size: usize, min_pow: f64, bloom: Option<Bloom>) -> Self {
        Self {
            max_message_size,
            min_pow,
            former_min_pow: None,
            bloom,
            former_bloom: None,
        }
    }

    pub(super) fn min_pow(&self) -> f64 {
        self.min_pow
    }

    pub(super) fn bloom(&self) -> Option<&Bloom> {
        self.bloom.as_ref()
    }

    /// Demands `min_pow` from now on; the lowest of what was demanded lately is tolerated.
    pub(super) fn set_min_pow(&mut self, min_pow: f64, now: u64) {
        let lowest = match self.former_min_pow {
            Some((former, until)) if now < until => former.min(self.min_pow),
            _ => self.min_pow,
        };
        self.former_min_pow = Some((lowest, now.saturating_add(TOLERANCE)));
        self.min_pow = min_pow;
    }

    /// Demands `bloom` from now on; whatever was demanded lately is tolerated.
    pub(super) fn set_bloom(&mut self, bloom: Option<Bloom>, now: u64) {
        let mut former = self.bloom.unwrap_or(Bloom::FULL);
        if let Some((older, _)) = self.former_bloom.filter(|(_, until)| now < *until) {
            for (byte, older) in former.0.iter_mut().zip(older.0) {
                *byte |= older;
            }
        }
        self.former_bloom = Some((former, now.saturating_add(TOLERANCE)));
        self.bloom = bloom;
    }

    /// The rules for an envelope that arrives at `now` (ms).
    pub(super) fn rules(&self, now: u64) -> AcceptRules<'_> {
        let min_pow = self.former_min_pow.filter(|(_, until)| now < *until);
        let bloom = self.former_bloom.as_ref().filter(|(_, until)| now < *until);
        AcceptRules {
            max_message_size: self.max_message_size,
            min_pow: self.min_pow,
            former_min_pow: min_pow.map(|(former, _)| former),
            bloom: self.bloom.as_ref(),
            former_bloom: bloom.map(|(former, _)| former),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_of_late_is_tolerated_for_ten_seconds() {
        let mut demands = Demands::new(100, 1.0, None);
        assert_eq!(demands.rules(0).former_min_pow, None);
        demands.set_min_pow(2.0, 1000);
        demands.set_min_pow(3.0, 5000);
        assert_eq!(demands.rules(10_999).former_min_pow, Some(1.0));
        assert_eq!(demands.rules(14_999).former_min_pow, Some(1.0));
        assert_eq!(demands.rules(15_000).former_min_pow, None);
        assert_eq!(demands.rules(15_000).min_pow, 3.0);
    }

    #[test]
    fn a_full_node_that_turns_light_tolerates_everything_at_first() {
        let mut demands = Demands::new(100, 1.0, None);
        demands.set_bloom(Some(Bloom::EMPTY), 0);
        assert_eq!(demands.rules(9_999).former_bloom, Some(&Bloom::FULL));
        assert_eq!(demands.rules(10_000).former_bloom, None);
        assert_eq!(demands.rules(10_000).bloom, Some(&Bloom::EMPTY));
    }
}
