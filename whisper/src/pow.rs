//! Proof of work: how much is wanted, and the search for a nonce.
//!
//! The hash covers the envelope without its nonce, then the nonce. All blocks of Keccak before the
//! one with the nonce are absorbed once; from that midstate a try is one permutation, however
//! large the envelope. Where the nonce or the padding behind it reach into a second block, a try
//! takes two, except while the nonce's bytes in the first block do not change.

use crate::sponge::{RATE, State};
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicBool, Ordering};

/// How much work is to go into an envelope.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Work {
    /// None: the nonce is 0.
    #[default]
    None,
    /// At least this proof of work, as [`required_leading_zeros`] counts it.
    Target(f64),
    /// The best that is found until the search is cancelled after `seconds`, by which the expiry
    /// is put off.
    BestWithin {
        /// How long the caller intends to search.
        seconds: u32,
    },
}

impl Work {
    pub(crate) fn extra_seconds(self) -> u32 {
        match self {
            Self::BestWithin { seconds } => seconds,
            _ => 0,
        }
    }
}

/// The leading zero bits that an envelope's hash needs for the proof of work `pow`, given its
/// [size](crate::Envelope::size) in bytes and TTL in seconds.
///
/// As deployed: the size here is that of the data and 20 bytes, while a receiver divides by the
/// length of the RLP, so the work found may count for slightly more or less than `pow`. At least 1.
pub fn required_leading_zeros(pow: f64, size: usize, ttl: u32) -> u32 {
    let bits = (pow * size as f64 * f64::from(ttl)).log2().ceil();
    // A cast of a float saturates, and makes 0 of what is not a number.
    (bits as u32).max(1)
}

/// What a step of a search came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    /// This nonce reaches the target. The search is over.
    Found(u64),
    /// The steps are used up.
    Unfinished,
    /// It was cancelled.
    Cancelled,
}

/// The best nonce so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Best {
    /// The nonce; 0 if none was better than another.
    pub nonce: u64,
    /// Its leading zero bits.
    pub leading_zeros: u32,
}

/// A search for the nonce of an [`Unsealed`](crate::Unsealed) envelope, which can be stopped and resumed between
/// any two tries.
///
/// Call [`Search::run`] until it returns [`Progress::Found`], then
/// [`with_nonce`](crate::Unsealed::with_nonce). [`Search::split`] gives searches that share the nonces among them,
/// one for each thread; whoever finds one sets the flag that cancels the others.
#[derive(Debug, Clone)]
pub struct Search {
    tail: Tail,
    target: Option<u32>,
    next: u64,
    stride: u64,
    best: Best,
    tried: u64,
}

/// How many tries there are between two looks at the flag that cancels a search: less than a tenth
/// of a millisecond.
const TRIES_BETWEEN_LOOKS: u64 = 256;

impl Search {
    /// A search over `without_nonce`, the RLP list of an envelope's first four items; none if no
    /// work is wanted.
    pub(crate) fn new(without_nonce: &[u8], size: usize, ttl: u32, work: Work) -> Option<Self> {
        let target = match work {
            Work::None => return None,
            Work::Target(pow) => Some(required_leading_zeros(pow, size, ttl)),
            Work::BestWithin { .. } => None,
        };
        Some(Self {
            tail: Tail::new(without_nonce),
            target,
            next: 0,
            stride: 1,
            best: Best::default(),
            tried: 0,
        })
    }

    /// As many searches as `workers`, which share the nonces that are not tried yet: each takes
    /// every `workers`-th.
    pub fn split(self, workers: NonZeroU64) -> Vec<Self> {
        (0..workers.get())
            .map(|worker| Self {
                next: self.next.wrapping_add(worker.wrapping_mul(self.stride)),
                stride: self.stride.wrapping_mul(workers.get()),
                ..self.clone()
            })
            .collect()
    }

    /// Tries up to `tries` nonces, in ascending order. Looks at `cancelled` before the first and
    /// then every few hundred.
    pub fn run(&mut self, tries: u64, cancelled: &AtomicBool) -> Progress {
        let mut left = tries;
        while left > 0 {
            if cancelled.load(Ordering::Relaxed) {
                return Progress::Cancelled;
            }
            let now = left.min(TRIES_BETWEEN_LOOKS);
            if let Some(nonce) = self.run_uncancelled(now) {
                return Progress::Found(nonce);
            }
            left -= now;
        }
        Progress::Unfinished
    }

    fn run_uncancelled(&mut self, tries: u64) -> Option<u64> {
        let target = self.target.unwrap_or(u32::MAX);
        for done in 0..tries {
            let nonce = self.next;
            let leading_zeros = self.tail.leading_zeros(nonce);
            self.next = nonce.wrapping_add(self.stride);
            if leading_zeros > self.best.leading_zeros {
                self.best = Best {
                    nonce,
                    leading_zeros,
                };
                if leading_zeros >= target {
                    self.tried += done + 1;
                    return Some(nonce);
                }
            }
        }
        self.tried += tries;
        None
    }

    /// The leading zero bits wanted; none if it is the best within a time.
    pub fn target(&self) -> Option<u32> {
        self.target
    }

    /// The best nonce so far.
    pub fn best(&self) -> Best {
        self.best
    }

    /// How many nonces were tried.
    pub fn tried(&self) -> u64 {
        self.tried
    }
}

/// What remains to be hashed behind the midstate.
#[derive(Clone)]
struct Tail {
    /// The midstate with everything absorbed but the nonce: with the padding too if they fit one
    /// block, else only with the rest of the envelope.
    state: State,
    /// Where in the block the nonce starts, in bytes.
    offset: usize,
    /// For a nonce that reaches into a second block: its high bytes, which are in the first, and
    /// the state after that block with the padding of the second absorbed.
    second: Option<Box<(u64, State)>>,
}

impl std::fmt::Debug for Tail {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tail")
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// Length of the nonce in bytes.
const NONCE_LEN: usize = 8;

impl Tail {
    fn new(without_nonce: &[u8]) -> Self {
        let mut state = State::default();
        let mut blocks = without_nonce.chunks_exact(RATE);
        for block in &mut blocks {
            state.absorb(0, block);
            state.permute();
        }
        let rest = blocks.remainder();
        state.absorb(0, rest);
        let offset = rest.len();
        if offset + NONCE_LEN < RATE {
            state.pad(offset + NONCE_LEN);
        }
        Self {
            state,
            offset,
            second: None,
        }
    }

    /// The leading zero bits of the hash with this nonce.
    fn leading_zeros(&mut self, nonce: u64) -> u32 {
        let end = self.offset + NONCE_LEN;
        if end < RATE {
            let mut state = self.state.clone();
            state.absorb_u64(self.offset, nonce);
            return state.permuted_leading_zeros();
        }
        // So many of the nonce's bytes, from the low end, are in the second block: 0 to 7.
        let behind = end - RATE;
        let low_bits = 8 * behind as u32;
        let high = nonce >> low_bits;
        let second = match self.second.take() {
            Some(second) if second.0 == high => second,
            _ => {
                let mut state = self.state.clone();
                state.absorb(
                    self.offset,
                    nonce.to_be_bytes().get(..8 - behind).unwrap_or_default(),
                );
                state.permute();
                state.pad(behind);
                Box::new((high, state))
            }
        };
        let mut state = second.1.clone();
        self.second = Some(second);
        state.absorb(0, nonce.to_be_bytes().get(8 - behind..).unwrap_or_default());
        state.permuted_leading_zeros()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Envelope, Hash, Topic, Unsealed};
    use proptest::prelude::*;

    fn unsealed(len: usize, work: Work) -> Unsealed {
        Unsealed {
            expiry: 1_592_759_082,
            ttl: 15,
            topic: Topic([1, 2, 3, 4]),
            data: vec![7; len],
            work,
        }
    }

    static RUN: AtomicBool = AtomicBool::new(false);

    #[test]
    fn every_length_and_nonce_hashes_as_the_whole_does() {
        for len in 0..2 * RATE {
            let bytes = vec![0x5a; len];
            let mut tail = Tail::new(&bytes);
            for nonce in [0, 1, 255, 256, 0x0102_0304_0506_0708, u64::MAX, 2] {
                let mut whole = bytes.clone();
                whole.extend_from_slice(&nonce.to_be_bytes());
                let expected = Hash::of(&whole).leading_zeros();
                assert_eq!(tail.leading_zeros(nonce), expected, "{len} bytes, {nonce}");
            }
        }
    }

    #[test]
    fn the_first_nonce_that_suffices_is_found() {
        let unsealed = unsealed(100, Work::Target(0.5));
        let mut search = unsealed.search().unwrap();
        assert_eq!(search.target(), Some(10));
        let Progress::Found(nonce) = search.run(u64::MAX, &RUN) else {
            panic!("not cancelled");
        };
        let zeros = |nonce| unsealed.with_nonce(nonce).pow_hash().leading_zeros();
        assert!(zeros(nonce) >= 10);
        assert!((0..nonce).all(|nonce| zeros(nonce) < 10));
        assert_eq!(search.tried(), nonce + 1);
    }

    #[test]
    fn a_search_in_steps_and_a_split_one_find_the_same() {
        let unsealed = unsealed(300, Work::Target(0.1));
        let Progress::Found(whole) = unsealed.search().unwrap().run(u64::MAX, &RUN) else {
            panic!("not cancelled");
        };
        let mut steps = unsealed.search().unwrap();
        let stepped = loop {
            match steps.run(7, &RUN) {
                Progress::Found(nonce) => break nonce,
                Progress::Unfinished => {}
                Progress::Cancelled => panic!("not cancelled"),
            }
        };
        assert_eq!(stepped, whole);
        let workers = NonZeroU64::new(3).unwrap();
        let found = unsealed.search().unwrap().split(workers).into_iter();
        let first = found
            .filter_map(|mut search| match search.run(whole + 1, &RUN) {
                Progress::Found(nonce) => Some(nonce),
                _ => None,
            })
            .min();
        assert_eq!(first, Some(whole));
    }

    #[test]
    fn a_cancelled_search_stops() {
        let cancelled = AtomicBool::new(true);
        let unsealed = unsealed(100, Work::Target(1e300));
        let mut search = unsealed.search().unwrap();
        assert_eq!(search.run(10, &cancelled), Progress::Cancelled);
        assert_eq!(search.tried(), 0);
        assert_eq!(search.run(10, &RUN), Progress::Unfinished);
        assert_eq!(search.tried(), 10);
        let stopped = unsealed.seal(&cancelled).unwrap_err();
        assert_eq!((stopped.best, stopped.tried), (0, 0));
    }

    #[test]
    fn the_best_of_a_time_is_taken_when_it_is_cancelled() {
        let unsealed = unsealed(100, Work::BestWithin { seconds: 1 });
        let mut search = unsealed.search().unwrap();
        assert_eq!(search.run(5000, &RUN), Progress::Unfinished);
        let best = search.best();
        let hash = unsealed.with_nonce(best.nonce).pow_hash();
        assert_eq!(hash.leading_zeros(), best.leading_zeros);
        assert!(best.leading_zeros >= 5, "{best:?}");
    }

    #[test]
    fn no_work_is_nonce_0() {
        assert!(unsealed(10, Work::None).search().is_none());
        assert_eq!(unsealed(10, Work::None).seal(&RUN).unwrap().nonce(), 0);
    }

    #[test]
    fn required_bits_as_deployed() {
        assert_eq!(required_leading_zeros(0.002, 304, 50), 5);
        assert_eq!(required_leading_zeros(0.2, 304, 300), 15);
        assert_eq!(required_leading_zeros(1e-9, 100, 1), 1);
        assert_eq!(required_leading_zeros(f64::NAN, 100, 1), 1);
        assert_eq!(required_leading_zeros(1.0, 64, 1), 6);
        assert_eq!(required_leading_zeros(f64::INFINITY, 64, 1), u32::MAX);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]
        #[test]
        fn a_sealed_envelope_has_the_bits_wanted(len in 0..500usize, pow in 1e-6..0.5f64) {
            let unsealed = unsealed(len, Work::Target(pow));
            let envelope: Envelope = unsealed.seal(&RUN).unwrap();
            let wanted = required_leading_zeros(pow, envelope.size(), envelope.ttl());
            prop_assert!(envelope.pow_hash().leading_zeros() >= wanted);
            // What a receiver counts differs only by size against length.
            prop_assert!(envelope.pow() >= pow * 0.8);
        }
    }
}
