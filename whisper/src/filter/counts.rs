//! What became of the envelopes that a filter looked at.

/// Why a filter did not take an envelope of its topic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FilterReason {
    /// The key does not open it: another message of the same topic.
    WrongKey,
    /// The key opens it, but what is inside is no message or its signature is wrong.
    Malformed,
    /// It is not signed, and the filter takes signed messages only.
    Unsigned,
    /// Somebody else signed it, or nobody.
    OtherSender,
    /// Less work than the filter demands.
    LowPow,
    /// It came directly, which the filter does not take.
    Direct,
}

/// Counts of one filter since it was installed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FilterCounts {
    /// Messages for this filter.
    pub matched: u64,
    refused: [u64; 6],
}

impl FilterCounts {
    /// Envelopes of the filter's topics that it refused for `reason`.
    pub fn refused(&self, reason: FilterReason) -> u64 {
        self.refused
            .get(reason as usize)
            .copied()
            .unwrap_or_default()
    }

    pub(super) fn refuse(&mut self, reason: FilterReason) {
        if let Some(count) = self.refused.get_mut(reason as usize) {
            *count += 1;
        }
    }
}
