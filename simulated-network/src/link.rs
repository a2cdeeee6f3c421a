//! How one node's packets reach another.

use std::ops::RangeInclusive;

/// How one node's packets reach another, in one direction. Probabilities are from 0 to 1, both
/// included; what lies outside counts as the nearer bound.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// The part of the packets that never arrive.
    pub loss: f64,
    /// How long a packet takes, in milliseconds, each length equally likely. An empty range counts as its
    /// start.
    pub delay_ms: RangeInclusive<u64>,
    /// The part of the packets that arrive twice; each copy takes its own time.
    pub duplication: f64,
    /// The part of the packets that may be overtaken and may overtake. The others arrive in the order in
    /// which they were sent, whatever their delays.
    pub reordering: f64,
}

impl Link {
    /// Nothing is lost and everything arrives at once.
    pub const PERFECT: Self = Self {
        loss: 0.0,
        delay_ms: 0..=0,
        duplication: 0.0,
        reordering: 0.0,
    };
}

impl Default for Link {
    fn default() -> Self {
        Self::PERFECT
    }
}
