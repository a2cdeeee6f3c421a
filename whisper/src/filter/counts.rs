//! What became of the envelopes that a filter looked at.

use std::fmt;

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

/// One sentence.
impl fmt::Display for FilterReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::WrongKey => "the filter's key does not open the envelope",
            Self::Malformed => {
                "the filter's key opens the envelope, and there is no message inside"
            }
            Self::Unsigned => "the message is not signed, and the filter takes signed ones only",
            Self::OtherSender => "the message is not signed by whom the filter listens to",
            Self::LowPow => "the envelope has less proof of work than the filter demands",
            Self::Direct => "the envelope came directly, which the filter does not take",
        })
    }
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
