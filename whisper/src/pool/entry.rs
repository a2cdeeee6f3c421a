//! What the pool keeps of an envelope.

use super::list::Links;
use crate::hash::Hash;
use crate::topic::Topic;

/// Names a pooled envelope as long as it is there. A handle of an envelope that is gone finds
/// nothing, also when its slot has a new tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Handle {
    pub(crate) slot: u32,
    pub(super) stamp: u32,
}

/// Which of [`Entry::links`] chains envelopes of one second of expiry.
pub(super) const BY_EXPIRY: usize = 0;
/// Which of [`Entry::links`] chains envelopes of one class of work.
pub(super) const BY_WORK: usize = 1;

/// How many classes of work there are; the last is the node's own envelopes.
pub(super) const CLASSES: usize = 64;
/// The class of the node's own envelopes.
pub(super) const OWN_CLASS: u8 = CLASSES as u8 - 1;

/// An envelope and what decides about it. All that is not here is in `rlp`.
#[derive(Debug, Default)]
pub(crate) struct Entry {
    pub(crate) rlp: Box<[u8]>,
    pub(crate) hash: Hash,
    pub(crate) pow: f64,
    pub(super) expiry: u32,
    pub(super) topic: Topic,
    pub(super) stamp: u32,
    pub(super) links: [Links; 2],
    pub(super) class: u8,
    /// Whether this node posted it.
    pub(crate) own: bool,
}

/// The class of an amount of work: its binary logarithm, from 2^-32 and below (0) to 2^30 and above
/// (62, infinite work included).
pub(super) fn work_class(pow: f64) -> u8 {
    let exponent = (pow.to_bits() >> 52 & 0x7ff) as i64 - 1023;
    (exponent + 32).clamp(0, i64::from(OWN_CLASS) - 1) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_double() {
        let class = work_class;
        assert_eq!(class(0.0), 0);
        assert_eq!(class(1.0), 32);
        assert_eq!(class(1.99), 32);
        assert_eq!(class(2.0), 33);
        assert_eq!(class(0.002), 23);
        assert_eq!(class(1e-300), 0);
        assert_eq!(class(f64::INFINITY), 62);
    }

    #[test]
    fn an_entry_stays_small() {
        // 100 bytes an envelope are allowed beside 1.15 times its own; see the bench `pool`.
        assert!(size_of::<Entry>() <= 88, "{}", size_of::<Entry>());
    }
}
